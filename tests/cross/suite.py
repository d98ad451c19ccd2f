"""Runs a test program of Rust's, each of its tests in a process of its own. For qemu: tests of one process that started
others beside each other have hung inside of it, seldom, where even a program's own alarm did not end it."""

import os
import re
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import not_run

# Seconds: longer than tests give themselves (`own_process`).
PATIENCE = 600
STUCK = f"what runs it hangs: no signal ends it after {PATIENCE} seconds"
# What it measures is how long calls take.
ONE_AT_A_TIME = ("host_process",)


def run(name, runner, suite, program, folder, environment):
    """How many passed and failed, and what was left out."""
    begin = [*runner.split(), program]
    ignored = names(begin, "--ignored")
    tests = [test for test in names(begin) if test not in ignored]
    left_out = chosen(name, suite, tests)
    workers = 1 if suite in ONE_AT_A_TIME else os.cpu_count()
    to_run = [test for test in tests if test not in left_out]
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        tries = 2 if runner else 1
        wrong = list(filter(None, pool.map(lambda test: run_one(begin, test, tries, folder, environment), to_run)))
    took = time.monotonic() - began
    passed = len(to_run) - len(wrong)
    print(f"{suite}: {passed} passed, {len(wrong)} failed, {len(left_out)} not run, {took:.0f} s", flush=True)
    for said in wrong:
        print(f"FAILED {suite}: {said}", flush=True)
    return passed, len(wrong), list(left_out.values())


def names(begin, *options):
    listed = subprocess.run([*begin, "--list", "--format=terse", *options], check=True, stdout=subprocess.PIPE)
    return re.findall(r"^(.+): test$", listed.stdout.decode(), re.M)


def chosen(name, suite, tests):
    """What is said of each test that is left out."""
    left_out = {entry.test: str(entry) for entry in not_run.of(name, suite)}
    only, reason = not_run.ONLY.get(suite, (tests, ""))
    for test in [*left_out, *only]:
        assert test in tests, f"not_run.py names {test}, which is no test of {suite}"
    others = [test for test in tests if test not in only and test not in left_out]
    return left_out | {test: f"{suite}, one of its others: {reason}" for test in others}


def run_one(begin, test, tries, folder, environment):
    """What is wrong, or nothing. That the emulator hangs says nothing about the test: it is said, and the test run anew."""
    for tries_left in reversed(range(tries)):
        ended, said = start([*begin, "--exact", test, "--test-threads=1"], folder, environment)
        if ended == STUCK and tries_left:
            print(f"{test}: {STUCK}. Once more", flush=True)
            continue
        is_right = ended == 0 and re.search(r"^test result: ok\. 1 passed; 0 failed; 0 ignored", said, re.M)
        return "" if is_right else f"{test}: {ended}\n{said}"


def start(command, folder, environment):
    """Its status or how it hangs, and what it said."""
    with tempfile.TemporaryFile() as output:
        # As cargo has it: build scripts are at an end, and who needs the crate's folder has it.
        running = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            ended = running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            ended = end(running)
        output.seek(0)
        return ended, output.read().decode(errors="replace")


def end(running):
    """How it hangs: a program is ended by this signal, which qemu hands on to it. Where qemu itself hangs, it is not."""
    os.killpg(running.pid, signal.SIGALRM)
    time.sleep(5)
    is_stuck = alive(running.pid)
    if is_stuck:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    return STUCK if is_stuck else f"hangs, and was ended after {PATIENCE} seconds"


def alive(session):
    """Whether one of its processes is more than an entry that its parent has not fetched."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(group) == session and state != "Z":
            return True
    return False
