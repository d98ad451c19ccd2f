"""Tcl: an extension in C, and a class over its commands."""

import shutil

from callers import BIN, BINDINGS, HERE, INCLUDE, LINK, Caller, build, first, place

TCL = Caller(
    "Tcl",
    "tcl",
    ["tclsh8.6", BIN / "tcl/signin.tcl"],
    ["tclsh8.6", HERE / "tcl/mistakes.tcl", BIN / "tcl"],
    lacks={"null": "a text is somewhere", "null_buffer": "a buffer is somewhere", "threads": "an interpreter has one"},
    has_own_http=True,
)
STRICT = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{INCLUDE}"]


@first()
def Tcl_builds():
    folder = place("tcl")
    shutil.copytree(BINDINGS / "tcl", folder, dirs_exist_ok=True)
    build(
        "gcc", *STRICT, "-shared", "-fPIC", "-DUSE_TCL_STUBS", "-I/usr/include/tcl8.6",
        "-o", folder / "liboauth_tcl.so", folder / "liboauth_tcl.c", "-ltclstub8.6", *LINK,
    )  # fmt: skip
