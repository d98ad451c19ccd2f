"""liboauth's C header: its constants and functions."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple


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

    @property
    def callable(self) -> Dict[str, Function]:
        """All that RPG can call."""
        return {**self.functions, **BRIDGE}


SHAPES = {"int32_t": "int", "const char *": "in", "char *": "out"}
# What the bridge on IBM i has besides: the C header does not know it.
BRIDGE = {"oauth_bridge_ccsid": Function("oauth_bridge_ccsid", [("int", "ccsid")])}


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
