"""A file of RPG, free-form or fixed-form, as statements."""

from pathlib import Path
from typing import List

from rpg_fixed import read_fixed
from rpg_syntax import Source, read_free


def read_source(path: Path, problems: List[str]) -> Source:
    source = Source(path, problems)
    lines = path.read_text(encoding="utf-8").split("\n")
    source.lines = len(lines)
    source.is_free = lines[0].rstrip().upper() == "**FREE"
    read = read_free if source.is_free else read_fixed
    read(source, lines)
    return source
