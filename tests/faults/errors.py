"""The store fails: a full disk, a broken one, a read-only one, rights or quota that are gone, at each call in turn."""

from world import KEY, MACHINE, N, Result, check, store, trace

ERRNOS = ["ENOSPC", "EIO", "EROFS", "EACCES", "EDQUOT"]
WRITING = "write,rename,fsync,open,unlink,mkdir,chmod"
ONCE, ALWAYS, SHORT, SHORT_THEN_FULL = "at", "from", "a short write at", "a short write, then, at"


class Errors:
    """Points: (errno, call, whether all after it fail, too). `calls` are those that can fail."""

    kinds = WRITING
    sends = True

    def __init__(self, servers, name, **settings):
        self.servers, self.name, self.settings = servers, name, settings
        self.calls = []
        self.free = 0  # so many of them are made before anything is sent: room is made

    def points(self, share=1):
        with store(self.servers, "strict", **self.settings) as s:
            path = s.folder.parent / "calls"
            self.prepare(s)
            with s.job(COUNT_TO=path) as job:
                self.before(s, job)
                job.must("arm")
                check(self.act(job).code >= 0, "it fails without any fault")
            calls, chosen = trace(path), self.kinds.split(",")
            self.calls = [call for call in calls if call[1] in chosen and call[2] != "-"]
            sent = [call[0] for call in calls].index("send") if self.kinds == WRITING and self.sends else 0
            before = [call for call in calls[:sent] if call in self.calls]
            self.free = max((at for at, call in enumerate(before, 1) if call[1] != "unlink"), default=0)
        numbered = list(enumerate(self.calls, 1))
        all_ = [(errno, at, always) for at, _ in numbered for always in (ONCE, ALWAYS) for errno in ERRNOS]
        writes = [at for at, call in numbered if "write" in call[0]]
        all_ += [("", at, SHORT) for at in writes] + [("ENOSPC", at, SHORT_THEN_FULL) for at in writes]
        return all_[::share]

    def run(self, points):
        result = Result()
        for errno, at, how in points:
            with result.point(f"{self.name}, {errno} {how} call {at} ({'/'.join(self.calls[at - 1])})"):
                with store(self.servers, "strict", **self.settings) as s:
                    self.prepare(s)
                    result.outcomes[self.one(s, errno, at, how)] += 1
        return result

    def one(self, s, errno, at, how):
        lasts, short = how in (ALWAYS, SHORT_THEN_FULL), how in (SHORT, SHORT_THEN_FULL)
        with s.job(KINDS=self.kinds, AT=at, ERRNO=errno, ALWAYS=int(lasts), SHORT=int(short)) as job:
            self.before(s, job)
            counts, record = s.counts(), s.record()
            job.must("arm")
            first = self.act(job)
            stored = s.record() != record
            used = s.counts()[self.counted] - counts[self.counted]
            check(first.code >= 0 or first.code == N["ERROR_STORE"], "expected: OAUTH_ERROR_STORE or a token", first)
            check(how != SHORT or first.code >= 0, "a short write is no error", first)
            # A disk that stays full is found before anything is spent.
            check(not (lasts and at <= self.free and used), "spent, with no room for what comes", first)
            if lasts:
                self.while_it_lasts(s, job, used, first)
            job.must("disarm")
            self.afterwards(s, job, used, first)
            self.count(s.counts()[self.counted] - counts[self.counted])
        s.goes_on()
        given = "a named error" if first.code < 0 else "success"
        kept = "stored" if stored else "in memory alone until the next call" if used else "nothing spent"
        return f"{given}, {kept}"

    def count(self, used):
        check(used == 1, f"{self.counted}: {used} instead of one")


class InRefresh(Errors):
    """An API has refused the token: nothing else can be given out."""

    counted = "refreshes"

    def prepare(self, s):
        s.sign_in()

    def before(self, s, job):
        job.must("header")
        job.must("rejected")

    def act(self, job):
        return job.ask("header")

    def while_it_lasts(self, s, job, used, first):
        again = job.ask("header")
        if used:
            check(again.code >= 0, "memory has a new token, and does not give it", again)
        else:
            check(again.code >= 0 or again.code == N["ERROR_STORE"], again)

    def afterwards(self, s, job, used, first):
        header = job.must("header").text
        check(s.server.takes(s.base, header), "the API does not take the token")
        with s.job() as other:
            stored = other.must("header").text
        check(stored == header, "the new token is not stored")


class InLastRefresh(InRefresh):
    """The job ends after it: what it was given is stored, or it was told."""

    def one(self, s, errno, at, how):
        lasts, short = how in (ALWAYS, SHORT_THEN_FULL), how in (SHORT, SHORT_THEN_FULL)
        with s.job(KINDS=self.kinds, AT=at, ERRNO=errno, ALWAYS=int(lasts), SHORT=int(short)) as job:
            self.before(s, job)
            job.must("arm")
            first = self.act(job)
            if not lasts:
                job.must("disarm")
            told = first.code < 0 or not job.end()
        if not told:
            s.goes_on()
        return "stored" if not told else "not stored, said " + ("at once" if first.code < 0 else "when it is closed")


class InLooking(InRefresh):
    """Nothing can be read any more."""

    kinds = "read,lock"


class InEarlyRefresh(InRefresh):
    """The token lives, but not for as long as is asked for."""

    def __init__(self, servers, name):
        super().__init__(servers, name, MIN_VALID=3600)

    def before(self, s, job):
        pass

    def while_it_lasts(self, s, job, used, first):
        check(first.code >= 0, "there is a token that lives, and it is not given", first)
        check(s.server.takes(s.base, first.text), "the API does not take the token")

    def afterwards(self, s, job, used, first):
        job.must("header")

    def count(self, used):
        pass  # each header renews it


class InSignIn(Errors):
    """A code is exchanged; another job has shown the address."""

    counted = "code_exchanges"

    def prepare(self, s):
        pass

    def before(self, s, job):
        self.redirect = s.redirect()

    def act(self, job):
        return job.ask("exchange " + self.redirect)

    def while_it_lasts(self, s, job, used, first):
        check(used or first.code < 0, "nothing was exchanged", first)
        if used:
            header = job.must("header").text
            check(s.server.takes(s.base, header), "the API does not take the token")

    def afterwards(self, s, job, used, first):
        if not used:
            again = job.ask("exchange " + self.redirect)
            check(again.code == 0, "nothing was used, and yet the code cannot be used any more", again)
        header = job.must("header").text
        with s.job() as other:
            stored = other.must("header").text
        check(stored == header, "the new token is not stored")


class InFirstToken(Errors):
    """A job that nobody signs in for asks for its first token."""

    counted = "token_requests"

    def prepare(self, s):
        pass

    def before(self, s, job):
        pass

    def act(self, job):
        return job.ask("header")

    def while_it_lasts(self, s, job, used, first):
        check(used or first.code < 0, "nothing was asked for", first)
        if used:
            header = job.must("header").text
            check(s.server.takes(s.base, header), "the API does not take the token")

    def afterwards(self, s, job, used, first):
        header = job.must("header").text
        with s.job() as other:
            stored = other.must("header").text
        check(stored == header, "the new token is not stored")


class InUrl(Errors):
    """An address that cannot be remembered is not shown."""

    counted = "code_exchanges"
    sends = False

    def prepare(self, s):
        pass

    def before(self, s, job):
        pass

    def act(self, job):
        return job.ask("url")

    def while_it_lasts(self, s, job, used, first):
        pass

    def afterwards(self, s, job, used, first):
        redirect = s.server.allow(first.text if first.code >= 0 else job.must("url").text)
        with s.job() as other:
            other.must("exchange " + redirect)


class WithoutDescriptors:
    """Once the server has begun to answer nothing can be opened any more: what it gives is stored all the same."""

    def __init__(self, sweep):
        self.sweep = sweep

    def __call__(self):
        result, sweep = Result(), self.sweep
        with result.point(f"{sweep.name}, no descriptor left"), store(sweep.servers, "strict", **sweep.settings) as s:
            sweep.prepare(s)
            path = s.folder.parent / "calls"
            with s.job(NO_DESCRIPTOR=1, COUNT_TO=path) as job:
                sweep.before(s, job)
                counts, record = s.counts(), s.record()
                job.must("arm")
                first = sweep.act(job)
                check(first.code >= 0, "not given", first)
                check(s.counts()[sweep.counted] == counts[sweep.counted] + 1, "not asked for once")
                check(s.record() not in (None, record), "not stored")
                check("recv" in [call[0] for call in trace(path)], "no answer was seen")
            s.goes_on()
        return result


def descriptors(servers):
    sealed = {"STORE_KEY": KEY}
    for sweep in (InRefresh(servers, "refresh"), InRefresh(servers, "refresh, sealed", **sealed),
                  InEarlyRefresh(servers, "early refresh"), InSignIn(servers, "sign-in"),
                  InSignIn(servers, "sign-in, sealed", **sealed),
                  InFirstToken(servers, "first token without a person", **MACHINE)):
        yield WithoutDescriptors(sweep)


def sweeps(servers):
    return [
        InRefresh(servers, "refresh"),
        InRefresh(servers, "refresh, sealed", STORE_KEY=KEY),
        InLastRefresh(servers, "last refresh"),
        InLooking(servers, "refresh, nothing can be read"),
        InEarlyRefresh(servers, "early refresh"),
        InSignIn(servers, "sign-in"),
        InFirstToken(servers, "first token without a person", **MACHINE),
        InUrl(servers, "authorization URL"),
    ]
