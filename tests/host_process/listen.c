/* listen BASE CA: a redirect is listened for on loopback, in a process that forks and looks at its descriptors. */
#define _GNU_SOURCE
#include "guest.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const char *base, *ca_file;
static int32_t client;

enum { MOST = 1024 };

static unsigned char inherited[MOST];

/* How many descriptors are open that were not when the program began, each of them closed on exec. `is_first`: it begins. */
static int descriptors(int is_first)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    int number, count = 0;

    MUST(folder != NULL);
    while ((entry = readdir(folder)) != NULL) {
        number = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || number == dirfd(folder) || number >= MOST)
            continue; /* the high ones are valgrind's */
        if (is_first)
            inherited[number] = 1;
        if (inherited[number])
            continue;
        count++;
        MUST((fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
    }
    closedir(folder);
    return count;
}

static int32_t new_listener(void)
{
    int32_t made = new_client(base, ca_file);

    MUST_BE(oauth_set(made, OAUTH_REDIRECT_URI, TEXT("http://127.0.0.1:0/callback")), 0);
    return made;
}

/* Makes a URL, and gives the port that it comes back to. */
static int begin(int32_t listener)
{
    static const char before[] = "127.0.0.1%3A";
    char url[4096], *at;

    MUST_GIVE(oauth_build_authorize_url(listener, url, sizeof url));
    at = strstr(url, before);
    MUST(at != NULL);
    return atoi(at + sizeof before - 1);
}

static int is_open(int port)
{
    struct sockaddr_in address;
    int is_there, stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    MUST(stream >= 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_there = connect(stream, (struct sockaddr *)&address, sizeof address) == 0;
    close(stream);
    return is_there;
}

static void ended(pid_t child)
{
    int status = -1;

    MUST(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail(__FILE__, __LINE__, "a child ended with the wait status", status);
}

static void sockets_go_with_the_client(void)
{
    int i, before;

    client = new_listener();
    before = descriptors(0);
    for (i = 0; i < 3; i++) {
        MUST(is_open(begin(client)));
        MUST_BE(descriptors(0), before + 1);
        MUST_BE(oauth_await_redirect(client, 0), OAUTH_PENDING);
        /* The one that looked whether it is open has gone again. */
        MUST_BE(oauth_await_redirect(client, 0), OAUTH_PENDING);
        MUST_BE(descriptors(0), before + 1);
    }
    MUST_BE(oauth_stop_waiting(client), 0);
    MUST_BE(oauth_await_redirect(client, 60), OAUTH_ERROR_CANCELLED);
    MUST_BE(descriptors(0), before);
    begin(client);
    MUST_BE(oauth_client_close(client), 0);
    MUST_BE(descriptors(0), before);
}

/* A child that lives on does not keep its parent's port, and listens at one of its own. */
static void a_child_has_its_own(void)
{
    int port, ready[2], go[2], own;
    char byte = 0;
    pid_t child;

    client = new_listener();
    port = begin(client);
    MUST(pipe2(ready, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0);
    child = fork();
    MUST(child >= 0);
    if (child == 0) {
        alarm(300);
        close(go[1]);
        MUST_BE(oauth_await_redirect(client, 0), OAUTH_ERROR_SEQUENCE);
        MUST_BE(oauth_stop_waiting(client), 0);
        own = begin(client);
        MUST(own != port && is_open(own));
        MUST_BE(oauth_await_redirect(client, 0), OAUTH_PENDING);
        MUST(write(ready[1], &byte, 1) == 1);
        MUST(read(go[0], &byte, 1) == 1);
        MUST(is_open(own));
        MUST_BE(oauth_client_close(client), 0);
        MUST(!is_open(own));
        _exit(0);
    }
    MUST(read(ready[0], &byte, 1) == 1);
    MUST(is_open(port));
    MUST_BE(oauth_await_redirect(client, 0), OAUTH_PENDING); /* it is the child that was stopped */
    MUST_BE(oauth_client_close(client), 0);
    MUST(!is_open(port));
    MUST(write(go[1], &byte, 1) == 1);
    ended(child);
    close(ready[0]);
    close(ready[1]);
    close(go[0]);
    close(go[1]);
}

static void *waits(void *unused)
{
    int32_t answer;

    do
        answer = oauth_await_redirect(client, 300);
    while (answer == OAUTH_ERROR_BUSY); /* the main thread was looking */
    MUST_BE(answer, OAUTH_ERROR_CANCELLED);
    return unused;
}

/* The child does not have the thread that waits, and does not ring its bell. */
static void a_fork_while_a_thread_waits(void)
{
    pthread_t thread;
    pid_t child;
    int port;

    client = new_listener();
    port = begin(client);
    MUST(pthread_create(&thread, NULL, waits, NULL) == 0);
    while (oauth_await_redirect(client, 0) == OAUTH_PENDING)
        ; /* until the thread waits */
    child = fork();
    MUST(child >= 0);
    if (child == 0) {
        alarm(300);
        MUST_BE(oauth_stop_waiting(client), 0);
        MUST(begin(client) != port);
        MUST_BE(oauth_await_redirect(client, 0), OAUTH_PENDING);
        MUST_BE(oauth_stop_waiting(client), 0);
        MUST_BE(oauth_await_redirect(client, 300), OAUTH_ERROR_CANCELLED);
        MUST_BE(oauth_client_close(client), 0);
        _exit(0);
    }
    ended(child);
    MUST_BE(oauth_await_redirect(client, 0), OAUTH_ERROR_BUSY); /* the thread waits still */
    MUST_BE(oauth_stop_waiting(client), 0);
    MUST(pthread_join(thread, NULL) == 0);
    MUST(!is_open(port));
    MUST_BE(oauth_client_close(client), 0);
}

int main(int argc, char **argv)
{
    MUST(argc == 3);
    base = argv[1];
    ca_file = argv[2];
    alarm(300);
    descriptors(1);
    sockets_go_with_the_client();
    a_child_has_its_own();
    a_fork_while_a_thread_waits();
    return 0;
}
