"""The calls that a refresh makes: the shim has all of them, and they come in an order that may end anywhere."""

import subprocess

from kills import InRefresh
from world import LIBRARIES, WORK, Result, check, store

# Those that reach the system: what of these the library uses must be wrapped.
SYSTEM = """
accept accept4 access bind chdir chmod chown clock_nanosleep close closedir connect copy_file_range creat dup dup2
dup3 epoll_ctl epoll_wait eventfd execve faccessat fallocate fallocate64 fchmod fchmodat fchown fcntl fcntl64
fdatasync fdopendir flock fork fstat fstat64 fstatat fstatat64 fstatfs fstatfs64 fstatvfs fstatvfs64 fsync ftruncate
ftruncate64 futimens getaddrinfo getdents64 gethostname getpeername getrandom getsockname getsockopt getxattr ioctl
kill lchown link linkat listen lockf lockf64 lseek lseek64 lstat lstat64 mkdir mkdirat mkfifo mknod mkostemp mkstemp
mkstemp64 nanosleep open open64 openat openat64 opendir pipe pipe2 poll posix_fallocate posix_fallocate64 ppoll
pread pread64 preadv prlimit pselect pwrite pwrite64 pwritev read readdir readdir64 readlink readlinkat readv
realpath recv recvfrom recvmmsg recvmsg remove rename renameat renameat2 rmdir select send sendfile sendfile64
sendmmsg sendmsg sendto setsockopt shutdown sleep socket socketpair splice stat stat64 statfs statfs64 statvfs
statvfs64 statx symlink symlinkat sync sync_file_range syscall tcgetattr truncate truncate64 uname unlink unlinkat
usleep utime utimensat utimes vfork wait4 waitid waitpid write writev
""".split()


def cases(servers):
    return [every_call_is_wrapped, lambda: in_order(servers)]


def every_call_is_wrapped():
    result = Result()
    with result.point("calls that the shim has"):
        used = symbols(LIBRARIES / "liboauth.so", "--undefined-only")
        check("renameat" in used, "not the library's symbols:", used)
        has = symbols(WORK / "shim.so", "--defined-only")
        missing = [name for name in SYSTEM if name in used and name not in has]
        check(not missing, "the library calls what shim.c does not wrap:", " ".join(missing))
    return result


def in_order(servers):
    """Room is made and it is noted before anything is sent; the new record is flushed, renamed, and flushed."""
    result = Result()
    with result.point("the order of a refresh"), store(servers, "strict") as s:
        sweep = InRefresh(servers, "refresh", "strict")
        calls = [f"{kind} {file.split('.')[-1] or '.'}" for function, kind, file in sweep.count(s)]
        sends = [at for at, (function, _, _) in enumerate(sweep.calls) if function == "send"]
        first, last = sends[0], len(calls) - 1 - calls[::-1].index("rename json")
        said = "\n".join(f"{number} {call}" for number, call in enumerate(calls))
        check("lock lock" in calls[:first], "sent without the lock", said)
        check("write tmp" in calls[:first], "sent before room was made", said)
        check("write lock" in calls[:first], "sent before it was noted", said)
        written = [at for at, call in enumerate(calls[:last]) if call == "write tmp"][-1]
        check(written > first and "fsync tmp" in calls[written:last], "renamed before it was flushed", said)
        check("fsync ." in calls[last:], "the folder was not flushed", said)
        unlocked = len(calls) - 1 - calls[::-1].index("lock lock")
        check(unlocked > last + calls[last:].index("fsync ."), "unlocked too early", said)
    return result


def symbols(library, which):
    done = subprocess.run(["nm", "-D", which, library], stdout=subprocess.PIPE, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in done.stdout.splitlines()}
