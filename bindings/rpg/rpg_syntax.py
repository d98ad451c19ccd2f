"""RPG as tokens and statements, and what can be said of these without knowing any name."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set

LONGEST_LINE = 100
LONGEST_NAME = 30

TYPES = set(
    "bindec char date float graph ind int like likeds likefile likerec object packed pointer sqltype time timestamp "
    "ucs2 uns varchar vargraph varucs2 zoned".split()
)
# What a block begins with, and what ends it.
BLOCKS = {
    "if": "endif", "dow": "enddo", "dou": "enddo", "for": "endfor", "for-each": "endfor", "select": "endsl",
    "monitor": "endmon", "begsr": "endsr", "dcl-proc": "end-proc", "dcl-pi": "end-pi", "dcl-pr": "end-pr",
    "dcl-ds": "end-ds", "dcl-enum": "end-enum",
}  # fmt: skip
ENDS = set(BLOCKS.values())
# What stands only directly within a block.
WITHIN = {
    "else": {"if"}, "elseif": {"if"}, "when": {"select"}, "other": {"select"}, "on-error": {"monitor"},
    "on-excp": {"monitor"}, "iter": {"dow", "dou", "for", "for-each"}, "leave": {"dow", "dou", "for", "for-each"},
}  # fmt: skip
NEEDS = {"monitor": {"on-error", "on-excp"}, "select": {"when"}}
# Operations that stand alone, those before one expression, and all others.
ALONE = {"else", "other", "monitor", "select", "iter", "leave", "endif", "enddo", "endfor", "endsl", "endmon"}
BEFORE_EXPRESSION = {"if", "elseif", "dow", "dou", "when", "for", "for-each", "return", "eval", "evalr", "callp"}
OTHER_OPERATIONS = {
    "acq", "begsr", "chain", "clear", "close", "commit", "ctl-opt", "data-gen", "data-into", "dealloc", "delete",
    "dsply", "dump", "endsr", "eval-corr", "exec", "except", "exfmt", "exsr", "feod", "force", "in", "leavesr",
    "next", "on-error", "on-excp", "on-exit", "open", "out", "post", "read", "readc", "reade", "readp", "readpe",
    "rel", "reset", "rolbk", "setgt", "setll", "snd-msg", "sorta", "test", "unlock", "update", "write", "xml-into",
    "xml-sax",
}  # fmt: skip
DECLARATIONS = {"dcl-s", "dcl-c", "dcl-f", "dcl-parm", "dcl-subf"} | {b for b in BLOCKS if b.startswith("dcl-")}
OPERATIONS = ALONE | BEFORE_EXPRESSION | OTHER_OPERATIONS | DECLARATIONS | ENDS
# A line that begins with one of these begins a statement.
STARTERS = OPERATIONS - {"in", "out", "test", "next", "post", "rel", "acq", "open", "close", "read", "write", "force"}
WORDS_BETWEEN = {"and", "or", "to", "downto", "by", "in"}

TOKEN = re.compile(
    r"""(?P<text>[xug]?'(?:[^'\n]|'')*')
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>(?:dcl|end)-(?:s|c|f|ds|pr|pi|proc|parm|subf|enum)\b(?!-)
          | (?:on-(?:error|excp|exit)|ctl-opt|xml-(?:into|sax)|data-(?:into|gen)|for-each|snd-msg|eval-corr)\b(?!-)
          | %?[a-z\#$@][\w\#$@]*)
      | (?P<special>\*[a-z][\w]*)
      | (?P<operator>\*\*=?|<=|>=|<>|[-+*/]=|[-+*/=<>():.;])""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass
class Token:
    kind: str
    text: str  # in small letters, unless it is a literal
    line: int
    first: bool  # on its line

    @property
    def is_operand(self) -> bool:
        return self.kind in ("text", "number", "special") or (
            self.kind == "word" and self.text not in WORDS_BETWEEN and self.text != "not"
        )


# Embedded SQL has operators, and names with a colon, of its own.
SQL_TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\n]|'')*')
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<host>:[a-z\#$@][\w\#$@]*(?:\.[a-z\#$@][\w\#$@]*)?)
      | (?P<word>[a-z\#$@][\w\#$@]*)
      | (?P<operator>\|\||=>|<=|>=|<>|[-+*/=<>(),.;])""",
    re.VERBOSE | re.IGNORECASE,
)

Statement = List[Token]


@dataclass
class Source:
    """A file as statements; what is wrong with it goes to `problems`."""

    path: Path
    problems: List[str]
    statements: List[Statement] = field(default_factory=list)
    directives: List[str] = field(default_factory=list)
    lines: int = 0
    is_free: bool = True

    def wrong(self, line: int, what: str) -> None:
        self.problems.append(f"{self.path}:{line}: {what}")


# ---- reading RPG ----


def read_free(source: Source, lines: List[str]) -> None:
    statement: Statement = []
    conditions: List[int] = []
    for number, line in enumerate(lines[1:], 2):
        if len(line) > LONGEST_LINE or not line.isascii():
            source.wrong(number, f"longer than {LONGEST_LINE} columns, or not ASCII")
        directive = re.match(r"\s*/([a-z]\S*)\s*(.*)", line, re.IGNORECASE)
        if directive:
            if statement:
                source.wrong(statement[0].line, "no semicolon before the directive that follows")
                statement = []
            source.directives.append(f"{directive[1]} {directive[2]}".strip().lower())
            read_directive(source, number, directive[1].lower(), directive[2], conditions)
            continue
        for token in tokens(source, number, line, statement):
            statement.append(token)
            if token.text == ";":
                source.statements.append(statement)
                statement = []
    if statement:
        source.wrong(statement[0].line, "no semicolon before the end of the file")
    for number in conditions:
        source.wrong(number, "/if without /endif")


def read_directive(source: Source, line: int, word: str, rest: str, conditions: List[int]) -> None:
    if word in ("copy", "include"):
        if rest.count("'") not in (0, 2):
            source.wrong(line, "half a pair of quotes")
    elif word == "if":
        conditions.append(line)
    elif word in ("else", "elseif", "endif"):
        if not conditions:
            source.wrong(line, f"/{word} without /if")
        elif word == "endif":
            conditions.pop()
    elif word not in ("define", "undefine", "eof", "title", "eject", "space", "set", "restore", "charcount"):
        source.wrong(line, f"no directive: /{word}")


def tokens(source: Source, number: int, line: str, before: Statement) -> Iterator[Token]:
    at, first = 0, True
    last = before[-1] if before else None
    while True:
        at += len(line[at:]) - len(line[at:].lstrip())
        if at == len(line) or line.startswith("//", at):
            return
        is_sql = bool(before) and before[0].text == "exec"
        match = (SQL_TOKEN if is_sql else TOKEN).match(line, at)
        # `a*b` is a product; `(*omit)`, `return *on` and `a = *on` are not.
        if match and match.lastgroup == "special" and last and ends_operand(last):
            match = re.compile(r"(?P<operator>\*)").match(line, at)
        if match is None:
            what = "a literal that does not end on its line" if line[at] == "'" else f"stray {line[at]}"
            source.wrong(number, what)
            return
        kind = match.lastgroup or ""
        last = Token(kind, match[0] if kind == "text" else match[0].lower(), number, first)
        at, first = match.end(), False
        yield last


def ends_operand(token: Token) -> bool:
    return token.text == ")" or token.is_operand and token.text not in OPERATIONS


# ---- statements ----


def check_statements(source: Source) -> None:
    blocks: List[Token] = []
    seen: Dict[int, Set[str]] = {}  # what stood directly within a block
    for statement in source.statements:
        head = statement[0]
        check_parentheses(source, statement)
        for token in statement[1:]:
            if token.first and token.text in STARTERS and token.kind == "word":
                source.wrong(token.line, f"no semicolon before {token.text}")
        inside = blocks[-1].text if blocks else ""
        is_member = inside in ("dcl-pr", "dcl-pi", "dcl-ds", "dcl-enum") and head.text not in ENDS
        if head.text in DECLARATIONS or is_member:
            check_declaration(source, statement, is_member and head.text not in DECLARATIONS, inside)
        elif head.text in ALONE and len(statement) != 2 and not (head.text == "select" and len(statement) > 2):
            source.wrong(head.line, f"nothing stands behind {head.text}: is a semicolon missing?")
        elif head.text in ENDS and len(statement) > 3:
            source.wrong(head.line, f"no semicolon behind {head.text}")
        elif head.text in BEFORE_EXPRESSION or head.text not in OPERATIONS:
            check_expression(source, statement)
        elif head.text != "exec":
            check_operation(source, statement)
        check_block(source, statement, blocks, seen)
    for token in blocks:
        source.wrong(token.line, f"{token.text} without {BLOCKS[token.text]}")


def check_parentheses(source: Source, statement: Statement) -> None:
    depth = 0
    for token in statement:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "operator" else 0
        if depth < 0:
            break
    if depth != 0:
        source.wrong(statement[0].line, "parentheses do not match")


def check_block(source: Source, statement: Statement, blocks: List[Token], seen: Dict[int, Set[str]]) -> None:
    head = statement[0]
    inside = blocks[-1].text if blocks else ""
    texts = [t.text for t in statement]
    if head.text in ENDS:
        if not blocks or BLOCKS[inside] != head.text:
            source.wrong(head.line, f"{head.text}, where {BLOCKS[inside] if blocks else 'no block'} is open")
            for index in range(len(blocks) - 1, -1, -1):  # so that one slip is not reported many times
                if BLOCKS[blocks[index].text] == head.text:
                    del blocks[index:]
                    break
        else:
            begin = blocks.pop()
            if inside in NEEDS and not NEEDS[inside] & seen.get(id(begin), set()):
                source.wrong(begin.line, f"{inside} without {' or '.join(sorted(NEEDS[inside]))}")
    elif head.text in WITHIN:
        loops = head.text in ("iter", "leave")
        where = [b.text for b in blocks] if loops else [inside]
        if not WITHIN[head.text] & set(where):
            source.wrong(head.line, f"{head.text} outside {' or '.join(sorted(WITHIN[head.text]))}")
        elif not loops:
            before = seen.setdefault(id(blocks[-1]), set())
            if before & {"else", "other"}:
                source.wrong(head.line, f"{head.text} behind else or other")
            before.add(head.text)
    elif head.text in BLOCKS and BLOCKS[head.text] not in texts[1:]:
        if not (head.text == "dcl-ds" and {"likeds", "likerec"} & set(texts)):
            if head.text == "dcl-proc" and blocks:
                source.wrong(head.line, f"dcl-proc within {inside}")
            blocks.append(head)


# Operations before one name.
BEFORE_NAME = {"clear", "close", "exfmt", "exsr", "open", "reset", "write"}


def check_operation(source: Source, statement: Statement) -> None:
    head = statement[0]
    check_within_parentheses(source, statement)
    words = [t for t in outside_parentheses(statement[1:]) if t.kind == "word"]
    if head.text in BEFORE_NAME and len(words) != 1 and not any(t.text == "." for t in statement):
        source.wrong(head.line, f"{head.text} is followed by one name: is a semicolon missing?")
    if head.text == "on-error" and words:
        source.wrong(head.line, f"on-error {words[0].text}: is a semicolon missing?")
    if head.text == "begsr" and len(statement) != 3:
        source.wrong(head.line, "begsr is followed by one name: is a semicolon missing?")
    if any(t.text in ("=", "+=", "-=") for t in outside_parentheses(statement)):
        source.wrong(head.line, f"{head.text}: = behind it: is a semicolon missing?")


def check_within_parentheses(source: Source, statement: Statement) -> None:
    depth = 0
    for before, token in zip(statement, statement[1:]):
        depth += {"(": 1, ")": -1}.get(before.text, 0) if before.kind == "operator" else 0
        side_by_side = token.is_operand and (before.is_operand or before.text == ")")
        if depth > 0 and (side_by_side or token.text == "*" and before.kind == "special"):
            source.wrong(token.line, f"{token.text} behind {before.text}: is a colon missing?")


def outside_parentheses(statement: Statement) -> List[Token]:
    depth, found = 0, []
    for token in statement:
        if token.kind == "operator" and token.text in "()":
            depth += 1 if token.text == "(" else -1
        elif depth == 0:
            found.append(token)
    return found


def check_declaration(source: Source, statement: Statement, is_member: bool, inside: str) -> None:
    head = statement[0]
    names = statement if is_member else statement[1:]
    name, rest = names[0], outside_parentheses(names[1:-1])
    what = head.text
    check_within_parentheses(source, statement)
    if name.kind not in ("word", "special") or name.text == ";":
        source.wrong(head.line, f"{what}: no name")
        return
    if len(name.text) > LONGEST_NAME and what != "dcl-ds":
        source.wrong(head.line, f"{name.text}: a name of more than {LONGEST_NAME} characters")
    if is_member and name.text in OPERATIONS:
        source.wrong(head.line, f"{name.text} is an operation: say dcl-parm {name.text}")
    if any(t.text == "=" for t in rest):
        source.wrong(head.line, f"{name.text}: = in a declaration: is a semicolon missing?")
    types = [t.text for t in rest if t.kind == "word" and t.text in TYPES]
    wanted = {"dcl-s": (1, 1), "dcl-parm": (1, 1), "dcl-subf": (1, 1), "dcl-pr": (0, 1), "dcl-pi": (0, 1)}
    least, most = (1, 1) if is_member and inside != "dcl-enum" else wanted.get(what, (0, 0))
    if what == "dcl-ds" and types and types[0] in ("likeds", "likerec"):
        least, most = 1, 1
    if not least <= len(types) <= most:
        source.wrong(head.line, f"{name.text}: {len(types)} types: is a semicolon missing?")
    if what == "dcl-proc" and [t for t in rest if t.text not in ("export", "serialize", "pgminfo", "reqproto")]:
        source.wrong(head.line, f"{name.text}: no semicolon behind its name")
    if what == "dcl-c" and constant_value(statement) is None:
        source.wrong(head.line, f"{name.text}: a constant has one value")


def constant_value(statement: Statement) -> Optional[str]:
    """The value of `dcl-c NAME value;` or `dcl-c NAME const(value);`."""
    value = statement[2:-1]
    if value and value[0].text == "const":
        value = value[2:-1]
    text = "".join(t.text for t in value)
    signed = len(value) == 2 and value[0].text in "+-" and value[1].kind == "number"
    plain = len(value) == 1 and value[0].kind in ("number", "text", "special")
    return text if signed or plain else None


def check_expression(source: Source, statement: Statement) -> None:
    """An operand, an operator, an operand: what stands otherwise lacks a semicolon, a colon or an operand."""
    start = 1 if statement[0].text in BEFORE_EXPRESSION else 0
    if start and len(statement) > 4 and statement[1].text == "(" and statement[3].text == ")":
        extenders = statement[2].kind == "word" and set(statement[2].text) <= set("ehmnprt")
        start = 4 if extenders and (statement[4].is_operand or statement[4].text == "%") else start
    last: Optional[Token] = None
    for token in statement[start:]:
        starts = token.is_operand or token.text == "not"
        ended = last is not None and (last.is_operand or last.text == ")")
        if starts and ended:
            source.wrong(token.line, f"{token.text} behind {last.text if last else ''}: what stands between them?")
        if token.text == "(" and last is not None and (last.text == ")" or last.kind in ("text", "number")):
            source.wrong(token.line, f"( behind {last.text}")
        is_binary = token.kind == "operator" and token.text not in "(-+" or token.text in WORDS_BETWEEN
        if is_binary and not ended and not (token.text == ")" and last is not None and last.text == "("):
            alone = token.text == ";" and last is None and statement[0].text == "return"
            if not alone:
                source.wrong(token.line, f"an operand is missing before {token.text}")
        last = token
    if start == 0 and not any(t.text in ("=", "+=", "-=", "*=", "/=", "**=") for t in outside_parentheses(statement)):
        is_call = len(statement) > 2 and statement[-2].text == ")"
        if not is_call:
            source.wrong(statement[0].line, "neither an assignment nor a call")
