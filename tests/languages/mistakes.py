"""mistakes.cob: what a COBOL program does wrong is a code and a sentence, in each way that it is built, and no crash."""

import textwrap

from bench import BIN, ROOT, case, check, contains, execute, first, without_libxml
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
