"""Many processes, one token: at the server exactly one request, and no caller worse off for another."""

import os
import random
import re
import time

import weather
from weather import Failure, Server, Storm, case, check, equal, get, job, no_error, put, refused, storm, texts

LATE = 300  # milliseconds
READY = ("gate", "header")


def one_new_token(answers, old=None):
    """The header that all got, which is not the old one."""
    headers = texts("header", no_error(answers))
    check(len(headers) == 1, "different headers:", *headers)
    check(headers[0] != old, "all have the old header")
    return headers[0]


@case((1, 64), (8, 8), (8, 1), alone=True)
def expired(processes, threads):
    with Server() as server:
        profile = server.profile()
        old = server.expired(profile)
        server.control(late=LATE, count=0)
        answers, wall = storm(processes, profile, f"threads:{threads}", *READY)
        equal("answers", processes * threads, len(answers))
        server.api(one_new_token(answers, old))
        server.requests(1)
        return f"{wall:.0f} ms, the server's delay {LATE} ms"


@case((1, 64), (8, 1), (8, 8))
def a_first_token_without_a_person(processes, threads):
    """Nobody has signed in, there is not even a folder: one job asks, whoever comes meanwhile has its token, and so it is
    when it has expired."""
    with Server() as server:
        profile = server.profile(grant_type="client_credentials", scope="read")
        server.control(late=LATE, count=0)
        answers, _ = storm(processes, profile, f"threads:{threads}", *READY)
        equal("answers", processes * threads, len(answers))
        first = one_new_token(answers)
        equal("who the API sees", "demo", server.api(first)["client"])
        server.requests(1)
        old = server.expire()
        answers, _ = storm(processes, profile, f"threads:{threads}", *READY)
        one_new_token(answers, old)
        server.requests(1)


@case()
def jobs_that_ask_for_different_things():
    """Sixteen jobs with four scopes at once: four requests, and each has what it has asked for."""
    with Server() as server:
        server.control(late=LATE, count=0)
        scopes = ["read", "write", "read write", "admin"]
        profiles = [server.profile(grant_type="client_credentials", scope=scope) for scope in scopes]
        running = [Storm(4, weather.WORK / "job", profile, *READY) for profile in profiles]
        begun = [each.begin() for each in running]
        for scope, each in zip(scopes, begun):
            equal("scope", scope, server.api(one_new_token(each.answers()))["scope"])
        server.requests(4)


@case((1, 64, 150), (8, 8, 40))
@case((1, 64, 2000), (8, 8, 1000), full=True)
def again_and_again(processes, threads, times):
    """The moment at which threads first look into the store is short."""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        for _ in range(times):
            old = server.expire()
            answers, _ = storm(processes, profile, f"threads:{threads}", *READY)
            one_new_token(answers, old)
            server.requests(1)


@case((24, 5, 2, None), (24, 5, 2, 0))
@case((64, 20, 2, None), (64, 20, 2, 0), full=True)
def expiries(processes, expiries, seconds, min_valid):
    """The last token lives long, so that nothing comes after it."""
    with Server() as server:
        profile = server.profile(min_valid=min_valid)
        old = server.expired(profile)
        server.control(expires_in=seconds, count=expiries - 1)
        answers, wall = storm(processes, profile, "gate", f"until:{1 + expiries}")
        headers = texts("header", no_error(answers))
        check(old not in headers, "somebody got the old header")
        equal("different tokens", expiries, len(headers))
        last = {answer.process for answer in answers if answer.text == headers[-1]}
        equal("processes that have the last token", processes, len(last))
        server.api(headers[-1])
        server.requests(expiries)
        return f"{wall / 1000:.1f} s"


@case()
def rejected():
    """Forty processes hear 401 for the same token."""
    with Server() as server:
        profile = server.profile()
        (old,) = server.signed_in(profile, "header")
        server.control(reset_counts=1)
        running = Storm(40, weather.WORK / "job", profile, "header", "gate", "rejected", "header")
        server.control(revoke="access")
        answers = no_error(running.begin().answers())
        headers = texts("header", answers)
        equal("the first header", old.text, headers[0])
        equal("different headers", 2, len(headers))
        server.api(headers[1])
        server.requests(1)


@case()
def rejected_late():
    """A 401 for a token that another process has replaced meanwhile costs nothing."""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        late = Storm(8, weather.WORK / "job", profile, "header", "gate", "rejected", "header")
        no_error(job(profile, "header", "rejected", "header"))
        server.control(reset_counts=1)
        headers = texts("header", no_error(late.begin().answers()))
        equal("different headers", 2, len(headers))
        server.requests(0)


@case((16, 1), (4, 4))
def forced(processes, threads):
    """A refresh by hand joins the one that is under way."""
    with Server() as server:
        profile = server.profile()
        (old,) = server.signed_in(profile, "header")
        server.control(reset_counts=1)
        server.control(late=5000, count=0)
        running = Storm(processes, weather.WORK / "job", profile, f"threads:{threads}", "gate", "refresh", "header")
        first = Storm(1, weather.WORK / "job", profile, "gate", "refresh", "header").begin()
        wait_for_request(server)
        answers = running.begin().answers() + first.answers()
        one_new_token(answers, old.text)
        server.requests(1)


@case(8)
def own_http(processes):
    """Whoever carries the request holds the others up, and they need none."""
    with Server() as server:
        profile = server.profile(http="caller")
        old = server.expired(profile)
        server.control(late=LATE, count=0)
        answers, wall = storm(processes, profile, *READY)
        server.api(one_new_token(answers, old))
        server.requests(1)
        return f"{wall:.0f} ms, the server's delay {LATE} ms"


@case()
def own_http_given_up():
    """Who has a request to send and ends instead leaves the way free."""
    with Server() as server:
        profile = server.profile(http="caller")
        old = server.expired(profile)
        holder = Storm(1, weather.WORK / "job", profile, "left", "gate")
        equal("its answer", weather.NUMBERS["HTTP_NEEDED"], weather.answers_of(0, holder.before[0])[0].number)
        others = Storm(4, weather.WORK / "job", profile, *READY).begin()
        time.sleep(0.5)
        server.requests(0)
        holder.begin().answers()
        server.api(one_new_token(others.answers(), old))
        server.requests(1)


@case((8, 1), (1, 8), alone=True)
def early(processes, threads):
    """While the old token lives, one caller refreshes, and nobody waits for it."""
    with Server() as server:
        profile = server.profile(min_valid=100)
        (old,) = server.signed_in(profile, get("ACCESS_TOKEN"), expires_in=60)
        server.control(reset_counts=1)
        server.control(late=4000, count=0)
        answers, _ = storm(processes, profile, f"threads:{threads}", *READY)
        took = sorted(answer.ended - answer.began for answer in no_error(answers))
        # Who waited for the refresh would have its token, and would end after it.
        (new,) = [answer for answer in answers if old.text not in answer.text]
        check(new.ended - new.began >= 4, "the new token came too soon:", new)
        late = [answer for answer in answers if answer is not new and answer.ended >= new.ended]
        check(not late, "a caller waited for another's early refresh:", *late)
        server.requests(1)
        return f"the slowest of those that did not refresh: {1000 * took[6]:.1f} ms"


@case()
def early_and_refused():
    """A server that is out of order is no error while the old token lives."""
    with Server() as server:
        profile = server.profile(min_valid=100, timeout=3)
        (old,) = server.signed_in(profile, get("ACCESS_TOKEN"), expires_in=60)
        server.control(reset_counts=1)
        server.control(status=503, count=0)
        answers, wall = storm(8, profile, *READY, "header")
        equal("header", f"Authorization: Bearer {old.text}", one_new_token(answers, old))
        counts = server.counts()
        return f"{wall:.0f} ms, {counts['token_requests']} requests"


@case()
def retry_after():
    """The server says when; nobody asks before, in whatever process. Who has the time waits."""
    with Server() as server:
        hasty, patient = server.profile(timeout=6), server.profile(timeout=60)
        old = server.expired(hasty)
        server.control(status=503, retry_after=8)
        (first, said) = job(hasty, "header", get("RETRY_AFTER"))
        over = time.monotonic() + 8
        refused("UNAVAILABLE", first)
        equal("OAUTH_RETRY_AFTER", "8", said.text)
        answers, _ = storm(8, hasty, "gate", "header", get("RETRY_AFTER"))
        check(max(answer.ended for answer in answers) < over, "they waited in vain")
        for answer in answers:
            if answer.what == "header":
                refused("UNAVAILABLE", answer)
            else:
                check(answer.text.isdigit() and 1 <= int(answer.text) <= 8, "OAUTH_RETRY_AFTER:", answer)
        equal("token requests", 1, server.counts()["token_requests"])
        answers, _ = storm(8, patient, *READY)
        early = min(answer.ended for answer in answers) - over
        check(early > -1, f"they did not wait until it was over: {early:.1f} s")
        server.api(one_new_token(answers, old))
        equal("token requests", 2, server.counts()["token_requests"])
        equal("refreshes", 1, server.counts()["refreshes"])


@case()
def lock_that_is_held():
    """Who holds the lock for longer than OAUTH_LOCK_TIMEOUT is named, and goes on."""
    with Server() as server:
        profile = server.profile(timeout=300)
        old = server.expired(profile)
        server.control(late=200_000)
        holder = Storm(1, weather.WORK / "job", profile, *READY).begin()
        wait_for_request(server)
        answers, _ = storm(4, server.profile(lock_timeout=1), *READY)
        for answer in answers:
            refused("LOCK", answer)
            check(str(holder.processes[0].pid) in answer.text, "the holder's pid is not told:", answer)
        server.control(let_go=1)
        server.api(one_new_token(holder.answers(), old))
        server.requests(1)


@case()
def killed():
    """A process that is killed while it refreshes: the others go on, and the sign-in lives."""
    with Server() as server:
        profile = server.profile()
        old = server.expired(profile)
        # The server has not taken the refresh token when the answer is one of these.
        server.control(status=503, late=200_000)
        first = Storm(1, weather.WORK / "job", profile, *READY).begin()
        wait_for_request(server)
        others = Storm(8, weather.WORK / "job", profile, *READY).begin()
        time.sleep(0.2)
        first.kill()
        server.api(one_new_token(others.answers(), old))
        equal("token requests", 2, server.counts()["token_requests"])
        equal("refreshes", 1, server.counts()["refreshes"])
        first.timer.cancel()


@case()
def killed_with_the_new_token():
    """A process that could not store its token is waited for as long as it has it, whoever has its number then."""
    with Server() as server:
        profile = server.profile()
        server.expired(profile)
        server.control(late=500)
        holder = Storm(1, weather.WORK / "job", profile, "gate", "refresh", "sleep:60000").begin()
        wait_for_request(server)
        server.store.chmod(0o770)
        (answer,) = weather.answers_of(0, [holder.processes[0].stdout.readline()])
        refused("STORE_UNSAFE", answer)
        server.store.chmod(0o700)
        waits = job(profile, "refresh", "header")
        for answer in waits:
            refused("STORE", answer)
            check(f"process {holder.processes[0].pid} has the new token" in answer.text, answer)
        server.requests(1)
        holder.kill()
        holder.processes[0].wait()
        holder.timer.cancel()
        (lock,) = server.store.glob("*.lock")
        notes = lock.read_text()
        check('"answer":"not stored' in notes, notes)
        lock.write_text(notes.replace(f'"process":{holder.processes[0].pid},', f'"process":{os.getpid()},'))
        # The new token is gone, and the server says so at once.
        (answer,) = job(profile, "refresh")
        refused("SIGN_IN", answer)
        equal("token requests", 2, server.counts()["token_requests"])


@case(3)
def users(count):
    """Each process serves all users in turn, at random; scopes tell at the server whose token it is."""
    with Server() as server:
        names = [f"user{n}" for n in range(count)]
        for name in names:
            server.signed_in(server.profile(account=name, scope=f"offline_access {name}"))
        server.control(reset_counts=1)
        profile, threads, rounds = server.profile(), 4, 100 if weather.FULL else 25
        seed = random.randrange(1_000_000)
        try:
            running = [Storm(1, weather.WORK / "swaps", profile, threads, rounds, seed + n, *names) for n in range(6)]
            answers = no_error([answer for each in [one.begin() for one in running] for answer in each.answers()])
            owner = {answer.text: answer.what for answer in answers}
            for answer in answers:
                equal(f"whose {answer.text} is", owner[answer.text], answer.what)
            for header, name in owner.items():
                equal(f"the scope of a token of {name}", f"offline_access {name}", server.api(header)["scope"])
            counts = server.counts()
            equal("token requests that the server refused", 0, counts["refused"])
        except Failure as failure:
            raise Failure(f"with seed {seed}: {failure}") from None
        return f"{len(answers)} headers, {len(owner)} tokens, {counts['refreshes']} refreshes"


@case()
def clients():
    """Clients of one server in one store."""
    known = {"demo": "demo-secret", "odd:id": "p@ss:w%rd+/= &x", "public": None}
    with Server() as server:
        profiles = [
            server.profile(client_id=name, client_secret=secret, scope=f"offline_access {name}")
            for name, secret in known.items()
        ]
        for profile in profiles:
            server.signed_in(profile, expires_in=1)
        time.sleep(2.1)
        server.control(reset_counts=1)
        running = [Storm(4, weather.WORK / "job", profile, *READY, "refresh", "header") for profile in profiles]
        for each in running:
            each.begin()
        for name, each in zip(known, running):
            for header in texts("header", no_error(each.answers())):
                equal(f"the scope of a token of {name}", f"offline_access {name}", server.api(header)["scope"])
        equal("token requests that the server refused", 0, server.counts()["refused"])


@case()
def memory():
    """Threads that share a client and its store, under memcheck. (helgrind and DRD know locks by the calls of pthreads;
    Rust's are atomic words and futexes, and every access under them would be reported.)"""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        words = ["header", "refresh", "header", "rejected", "header", get("STATUS_LINE"), get("TOKEN_RECORD"),
                 put("MIN_VALID", "7200"), "header", "accounts:1", "url", put("STORE_KEY", "5a" * 32), put("STORE_ALLOW_PLAIN", "yes"), "reseal", "header",
                 put("REVOCATION_ENDPOINT", "/revoke"), "revoke", "forget"]  # fmt: skip
        done = weather.execute("valgrind", "-q", "--error-exitcode=9", weather.WORK / "job", profile, "threads:8", *words)
        complaints = re.findall("^==.*", done.stdout, re.MULTILINE)
        check(done.returncode == 0 and not complaints, f"it ended with {done.returncode}:", *complaints)


def wait_for_request(server, kind="token_requests", count=1):
    """Until so many requests have reached the server."""
    deadline = time.monotonic() + weather.PATIENCE
    while server.counts()[kind] < count:
        check(time.monotonic() < deadline, "no request came")
        time.sleep(0.01)
