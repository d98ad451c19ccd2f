/* sealed BASE TOKEN: a client's whole life over plain HTTP with tokens in memory, while the kernel refuses to open,
 * look for or change any file, to start a thread or program, and to touch signals.
 */
#include "guest.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>

/* What a sealed program may not do; some calls exist on old architectures alone. */
static const int FORBIDDEN[] = {
    SYS_openat, SYS_mkdirat, SYS_unlinkat, SYS_renameat2, SYS_fchmodat, SYS_faccessat, SYS_readlinkat, SYS_statx,
    SYS_clone, SYS_execve, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_setitimer, SYS_kill, SYS_umask, SYS_chdir,
#ifdef SYS_openat2
    SYS_openat2,
#endif
#ifdef SYS_clone3
    SYS_clone3,
#endif
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#ifdef SYS_newfstatat
    SYS_newfstatat,
#endif
#ifdef SYS_open
    SYS_open, SYS_creat, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_mkdir, SYS_unlink, SYS_rename, SYS_fork,
    SYS_vfork,
#endif
};

enum { COUNT = sizeof FORBIDDEN / sizeof *FORBIDDEN };

static void caught(int number, siginfo_t *info, void *unused)
{
    char text[64];
    int length = snprintf(text, sizeof text, "sealed: system call %d\n", info->si_syscall);

    (void)number;
    (void)unused;
    if (write(STDERR_FILENO, text, (size_t)length) != length)
        _exit(2);
    _exit(1);
}

static void seal(void)
{
    struct sock_filter code[COUNT + 3];
    struct sock_fprog program;
    struct sigaction action;
    unsigned short at = 0;
    int i;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = caught;
    action.sa_flags = SA_SIGINFO;
    MUST(sigaction(SIGSYS, &action, NULL) == 0);

    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (i = 0; i < COUNT; i++) {
        /* The jump goes over the rest of the list and what follows it. */
        unsigned char over = (unsigned char)(COUNT - i);
        code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)FORBIDDEN[i], over, 0);
    }
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    program.len = at;
    program.filter = code;
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

int main(int argc, char **argv)
{
    char text[2048];
    int32_t client;
    int i;

    MUST(argc == 3 || argc == 4);
    alarm(300);
    /* Since 2.41, glibc blocks signals for a moment when a thread asks for randomness for the first time. */
    MUST(getrandom(text, 1, 0) == 1);
    seal();
    if (argc == 4) { /* does the seal hold? */
        client = new_client(argv[1], "");
        seed(client, argv[2]);
        snprintf(text, sizeof text, "file:%s", argv[3]);
        MUST_BE(oauth_set(client, OAUTH_STORE, TEXT(text)), 0);
        oauth_refresh(client);
        return 0;
    }
    for (i = 0; i < 2; i++) {
        client = new_client(argv[1], "");
        seed(client, argv[2]);
        MUST_BE(oauth_refresh(client), 0);
        MUST_BE(oauth_token_rejected(client), 0);
        MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
        MUST_BE(oauth_refresh(client), 0);
        MUST_GIVE(oauth_get(client, OAUTH_EXPIRES_AT, text, sizeof text));
        MUST_BE(oauth_set(client, OAUTH_PROFILE, TEXT("belladati")), 0);
        MUST_BE(oauth_exchange_code(client, TEXT("x y z")), OAUTH_ERROR_CODE);
        MUST_BE(oauth_client_close(client), 0);
    }
    return 0;
}
