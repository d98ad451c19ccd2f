/* An LD_PRELOAD library between a program and the C library: it counts the calls through which the program reaches the
 * system, kills or stops the program at one of them, or lets some fail. Only calls between fault_arm() and
 * fault_disarm() count; the program finds both with dlsym.
 *
 *   FAULT_COUNT_TO=FILE     a line for each call: number, function, kind, and the file below FAULT_FOLDER or "-"
 *   FAULT_KILL_AT=N         SIGKILL at the N-th call
 *   FAULT_KILL=HOW          before (usual) or after it, half: after half of a write, stop: SIGSTOP before it
 *   FAULT_FOLDER=FOLDER     where calls fail:
 *   FAULT_KINDS=KIND,...    those of these kinds: open (for writing), write, fsync, rename, unlink, mkdir, lock, chmod, read
 *   FAULT_AT=N              the N-th of them,
 *   FAULT_ALWAYS=1          and all after it,
 *   FAULT_ERRNO=ENOSPC      with this error: ENOSPC, EIO, EROFS, EACCES or EDQUOT
 *   FAULT_SHORT=1           the N-th call, if it writes, writes half of what it was given instead
 *   FAULT_NO_DESCRIPTOR=1   as soon as something has come from the network, each call that would open something fails
 *                           with EMFILE
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum verdict { GO_ON, FAIL, HALVE };
enum how { BEFORE, AFTER, HALF, STOP };

struct call {
    int number; /* 0: not counted */
    enum verdict verdict;
};

static int armed, calls, matches;
static int kill_at, fault_at, always, fault_errno, short_write, no_descriptor, has_answer;
static enum how how;
static const char *folder, *kinds;
static int trace = -1;
static long (*raw)(long, ...);

static int number_of(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : atoi(text);
}

static int errno_of(const char *name)
{
    static const struct { const char *name; int number; } known[] = {
        {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}, {"EACCES", EACCES}, {"EDQUOT", EDQUOT},
    };
    size_t i;

    for (i = 0; name != NULL && i < sizeof known / sizeof *known; i++) {
        if (strcmp(name, known[i].name) == 0)
            return known[i].number;
    }
    return 0;
}

__attribute__((constructor)) static void set_up(void)
{
    static const char *const names[] = {"before", "after", "half", "stop"};
    const char *text = getenv("FAULT_KILL");
    int i;

    *(void **)&raw = dlsym(RTLD_NEXT, "syscall");
    for (i = 0; text != NULL && i < 4; i++) {
        if (strcmp(text, names[i]) == 0)
            how = (enum how)i;
    }
    kill_at = number_of("FAULT_KILL_AT");
    fault_at = number_of("FAULT_AT");
    always = number_of("FAULT_ALWAYS");
    short_write = number_of("FAULT_SHORT");
    no_descriptor = number_of("FAULT_NO_DESCRIPTOR");
    fault_errno = errno_of(getenv("FAULT_ERRNO"));
    folder = getenv("FAULT_FOLDER");
    kinds = getenv("FAULT_KINDS");
    text = getenv("FAULT_COUNT_TO");
    if (text != NULL)
        trace = (int)raw(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

void fault_arm(void)
{
    armed = 1;
}

void fault_disarm(void)
{
    armed = 0;
}

/* The file below FAULT_FOLDER that a path, a descriptor, or a path as seen from a descriptor is; "-" for others, "."
 * for the folder. */
static const char *inside(const char *path, int fd, char *buffer)
{
    char link[64];
    size_t length = folder == NULL ? 0 : strlen(folder);
    long n;

    if (length == 0)
        return "-";
    if ((path == NULL || path[0] != '/') && fd >= 0) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        n = raw(SYS_readlinkat, AT_FDCWD, link, buffer, PATH_MAX - 1);
        if (n > 0) {
            snprintf(buffer + n, (size_t)(PATH_MAX - n), "%s%s", path == NULL ? "" : "/", path == NULL ? "" : path);
            path = buffer;
        }
    }
    if (path == NULL || strncmp(path, folder, length) != 0)
        return "-";
    if (path[length] == '\0' || strcmp(path + length, "/") == 0)
        return ".";
    return path[length] == '/' ? path + length + 1 : "-";
}

static int is_chosen(const char *kind)
{
    size_t length = strlen(kind);
    const char *at = kinds;

    while (at != NULL && *at != '\0') {
        if (strncmp(at, kind, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return 1;
        at = strchr(at, ',');
        at = at == NULL ? NULL : at + 1;
    }
    return 0;
}

static int opens(const char *name)
{
    return strncmp(name, "open", 4) == 0 || strncmp(name, "socket", 6) == 0 || strcmp(name, "accept4") == 0 ||
           strcmp(name, "dup") == 0;
}

static struct call before(const char *name, const char *kind, const char *path, int fd)
{
    struct call call = {0, GO_ON};
    char buffer[PATH_MAX], line[PATH_MAX + 128];
    const char *where;
    int match, before_errno = errno;

    if (!armed)
        return call;
    call.number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    where = inside(path, fd, buffer);
    if (trace >= 0)
        raw(SYS_write, trace, line, (size_t)snprintf(line, sizeof line, "%d\t%s\t%s\t%s\n", call.number, name, kind, where));
    if (call.number == kill_at) {
        if (how == BEFORE || how == STOP)
            raw(SYS_kill, raw(SYS_getpid), how == STOP ? SIGSTOP : SIGKILL);
        if (how == HALF)
            call.verdict = HALVE;
    }
    if (fault_at > 0 && where[0] != '-' && is_chosen(kind)) {
        match = __atomic_add_fetch(&matches, 1, __ATOMIC_SEQ_CST);
        if (match == fault_at && short_write)
            call.verdict = HALVE;
        else if (match == fault_at || (always && match > fault_at))
            call.verdict = fault_errno != 0 ? FAIL : GO_ON;
    }
    if (no_descriptor && has_answer && opens(name)) {
        fault_errno = EMFILE;
        call.verdict = FAIL;
    }
    errno = before_errno;
    return call;
}

static void after(struct call call, const char *name, long answer)
{
    if (armed && answer > 0 && strncmp(name, "recv", 4) == 0)
        has_answer = 1;
    if (call.number != 0 && call.number == kill_at && (how == AFTER || how == HALF))
        raw(SYS_kill, raw(SYS_getpid), SIGKILL);
}

#define REAL(name)                             \
    static __typeof__(name) *real;             \
    if (real == NULL)                          \
        *(void **)&real = dlsym(RTLD_NEXT, #name)

/* The body of a wrapper: what it returns, its name, what it failing returns, its kind, path, descriptor, arguments. */
#define AROUND(type, name, failed, kind, path, fd, ...) \
    {                                                   \
        REAL(name);                                     \
        struct call call_ = before(#name, kind, path, fd); \
        if (call_.verdict == FAIL) {                    \
            errno = fault_errno;                        \
            return failed;                              \
        }                                               \
        type answer_ = real(__VA_ARGS__);               \
        after(call_, #name, (long)answer_);             \
        return answer_;                                 \
    }

/* ---- files ---- */

static const char *open_kind(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) ? "open" : "read";
}

#define MODE(flags)                                  \
    va_list rest;                                    \
    mode_t mode = 0;                                 \
    if ((flags) & (O_CREAT | O_TMPFILE)) {           \
        va_start(rest, flags);                       \
        mode = va_arg(rest, mode_t);                 \
        va_end(rest);                                \
    }

int open(const char *path, int flags, ...)
{
    MODE(flags)
    AROUND(int, open, -1, open_kind(flags), path, -1, path, flags, mode)
}

int open64(const char *path, int flags, ...)
{
    MODE(flags)
    AROUND(int, open64, -1, open_kind(flags), path, -1, path, flags, mode)
}

int openat(int at, const char *path, int flags, ...)
{
    MODE(flags)
    AROUND(int, openat, -1, open_kind(flags), path, at, at, path, flags, mode)
}

int openat64(int at, const char *path, int flags, ...)
{
    MODE(flags)
    AROUND(int, openat64, -1, open_kind(flags), path, at, at, path, flags, mode)
}

/* Writing can be halved. */
#define AROUND_WRITE(name, fd, size, ...)               \
    {                                                   \
        REAL(name);                                     \
        struct call call_ = before(#name, "write", NULL, fd); \
        if (call_.verdict == FAIL) {                    \
            errno = fault_errno;                        \
            return -1;                                  \
        }                                               \
        if (call_.verdict == HALVE && (size) > 1)       \
            (size) /= 2;                                \
        ssize_t answer_ = real(__VA_ARGS__);            \
        after(call_, #name, (long)answer_);             \
        return answer_;                                 \
    }

ssize_t write(int fd, const void *from, size_t size) AROUND_WRITE(write, fd, size, fd, from, size)
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) AROUND_WRITE(pwrite, fd, size, fd, from, size, at)
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) AROUND_WRITE(pwrite64, fd, size, fd, from, size, at)
ssize_t writev(int fd, const struct iovec *from, int size) AROUND_WRITE(writev, fd, size, fd, from, size)

int ftruncate(int fd, off_t size) AROUND(int, ftruncate, -1, "write", NULL, fd, fd, size)
int ftruncate64(int fd, off64_t size) AROUND(int, ftruncate64, -1, "write", NULL, fd, fd, size)
int fallocate(int fd, int mode, off_t at, off_t size) AROUND(int, fallocate, -1, "write", NULL, fd, fd, mode, at, size)
int fallocate64(int fd, int mode, off64_t at, off64_t size) AROUND(int, fallocate64, -1, "write", NULL, fd, fd, mode, at, size)
int posix_fallocate(int fd, off_t at, off_t size) AROUND(int, posix_fallocate, fault_errno, "write", NULL, fd, fd, at, size)
int posix_fallocate64(int fd, off64_t at, off64_t size) AROUND(int, posix_fallocate64, fault_errno, "write", NULL, fd, fd, at, size)
int fsync(int fd) AROUND(int, fsync, -1, "fsync", NULL, fd, fd)
int fdatasync(int fd) AROUND(int, fdatasync, -1, "fsync", NULL, fd, fd)
int rename(const char *from, const char *to) AROUND(int, rename, -1, "rename", to, -1, from, to)
int renameat(int a, const char *from, int b, const char *to) AROUND(int, renameat, -1, "rename", to, b, a, from, b, to)
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) AROUND(int, renameat2, -1, "rename", to, b, a, from, b, to, flags)
int link(const char *from, const char *to) AROUND(int, link, -1, "rename", to, -1, from, to)
int linkat(int a, const char *from, int b, const char *to, int flags) AROUND(int, linkat, -1, "rename", to, b, a, from, b, to, flags)
int unlink(const char *path) AROUND(int, unlink, -1, "unlink", path, -1, path)
int unlinkat(int at, const char *path, int flags) AROUND(int, unlinkat, -1, "unlink", path, at, at, path, flags)
int rmdir(const char *path) AROUND(int, rmdir, -1, "unlink", path, -1, path)
int mkdir(const char *path, mode_t mode) AROUND(int, mkdir, -1, "mkdir", path, -1, path, mode)
int mkdirat(int at, const char *path, mode_t mode) AROUND(int, mkdirat, -1, "mkdir", path, at, at, path, mode)
int flock(int fd, int operation) AROUND(int, flock, -1, "lock", NULL, fd, fd, operation)
int chmod(const char *path, mode_t mode) AROUND(int, chmod, -1, "chmod", path, -1, path, mode)
int fchmod(int fd, mode_t mode) AROUND(int, fchmod, -1, "chmod", NULL, fd, fd, mode)
int fchmodat(int at, const char *path, mode_t mode, int flags) AROUND(int, fchmodat, -1, "chmod", path, at, at, path, mode, flags)
int utimensat(int at, const char *path, const struct timespec times[2], int flags) AROUND(int, utimensat, -1, "chmod", path, at, at, path, times, flags)
int futimens(int fd, const struct timespec times[2]) AROUND(int, futimens, -1, "chmod", NULL, fd, fd, times)

ssize_t read(int fd, void *to, size_t size) AROUND(ssize_t, read, -1, "read", NULL, fd, fd, to, size)
ssize_t pread(int fd, void *to, size_t size, off_t at) AROUND(ssize_t, pread, -1, "read", NULL, fd, fd, to, size, at)
ssize_t pread64(int fd, void *to, size_t size, off64_t at) AROUND(ssize_t, pread64, -1, "read", NULL, fd, fd, to, size, at)
ssize_t readv(int fd, const struct iovec *to, int size) AROUND(ssize_t, readv, -1, "read", NULL, fd, fd, to, size)
off_t lseek(int fd, off_t at, int from) AROUND(off_t, lseek, -1, "read", NULL, fd, fd, at, from)
off64_t lseek64(int fd, off64_t at, int from) AROUND(off64_t, lseek64, -1, "read", NULL, fd, fd, at, from)
int stat(const char *path, struct stat *to) AROUND(int, stat, -1, "read", path, -1, path, to)
int stat64(const char *path, struct stat64 *to) AROUND(int, stat64, -1, "read", path, -1, path, to)
int lstat(const char *path, struct stat *to) AROUND(int, lstat, -1, "read", path, -1, path, to)
int lstat64(const char *path, struct stat64 *to) AROUND(int, lstat64, -1, "read", path, -1, path, to)
int fstat(int fd, struct stat *to) AROUND(int, fstat, -1, "read", NULL, fd, fd, to)
int fstat64(int fd, struct stat64 *to) AROUND(int, fstat64, -1, "read", NULL, fd, fd, to)
int fstatat(int at, const char *path, struct stat *to, int flags) AROUND(int, fstatat, -1, "read", path, at, at, path, to, flags)
int fstatat64(int at, const char *path, struct stat64 *to, int flags) AROUND(int, fstatat64, -1, "read", path, at, at, path, to, flags)

int statx(int at, const char *path, int flags, unsigned mask, struct statx *to)
{
    const char *volatile asked = path; /* may be null, whatever its declaration says */
    const char *named = asked != NULL && asked[0] != '\0' ? asked : NULL;

    AROUND(int, statx, -1, "read", named, at, at, asked, flags, mask, to)
}

int statfs(const char *path, struct statfs *to) AROUND(int, statfs, -1, "read", path, -1, path, to)
int statfs64(const char *path, struct statfs64 *to) AROUND(int, statfs64, -1, "read", path, -1, path, to)
int fstatfs(int fd, struct statfs *to) AROUND(int, fstatfs, -1, "read", NULL, fd, fd, to)
int fstatfs64(int fd, struct statfs64 *to) AROUND(int, fstatfs64, -1, "read", NULL, fd, fd, to)
int access(const char *path, int mode) AROUND(int, access, -1, "read", path, -1, path, mode)
int faccessat(int at, const char *path, int mode, int flags) AROUND(int, faccessat, -1, "read", path, at, at, path, mode, flags)
ssize_t readlink(const char *path, char *to, size_t size) AROUND(ssize_t, readlink, -1, "read", path, -1, path, to, size)
char *realpath(const char *path, char *to) AROUND(char *, realpath, NULL, "read", path, -1, path, to)
DIR *opendir(const char *path) AROUND(DIR *, opendir, NULL, "read", path, -1, path)
DIR *fdopendir(int fd) AROUND(DIR *, fdopendir, NULL, "read", NULL, fd, fd)
struct dirent *readdir(DIR *from) AROUND(struct dirent *, readdir, NULL, "read", NULL, dirfd(from), from)
struct dirent64 *readdir64(DIR *from) AROUND(struct dirent64 *, readdir64, NULL, "read", NULL, dirfd(from), from)
int closedir(DIR *from) AROUND(int, closedir, -1, "close", NULL, -1, from)
int close(int fd) AROUND(int, close, -1, "close", NULL, fd, fd)
int dup(int fd) AROUND(int, dup, -1, "other", NULL, fd, fd)

int fcntl(int fd, int command, ...)
{
    va_list rest;

    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    AROUND(int, fcntl, -1, "other", NULL, fd, fd, command, argument)
}

int fcntl64(int fd, int command, ...)
{
    va_list rest;

    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    AROUND(int, fcntl64, -1, "other", NULL, fd, fd, command, argument)
}

/* ---- network ---- */

int socket(int domain, int type, int protocol) AROUND(int, socket, -1, "net", NULL, -1, domain, type, protocol)
int socketpair(int domain, int type, int protocol, int ends[2])
    AROUND(int, socketpair, -1, "net", NULL, -1, domain, type, protocol, ends)
int bind(int fd, const struct sockaddr *at, socklen_t size) AROUND(int, bind, -1, "net", NULL, -1, fd, at, size)
int listen(int fd, int most) AROUND(int, listen, -1, "net", NULL, -1, fd, most)
int accept4(int fd, struct sockaddr *from, socklen_t *size, int flags)
    AROUND(int, accept4, -1, "net", NULL, -1, fd, from, size, flags)
int connect(int fd, const struct sockaddr *to, socklen_t size) AROUND(int, connect, -1, "net", NULL, -1, fd, to, size)
ssize_t send(int fd, const void *from, size_t size, int flags) AROUND(ssize_t, send, -1, "net", NULL, -1, fd, from, size, flags)
ssize_t sendto(int fd, const void *from, size_t size, int flags, const struct sockaddr *to, socklen_t length)
    AROUND(ssize_t, sendto, -1, "net", NULL, -1, fd, from, size, flags, to, length)
ssize_t sendmsg(int fd, const struct msghdr *from, int flags) AROUND(ssize_t, sendmsg, -1, "net", NULL, -1, fd, from, flags)
ssize_t recv(int fd, void *to, size_t size, int flags) AROUND(ssize_t, recv, -1, "net", NULL, -1, fd, to, size, flags)
ssize_t recvfrom(int fd, void *to, size_t size, int flags, struct sockaddr *from, socklen_t *length)
    AROUND(ssize_t, recvfrom, -1, "net", NULL, -1, fd, to, size, flags, from, length)
ssize_t recvmsg(int fd, struct msghdr *to, int flags) AROUND(ssize_t, recvmsg, -1, "net", NULL, -1, fd, to, flags)
int shutdown(int fd, int side) AROUND(int, shutdown, -1, "net", NULL, -1, fd, side)
int getsockopt(int fd, int level, int name, void *to, socklen_t *size) AROUND(int, getsockopt, -1, "net", NULL, -1, fd, level, name, to, size)
int setsockopt(int fd, int level, int name, const void *from, socklen_t size) AROUND(int, setsockopt, -1, "net", NULL, -1, fd, level, name, from, size)
int getpeername(int fd, struct sockaddr *to, socklen_t *size) AROUND(int, getpeername, -1, "net", NULL, -1, fd, to, size)
int getsockname(int fd, struct sockaddr *to, socklen_t *size) AROUND(int, getsockname, -1, "net", NULL, -1, fd, to, size)
int poll(struct pollfd *fds, nfds_t count, int timeout) AROUND(int, poll, -1, "net", NULL, -1, fds, count, timeout)
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **to)
    AROUND(int, getaddrinfo, EAI_SYSTEM, "net", NULL, -1, name, service, hints, to)

int ioctl(int fd, unsigned long request, ...)
{
    va_list rest;

    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    AROUND(int, ioctl, -1, "other", NULL, fd, fd, request, argument)
}

/* ---- the rest ---- */

int nanosleep(const struct timespec *wanted, struct timespec *left) AROUND(int, nanosleep, -1, "other", NULL, -1, wanted, left)
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left)
    AROUND(int, clock_nanosleep, EINTR, "other", NULL, -1, clock, flags, wanted, left)
ssize_t getrandom(void *to, size_t size, unsigned flags) AROUND(ssize_t, getrandom, -1, "other", NULL, -1, to, size, flags)
int gethostname(char *to, size_t size) AROUND(int, gethostname, -1, "other", NULL, -1, to, size)
int uname(struct utsname *to) AROUND(int, uname, -1, "other", NULL, -1, to)
int kill(pid_t process, int signal) AROUND(int, kill, -1, "other", NULL, -1, process, signal)

/* Threads wait by it, and in whatever order: not counted. */
long syscall(long number, ...)
{
    va_list rest;
    long a[6];
    int i;

    va_start(rest, number);
    for (i = 0; i < 6; i++)
        a[i] = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_futex)
        return raw(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    AROUND(long, syscall, -1, "other", NULL, -1, number, a[0], a[1], a[2], a[3], a[4], a[5])
}
