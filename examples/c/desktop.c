/* desktop.c - signs in with the browser of this desktop, and says until when the token is good.
 *
 *     desktop PROFILE
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. Its redirect_uri is on
 * this machine, with port 0 for any that is free: redirect_uri = "http://127.0.0.1:0/callback". Most servers take any
 * port there (RFC 8252 section 7.3); for one that does not, name the port that is registered.
 *
 *     cc -std=c99 -o desktop desktop.c -loauth
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <liboauth.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 300 }; /* seconds that the person may take */

static volatile sig_atomic_t client;

static void stop(int number)
{
    (void)number;
    oauth_stop_waiting((int32_t)client); /* a signal's handler may call this one */
}

/* Says what went wrong. Call it before any other function of liboauth. */
static int failed(const char *what)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "desktop: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

/* Opens the address in the browser of the desktop, where there is one. */
static void open_browser(const char *url)
{
    pid_t child;
    int nothing;

    if (getenv("DISPLAY") == NULL && getenv("WAYLAND_DISPLAY") == NULL)
        return; /* it is printed, too */
    child = fork();
    if (child == 0) {
        if (fork() == 0) { /* nobody waits for this one */
            nothing = open("/dev/null", O_RDWR);
            dup2(nothing, 0);
            dup2(nothing, 1);
            dup2(nothing, 2);
            execlp("xdg-open", "xdg-open", url, (char *)NULL);
        }
        _exit(0);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static int sign_in(void)
{
    char url[8192];
    int32_t rc, left;

    if (oauth_build_authorize_url((int32_t)client, url, sizeof url) < 0)
        return failed("no address to sign in at");
    /* It listens from now on: also at a port of one's own, and before the browser can come back. */
    if (oauth_await_redirect((int32_t)client, 0) != OAUTH_PENDING)
        return failed("the browser cannot come back");
    printf("Sign in with your browser. If it does not open by itself, open this address:\n\n%s\n\n", url);
    fflush(stdout);
    open_browser(url);
    rc = OAUTH_PENDING;
    for (left = PATIENCE; rc == OAUTH_PENDING && left > 0; left--) {
        if (isatty(2))
            fprintf(stderr, "\rWaiting for the browser, for %ld s still. Ctrl-C ends it. ", (long)left);
        rc = oauth_await_redirect((int32_t)client, 1);
    }
    if (isatty(2))
        fputs("\n", stderr);
    return rc < 0 ? failed("not signed in") : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct sigaction action;
    char expires_at[32];
    int status;

    if (argc != 2) {
        fputs("usage: desktop PROFILE\n", stderr);
        return EXIT_FAILURE;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed("the profile cannot be used");
    memset(&action, 0, sizeof action);
    action.sa_handler = stop;
    sigaction(SIGINT, &action, NULL);
    status = sign_in();
    if (status == EXIT_SUCCESS) {
        if (oauth_get((int32_t)client, OAUTH_EXPIRES_AT, expires_at, sizeof expires_at) > 0)
            printf("Signed in; the token is good until %s.\n", expires_at);
        else
            puts("Signed in.");
    }
    oauth_client_close((int32_t)client);
    return status;
}
