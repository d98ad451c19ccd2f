"""Programs: each name is declared, each procedure is called as it is declared, and liboauth's as its header says."""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Set, Tuple

import dds
import sql
from oauth_header import Header
from rpg_apis import APIS, HTTPAPI_OPTIONS, Api, Procedure
from rpg_call import call_arguments, check_call, check_other_call
from rpg_names import Names, declared
from rpg_syntax import DECLARATIONS, ENDS, OPERATIONS, OTHER_OPERATIONS, TYPES, WORDS_BETWEEN, Source, Statement

Sources = Dict[str, Source]  # by the names by which they are copied


OURS = ("oauth_h", "oauthu_h", "oauthf_h")
# What the SQL precompiler declares.
OF_SQL = {"sqlcode", "sqlstate"}


@dataclass
class Surroundings:
    """What is visible in a program besides its own names."""

    apis: List[Api] = field(default_factory=list)
    procedures: Dict[str, Tuple[int, int]] = field(default_factory=dict)
    names: Set[str] = field(default_factory=set)

    def add(self, other: "Surroundings") -> None:
        self.apis += other.apis
        self.procedures.update(other.procedures)
        self.names |= other.names

    def procedure(self, name: str) -> Optional[Procedure]:
        return next((api.procedures[name] for api in self.apis if name in api.procedures), None)

    @property
    def constants(self) -> List[str]:
        return [name for api in self.apis for name in api.constants]


def copies_of(source: Source) -> List[str]:
    """The members that it copies, without library and file."""
    found = [d.partition(" ")[2] for d in source.directives if d.startswith(("copy ", "include "))]
    return [re.split("[/,]", name.strip("'"))[-1].replace(".rpgleinc", "") for name in found]


def surroundings(source: Source, others: Sources) -> Surroundings:
    around = Surroundings()
    for name in copies_of(source):
        api = next((api for api in APIS if name == api.member), None)
        if name in OURS:
            continue
        if api:
            around.apis.append(api)
        elif name in others:
            its = declared(others[name])
            around.procedures.update(its.procedures)
            around.names |= set(its.scopes[""])
            around.add(surroundings(others[name], others))
        else:
            source.wrong(1, f"/copy {name}: not among the files that are checked")
    for statement in source.statements:
        if statement[0].text == "dcl-f":
            file = others.get(statement[1].text)
            if file is None:
                source.wrong(statement[0].line, f"{statement[1].text}: no DDS of that name is checked along")
            else:
                around.names |= dds.names(file.path)
    return around


def check_program(source: Source, header: Header, others: Sources) -> int:
    """Returns how often it calls the library."""
    names, around = declared(source), surroundings(source, others)
    constants = {header.rpg_name(name).lower(): name for name in header.constants}
    members = [name for name in copies_of(source) if name in OURS]
    around.names |= OF_SQL if source.path.suffix == ".sqlrpgle" else set()
    calls = 0
    for statement in source.statements:
        names.enter(statement)
        if statement[0].text == "exec":
            sql.check(source, names, statement)
            continue
        is_declaration = statement[0].text in DECLARATIONS
        for index, token in enumerate(statement):
            name = token.text
            if token.kind != "word" or name in OPERATIONS or (index and statement[index - 1].text == "."):
                continue
            api = around.procedure(name)
            arity = names.procedures.get(name, around.procedures.get(name))
            if is_declaration and index == 1:
                if name in header.callable or name in constants or api:
                    source.wrong(token.line, f"{name} is a name of the library's")
            elif arity is not None and not is_declaration and statement[0].text not in ENDS:
                check_arity(source, statement, index, arity)
            elif names.declaration(name) is not None or name in around.names or name in around.constants:
                continue
            elif name in header.callable:
                calls += 1
                check_call(source, header, names, constants, statement, index, members == ["oauthu_h"])
            elif api is not None:
                check_other_call(source, names, api, around.constants, statement, index)
                check_option(source, statement, index)
            elif name.startswith("oauth_") and name not in constants:
                source.wrong(token.line, f"{name}: the library has no such name")
            elif name not in constants and not is_declaration and is_unknown(name, statement, index):
                source.wrong(token.line, f"{name}: not declared")
    if len(copies_of(source)) != len(set(copies_of(source))) or len(members) > 1 or calls and not members:
        source.wrong(1, f"it copies {copies_of(source)}: each once, and one of liboauth's members")
    if members and calls == 0:
        source.wrong(1, "no call of the library")
    return calls


def check_arity(source: Source, statement: Statement, index: int, arity: Tuple[int, int]) -> None:
    token = statement[index]
    arguments = call_arguments(statement, index)
    least, most = arity
    if arguments is None and most == 0 and statement[0].text == "exsr":
        return
    if arguments is None:
        source.wrong(token.line, f"{token.text}: without parentheses")
    elif not least <= len(arguments) <= most:
        source.wrong(token.line, f"{token.text}: {len(arguments)} arguments, {least} to {most} parameters")


def check_option(source: Source, statement: Statement, index: int) -> None:
    if statement[index].text != "http_setoption":
        return
    arguments = call_arguments(statement, index) or [[]]
    written = "".join(t.text for t in arguments[0])
    if written not in HTTPAPI_OPTIONS:
        source.wrong(statement[index].line, f"http_setOption has no {written} that is known here")


def is_unknown(name: str, statement: Statement, index: int) -> bool:
    if name.startswith("%") or name in WORDS_BETWEEN or name == "not":
        return False
    if statement[0].text in OTHER_OPERATIONS - {"clear", "reset", "dsply", "exsr", "begsr", "exfmt", "write"}:
        return False
    extender = index == 2 and statement[1].text == "(" and statement[3].text == ")" and statement[0].text in OPERATIONS
    return not extender and statement[0].text not in ENDS and not is_in_declaration(statement)


def is_in_declaration(statement: Statement) -> bool:
    return len(statement) > 2 and statement[1].kind == "word" and statement[1].text in TYPES


def check_files_of(source: Source, others: Sources) -> None:
    """Each record of a file that it opens is shown or printed, and each field is used."""
    words = {t.text for statement in source.statements for t in statement}
    for statement in source.statements:
        file = others.get(statement[1].text) if statement[0].text == "dcl-f" else None
        if file is not None:
            for name in sorted(dds.names(file.path) - words):
                source.wrong(statement[0].line, f"{name} of {file.path.name} is never used")
