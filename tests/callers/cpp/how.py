"""C++: one header over the C header, in each standard since C++11."""

import shutil

from callers import BIN, BINDINGS, HERE, INCLUDE, LINK, Caller, build, first, place

CPP = Caller("C++", "cpp", [BIN / "cpp/signin"], [BIN / "cpp/mistakes"], has_own_http=True, is_machine_code=True)
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{INCLUDE}", f"-I{BINDINGS / 'cpp'}"]


# Those that run are of the oldest standard; clang++ compiles where there is one.
KINDS = [f"{compiler} {standard}" for compiler in ("g++", "clang++") for standard in ("11", "17", "20")]


@first(*KINDS if shutil.which("clang++") else KINDS[:3])
def Cxx_builds(kind):
    compiler, standard = kind.split()
    flags = [compiler, f"-std=c++{standard}", *STRICT, "-Wshadow", "-Wconversion", "-Wold-style-cast"]
    end = "" if kind == KINDS[0] else f"-{compiler}-{standard}"
    build(*flags, "-o", place("cpp") / f"signin{end}", BINDINGS / "cpp/signin.cpp", *LINK)
    build(*flags, "-pthread", "-o", place("cpp") / f"mistakes{end}", HERE / "cpp/mistakes.cpp", *LINK)
