"""What the cases stand on: the programs, the practice server, profiles, processes that start at once, the counting."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIBRARY = Path(os.environ.get("LIBOAUTH_DIR") or ROOT / "build/lib").resolve()
SERVER = Path(os.environ.get("PRACTICE_SERVER") or ROOT / "target/debug/practice-server").resolve()
HEADER = ROOT / "include/liboauth.h"
NUMBERS = {name: int(number) for name, number in re.findall(r"^#define OAUTH_(\w+) \(?(-?\d+)", HEADER.read_text(), re.MULTILINE)}
FULL = False
WORK = None  # the folder of this run
PATIENCE = 300  # seconds

# No proxy, no profiles, no language of whoever runs this.
ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
CFLAGS = ["-std=gnu99", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pthread"]


class Failure(Exception):
    """A case that does not hold."""


class NotBegun(Failure):
    """A process ended with 1 and no word, as none of our programs does: what was to run it has not."""


def check(holds, *what):
    if not holds:
        raise Failure("\n".join(str(part) for part in what))


def equal(what, wanted, got):
    check(wanted == got, f"{what}: {got}, not {wanted}")


# ---- the cases ----

CASES = []  # name, function, whether it needs the machine for itself


def case(*each, alone=False, full=False):
    """A function that is a case, or one for each of the given things. It may give a line to print: what it measured.
    `alone`: its times count. `full`: only in the whole run."""

    def add(function):
        title = function.__name__.replace("_", " ")
        for thing in each or [None]:
            arguments = () if thing is None else thing if isinstance(thing, tuple) else (thing,)
            name = " ".join([title, *map(str, arguments)])
            if FULL or not full:
                CASES.append((name, lambda arguments=arguments: function(*arguments), alone))
        return function

    return add


def main(words):
    for file in (LIBRARY / "liboauth.so", SERVER):
        if not file.exists():
            print(f"FAILED {file} is missing: make library practice-server\n0 passed, 1 failed")
            return 1
    wanted = [each for each in CASES if all(word in each[0] for word in words)]
    global WORK
    with tempfile.TemporaryDirectory(prefix="liboauth-storm-") as folder:
        WORK = Path(folder)
        try:
            compile_all()
        except Failure as failure:
            print(f"FAILED {failure}\n0 passed, 1 failed")
            return 1
        problems = [attempt(each) for each in wanted if each[2]]
        # The others wait for a clock most of the time.
        with ThreadPoolExecutor(4) as pool:
            problems += pool.map(attempt, [each for each in wanted if not each[2]])
    failed = sum(problems)
    print(f"{len(problems) - failed} passed, {failed} failed")
    return 1 if failed or not problems else 0


def attempt(case_):
    """Whether the case fails; says why, or what it measured."""
    name, function, _ = case_
    began = time.monotonic()
    try:
        note, failed = function(), False
    except Failure as failure:
        note, failed = str(failure) or "it does not hold", True
    except Exception:
        note, failed = traceback.format_exc(), True
    if failed:
        print(f"FAILED {name}\n    " + note.strip()[:4000].replace("\n", "\n    "), flush=True)
    else:
        print(f"ok {name} ({time.monotonic() - began:.1f} s){f': {note}' if note else ''}", flush=True)
    return failed


# ---- programs ----


def compile_all():
    lib = WORK / "lib"
    lib.mkdir()
    for name in ("liboauth.so", "liboauth.so.2"):
        (lib / name).symlink_to(LIBRARY / "liboauth.so")
    link = [f"-I{HEADER.parent}", f"-L{lib}", f"-Wl,-rpath,{lib}", "-loauth"]
    for name in ("job", "swaps"):
        build(f"{name}.c", "-o", WORK / name, *link)
    build("unsynced.c", "-o", WORK / "unsynced.so", "-shared", "-fPIC")


def build(*words):
    done = execute("gcc", *CFLAGS, *words, cwd=HERE)
    check(done.returncode == 0 and not done.stdout, " ".join(["gcc", *map(str, words)]), done.stdout)


def execute(*command, **more):
    """Runs a tool to its end; both its outputs are one."""
    more = {"env": ENVIRONMENT, "timeout": PATIENCE, **more}
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


class Answer(NamedTuple):
    """A line of job.c or swaps.c: who did what, when (of the monotonic clock), and what came."""

    process: int
    thread: int
    what: str
    number: int
    began: float
    ended: float
    text: str

    def __str__(self):
        return f"process {self.process}, thread {self.thread}: {self.what[:60]}: {self.number} {self.text}"


class Storm:
    """Processes that are ready, and begin at once."""

    def __init__(self, count, *command, **environment):
        inside, self.gate = os.pipe()
        self.processes = [
            subprocess.Popen([str(word) for word in command], stdin=inside, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, env={**ENVIRONMENT, **environment})
            for _ in range(count)
        ]  # fmt: skip
        os.close(inside)
        self.before = [self.until_ready(process) for process in self.processes]
        self.timer = threading.Timer(PATIENCE, self.kill)
        self.timer.daemon = True  # a case that fails is not waited for
        self.timer.start()

    @staticmethod
    def until_ready(process):
        """What it says before it is ready."""
        lines = []
        for line in process.stdout:
            if line == "ready\n":
                return lines
            lines.append(line)
        ended_well("that was to be ready", process.wait(), "".join(lines))
        raise Failure(f"a process ended before it was ready, and said: {''.join(lines)}")

    def begin(self):
        self.began = time.monotonic()
        os.close(self.gate)
        return self

    def answers(self):
        """What all processes did after the gate, and the first of them before it."""
        found = []
        try:
            for number, (process, before) in enumerate(zip(self.processes, self.before)):
                lines = process.stdout.readlines()
                ended_well(number, process.wait(), "".join(before + lines))
                found += answers_of(number, before + lines)
        finally:
            self.timer.cancel()
            self.kill()
        return found

    def kill(self):
        for process in self.processes:
            process.kill()


def answers_of(process, lines):
    found = []
    for line in lines:
        cells = line.rstrip("\n").split("\t")
        check(len(cells) == 6, "a line that is none:", line)
        thread, what, number, began, ended, text = cells
        found.append(Answer(process, int(thread), what, int(number), float(began), float(ended), text.replace("\\n", "\n")))
    return found


def storm(count, profile, *words):
    """The answers of so many processes that do these words, and the milliseconds from the gate to the last of them."""
    running = Storm(count, WORK / "job", profile, *words).begin()
    found = running.answers()
    return found, 1000 * (max(answer.ended for answer in found) - running.began)


def job(profile, *words, **environment):
    """The answers of one process."""
    done = execute(WORK / "job", profile, *words, env={**ENVIRONMENT, **environment})
    ended_well(0, done.returncode, done.stdout)
    return answers_of(0, done.stdout.splitlines())


def ended_well(number, status, said):
    if status == 1 and not said:
        raise NotBegun(f"process {number} ended with 1 and no word")
    check(status == 0, f"process {number} ended with {status}:", said)


def no_error(answers):
    for answer in answers:
        check(answer.number >= 0, "an error reached a caller:", answer)
    return answers


def refused(name, answer):
    """The answer is the error of that name."""
    check(answer.number == NUMBERS[f"ERROR_{name}"], f"not OAUTH_ERROR_{name}:", answer)


def only(what, answers):
    return [answer for answer in answers if answer.what == what]


def texts(what, answers):
    """The different texts, in the order in which they came."""
    return list(dict.fromkeys(a.text for a in sorted(only(what, answers), key=lambda a: a.ended)))


def put(name, text):
    """A property for job.c."""
    return f"set:{NUMBERS[name]}:{text}"


def get(name):
    return f"get:{NUMBERS[name]}"


# ---- the practice server ----


class Server:
    """A practice server and a store; its token endpoint is the one of /strict."""

    def __init__(self, *flags):
        self.process = subprocess.Popen([str(SERVER), "serve", "--port", "0", *flags], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        ready = self.process.stdout.readline()
        check(ready.startswith("READY "), "the practice server does not start:", ready)
        self.url = ready.split()[1]
        self.folder = Path(tempfile.mkdtemp(dir=WORK))
        self.store = self.folder / "tokens"
        self.profiles = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def profile(self, **settings):
        """A profile's file; all profiles of a server have one store."""
        settings = {
            "base_url": f"{self.url}/strict",
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "client_id": "demo",
            "client_secret": "demo-secret",
            "redirect_uri": "http://127.0.0.1/cb",
            "scope": "offline_access",
            "store": f"file:{self.store}",
            **settings,
        }
        self.profiles += 1
        file = self.folder / f"{self.profiles}.toml"
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in settings.items() if value is not None]
        file.write_text("[storm]\n" + "".join(lines))
        file.chmod(0o600)
        return file

    def signed_in(self, profile, *words, expires_in=3600):
        """Signs in by one process; the token is one of so many seconds. What `words` answer after it."""
        self.control(expires_in=expires_in)
        process = subprocess.Popen([WORK / "job", profile, "url", "exchange", *words], text=True, env=ENVIRONMENT,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        line = process.stdout.readline()
        if not line:
            ended_well(0, process.wait(), line)
        (asked,) = answers_of(0, [line])
        output, _ = process.communicate(self.browser(asked.text) + "\n", timeout=PATIENCE)
        check(process.returncode == 0, "signing in:", output)
        return no_error(answers_of(0, output.splitlines()))[1:]

    def expired(self, profile):
        """Signs in with a token that has expired when this returns, and begins to count. The header that is over."""
        (token,) = self.signed_in(profile, get("ACCESS_TOKEN"), expires_in=1)
        time.sleep(2.1)
        self.control(reset_counts=1)
        return f"Authorization: Bearer {token.text}"

    def expire(self):
        """Has the one stored token end in the past, and begins to count. The header that is over."""
        (file,) = self.store.glob("*.json")
        record = json.loads(file.read_text())
        record.update(obtained_at="2020-01-01T00:00:00Z", expires_at="2020-01-01T01:00:00Z")
        file.write_text(json.dumps(record))
        self.control(reset_counts=1)
        return f"Authorization: Bearer {record['access_token']}"

    def browser(self, url):
        """Where the sign-in sends the browser."""
        done = execute(SERVER, "sign-in", url)
        check(done.returncode == 0, "the browser:", done.stdout)
        return done.stdout.strip()

    def control(self, **what):
        return json.loads(self.ask("/control", urllib.parse.urlencode(what).encode() if what else None))

    def counts(self):
        return self.control()["bases"]["strict"]

    def requests(self, wanted):
        """So many token requests came since the counts began, and the server refused none."""
        counts = self.counts()
        equal("token requests at the server", wanted, counts["token_requests"])
        equal("token requests that the server refused", 0, counts["refused"])

    def api(self, header):
        """Who the API says that we are."""
        name, value = header.split(": ", 1)
        return json.loads(self.ask("/strict/api/me", headers={name: value}))

    def ask(self, path, data=None, headers=()):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.url + path, data, dict(headers))
        try:
            with opener.open(request, timeout=PATIENCE) as answer:
                return answer.read()
        except urllib.error.HTTPError as e:
            raise Failure(f"{path} answers {e.code}: {e.read().decode()}") from None
