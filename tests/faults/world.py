"""What the checks stand on: shim and job as they are built, the practice server, a store, and jobs that use it."""

import json
import os
import queue
import re
import select
import shutil
import subprocess
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, namedtuple
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HEADER = ROOT / "include/liboauth.h"
LIBRARIES = Path(os.environ.get("LIBOAUTH_DIR") or ROOT / "build/lib").resolve()
SERVER = Path(os.environ.get("PRACTICE_SERVER") or ROOT / "target/debug/practice-server").resolve()
WORK = Path(tempfile.gettempdir()).resolve() / f"faults-{os.getpid()}"

PATIENCE = 120  # seconds for anything that a job does
NOT_STORED = 3  # a job's status
# The numbers of the interface, by their names without OAUTH_.
N = {name: int(number) for name, number in re.findall(r"#define OAUTH_(\w+)\s+\(?(-?\d+)", HEADER.read_text())}

KEY = "c2b4f1a07d5e9386fa10c3d2b49e7f58616b0d9c2e8f7a4513d0b6e29f8c7a41"
# A job that nobody signs in for.
MACHINE = {"GRANT_TYPE": "client_credentials", "SCOPE": "read"}
ENDPOINTS = {"strict": ("/authorize", "/token", "/revoke"), "stamps": ("/authorize", "/oauth/token", "/oauth/revoke")}


class Failure(Exception):
    """Something that does not hold."""


def check(holds, *what):
    if not holds:
        raise Failure("\n".join(str(part) for part in what))


class Result:
    """What a part of the checks has found."""

    def __init__(self):
        self.passed, self.failures, self.outcomes = 0, [], Counter()

    @contextmanager
    def point(self, title, counts=True):
        """One check. What goes wrong within it is its failure."""
        try:
            yield
            self.passed += counts
        except (Failure, Died) as e:
            self.failures.append(f"{title}: {e}")
        except Exception:
            self.failures.append(f"{title}: {traceback.format_exc()}")

    def add(self, other):
        self.passed += other.passed
        self.failures += other.failures
        self.outcomes += other.outcomes


def build():
    """Compiles shim and job, warnings as errors."""
    WORK.mkdir(mode=0o700)
    flags = ["-O1", "-Wall", "-Wextra", "-Werror"]
    library = [f"-I{HEADER.parent}", f"-L{LIBRARIES}", "-loauth", "-ldl"]
    for command in (
        ["gcc", "-std=gnu11", *flags, "-shared", "-fPIC", HERE / "shim.c", "-o", WORK / "shim.so", "-ldl"],
        ["gcc", "-std=c99", *flags, HERE / "job.c", "-o", WORK / "job", *library],
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        check(done.returncode == 0, *command, done.stdout)


# ---- the practice server ----


class Server:
    def __init__(self):
        self.process = subprocess.Popen([SERVER, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        check(line.startswith("READY "), "the practice server says", line)
        self.url = line.split()[1]

    def control(self, **fields):
        data = urllib.parse.urlencode(fields).encode() if fields else None
        with urllib.request.urlopen(self.url + "/control", data, timeout=PATIENCE) as answer:
            return json.load(answer)

    def counts(self, base):
        return self.control()["bases"][base]

    def takes(self, base, header):
        """Does the API take this header?"""
        name, _, value = header.partition(": ")
        request = urllib.request.Request(f"{self.url}/{base}/api/me", headers={name: value})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return False

    def allow(self, url):
        """The person signs in: the address that the browser ends at."""
        done = subprocess.run(
            [SERVER, "sign-in", url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE
        )
        check(done.returncode == 0, "sign-in", url, done.stdout)
        return done.stdout.strip()

    def stop(self):
        self.process.kill()
        self.process.wait()


class Servers:
    """One for each check that runs at a time: they count and fail on their own."""

    def __init__(self, count):
        self.all = [Server() for _ in range(count)]
        self.free = queue.Queue()
        for server in self.all:
            self.free.put(server)

    @contextmanager
    def one(self):
        server = self.free.get()
        try:
            server.control(clear=1, reset_counts=1)
            yield server
        finally:
            self.free.put(server)

    def stop(self):
        for server in self.all:
            server.stop()


# ---- jobs ----

Answer = namedtuple("Answer", "asked code action text")


class Died(Exception):
    """The job has ended where it should have answered."""

    def __init__(self, status):
        super().__init__(f"the job died: status {status}")
        self.status = status


class Job:
    """A process of job.c. `faults`: the shim's variables, without FAULT_."""

    def __init__(self, settings, folder=None, **faults):
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LD_LIBRARY_PATH": str(LIBRARIES),
            "HOME": str(WORK),
            "LD_PRELOAD": str(WORK / "shim.so"),
            "FAULT_FOLDER": str(folder or ""),
            **{f"FAULT_{name}": str(value) for name, value in faults.items()},
        }
        words = [f"{N[name]}={value}" for name, value in settings.items()]
        self.process = subprocess.Popen(
            [WORK / "job", *words], env=environment, bufsize=0, cwd=WORK, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.pid = self.process.pid
        self.waiting = b""

    def __enter__(self):
        return self

    def __exit__(self, wrong, *_):
        if wrong is None and self.process.poll() is None:
            self.end()
        self.kill()

    def tell(self, command):
        try:
            self.process.stdin.write(command.encode() + b"\n")
        except BrokenPipeError:
            pass  # `answer` says so

    def answer(self, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while b"\n" not in self.waiting:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            check(ready, f"no answer of the job in {seconds} seconds")
            some = os.read(self.process.stdout.fileno(), 65536)
            if not some:
                raise Died(self.process.wait(PATIENCE))
            self.waiting += some
        line, _, self.waiting = self.waiting.partition(b"\n")
        asked, code, action, text = line.decode().split("\t", 3)
        return Answer(asked, int(code), int(action), text)

    def ask(self, command, seconds=PATIENCE):
        self.tell(command)
        return self.answer(seconds)

    def must(self, command):
        answer = self.ask(command)
        check(answer.code >= 0, f"{command.split()[0]}: {answer}")
        return answer

    def end(self):
        """Lets it come to its end. Could it store everything?"""
        self.process.stdin.close()
        status = self.process.wait(PATIENCE)
        check(status in (0, NOT_STORED), f"the job ends with status {status}")
        return status == 0

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        status = self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        return status


# ---- a store ----


class Store:
    """A folder in which one client's tokens live, and the settings of the jobs that share it."""

    def __init__(self, server, base, **settings):
        self.server, self.base = server, base
        self.folder = Path(tempfile.mkdtemp(prefix="store-", dir=WORK)) / "tokens"
        authorize, token, revoke = ENDPOINTS[base]
        self.settings = {
            "BASE_URL": f"{server.url}/{base}",
            "AUTHORIZATION_ENDPOINT": authorize,
            "TOKEN_ENDPOINT": token,
            "REVOCATION_ENDPOINT": revoke,
            "CLIENT_ID": "demo",
            "CLIENT_SECRET": "demo-secret",
            "CLIENT_AUTH": "client_secret_post",
            "REDIRECT_URI": "http://127.0.0.1/cb",
            "SCOPE": "offline_access",
            "STORE": f"file:{self.folder}",
            "LOCK_TIMEOUT": 3,
            **settings,
        }

    def job(self, settings=None, **faults):
        return Job({**self.settings, **(settings or {})}, self.folder, **faults)

    def redirect(self, settings=None):
        """One job shows the address, and a person signs in there."""
        with self.job(settings) as job:
            return self.server.allow(job.must("url").text)

    def sign_in(self, settings=None):
        redirect = self.redirect(settings)
        with self.job(settings) as job:
            job.must("exchange " + redirect)
        return self

    def counts(self):
        return self.server.counts(self.base)

    def files(self, end):
        return sorted(path for path in self.folder.glob("*" + end)) if self.folder.exists() else []

    def record(self):
        """The record's bytes; None where there is none."""
        found = self.files(".json")
        check(len(found) <= 1, "more than one record", found)
        return found[0].read_bytes() if found else None

    def goes_on(self):
        """Another process renews the token and can use it; the record is whole."""
        with self.job() as job:
            job.must("refresh")
            header = job.must("header").text
        check(self.server.takes(self.base, header), "the API does not take the token")
        self.is_whole()

    def is_whole(self):
        record = self.record()
        check(record is not None, "no record")
        try:
            json.loads(record)
        except ValueError as e:
            raise Failure(f"a damaged record: {e}\n{record!r}")
        left = [path.name for path in self.folder.iterdir() if path.suffix not in (".json", ".lock", ".pending")]
        check(len(left) <= 1, "files are left behind", left)

    def remove(self):
        shutil.rmtree(self.folder.parent, ignore_errors=True)


@contextmanager
def store(servers, base, **settings):
    with servers.one() as server:
        made = Store(server, base, **settings)
        try:
            yield made
        finally:
            made.remove()


def trace(path):
    """The calls that the shim has counted: (function, kind, file)."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [tuple(line.split("\t")[1:]) for line in lines]
