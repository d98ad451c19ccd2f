/* header.c - prints the header for one request to an API, and nothing else.
 *
 *     header PROFILE
 *
 * For programs that cannot load the library: 32-bit ones, such as those of Visual Basic 6 and Visual FoxPro, run this one
 * and read a line. PROFILE is a profile's name, or a profile file: see oauth_client_open. The token is from the profile's
 * store, renewed when that is due. Ends with 0, or with 64, 75, 77, 78 (what to do: see below) and a line on standard error.
 *
 *     x86_64-w64-mingw32-gcc -std=c99 -o header.exe header.c -loauth        cl header.c oauth.lib
 */
#include <liboauth.h>
#include <stdio.h>

enum { USAGE = 64, AGAIN_LATER = 75, SIGN_IN = 77, FIX = 78 }; /* as the command `oauth` has them */

static int failed(void)
{
    char why[512];
    int32_t action = oauth_error_action();

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "header: %s\n", why);
    if (action == OAUTH_ACTION_RETRY)
        return AGAIN_LATER;
    return action == OAUTH_ACTION_SIGN_IN ? SIGN_IN : FIX;
}

int main(int count, char **words)
{
    char header[16384];
    int32_t client;
    int status = 0;

    if (count != 2) {
        fputs("usage: header PROFILE\n", stderr);
        return USAGE;
    }
    client = oauth_client_open(words[1], OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed();
    if (oauth_bearer_header(client, header, sizeof header) < 0)
        status = failed();
    else
        puts(header);
    oauth_client_close(client);
    return status;
}
