/* swaps PROFILE THREADS ROUNDS SEED ACCOUNT...
 *
 * Threads that serve several users at random: by clients that all threads share, one for each user, and by a client
 * of the thread's own that goes from user to user. Each answer is a line (see told) with the account as its operation.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include "job.h"

enum { MOST_THREADS = 16, MOST_USERS = 8 };

static const char *profile;
static char **accounts;
static int users, rounds, seed;
static int32_t shared[MOST_USERS];

static int32_t become(int32_t client, const char *account)
{
    char text[512];
    int32_t number = explained(oauth_set(client, OAUTH_ACCOUNT, account, OAUTH_NUL_TERMINATED), text, sizeof text);
    must(number == 0, text);
    return client;
}

/* rand_r, which not every system has. */
static int drawn(unsigned *random)
{
    *random = *random * 1103515245U + 12345U;
    return (int)(*random >> 16 & 0x7FFF);
}

static void *work(void *number)
{
    int thread = *(int *)number;
    unsigned random = (unsigned)(seed * 1000 + thread);
    int32_t own = opened(profile);
    char text[4096];
    for (int i = 0; i < rounds; i++) {
        int user = drawn(&random) % users, what = drawn(&random) % 20;
        int32_t client = drawn(&random) % 2 ? shared[user] : become(own, accounts[user]);
        double began = seconds();
        int32_t done = 0;
        if (what == 0)
            done = refresh(client, text, sizeof text);
        else if (what == 1)
            done = oauth_token_rejected(client);
        if (done >= 0)
            done = header(client, text, sizeof text);
        told(thread, accounts[user], done, began, text);
    }
    oauth_client_close(own);
    return NULL;
}

int main(int count, char **words)
{
    pthread_t threads[MOST_THREADS];
    int numbers[MOST_THREADS];
    must(count > 5 && count - 5 <= MOST_USERS, "swaps: see the comment at its top");
    int many = atoi(words[2]);
    must(many > 0 && many <= MOST_THREADS, "swaps: 1 to 16 threads");
    profile = words[1], rounds = atoi(words[3]), seed = atoi(words[4]), accounts = words + 5, users = count - 5;
    for (int i = 0; i < users; i++)
        shared[i] = become(opened(profile), accounts[i]);
    puts("ready");
    fflush(stdout);
    wait_at_gate();
    for (int i = 0; i < many; i++) {
        numbers[i] = i;
        must(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0, "no thread");
    }
    for (int i = 0; i < many; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
