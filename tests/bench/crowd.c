/* crowd STORE make COUNT                stores that many accounts' tokens
 * crowd WHAT ROUNDS STORE COUNT ASKED STORE COUNT ASKED
 *
 * One operation on a store of few accounts, and on one of many. Each line printed is one round: microseconds on the
 * first store, and on the second. Each time by a new client; ASKED accounts, spread over the COUNT, take turns.
 *   header    from the stored token
 *   refresh   with the answer of the server at once, until the new token is stored
 */
#define _GNU_SOURCE
#include <liboauth.h>

#include "bench.h"

enum { WARM = 20 };

static int32_t client_of(const char *store, int account)
{
    char text[4096];
    int32_t client = taken(oauth_client_new(), "oauth_client_new");
    set(client, OAUTH_TOKEN_ENDPOINT, "https://server.example/oauth/token");
    set(client, OAUTH_CLIENT_ID, "s6BhdRkqt3");
    set(client, OAUTH_CLIENT_SECRET, "a-secret");
    set(client, OAUTH_HTTP, "caller");
    snprintf(text, sizeof text, "file:%s", store);
    set(client, OAUTH_STORE, text);
    snprintf(text, sizeof text, "account %d", account);
    set(client, OAUTH_ACCOUNT, text);
    return client;
}

/* The record is written for one account, and is any other's with its name in it. */
static void make(const char *store, int count)
{
    static const char form[] = "{\"format\":1,\"token_endpoint\":\"https://server.example/oauth/token\",\"client_id\":\"s6BhdRkqt3\","
                               "\"account\":\"account %d\",\"generation\":1,\"renewed_by\":1,\"access_token\":\"%01024d\","
                               "\"refresh_token\":\"r\",\"id_token\":null,\"token_type\":\"Bearer\",\"scope\":null,"
                               "\"obtained_at\":\"2020-01-01T00:00:00Z\",\"expires_at\":\"2099-01-01T00:00:00Z\",\"extra\":{}}";
    char record[2048];
    int32_t client = client_of(store, 0);
    for (int i = 0; i < count; i++) {
        char account[32];
        snprintf(account, sizeof account, "account %d", i);
        set(client, OAUTH_ACCOUNT, account);
        snprintf(record, sizeof record, form, i, i);
        taken(oauth_import_token(client, 0, record, OAUTH_NUL_TERMINATED), "oauth_import_token");
    }
}

static double microseconds(const char *what, const char *store, int account)
{
    static const char answer[] = "{\"access_token\":\"a-new-one\",\"refresh_token\":\"r\",\"token_type\":\"Bearer\",\"expires_in\":86400}";
    char text[4096];
    int64_t before = nanoseconds(CLOCK_MONOTONIC);
    int32_t client = client_of(store, account);
    if (strcmp(what, "refresh") == 0) {
        must(oauth_refresh(client) == OAUTH_HTTP_NEEDED, "no request to answer");
        taken(oauth_http_response(client, 200, "", 0, answer, OAUTH_NUL_TERMINATED), "oauth_http_response");
    }
    taken(oauth_bearer_header(client, text, sizeof text), "oauth_bearer_header");
    oauth_client_close(client);
    return (double)(nanoseconds(CLOCK_MONOTONIC) - before) / 1e3;
}

/* Whose turn it is, of COUNT and ASKED. */
static int turn_of(char **words, int round)
{
    int count = atoi(words[0]), asked = atoi(words[1]);
    must(asked > 0 && count >= asked, "crowd: no accounts");
    return (int)(round * INT64_C(7919) % asked * (count / asked));
}

int main(int count, char **words)
{
    must(count == 4 || count == 9, "crowd: see the comment at its top");
    if (count == 4) {
        make(words[1], atoi(words[3]));
        return 0;
    }
    int rounds = atoi(words[2]);
    for (int round = -WARM; round < rounds; round++) {
        double first = microseconds(words[1], words[3], turn_of(words + 4, round + WARM));
        double second = microseconds(words[1], words[6], turn_of(words + 7, round + WARM));
        if (round >= 0)
            printf("%.3f %.3f\n", first, second);
    }
    return 0;
}
