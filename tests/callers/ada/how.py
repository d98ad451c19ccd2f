"""Ada: a thin and a thick package, by GNAT."""

from callers import BIN, BINDINGS, HERE, LINK, Caller, build, first, place

ADA = Caller("Ada", "ada", [BIN / "ada/signin"], [BIN / "ada/mistakes"], has_own_http=True, is_machine_code=True)
STRICT = ["-gnat2012", "-gnatwae", "-gnatyy", "-gnata", "-gnatVa", f"-aI{BINDINGS / 'ada'}"]


@first()
def Ada_builds():
    folder = place("ada")
    for source in (BINDINGS / "ada/signin.adb", HERE / "ada/mistakes.adb"):
        program = folder / source.stem
        build("gnatmake", "-q", *STRICT, "-D", folder, "-o", program, source, "-largs", *LINK)
