"""examples/c/leave.c and examples/python/leave.py: what the server knows of a token, and its end."""

import sys

from bench import BIN, ENVIRONMENT, EXAMPLES, ROOT, Profile, Program, allow, build, case, check, contains, execute, first, run, server
from programs import C, LINK, STRICT

LEAVE = Program("C", [BIN / "leave"], "leave")
LEAVE_PY = Program(
    "Python",
    [sys.executable, "-W", "error", EXAMPLES / "python/leave.py"],
    "leave",
    {"PYTHONPATH": str(ROOT / "bindings/python")},
)


@first()
def leave_builds_without_a_warning():
    build("gcc", "-std=c99", *STRICT, "-o", BIN / "leave", EXAMPLES / "c/leave.c", *LINK)
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / "leave++", EXAMPLES / "c/leave.c", *LINK)


def leaves(program, profile):
    return execute([*program.command, profile.argument], env={**ENVIRONMENT, **program.environment})


@case(LEAVE, LEAVE_PY)
def a_token_is_looked_at_and_revoked(program):
    with server() as s:
        url = f"{s.url}/strict"
        profile = Profile(s.url, introspection_endpoint=f"{url}/introspect", revocation_endpoint=f"{url}/revoke")
        done = leaves(program, profile)
        check(done.returncode == 1, done.stdout)
        contains(done.stdout, "leave: sign in: there is no token yet")
        check(run(C, profile, s.api("strict"), allow).status == 0, "the sign-in")
        done = leaves(program, profile)
        check(done.returncode == 0, done.stdout)
        check(done.stdout == "active: true\nusername: alice\nscope: offline_access\nRevoked.\n", done.stdout)
        check(not list(profile.store.glob("*.json")), "the record is still there")
