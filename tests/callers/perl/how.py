"""Perl: the module, by FFI::Platypus."""

from bench import LIB
from callers import BINDINGS, HERE, Caller

PERL = Caller(
    "Perl",
    "perl",
    ["perl", BINDINGS / "perl/signin.pl"],
    ["perl", f"-I{BINDINGS / 'perl'}", HERE / "perl/mistakes.pl"],
    environment={"LIBOAUTH_LIBRARY": str(LIB / "liboauth.so.2")},
    looks_up="*",
    has_own_http=True,
    sees_itself=True,
)
