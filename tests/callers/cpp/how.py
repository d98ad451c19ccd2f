"""C++: one header over the C header, in each standard since C++11."""

from callers import BIN, BINDINGS, HERE, INCLUDE, LINK, Caller, build, first, place

CPP = Caller("C++", "cpp", [BIN / "cpp/signin"], [BIN / "cpp/mistakes"], has_own_http=True, is_machine_code=True)
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{INCLUDE}", f"-I{BINDINGS / 'cpp'}"]


@first("11", "17", "20")
def Cxx_builds(standard):
    flags = [f"-std=c++{standard}", *STRICT]
    # Those that run are of the oldest standard.
    end = "" if standard == "11" else standard
    build("g++", *flags, "-o", place("cpp") / f"signin{end}", BINDINGS / "cpp/signin.cpp", *LINK)
    build("g++", *flags, "-pthread", "-o", place("cpp") / f"mistakes{end}", HERE / "cpp/mistakes.cpp", *LINK)
