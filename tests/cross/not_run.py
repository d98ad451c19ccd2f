"""What is not run on another system, test by test, and why not."""

from dataclasses import dataclass

QEMU = ("big-endian", "arm64")
MUSL = ("musl",)


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
CPLUSPLUS = "Debian has no C++ compiler for musl"
UNKNOWN = "valgrind takes the place of some of musl's memory functions and not of others"
INNER = "its program takes the place of malloc by glibc's inner names"
GLIBC = "it holds glibc's signal back; musl looks at the thread's state when its own comes"
KEEPS = "musl unloads no library"
MASK = "std gives a key for thread-local storage back, and musl masks signals for that moment"
STATM = "what /proc says of the process's memory is qemu's own"

ENTRIES = [
    Entry(QEMU, "host_process", "memory_is_used_as_it_should_be", VALGRIND),
    Entry(QEMU, "host_process", "memory_is_used_as_it_should_be_in_forked_children", VALGRIND),
    Entry(QEMU, "host_process", "no_file_thread_or_signal_is_touched_without_need", SECCOMP),
    Entry(QEMU, "host_process", "a_thread_whose_cancelling_comes_late_ends_after_its_call_too", SECCOMP),
    Entry(QEMU, "host_process", "a_fork_while_another_thread_changes_the_client_is_harmless", KEPT),
    Entry(QEMU, "host_process", "a_thousand_loadings_leave_nothing_behind", STATM),
    Entry(QEMU, "host_process", "a_fork_in_the_moment_of_another_threads_first_calls_is_harmless", SLOW),
    Entry(MUSL, "bindings", "the_header_compiles_as_c99_and_as_cpp11", CPLUSPLUS),
    Entry(MUSL, "host_process", "a_cplusplus_program_includes_the_header", CPLUSPLUS),
    Entry(MUSL, "host_process", "memory_is_used_as_it_should_be", UNKNOWN),
    Entry(MUSL, "host_process", "memory_is_used_as_it_should_be_in_forked_children", UNKNOWN),
    Entry(MUSL, "host_process", "a_thread_whose_cancelling_comes_late_ends_after_its_call_too", GLIBC),
    Entry(MUSL, "host_process", "no_file_thread_or_signal_is_touched_without_need", MASK),
    Entry(MUSL, "host_process", "a_thousand_loadings_leave_nothing_behind", KEEPS),
    Entry(MUSL, "host_process", "a_fork_in_the_moment_of_another_threads_first_calls_is_harmless", INNER),
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
