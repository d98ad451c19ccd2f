/* What each language's signin does, in C: the others are compared with it. */
#include <liboauth.h>
#include <stdio.h>
#include <string.h>

static const char *what_to_do(void)
{
    switch (oauth_error_action()) {
    case OAUTH_ACTION_RETRY:
        return "try again later.";
    case OAUTH_ACTION_SIGN_IN:
        return "start again, and sign in.";
    case OAUTH_ACTION_FIX:
        return "mend the configuration; trying again will not help.";
    default:
        return "send the request that waits: the profile has http = \"caller\".";
    }
}

static int failed(int32_t code)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "error %d: %s\nWhat to do: %s\n", (int)code, why, what_to_do());
    return 1;
}

/* Returns 0, or a negative code. */
static int32_t sign_in(int32_t client)
{
    static char text[200000];
    int32_t length = oauth_build_authorize_url(client, text, sizeof text);

    if (length < 0)
        return length;
    puts(text);
    fflush(stdout);
    if (fgets(text, sizeof text, stdin) == NULL)
        text[0] = '\0';
    return oauth_exchange_code(client, text, OAUTH_NUL_TERMINATED);
}

int main(int count, char **words)
{
    char header[8192];
    int32_t client, answer;

    if (count != 2) {
        fputs("usage: signin PROFILE\n", stderr);
        return 1;
    }
    client = oauth_client_open(words[1], OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed(client);
    answer = oauth_bearer_header(client, header, sizeof header);
    if (answer < 0 && oauth_error_action() == OAUTH_ACTION_SIGN_IN) {
        answer = sign_in(client);
        if (answer == 0)
            answer = oauth_bearer_header(client, header, sizeof header);
    }
    if (answer < 0)
        return failed(answer);
    puts(header);
    return oauth_client_close(client) < 0;
}
