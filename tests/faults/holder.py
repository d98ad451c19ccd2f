"""A job that holds the lock and stands still is named in bounded time, and nothing hangs on it once it has ended."""

import os
import re
import signal
import time
from contextlib import contextmanager

from world import N, Result, check, store, trace


def cases(servers):
    each = [lambda call=call: named(servers, call) for call in ("connect", "renameat")]
    return each + [lambda case=case: case(servers) for case in (no_wait, nothing_sent, answer_lost, goes_on)]


@contextmanager
def standing(servers, base, call, **settings):
    """A store, and a job that stands still before this call of its refresh."""
    with store(servers, base, LOCK_TIMEOUT=1, **settings) as s:
        s.sign_in()
        path = s.folder.parent / "calls"
        with s.job(COUNT_TO=path) as job:
            renew(job)
            job.answer()
        functions = [function for function, _, _ in trace(path)]
        at = len(functions) - functions[::-1].index(call)
        with s.job(KILL_AT=at, KILL="stop") as job:
            renew(job)
            os.waitpid(job.pid, os.WUNTRACED)
            yield s, job
            job.kill()


def renew(job):
    job.must("header")
    job.must("rejected")
    job.must("arm")
    job.tell("header")


def timed(job, command):
    began = time.monotonic()
    return job.ask(command), time.monotonic() - began


def named(servers, call):
    result = Result()
    with result.point(f"stands before {call}: who and for how long"), standing(servers, "strict", call) as (s, holder):
        time.sleep(1.1)
        for command in ("refresh", "header"):
            with s.job() as job:
                if command == "header":
                    job.must("header")
                    job.must("rejected")
                answer, took = timed(job, command)
                check(answer.code == N["ERROR_LOCK"], "expected: OAUTH_ERROR_LOCK", answer)
                check(answer.action == N["ACTION_RETRY"], answer)
                check(re.search(rf"\b{holder.pid}\b.* [1-9]\d* s", answer.text), "no process and age", answer)
                check(took > 0.9, f"it took {took:.1f} seconds instead of 1")
    return result


def no_wait(servers):
    """Who has a token that lives does not wait for a better one."""
    result = Result()
    with result.point("stands: others use the old token"), standing(servers, "strict", "connect") as (s, _):
        with s.job({"MIN_VALID": 3600, "LOCK_TIMEOUT": 60}) as job:
            answer, took = timed(job, "header")
            check(answer.code >= 0 and s.server.takes(s.base, answer.text), answer)
            check(took < 30, f"it took {took:.1f} seconds: it waited for the lock")
    return result


def nothing_sent(servers):
    result = Result()
    with result.point("stands, and is killed with nothing sent"), standing(servers, "strict", "connect") as (s, holder):
        holder.kill()
        s.goes_on()
    return result


def answer_lost(servers):
    """A waiting job gets on the moment that the holder is killed."""
    result = Result()
    with result.point("stands with the answer, and is killed"), standing(servers, "stamps", "recv") as (s, holder):
        with s.job({"LOCK_TIMEOUT": 30}) as job:
            job.tell("refresh")
            time.sleep(0.5)
            holder.kill()
            answer = job.answer()
            check(answer.code >= 0, answer)
        s.goes_on()
    return result


def goes_on(servers):
    """Stopped and continued: the one that waited gets the same token."""
    result = Result()
    with result.point("stands, and goes on"), standing(servers, "strict", "renameat") as (s, holder):
        with s.job({"LOCK_TIMEOUT": 30}) as job:
            job.must("header")
            job.must("rejected")
            job.tell("header")
            time.sleep(0.2)
            os.kill(holder.pid, signal.SIGCONT)
            theirs, ours = holder.answer(), job.answer()
            check(theirs.code >= 0 and theirs.text == ours.text, theirs, ours)
        check(s.counts()["refreshes"] == 2, "refreshes", s.counts())
        s.goes_on()
    return result
