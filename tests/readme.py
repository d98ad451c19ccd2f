#!/usr/bin/env python3
"""Compiles and runs what README.md shows, as it stands there: the C program, the loop for one's own HTTP, the pieces
about accounts and rows, COBOL, Python, and the profiles. Takes LIBOAUTH_DIR and PRACTICE_SERVER from the environment.
The last line counts."""

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
int my_http_post(const char *url, const char *headers, const char *content, char *answer_headers,
                 unsigned long headers_capacity, char *answer, unsigned long capacity);
int32_t fresh_header(int32_t client);
int32_t fresh_header(int32_t client)
{
    static char header[8192], url[8192], headers[8192], content[16384];
    static char answer_headers[8192], answer[65536];
    int32_t rc, status;

%s
    return rc;
}
"""
# And around what it shows of a store with many accounts, and of a row in a database.
ACCOUNTS = """
#include <liboauth.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    static char names[1 << 20], status[1024], *name, *end;
    int32_t rc, page, client = oauth_client_open("./demo.toml", OAUTH_NUL_TERMINATED);

%s
    return rc;
}
"""
ROW = """
#include <liboauth.h>
#include <stdio.h>
#include <string.h>
static int row_lock(const char *account, char *row, size_t size)
{
    FILE *file = fopen(account, "r");
    row[file != NULL ? fread(row, 1, size - 1, file) : 0] = '\\0';
    return file != NULL ? fclose(file) : 0;
}
static void row_update(const char *account, const char *generation, const char *row)
{
    FILE *file = fopen(account, "w");
    fputs(row, file);
    fclose(file);
    printf("generation %%s\\n", generation);
}
static void row_commit(const char *account)
{
    (void)account;
}
int main(int argc, char **argv)
{
    static char row[65536], before[16], after[16], header[8192];
    const char *account = "row";
    int32_t rc = -1, client = oauth_client_open("./demo.toml", OAUTH_NUL_TERMINATED);

    oauth_set(client, OAUTH_STORE, "memory:", OAUTH_NUL_TERMINATED);
    if (argc > 1)
        oauth_set(client, OAUTH_MIN_VALID, argv[1], OAUTH_NUL_TERMINATED);
%s
    if (rc == OAUTH_ERROR_SIGN_IN) {
        oauth_build_authorize_url(client, header, sizeof header);
        puts(header);
        fflush(stdout);
        if (fgets(header, sizeof header, stdin) == NULL
            || oauth_exchange_code(client, header, OAUTH_NUL_TERMINATED) < 0)
            return 1;
        oauth_get(client, OAUTH_TOKEN_RECORD, row, sizeof row);
        oauth_get(client, OAUTH_GENERATION, after, sizeof after);
        row_update(account, after, row);
        rc = oauth_bearer_header(client, header, sizeof header);
    }
    if (rc < 0)
        oauth_error_text(header, sizeof header);
    puts(header);
    return rc < 0;
}
"""


def blocks(language):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        found = re.findall(r"^```(\w+)\n(.*?)^```", readme.read(), re.S | re.M)
    return [text for kind, text in found if kind == language]


def profile(name):
    (text,) = [text for text in blocks("toml") if text.startswith(f"[{name}]")]
    return text


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


def without_a_person(folder, environment):
    """The profile of four lines, with the same program: nobody is asked to sign in."""
    source, file = os.path.join(folder, "job.c"), os.path.join(folder, "demo.toml")
    with open(file, encoding="utf-8") as demo:
        (url,) = re.findall(r"http://127.0.0.1:\d+(?=/strict)", demo.read())
    text = profile("nightly")
    assert len(text.splitlines()) == 1 + 4, text
    with open(file, "w", encoding="utf-8") as nightly:
        nightly.write(text.replace("http://127.0.0.1:8765", url))
    with open(source, "w", encoding="utf-8") as job:
        job.write(blocks("c")[0])
    run("gcc", *STRICT, "-o", os.path.join(folder, "job"), source, "-L", LIBRARY, "-loauth")
    done = run(os.path.join(folder, "job"), cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    assert re.fullmatch(r"Authorization: Bearer at-[\w-]+\n", done.stdout), done.stdout


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


def program(folder, name, code):
    """A program around what is left to the reader."""
    path = os.path.join(folder, name)
    with open(path + ".c", "w", encoding="utf-8") as file:
        file.write(code)
    run("gcc", *STRICT, "-o", path, path + ".c", "-L", LIBRARY, "-loauth")
    return path


def accounts(folder, environment):
    listing = program(folder, "accounts", ACCOUNTS % textwrap.indent(blocks("c")[2], "    "))
    nobody = run(listing, cwd=folder, env=environment, capture_output=True)
    assert nobody.stdout == "", nobody
    for name in ("carol", "dave"):
        python(folder, environment, f'Client("./demo.toml", account="{name}")')
    shown = run(listing, cwd=folder, env=environment, capture_output=True).stdout.splitlines()

    def alike(lines):
        return sorted(re.sub(r"\d+", "0", line) for line in lines)

    assert alike(shown) == alike(blocks("text")[2].splitlines()), shown


def row_of_a_database(folder, environment):
    rows = program(folder, "rows", ROW % textwrap.indent(blocks("c")[3], "    "))
    first = signed_in([rows], folder, environment).splitlines()
    assert first[1] == "generation 1", first
    again = run(rows, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True).stdout.splitlines()
    assert again == first[2:], (first, again)
    renewed = run(rows, "100000", cwd=folder, env=environment, capture_output=True).stdout.splitlines()
    assert renewed[0] == "generation 2" and renewed[1] != first[2], (first, renewed)
    again = run(rows, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True).stdout.splitlines()
    assert again == renewed[1:], (renewed, again)
    assert os.listdir(folder).count("tokens") == 0, "the store is memory:"


def sealed_profile(folder, environment):
    """The profile with a key, with a key that is made as the README says."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        (command,) = re.findall(r"^    (\(umask .*)$", readme.read(), re.M)
    key = os.path.join(folder, "key")
    run("sh", "-c", command.replace("/etc/shipping/key", key))
    assert os.stat(key).st_mode & 0o777 == 0o600
    text = profile("sealed").replace("/etc/shipping/key", key).replace("/var/lib/shipping", folder)
    with open(os.path.join(folder, "sealed.toml"), "w", encoding="utf-8") as file:
        file.write(text + 'http = "caller"\nredirect_uri = "https://www.stamps.com"\n')
    code = "import liboauth, os; c = liboauth.Client('./sealed.toml'); c.build_authorize_url(); " \
        "print(*[open(os.path.join(f, n)).read() for f, _, names in os.walk('tokens') for n in names])"
    environment = {**environment, "PYTHONPATH": os.path.join(ROOT, "bindings/python"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["LIBOAUTH_LIBRARY"] = os.path.join(LIBRARY, "liboauth.so")
    waits = run(sys.executable, "-c", code, cwd=folder, env=environment, capture_output=True).stdout
    assert "sealed" in waits and "code_verifier" not in waits, waits


def python(folder, environment, client='Client("./demo.toml")'):
    code = blocks("python")[0].replace('Client("./demo.toml")', client) + "\nprint(headers)\n"
    environment = {**environment, "PYTHONPATH": os.path.join(ROOT, "bindings/python"), "PYTHONUNBUFFERED": "1"}
    environment["LIBOAUTH_LIBRARY"] = os.path.join(LIBRARY, "liboauth.so")
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    assert "'Authorization': 'Bearer at-" in signed_in([sys.executable, "-c", code], folder, environment)


def second_profile(folder, environment):
    path = os.path.join(folder, "shipping.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(profile("shipping"))
    code = f"import liboauth; print(liboauth.Client({path!r}).get('token_endpoint'))"
    environment = {**environment, "PYTHONPATH": os.path.join(ROOT, "bindings/python"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["LIBOAUTH_LIBRARY"] = os.path.join(LIBRARY, "liboauth.so")
    assert run(sys.executable, "-c", code, env=environment, capture_output=True).stdout == "/oauth/token\n"


def main():
    checks = [
        program_in_c, without_a_person, loop_for_own_http, cobol, python, second_profile, accounts, row_of_a_database, sealed_profile,
    ]  # fmt: skip
    failed = 0
    os.umask(0o077)
    server = subprocess.Popen([SERVER, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().split()[-1]
        for check in checks:
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "demo.toml"), "w", encoding="utf-8") as file:
                    file.write(profile("demo").replace("http://127.0.0.1:8765", url))
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
