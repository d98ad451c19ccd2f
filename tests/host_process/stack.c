/* stack BASE TOKEN CA FOLDER MOST: no call needs more than MOST bytes of stack.
 *
 * A thread calls every function, in whole flows and on every way to fail that goes deep, on a stack that is painted
 * before each call: what has lost its colour was used. MOST 0: only says what each needs, the most of each function.
 */
#define _GNU_SOURCE
#include "guest.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/mman.h>

enum { SIZE = 256 * 1024, COLOUR = 0x5c, HUGE_LENGTH = 1024 * 1024 };

static unsigned char *stack;
static long most;
static const char *base, *token, *ca_file, *folder;
static char *huge;

static __attribute__((noinline)) void paint(void)
{
    unsigned char here, *end = &here - 256;

    memset(stack, COLOUR, (size_t)(end - stack));
}

static __attribute__((noinline)) long used(void)
{
    unsigned char here;
    uint64_t colour, *lowest = (uint64_t *)(void *)stack;

    memset(&colour, COLOUR, sizeof colour);
    while (*lowest == colour)
        lowest++;
    return &here - (unsigned char *)lowest;
}

static void note(const char *call, long bytes)
{
    static struct { char name[64]; long bytes; } known[64];
    size_t length = strcspn(call, "(");
    int i;

    if (most != 0 && bytes > most)
        fail(__FILE__, __LINE__, call, bytes);
    if (most != 0)
        return;
    for (i = 0; known[i].name[0] != '\0' && strncmp(known[i].name, call, length) != 0; i++)
        ;
    snprintf(known[i].name, sizeof known[i].name, "%.*s", (int)length, call);
    if (bytes > known[i].bytes) {
        known[i].bytes = bytes;
        printf("%6ld %s\n", bytes, call);
        fflush(stdout);
    }
}

/* What the call returns; the stack that it has used is noted. */
#define NEEDS(call)                                  \
    __extension__({                                  \
        int32_t answer_;                             \
        paint();                                     \
        answer_ = (call);                            \
        note(#call, used());                         \
        answer_;                                     \
    })

/* The answer that a body is, to a refresh of the caller's own HTTP. */
static int32_t answered(int32_t client, int status, const char *headers, const char *body, size_t length)
{
    MUST_BE(NEEDS(oauth_refresh(client)), OAUTH_HTTP_NEEDED);
    return NEEDS(oauth_http_response(client, status, headers, (int32_t)strlen(headers), body, (int32_t)length));
}

static size_t repeat(char *into, const char *what, size_t times)
{
    size_t i, length = strlen(what);

    for (i = 0; i < times; i++)
        memcpy(into + i * length, what, length);
    return length * times;
}

/* {"access_token":"a","x":[[[...]]]}, so deep. */
static size_t deep(const char *open, const char *close, size_t times)
{
    size_t at = (size_t)sprintf(huge, "{\"access_token\":\"a\",\"x\":");

    at += repeat(huge + at, open, times);
    at += (size_t)sprintf(huge + at, "1");
    at += repeat(huge + at, close, times);
    return at + (size_t)sprintf(huge + at, "}");
}

static void answers(int32_t client)
{
    static const char *const bodies[] = {
        "", "{", "<html>503</html>", "null", "\"text\"", "[1]", "{\"access_token\":1}", "error=x&error_description=y",
        "{\"error\":\"invalid_client\",\"error_description\":\"s3cr3t &#115; %73 \\\\u0073 c2VjcmV0\"}",
        "{\"error\":\"invalid_grant\"}", "{\"errors\":[{\"errorType\":\"x\",\"message\":\"y\"}]}",
        "{\"access_token\":\"a\",\"expires_at\":\"2030-01-01T00:00:00Z\",}",
        "access_token=a&expires_in=3600&scope=x%2Cy&refresh_token=b",
    };
    static const int statuses[] = {200, 302, 400, 401, 503};
    static const char headers[] =
        "Content-Type: application/json\r\nDate: Sun, 06 Nov 2044 08:49:37 GMT\r\nRetry-After: 0\r\n"
        "WWW-Authenticate: Basic error=\"invalid_client\"\r\n";
    static const size_t depths[] = {1, 16, 31, 32, 33, 128, 100000};
    size_t i, j, length;
    char text[4096];

    for (i = 0; i < sizeof bodies / sizeof *bodies; i++)
        for (j = 0; j < sizeof statuses / sizeof *statuses; j++) {
            answered(client, statuses[j], headers, bodies[i], strlen(bodies[i]));
            NEEDS(oauth_error_text(text, sizeof text));
        }
    for (i = 0; i < sizeof depths / sizeof *depths; i++) {
        length = deep("[", "]", depths[i]);
        MUST_BE(answered(client, 200, "", huge, length), 0);
        length = deep("{\"x\":", "}", depths[i]);
        MUST_BE(answered(client, 200, "", huge, length), 0);
        MUST_GIVE(NEEDS(oauth_get(client, OAUTH_TOKEN_RECORD, huge, HUGE_LENGTH)));
        length = deep("{\"error\":[", "]}", depths[i]);
        MUST_BE(answered(client, 400, "", huge, length) < OAUTH_HTTP_NEEDED, 1);
        length = deep("[", "]", depths[i]) - depths[i] - 1; /* cut off */
        MUST_BE(answered(client, 200, "", huge, length) < OAUTH_HTTP_NEEDED, 1);
        length = repeat(huge, "[", depths[i]);
        MUST_BE(answered(client, 200, "", huge, length) < OAUTH_HTTP_NEEDED, 1);
    }
    memset(huge, 'x', HUGE_LENGTH);
    memcpy(huge, "{\"error\":\"", 10);
    memcpy(huge + HUGE_LENGTH - 2, "\"}", 2);
    MUST_BE(answered(client, 400, "", huge, HUGE_LENGTH) < OAUTH_HTTP_NEEDED, 1);
    memset(huge, ',', HUGE_LENGTH);
    huge[0] = '{';
    MUST_BE(answered(client, 200, "", huge, HUGE_LENGTH) < OAUTH_HTTP_NEEDED, 1);
    MUST_BE(answered(client, 200, "", "{\"access_token\":\"a\",\"expires_in\":9}", 35), 0);
}

/* A token that stands so deep, found by response_path, and its neighbours by oauth_field. */
static void members(int32_t client)
{
    static const size_t depths[] = {1, 14, 30, 31, 32, 100, 500};
    static const char neighbours[] = "{\"access_token\":\"a\",\"x\":[[1],{\"y\":[2]}]}";
    char path[2048], text[4096];
    size_t i, length;

    MUST_BE(NEEDS(oauth_set(client, OAUTH_EXPIRES_FROM_JWT, TEXT("yes"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_REFRESH_PROLONGS, TEXT("yes"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_ERROR_PATH, TEXT("a.a.a.code"))), 0);
    for (i = 0; i < sizeof depths / sizeof *depths; i++) {
        length = repeat(path, "a.", depths[i]);
        MUST_BE(NEEDS(oauth_set(client, OAUTH_RESPONSE_PATH, path, (int32_t)length - 1)), 0);
        length = repeat(huge, "{\"a\":", depths[i]);
        length += (size_t)sprintf(huge + length, "%s", neighbours);
        length += repeat(huge + length, "}", depths[i]);
        MUST_BE(answered(client, 200, "", huge, length) == 0, depths[i] < 31);
        NEEDS(oauth_error_text(text, sizeof text));
        strcpy(path + 2 * depths[i], "x.1");
        NEEDS(oauth_field(client, OAUTH_FIELD_TOKEN, TEXT(path), text, sizeof text));
        MUST_GIVE(NEEDS(oauth_field(client, OAUTH_FIELD_TOKEN, TEXT("x"), text, sizeof text)));
        MUST_BE(NEEDS(oauth_field(client, OAUTH_FIELD_REDIRECT, TEXT("x"), text, sizeof text)), OAUTH_ERROR_NO_FIELD);
    }
    MUST_BE(NEEDS(oauth_set(client, OAUTH_RESPONSE_PATH, TEXT(""))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_ERROR_PATH, TEXT(""))), 0);
    length = (size_t)sprintf(huge, "[");
    length += repeat(huge + length, "1,", 500000);
    length += (size_t)sprintf(huge + length, "%s]", neighbours);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_RESPONSE_PATH, TEXT("500000"))), 0);
    MUST_BE(answered(client, 200, "", huge, length), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_RESPONSE_PATH, TEXT(""))), 0);
    MUST_BE(answered(client, 200, "", "{\"result\":\"0000\"}", 17), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_REFRESH_PROLONGS, TEXT(""))), 0);
}

static void settings(int32_t client)
{
    static const char *const texts[] = {
        "", "https://[::1]:1/a?b=c#d", "a b", "S256", "file:/nonexistent/\x01", "30", "yes", "env", "\xff", "{\"format\":1}",
        "http://user:password@proxy.example:99999/",
    };
    char text[4096];
    int32_t property;
    size_t i;

    for (property = 0; property < 130; property++) {
        for (i = 0; i < sizeof texts / sizeof *texts; i++)
            NEEDS(oauth_set(client, property, TEXT(texts[i])));
        NEEDS(oauth_error_text(text, sizeof text));
        NEEDS(oauth_error_action());
        NEEDS(oauth_get(client, property, text, sizeof text));
    }
}

/* A file of this text is opened as a profile. */
static int32_t opened(const char *text, size_t length)
{
    char path[1024];
    FILE *file;
    int32_t client;

    snprintf(path, sizeof path, "%s/profile.toml", folder);
    file = fopen(path, "w");
    MUST(file != NULL && fwrite(text, 1, length, file) == length && fclose(file) == 0);
    client = NEEDS(oauth_client_open(TEXT(path)));
    if (client > 0)
        MUST_BE(NEEDS(oauth_client_close(client)), 0);
    return client;
}

static void profiles(void)
{
    static const char good[] = "[a]\nprofile = \"stamps\"\nclient_id = \"x\"\n[b]\nprofile = \"a\"\n";
    static const size_t depths[] = {1, 32, 80, 100000};
    size_t i, length;
    int32_t client;

    client = NEEDS(oauth_client_open(TEXT("belladati")));
    MUST(client > 0);
    MUST_BE(NEEDS(oauth_client_close(client)), 0);
    MUST_BE(NEEDS(oauth_client_open(TEXT("nobody"))), OAUTH_ERROR_PROFILE);
    MUST_BE(opened(good, sizeof good - 1), OAUTH_ERROR_PROFILE); /* two, and none is named */
    MUST(opened(good, 39) > 0);
    for (i = 0; i < sizeof depths / sizeof *depths; i++) {
        length = (size_t)sprintf(huge, "[a]\nx = ");
        length += repeat(huge + length, "[", depths[i]);
        MUST(opened(huge, length) < 0);
        length += repeat(huge + length, "]", depths[i]);
        MUST(opened(huge, length) < 0);
        length = (size_t)sprintf(huge, "[a]\nx = ");
        length += repeat(huge + length, "{y=", depths[i]);
        MUST(opened(huge, length) < 0);
        length += (size_t)sprintf(huge + length, "1");
        length += repeat(huge + length, "}", depths[i]);
        MUST(opened(huge, length) < 0);
        length = (size_t)sprintf(huge, "[a");
        length += repeat(huge + length, ".a", depths[i]);
        length += (size_t)sprintf(huge + length, "]\n");
        MUST(opened(huge, length) < 0);
        length = (size_t)sprintf(huge, "[a]\nx");
        length += repeat(huge + length, ".a", depths[i]);
        length += (size_t)sprintf(huge + length, " = 1\n");
        MUST(opened(huge, length) < 0);
    }
}

/* A person's sign-in and a token's life, with the caller's own HTTP. */
static void carried(const char *store, const char *key)
{
    static const char answer[] = "{\"access_token\":\"a\",\"expires_in\":3600,\"refresh_token\":\"b\"}";
    char text[4096];
    int32_t client = new_client(base, ca_file);

    MUST_BE(NEEDS(oauth_set(client, OAUTH_STORE_KEY, TEXT(key))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_STORE, TEXT(store))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_HTTP, TEXT("caller"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_REVOCATION_ENDPOINT, TEXT("/revoke"))), 0);
    MUST_BE(NEEDS(oauth_refresh(client)), OAUTH_ERROR_SIGN_IN);
    MUST_GIVE(NEEDS(oauth_build_authorize_url(client, text, sizeof text)));
    MUST(NEEDS(oauth_exchange_code(client, TEXT("?code=a&state=not-ours"))) < OAUTH_HTTP_NEEDED);
    MUST(NEEDS(oauth_exchange_code(client, TEXT("?error=access_denied"))) < OAUTH_HTTP_NEEDED);
    MUST_BE(NEEDS(oauth_exchange_code(client, TEXT("a-code"))), OAUTH_HTTP_NEEDED);
    MUST_GIVE(NEEDS(oauth_http_request(client, OAUTH_REQUEST_CONTENT, text, sizeof text)));
    MUST_GIVE(NEEDS(oauth_http_request(client, OAUTH_REQUEST_HEADERS, text, sizeof text)));
    MUST_BE(NEEDS(oauth_http_response(client, 200, TEXT(""), TEXT(answer))), 0);
    if (strcmp(store, "memory:") == 0) {
        answers(client);
        members(client);
    }
    MUST_BE(answered(client, 200, "", huge, deep("[", "]", 16)), 0); /* as deep as a record is */
    MUST_BE(answered(client, 200, "", answer, sizeof answer - 1), 0);
    MUST_GIVE(NEEDS(oauth_bearer_header(client, text, sizeof text)));
    MUST_GIVE(NEEDS(oauth_access_token(client, text, sizeof text)));
    MUST_BE(NEEDS(oauth_token_rejected(client)), 0);
    MUST_BE(NEEDS(oauth_bearer_header(client, text, sizeof text)), OAUTH_HTTP_NEEDED);
    MUST_GIVE(NEEDS(oauth_http_response(client, 200, TEXT(""), TEXT(answer))));
    MUST_GIVE(NEEDS(oauth_get(client, OAUTH_STATUS_LINE, text, sizeof text)));
    NEEDS(oauth_accounts(client, 0, text, sizeof text));
    MUST_GIVE(NEEDS(oauth_get(client, OAUTH_TOKEN_RECORD, text, sizeof text)));
    NEEDS(oauth_import_token(client, 1, TEXT(text)));
    NEEDS(oauth_store_reseal(client));
    MUST_BE(NEEDS(oauth_revoke(client)), OAUTH_HTTP_NEEDED);
    NEEDS(oauth_http_response(client, 400, TEXT(""), TEXT("{\"error\":\"unsupported_token_type\"}")));
    MUST_BE(NEEDS(oauth_forget(client)), 0);
    MUST_BE(NEEDS(oauth_client_close(client)), 0);
}

/* What becomes of that answer to the call's request. */
#define TOLD_ALL(call, body, length)                                                                            \
    __extension__({                                                                                             \
        MUST_BE(NEEDS(call), OAUTH_HTTP_NEEDED);                                                                \
        NEEDS(oauth_http_response(client, 200, TEXT("Content-Type: application/json\r\n"), body, (int32_t)(length))); \
    })
#define TOLD(call, body) TOLD_ALL(call, body, strlen(body))

/* RFC 4648 section 5, without padding. */
static size_t base64url(char *into, const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned long bits = 0;
    size_t at = 0;
    int count = 0;

    for (; *text != '\0'; text++) {
        bits = bits << 8 | (unsigned char)*text;
        for (count += 8; count >= 6; count -= 6)
            into[at++] = letters[bits >> (count - 6) & 63];
    }
    if (count > 0)
        into[at++] = letters[bits << (6 - count) & 63];
    into[at] = '\0';
    return at;
}

/* Who has signed in: by a token that none of the keys has signed. */
static void identity(int32_t client)
{
    static const char nonce_is_next[] = "nonce=";
    char text[4096], state[256], claims[1024], *nonce;
    size_t i, length;

    MUST_GIVE(NEEDS(oauth_build_authorize_url(client, text, sizeof text)));
    MUST_GIVE(NEEDS(oauth_get(client, OAUTH_STATE, state, sizeof state)));
    nonce = strstr(text, nonce_is_next);
    MUST(nonce != NULL);
    nonce += sizeof nonce_is_next - 1;
    snprintf(claims, sizeof claims,
             "{\"iss\":\"https://as.example\",\"sub\":\"s\",\"aud\":\"demo\",\"exp\":4102444800,\"iat\":1,\"nonce\":\"%.*s\"}",
             (int)strcspn(nonce, "&"), nonce);
    length = (size_t)sprintf(huge, "{\"access_token\":\"a\",\"id_token\":\"");
    length += base64url(huge + length, "{\"alg\":\"RS256\",\"kid\":\"k\"}");
    huge[length++] = '.';
    length += base64url(huge + length, claims);
    length += (size_t)sprintf(huge + length, ".");
    length += repeat(huge + length, "q83v", 86);
    length += (size_t)sprintf(huge + length, "\"}");
    snprintf(text, sizeof text, "?code=a&state=%s", state);
    MUST_BE(TOLD_ALL(oauth_exchange_code(client, TEXT(text)), huge, length), OAUTH_HTTP_NEEDED);
    length = (size_t)sprintf(huge, "{\"keys\":[");
    for (i = 0; i < 2000; i++) {
        length += (size_t)sprintf(huge + length, "{\"kty\":\"RSA\",\"kid\":\"k\",\"e\":\"AQAB\",\"n\":\"");
        length += repeat(huge + length, "q83v", 86);
        length += (size_t)sprintf(huge + length, "\"}%s", i < 1999 ? "," : "]}");
    }
    MUST_BE(NEEDS(oauth_http_response(client, 200, TEXT(""), huge, (int32_t)length)), OAUTH_ERROR_ID_TOKEN);
    NEEDS(oauth_error_text(text, sizeof text));
    NEEDS(oauth_end_session_url(client, text, sizeof text));
}

/* All that is asked besides tokens, with the caller's own HTTP. */
static void asked(const char *store, const char *key)
{
    static const char asked_person[] =
        "{\"device_code\":\"d\",\"user_code\":\"WDJB-MJHT\",\"verification_uri\":\"https://as.example/device\","
        "\"expires_in\":1800,\"auth_req_id\":\"r\",\"interval\":1}";
    static const char metadata[] =
        "{\"issuer\":\"https://as.example\",\"authorization_endpoint\":\"https://as.example/a\",\"token_endpoint\":"
        "\"https://as.example/t\",\"jwks_uri\":\"https://as.example/k\",\"userinfo_endpoint\":\"https://as.example/u\","
        "\"introspection_endpoint\":\"https://as.example/i\",\"device_authorization_endpoint\":\"https://as.example/d\","
        "\"backchannel_authentication_endpoint\":\"https://as.example/c\",\"end_session_endpoint\":\"https://as.example/e\"}";
    static const char registered[] =
        "{\"client_id\":\"demo\",\"client_secret\":\"s\",\"client_secret_expires_at\":0,\"registration_access_token\":\"r\","
        "\"registration_client_uri\":\"https://as.example/r/demo\"}";
    static const char granted[] = "{\"access_token\":\"a\",\"token_type\":\"DPoP\",\"expires_in\":3600}";
    char text[8192];
    int32_t client = NEEDS(oauth_client_new());
    size_t length;

    MUST_BE(NEEDS(oauth_set(client, OAUTH_STORE_KEY, TEXT(key))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_STORE, TEXT(store))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_HTTP, TEXT("caller"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_ISSUER, TEXT("https://as.example"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_REGISTRATION_ENDPOINT, TEXT("https://as.example/r"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_REDIRECT_URI, TEXT("http://127.0.0.1:9999/cb"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_SCOPE, TEXT("openid"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_LOGIN_HINT, TEXT("anne"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_USERNAME, TEXT("anne"))), 0);
    MUST_BE(TOLD(oauth_register(client), registered), 0);
    MUST_GIVE(NEEDS(oauth_field(client, OAUTH_FIELD_REGISTRATION, TEXT("client_id"), text, sizeof text)));
    MUST_BE(TOLD(oauth_discover(client), metadata), 0);
    MUST_GIVE(NEEDS(oauth_field(client, OAUTH_FIELD_METADATA, TEXT("issuer"), text, sizeof text)));
    identity(client);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_SCOPE, TEXT("read"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_DPOP, TEXT("yes"))), 0);
    MUST_BE(TOLD(oauth_ciba_start(client), asked_person), 0);
    MUST_BE(TOLD(oauth_device_start(client), asked_person), 0);
    NEEDS(oauth_get(client, OAUTH_QR_CODE, text, sizeof text));
    NEEDS(oauth_field(client, OAUTH_FIELD_DEVICE, TEXT("interval"), text, sizeof text));
    NEEDS(oauth_device_poll(client)); /* too early, but on a machine that is busy */
    sleep(2); /* its interval */
    MUST_BE(TOLD(oauth_device_poll(client), granted), 0);
    MUST_GIVE(NEEDS(oauth_request_headers(client, TEXT("GET"), TEXT("https://api.example/x"), text, sizeof text)));
    NEEDS(oauth_api_response(client, TEXT("https://api.example/x"), 401,
                             TEXT("WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\nDPoP-Nonce: n\r\n")));
    MUST_BE(TOLD(oauth_userinfo(client), "{\"sub\":\"s\"}"), 0);
    MUST_BE(TOLD(oauth_introspect(client), "{\"active\":true}"), 0);
    length = deep("[", "]", 100000);
    MUST_BE(TOLD_ALL(oauth_introspect(client), huge, length), OAUTH_ERROR_RESPONSE);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_DPOP, TEXT(""))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_PAR, TEXT("yes"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_PAR_ENDPOINT, TEXT("https://as.example/p"))), 0);
    MUST_GIVE(TOLD(oauth_build_authorize_url(client, text, sizeof text), "{\"request_uri\":\"urn:x\",\"expires_in\":60}"));
    MUST_GIVE(NEEDS(oauth_build_authorize_url(client, text, sizeof text)));
    MUST_BE(TOLD(oauth_request_token(client, TEXT("client_credentials")), "{\"access_token\":\"a\"}"), 0);
    MUST_GIVE(NEEDS(oauth_sasl_response(client, OAUTH_SASL_OAUTHBEARER, text, sizeof text)));
    MUST_BE(NEEDS(oauth_forget(client)), 0);
    /* It is known by what it was registered with. */
    MUST_BE(NEEDS(oauth_set(client, OAUTH_SCOPE, TEXT("openid"))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_GRANT_TYPE, TEXT(""))), 0);
    MUST_BE(TOLD(oauth_unregister(client), ""), 0);
    MUST_BE(NEEDS(oauth_client_close(client)), 0);
}

/* A browser comes back to a loopback redirect, with a code that the server does not know; and somebody else before it. */
static void come_back(int32_t client)
{
    static const char port_is_next[] = "127.0.0.1%3A";
    struct sockaddr_in address;
    char text[4096], state[64];
    int stranger, browser, port;

    MUST_BE(NEEDS(oauth_set(client, OAUTH_REDIRECT_URI, TEXT("http://127.0.0.1:0/cb"))), 0);
    MUST_GIVE(NEEDS(oauth_build_authorize_url(client, text, sizeof text)));
    MUST_GIVE(NEEDS(oauth_get(client, OAUTH_STATE, state, sizeof state)));
    port = atoi(strstr(text, port_is_next) + sizeof port_is_next - 1);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    stranger = socket(AF_INET, SOCK_STREAM, 0);
    browser = socket(AF_INET, SOCK_STREAM, 0);
    MUST(connect(stranger, (struct sockaddr *)&address, sizeof address) == 0);
    MUST(connect(browser, (struct sockaddr *)&address, sizeof address) == 0);
    MUST(write(stranger, "GET /cb?code=a&state=b HTTP/1.1\r\nHost: x\r\n\r\n", 45) == 45);
    snprintf(text, sizeof text, "GET /cb?code=a&state=%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", state, port);
    MUST(write(browser, text, strlen(text)) == (ssize_t)strlen(text));
    MUST(shutdown(stranger, SHUT_WR) == 0 && shutdown(browser, SHUT_WR) == 0); /* nobody waits for more */
    MUST_BE(NEEDS(oauth_await_redirect(client, 60)), OAUTH_ERROR_INVALID_GRANT);
    NEEDS(oauth_error_text(text, sizeof text));
    MUST_BE(NEEDS(oauth_await_redirect(client, 0)), OAUTH_ERROR_SEQUENCE);
    MUST_BE(NEEDS(oauth_stop_waiting(client)), 0);
    close(stranger);
    close(browser);
}

/* The same with the built-in HTTP, against the server. */
static void built_in(const char *store)
{
    char text[4096], url[256];
    int32_t client = new_client(base, ca_file);
    int i;

    MUST_BE(NEEDS(oauth_set(client, OAUTH_STORE, TEXT(store))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_REVOCATION_ENDPOINT, TEXT("/revoke"))), 0);
    seed(client, token);
    MUST_BE(NEEDS(oauth_refresh(client)), 0);
    for (i = 0; i < 4; i++)
        NEEDS(oauth_refresh(client)); /* what the server's faults are */
    MUST_GIVE(NEEDS(oauth_build_authorize_url(client, text, sizeof text)));
    NEEDS(oauth_exchange_code(client, TEXT("a-code")));
    NEEDS(oauth_error_text(text, sizeof text));
    come_back(client);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_PROXY, TEXT("http://u:p@127.0.0.1:1"))), 0);
    NEEDS(oauth_refresh(client));
    MUST_BE(NEEDS(oauth_set(client, OAUTH_PROXY, TEXT(""))), 0);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_CA_FILE, TEXT("/nonexistent"))), 0);
    NEEDS(oauth_refresh(client));
    MUST_BE(NEEDS(oauth_set(client, OAUTH_CA_FILE, TEXT(""))), 0); /* the system's */
    NEEDS(oauth_refresh(client));
    NEEDS(oauth_error_text(text, sizeof text));
    MUST_BE(NEEDS(oauth_set(client, OAUTH_CA_FILE, TEXT(ca_file))), 0);
    /* A name that the system looks up. */
    MUST(gethostname(text, 64) == 0);
    snprintf(url, sizeof url, "https://%.60s:1", text);
    MUST_BE(NEEDS(oauth_set(client, OAUTH_BASE_URL, TEXT(url))), 0);
    seed(client, token);
    NEEDS(oauth_refresh(client));
    MUST_BE(NEEDS(oauth_set(client, OAUTH_BASE_URL, TEXT(base))), 0);
    MUST_BE(NEEDS(oauth_refresh(client)), 0);
    MUST_BE(NEEDS(oauth_token_rejected(client)), 0);
    MUST_GIVE(NEEDS(oauth_bearer_header(client, text, sizeof text)));
    MUST_BE(NEEDS(oauth_revoke(client)), 0);
    MUST_BE(NEEDS(oauth_client_close(client)), 0);
}

/* Keys of each kind, and each way to open one; the folder has them. */
static void signing(void)
{
    static const char *const keys[] = {
        "rsa.pem", "rsa_4096.pem", "p256.pem", "p384.pem", "ed25519.pem", "p256_encrypted.pem",
        "p256_encrypted_des3.pem", "p256_encrypted_scrypt.pem",
    };
    char text[4096], key[1024];
    size_t i;

    for (i = 0; i < sizeof keys / sizeof *keys; i++) {
        int32_t client = new_client(base, ca_file);

        snprintf(key, sizeof key, "file:%s/%s", folder, keys[i]);
        MUST_BE(NEEDS(oauth_set(client, OAUTH_HTTP, TEXT("caller"))), 0);
        MUST_BE(NEEDS(oauth_set(client, OAUTH_CLIENT_AUTH, TEXT("private_key_jwt"))), 0);
        MUST_BE(NEEDS(oauth_set(client, OAUTH_GRANT_TYPE, TEXT("client_credentials"))), 0);
        MUST_BE(NEEDS(oauth_set(client, OAUTH_PRIVATE_KEY, TEXT(key))), 0);
        MUST_BE(NEEDS(oauth_set(client, OAUTH_PRIVATE_KEY_PASSWORD, TEXT("opens"))), 0);
        MUST_BE(NEEDS(oauth_bearer_header(client, text, sizeof text)), OAUTH_HTTP_NEEDED);
        MUST_BE(NEEDS(oauth_set(client, OAUTH_PRIVATE_KEY_PASSWORD, TEXT("no"))), 0);
        NEEDS(oauth_bearer_header(client, text, sizeof text));
        MUST_BE(NEEDS(oauth_client_close(client)), 0);
    }
}

static void *all(void *unused)
{
    char text[4096], store[1024];
    int32_t client;

    MUST_GIVE(NEEDS(oauth_version(text, sizeof text)));
    MUST_BE(NEEDS(oauth_client_close(-1)), OAUTH_ERROR_HANDLE);
    client = NEEDS(oauth_client_new());
    MUST(client > 0);
    settings(client);
    MUST_BE(NEEDS(oauth_client_close(client)), 0);
    profiles();
    snprintf(store, sizeof store, "file:%s/built-in", folder);
    built_in(store);
    if (*ca_file != '\0')
        return unused; /* TLS is all that is different */
    signing();
    carried("memory:", "");
    asked("memory:", "");
    snprintf(store, sizeof store, "file:%s/plain", folder);
    carried(store, "");
    asked(store, "");
    snprintf(store, sizeof store, "file:%s/sealed", folder);
    carried(store, "6b3179d5e8a2440fb7c19e3d5a60824c6b3179d5e8a2440fb7c19e3d5a60824c");
    asked(store, "6b3179d5e8a2440fb7c19e3d5a60824c6b3179d5e8a2440fb7c19e3d5a60824c");
    return unused;
}

int main(int argc, char **argv)
{
    pthread_attr_t attributes;
    pthread_t thread;

    MUST(argc == 6);
    alarm(240); /* a busy machine takes its time */
    base = argv[1];
    token = argv[2];
    ca_file = argv[3];
    folder = argv[4];
    most = atol(argv[5]);
    huge = malloc(2 * HUGE_LENGTH);
    stack = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(huge != NULL && stack != MAP_FAILED);
    MUST(pthread_attr_init(&attributes) == 0);
    MUST(pthread_attr_setstack(&attributes, stack, SIZE) == 0);
    MUST(pthread_create(&thread, &attributes, all, NULL) == 0);
    MUST(pthread_join(thread, NULL) == 0);
    return 0;
}
