"""Ruby: the module, by Fiddle."""

from bench import LIB
from callers import BINDINGS, HERE, NEWEST, Caller

RUBY = Caller(
    "Ruby",
    "ruby",
    ["ruby", "-w", BINDINGS / "ruby/signin.rb"],
    ["ruby", "-w", "-I", BINDINGS / "ruby", HERE / "ruby/mistakes.rb"],
    environment={"LIBOAUTH_LIBRARY": str(LIB / "liboauth.so.2")},
    looks_up=NEWEST,
    has_own_http=True,
    sees_itself=True,
)
