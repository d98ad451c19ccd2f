"""examples/c/discovery.c and examples/python/discovery.py, and the shortest profile: what a server says of itself."""

import sys
import tempfile
from pathlib import Path

from bench import BIN, ENVIRONMENT, EXAMPLES, ROOT, WORK, Profile, Program, allow, build, case, check, contains, execute, first, run, server
from programs import C, C_CURL, LINK, PYTHON, STRICT

DISCOVERY = Program("C", [BIN / "discovery"], "discovery")
DISCOVERY_PY = Program(
    "Python",
    [sys.executable, "-W", "error", EXAMPLES / "python/discovery.py"],
    "discovery",
    {"PYTHONPATH": str(ROOT / "bindings/python")},
)


@first()
def discovery_builds_without_a_warning():
    build("gcc", "-std=c99", *STRICT, "-o", BIN / "discovery", EXAMPLES / "c/discovery.c", *LINK)
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / "discovery++", EXAMPLES / "c/discovery.c", *LINK)


def profile_of(folder, url, more=""):
    """The shortest profile, for that server."""
    shortest = (EXAMPLES / "profiles/issuer.toml").read_text()
    check("https://accounts.example.com" in shortest and "my-client" in shortest, shortest)
    profile = folder / "issuer.toml"
    profile.write_text(shortest.replace("https://accounts.example.com", url).replace("my-client", "public") + more)
    profile.chmod(0o600)
    return profile


def shows(program, profile):
    return execute([*program.command, profile], env={**ENVIRONMENT, **program.environment})


@case(DISCOVERY, DISCOVERY_PY)
def what_a_server_says_of_itself_is_shown(program):
    with server() as s:
        folder = Path(tempfile.mkdtemp(dir=WORK))
        done = shows(program, profile_of(folder, f"{s.url}/strict"))
        check(done.returncode == 0, done.stdout)
        for line in (f"issuer: {s.url}/strict", f"token_endpoint: {s.url}/strict/token", 'code_challenge_methods_supported: ["S256"]',
                     "scopes_supported: not said"):
            contains(done.stdout, line + "\n")
        done = shows(program, profile_of(folder, f"{s.url}/metamaps"))
        check(done.returncode == 1, done.stdout)
        contains(done.stdout, "discovery: metadata: none where they should be, check issuer, or set metadata_url")


@case(C, C_CURL, PYTHON)
def the_shortest_profile_signs_in(program):
    with server() as s:
        profile = Profile(s.url)
        # The programs refresh the token, too: this server wants to be asked for a refresh token.
        profile.argument = str(profile_of(profile.folder, f"{s.url}/strict", 'scope = "offline_access"\n'))
        ended = run(program, profile, s.api("strict"), allow)
        check(ended.status == 0, ended)
