"""Python: the module, by ctypes."""

import sys

from bench import LIB
from callers import BINDINGS, HERE, Caller

PYTHON = Caller(
    "Python",
    "python",
    [sys.executable, "-W", "error", BINDINGS / "python/signin.py"],
    [sys.executable, "-W", "error", HERE / "python/mistakes.py"],
    environment={"LIBOAUTH_LIBRARY": str(LIB / "liboauth.so.2"), "PYTHONPATH": str(BINDINGS / "python")},
    has_own_http=True,
    looks_up="*",
)
