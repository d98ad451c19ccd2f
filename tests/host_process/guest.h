/* What the programs of tests/host_process.rs share. Each of them is quiet unless something is wrong. */
#ifndef GUEST_H
#define GUEST_H

#include <liboauth.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A text argument and its length. */
#define TEXT(text) (text), OAUTH_NUL_TERMINATED

static inline void fail(const char *file, int line, const char *what, long got)
{
    char sentence[512];

    if (oauth_error_text(sentence, sizeof sentence) < 0)
        sentence[0] = '\0';
    fprintf(stderr, "%s:%d: %s: %ld \"%s\"\n", file, line, what, got, sentence);
    fflush(stderr);
    _exit(1);
}

#define MUST(condition)                                  \
    do {                                                 \
        if (!(condition))                                \
            fail(__FILE__, __LINE__, #condition, errno); \
    } while (0)

#define MUST_BE(call, wanted)                          \
    do {                                               \
        long got_ = (call);                            \
        if (got_ != (wanted))                          \
            fail(__FILE__, __LINE__, #call, got_);     \
    } while (0)

#define MUST_GIVE(call)                                \
    do {                                               \
        long got_ = (call);                            \
        if (got_ <= 0)                                 \
            fail(__FILE__, __LINE__, #call, got_);     \
    } while (0)

/* A client of the practice server, without a token. ca_file: empty for HTTP. */
static inline int32_t new_client(const char *base, const char *ca_file)
{
    int32_t client = oauth_client_new();

    MUST(client > 0);
    MUST_BE(oauth_set(client, OAUTH_BASE_URL, TEXT(base)), 0);
    MUST_BE(oauth_set(client, OAUTH_AUTHORIZATION_ENDPOINT, TEXT("/authorize")), 0);
    MUST_BE(oauth_set(client, OAUTH_TOKEN_ENDPOINT, TEXT("/token")), 0);
    MUST_BE(oauth_set(client, OAUTH_REDIRECT_URI, TEXT("http://127.0.0.1:9999/cb")), 0);
    MUST_BE(oauth_set(client, OAUTH_CLIENT_ID, TEXT("demo")), 0);
    MUST_BE(oauth_set(client, OAUTH_CLIENT_SECRET, TEXT("demo-secret")), 0);
    MUST_BE(oauth_set(client, OAUTH_CA_FILE, TEXT(ca_file)), 0);
    return client;
}

/* Gives it an access token "seed" and this refresh token, by the caller's own HTTP and without any. */
static inline void seed(int32_t client, const char *refresh_token)
{
    char url[2048], body[2048];

    snprintf(body, sizeof body,
             "{\"access_token\":\"seed\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"refresh_token\":\"%s\"}",
             refresh_token);
    MUST_BE(oauth_set(client, OAUTH_HTTP, TEXT("caller")), 0);
    MUST_GIVE(oauth_build_authorize_url(client, url, sizeof url));
    MUST_BE(oauth_exchange_code(client, TEXT("a-code")), OAUTH_HTTP_NEEDED);
    MUST_BE(oauth_http_response(client, 200, "", 0, body, (int32_t)strlen(body)), 0);
    MUST_BE(oauth_set(client, OAUTH_HTTP, TEXT("builtin")), 0);
}

#endif
