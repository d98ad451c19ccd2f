/* redirect PROFILE      says the address to sign in at, waits for the browser, says the header
 * redirect PROFILE stop another thread ends the waiting */
#include <windows.h>

#include <liboauth.h>
#include <stdio.h>
#include <string.h>

static int32_t client;

static int failed(const char *what)
{
    char why[512];
    oauth_error_text(why, sizeof why);
    printf("%s: %s\n", what, why);
    return 1;
}

static DWORD WINAPI stop(void *nothing)
{
    (void)nothing;
    oauth_stop_waiting(client);
    return 0;
}

int main(int count, char **words)
{
    char text[8192];
    int32_t answer;
    HANDLE thread;

    client = oauth_client_open(words[1], OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed("open");
    if (oauth_build_authorize_url(client, text, sizeof text) < 0)
        return failed("url");
    if (count == 3) {
        thread = CreateThread(NULL, 0, stop, NULL, 0, NULL);
        answer = oauth_await_redirect(client, 300);
        WaitForSingleObject(thread, INFINITE);
        printf("%d\n", (int)answer);
        return 0;
    }
    puts(text);
    fflush(stdout);
    if (oauth_await_redirect(client, 300) < 0)
        return failed("redirect");
    if (oauth_bearer_header(client, text, sizeof text) < 0)
        return failed("header");
    puts(text);
    return 0;
}
