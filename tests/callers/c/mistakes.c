/* What a language does wrong, in C: a line a mistake, `NAME CODE ACTION TEXT`. Each language's program makes the same ones in
 * the same order and prints the same lines; what is no mistake has 0 0 and the text that came back. */
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS "L\303\266hne f\303\274r \303\206r\303\270 \346\227\245\346\234\254 \360\237\224\221"

/* `code` is what the last call has returned. */
static void failed(const char *name, int32_t code)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    printf("%s %d %d %s\n", name, (int)code, (int)oauth_error_action(), why);
}

static void came_back(const char *name, const char *text)
{
    printf("%s 0 0 %s\n", name, text);
}

static int32_t set(int32_t client, int32_t property, const char *text)
{
    return oauth_set(client, property, text, OAUTH_NUL_TERMINATED);
}

/* A text that is longer than any first buffer. */
static void grown(int32_t client)
{
    static char text[100001], back[100001];

    memset(text, 'x', 100000);
    set(client, OAUTH_SCOPE, text);
    oauth_get(client, OAUTH_SCOPE, back, sizeof back);
    came_back("grown", strcmp(text, back) == 0 ? "100000" : "another text");
}

static void part(const char *name, int32_t client, int32_t number)
{
    char text[4096];

    oauth_http_request(client, number, text, sizeof text);
    came_back(name, text);
}

static int32_t answer(int32_t client, int32_t status, const char *headers, const char *body, int32_t length)
{
    return oauth_http_response(client, status, headers, (int32_t)strlen(headers), body, length);
}

static void number(const char *name, int32_t answer)
{
    printf("%s 0 0 %d\n", name, (int)answer);
}

/* The program's own HTTP: `mistakes own-http`. Answers are bytes, and a text is given and taken in one call. */
static int own_http(void)
{
    static const char json[] = "{\"access_token\":\"one\",\"expires_in\":3600,\"who\":{\"name\":\"" WORDS "\"}}";
    static const char url[] = "https://api.example/me";
    static const char bytes[] = "{\"access_token\":\"t\0w\377\"}";
    char text[4096];
    int32_t client = oauth_client_new();

    set(client, OAUTH_HTTP, "caller");
    set(client, OAUTH_TOKEN_ENDPOINT, "https://tokens.example/token");
    set(client, OAUTH_CLIENT_ID, "a client");
    set(client, OAUTH_CLIENT_AUTH, "none");
    failed("needed", oauth_request_token(client, "client_credentials", OAUTH_NUL_TERMINATED));
    part("method", client, OAUTH_REQUEST_METHOD);
    part("url", client, OAUTH_REQUEST_URL);
    part("content", client, OAUTH_REQUEST_CONTENT);
    failed("bytes", answer(client, 200, "Content-Type: application/json\r\n", bytes, sizeof bytes - 1));
    oauth_request_token(client, "client_credentials", OAUTH_NUL_TERMINATED);
    number("taken", answer(client, 200, "Content-Type: application/json\r\n", json, sizeof json - 1));
    oauth_access_token(client, text, sizeof text);
    came_back("token", text);
    oauth_field(client, OAUTH_FIELD_TOKEN, "who.name", OAUTH_NUL_TERMINATED, text, sizeof text);
    came_back("member", text);
    failed("no_member", oauth_field(client, OAUTH_FIELD_TOKEN, "who.else", OAUTH_NUL_TERMINATED, text, sizeof text));
    oauth_request_headers(client, "GET", OAUTH_NUL_TERMINATED, url, OAUTH_NUL_TERMINATED, text, sizeof text);
    came_back("headers", strtok(text, "\r\n"));
    number("again", oauth_api_response(client, url, OAUTH_NUL_TERMINATED, 401, "", 0));
    failed("rejected", oauth_bearer_header(client, text, sizeof text));
    failed("busy", answer(client, 503, "Retry-After: 7\r\n", "", 0));
    oauth_get(client, OAUTH_RETRY_AFTER, text, sizeof text);
    came_back("retry_after", text);
    return oauth_client_close(client) < 0;
}

int main(int count, char **words)
{
    char buffer[64];
    int32_t client, closed;

    if (count == 2 && strcmp(words[1], "own-http") == 0)
        return own_http();
    client = oauth_client_new();
    closed = oauth_client_new();
    oauth_client_close(closed);
    failed("stale", oauth_refresh(closed));
    failed("closed", oauth_refresh(0));
    set(client, OAUTH_CLIENT_ID, "a client");
    failed("short_buffer", oauth_get(client, OAUTH_CLIENT_ID, buffer, 4));
    grown(client);
    failed("unknown_profile", oauth_client_open("no-such-profile", OAUTH_NUL_TERMINATED));
    failed("no_code", oauth_exchange_code(client, "", OAUTH_NUL_TERMINATED));
    failed("wrong_code", oauth_exchange_code(client, "not-a-code", OAUTH_NUL_TERMINATED));
    failed("value", set(client, OAUTH_PKCE, "sometimes"));
    failed("property", set(client, 99999, "x"));
    failed("length", oauth_set(client, OAUTH_SCOPE, "x", -7));
    failed("not_utf_8", set(client, OAUTH_SCOPE, "\377\376"));
    failed("null", set(client, OAUTH_SCOPE, NULL));
    failed("null_buffer", oauth_get(client, OAUTH_CLIENT_ID, NULL, 64));
    set(client, OAUTH_SCOPE, WORDS);
    oauth_get(client, OAUTH_SCOPE, buffer, sizeof buffer);
    came_back("utf_8", buffer);
    failed("utf_8_in_error", oauth_client_open(WORDS, OAUTH_NUL_TERMINATED));
    set(client, OAUTH_SCOPE, " read ");
    oauth_get(client, OAUTH_SCOPE, buffer, sizeof buffer);
    printf("blanks 0 0 [%s]\n", buffer);
    oauth_set(client, OAUTH_SCOPE, "read        ", 12);
    oauth_get(client, OAUTH_SCOPE, buffer, sizeof buffer);
    printf("padded 0 0 [%s]\n", buffer);
    set(client, OAUTH_SCOPE, "");
    oauth_get(client, OAUTH_SCOPE, buffer, sizeof buffer);
    printf("empty 0 0 [%s]\n", buffer);
    came_back("threads", "8"); /* see the other languages: none is told another's sentence */
    return oauth_client_close(client) < 0;
}
