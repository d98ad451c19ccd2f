"""mistakes.cob: what a COBOL program does wrong is a code and a sentence, in each way that it is built, and no crash."""

import re
import tempfile
import textwrap

from bench import BIN, ROOT, WORK, case, check, contains, execute, first, without_libxml
from programs import cobol

SOURCE = ROOT / "tests/languages/mistakes.cob"
WANTED = textwrap.dedent(
    """\
    -100 no open client has the handle 131072: it was closed, or never given out; open one
    -100 no open client has the handle 0: it was closed, or never given out; open one
    -100 no open client has the handle -1: it was closed, or never given out; open one
    0
    -101 the buffer is too small: 13 bytes are needed, with the NUL
    [blank padded]
    0
    0
    0
    0
    -104 text is not UTF-8: convert it before the call
    -103 text is 16777216: use 0 to 1048576 or, for a text, OAUTH_NUL_TERMINATED
    -103 text is 16777216: use 0 to 1048576 or, for a text, OAUTH_NUL_TERMINATED
    0
    0
    -201 the profile's name is empty
    -109 no authorization code: the text is empty: paste the whole address after signing in, or the code alone
    0
    -102 buffer is a null pointer: give a text, or a buffer with its capacity
    -102 text is a null pointer: give a text, or a buffer with its capacity
    -103 text is -2: use 0 to 1048576 or, for a text, OAUTH_NUL_TERMINATED
    0
    -105 0 is no property: use the OAUTH_... constants
    -101 the buffer is too small: 5 bytes are needed, with the NUL
    -499 sign in: there is no token yet (a job without a person sets grant_type); the store is memory: (of this client alone)
    -101
    ################################
    """
)


@first()
def mistakes_build_without_a_warning():
    cobol(BIN / "mistakes", SOURCE, "-loauth")
    cobol(BIN / "mistakes_debug", SOURCE, "-loauth", "-debug")


def made(*command):
    done = execute(command)
    check(done.returncode == 0, done.returncode, done.stdout)
    return [line.rstrip() for line in without_libxml(done.stdout).splitlines()]


@case("mistakes", "mistakes_debug")
def COBOL_is_told_of_its_mistakes(name):
    got = made(BIN / name)
    for line, wanted in zip(got, WANTED.splitlines()):
        check(line == wanted, "told:", line, "and not:", wanted)
    check(len(got) == len(WANTED.splitlines()), *got)


@case("mistakes")
def valgrind_sees_no_mistake_of_liboauths(name):
    log = BIN / "mistakes.valgrind"
    made("valgrind", "--error-exitcode=9", "--leak-check=full", f"--log-file={log}", "--vgdb=no", BIN / name)
    contains(log.read_text(), "ERROR SUMMARY: 0 errors")
    contains(log.read_text(), "definitely lost: 0 bytes")


# ---- what the copybook's own calls have room for ----


@first()
def large_builds_by_the_copybooks_calls():
    copybook = (ROOT / "bindings/cobol/OAUTH.cpy").read_text().replace("      *> ", "")

    def call(named):
        return re.search(rf'CALL "{named[1]}".*?END-CALL', copybook, re.DOTALL)[0]

    program = re.sub(r"@(oauth_\w+)@", call, (ROOT / "tests/languages/large.cob").read_text())
    source = WORK / "large.cob"
    source.write_text(program)
    cobol(BIN / "large", source, "-loauth", before=["-free"])


@case()
def COBOL_has_room_for_what_servers_give():
    """A token of 15,000 bytes, a request with a scope of 20,000, a hundred accounts of 69."""
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        got = dict(line.split() for line in made(BIN / "large", f"file:{folder}"))
    token = 15_000
    check(int(got.pop("oauth_http_request")) > 20_000, got)
    wanted = {
        "oauth_accounts": 100 * 70, "oauth_access_token": token, "oauth_bearer_header": token + len("Authorization: Bearer "),
        "oauth_request_headers": token + len("Authorization: Bearer \r\n"), "oauth_field": token,
        "oauth_sasl_response": 4 * ((token + len("user=@auth=Bearer @@") + 69 + 2) // 3),
    }  # fmt: skip
    check({name: int(length) for name, length in got.items()} == wanted, got, wanted)
