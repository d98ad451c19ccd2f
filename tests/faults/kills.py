"""A job is killed at a call of its refresh or of its sign-in, and others go on.

What has become of it is known from what the practice server has counted and from whether the record has changed.
"""

import re
import time

from world import KEY, MACHINE, Died, N, Result, check, store, trace

NOTHING_USED = "nothing had been used: all goes on as it was"
STORED = "the new token was stored"
LOST = "the server had given new tokens, and its answer was not stored"
WHOLE = "the new token was written whole but not in place: it was put there"
NOT_REACHED = "the job ended before"


class Sweep:
    """Kills at the N-th call, for each N and each way. `calls` knows them once a job has run undisturbed."""

    def __init__(self, servers, name, base, **settings):
        self.servers, self.name, self.base, self.settings = servers, name, base, settings
        self.calls = []

    def points(self, share=1):
        """(way, call), each `share`-th of them and those around what is sent and renamed."""
        with store(self.servers, self.base, **self.settings) as s:
            self.count(s)
        all_ = []
        for number, (function, kind, _) in enumerate(self.calls, 1):
            ways = ["before", "after"] + ["half"] * (kind == "write")
            all_ += [(way, number, function in ("send", "renameat") or way == "half") for way in ways]
        # Another run may need some calls more.
        all_ += [("before", len(self.calls) + more, False) for more in (1, 2, 3)]
        return [(way, number) for at, (way, number, matters) in enumerate(all_) if matters or at % share == 0]

    def count(self, s):
        path = s.folder.parent / "calls"
        self.prepare(s)
        with s.job(COUNT_TO=path) as job:
            check(self.act(s, job).code >= 0, "it fails without any fault")
        self.calls = trace(path)
        return self.calls

    def run(self, points):
        """One after the other at one store; a new one when the sign-in is lost."""
        result, points = Result(), list(points)
        prepared = True
        while points and prepared:
            prepared = False
            with result.point(self.name, counts=False), store(self.servers, self.base, **self.settings) as s:
                self.prepare(s)
                prepared, outcome = True, None
                while points and outcome != LOST:
                    way, number = points.pop(0)
                    with result.point(self.title(way, number)):
                        outcome = LOST  # where it fails, too
                        outcome = self.one(s, way, number)
                        result.outcomes[outcome] += 1
        return result

    def title(self, way, number):
        call = "/".join(self.calls[number - 1]) if number <= len(self.calls) else "the end"
        return f"{self.name}, killed {way} call {number} ({call})"

    def one(self, s, way, number):
        before, record = s.counts(), s.record()
        path = s.folder.parent / "calls"
        path.unlink(missing_ok=True)
        job = s.job(KILL_AT=number, KILL=way, COUNT_TO=path)
        with job:
            killed = self.is_killed(s, job)
        made = trace(path)[: number - (way in ("before", "half"))]
        sent = [at for at, (function, _, _) in enumerate(made) if function == "send"]
        after = settled(s, before, bool(sent))
        changed = s.record() != record
        used = after[self.counted] - before[self.counted]
        check(used in (0, 1), f"{self.counted}: {used}")
        check(not (changed and not used), "the record has changed, and the server has given nothing")
        if not killed:
            check(used and changed, "the job was not killed, and nothing came of it")
        whole = used and any(kind == "write" and file.endswith(".tmp") for _, kind, file in made[sent[0] :])
        outcome = STORED if changed else NOTHING_USED if not used else WHOLE if whole and self.recovers else LOST
        self.judge(s, job.pid, outcome)
        return outcome if killed else NOT_REACHED

    def is_killed(self, s, job):
        try:
            answer = self.act(s, job)
        except Died as e:
            check(e.status == -9, f"it was not the kill: status {e.status}")
            return True
        check(answer.code >= 0, answer)
        job.must("disarm")
        return False


def settled(s, before, sent):
    """The server's counts when it has done with what the killed job had sent."""
    deadline = time.monotonic() + 0.3
    while True:
        after = s.counts()
        if not sent or after["token_requests"] > before["token_requests"] or time.monotonic() > deadline:
            return after
        time.sleep(0.01)


class InRefresh(Sweep):
    """A job renews a token that an API has refused."""

    counted = "refreshes"
    recovers = True

    def prepare(self, s):
        s.sign_in()

    def act(self, s, job):
        job.must("header")
        job.must("rejected")
        job.must("arm")
        return job.ask("header")

    def judge(self, s, pid, outcome):
        if outcome == LOST and self.base == "strict":
            says_what_happened(s, pid)
        else:
            s.goes_on()


def says_what_happened(s, pid):
    """Reuse ends the family: a person has to sign in, is told why, and can."""
    with s.job() as job:
        answer = job.ask("refresh")
    check(answer.code == N["ERROR_SIGN_IN"], "expected: sign in again", answer)
    check(answer.action == N["ACTION_SIGN_IN"], answer)
    check(names(answer.text, pid), f"the text does not say that process {pid} got no answer", answer)
    s.sign_in()
    s.goes_on()


def names(text, pid):
    return re.search(rf"\b{pid}\b", text) and re.search("answer.* lost", text)


class InSignIn(Sweep):
    """A job exchanges a code for tokens; another has shown the address. An older token may be there."""

    counted = "code_exchanges"
    recovers = False  # somebody is there who sees it fail
    older = False

    def prepare(self, s):
        if self.older:
            s.sign_in()

    def act(self, s, job):
        self.redirect = s.redirect()
        job.must("arm")
        return job.ask("exchange " + self.redirect)

    def judge(self, s, pid, outcome):
        if outcome == NOTHING_USED:
            with s.job() as job:
                again = job.ask("exchange " + self.redirect)
            check(again.code == 0, "the code was not used, and cannot be used any more", again)
        elif outcome == LOST:
            # The code may be gone: what was there before is not.
            with s.job() as job:
                again = job.ask("exchange " + self.redirect)
            check(again.code < 0 and again.text, "a code that was used is taken again", again)
            if not self.older:
                s.sign_in()
        else:
            requests = s.counts()["token_requests"]
            with s.job() as job:
                again = job.ask("exchange " + self.redirect)
            check(s.counts()["token_requests"] == requests, "a code that has given tokens is sent again", again)
        s.goes_on()
        if not self.older:
            for file in s.files(".json"):
                file.unlink()


class InSecondSignIn(InSignIn):
    older = True


class InUrl(InSignIn):
    """A job makes the address: another makes one anew."""

    def act(self, s, job):
        job.must("arm")
        return job.ask("url")

    def one(self, s, way, number):
        with s.job(KILL_AT=number, KILL=way) as job:
            killed = self.is_killed(s, job)
        s.sign_in()
        s.goes_on()
        return NOTHING_USED if killed else NOT_REACHED


class InEarlyRefresh(InRefresh):
    """The token lives, but not for as long as is asked for."""

    def __init__(self, servers, name, base):
        super().__init__(servers, name, base, MIN_VALID=3600)

    def act(self, s, job):
        job.must("arm")
        return job.ask("header")


class InRecovery(InRefresh):
    """The job that finds a new token written but not in place is killed, too."""

    def prepare(self, s):
        s.sign_in()
        path = s.folder.parent / "first"
        with s.job(COUNT_TO=path) as job:
            check(super().act(s, job).code >= 0, "it fails without any fault")
        self.rename = [function for function, _, _ in trace(path)].index("renameat") + 1

    def act(self, s, job):
        with s.job(KILL_AT=self.rename, KILL="before") as first:
            try:
                check(False, "the job was not killed", super().act(s, first))
            except Died as e:
                check(e.status == -9, e)
        job.must("arm")
        return job.ask("refresh")

    def one(self, s, way, number):
        with s.job(KILL_AT=number, KILL=way) as job:
            killed = self.is_killed(s, job)
        s.goes_on()
        return WHOLE if killed else NOT_REACHED


class InFirstToken(Sweep):
    """A job that nobody signs in for asks for its first token: nothing that is lost is missed."""

    counted = "token_requests"
    recovers = True

    def prepare(self, s):
        pass

    def act(self, s, job):
        job.must("arm")
        return job.ask("header")

    def judge(self, s, pid, outcome):
        s.goes_on()
        for file in s.files(".json"):
            file.unlink()


class InForget(Sweep):
    """A job forgets the token: another finds all of it or nothing, and forgets it."""

    def prepare(self, s):
        s.sign_in()

    def act(self, s, job):
        job.must("arm")
        return job.ask("forget")

    def one(self, s, way, number):
        with s.job(KILL_AT=number, KILL=way) as job:
            killed = self.is_killed(s, job)
        with s.job() as job:
            found = job.ask("refresh")
            check(found.code in (0, N["ERROR_SIGN_IN"]), found)
            job.must("forget")
            again = job.ask("header")
            check(again.code == N["ERROR_SIGN_IN"] and s.record() is None, "it is still there", again)
        s.sign_in()
        return NOT_REACHED if not killed else "it was there" if found.code == 0 else "it was gone"


class InRevoke(InForget):
    """A job revokes the token: another finds all of it or nothing, and revokes it, whatever the server still knows."""

    def act(self, s, job):
        job.must("arm")
        return job.ask("revoke")

    def one(self, s, way, number):
        with s.job() as job:
            header = job.must("header").text
        with s.job(KILL_AT=number, KILL=way) as job:
            killed = self.is_killed(s, job)
        found = s.record() is not None
        with s.job() as job:
            job.must("revoke")
            again = job.ask("header")
        check(again.code == N["ERROR_SIGN_IN"] and s.record() is None, "it is still there", again)
        check(not s.server.takes(self.base, header), "the API takes the token")
        s.sign_in()
        return NOT_REACHED if not killed else "it was there" if found else "it was gone"


class InReseal(Sweep):
    """A job seals the records of two accounts: each can be read all the time, and another seals the rest."""

    SEALING = {"STORE_KEY": KEY, "STORE_ALLOW_PLAIN": "yes"}
    accounts = [{"ACCOUNT": name} for name in ("one", "two")]

    def prepare(self, s):
        for account in self.accounts:
            s.sign_in(account)

    def count(self, s):
        self.prepare(s)
        path = s.folder.parent / "calls"
        with s.job(self.SEALING, COUNT_TO=path) as job:
            check(self.act(s, job).code == 2, "not both")
        self.calls = trace(path)

    def act(self, s, job):
        job.must("arm")
        return job.ask("reseal")

    def one(self, s, way, number):
        with s.job(self.SEALING, KILL_AT=number, KILL=way) as job:
            killed = self.is_killed(s, job)
        done = sum(b"access_token" not in path.read_bytes() for path in s.files(".json"))
        for account in self.accounts:
            with s.job({**self.SEALING, **account}) as job:
                job.must("header")
        with s.job(self.SEALING) as job:
            check(job.must("reseal").code == 2 - done, "not the rest")
        with s.job({"STORE_OLD_KEY": KEY}) as job:
            check(job.must("reseal").code == 2, "the seals are not taken away")
        return f"{done} of 2 were sealed" if killed else NOT_REACHED


def sweeps(servers):
    sealed = {"STORE_KEY": KEY}
    return [
        InRefresh(servers, "refresh at /strict", "strict"),
        InRefresh(servers, "refresh at /stamps", "stamps"),
        InRefresh(servers, "refresh at /strict, sealed", "strict", **sealed),
        InEarlyRefresh(servers, "early refresh at /strict", "strict"),
        InRecovery(servers, "recovery at /strict", "strict"),
        InSignIn(servers, "first sign-in", "strict"),
        InSecondSignIn(servers, "second sign-in", "strict"),
        InSignIn(servers, "first sign-in, sealed", "strict", **sealed),
        InUrl(servers, "authorization URL", "strict"),
        InFirstToken(servers, "first token without a person", "strict", **MACHINE),
        InFirstToken(servers, "first token without a person, sealed", "strict", **MACHINE, **sealed),
        InForget(servers, "forgetting", "strict"),
        InRevoke(servers, "revoking", "strict"),
        InReseal(servers, "sealing anew", "strict"),
    ]
