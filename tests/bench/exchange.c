/* exchange SERVER CA-FILE ROUNDS CALLS
 *
 * Exchanges a code for a token over HTTPS and makes a header. Then, ROUNDS times, CALLS more exchanges on the
 * connection that is open: a line each with this process's nanoseconds of processor time an exchange. Built with COUNTED
 * it prints the allocations of one such exchange instead.
 */
#define _GNU_SOURCE
#include <liboauth.h>

#ifdef COUNTED
#include "allocations.h"
#endif
#include "bench.h"

static void exchange(int32_t client)
{
    char url[4096];
    taken(oauth_build_authorize_url(client, url, sizeof url), "oauth_build_authorize_url");
    taken(oauth_exchange_code(client, "a-code", OAUTH_NUL_TERMINATED), "oauth_exchange_code");
}

int main(int count, char **words)
{
    char text[4096];
    must(count == 5, "exchange: see the comment at its top");
    int32_t client = taken(oauth_client_new(), "oauth_client_new");
    set(client, OAUTH_BASE_URL, words[1]);
    set(client, OAUTH_AUTHORIZATION_ENDPOINT, "/strict/authorize");
    set(client, OAUTH_TOKEN_ENDPOINT, "/strict/token");
    set(client, OAUTH_CLIENT_ID, "demo");
    set(client, OAUTH_CLIENT_SECRET, "demo-secret");
    set(client, OAUTH_REDIRECT_URI, "http://127.0.0.1/cb");
    set(client, OAUTH_CA_FILE, words[2]);
    exchange(client);
    taken(oauth_bearer_header(client, text, sizeof text), "oauth_bearer_header");

    int calls = atoi(words[4]);
#ifdef COUNTED
    long counted = atomic_load(&allocations);
    for (int i = 0; i < calls; i++)
        exchange(client);
    printf("%.1f\n", (double)(atomic_load(&allocations) - counted) / calls);
    return 0;
#endif
    for (int round = 0; round < atoi(words[3]); round++) {
        int64_t before = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        for (int i = 0; i < calls; i++)
            exchange(client);
        printf("%.0f\n", (double)(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - before) / calls);
    }
    return 0;
}
