#!/usr/bin/env python3
"""Checks free-form RPG where no RPG compiler is at hand.

    check.py liboauth.h OAUTH_H.rpgleinc [PROGRAM.rpgle ...]

The /copy member: each constant and each prototype against the C header, type by type. Every file: a semicolon after
each statement, blocks and parentheses that close, no operand without an operator, no name that RPG would take for
another. Programs, besides: each oauth_... is called as it is declared, each OAUTH_... is a constant that belongs
there, and a padded field is not passed as if a NUL ended it.

Says what is wrong, a line each, then a line with what was checked. Exits with 1 where something is wrong. What it
finds right may still be wrong: it is no compiler.
"""

import re
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

from rpg_syntax import (
    BLOCKS,
    DECLARATIONS,
    ENDS,
    OPERATIONS,
    OTHER_OPERATIONS,
    TYPES,
    WORDS_BETWEEN,
    Source,
    Statement,
    Token,
    check_statements,
    constant_value,
    outside_parentheses,
    read_source,
)

# ---- the C header ----


@dataclass
class Function:
    name: str
    parameters: List[Tuple[str, str]]  # shape ("int", "in" or "out"), name


@dataclass
class Header:
    constants: Dict[str, int]
    sections: Dict[str, str]
    functions: Dict[str, Function]

    def rpg_name(self, constant: str) -> str:
        """RPG does not tell capitals from small letters: a constant gives way to a function."""
        return constant + "_PROPERTY" if constant.lower() in self.functions else constant


SHAPES = {"int32_t": "int", "const char *": "in", "char *": "out"}
RPG_TYPES = {
    "int": "int ( 10 ) value",
    "in": "pointer value options ( *string )",
    "out": "char ( 65535 ) options ( *varsize )",
}


def read_header(path: Path, problems: List[str]) -> Header:
    header = Header({}, {}, {})
    section = ""
    text = path.read_text()
    for line in text.splitlines():
        heading = re.fullmatch(r"/\* ---- (.*) ---- \*/", line)
        section = heading[1] if heading else section
        define = re.fullmatch(r"#define (OAUTH_\w+) \(?(-?\d+)\)?", line)
        if define:
            header.constants[define[1]] = int(define[2])
            header.sections[define[1]] = section
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for name, inside in re.findall(r"\bint32_t\s+(oauth_\w+)\s*\(([^)]*)\)\s*;", code):
        parameters = []
        for written in [] if inside.strip() == "void" else inside.split(","):
            parts = re.fullmatch(r"\s*(.*?)\s*(\w+)\s*", written, re.DOTALL)
            shape = SHAPES.get(parts[1] if parts else "")
            if parts is None or shape is None:
                problems.append(f"{path}: {name}: no shape for RPG: {written.strip()}")
                continue
            parameters.append((shape, parts[2]))
        header.functions[name] = Function(name, parameters)
    if not header.constants or not header.functions:
        problems.append(f"{path}: no constants or no functions: not liboauth's header")
    return header


# ---- the /copy member ----


GUARD = ["if defined(oauth_h)", "eof", "endif", "define oauth_h"]


def check_member(source: Source, header: Header) -> None:
    if source.directives != GUARD:
        source.wrong(1, "the directives are not those that keep it from being read twice")
    constants: Dict[str, Tuple[int, Optional[str]]] = {}
    prototypes: Dict[str, Tuple[Statement, List[Statement]]] = {}
    names: Dict[str, int] = {}
    current: Optional[List[Statement]] = None
    for statement in source.statements:
        head = statement[0]
        name = statement[1].text if len(statement) > 1 else ""
        if head.text in ("dcl-c", "dcl-pr"):
            if name in names:
                source.wrong(head.line, f"{name} is declared in line {names[name]}: RPG takes both for one name")
            names[name] = head.line
        if head.text == "dcl-c":
            constants[name] = (head.line, constant_value(statement))
        elif head.text == "dcl-pr":
            prototypes[name] = (statement, [])
            current = prototypes[name][1]
        elif head.text == "end-pr":
            current = None
        elif current is not None:
            current.append(statement)
        else:
            source.wrong(head.line, f"{head.text}: only constants and prototypes stand here")
    wanted = {header.rpg_name(name).lower(): value for name, value in header.constants.items()}
    for name, value in wanted.items():
        line, text = constants.pop(name, (0, None))
        if text != str(value):
            source.wrong(line, f"{name}: {text}, where the header has {value}")
    for name, (line, _) in constants.items():
        source.wrong(line, f"{name}: not in the header")
    for name, function in header.functions.items():
        if name not in prototypes:
            source.wrong(0, f"{name}: no prototype")
            continue
        statement, parameters = prototypes.pop(name)
        check_prototype(source, function, statement, parameters)
    for name, (statement, _) in prototypes.items():
        source.wrong(statement[0].line, f"{name}: not in the header")


def check_prototype(source: Source, function: Function, statement: Statement, parameters: List[Statement]) -> None:
    line = statement[0].line
    found = " ".join(t.text for t in statement[2:-1])
    if found != f"int ( 10 ) extproc ( '{function.name}' )":
        source.wrong(line, f"{function.name}: {found}")
    if len(parameters) != len(function.parameters):
        source.wrong(line, f"{function.name}: {len(parameters)} parameters, {len(function.parameters)} in the header")
    for (shape, name), parameter in zip(function.parameters, parameters):
        words = [t.text for t in parameter if t.text != "dcl-parm"]
        found = " ".join(words[1:-1])
        if words[0] != name or found != RPG_TYPES[shape]:
            source.wrong(parameter[0].line, f"{function.name}: {words[0]} {found}, not {name} {RPG_TYPES[shape]}")


# ---- programs ----


@dataclass
class Names:
    """What a program declares itself, with the words of the declarations; "" is outside procedures."""

    scopes: Dict[str, Dict[str, str]] = field(default_factory=lambda: {"": {}})
    scope: str = ""

    def enter(self, statement: Statement) -> None:
        """A procedure's own names hold until its end."""
        if statement[0].text == "dcl-proc":
            self.scope = statement[1].text
            self.scopes.setdefault(self.scope, {})
        elif statement[0].text == "end-proc":
            self.scope = ""

    def declaration(self, name: str) -> Optional[str]:
        return self.scopes[self.scope].get(name, self.scopes[""].get(name))

    def type_of(self, argument: List[Token]) -> str:
        return self.declaration(argument[0].text) or "" if len(argument) == 1 else ""


def declared(source: Source) -> Names:
    names = Names()
    inside: List[bool] = []
    for statement in source.statements:
        head, texts = statement[0].text, [t.text for t in statement]
        if head in ("dcl-proc", "begsr"):
            names.scopes[""][texts[1]] = ""
        names.enter(statement)
        here = names.scopes[names.scope]
        if head in DECLARATIONS and head != "dcl-proc":
            here[texts[1]] = " ".join(texts[2:-1])
        elif inside and inside[-1] and head not in ENDS:
            here[head] = " ".join(texts[1:-1])
        if head in ("dcl-ds", "dcl-pi", "dcl-pr", "dcl-enum") and BLOCKS[head] not in texts[1:]:
            if not {"likeds", "likerec"} & set(texts):
                # Only these have members that can be named without what they belong to.
                inside.append(head == "dcl-pi" or head == "dcl-ds" and "qualified" not in texts)
        elif head in ("end-ds", "end-pi", "end-pr", "end-enum") and inside:
            inside.pop()
    return names


def check_program(source: Source, header: Header) -> int:
    names = declared(source)
    constants = {header.rpg_name(name).lower(): name for name in header.constants}
    copies = [d for d in source.directives if d.startswith(("copy ", "include "))]
    ours = [c for c in copies if re.search(r"[ ',/]oauth_h(\.rpgleinc)?'?$", c)]
    knows_all = len(ours) == len(copies)
    calls = 0
    for statement in source.statements:
        names.enter(statement)
        is_declaration = statement[0].text in DECLARATIONS
        for index, token in enumerate(statement):
            name = token.text
            if token.kind != "word" or name in OPERATIONS or (index and statement[index - 1].text == "."):
                continue
            if names.declaration(name) is not None:
                if is_declaration and index == 1 and (name in header.functions or name in constants):
                    source.wrong(token.line, f"{name} is a name of the library's")
            elif name in header.functions:
                calls += 1
                check_call(source, header, names, constants, statement, index)
            elif name.startswith("oauth_") and name not in constants:
                source.wrong(token.line, f"{name}: the library has no such name")
            elif name not in constants and not is_declaration and knows_all and is_unknown(name, statement, index):
                source.wrong(token.line, f"{name}: not declared")
    if len(ours) != 1:
        source.wrong(1, f"{len(ours)} times /copy of OAUTH_H")
    if calls == 0:
        source.wrong(1, "no call of the library: not a program to check here")
    return calls


def is_unknown(name: str, statement: Statement, index: int) -> bool:
    if name.startswith("%") or name in WORDS_BETWEEN or name == "not":
        return False
    if statement[0].text in OTHER_OPERATIONS - {"clear", "reset", "dsply", "exsr", "begsr"}:
        return False
    extender = index == 2 and statement[1].text == "(" and statement[3].text == ")" and statement[0].text in OPERATIONS
    return not extender and statement[0].text not in ENDS and not is_in_declaration(statement)


def is_in_declaration(statement: Statement) -> bool:
    return len(statement) > 2 and statement[1].kind == "word" and statement[1].text in TYPES


def check_call(
    source: Source, header: Header, names: Names, constants: Dict[str, str], statement: Statement, index: int
) -> None:
    token = statement[index]
    function = header.functions[token.text]
    arguments = call_arguments(statement, index)
    if arguments is None:
        source.wrong(token.line, f"{function.name}: without parentheses")
        return
    if len(arguments) != len(function.parameters):
        source.wrong(
            token.line, f"{function.name}: {len(arguments)} arguments, {len(function.parameters)} parameters"
        )
        return
    for (shape, name), argument, following in zip(function.parameters, arguments, [*arguments[1:], []]):
        written = "".join(t.text for t in argument)
        before = len(source.problems)
        wrong = partial(source.wrong, token.line)
        if not argument or written.startswith("*"):
            wrong("every argument is given")
        elif shape == "int":
            check_number(header, names, constants, name, argument, wrong)
        elif shape == "in":
            check_text_in(names, constants, argument, following, wrong)
        else:
            check_text_out(names, constants, argument, following, wrong)
        for index in range(before, len(source.problems)):
            source.problems[index] += f" ({function.name}, {name}: {written})"


def call_arguments(statement: Statement, index: int) -> Optional[List[List[Token]]]:
    """What stands between the parentheses, at the colons."""
    if statement[index + 1].text != "(":
        return None
    depth, arguments, current = 0, [], []  # type: int, List[List[Token]], List[Token]
    for token in statement[index + 1 :]:
        if token.text == "(" and token.kind == "operator":
            depth += 1
            if depth == 1:
                continue
        elif token.text == ")" and token.kind == "operator":
            depth -= 1
            if depth == 0:
                return arguments + [current] if current or arguments else []
        elif token.text == ":" and depth == 1:
            arguments.append(current)
            current = []
            continue
        current.append(token)
    return None


Argument = List[Token]
Report = Callable[[str], None]


def check_number(
    header: Header, names: Names, constants: Dict[str, str], name: str, argument: Argument, wrong: Report
) -> None:
    if any(t.kind == "text" for t in argument) and len(argument) == 1:
        wrong("a number belongs here")
    if re.match(r"(var)?char|ind|pointer", names.type_of(argument)):
        wrong("a number belongs here")
    constant = constants.get(argument[0].text) if len(argument) == 1 else None
    section = {"property": "properties", "part": "parts of a request"}.get(name)
    if section and argument[0].kind == "number":
        wrong("use the constant's name")
    if constant and section and not header.sections[constant].startswith(section):
        wrong(f"none of the {section}")
    if constant and not section and name not in ("length", "capacity") and not name.endswith("_length"):
        wrong("no constant belongs here")


def check_text_in(
    names: Names, constants: Dict[str, str], argument: Argument, following: Argument, wrong: Report
) -> None:
    if argument[0].kind == "number" or argument[0].text in constants:
        wrong("a text belongs here")
    length = "".join(t.text for t in following)
    declaration = names.type_of(argument)
    if re.match(r"(int|uns|packed|zoned|ind)\b", declaration):
        wrong("a text belongs here")
    if declaration.startswith("char ") and length == "oauth_nul_terminated":
        wrong("the blanks that pad the field would be part of the text: give %len, or trim it")
    if declaration.startswith("varchar ") and length.startswith("%size"):
        wrong("%size of a varying field is not its length: give %len")
    check_measured(argument, length, wrong)


def check_text_out(
    names: Names, constants: Dict[str, str], argument: Argument, following: Argument, wrong: Report
) -> None:
    literal = argument[0].kind != "word" or argument[0].text.startswith("%") or argument[0].text in constants
    if literal or any(t.text in ("+", "-", "*", "/") for t in outside_parentheses(argument)):
        wrong("a field belongs here")
    declaration = names.type_of(argument)
    if declaration and not re.match(r"char |like", declaration):
        wrong("a CHAR field belongs here")
    length = "".join(t.text for t in following)
    if length == "oauth_nul_terminated":
        wrong("the field's size belongs behind it")
    check_measured(argument, length, wrong)


def check_measured(argument: Argument, length: str, wrong: Report) -> None:
    """`field: %len(other)` reads or writes behind the field's end."""
    measured = re.fullmatch(r"%(len|size)\((.*)\)", length)
    if measured and measured[2] != "".join(t.text for t in argument):
        wrong(f"{length} is not its length")


def main(arguments: List[str]) -> int:
    if len(arguments) < 2:
        print(__doc__)
        return 2
    problems: List[str] = []
    header = read_header(Path(arguments[0]), problems)
    member = read_source(Path(arguments[1]), problems)
    check_statements(member)
    check_member(member, header)
    calls, lines = 0, member.lines
    for path in arguments[2:]:
        program = read_source(Path(path), problems)
        check_statements(program)
        calls += check_program(program, header)
        lines += program.lines
    for problem in problems:
        print(problem)
    print(
        f"{len(header.functions)} prototypes, {len(header.constants)} constants, {len(arguments) - 2} programs with "
        f"{calls} calls, {lines} lines checked: {len(problems)} problems"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
