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
SECCOMP = "qemu-user has no seccomp: the kernel would stop qemu itself"
KEPT = "the children that fork under qemu take longer than the 15 seconds that a connection is kept"
SLOW = "it forks at each allocation, in a process each: under qemu that takes longer than the 300 seconds after which it hangs"
MUSL = "not optimized, it takes 0.6 seconds with musl's memory functions where it may take 0.5"
STATM = "what /proc says of the process's memory is qemu's own"

ENTRIES = [
    Entry(QEMU, "host_process", "memory_is_used_as_it_should_be", VALGRIND),
    Entry(QEMU, "host_process", "memory_is_used_as_it_should_be_in_forked_children", VALGRIND),
    Entry(QEMU, "host_process", "no_file_thread_or_signal_is_touched_without_need", SECCOMP),
    Entry(QEMU, "host_process", "a_thread_whose_cancelling_comes_late_ends_after_its_call_too", SECCOMP),
    Entry(QEMU, "host_process", "a_fork_while_another_thread_changes_the_client_is_harmless", KEPT),
    Entry(QEMU, "host_process", "a_thousand_loadings_leave_nothing_behind", STATM),
    Entry(QEMU, "host_process", "a_fork_in_the_moment_of_another_threads_first_calls_is_harmless", SLOW),
    Entry(("musl",), "protocol", "faults::large_answers_take_no_time", MUSL),
]


# Of these, what hangs on the processor is run, and nothing else.
ONLY = {
    "bindings": (
        ["the_header_compiles_as_c99_and_as_cpp11", "exports::the_library_exports_the_listed_functions_and_nothing_else"],
        "what is generated is the same for all processors",
    ),
}


def of(goal, suite):
    return [entry for entry in ENTRIES if goal in entry.goals and entry.suite == suite]
