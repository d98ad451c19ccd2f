"""The examples as programs, built with warnings as errors before anything else."""

import py_compile
import sys

from bench import BIN, EXAMPLES, LIB, ROOT, WORK, Program, build, first

C = Program("C", [BIN / "signin"])
C_CURL = Program("C with its own HTTP", [BIN / "signin_curl"], "signin_curl")
CGI = Program("CGI", [BIN / "signin_cgi"], "signin_cgi")
NIGHTLY = Program("C without a person", [BIN / "nightly"], "nightly")
COBOL = Program("COBOL", [BIN / "signin_cobol"])
PYTHON = Program(
    "Python",
    [sys.executable, "-W", "error", EXAMPLES / "python/signin.py"],
    environment={"PYTHONPATH": str(ROOT / "bindings/python")},
)
PROGRAMS = [C, C_CURL, COBOL, PYTHON]
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{ROOT / 'include'}"]
LINK = [f"-L{LIB}", "-loauth", "-lcurl"]


def cobol(program, source, *more, before=()):
    """A program of one of the examples, and of what is linked to it."""
    build(
        "cobc", "-x", "-Wall", "-Werror", "-fstatic-call", *before, "-I", ROOT / "bindings/cobol", "-o", program, source,
        f"-L{LIB}", *more,
    )  # fmt: skip


@first("signin", "signin_curl", "signin_cgi", "nightly")
def C_builds_without_a_warning(name):
    build("gcc", "-std=c99", *STRICT, "-o", BIN / name, EXAMPLES / f"c/{name}.c", *LINK)


@first("signin", "signin_curl", "signin_cgi", "nightly")
def C_builds_as_Cxx_too(name):
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / f"{name}++", EXAMPLES / f"c/{name}.c", *LINK)


@first()
def COBOL_builds_without_a_warning():
    helper = EXAMPLES / "cobol/httpget.c"
    build("gcc", "-std=c99", *STRICT, "-c", "-o", WORK / "httpget.o", helper)
    cobol(BIN / "signin_cobol", EXAMPLES / "cobol/SIGNIN.cob", WORK / "httpget.o", *LINK)


@first()
def Python_compiles():
    py_compile.compile(EXAMPLES / "python/signin.py", cfile=WORK / "signin.pyc", doraise=True)
