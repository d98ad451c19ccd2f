"""How liboauth's functions, and those of other APIs, are called."""

import re
from functools import partial
from typing import Callable, Dict, List, Optional

from oauth_header import Header
from rpg_apis import Procedure
from rpg_names import Names
from rpg_syntax import Source, Statement, Token, outside_parentheses

Argument = List[Token]
Report = Callable[[str], None]
IN_UTF_8 = "ccsid ( *utf8 )"


def check_call(
    source: Source, header: Header, names: Names, constants: Dict[str, str], statement: Statement, index: int,
    is_utf_8: bool,
) -> None:  # fmt: skip
    token = statement[index]
    function = header.callable[token.text]
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
        elif shape == "in" and is_utf_8:
            check_address_in(names, argument, following, wrong)
        elif shape == "in":
            check_text_in(names, constants, argument, following, wrong)
        else:
            check_text_out(names, constants, argument, following, wrong)
            declaration = names.type_of(argument)
            if declaration and (IN_UTF_8 in declaration) != is_utf_8:
                wrong("the field's CCSID is not that of the /copy member")
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


def check_address_in(names: Names, argument: Argument, following: Argument, wrong: Report) -> None:
    """OAUTHU_H takes an address: nothing else knows that it is of a field in UTF-8, how long it is, or where it begins."""
    written = "".join(t.text for t in argument)
    found = re.fullmatch(r"%addr\((\w+)(:\*data)?\)", written)
    if found is None:
        wrong("%addr of a field belongs here")
        return
    declaration = names.declaration(found[1]) or ""
    if declaration and IN_UTF_8 not in declaration:
        wrong(f"{found[1]} is not in UTF-8")
    if declaration and declaration.startswith("varchar") != bool(found[2]):
        wrong("*data is said of a varying field, and of no other")
    if "".join(t.text for t in following) != f"%len({found[1]})":
        wrong(f"%len({found[1]}) belongs behind it")


def check_other_call(source: Source, names: Names, api: Procedure, constants: List[str], statement: Statement, index: int) -> None:
    """A procedure of another API."""
    token = statement[index]
    arguments = call_arguments(statement, index)
    if arguments is None:
        source.wrong(token.line, f"{token.text}: without parentheses")
        return
    if not api.least <= len(arguments) <= api.most:
        source.wrong(token.line, f"{token.text}: {len(arguments)} arguments, {api.least} to {api.most} parameters")
    for shape, argument in zip(api.parameters, arguments):
        problem = wrong_shape(names, shape, constants, argument)
        if problem:
            written = "".join(t.text for t in argument)
            source.wrong(token.line, f"{token.text}: {problem}: {written}")


TYPES_OF = {
    "text": r"(var)?char\b|like", "varying": r"varchar\b", "number": r"(int|uns|packed|zoned)\b|like", "pointer": r"pointer\b",
}  # fmt: skip


def wrong_shape(names: Names, shape: str, constants: List[str], argument: Argument) -> str:
    if not argument:
        return "nothing"
    if argument[0].text == "*omit":
        return "" if shape.endswith("?") else "*OMIT"
    shape = shape.rstrip("?")
    if shape == "constant":
        return "" if len(argument) == 1 and argument[0].text in constants else "one of its constants belongs here"
    declaration = names.type_of(argument)
    is_constant = declaration.startswith("'") or declaration[:1].isdigit()
    if is_constant and (shape == "number") != declaration[:1].isdigit():
        return f"a {shape} belongs here"
    if declaration and not is_constant and not re.match(TYPES_OF[shape], declaration):
        return f"a {shape} belongs here"
    if len(argument) == 1 and argument[0].kind == "text" and shape != "text":
        return f"a {shape} belongs here"
    if len(argument) == 1 and argument[0].kind == "number" and shape != "number":
        return f"a {shape} belongs here"
    starts = argument[0].text
    if (starts == "%addr") != (shape == "pointer" and not declaration and starts.startswith("%")):
        return f"a {shape} belongs here"
    if starts in ("%size", "%len") and shape != "number":
        return f"a {shape} belongs here"
    return ""
