#!/usr/bin/env python3
"""Checks RPG, CL and DDS where no compiler of theirs is at hand.

    check.py liboauth.h FILE...

The /copy members OAUTH_H, OAUTHU_H and OAUTHF_H: each constant and each prototype against the C header, type by type.
RPG, free-form (**FREE) and fixed-form: a semicolon after each statement, or all in its columns; blocks and parentheses
that close, no operand without an operator, no name that RPG would take for another. Programs, besides: each name is
declared, each procedure of theirs, of liboauth's, HTTPAPI's and ILEvator's is called as it is declared, each OAUTH_... is a
constant that belongs there, no padded field is passed as if a NUL ended it, and embedded SQL has its host variables and its
functions' arguments. CL: known commands with known parameters, variables, labels, blocks. DDS: columns, and what
would lie over something else. What programs copy and which files they open is looked for among the files.

Says what is wrong, a line each, then a line with what was checked. Exits with 1 where something is wrong. What it
finds right may still be wrong: it is no compiler.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List

import cl
import dds
from oauth_header import Header, read_header
from rpg_member import check_member, is_member
from rpg_program import Sources, check_files_of, check_program
from rpg_source import read_source
from rpg_syntax import Source, check_statements

RPG = (".rpgle", ".sqlrpgle", ".rpgleinc")
CL = (".clle", ".clp")
DDS = (".dspf", ".prtf")


@dataclass
class Count:
    functions: int = 0
    constants: int = 0
    members: int = 0
    programs: int = 0
    calls: int = 0
    lines: int = 0


def check_files(header: Header, paths: List[Path], problems: List[str]) -> Count:
    count = Count(len(header.functions), len(header.constants))
    sources: Sources = {}
    for path in paths:
        if path.suffix in RPG:
            sources[path.stem.lower()] = read_source(path, problems)
        elif path.suffix in DDS:
            sources[path.stem.lower()] = Source(path, problems)
        elif path.suffix not in CL:
            problems.append(f"{path}: neither RPG nor CL nor DDS by its name")
    for path in paths:
        if path.suffix in CL:
            cl.check(path, problems)
        elif path.suffix in DDS:
            dds.check(path, problems)
        elif path.suffix in RPG:
            source = sources[path.stem.lower()]
            count.lines += source.lines
            check_statements(source)
            if is_member(path):
                check_member(source, header)
                count.members += 1
            else:
                count.calls += check_program(source, header, sources)
                check_files_of(source, sources)
        count.programs += not is_member(path)
    return count


def main(arguments: List[str]) -> int:
    if len(arguments) < 2:
        print(__doc__)
        return 2
    problems: List[str] = []
    header = read_header(Path(arguments[0]), problems)
    count = check_files(header, [Path(argument) for argument in arguments[1:]], problems)
    for problem in problems:
        print(problem)
    print(
        f"{count.functions} prototypes, {count.constants} constants, {count.members} members, {count.programs} programs "
        f"with {count.calls} calls, {count.lines} lines checked: {len(problems)} problems"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
