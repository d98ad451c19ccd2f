"""The interface from C, on another processor: whether `char` has a sign or not, nothing warns; and a program signs in, at a
practice server that runs natively."""

import os
import subprocess
import tempfile
from pathlib import Path

from toolchain import HERE, ROOT, TARGET, said

SERVER = Path(os.environ.get("PRACTICE_SERVER") or TARGET / "debug/practice-server")
STRICT = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}"]
PROFILE = """[demo]
base_url = "{url}/strict"
authorization_endpoint = "/authorize"
token_endpoint = "/token"
client_id = "demo"
client_secret = "demo-secret"
redirect_uri = "http://127.0.0.1/cb"
scope = "offline_access"
store = "file:{folder}/tokens"
"""


def run(compiler, runner, built, libraries):
    """`built` has the libraries. Gives how many passed and failed."""
    sources = sorted([*ROOT.glob("examples/c/*.c"), *ROOT.glob("tests/callers/c/*.c")])
    results = [compiles(compiler, source, sign) for source in sources for sign in ("-fsigned-char", "-funsigned-char")]
    results += [signs_in(compiler, runner.split(), built / "deps" / library) for library in libraries]
    for result in filter(None, results):
        print(f"FAILED {result}", flush=True)
    bad = sum(map(bool, results))
    print(f"from C: {len(results) - bad} passed, {bad} failed", flush=True)
    return len(results) - bad, bad


def compiles(compiler, source, sign):
    """What is wrong, or nothing."""
    # libcurl's headers are the same for all; what else stands beside them comes last.
    curls = Path("/usr/include", said("gcc", "-print-multiarch"))
    done = subprocess.run(
        [compiler, *STRICT, sign, "-fsyntax-only", "-idirafter", curls, source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return f"{source.name} {sign}: {done.stdout.decode()}" if done.returncode else ""


def signs_in(compiler, runner, library):
    if not SERVER.is_file():
        return f"signin.c: {SERVER} is missing: make practice-server"
    link = ["-static", HERE / "find_object.c"] if library.suffix == ".a" else ["-Wl,-rpath,$ORIGIN"]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "liboauth.so.2").symlink_to(library)
        program = folder / "signin"
        source = ROOT / "tests/callers/c/signin.c"
        done = subprocess.run([compiler, *STRICT, *link, "-o", program, source, folder / "liboauth.so.2"], stderr=subprocess.PIPE)
        if done.returncode:
            return f"signin.c, {library.name}: {done.stderr.decode()}"
        serving = subprocess.Popen([SERVER, "serve", "--port", "0"], stdout=subprocess.PIPE)
        try:
            lines = (line.decode() for line in serving.stdout)
            url = next((line.split()[1] for line in lines if line.startswith("READY ")), None)
            if not url:
                return f"signin.c: {SERVER} ended before it was ready: what it says above is why"
            profile = folder / "demo.toml"
            profile.touch(0o600)
            profile.write_text(PROFILE.format(url=url, folder=folder))
            first = run_once([*runner, program, profile])
            again = run_once([*runner, program, profile])
        finally:
            serving.kill()
            serving.wait()
    is_header = [said.startswith("Authorization: Bearer ") for said in (first, again)]
    return "" if all(is_header) and first == again else f"signin.c, {library.name}: {first!r}, then {again!r}"


def run_once(command):
    """The header. Where it shows an address, somebody signs in there."""
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    line = running.stdout.readline().decode()
    pasted = b""
    if line.startswith("http"):
        pasted = subprocess.run([SERVER, "sign-in", line.strip()], stdout=subprocess.PIPE, check=True).stdout
        line = ""
    rest, _ = running.communicate(pasted)
    return line + rest.decode()
