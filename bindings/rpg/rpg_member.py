"""The /copy members: each constant and each prototype against the C header, type by type."""

from pathlib import Path
from typing import Dict, List, Optional, Tuple

from oauth_header import Function, Header
from rpg_syntax import Source, Statement, constant_value

IN_THE_JOBS_CCSID = {
    "int": "int ( 10 ) value",
    "in": "pointer value options ( *string )",
    "out": "char ( 65535 ) options ( *varsize )",
}
# OPTIONS(*STRING) takes no UTF-8, or converts it to the job's CCSID (IBM, RPG Cafe, fall 2026).
IN_UTF_8 = {
    "int": "int ( 10 ) value",
    "in": "pointer value",
    "out": "char ( 65535 ) ccsid ( *utf8 ) options ( *varsize )",
}
RPG_TYPES = {"OAUTH_H": IN_THE_JOBS_CCSID, "OAUTHU_H": IN_UTF_8, "OAUTHF_H": IN_THE_JOBS_CCSID}
GUARD = ["if defined(oauth_h)", "eof", "endif", "define oauth_h"]
MORE = {"OAUTHU_H": ["define oauth_utf8"]}  # by which copied members know


def is_member(path: Path) -> bool:
    return path.stem in RPG_TYPES


def check_member(source: Source, header: Header) -> None:
    if source.is_free == (source.path.stem == "OAUTHF_H"):
        source.wrong(1, "fixed-form is what OAUTHF_H is, and nothing else")
    if source.directives != GUARD + MORE.get(source.path.stem, []):
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
    for name, function in header.callable.items():
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
    types = RPG_TYPES[source.path.stem]
    for (shape, name), parameter in zip(function.parameters, parameters):
        words = [t.text for t in parameter if t.text != "dcl-parm"]
        found = " ".join(words[1:-1])
        if words[0] != name or found != types[shape]:
            source.wrong(parameter[0].line, f"{function.name}: {words[0]} {found}, not {name} {types[shape]}")


