/* cancel BASE TOKEN CA STORE: threads that are cancelled in a call end after it, and leave everything as it should be.
 *
 * Each way to cancel, deferred and asynchronous, meets a thread in a refresh whose server is slow, in the wait for a
 * store's lock and for another thread's refresh, and in calls that return at once; the deferred one also a thread that
 * ends another's waiting. The server answers its first two refreshes late.
 */
#define _GNU_SOURCE
#include "guest.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/syscall.h>

static int32_t client;
static int kind;              /* PTHREAD_CANCEL_DEFERRED or _ASYNCHRONOUS */
static volatile pid_t number; /* of the thread that is cancelled */
static volatile int returned, calls;

static void cancellable(void)
{
    number = (pid_t)syscall(SYS_gettid);
    MUST(pthread_setcanceltype(kind, NULL) == 0);
}

/* The call has left the thread as it found it: cancellable, and in this way. */
static void check_still_so(void)
{
    int state = -1, found = -1;

    MUST(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state) == 0);
    MUST(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &found) == 0);
    MUST(state == PTHREAD_CANCEL_ENABLE && found == kind);
    MUST(pthread_setcanceltype(found, NULL) == 0);
    MUST(pthread_setcancelstate(state, NULL) == 0);
}

static void *calls_change_nothing(void *unused)
{
    char text[512];

    cancellable();
    MUST_GIVE(oauth_version(text, sizeof text));
    check_still_so();
    MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
    check_still_so();
    MUST_BE(oauth_client_close(-1), OAUTH_ERROR_HANDLE);
    check_still_so();
    return unused;
}

static void *refresh(void *unused)
{
    cancellable();
    oauth_refresh(client);
    returned = 1;
    pthread_testcancel();
    return unused;
}

static void *header(void *unused)
{
    char text[512];

    cancellable();
    oauth_bearer_header(client, text, sizeof text);
    returned = 1;
    pthread_testcancel();
    return unused;
}

/* Calls that return at once, one after the other. */
static void *hammer(void *which)
{
    char text[2048];
    int i;

    cancellable();
    for (i = 0;; i++) {
        if (which == NULL) {
            if (oauth_bearer_header(client, text, sizeof text) <= 0)
                _exit(2);
        } else {
            oauth_get(client, OAUTH_STATUS_LINE, text, sizeof text);
            oauth_get(client, -7, text, sizeof text); /* an error, with its sentence */
            oauth_error_text(text, sizeof text);
            oauth_set(client, OAUTH_SCOPE, TEXT(i % 2 ? "one" : "two"));
        }
        calls = i;
        if (kind == PTHREAD_CANCEL_DEFERRED)
            pthread_testcancel();
    }
}

/* Whether that thread of ours sleeps. */
static int sleeps(pid_t thread)
{
    char path[64], stat[256];
    FILE *file;
    int is_read;

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    file = thread ? fopen(path, "r") : NULL;
    if (file == NULL)
        return 0;
    is_read = fgets(stat, sizeof stat, file) != NULL;
    fclose(file);
    return is_read && strstr(stat, ") S ") != NULL;
}

/* Starts it, and waits until it sleeps: in its call, as it does nothing else. */
static pthread_t start(void *(*work)(void *))
{
    pthread_t thread;

    number = returned = 0;
    MUST(pthread_create(&thread, NULL, work, NULL) == 0);
    for (; !sleeps(number); sched_yield())
        MUST(!returned);
    return thread;
}

static void must_be_cancelled(pthread_t thread)
{
    void *result = NULL;

    MUST(pthread_join(thread, &result) == 0);
    MUST(result == PTHREAD_CANCELED);
}

/* Cancelled while the server is slow: the refresh ends first, and so its token is there. */
static void in_a_refresh(void)
{
    char before[512], after[512];
    pthread_t thread;

    MUST_GIVE(oauth_bearer_header(client, before, sizeof before));
    thread = start(refresh);
    MUST(pthread_cancel(thread) == 0);
    must_be_cancelled(thread);
    MUST(returned == (kind == PTHREAD_CANCEL_DEFERRED));
    MUST_GIVE(oauth_bearer_header(client, after, sizeof after));
    MUST(strcmp(before, after) != 0);
}

/* The lock of the store's only record. */
static int lock_file(const char *store)
{
    char path[1024];
    struct dirent *entry;
    DIR *folder = opendir(store);
    int file = -1;

    MUST(folder != NULL);
    while (file < 0 && (entry = readdir(folder)) != NULL) {
        if (strstr(entry->d_name, ".lock") != NULL) {
            snprintf(path, sizeof path, "%s/%s", store, entry->d_name);
            file = open(path, O_RDWR | O_CLOEXEC);
        }
    }
    MUST(closedir(folder) == 0);
    MUST(file >= 0);
    return file;
}

/* One waits for the lock, and the other for the first one's refresh. */
static void in_a_wait(const char *store)
{
    char text[512];
    pthread_t first, second;
    int file = lock_file(store);

    MUST(flock(file, LOCK_EX) == 0);
    MUST_BE(oauth_token_rejected(client), 0);
    first = start(refresh);
    second = start(header);
    MUST(pthread_cancel(second) == 0);
    MUST(pthread_cancel(first) == 0);
    MUST(flock(file, LOCK_UN) == 0);
    must_be_cancelled(second);
    must_be_cancelled(first);
    MUST(close(file) == 0);
    MUST_BE(oauth_refresh(client), 0); /* nothing is locked */
    MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
}

static void in_calls_that_return_at_once(void)
{
    pthread_t thread;
    int i;

    for (i = 0; i < 80; i++) {
        calls = 0;
        MUST(pthread_create(&thread, NULL, hammer, i % 8 ? NULL : &client) == 0);
        while (calls < i % 7)
            sched_yield();
        MUST(pthread_cancel(thread) == 0);
        must_be_cancelled(thread);
    }
}

/* Ends the main thread's waiting; it was cancelled before it does. */
static void *stop(void *unused)
{
    MUST(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL) == 0);
    while (!calls || !sleeps(getpid()))
        sched_yield();
    MUST(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL) == 0);
    MUST_BE(oauth_stop_waiting(client), 0);
    returned = 1;
    check_still_so();
    pthread_testcancel();
    return unused;
}

/* The one that waits does not wait for the one that is cancelled. */
static void in_a_stop(void)
{
    char text[2048];
    pthread_t thread;

    MUST_BE(oauth_set(client, OAUTH_REDIRECT_URI, TEXT("http://127.0.0.1:0/cb")), 0);
    MUST_GIVE(oauth_build_authorize_url(client, text, sizeof text));
    calls = returned = 0;
    kind = PTHREAD_CANCEL_DEFERRED;
    MUST(pthread_create(&thread, NULL, stop, NULL) == 0);
    MUST(pthread_cancel(thread) == 0);
    calls = 1;
    MUST_BE(oauth_await_redirect(client, 60), OAUTH_ERROR_CANCELLED);
    must_be_cancelled(thread);
    MUST(returned);
}

static void in_no_call(void)
{
    pthread_t thread;

    MUST(pthread_create(&thread, NULL, calls_change_nothing, NULL) == 0);
    MUST(pthread_join(thread, NULL) == 0);
}

int main(int argc, char **argv)
{
    char text[512], store[1024];

    MUST(argc == 5);
    alarm(120);
    client = new_client(argv[1], argv[3]);
    snprintf(store, sizeof store, "file:%s", argv[4]);
    MUST_BE(oauth_set(client, OAUTH_STORE, TEXT(store)), 0);
    seed(client, argv[2]);
    for (kind = PTHREAD_CANCEL_DEFERRED; kind <= PTHREAD_CANCEL_ASYNCHRONOUS; kind++)
        in_a_refresh();
    for (kind = PTHREAD_CANCEL_DEFERRED; kind <= PTHREAD_CANCEL_ASYNCHRONOUS; kind++) {
        in_no_call();
        in_a_wait(argv[4]);
        in_calls_that_return_at_once();
    }
    in_a_stop();
    MUST_BE(oauth_refresh(client), 0);
    MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
    MUST_BE(oauth_client_close(client), 0);
    return 0;
}
