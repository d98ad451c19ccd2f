"""Fortran: the module, by iso_c_binding."""

from callers import BIN, BINDINGS, HERE, LINK, Caller, build, first, place

FORTRAN = Caller(
    "Fortran",
    "fortran",
    [BIN / "fortran/signin"],
    [BIN / "fortran/mistakes"],
    lacks={"null": "a text is somewhere", "null_buffer": "a buffer is somewhere"},
    has_own_http=True,
    is_machine_code=True,
)
STRICT = ["-std=f2018", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fcheck=all"]


@first()
def Fortran_builds():
    folder, binding = place("fortran"), BINDINGS / "fortran/liboauth.f90"
    build("gfortran", *STRICT, f"-J{folder}", "-o", folder / "signin", binding, BINDINGS / "fortran/signin.f90", *LINK)
    mistakes = HERE / "fortran/mistakes.f90"
    build("gfortran", *STRICT, "-fopenmp", f"-J{folder}", "-o", folder / "mistakes", binding, mistakes, *LINK)
