/* whoami.c - says who has signed in: by the ID token, and by what the server tells besides.
 *
 *     whoami PROFILE
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. It
 * has a store, openid in its scope, an issuer, and a userinfo_endpoint unless the issuer names one.
 *
 *     cc -std=c99 -o whoami whoami.c -loauth
 */
#include <liboauth.h>
#include <stdio.h>

/* Says what went wrong. Call it before any other function of liboauth. */
static int failed(void)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "whoami: %s\n", why);
    return 1;
}

/* Shows a claim, if there is one; negative if nobody stands for it. */
static int32_t show(int32_t client, int32_t source, const char *name)
{
    char text[1024];
    int32_t answer = oauth_field(client, source, name, OAUTH_NUL_TERMINATED, text, sizeof text);

    if (answer >= 0)
        printf("%s: %s\n", name, text);
    return answer == OAUTH_ERROR_NO_FIELD ? 0 : answer;
}

int main(int argc, char **argv)
{
    int32_t client;
    int status = 0;

    if (argc != 2) {
        fputs("usage: whoami PROFILE\n", stderr);
        return 1;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    /* Checked when it came, and kept with the tokens: this sends no request. iss and sub together
       are who it is; a name or an address may be another's tomorrow. */
    if (client < 0 || show(client, OAUTH_FIELD_ID_TOKEN, "iss") < 0
        || show(client, OAUTH_FIELD_ID_TOKEN, "sub") < 0) {
        status = failed();
    } else if (oauth_userinfo(client) < 0) {
        status = failed();
    } else {
        show(client, OAUTH_FIELD_USERINFO, "name");
        show(client, OAUTH_FIELD_USERINFO, "email");
    }
    oauth_client_close(client > 0 ? client : 0);
    return status;
}
