"""Go by cgo. What it has compiled once it keeps where it does for whoever runs this."""

import os
import shutil
from pathlib import Path

from callers import BIN, BINDINGS, ENVIRONMENT, HERE, INCLUDE, LIB, WORK, Caller, check, execute, first, place

GO = Caller("Go", "go", [BIN / "go/signin"], [BIN / "go/mistakes"], has_own_http=True)
# Copies, in a folder of this run: Go remembers by a package's folder what pkg-config has said of it.
PACKAGE = WORK / "package-go"


def go(*words):
    """Runs it in the package's folder: without a network, and with no other Go than the one that is here."""
    packages = WORK / "pkgconfig"
    packages.mkdir(exist_ok=True)
    template = (BINDINGS / "c/liboauth.pc.in").read_text()
    for name, value in {"PREFIX": INCLUDE.parent, "LIBDIR": LIB, "VERSION": "0"}.items():
        template = template.replace(f"@{name}@", str(value))
    (packages / "liboauth.pc").write_text(template)
    cache = os.environ.get("GOCACHE") or Path.home() / ".cache/go-build"
    settings = {
        "PKG_CONFIG_PATH": str(packages), "GOCACHE": str(cache), "GOPATH": str(WORK / "go"), "GOPROXY": "off",
        "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-buildvcs=false", "CGO_CFLAGS": "-O1 -Wall -Werror",
    }  # fmt: skip
    done = execute(["go", *words], cwd=PACKAGE, env={**ENVIRONMENT, **settings})
    check(done.returncode == 0 and not done.stdout, f"go {words}:", done.stdout)


@first()
def Go_builds():
    shutil.copytree(BINDINGS / "go", PACKAGE)
    shutil.copy(HERE / "go/mistakes.go", PACKAGE)
    for program in ("signin", "mistakes"):
        go("build", "-o", place("go") / program, f"{program}.go")
        go("vet", f"{program}.go")
    go("vet", ".")
    done = execute(["gofmt", "-l", PACKAGE])
    check(done.returncode == 0 and not done.stdout, "not as gofmt has it:", done.stdout)
