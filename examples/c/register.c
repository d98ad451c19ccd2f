/* register.c - makes a program known to a server that nobody has registered it with (RFC 7591).
 *
 *     register PROFILE             registers the program, or finds that it is
 *     register --undo PROFILE      has the server forget it (RFC 7592)
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. It
 * has a store, a registration_endpoint or an issuer, a redirect_uri, and no client_id. A program
 * that signs people in calls oauth_register each time: only the first call sends a request.
 *
 *     cc -std=c99 -o register register.c -loauth
 */
#include <liboauth.h>
#include <stdio.h>
#include <string.h>

/* Says what went wrong. Call it before any other function of liboauth. */
static int failed(void)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "register: %s\n", why);
    return 1;
}

/* What the server has registered, if it said so. */
static void show(int32_t client, const char *name)
{
    char text[2048];

    if (oauth_field(client, OAUTH_FIELD_REGISTRATION, name, OAUTH_NUL_TERMINATED, text, sizeof text) >= 0)
        printf("%s: %s\n", name, text);
}

int main(int argc, char **argv)
{
    int32_t client;
    int is_undone = argc == 3 && strcmp(argv[1], "--undo") == 0, status = 0;

    if (argc != 2 && !is_undone) {
        fputs("usage: register [--undo] PROFILE\n", stderr);
        return 1;
    }
    client = oauth_client_open(argv[argc - 1], OAUTH_NUL_TERMINATED);
    if (client < 0 || oauth_register(client) < 0) {
        status = failed();
    } else if (is_undone) {
        if (oauth_unregister(client) < 0)
            status = failed();
        else
            puts("Forgotten.");
    } else {
        show(client, "client_id"); /* OAUTH_CLIENT_ID, from now on */
        show(client, "redirect_uris");
        show(client, "token_endpoint_auth_method");
    }
    oauth_client_close(client > 0 ? client : 0);
    return status;
}
