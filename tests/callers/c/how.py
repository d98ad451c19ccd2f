"""C itself: what the other languages are compared with. Its programs for people are those of examples/c."""

from callers import HERE, INCLUDE, LINK, BIN, Caller, build, first, place

C = Caller("C", "c", [BIN / "c/signin"], [BIN / "c/mistakes"])


@first("signin", "mistakes")
def C_builds(name):
    strict = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{INCLUDE}"]
    build("gcc", *strict, "-o", place("c") / name, HERE / f"c/{name}.c", *LINK)
