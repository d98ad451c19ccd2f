/* mail.c - prints what an IMAP or SMTP server is told to sign in with a token instead of a password.
 *
 *     mail PROFILE xoauth2|oauthbearer
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"), in which somebody has signed in: see signin.c. The
 * mailbox is its username, or its account where that is an address. The line is for
 *
 *     a1 AUTHENTICATE XOAUTH2 LINE      to an IMAP server that has SASL-IR
 *     AUTH XOAUTH2 LINE                 to an SMTP server
 *
 * and as secret as a password. What speaks to the server is yours; libcurl makes such a line itself, of
 * oauth_access_token (CURLOPT_XOAUTH2_BEARER).
 *
 *     cc -std=c99 -o mail mail.c -loauth
 */
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(const char *what)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "mail: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    char line[16384];
    int32_t client, mechanism, rc;

    if (argc != 3 || (strcmp(argv[2], "xoauth2") != 0 && strcmp(argv[2], "oauthbearer") != 0)) {
        fputs("usage: mail PROFILE xoauth2|oauthbearer\n", stderr);
        return EXIT_FAILURE;
    }
    mechanism = strcmp(argv[2], "xoauth2") == 0 ? OAUTH_SASL_XOAUTH2 : OAUTH_SASL_OAUTHBEARER;
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed("the profile cannot be used");
    rc = oauth_sasl_response(client, mechanism, line, sizeof line); /* refreshed, if it is about to expire */
    if (rc < 0)
        failed("no token for the mail server");
    else
        puts(line);
    memset(line, 0, sizeof line);
    oauth_client_close(client);
    return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
