/* late_cancel: a thread asks to be cancelled anywhere, and whoever cancels it decides to do so before it begins a call, but
 * sends glibc's signal only when it is in that call, as happens on a busy machine. Whatever the thread has begun it ends.
 *
 * The kernel stops who cancels at that signal, and the thread at its first system call that glibc lets a cancelling end.
 */
#define _GNU_SOURCE
#include "guest.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* glibc's own. */
enum { SIGNAL = 32 };

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { LOW_WORD = 4 };
#else
enum { LOW_WORD = 0 };
#endif

/* Some exist on old architectures alone. */
static const int CANCELLABLE[] = {
    SYS_ppoll, SYS_accept4, SYS_close, SYS_openat, SYS_read, SYS_write, SYS_recvfrom, SYS_sendto, SYS_connect,
#ifdef SYS_poll
    SYS_poll,
#endif
};

enum { COUNT = sizeof CANCELLABLE / sizeof *CANCELLABLE };

static int32_t client;
static pthread_t target;
static volatile pid_t number; /* the target's */
static volatile int may_call, is_sent, returned, listener = -1;

/* From here on this thread, and those that it starts, stop where `send_late` decides. */
static void stop_at_these(void)
{
    struct sock_filter code[COUNT + 6];
    struct sock_fprog program = {0, code};
    unsigned char at = 0;
    int i;

    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (i = 0; i < COUNT; i++)
        code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CANCELLABLE[i], COUNT - i + 2, 0);
    code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]) + LOW_WORD);
    code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGNAL, 0, 1);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = at;
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    MUST(listener >= 0);
}

/* Lets it be done; for the signal, that was done. Whoever was interrupted asks again. */
static void answer(const struct seccomp_notif *asked)
{
    struct seccomp_notif_resp given;

    memset(&given, 0, sizeof given);
    given.id = asked->id;
    given.flags = asked->data.nr == SYS_tgkill ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    MUST(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &given) == 0 || errno == ENOENT);
}

static void *send_late(void *unused)
{
    struct seccomp_notif asked, canceller;
    struct pollfd waiting = {0, POLLIN, 0};
    int is_there;

    while (listener < 0)
        sched_yield();
    waiting.fd = listener;
    for (;;) {
        /* glibc 2.41 ends the thread before it asks for anything; it then waits for the signal that is under way. */
        is_there = poll(&waiting, 1, may_call && !is_sent ? 1000 : -1);
        memset(&asked, 0, sizeof asked);
        MUST(!is_there || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0 || errno == ENOENT);
        if (asked.data.nr == SYS_tgkill) {
            canceller = asked;
            may_call = 1;
        } else if (may_call && !is_sent && (!is_there || (pid_t)asked.pid == number)) {
            MUST(syscall(SYS_tgkill, getpid(), number, SIGNAL) == 0);
            is_sent = 1;
            answer(&canceller);
        } else {
            answer(&asked);
        }
    }
    return unused;
}

static void *await(void *unused)
{
    MUST(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL) == 0);
    number = (pid_t)syscall(SYS_gettid);
    while (!may_call) { }
    oauth_await_redirect(client, 1);
    returned = 1;
    return unused;
}

static void *cancel(void *unused)
{
    while (!number)
        sched_yield();
    MUST(pthread_cancel(target) == 0);
    return unused;
}

int main(void)
{
    char text[2048];
    void *result = NULL;
    pthread_t canceller, sender;

    alarm(120);
    client = new_client("https://example.com", "");
    MUST_BE(oauth_set(client, OAUTH_REDIRECT_URI, TEXT("http://127.0.0.1:0/cb")), 0);
    MUST_GIVE(oauth_build_authorize_url(client, text, sizeof text));
    MUST(pthread_create(&sender, NULL, send_late, NULL) == 0);
    stop_at_these();
    MUST(pthread_create(&target, NULL, await, NULL) == 0);
    MUST(pthread_create(&canceller, NULL, cancel, NULL) == 0);
    MUST(pthread_join(target, &result) == 0);
    MUST(result == PTHREAD_CANCELED && is_sent && !returned);
    MUST(pthread_join(canceller, NULL) == 0);
    MUST_BE(oauth_await_redirect(client, 0), OAUTH_PENDING); /* nothing is locked */
    MUST_BE(oauth_client_close(client), 0);
    return 0;
}
