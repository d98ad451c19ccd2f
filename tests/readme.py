#!/usr/bin/env python3
"""Compiles and runs what README.md shows, as it stands there: the C program, the loop for one's own HTTP, COBOL, Python,
and the profiles. Takes LIBOAUTH_DIR and PRACTICE_SERVER from the environment. The last line counts."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARY = os.environ["LIBOAUTH_DIR"]
SERVER = os.environ["PRACTICE_SERVER"]
STRICT = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-I", os.path.join(ROOT, "include")]
# What the README leaves to the reader, around its loop.
LOOP = """
#include <liboauth.h>
int my_http_post(const char *url, const char *headers, const char *content, char *answer, unsigned long capacity);
int32_t fresh_header(int32_t client);
int32_t fresh_header(int32_t client)
{
    static char header[8192], url[8192], headers[8192], content[16384], answer[65536];
    int32_t rc, status;

%s
    return rc;
}
"""


def blocks(language):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        found = re.findall(r"^```(\w+)\n(.*?)^```", readme.read(), re.S | re.M)
    return [text for kind, text in found if kind == language]


def run(*command, **more):
    return subprocess.run(command, check=True, text=True, timeout=60, **more)


def signed_in(program, folder, environment):
    """Runs the program until it asks, signs in as a person would, and gives all that it printed."""
    # A terminal is written to line by line, and so must this pipe be.
    command = ["timeout", "60", "stdbuf", "-oL", *program]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    printed, url = "", None
    while url is None:
        line = process.stdout.readline()
        assert line, f"it ended after {printed!r}"
        printed += line
        match = re.search(r"https?://\S+", line)
        url = match and match[0]
    pasted = run(SERVER, "sign-in", url, capture_output=True).stdout
    rest, _ = process.communicate(pasted, timeout=60)
    assert process.returncode == 0, printed + rest
    return printed + rest


def program_in_c(folder, environment):
    source, program = os.path.join(folder, "signin.c"), os.path.join(folder, "signin")
    with open(source, "w", encoding="utf-8") as file:
        file.write(blocks("c")[0])
    run("gcc", *STRICT, "-o", program, source, "-L", LIBRARY, "-loauth")
    first = signed_in([program], folder, environment).splitlines()
    shown = [re.sub(r"(code|state|challenge|at)([=-])[\w-]+", r"\1\2…", line) for line in first]
    promised = [line for line in blocks("text")[0].splitlines() if line[:4] in ("Open", "Auth")]
    promised = [re.sub(r"(at)(-)[\w-]+", r"\1\2…", line) for line in promised]
    assert [shown[0], shown[-1]] == promised[:2], (shown, promised)
    again = run(program, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    assert again.stdout.strip() == first[-1], "the second run has the stored token"
    says_the_real_reason([program], folder, environment)
    nobody = tempfile.mkdtemp(dir=folder)
    shutil.copy(os.path.join(folder, "demo.toml"), nobody)
    ended = complains([program], nobody, environment)
    assert ended == "nothing was pasted\n", ended


def complains(program, folder, environment):
    """What the program says on its error output when it cannot do its work."""
    streams = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    done = subprocess.run(program, cwd=folder, env=environment, timeout=60, check=False, **streams)
    assert done.returncode == 1, done
    return done.stderr


def says_the_real_reason(program, folder, environment):
    """Without a profile file, and with a typo in a key."""
    with open(os.path.join(folder, "demo.toml"), encoding="utf-8") as file:
        text = file.read()
    with tempfile.TemporaryDirectory(dir=folder) as elsewhere:
        said = complains(program, elsewhere, environment)
        assert "demo.toml" in said and "handle" not in said, said
        with open(os.path.join(elsewhere, "demo.toml"), "w", encoding="utf-8") as file:
            file.write(text.replace("client_id", "clientid"))
        said = complains(program, elsewhere, environment)
        assert "demo.toml line 5" in said and "clientid" in said, said


def cobol(folder, environment):
    with open(os.path.join(folder, "prog.cob"), "w", encoding="utf-8") as file:
        file.write(blocks("cobol")[0])
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        commands = re.findall(r"^    (cobc .*|COB_.*|\./prog)$", readme.read(), re.M)
    assert len(commands) == 4, commands
    copybooks = os.path.join(ROOT, "bindings/cobol")
    environment = {**environment, "LIBRARY_PATH": LIBRARY}
    for build, start in (commands[:2], commands[2:]):
        build = build.replace("/usr/local/share/liboauth/cobol", copybooks).replace("cobc ", "cobc -Wall ")
        made = run("sh", "-c", build, cwd=folder, env=environment, capture_output=True)
        assert not made.stdout + made.stderr, made
        program = ["sh", "-c", start.replace("/usr/local/lib", LIBRARY).replace("./prog", os.path.join(folder, "prog"))]
        says_the_real_reason(program, folder, environment)
        if not os.path.exists(os.path.join(folder, "tokens")):
            python(folder, environment)
        header = run(*program, cwd=folder, env=environment, capture_output=True)
        assert header.stdout.startswith("Authorization: Bearer at-"), header


def loop_for_own_http(folder, _environment):
    source = os.path.join(folder, "carry.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(LOOP % textwrap.indent(blocks("c")[1], "    "))
    run("gcc", *STRICT, "-c", "-o", source + ".o", source)


def python(folder, environment):
    code = blocks("python")[0] + "\nprint(headers)\n"
    environment = {**environment, "PYTHONPATH": os.path.join(ROOT, "bindings/python"), "PYTHONUNBUFFERED": "1"}
    environment["LIBOAUTH_LIBRARY"] = os.path.join(LIBRARY, "liboauth.so")
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    assert "'Authorization': 'Bearer at-" in signed_in([sys.executable, "-c", code], folder, environment)


def second_profile(folder, environment):
    path = os.path.join(folder, "shipping.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(blocks("toml")[1])
    code = f"import liboauth; print(liboauth.Client({path!r}).get('token_endpoint'))"
    environment = {**environment, "PYTHONPATH": os.path.join(ROOT, "bindings/python"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["LIBOAUTH_LIBRARY"] = os.path.join(LIBRARY, "liboauth.so")
    assert run(sys.executable, "-c", code, env=environment, capture_output=True).stdout == "/oauth/token\n"


def main():
    checks = [program_in_c, loop_for_own_http, cobol, python, second_profile]
    failed = 0
    os.umask(0o077)
    server = subprocess.Popen([SERVER, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().split()[-1]
        for check in checks:
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "demo.toml"), "w", encoding="utf-8") as file:
                    file.write(blocks("toml")[0].replace("http://127.0.0.1:8765", url))
                environment = {**os.environ, "LD_LIBRARY_PATH": LIBRARY}
                try:
                    check(folder, environment)
                except Exception as error:  # pylint: disable=broad-except
                    failed += 1
                    print(f"{check.__name__}: {error}", getattr(error, "stderr", "") or "")
    finally:
        server.terminate()
        server.wait()
    print(f"{len(checks) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
