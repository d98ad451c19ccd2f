"""examples/c/whoami.c and examples/python/whoami.py: who has signed in."""

import sys

from bench import BIN, ENVIRONMENT, EXAMPLES, ROOT, Profile, Program, allow, build, case, check, contains, execute, first, run, server
from programs import C, LINK, STRICT

WHOAMI = Program("C", [BIN / "whoami"], "whoami")
WHOAMI_PY = Program(
    "Python",
    [sys.executable, "-W", "error", EXAMPLES / "python/whoami.py"],
    "whoami",
    {"PYTHONPATH": str(ROOT / "bindings/python")},
)


@first()
def whoami_builds_without_a_warning():
    build("gcc", "-std=c99", *STRICT, "-o", BIN / "whoami", EXAMPLES / "c/whoami.c", *LINK)
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / "whoami++", EXAMPLES / "c/whoami.c", *LINK)


def asks(program, profile):
    return execute([*program.command, profile.argument], env={**ENVIRONMENT, **program.environment})


@case(WHOAMI, WHOAMI_PY)
def it_is_said_who_has_signed_in(program):
    with server() as s:
        url = f"{s.url}/strict"
        openid = {"scope": "openid offline_access", "jwks_uri": f"{url}/keys", "userinfo_endpoint": f"{url}/userinfo"}
        profile = Profile(s.url, issuer=url, **openid)
        done = asks(program, profile)
        check(done.returncode == 1, done.stdout)
        contains(done.stdout, "whoami: sign in: there is no token yet")
        check(run(C, profile, s.api("strict"), allow).status == 0, "the sign-in")
        done = asks(program, profile)
        check(done.returncode == 0, done.stdout)
        check(done.stdout == f"iss: {url}\nsub: alice\nemail: alice@practice.example\n", done.stdout)
        nobodys = Profile(s.url, **openid)
        check(run(C, nobodys, s.api("strict"), allow).status == 0, "the sign-in without an issuer")
        done = asks(program, nobodys)
        check(done.returncode == 1, done.stdout)
        contains(done.stdout, "whoami: ID token: it was not checked: set issuer, and sign in again")
