"""What the cases stand on: the examples as programs, the practice server, a person who signs in, and the counting."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
LIBRARY = Path(os.environ.get("LIBOAUTH_DIR") or ROOT / "build/lib").resolve() / "liboauth.so"
SERVER = Path(os.environ.get("PRACTICE_SERVER") or ROOT / "target/debug/practice-server").resolve()
PATIENCE = 300

WORK = Path(tempfile.gettempdir()).resolve() / f"callers-{os.getpid()}"
LIB = WORK / "lib"
BIN = WORK / "bin"
# Nothing of who runs this: no proxy, no profiles, no language.
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": str(WORK / "home"),
    "TMPDIR": str(WORK / "tmp"),
    "LD_LIBRARY_PATH": str(LIB),
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Failure(Exception):
    """A case that does not hold."""


def check(holds, *what):
    if not holds:
        raise Failure("\n".join(str(part) for part in what))


def contains(text, part):
    check(part in text, f"no {part!r} in:", text)


# ---- the cases ----

BUILDS, CASES = [], []


def case(*each, to=CASES):
    """A function that is a case, or one for each of the given things."""

    def add(function):
        title = function.__name__.replace("_", " ")
        for thing in each or [None]:
            name = title if thing is None else f"{thing}: {title}"
            to.append((name, function if thing is None else lambda thing=thing: function(thing)))
        return function

    return add


def first(*each):
    """As `case`, for what the others stand on."""
    return case(*each, to=BUILDS)


def run_all(words):
    """Runs the cases, says which do not hold, and counts. Returns the exit status."""
    passed = failed = 0
    wanted = [each for each in CASES if all(word in each[0] for word in words)]
    os.umask(0o022)  # no store is below a folder that a group can write to
    for folder in (LIB, BIN, WORK / "home", WORK / "tmp"):
        folder.mkdir(parents=True)
    for name in ("liboauth.so", "liboauth.so.2"):
        (LIB / name).symlink_to(LIBRARY)
    # Most of the time a case waits for a program that waits for the disk.
    with ThreadPoolExecutor(4) as pool:
        for cases in (BUILDS, wanted):
            for (name, _), problem in zip(cases, list(pool.map(attempt, cases))):
                passed += problem is None
                failed += problem is not None
                if problem is not None:
                    print(f"FAILED {name}\n    " + problem.strip().replace("\n", "\n    "), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def attempt(case_):
    """Why the case does not hold; None where it does."""
    try:
        case_[1]()
    except Failure as failure:
        return str(failure) or "it does not hold"
    except Exception:
        return traceback.format_exc()
    return None


# ---- programs ----


@dataclass
class Program:
    """An example that can be run; `name` is how it calls itself in its messages."""

    language: str
    command: list
    name: str = "signin"
    environment: dict = field(default_factory=dict)

    def __str__(self):
        return self.language

    def under(self, *wrapper):
        """The same, run by another program such as valgrind."""
        return Program(self.language, [*wrapper, *self.command], self.name, self.environment)


@dataclass
class Run:
    """What a run of a program left."""

    status: int
    output: str
    errors: str
    url: str  # that it asked somebody to sign in at; empty where it did not ask

    def __str__(self):
        return f"exit status {self.status}\n{self.output}{self.errors}"

    @property
    def answers(self):
        """The API's answers, as the program showed them."""
        return [json.loads(text) for text in re.findall(r"^The API answers: (\{.*)$", self.output, re.MULTILINE)]


def execute(command, **more):
    """Runs a tool to its end; both its outputs are one."""
    more = {"cwd": ROOT, "env": ENVIRONMENT, "timeout": PATIENCE, **more}
    return subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more
    )


def respond(command, environment):
    """Runs a program as a web server does: nothing comes in, and what goes out is bytes."""
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, cwd=WORK / "tmp",
        env=environment, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def without_libxml(said):
    """Debian 13's GnuCOBOL says so of itself."""
    return re.sub(r"^Warning: program compiled against libxml \d+ using older \d+\n", "", said, flags=re.MULTILINE)


def build(*command):
    """Runs a compiler, which must not say anything."""
    done = execute(command)
    check(done.returncode == 0 and not done.stdout, " ".join(str(word) for word in command), done.stdout)


def run(program, profile, api, person=None, patience=PATIENCE):
    """Runs a program. When it asks for it, `person` is given the URL, and what it gives back is pasted."""
    command = [*program.command, profile.argument, api]
    environment = {**ENVIRONMENT, **program.environment}
    with tempfile.TemporaryFile("w+") as errors:
        running = subprocess.Popen(
            [str(word) for word in command], env=environment, cwd=WORK / "tmp", text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        timer = threading.Timer(patience, running.kill)
        timer.start()
        output, url = [], ""
        try:
            for line in running.stdout:
                output.append(line)
                if line.startswith("http"):
                    url = line.strip()
                if line.startswith("Then paste"):
                    answer_person(running, person, url)
            status = running.wait()
        finally:
            timer.cancel()
            running.kill()
            running.wait()
        errors.seek(0)
        done = Run(status, "".join(output), without_libxml(errors.read()), url)
    for secret in profile.secrets():
        check(secret not in done.output + done.errors, "a secret is shown:", done)
    return done


def answer_person(running, person, url):
    try:
        if person is not None:
            running.stdin.write(person(url) + "\n")
            running.stdin.flush()
        else:
            running.stdin.close()
    except BrokenPipeError:
        pass  # it has ended; its exit status tells


def allow(url):
    """The person signs in and allows it, and pastes the redirect."""
    return browser(url)


def deny(url):
    return browser("--deny", url)


def code_alone(url):
    return browser("--code-only", url)


def browser(*words):
    done = execute([SERVER, "sign-in", *words])
    check(done.returncode == 0, "the browser:", done.stdout)
    return done.stdout.strip()


# ---- the practice server ----


class Server:
    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [str(SERVER), "serve", "--port", "0", *flags], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
        ready = self.process.stdout.readline()
        check(ready.startswith("READY "), "the practice server does not start:", ready)
        self.url = ready.split()[1]

    def api(self, base):
        return f"{self.url}/{base}/api/me"

    def control(self, **fields):
        """A fault, a jump of the clock, or what else /control takes."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "/control", data, timeout=PATIENCE) as answer:
            return json.load(answer)

    def counts(self, base):
        return self.control()["bases"][base]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@contextmanager
def server(*flags):
    running = Server(*flags)
    try:
        yield running
    finally:
        running.stop()


# ---- profiles ----

def timestamp(seconds):
    """As a record has it (RFC 3339)."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


KINDS = {
    "strict": {
        "authorization_endpoint": "/authorize",
        "token_endpoint": "/token",
        "redirect_uri": "http://127.0.0.1/cb",
        "scope": "offline_access",
    },
    "bound": {
        "authorization_endpoint": "/authorize",
        "token_endpoint": "/token",
        "redirect_uri": "http://127.0.0.1/cb",
        "scope": "offline_access",
    },
    "stamps": {"profile": "stamps", "redirect_uri": "https://www.stamps.com"},
    "metamaps": {"profile": "metamaps"},
    "metamaps-real": {"profile": "metamaps"},
    "belladati": {"profile": "belladati", "redirect_uri": "http://127.0.0.1/cb"},
}


class Profile:
    """A profile file in a folder of its own, for one of the practice server's bases."""

    def __init__(self, url, base="strict", named="", **settings):
        self.folder = Path(tempfile.mkdtemp(prefix=named, dir=WORK))
        self.file = self.folder / "profile.toml"
        self.store = self.folder / "tokens"
        self.settings = {
            "base_url": f"{url}/{base}",
            "client_id": "demo",
            "client_secret": "demo-secret",
            "store": f"file:{self.store}",
            **KINDS[base],
            **settings,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in self.settings.items()]
        self.file.write_text("\n".join(["[test]", *lines, ""]))
        self.file.chmod(0o600)
        self.argument = str(self.file)

    def record(self):
        """The stored record, as the library wrote it."""
        (file,) = self.store.glob("*.json")
        return file, json.loads(file.read_text())

    def expire(self, seconds_ago):
        """Makes the stored token older than it is."""
        file, record = self.record()
        check(re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z", str(record["expires_at"])), "no time of expiry:", record)
        ended = time.time() - seconds_ago
        record["expires_at"], record["obtained_at"] = timestamp(ended), timestamp(ended - 3600)
        file.write_text(json.dumps(record))

    def secrets(self):
        """What must not be shown."""
        secrets = [self.settings["client_secret"]]
        for file in self.store.glob("*.json"):
            record = json.loads(file.read_text())
            secrets += [record.get("access_token"), record.get("refresh_token")]  # a sealed one has neither
        return [secret for secret in secrets if secret]


def main():
    for file in (LIBRARY, SERVER):
        if not file.exists():
            print(f"FAILED {file} is missing: make library practice-server\n0 passed, 1 failed")
            return 1
    try:
        return run_all(sys.argv[1:])
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
