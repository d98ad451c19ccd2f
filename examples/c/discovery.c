/* discovery.c - what a server offers, as it says itself. All that it needs is the server's issuer.
 *
 *     discovery PROFILE
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open.
 * examples/profiles/issuer.toml is the shortest that signs a person in.
 *
 *     cc -std=c99 -o discovery discovery.c -loauth
 */
#include <liboauth.h>
#include <stdio.h>

static const char *const names[] = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "userinfo_endpoint",
    "device_authorization_endpoint",
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "scopes_supported",
};

/* Says what went wrong. Call it before any other function of liboauth. */
static int failed(void)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "discovery: %s\n", why);
    return 1;
}

int main(int argc, char **argv)
{
    char text[16384];
    int32_t client;
    size_t i;
    int status = 0;

    if (argc != 2) {
        fputs("usage: discovery PROFILE\n", stderr);
        return 1;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0 || oauth_discover(client) < 0) {
        status = failed();
    } else {
        for (i = 0; i < sizeof names / sizeof *names; i++) {
            if (oauth_field(client, OAUTH_FIELD_METADATA, names[i], OAUTH_NUL_TERMINATED, text, sizeof text) >= 0)
                printf("%s: %s\n", names[i], text);
            else
                printf("%s: not said\n", names[i]);
        }
    }
    oauth_client_close(client > 0 ? client : 0);
    return status;
}
