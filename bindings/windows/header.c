/* header.c - prints the header for one request to an API, and nothing else.
 *
 *     header PROFILE
 *
 * For programs that cannot load the library: 32-bit ones, such as those of Visual Basic 6 and Visual FoxPro, run this one
 * and read a line. PROFILE is a profile's name, or a profile file: see oauth_client_open. The token is from the profile's
 * store, renewed when that is due. Ends with 0, or with 64, 75, 77, 78 (what to do: see below) and a line on standard error.
 *
 *     x86_64-w64-mingw32-gcc -std=c99 -municode -o header.exe header.c -loauth        cl header.c oauth.lib
 */
#include <liboauth.h>
#include <stdio.h>
#include <windows.h>

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

/* The words of `main` are in the ANSI code page, which has not every name of a file; texts of the library are UTF-8. */
int wmain(int count, wchar_t **words)
{
    static char profile[3 * 32768]; /* a command line has 32767 units, a unit at most three bytes */
    char header[16384];
    int32_t client;
    int status = 0;

    if (count != 2) {
        fputs("usage: header PROFILE\n", stderr);
        return USAGE;
    }
    if (!WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, words[1], -1, profile, sizeof profile, NULL, NULL)) {
        fputs("header: PROFILE is not valid Unicode: rename the file\n", stderr);
        return FIX;
    }
    client = oauth_client_open(profile, OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed();
    if (oauth_bearer_header(client, header, sizeof header) < 0)
        status = failed();
    else
        puts(header);
    oauth_client_close(client);
    return status;
}
