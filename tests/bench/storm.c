/* storm SERVER CA-FILE STORMS
 *
 * STORMS clients get a token that lives for a second. "ready" is printed when all have expired. Then, a storm for
 * each line that comes in: 64 threads at once ask one client for the header, and a line with the milliseconds until
 * the last has it is printed.
 */
#define _GNU_SOURCE
#include <liboauth.h>
#include <pthread.h>
#include <unistd.h>

#include "bench.h"

enum { THREADS = 64, MOST = 32 };

static pthread_barrier_t start;
static int32_t asked;

static void *ask(void *unused)
{
    char header[4096];
    pthread_barrier_wait(&start);
    taken(oauth_bearer_header(asked, header, sizeof header), "oauth_bearer_header");
    return unused;
}

static int32_t signed_in(const char *server, const char *ca_file)
{
    char url[4096];
    int32_t client = taken(oauth_client_new(), "oauth_client_new");
    set(client, OAUTH_BASE_URL, server);
    set(client, OAUTH_AUTHORIZATION_ENDPOINT, "/strict/authorize");
    set(client, OAUTH_TOKEN_ENDPOINT, "/strict/token");
    set(client, OAUTH_CLIENT_ID, "demo");
    set(client, OAUTH_CLIENT_SECRET, "demo-secret");
    set(client, OAUTH_REDIRECT_URI, "http://127.0.0.1/cb");
    set(client, OAUTH_CA_FILE, ca_file);
    taken(oauth_build_authorize_url(client, url, sizeof url), "oauth_build_authorize_url");
    taken(oauth_exchange_code(client, "a-code", OAUTH_NUL_TERMINATED), "oauth_exchange_code");
    return client;
}

int main(int count, char **words)
{
    int32_t clients[MOST];
    char line[16];
    must(count == 4, "storm: see the comment at its top");
    int storms = atoi(words[3]);
    must(storms > 0 && storms <= MOST, "too many storms");
    for (int i = 0; i < storms; i++)
        clients[i] = signed_in(words[1], words[2]);
    sleep(2);
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    pthread_barrier_init(&start, NULL, THREADS + 1);
    for (int i = 0; i < storms && fgets(line, sizeof line, stdin); i++) {
        pthread_t threads[THREADS];
        asked = clients[i];
        for (int t = 0; t < THREADS; t++)
            must(pthread_create(&threads[t], NULL, ask, NULL) == 0, "no thread");
        int64_t before = nanoseconds(CLOCK_MONOTONIC);
        pthread_barrier_wait(&start);
        for (int t = 0; t < THREADS; t++)
            pthread_join(threads[t], NULL);
        printf("%.3f\n", (double)(nanoseconds(CLOCK_MONOTONIC) - before) / 1e6);
    }
    return 0;
}
