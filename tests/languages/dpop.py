"""examples/c/dpop.c and examples/python/dpop.py: an API that is called with proofs."""

import sys

from bench import BIN, EXAMPLES, ROOT, Profile, Program, allow, build, case, check, contains, first, run, server
from programs import LINK, STRICT

DPOP = Program("C", [BIN / "dpop"], "dpop")
DPOP_PY = Program(
    "Python",
    [sys.executable, "-W", "error", EXAMPLES / "python/dpop.py"],
    "dpop",
    {"PYTHONPATH": str(ROOT / "bindings/python")},
)
ME = '{"refreshed":%d,"scope":"offline_access","user":"alice"}'


@first()
def dpop_builds_without_a_warning():
    build("gcc", "-std=c99", *STRICT, "-o", BIN / "dpop", EXAMPLES / "c/dpop.c", *LINK)
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / "dpop++", EXAMPLES / "c/dpop.c", *LINK)


@case(DPOP, DPOP_PY)
def an_api_is_called_with_proofs(program):
    with server() as s:
        profile = Profile(s.url, "bound", dpop="yes")
        api = s.api("bound")
        done = run(program, profile, api, allow)
        check(done.status == 0, done.output)
        # Its nonce is asked for once, and another job has it, and the key.
        once = f"The API answers 401: once more.\nThe API answers: {ME % 0}\nThe API answers: {ME % 0}"
        contains(done.output, once)
        done = run(program, profile, api, None)
        check(done.status == 0, done.output)
        check(done.output.split() == (f"The API answers: {ME % 0}\n" * 2).split(), done.output)
        s.control(revoke="access")
        done = run(program, profile, api, None)
        check(done.status == 0, done.output)
        contains(done.output, f"The API answers 401: once more.\nThe API answers: {ME % 1}")
        counts = s.counts("bound")
        check((counts["code_exchanges"], counts["refreshes"]) == (1, 1), counts)


@case(DPOP, DPOP_PY)
def neither_token_nor_proof_follows_a_redirect(program):
    with server() as s, server() as elsewhere:
        for kind, settings in (("bound", {"dpop": "yes"}), ("strict", {})):
            profile = Profile(s.url, kind, **settings)
            check(run(program, profile, s.api(kind), allow).status == 0, kind)
            s.control(at="api", redirect=elsewhere.api(kind))
            done = run(program, profile, s.api(kind), None)
            check(done.status == 1, done)
            contains(done.errors, "the API answers 302")
            check(elsewhere.counts(kind)["api_calls"] == 0, "the token went elsewhere")
