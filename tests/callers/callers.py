"""What a language is here: its folder, how its programs are built, and how they are run.

A language has a folder here with the file `how.py`, which makes a `Caller` and has builds, marked `@first()`; and the folder of
the same name below bindings/, with its binding and the program `signin`.
"""

from dataclasses import dataclass, field

from bench import BIN, ENVIRONMENT, LIB, ROOT, WORK, build, check, execute, first  # noqa: F401 - what a how.py needs

HERE = ROOT / "tests/callers"
BINDINGS = ROOT / "bindings"
INCLUDE = ROOT / "include"
LINK = [f"-L{LIB}", "-loauth"]

# What modules look for to tell an older library by.
NEWEST = (BINDINGS / "exports.txt").read_text().split()[-1]

# In the order in which they have come.
CALLERS = []


@dataclass
class Caller:
    """A language; the commands `signin` and `mistakes` are run as they are, `signin` with a profile behind it."""

    language: str
    folder: str
    signin: list
    mistakes: list
    environment: dict = field(default_factory=dict)
    # What the language's program cannot do wrong, of the mistakes of c/mistakes.c, and why.
    lacks: dict = field(default_factory=dict)
    # Whether `mistakes own-http` does what C's does.
    has_own_http: bool = False
    # Whether `mistakes all` can list what the binding has, and call it.
    sees_itself: bool = False
    # Whether valgrind can follow it: no machine of the language's own is between.
    is_machine_code: bool = False
    # What it looks up when it is loaded besides what it calls; "*" is everything.
    looks_up: str = ""
    # Whether it is given the letters of its command line and its folder only where the locale has them: Java.
    arguments_need_a_locale: bool = False

    def __post_init__(self):
        CALLERS.append(self)

    def __str__(self):
        return self.language


def place(folder):
    """Where a language's programs are built."""
    path = BIN / folder
    path.mkdir(parents=True, exist_ok=True)
    return path
