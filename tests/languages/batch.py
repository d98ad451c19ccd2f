"""examples/cobol/BATCH.cob: a job that asks an API for each record of a file, and goes on where it stopped."""

import http.client
import os
import re
import signal
import subprocess
import threading
import urllib.parse
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import device
from bench import (
    BIN, ENVIRONMENT, EXAMPLES, LIB, PATIENCE, ROOT, WORK, Profile, Program, allow, build, case, check, contains, execute, first,
    run, server, without_libxml,
)  # fmt: skip
from programs import COBOL, LINK, STRICT, cobol

DONE, REFUSED, LATER, SIGN_IN, MEND = 0, 4, 8, 12, 16
KEYS = [f"K{number:03}" for number in range(1, 13)]
NEW_SIGN_IN = ("What to do: sign in, then start it again.",)

BATCH = Program("COBOL batch", [BIN / "batch"], "batch")
CHECKED = Program("COBOL batch with -debug", [BIN / "batch_debug"], "batch")
# Calls that are resolved when the program runs.
DYNAMIC = Program(
    "COBOL batch without static calls", [BIN / "batch_dynamic"], "batch",
    {"COB_PRE_LOAD": "liboauth:httpget", "COB_LIBRARY_PATH": f"{LIB}:{BIN}"},
)  # fmt: skip
BATCHES = [BATCH, CHECKED, DYNAMIC]


@first()
def batch_builds_without_a_warning():
    source, helper = EXAMPLES / "cobol/BATCH.cob", WORK / "batch_http.o"
    build("gcc", "-std=c99", *STRICT, "-c", "-o", helper, EXAMPLES / "cobol/httpget.c")
    cobol(BIN / "batch", source, helper, *LINK)
    cobol(BIN / "batch_debug", source, helper, *LINK, "-debug", "-free")
    build("gcc", "-std=c99", *STRICT, "-shared", "-fPIC", "-o", BIN / "httpget.so", EXAMPLES / "cobol/httpget.c", "-lcurl")
    build("cobc", "-x", "-Wall", "-Werror", "-I", ROOT / "bindings/cobol", "-o", BIN / "batch_dynamic", source)
    # Kills a process at a call of its choice, of all that it makes.
    build("gcc", "-shared", "-fPIC", "-o", BIN / "shim.so", ROOT / "tests/faults/shim.c", "-ldl")
    arm = WORK / "arm.c"
    arm.write_text("void fault_arm(void);\n__attribute__((constructor)) static void arm(void) { fault_arm(); }\n")
    build("gcc", "-shared", "-fPIC", "-o", BIN / "arm.so", arm, BIN / "shim.so")


class Api:
    """An API with a record for each key. What it is told to do, it does when a key is asked for the first time."""

    def __init__(self, authority):
        self.authority = urllib.parse.urlsplit(authority)
        self.asked, self.plan, self.running = [], {}, None
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                api.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # whose end is waited for
        self.server.handle_error = lambda *_: None  # who asks may be killed meanwhile
        self.url = f"http://127.0.0.1:{self.server.server_port}/records/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, request):
        key = urllib.parse.unquote(request.path.removeprefix("/records/"))
        status, body = self.look_up(request.headers)
        if status == 200:
            self.asked.append(key)
            what = self.plan.pop(key, None)
            status, body = (what and what()) or (200, f'{{"key":"{key}"}}\n'.encode())
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def look_up(self, headers):
        """Whether the authorization server knows the token."""
        connection = http.client.HTTPConnection(self.authority.netloc, timeout=PATIENCE)
        connection.request("GET", self.authority.path, headers={"Authorization": headers.get("Authorization", "")})
        answer = connection.getresponse()
        status, body = answer.status, answer.read()
        connection.close()
        return status, body


@contextmanager
def api(authority):
    running = Api(authority)
    try:
        yield running
    finally:
        running.server.shutdown()
        running.server.server_close()


class Job:
    """What belongs to a job, and stays from one run to the next."""

    def __init__(self, program, profile, api_, keys=KEYS, text=None):
        self.program, self.profile, self.api = program, profile, api_
        self.folder = profile.folder / "job"
        self.folder.mkdir()
        self.keys = keys
        self.files = {name: self.folder / name.lower() for name in ("KEYS", "RESTART", "ANSWERS")}
        self.files["KEYS"].write_text(text or "".join(key + "\n" for key in keys))

    def start(self, **environment):
        named = {f"DD_{name}": str(path) for name, path in self.files.items()}
        self.running = subprocess.Popen(
            [str(word) for word in [*self.program.command, self.profile.argument, self.api.url]],
            env={**ENVIRONMENT, **self.program.environment, **named, **environment}, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return self

    def end(self):
        """Its return code, and what it has said."""
        output, _ = self.running.communicate(timeout=PATIENCE)
        said = without_libxml(output.decode())
        for secret in self.profile.secrets():
            check(secret not in said, "a secret is shown:", said)
        return self.running.returncode, said

    def run(self, **environment):
        return self.start(**environment).end()

    def kill(self):
        os.kill(self.running.pid, signal.SIGKILL)
        self.running.wait(PATIENCE)

    def ends(self, code, *words):
        got, said = self.run()
        check(got == code, f"return code {got}, not {code}:", said)
        for word in words:
            contains(said, word)
        return said

    def answers(self):
        return [line.split(None, 2) for line in self.files["ANSWERS"].read_text().splitlines()]

    def is_whole(self, *twice):
        """Each key is answered once, in its place, and asked for once; `twice` are those that were under way."""
        got = self.answers()
        check(got == [[key, "200", f'{{"key":"{key}"}}'] for key in self.keys], got)
        again = [key for number, key in enumerate(self.api.asked) if key in self.api.asked[:number]]
        check(sorted(set(self.api.asked)) == sorted(set(self.keys)) and again == list(twice), self.api.asked)


def device_profile(s, **settings):
    return Profile(s.url, device_endpoint=f"{s.url}/strict/device_authorization", **settings)


def signed_in(s, **settings):
    profile = Profile(s.url, **settings)
    done = run(COBOL, profile, s.api("strict"), allow)
    check(done.status == 0, "the sign-in:", done)
    return profile


@case(*BATCHES)
def goes_on_where_it_stopped_whatever_stopped_it(program):
    with server() as s, api(s.api("strict")) as a:
        profile = device_profile(s)
        job = Job(program, profile, a)
        job.ends(SIGN_IN, "batch: record 1: no access token: ", *NEW_SIGN_IN, "0 records are answered, 0 of them")
        check(a.asked == [] and not job.files["ANSWERS"].exists(), a.asked)
        status, shown = device.signs_in(device.DEVICE_COBOL, profile, "allow")
        check(status == 0, shown)

        # A 401 in the middle is mended by itself; when the sign-in has ended, a person has to come.
        a.plan = {"K003": lambda: s.control(revoke="access") and None, "K006": lambda: s.control(revoke="all") and None}
        job.ends(SIGN_IN, "batch: record 7: no access token: ", *NEW_SIGN_IN, "6 records are answered, 6 of them")
        check(a.asked == KEYS[:6] and s.counts("strict")["refreshes"] == 1, a.asked, s.counts("strict"))
        check(not job.files["ANSWERS"].exists(), "answers that are not whole")
        job.ends(SIGN_IN, "batch: record 7: ", "6 records are answered, 0 of them")
        status, shown = device.signs_in(device.DEVICE_COBOL, profile, "allow")
        check(status == 0, shown)

        # Killed while the eighth is under way, and started again when the token has expired.
        a.plan = {"K008": job.kill}
        code, said = job.run()
        check(code == -signal.SIGKILL, code, said)
        check(a.asked == KEYS[:8], a.asked)
        profile.expire(10)
        before = s.counts("strict")
        job.ends(DONE, "12 records are answered, 5 of them by this run.")
        after = s.counts("strict")
        check(after["refreshes"] == before["refreshes"] + 1 and after["api_refused"] == before["api_refused"], after)
        job.is_whole("K008")

        # There is nothing to do, and then there is more.
        job.ends(DONE, "12 records are answered, 0 of them by this run.")
        job.is_whole("K008")
        job.keys = [*KEYS, "K013"]
        job.files["KEYS"].write_text("".join(key + "\n" for key in job.keys))
        job.ends(DONE, "13 records are answered, 1 of them by this run.")
        job.is_whole("K008")


@case(*BATCHES)
def what_goes_wrong_is_in_the_return_code(program):
    with server() as s, api(s.api("strict")) as a:
        profile = signed_in(s)
        job = Job(program, profile, a)
        a.plan = {"K002": lambda: (503, b"out\nof\torder")}
        job.ends(LATER, "batch: record 2: the API answers 503: out of order.", "What to do: start it again later.")
        a.plan = {"K002": lambda: (302, b"")}
        job.ends(MEND, "batch: record 2: the API answers 302.", "What to do: mend that, then start it again.")
        a.plan = {"K002": lambda: (401, b"no"), "K003": lambda: (200, b"x" * 5000)}
        job.ends(MEND, "batch: record 3: the API's answer is too long", "2 records are answered, 1 of them")
        a.plan = {"K003": lambda: (200, b"x" * 2_000_000)}
        job.ends(MEND, "batch: record 3: the API's answer is too long")

        s.control(at="api", status=401, count=0)
        refused = s.counts("strict")["api_refused"]
        job.ends(MEND, "batch: record 3: the API answers 401")
        check(s.counts("strict")["api_refused"] == refused + 2, s.counts("strict"))
        s.control(clear=1)
        profile.expire(10)
        s.control(status=503, count=0)
        job.ends(LATER, "batch: record 3: no access token: the server cannot serve now (status 503)")
        s.control(clear=1)
        right = profile.file.read_text()
        profile.file.write_text(right.replace("demo-secret", "wrong-secret"))
        job.ends(MEND, "batch: record 3: no access token: invalid_client: check client_id, client_secret")
        profile.file.write_text(right.replace("client_id", "clientid"))
        job.ends(MEND, "batch: record 0: the profile cannot be used: ", "clientid")
        profile.file.write_text(right)

        # What the API has to say to one key is no reason to stop.
        a.plan = {"K004": lambda: (404, b"unknown"), "K006": lambda: (410, b"")}
        job.ends(REFUSED, "12 records are answered, 10 of them by this run.")
        answers = job.answers()
        check(answers[3] == ["K004", "404", "unknown"] and answers[5] == ["K006", "410"], answers)
        check([answer[0] for answer in answers] == KEYS, answers)
        s.stop()
        job.ends(REFUSED, "12 records are answered, 0 of them")
    job.files["RESTART"].unlink()
    job.ends(LATER, "batch: record 1: the API cannot be reached: ")
    profile.expire(10)
    job.ends(LATER, "batch: record 1: no access token: no connection to 127.0.0.1")
    done = execute(program.command, env={**ENVIRONMENT, **program.environment})
    check((done.returncode, without_libxml(done.stdout)) == (MEND, "usage: batch PROFILE API_URL\n"), done)


@case(*BATCHES)
def a_file_that_is_wrong_is_said_so(program):
    with server() as s, api(s.api("strict")) as a:
        job = Job(program, signed_in(s), a)
        keys, restart, answers = (job.files[name] for name in ("KEYS", "RESTART", "ANSWERS"))
        text = keys.read_text()
        keys.unlink()
        job.ends(MEND, "batch: record 0: KEYS cannot be opened: file status 35.")
        keys.write_text(text)
        answers.mkdir()
        job.ends(MEND, "ANSWERS cannot be written: file status 3", "12 records are answered, 12 of them")
        answers.rmdir()
        keys.write_text(text.replace("K005", "K500"))
        job.ends(MEND, "batch: record 5: KEYS has another key here than RESTART.")
        keys.write_text("".join(key + "\n" for key in KEYS[:7]))
        job.ends(MEND, "batch: record 7: KEYS has fewer keys than RESTART.")
        keys.write_text("")
        job.ends(MEND, "batch: record 0: KEYS has fewer keys than RESTART.")
        check(a.asked == KEYS and not answers.exists(), a.asked)
        keys.write_text(text)
        whole = restart.read_bytes()
        for damaged in (whole.replace(b"OABATCH1", b"PAYROLL1"), b"not a file of records at all", whole.replace(b"00000012", b"0000zz12")):
            restart.write_bytes(damaged)
            said = job.ends(MEND, "batch: record 0: RESTART ")
            check("0 records are answered" in said, said)
        restart.write_bytes(whole[:-5000])
        job.ends(MEND, "RESTART cannot be read: file status ")
        restart.write_bytes(whole)
        job.ends(DONE, "12 records are answered, 0 of them")
        job.is_whole()
        restart.unlink()
        restart.mkdir()
        job.ends(MEND, "batch: record 0: RESTART cannot be opened: file status 3")


@case(*BATCHES)
def keys_of_all_kinds_are_asked_for_as_they_are(program):
    with server() as s, api(s.api("strict")) as a:
        keys = ["..", "a/b?c#d&e=%41+", "J\u00fcrgen \u20ac", "x" * 64]
        job = Job(program, signed_in(s), a, text="\r\n".join([*keys, "", "y" * 65, "last"]) + "\r\n")
        job.ends(REFUSED, "7 records are answered, 7 of them")
        check(a.asked == [*keys, "last"], a.asked)
        lines = job.files["ANSWERS"].read_text().splitlines()
        check(lines[4].split() == ["000", "no", "key"], lines[4])
        contains(lines[5], "000 the key is longer than 64 bytes")
        job.files["KEYS"].write_text("")
        job.files["RESTART"].unlink()
        job.ends(DONE, "0 records are answered, 0 of them")
        check(job.files["ANSWERS"].read_bytes() == b"", "answers to no keys")


@case(*BATCHES)
def two_jobs_do_not_share_a_restart_file(program):
    with server() as s, api(s.api("strict")) as a:
        job = Job(program, signed_in(s), a)
        second = Job.__new__(Job)
        second.__dict__.update(job.__dict__)
        # While the first one waits for its third answer.
        a.plan = {"K003": lambda: second.ends(LATER, "batch: record 0: another job has RESTART open.") and None}
        job.ends(DONE, "12 records are answered, 12 of them")
        job.is_whole()


@case(*BATCHES)
def its_own_HTTP_carries_liboauths_requests(program):
    with server() as s, api(s.api("strict")) as a:
        profile = signed_in(s)
        profile.file.write_text(profile.file.read_text() + 'http = "caller"\n')
        job = Job(program, profile, a)
        a.plan = {"K004": lambda: s.control(revoke="access") and None, "K007": job_is_stopped_by(s, profile)}
        job.ends(LATER, "batch: no answer: ", "record 8: no access token: the program's own HTTP got no answer")
        check(s.counts("strict")["refreshes"] == 2, s.counts("strict"))
        s.control(clear=1)
        job.ends(DONE, "12 records are answered, 5 of them")
        check(s.counts("strict")["refreshes"] == 3, s.counts("strict"))
        job.is_whole()


def job_is_stopped_by(s, profile):
    """The token is refused, and nobody answers who asks for another."""

    def stop():
        s.control(revoke="access")
        s.control(reset=1, count=0)

    return stop


@case()
def killed_at_any_of_its_calls_it_loses_nothing():
    with server() as s:
        profile = signed_in(s)
        trace, killed = WORK / "batch_calls", 0
        with api(s.api("strict")) as a:
            job = Job(BATCH, profile, a, KEYS[:2])
            shim = {"LD_PRELOAD": f"{BIN}/shim.so {BIN}/arm.so", "FAULT_FOLDER": str(job.folder)}
            check(job.run(**shim, FAULT_COUNT_TO=str(trace))[0] == DONE, "it does not run below the shim")
            job.is_whole()
        moments = list(moments_of(trace.read_text()))
        for number, how in moments:
            for name in ("RESTART", "ANSWERS"):
                job.files[name].unlink(missing_ok=True)
            with api(s.api("strict")) as a:
                job.api = a
                code, said = job.run(**shim, FAULT_KILL_AT=str(number), FAULT_KILL=how)
                check(code in (DONE, -signal.SIGKILL), number, how, code, said)
                killed += code != DONE
                job.ends(DONE, "2 records are answered, ")
            under_way = [key for key in job.keys if a.asked.count(key) == 2]
            check(len(under_way) <= 1, number, how, a.asked)
            job.is_whole(*under_way)
        check(len(moments) > 40 and killed > len(moments) * 3 / 4, f"only {killed} of {len(moments)} were killed")


def moments_of(trace):
    """At each call that has to do with its files, and at some of the network's."""
    calls = [line.split("\t") for line in trace.splitlines()]
    for number, name, kind, file in calls:
        if file in ("restart", "answers"):
            yield int(number), "before"
            if kind == "write":
                yield int(number), "after"
    network = [int(number) for number, name, *_ in calls if name in ("send", "sendto", "recv", "poll")]
    yield from ((number, "before") for number in network[-20:])


VALGRIND = [
    "valgrind", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible",
    "--track-fds=yes", "--vgdb=no",
]  # fmt: skip


@case(CHECKED)
def valgrind_finds_nothing(program):
    with server() as s, api(s.api("strict")) as a:
        profile = signed_in(s)
        job = Job(program.under(*VALGRIND), profile, a, KEYS[:5])
        a.plan = {"K003": lambda: s.control(revoke="all") and None}
        is_clean(job.ends(SIGN_IN, "batch: record 4: no access token: "))
        check(run(COBOL, profile, s.api("strict"), allow).status == 0, "the sign-in")
        profile.file.write_text(profile.file.read_text() + 'http = "caller"\n')
        a.plan = {"K004": lambda: s.control(revoke="access") and None}
        is_clean(job.ends(DONE, "5 records are answered, 2 of them"))
        job.is_whole()


def is_clean(said):
    contains(said, "ERROR SUMMARY: 0 errors")
    for kind in ("definitely", "indirectly", "possibly"):
        contains(said, f"{kind} lost: 0 bytes in 0 blocks")
