"""What is around the examples: memory, the demonstration, the index."""

import re
import subprocess
import sys
import textwrap

from bench import (
    BIN, ENVIRONMENT, EXAMPLES, LIB, ROOT, SERVER, WORK,
    Profile, Program, allow, case, check, contains, execute, run, server,
)  # fmt: skip
from programs import C, C_CURL, COBOL

# ---- memory ----

VALGRIND = [
    "valgrind", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible",
    "--track-fds=yes", "--vgdb=no",
]  # fmt: skip


def clean(program, profile, api, person, status):
    done = run(program.under(*VALGRIND), profile, api, person)
    check(done.status == status, done)
    for kind in ("definitely", "indirectly", "possibly"):
        contains(done.errors, f"{kind} lost: 0 bytes in 0 blocks")
    contains(done.errors, "ERROR SUMMARY: 0 errors")
    opened = re.findall(r"Open (?:file descriptor|AF_\w+ socket) (\d+):(?!.*\n.*inherited from parent)", done.errors)
    check(not [number for number in opened if int(number) > 2], "left open:", done)


@case(C, C_CURL, COBOL)
def valgrind_finds_nothing(program):
    with server() as s:
        clean(program, Profile(s.url), s.api("strict"), allow, 0)


@case(C, C_CURL, COBOL)
def valgrind_finds_nothing_after_a_refusal(program):
    with server() as s:
        clean(program, Profile(s.url, "stamps", client_secret="wrong-secret"), s.api("stamps"), allow, 1)


# ---- the demonstration, and the index ----


@case()
def the_demonstration_ends_well_and_leaves_nothing():
    folder = WORK / "demo"
    folder.mkdir(mode=0o700)
    done = execute(
        ["sh", EXAMPLES / "demo"],
        env={**ENVIRONMENT, "LIBOAUTH_DIR": str(LIB), "PRACTICE_SERVER": str(SERVER), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
    )
    check(done.returncode == 0, done.stdout)
    check(done.stdout.count("The API answers: ") == 4 and done.stdout.count("Signed in.") == 1, done.stdout)
    left = [path.name for path in folder.iterdir()]
    check(not left, "left behind:", left)


@case()
def what_the_index_says_works_as_it_stands():
    """As if liboauth were installed: the compilers find header and library by themselves."""
    text = (EXAMPLES / "README.md").read_text()
    commands = re.findall(r"^    ((?:cc|cobc) .*)$", text, re.MULTILINE)
    check(len(commands) >= 3, "too few commands in examples/README.md:", commands)
    found = {"CPATH": str(ROOT / "include"), "LIBRARY_PATH": str(LIB)}
    for command in commands:
        elsewhere = command.replace("-o ", f"-o {BIN}/by-hand-")
        check(elsewhere != command, "no -o in:", command)
        done = execute(["sh", "-c", elsewhere], cwd=EXAMPLES, env={**ENVIRONMENT, **found})
        check(done.returncode == 0 and not done.stdout, command, done.stdout)
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)
    (profile_text,) = [textwrap.dedent(block) for block in blocks if "[demo]" in block]
    (output,) = [textwrap.dedent(block) for block in blocks if "Signed in." in block]
    with server() as s:
        profile = Profile(s.url)
        profile.file.write_text(profile_text.replace("http://127.0.0.1:8765", s.url))
        done = run(Program("C", [BIN / "by-hand-signin"]), profile, s.api("strict"), allow)
        check(done.status == 0, done)
        for line in output.splitlines():
            check(line.startswith("http") or line in done.output.splitlines(), "not shown:", line, done)
