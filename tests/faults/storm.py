"""Jobs renew one token all the time and are killed at random moments; their successors go on."""

import random
import threading
import time
from collections import Counter

from kills import names
from world import Died, N, Result, check, store

JOBS = 3
ENDED = "a kill between the server's answer and the store: a person signs in again"
LATE = "the killed job's request was served after its successor's: a person signs in again"


class Storm:
    """`JOBS` processes on one store. Everything that they say is judged when it comes."""

    def __init__(self, s, seed):
        self.s, self.random = s, random.Random(seed)
        self.outcomes = Counter()
        self.killed = set()
        self.heard = threading.Condition()
        self.sign_ins = []
        self.told = set()
        self.wrong = []
        self.jobs = []

    def run(self, kills):
        self.start()
        try:
            while kills > 0:
                kills -= 1
                if kills % 20 == 0:
                    late = self.random.choice([0, 0, 2, 5, 15])
                    self.s.server.control(clear=1)
                    if late:
                        self.s.server.control(late=late, count=0)
                self.kill_one()
            self.stop("terminate")
        finally:
            self.stop()
        self.s.server.control(clear=1)
        self.s.goes_on()

    def start(self):
        self.s.sign_in()
        self.sign_ins, self.told = [], set()
        self.refused = self.s.counts()["refused"]
        self.jobs = [self.start_one() for _ in range(JOBS)]

    def start_one(self):
        job = self.s.job({"LOCK_TIMEOUT": 10})
        job.tokens = set()
        job.tell("loop")
        job.thread = threading.Thread(target=self.listen, args=(job,), daemon=True)
        job.thread.start()
        return job

    def listen(self, job):
        try:
            while True:
                self.hear(job, job.answer(60))
        except Died as e:
            if job.pid not in self.killed:
                self.say(f"process {job.pid} died: status {e.status}")
        except Exception as e:
            if job.pid not in self.killed:
                self.say(f"process {job.pid}: {e!r}")

    def say(self, what):
        with self.heard:
            self.wrong.append(what)
            self.heard.notify_all()

    def hear(self, job, answer):
        with self.heard:
            if answer.code >= 0:
                job.tokens.add(answer.text)
            elif answer.code == N["ERROR_SIGN_IN"]:
                self.sign_ins.append(answer)
                self.told.add(job.pid)
            else:
                self.wrong.append(f"process {job.pid}: {answer}")
            self.heard.notify_all()

    def kill_one(self):
        time.sleep(self.random.uniform(0, 0.03))
        victim = self.random.choice(self.jobs)
        with self.heard:
            self.killed.add(victim.pid)
            victim.process.kill()
        victim.process.wait()
        self.jobs.remove(victim)
        successor = self.start_one()
        self.jobs.append(successor)
        # The first may have been there before the kill; the second came after it.
        if self.comes(lambda: len(successor.tokens) >= 2 or self.sign_ins, "no new token 15 seconds after a kill"):
            self.outcomes["others went on"] += 1
            return
        self.comes(lambda: self.told >= {job.pid for job in self.jobs}, "not everybody is told to sign in again")
        # What one job is told, the others find beside the record: they ask no more.
        if self.s.counts()["refused"] - self.refused > 1 or victim.pid in self.told:
            self.outcomes[LATE] += 1  # refused to one who is no longer there to hear it
        else:
            check(self.s.base == "strict", "the server takes the token before, too, and yet", *self.sign_ins)
            for answer in self.sign_ins:
                check(names(answer.text, victim.pid), f"it does not say that {victim.pid} got no answer", answer)
            self.outcomes[ENDED] += 1
        self.stop()
        self.start()

    def comes(self, what, else_):
        """Waits for it. Has nobody been told to sign in again?"""
        with self.heard:
            done = self.heard.wait_for(lambda: what() or self.wrong, 15)
            check(not self.wrong, *self.wrong)
            check(done, else_)
            return not self.sign_ins

    def stop(self, how="kill"):
        with self.heard:
            self.killed.update(job.pid for job in self.jobs)
        for job in self.jobs:
            getattr(job.process, how)()
            job.process.stdin.close()
        for job in self.jobs:
            job.thread.join(10)
            job.kill()
        self.jobs = []


def run(servers, base, kills, seed, **settings):
    result = Result()
    sealed = ", sealed" if settings else ""
    with result.point(f"random kills at /{base}{sealed}, seed {seed}"), store(servers, base, **settings) as s:
        storm = Storm(s, seed)
        try:
            storm.run(kills)
        finally:
            result.passed = sum(storm.outcomes.values())
            result.outcomes += Counter({f"/{base}{sealed}: {what}": count for what, count in storm.outcomes.items()})
    return result
