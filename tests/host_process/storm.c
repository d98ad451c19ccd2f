/* storm BASE TOKEN: threads that share a client and have clients of their own, for a tool that watches the memory. */
#include "guest.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 12 };

static int32_t shared;
static const char *base;
static pthread_barrier_t start;

static void *work(void *number)
{
    char text[2048], answer[256], wanted[64], name[32];
    int32_t client, n;
    int i;

    pthread_barrier_wait(&start);
    for (i = 0; i < ROUNDS; i++) {
        client = new_client(base, "");
        snprintf(name, sizeof name, "%d-%d", *(int *)number, i);
        snprintf(wanted, sizeof wanted, "Authorization: Bearer %s", name);
        snprintf(answer, sizeof answer, "{\"access_token\":\"%s\",\"expires_in\":3600,\"refresh_token\":\"r\"}", name);
        MUST_BE(oauth_set(client, OAUTH_HTTP, TEXT("caller")), 0);
        MUST_GIVE(oauth_build_authorize_url(client, text, sizeof text));
        MUST_BE(oauth_exchange_code(client, TEXT("a-code")), OAUTH_HTTP_NEEDED);
        MUST_BE(oauth_http_response(client, 200, "", 0, answer, (int32_t)strlen(answer)), 0);
        MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
        MUST(strcmp(text, wanted) == 0);
        if (i % 4 == 0)
            MUST_BE(oauth_token_rejected(shared), 0);
        MUST_GIVE(oauth_bearer_header(shared, text, sizeof text));
        if (i % 6 == 0)
            MUST_BE(oauth_refresh(shared), 0);
        n = oauth_set(shared, OAUTH_SCOPE, TEXT(i % 2 ? "one" : "two three"));
        MUST_BE(n, 0);
        MUST_BE(oauth_client_close(client), 0);
        MUST_BE(oauth_bearer_header(client, text, sizeof text), OAUTH_ERROR_HANDLE);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    int i;

    MUST(argc == 3);
    base = argv[1];
    shared = new_client(base, "");
    seed(shared, argv[2]);
    MUST(pthread_barrier_init(&start, NULL, THREADS) == 0);
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        MUST(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    for (i = 0; i < THREADS; i++)
        MUST(pthread_join(threads[i], NULL) == 0);
    MUST_BE(oauth_client_close(shared), 0);
    return 0;
}
