"""Fixed-form RPG, specification by specification, as the statements that free-form RPG would have."""

import re
from typing import Dict, Iterator, List, Optional, Tuple

from rpg_syntax import Source, Statement, read_directive, tokens

LONGEST_LINE = 80

# Operations whose expression stands in columns 36 to 80, and those that stand alone.
EXTENDED = {"callp", "dou", "dow", "elseif", "eval", "evalr", "for", "if", "on-error", "return", "when"}
ALONE = {
    "else", "enddo", "endfor", "endif", "endmon", "endsl", "endsr", "iter", "leave", "monitor", "other", "select",
}  # fmt: skip
# Data types of D-specifications: what they are in free-form RPG, and whether they have decimals.
TYPES: Dict[str, Tuple[str, bool]] = {
    "A": ("char", False), "I": ("int", True), "N": ("ind", False), "P": ("packed", True), "S": ("zoned", True),
    "U": ("uns", True), "*": ("pointer", False),
}  # fmt: skip


def read_fixed(source: Source, lines: List[str]) -> None:
    reader = Reader(source)
    for number, line in enumerate(lines, 1):
        reader.line(number, line.rstrip())
    reader.finish()


class Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.conditions: List[int] = []
        self.is_free = False
        self.free: Statement = []
        self.name = ""  # of the definition that begins on the next line
        self.definition: Optional[Tuple[int, str, str]] = None  # line, what stands before the keywords, keywords
        self.group = ""  # of definitions: pr, pi or ds, as long as it goes on
        self.calculation: Optional[Tuple[int, str, str]] = None  # line, operation, expression

    def line(self, number: int, line: str) -> None:
        wrong = self.source.wrong
        if len(line) > LONGEST_LINE or not line.isascii():
            wrong(number, f"longer than {LONGEST_LINE} columns, or not ASCII")
        if not line or line[6:7] == "*":
            return
        if line[:5].strip():
            wrong(number, "columns 1 to 5 are not empty")
        if line[6:7] == "/" and line[5:6] == " ":
            self.directive(number, line[7:])
        elif self.is_free:
            self.free_line(number, line)
        elif line[5:6] == "D":
            self.flush_calculation()
            self.definition_line(number, line.ljust(80))
        else:
            self.finish_definitions(number)
            specification = {"H": self.control, "P": self.procedure, "C": self.calculation_line}.get(line[5:6])
            if line[5:6] != "C":
                self.flush_calculation()
            if specification is None:
                wrong(number, f"no specification that is known here: {line[5:6]!r} in column 6")
            else:
                specification(number, line.ljust(80))

    def finish(self) -> None:
        self.finish_definitions(0)
        self.flush_calculation()
        if self.free:
            self.source.wrong(self.free[0].line, "no semicolon before the end of the file")
        if self.is_free:
            self.source.wrong(0, "/free without /end-free")
        for number in self.conditions:
            self.source.wrong(number, "/if without /endif")

    def statement(self, number: int, text: str) -> None:
        """A statement as free-form RPG writes it, without its semicolon."""
        statement: Statement = []
        for token in tokens(self.source, number, text + ";", statement):
            statement.append(token)
        if statement and statement[-1].text == ";":
            self.source.statements.append(statement)

    # ---- directives and what is free-form ----

    def directive(self, number: int, text: str) -> None:
        self.finish_definitions(number)
        self.flush_calculation()
        word, _, rest = text.strip().partition(" ")
        word, rest = word.lower(), rest.strip()
        if word in ("free", "end-free"):
            if self.is_free == (word == "free") or self.free:
                self.source.wrong(number, f"/{word} here")
            self.is_free = word == "free"
            return
        self.source.directives.append(f"{word} {rest}".strip().lower())
        read_directive(self.source, number, word, rest, self.conditions)

    def free_line(self, number: int, line: str) -> None:
        if line[5:7].strip():
            self.source.wrong(number, "free-form RPG begins in column 8")
        for token in tokens(self.source, number, line[7:], self.free):
            self.free.append(token)
            if token.text == ";":
                self.source.statements.append(self.free)
                self.free = []

    # ---- H and P ----

    def control(self, number: int, line: str) -> None:
        self.statement(number, "ctl-opt " + line[6:].strip())

    def procedure(self, number: int, line: str) -> None:
        name, what, keywords = line[6:21].strip(), line[23:24], line[43:].strip()
        if line.rstrip().endswith("..."):
            self.name = line[6:].strip()[:-3]
            return
        name, self.name = name or self.name, ""
        if line[21:23].strip() or line[24:43].strip() or what not in ("B", "E"):
            self.source.wrong(number, "columns 22 to 43: a B or an E in column 24, and nothing else")
        self.statement(number, f"dcl-proc {name} {keywords}".strip() if what == "B" else f"end-proc {name}".strip())

    # ---- D ----

    def definition_line(self, number: int, line: str) -> None:
        wrong = self.source.wrong
        text = line[6:].strip()
        if text.endswith("..."):
            self.flush_definition()
            if self.name or " " in text:
                wrong(number, "a name that goes on in the next line stands alone")
            self.name = text[:-3]
            return
        name, kind, keywords = line[6:21].strip(), line[23:25].strip(), line[43:].strip()
        if line[21:23].strip() or line[42:43].strip():
            wrong(number, "columns 22, 23 and 43 are not empty")
        if not (name or self.name or kind or line[25:42].strip()):
            if self.definition is None:
                wrong(number, "keywords of nothing")
            else:
                first, before, so_far = self.definition
                self.definition = (first, before, self.joined(number, so_far, line[43:].rstrip()))
            return
        if " " in name:
            wrong(number, f"{name}: the name goes from column 7 to 21")
        self.flush_definition()
        name, self.name = name or self.name, ""
        kind = kind.lower()
        if kind:
            self.close_group(number)
        if kind not in ("c", "s", "pr", "pi", "ds", "") or not kind and not self.group:
            wrong(number, f"{kind or 'nothing'} in columns 24 and 25")
            return
        ty = self.type_of(number, line, keywords, kind)
        before = f"dcl-{kind} {name or '*n'} {ty}" if kind else f"{name} {ty}"
        self.definition = (number, before, re.sub(r"(?i)\bvarying(\(\d\))?", "", keywords).strip())
        self.group = kind if kind in ("pr", "pi", "ds") else self.group

    def joined(self, number: int, so_far: str, more: str) -> str:
        """A literal goes on where the next line begins, behind a `-`, or with its first character, behind a `+`."""
        if so_far.count("'") % 2 == 0:
            return f"{so_far} {more.strip()}"
        if so_far[-1] not in "+-":
            self.source.wrong(number, "a literal goes on behind + or -")
        return so_far[:-1] + (more if so_far[-1] == "-" else more.strip())

    def type_of(self, number: int, line: str, keywords: str, kind: str) -> str:
        wrong = self.source.wrong
        if line[25:32].strip():
            wrong(number, "columns 26 to 32 are empty here")
        length, letter, decimals = line[32:39], line[39:40], line[40:42].strip()
        if not (length + letter + decimals).strip():
            if kind in ("s", "") and not re.search(r"(?i)\blike", keywords):
                wrong(number, "no type")
            return ""
        if letter not in TYPES:
            wrong(number, f"{letter!r} in column 40 is no type that is known here")
            return ""
        word, has_decimals = TYPES[letter]
        if has_decimals != bool(decimals) or has_decimals and not decimals.isdigit():
            wrong(number, f"{letter} with {decimals!r} in columns 41 and 42")
        if word in ("ind", "pointer"):
            if length.strip():
                wrong(number, f"{letter} has no length")
            return word
        if not length.strip().isdigit() or length[6:7] == " ":
            wrong(number, f"{length!r} in columns 33 to 39: a length ends in column 39")
        word = "varchar" if letter == "A" and re.search(r"(?i)\bvarying", keywords) else word
        digits = f": {decimals}" if word in ("packed", "zoned") else ""
        return f"{word}({length.strip()}{digits})"

    def flush_definition(self) -> None:
        if self.definition is not None:
            number, before, keywords = self.definition
            self.definition = None
            self.statement(number, f"{before} {keywords}".strip())

    def close_group(self, number: int) -> None:
        if self.group:
            self.statement(number, f"end-{self.group}")
            self.group = ""

    def finish_definitions(self, number: int) -> None:
        self.flush_definition()
        if self.name and self.group:
            self.source.wrong(number, f"{self.name}... goes on nowhere")
        self.close_group(number)

    # ---- C ----

    def calculation_line(self, number: int, line: str) -> None:
        wrong = self.source.wrong
        if line[6:11].strip():
            wrong(number, "columns 7 to 11 are empty here")
        factor, operation, rest = line[11:25].strip(), line[25:35].strip().lower(), line[35:80].strip()
        if not factor and not operation:
            if self.calculation is None or not rest:
                wrong(number, "an expression goes on that has not begun")
            else:
                first, before, so_far = self.calculation
                self.calculation = (first, before, self.joined(number, so_far, line[35:].rstrip()))
            return
        self.flush_calculation()
        if line[25:26] == " " or line[35:36] == " " and rest:
            wrong(number, "an operation begins in column 26, and an expression in column 36")
        name = operation.split("(")[0]
        if name in EXTENDED:
            if factor:
                wrong(number, f"{operation}: nothing stands in factor 1")
            self.calculation = (number, operation, rest)
        elif name in ALONE and not factor and not rest:
            self.calculation = (number, operation, "")
        elif name == "begsr" and factor and not rest:
            self.calculation = (number, operation, factor)
        elif name == "exsr" and not factor and re.fullmatch(r"\w+", rest):
            self.calculation = (number, operation, rest)
        else:
            wrong(number, f"{operation}: not known here, or with the wrong factors")

    def flush_calculation(self) -> None:
        if self.calculation is None:
            return
        number, operation, expression = self.calculation
        self.calculation = None
        if operation.startswith("eval") and "=" not in expression:
            self.source.wrong(number, f"{operation} without =")
        if operation.startswith("callp") and not re.match(r"\w+ *(\(|$)", expression):
            self.source.wrong(number, f"{operation} calls nothing")
        # Free-form RPG writes neither of both.
        text = expression if operation in ("eval", "callp") else f"{operation} {expression}".strip()
        self.statement(number, text)
