/* fork BASE TOKEN CA MODE [CHILDREN]: a parent whose children use its client while it goes on using it.
 *
 * idle: the parent has a kept-alive connection. refreshing: a thread of the parent has a refresh under way, and a
 * byte on stdin says that the server has it. hammering: a thread of the parent changes the client all the time.
 * There are five times eight children then, or so many.
 * Children are to inherit nothing that only the parent can use.
 */
#include "guest.h"

#include <pthread.h>
#include <sys/wait.h>

enum { MOST = 8 };

static int32_t client;
static int children = MOST;
static volatile int over;

static void wait_for(pid_t child)
{
    int status = -1;

    MUST(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail(__FILE__, __LINE__, "a child ended with the wait status", status);
}

/* What a child does with the client that it finds. */
static void use(int number)
{
    char before[512], after[512], url[2048];

    MUST_GIVE(oauth_build_authorize_url(client, url, sizeof url));
    MUST_GIVE(oauth_bearer_header(client, before, sizeof before));
    MUST_BE(oauth_set(client, OAUTH_SCOPE, TEXT("another")), 0);
    MUST_BE(oauth_refresh(client), 0);
    MUST_GIVE(oauth_bearer_header(client, after, sizeof after));
    MUST(strcmp(before, after) != 0);
    if (number % 3 == 0)
        MUST_BE(oauth_client_close(client), 0);
    else if (number % 3 == 1)
        MUST_GIVE(oauth_client_new());
}

static pid_t start_child(int number)
{
    pid_t child = fork();
    pid_t grandchild;

    MUST(child >= 0);
    if (child > 0)
        return child;
    alarm(300);
    if (number == 1) {
        grandchild = fork();
        MUST(grandchild >= 0);
        if (grandchild == 0) {
            alarm(300);
            use(2);
            _exit(0);
        }
        wait_for(grandchild);
    }
    use(number);
    if (number % 2 == 0)
        exit(0); /* with all that runs at exit */
    _exit(0);
}

static void start_and_wait(void)
{
    pid_t started[MOST];
    int i;

    for (i = 0; i < children; i++)
        started[i] = start_child(i);
    for (i = 0; i < children; i++)
        wait_for(started[i]);
}

static void *refresh(void *unused)
{
    MUST_BE(oauth_refresh(client), 0);
    return unused;
}

static void *hammer(void *unused)
{
    char text[2048];

    while (!over) {
        MUST_BE(oauth_set(client, OAUTH_SCOPE, TEXT("one two three four five six seven eight nine ten")), 0);
        MUST_GIVE(oauth_build_authorize_url(client, text, sizeof text));
        MUST_GIVE(oauth_get(client, OAUTH_STATE, text, sizeof text));
        MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
        MUST_BE(oauth_set(client, OAUTH_SCOPE, TEXT("one")), 0);
        MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    char header[512];
    int i;

    MUST(argc == 5 || argc == 6);
    if (argc == 6)
        children = atoi(argv[5]);
    alarm(300);
    client = new_client(argv[1], argv[3]);
    seed(client, argv[2]);
    MUST_BE(oauth_refresh(client), 0); /* leaves a connection */
    if (strcmp(argv[4], "idle") == 0) {
        start_and_wait();
    } else if (strcmp(argv[4], "refreshing") == 0) {
        MUST(pthread_create(&thread, NULL, refresh, NULL) == 0);
        MUST(getchar() == '\n');
        start_and_wait();
        MUST(pthread_join(thread, NULL) == 0);
    } else {
        MUST(pthread_create(&thread, NULL, hammer, NULL) == 0);
        for (i = 0; i < (argc == 6 ? 1 : 5); i++)
            start_and_wait();
        over = 1;
        MUST(pthread_join(thread, NULL) == 0);
    }
    MUST_BE(oauth_refresh(client), 0);
    MUST_GIVE(oauth_bearer_header(client, header, sizeof header));
    MUST_BE(oauth_client_close(client), 0);
    return 0;
}
