"""What is not run on another system, test by test, and why not."""

from dataclasses import dataclass

QEMU = ("big-endian", "arm64")


@dataclass
class Entry:
    goals: tuple
    suite: str
    test: str
    reason: str

    def __str__(self):
        return f"{self.suite} {self.test}: {self.reason}"


VALGRIND = "valgrind runs programs of this machine's processor alone"
SECCOMP = "qemu-user has no seccomp: the kernel would seal qemu itself"

ENTRIES = [
    Entry(QEMU, "host_process", "memory_is_used_as_it_should_be", VALGRIND),
    Entry(QEMU, "host_process", "memory_is_used_as_it_should_be_in_forked_children", VALGRIND),
    Entry(QEMU, "host_process", "no_file_thread_or_signal_is_touched_without_need", SECCOMP),
]


def of(goal, suite):
    return [entry for entry in ENTRIES if goal in entry.goals and entry.suite == suite]
