"""Text checks of the RPG example beyond bindings/rpg/check.py: HTTPAPI's procedures, copies, and the screen's DDS.

No RPG compiler is at hand. This finds slips of the pen, and no more.
"""

import re

from bench import check

# HTTPAPI's procedures and constants that the example may use: name, least and most arguments.
HTTPAPI = {
    "http_req": (3, 7),
    "http_setoption": (2, 2),
    "http_setauth": (3, 3),
    "http_error": (0, 2),
    "http_header": (1, 2),
}
HTTPAPI_CONSTANTS = {"http_auth_none", "http_auth_bearer", "http_auth_usrdfn"}
HTTPAPI_OPTIONS = {"network-ccsid", "local-ccsid", "timeout", "accept"}


def code_of(path):
    """The text without comments, in small letters; literals stay as they are."""
    lines = []
    for line in path.read_text().splitlines():
        parts = re.split(r"('(?:[^']|'')*')", line)
        code = ""
        for part in parts:
            if part.startswith("'"):
                code += part
                continue
            before, comment, _ = part.partition("//")
            code += before.lower()
            if comment:
                break
        lines.append(code)
    return "\n".join(lines)


def arguments_at(code, start):
    """What stands between the parentheses that begin at `start`, at the colons."""
    depth, current, found, quoted = 0, "", [], False
    for char in code[start:]:
        quoted ^= char == "'"
        if not quoted and char == "(":
            depth += 1
            if depth == 1:
                continue
        if not quoted and char == ")":
            depth -= 1
            if depth == 0:
                return found + [current.strip()] if current.strip() or found else []
        if not quoted and char == ":" and depth == 1:
            found.append(current.strip())
            current = ""
        else:
            current += char
    return None


def check_programs(folder, bindings):
    files = sorted(folder.glob("*.rpgle*"))
    check(len(files) >= 3, "too few RPG sources:", files)
    procedures, called = {}, set()
    for path in files:
        code = code_of(path)
        interface = r"dcl-proc (\w+);\s*dcl-pi \*n[^;]*?(?: end-pi;|;(.*?)end-pi;)"
        for name, parameters in re.findall(interface, code, re.DOTALL):
            procedures[name] = len([p for p in parameters.split(";") if p.strip()])
    check({"carry", "statusof", "whatwentwrong", "say"} <= procedures.keys(), "procedures:", procedures)
    for path in files:
        code = code_of(path)
        for copied in re.findall(r"^\s*/copy '([^']+)'", code, re.MULTILINE):
            check((folder / copied).exists() or (bindings / copied).exists(), f"{path.name} copies {copied}: not there")
        for match in re.finditer(r"(?<![\w%'-])(http_\w+)", code):
            name = match[1]
            if name in HTTPAPI_CONSTANTS or re.search(r"dcl-\w+ $", code[: match.start()]):
                continue
            check(name in HTTPAPI, f"{path.name}: {name} is not one of HTTPAPI's that this example knows")
            given = arguments_at(code, match.end())
            least, most = HTTPAPI[name]
            check(given is not None and least <= len(given) <= most, f"{path.name}: {name} with {given}")
            if name == "http_setoption":
                check(given[0].strip("'") in HTTPAPI_OPTIONS, f"{path.name}: no option {given[0]}")
        for name, wanted in procedures.items():
            for match in re.finditer(rf"(?<![\w%-]){name}\(", code):
                given = arguments_at(code, match.end() - 1)
                check(given is not None and len(given) == wanted, f"{path.name}: {name} with {given}, not {wanted}")
                called.add(name)
    check(called == procedures.keys(), "never called:", procedures.keys() - called)


def check_display(path, program):
    code = code_of(program)
    names, taken = set(), {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        where = f"{path.name}:{number}: {line}"
        check(len(line) <= 80 and line.isascii() and line[:6] == "     A", where)
        if line[6:7] == "*":
            continue
        name, length, usage = line[18:28].strip(), line[29:34].strip(), line[37:38]
        row, column, keywords = line[38:41].strip(), line[41:44].strip(), line[44:]
        check(line[6:16].strip() == "" and line[17:18] == " ", "columns 7 to 18:", where)
        if line[16:17] == "R":
            check(f"exfmt {name.lower()};" in code, f"{name} is never shown")
            continue
        if not row:
            continue
        check(1 <= int(row) <= 24 and 2 <= int(column) <= 79, "off the screen:", where)
        if name:
            check(len(name) <= 10 and length.isdigit() and usage in "BOI", where)
            check(name.lower() in code, f"{name} is never used")
            names.add(name)
        width = re.search(r"CNTFLD\((\d+)\)", keywords)
        lines = -(-int(length) // int(width[1])) if width else 1
        check(not width or int(column) + int(width[1]) <= 80, "wider than the screen:", where)
        for each in range(int(row), int(row) + lines):
            check(each not in taken, f"row {each} has {taken.get(each)} already:", where)
            taken[each] = name or keywords
    check(len(names) == 3, "fields:", names)
