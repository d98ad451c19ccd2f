"""PHP: the class, by its extension FFI."""

from bench import LIB
from callers import BINDINGS, HERE, Caller

STRICT = ["-d", "error_reporting=-1", "-d", "display_errors=stderr", "-d", "zend.exception_ignore_args=0"]
PHP = Caller(
    "PHP",
    "php",
    ["php", *STRICT, BINDINGS / "php/signin.php"],
    ["php", *STRICT, HERE / "php/mistakes.php", BINDINGS / "php"],
    environment={"LIBOAUTH_LIBRARY": str(LIB / "liboauth.so.2")},
    lacks={"threads": "it has none"},
    looks_up="*",
    has_own_http=True,
)
