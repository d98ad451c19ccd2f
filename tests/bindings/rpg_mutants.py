"""Each mutant of a correct RPG program, and of the /copy member, must be caught by bindings/rpg/check.py.

Prints the mutants that were not, then their count.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bindings" / "rpg"))

import check  # noqa: E402
from oauth_header import read_header  # noqa: E402

MEMBERS = [ROOT / "bindings" / "rpg" / f"{name}.rpgleinc" for name in ("OAUTH_H", "OAUTHU_H", "OAUTHF_H")]
PROGRAM = ROOT / "tests" / "bindings" / "sample.rpgle"

# What a person gets wrong that is still a sequence of statements.
MISTAKES = [
    ("header: %size(header)", "header: %size(answer)"),
    ("(client: header: ", "(header: client: "),
    ("header char(16384)", "header varchar(16384)"),
    ("clientId: %len(clientId)", "clientId: OAUTH_NUL_TERMINATED"),
    ("secret: %len(secret)", "secret: %size(secret)"),
    ("(message: %size(message))", "('': 0)"),
    ("(message: %size(message))", "(message: OAUTH_NUL_TERMINATED)"),
    ("('acme': ", "(5: "),
    ("('acme': ", "(client: "),
    ("('acme': ", "(*omit: "),
    ("OAUTH_CLIENT_ID", "7"),
    ("OAUTH_CLIENT_ID", "OAUTH_ERROR_HANDLE"),
    ("OAUTH_CLIENT_ID", "OAUTH_REQUEST_URL"),
    ("OAUTH_CLIENT_ID", "secret"),
    ("OAUTH_REQUEST_CONTENT", "OAUTH_REQUEST_BODY"),
    ("OAUTH_SCOPE", "OAUTH_ACCESS_TOKEN"),  # RPG's name for the function, not the property
    ("client: OAUTH_SCOPE", "OAUTH_SCOPE: OAUTH_SCOPE"),
    ("oauth_error_action()", "oauth_error_action"),
    ("oauth_error_action()", "oauth_error_action(client)"),
    ("dcl-s rc int(10)", "dcl-s oauth_refresh int(10)"),
    ("dcl-s rc int(10)", "dcl-s rc int(10) char(5)"),
    ("dcl-s rc int(10)", "dcl-s rc"),
    ("seconds uns(10) value", "read uns(10) value"),
    ("count = 1 to TRIES", "count = to TRIES"),
    ("const(3)", "const(3 4)"),
    ("'signed in; ready'", "'signed in; ready"),
    ("rc = oauth_client_close", "rc oauth_client_close"),
    ("  leave;", "  leave"),
    ("dow not isDone", "dow not"),
    ("+= 1", "+ 1"),
    ("sleep(60)", "slep(60)"),
    ("sleep(60)", "60"),
    ("begsr shutdown;", "begsr shutdown;\nleave;"),
    ("begsr shutdown;", "begsr shutdown;\nelse;"),
    ("// Says", "# Says"),
    ("// Says what", "//" + "x" * 100),
    ("/copy ", "/copi "),
]
MEMBER_MISTAKES = [
    (";", ""), ("int", "uns"), (" value", ""), ("10I 0", "10U 0"), ("10I 0", " 10I 0"), (" VALUE", ""), ("...", ".."),
    ("CONST(", "CONST"), (" PR ", " PI "), ("     D", "     C"), ("65535A", "1024A"), ("*VARSIZE", "*NOPASS"),
    ("*STRING", "*TRIM"), ("*   VALUE", "A   VALUE"), ("(-1", "(-2"), ("1)", "2)"), ("ccsid(*utf8)", ""), ("(10)", "(5)"), ("pointer", "char(1)"), ("*string", "*string: *trim"),
    ("65535", "1024"), ("*varsize", "*nopass"), ("'oauth", "'oaut"), (" -1", " -2"), ("1;", "2;"), ("OAUTH", "OATH"),
    ("_PROPERTY", ""),
]  # fmt: skip
DROPPED = r"\s*(\*\*free|/copy|end\w+;|end-\w+|(if|dow|for|select|monitor|begsr|on-error|dcl-(s|c|ds|pr|proc))\b)"


HEADER = read_header(ROOT / "include" / "liboauth.h", [])


def is_caught(path: Path) -> bool:
    problems = []
    check.check_files(HEADER, [path], problems)
    return bool(problems)


def program_mutants(text):
    lines = text.split("\n")
    for index, line in enumerate(lines):

        def instead(*new):
            return "\n".join(lines[:index] + list(new) + lines[index + 1 :])

        code = line if line.startswith("/copy") else line.split("//")[0]
        if ";" in code:
            end = code.rindex(";")
            yield "no semicolon", index, instead(line[:end] + line[end + 1 :])
        if re.match(DROPPED, line, re.IGNORECASE) and "end-pi" not in line.lstrip()[6:]:
            yield "no such line", index, instead()
        for match in re.finditer(r"oauth_\w+", code, re.IGNORECASE):
            yield "misspelt", index, instead(line[: match.end()] + "x" + line[match.end() :])
        for match in re.finditer(r"[():']", code):
            if code[: match.start()].count("'") % 2 == 0 or match[0] == "'":
                yield f"no {match[0]}", index, instead(line[: match.start()] + line[match.end() :])
        match = re.search(r"(oauth_\w+\()[^:;()]+: ", code)
        if match:
            yield "an argument less", index, instead(line[: match.end(1)] + line[match.end() :])
    for old, new in MISTAKES:
        assert old in text, old
        yield f"{old} -> {new}", 0, text.replace(old, new, 1)


def member_mutants(text):
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.startswith(("//", "      *")) or not line.strip():
            continue
        yield "no such line", index, "\n".join(lines[:index] + lines[index + 1 :])
        for old, new in MEMBER_MISTAKES:
            if old in line:
                changed = line.replace(old, new, 1)
                yield f"{old} -> {new}", index, "\n".join([*lines[:index], changed, *lines[index + 1 :]])


def main() -> int:
    count, missed = 0, 0
    for path in (PROGRAM, *MEMBERS):
        assert not is_caught(path), f"{path} is not correct itself"
    with tempfile.TemporaryDirectory() as folder:
        for path, mutants in ((PROGRAM, program_mutants), *((member, member_mutants) for member in MEMBERS)):
            mutant = Path(folder) / path.name
            # The members have the same lines in other forms: of the later ones each fifth mutant will do.
            step = 5 if path in MEMBERS[1:] else 1
            for what, index, text in list(mutants(path.read_text()))[::step]:
                mutant.write_text(text)
                count += 1
                if not is_caught(mutant):
                    missed += 1
                    print(f"not caught: {path.name}:{index + 1}: {what}")
    print(f"{count} mutants, {count - missed} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
