/* descriptors BASE TOKEN CA FOLDER: every descriptor that the library opens is closed on exec, also while a refresh
 * is under way, and none is left when the client is closed.
 */
#include "guest.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>

enum { MOST = 1024 };

struct list {
    unsigned char open[MOST];
    int count;
};

static struct list ours;
static volatile int over;
static volatile int most_seen;

static void look(struct list *found)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    int number;

    MUST(folder != NULL);
    memset(found, 0, sizeof *found);
    while ((entry = readdir(folder)) != NULL) {
        number = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || number == dirfd(folder))
            continue;
        MUST(number < MOST);
        found->open[number] = 1;
        found->count++;
    }
    closedir(folder);
}

/* How many are open that are not ours; each is closed on exec. */
static int check(void)
{
    struct list now;
    int number, flags, theirs = 0;

    look(&now);
    for (number = 0; number < MOST; number++) {
        if (!now.open[number] || ours.open[number])
            continue;
        flags = fcntl(number, F_GETFD);
        if (flags == -1)
            continue; /* closed in between */
        if (!(flags & FD_CLOEXEC))
            fail(__FILE__, __LINE__, "a descriptor that stays open in other programs", number);
        theirs++;
    }
    return theirs;
}

static void *watch(void *unused)
{
    int seen;

    while (!over) {
        seen = check();
        if (seen > most_seen)
            most_seen = seen;
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    char store[4096], timeout[8], header[512];
    int32_t client;
    int i;

    MUST(argc == 5);
    alarm(300);
    look(&ours);

    /* A connection that is kept, and a store. */
    client = new_client(argv[1], argv[3]);
    seed(client, argv[2]);
    snprintf(store, sizeof store, "file:%s/tokens", argv[4]);
    MUST_BE(oauth_set(client, OAUTH_STORE, TEXT(store)), 0);
    MUST_BE(oauth_refresh(client), 0);
    MUST_BE(check(), 1);
    MUST_BE(oauth_refresh(client), 0);
    MUST_BE(check(), 1);
    MUST_BE(oauth_client_close(client), 0);
    MUST_BE(check(), 0);

    /* The same while somebody looks all the time. */
    client = new_client(argv[1], argv[3]);
    MUST_BE(oauth_set(client, OAUTH_STORE, TEXT(store)), 0);
    MUST_GIVE(oauth_bearer_header(client, header, sizeof header));
    MUST_BE(check(), 0);
    MUST(pthread_create(&thread, NULL, watch, NULL) == 0);
    for (i = 0; i < 12; i++) {
        /* Another time limit makes another transport; the old one's connection goes with it. */
        snprintf(timeout, sizeof timeout, "%d", 100 + i / 3);
        MUST_BE(oauth_set(client, OAUTH_TIMEOUT, TEXT(timeout)), 0);
        MUST_BE(oauth_refresh(client), 0);
    }
    MUST_BE(oauth_set(client, OAUTH_TOKEN_ENDPOINT, TEXT("http://127.0.0.1:1/")), 0);
    MUST(oauth_refresh(client) < 0);
    over = 1;
    MUST(pthread_join(thread, NULL) == 0);
    MUST(most_seen > 0);
    MUST_BE(check(), 1);
    MUST_BE(oauth_client_close(client), 0);
    MUST_BE(check(), 0);
    return 0;
}
