/* signals BASE TOKEN CA MODE
 *
 * pipe: the server resets every connection, also while much is written, and SIGPIPE would end this program.
 * interrupts: a signal that interrupts system calls comes every 2 ms; the server takes its time.
 */
#include "guest.h"

#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t signals;

static void count(int number)
{
    (void)number;
    signals++;
}

static void set_timer(long microseconds)
{
    struct itimerval timer;

    memset(&timer, 0, sizeof timer);
    timer.it_interval.tv_usec = timer.it_value.tv_usec = microseconds;
    MUST(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void interrupts(const char *base, const char *token, const char *ca_file)
{
    struct sigaction action;
    char header[512];
    int32_t client = 0;
    int i;

    memset(&action, 0, sizeof action);
    action.sa_handler = count; /* without SA_RESTART */
    MUST(sigaction(SIGALRM, &action, NULL) == 0);
    set_timer(2000);
    for (i = 0; i < 6; i++) {
        if (i % 3 == 0) { /* a new connection, then twice the kept one */
            MUST_BE(oauth_client_close(client), 0);
            client = new_client(base, ca_file);
            seed(client, token);
        }
        signals = 0;
        MUST_BE(oauth_refresh(client), 0);
        MUST(signals > 5); /* or nothing was interrupted */
        MUST_GIVE(oauth_bearer_header(client, header, sizeof header));
    }
    MUST_BE(oauth_client_close(client), 0);
    set_timer(0);
}

static void pipes(const char *base, const char *token, const char *ca_file)
{
    static const size_t sizes[] = {1, 10 * 1024, 400 * 1024};
    char *parameters = malloc(512 * 1024);
    int32_t client = new_client(base, ca_file);
    size_t i;
    int round;

    MUST(parameters != NULL);
    MUST(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    MUST_BE(oauth_set(client, OAUTH_TIMEOUT, TEXT("300")), 0);
    seed(client, token);
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memcpy(parameters, "fill=", 5);
        memset(parameters + 5, 'x', sizes[i]);
        parameters[5 + sizes[i]] = '\0';
        MUST_BE(oauth_set(client, OAUTH_REFRESH_PARAMS, TEXT(parameters)), 0);
        for (round = 0; round < 2; round++)
            MUST_BE(oauth_refresh(client), OAUTH_ERROR_DISCONNECTED);
    }
    MUST_BE(oauth_client_close(client), 0);
    free(parameters);
}

int main(int argc, char **argv)
{
    MUST(argc == 5);
    if (strcmp(argv[4], "pipe") == 0)
        pipes(argv[1], argv[2], argv[3]);
    else
        interrupts(argv[1], argv[2], argv[3]);
    return 0;
}
