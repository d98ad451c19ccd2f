/* leave.c - a person leaves: says what the server knows of the token, and has the server revoke it.
 *
 *     leave PROFILE
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. It
 * has a store, an introspection_endpoint and a revocation_endpoint.
 *
 *     cc -std=c99 -o leave leave.c -loauth
 */
#include <liboauth.h>
#include <stdio.h>

/* Says what went wrong. Call it before any other function of liboauth. */
static int failed(void)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "leave: %s\n", why);
    return 1;
}

/* What the server told of the token, if it did. */
static void show(int32_t client, const char *name)
{
    char text[1024];

    if (oauth_field(client, OAUTH_FIELD_INTROSPECTION, name, OAUTH_NUL_TERMINATED, text, sizeof text) >= 0)
        printf("%s: %s\n", name, text);
}

int main(int argc, char **argv)
{
    int32_t client;
    int status = 0;

    if (argc != 2) {
        fputs("usage: leave PROFILE\n", stderr);
        return 1;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0 || oauth_introspect(client) < 0) {
        status = failed();
    } else {
        show(client, "active");
        show(client, "username");
        show(client, "scope");
        /* The refresh token, then the access token; both are gone from the store then. */
        if (oauth_revoke(client) < 0)
            status = failed();
        else
            puts("Revoked.");
    }
    oauth_client_close(client > 0 ? client : 0);
    return status;
}
