/* first BASE TOKEN CA STEP: a fork in the moment of another thread's first calls leaves the child usable.
 *
 * The memory of the process is this program's: when a thread's first calls take memory for the n-th time, they pause, and
 * the process forks. What they are making is half made then, and the child makes its own first calls. Each n begins in
 * a process in which nothing was called yet; every STEP-th is tried.
 */
#define _GNU_SOURCE
#include "guest.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>

void *__libc_malloc(size_t size);

static const char *base, *token, *ca_file;
static __thread int is_watched;
static volatile long pause_at, taken;
static volatile int is_there, has_forked;

static long long microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

void *malloc(size_t size)
{
    if (is_watched && ++taken == pause_at) {
        /* Long enough for a fork, which may have to wait for this thread to go on. */
        long long until = microseconds() + 2000;

        is_there = 1;
        while (!has_forked && microseconds() < until)
            sched_yield();
    }
    return __libc_malloc(size);
}

static void first_calls(void)
{
    char text[2048];
    int32_t client = new_client(base, ca_file);

    seed(client, token);
    MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
    MUST_GIVE(oauth_build_authorize_url(client, text, sizeof text));
    MUST_BE(oauth_refresh(client), 0);
    MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
    MUST_BE(oauth_set(client, OAUTH_SCOPE, TEXT("another")), 0);
    MUST_BE(oauth_client_close(client), 0);
}

static void *watched(void *unused)
{
    is_watched = 1;
    first_calls();
    is_watched = 0;
    is_there = 1;
    return unused;
}

static int status_of(pid_t child)
{
    int status = -1;

    MUST(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 2) {
        fprintf(stderr, "at the allocation %ld the child ended with the wait status %d\n", pause_at, status);
        _exit(3);
    }
    return WEXITSTATUS(status);
}

/* 2 where the first calls took memory less often. */
static int tried(void)
{
    pthread_t thread;
    pid_t child;

    MUST(pthread_create(&thread, NULL, watched, NULL) == 0);
    while (!is_there)
        sched_yield();
    child = fork();
    MUST(child >= 0);
    if (child == 0) {
        alarm(10);
        first_calls();
        _exit(0);
    }
    has_forked = 1;
    MUST_BE(status_of(child), 0);
    MUST(pthread_join(thread, NULL) == 0);
    return taken < pause_at ? 2 : 0;
}

int main(int argc, char **argv)
{
    pid_t fresh;
    int status = 0;

    MUST(argc == 5);
    base = argv[1];
    token = argv[2];
    ca_file = argv[3];
    for (pause_at = 1; status != 2; pause_at += atol(argv[4])) {
        fresh = fork();
        MUST(fresh >= 0);
        if (fresh == 0)
            _exit(tried());
        status = status_of(fresh);
    }
    MUST(pause_at > 100);
    return 0;
}
