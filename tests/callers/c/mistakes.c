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

int main(void)
{
    char buffer[64];
    int32_t client = oauth_client_new();
    int32_t closed = oauth_client_new();

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
