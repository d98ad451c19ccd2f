"""DDS of display and printer files: what stands in which columns, and what would lie over something else."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Set, Tuple

LONGEST_LINE = 80
# Keywords that the examples use, with a pattern of what stands in their parentheses.
KEYWORDS = {
    "DSPSIZ": r"24 80 \*DS3|27 132 \*DS4", "INDARA": "", "CA03": r"03", "CF06": r"06", "CNTFLD": r"\d{3}",
    "DSPATR": r"PR|HI|RI|UL", "CHECK": r"LC", "SPACEA": r"\d{3}",
}  # fmt: skip
SIZES = {"24 80 *DS3": (24, 80), "27 132 *DS4": (27, 132)}


@dataclass
class Entry:
    """A line with what goes on below it."""

    line: int
    record: str
    name: str
    length: str
    kind: str  # the data type
    usage: str
    row: str
    column: str
    keywords: str


def read(path: Path, problems: List[str]) -> List[Entry]:
    found: List[Entry] = []
    goes_on = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        def wrong(what: str, number: int = number) -> None:
            problems.append(f"{path}:{number}: {what}")

        if len(line) > LONGEST_LINE or not line.isascii() or line[:6] != "     A":
            wrong(f"longer than {LONGEST_LINE} columns, not ASCII, or without A in column 6")
        if line[6:7] == "*":
            continue
        keywords = line[44:].strip()
        if goes_on:
            if line[6:44].strip():
                wrong("a keyword goes on here: columns 7 to 44 are empty")
            found[-1].keywords = found[-1].keywords[:-1] + keywords
        else:
            record = "R" if line[16:17] == "R" else ""
            row, column = ("", "") if record else (line[38:41].strip(), line[41:44].strip())
            name, length = line[18:28].strip(), line[29:34].strip()
            if line[6:16].strip() or line[16:17] not in " R" or line[17:18].strip() or line[28:29].strip():
                wrong("columns 7 to 18, and 29, are empty but for an R in 17")
            if record and line[28:44].strip():
                wrong("a record has a name and keywords")
            if length and (line[33:34] == " " or not length.isdigit()) or line[35:37].strip():
                wrong("a length ends in column 34, and there are no decimals")
            for part in (row, column, length):
                if part and not part.isdigit():
                    wrong(f"{part} is no number")
                    row = column = length = ""
            if row and line[40:41] == " " or column and line[43:44] == " ":
                wrong("a line ends in column 41, and a position in column 44")
            found.append(Entry(number, record, name, length, line[34:35], line[37:38], row, column, keywords))
        goes_on = found[-1].keywords.endswith("-")
    if goes_on:
        problems.append(f"{path}:{found[-1].line}: it goes on nowhere")
    return found


def names(path: Path) -> Set[str]:
    """Its records and fields, in small letters."""
    return {entry.name.lower() for entry in read(path, []) if entry.name}


def records(path: Path) -> Set[str]:
    return {entry.name.lower() for entry in read(path, []) if entry.record}


def check(path: Path, problems: List[str]) -> None:
    entries = read(path, problems)
    is_display = path.suffix == ".dspf"
    size = (0, 0)
    seen: Set[str] = set()
    taken: Dict[int, List[Tuple[int, int]]] = {}
    record = ""
    for entry in entries:
        def wrong(what: str, entry: Entry = entry) -> None:
            problems.append(f"{path}:{entry.line}: {what}")

        keywords = check_keywords(entry, wrong)
        size = SIZES.get(keywords.get("DSPSIZ", ""), size)
        if entry.name:
            if entry.name in seen or not re.fullmatch(r"[A-Z][A-Z0-9]{0,9}", entry.name):
                wrong(f"{entry.name}: used already, or no name of DDS")
            seen.add(entry.name)
        if entry.record:
            record, taken = entry.name, {}
        elif entry.row or entry.column or entry.name:
            if not record:
                wrong("a field outside of a record")
            check_field(entry, keywords, is_display, size, taken, wrong)
    if is_display and size == (0, 0):
        problems.append(f"{path}:1: no DSPSIZ")
    if not record:
        problems.append(f"{path}:1: no record")


def check_keywords(entry: Entry, wrong) -> Dict[str, str]:
    text, keywords = entry.keywords, {}
    while text:
        literal = re.match(r"'(?:[^']|'')*'\s*", text)
        keyword = re.match(r"([A-Z0-9]+)(?:\(([^()]*)\))?\s*", text)
        if literal:
            keywords["'"] = literal[0].strip()
            text = text[literal.end() :]
        elif keyword and keyword[1] in KEYWORDS and re.fullmatch(KEYWORDS[keyword[1]], keyword[2] or ""):
            keywords[keyword[1]] = keyword[2] or ""
            text = text[keyword.end() :]
        else:
            wrong(f"no keyword that is known here, or half a literal: {text}")
            break
    return keywords


def check_field(entry: Entry, keywords, is_display: bool, size, taken, wrong) -> None:
    is_text = "'" in keywords
    if is_text == bool(entry.name) or is_text and (entry.length or entry.usage.strip()):
        wrong("a literal, or a name with a length")
        return
    if entry.name and (not entry.length or entry.kind != "A" or entry.usage not in ("BIO" if is_display else "O")):
        wrong(f"{entry.name}: a length, A in column 35, and a usage that is right here")
        return
    length = len(keywords["'"][1:-1].replace("''", "'")) if is_text else int(entry.length)
    if not is_display:
        if entry.row or not entry.column or int(entry.column) + length > 133:
            wrong("a position alone, and no more than 132 columns")
        return
    rows, columns = size
    if not (entry.row and entry.column and 1 <= int(entry.row) <= rows and 2 <= int(entry.column) <= columns):
        wrong("off the screen; column 1 is for the attribute")
        return
    row, column = int(entry.row), int(entry.column)
    width = int(keywords["CNTFLD"]) if "CNTFLD" in keywords else 0
    if width and column + width > columns:
        wrong("wider than the screen")
    pieces: List[Tuple[int, int, int]] = []  # row, first and last column, attributes included
    if width:
        for index in range(-(-length // width)):
            pieces.append((row + index, column - 1, column + width))
    else:
        start = (row - 1) * columns + column - 1
        for at in range(row, (start + length) // columns + 2):
            first = column - 1 if at == row else 1
            last = min(columns, start + length - (at - 1) * columns + (1 if start + length < rows * columns else 0))
            if last >= 1:
                pieces.append((at, first, last))
    for at, first, last in pieces:
        if at > rows:
            wrong("it ends below the screen")
        for other_first, other_last in taken.get(at, []):
            # An attribute that ends one field may begin the next.
            if first < other_last and other_first < last:
                wrong(f"in line {at} it lies over something else")
        taken.setdefault(at, []).append((first, last))
