"""Free Pascal, in each of its modes that programs for Delphi are compiled in."""

from callers import BIN, BINDINGS, HERE, LIB, Caller, check, execute, first, place

MODES = ["objfpc", "delphi", "delphiunicode"]
PASCAL = [
    Caller(
        f"Pascal {mode}", "pascal", [BIN / f"pascal-{mode}/signin"], [BIN / f"pascal-{mode}/mistakes"],
        has_own_http=True, is_machine_code=mode == MODES[0],
    )
    for mode in MODES
]  # fmt: skip


@first(*MODES)
def Pascal_builds(mode):
    to = place(f"pascal-{mode}")
    # Warnings, notes and hints are errors.
    strict = ["fpc", f"-M{mode}", "-Sewnh", "-vwnh", f"-FU{to}", f"-FE{to}", f"-Fu{BINDINGS / 'pascal'}", f"-Fl{LIB}"]
    for source in (BINDINGS / "pascal/signin.pas", HERE / "pascal/mistakes.pas"):
        done = execute([*strict, source])
        check(done.returncode == 0, done.stdout)
