/* storm SERVER CA-FILE STORMS
 *
 * STORMS clients get a token that lives for a second. "ready" is printed when all have expired. Then, a storm for
 * each line that comes in: as many threads as it says ask one client for the header at once, and a line with the
 * milliseconds until the last has it is printed.
 */
#define _GNU_SOURCE
#include <liboauth.h>
#include <pthread.h>
#include <unistd.h>

#include "bench.h"

enum { MOST_THREADS = 64, MOST = 32 };

static pthread_barrier_t start;
static int32_t asked;

static void *ask(void *end)
{
    char header[4096];
    pthread_barrier_wait(&start);
    taken(oauth_bearer_header(asked, header, sizeof header), "oauth_bearer_header");
    *(int64_t *)end = nanoseconds(CLOCK_MONOTONIC);
    return NULL;
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
    for (int i = 0; i < storms && fgets(line, sizeof line, stdin); i++) {
        pthread_t threads[MOST_THREADS];
        int64_t ends[MOST_THREADS], last = 0;
        int number = atoi(line);
        must(number > 0 && number <= MOST_THREADS, "too many threads");
        pthread_barrier_init(&start, NULL, (unsigned)number + 1);
        asked = clients[i];
        for (int t = 0; t < number; t++)
            must(pthread_create(&threads[t], NULL, ask, &ends[t]) == 0, "no thread");
        int64_t before = nanoseconds(CLOCK_MONOTONIC);
        pthread_barrier_wait(&start);
        for (int t = 0; t < number; t++) {
            pthread_join(threads[t], NULL);
            last = ends[t] > last ? ends[t] : last;
        }
        printf("%.3f\n", (double)(last - before) / 1e6);
        pthread_barrier_destroy(&start);
    }
    return 0;
}
