/* job NUMBER=TEXT...   a job that uses a client with these properties, as the lines on its standard input say:
 *
 *   url, exchange TEXT, header, refresh, rejected, forget, revoke, reseal
 *   arm, disarm       what happens in between is the shim's (shim.c)
 *   loop              headers, each of them refused by the API at once, until one cannot be had, or SIGTERM
 *
 * Each answers with a line: what was asked, the code, the action after a failure, and the text or the error's.
 */
#define _GNU_SOURCE
#include <liboauth.h>

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT(text) (text), OAUTH_NUL_TERMINATED

enum { MISUSED = 2, NOT_STORED };

static int32_t client;
static char text[64 * 1024];
static volatile sig_atomic_t over;

/* `has_text`: the code is the length of `text`. */
static int32_t answer(const char *asked, int32_t code, int has_text)
{
    int32_t action = 0;
    char *c;

    if (code < 0) {
        action = oauth_error_action();
        oauth_error_text(text, sizeof text);
    } else if (!has_text) {
        text[0] = '\0';
    }
    for (c = text; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    }
    printf("%s\t%d\t%d\t%s\n", asked, (int)code, (int)action, text);
    fflush(stdout);
    return code;
}

static int32_t call_shim(const char *name)
{
    void (*function)(void);

    *(void **)&function = dlsym(RTLD_DEFAULT, name);
    if (function == NULL)
        return 1;
    function();
    return 0;
}

static void end(int number)
{
    (void)number;
    over = 1;
}

static void loop(void)
{
    while (!over && answer("loop", oauth_bearer_header(client, text, sizeof text), 1) >= 0)
        oauth_token_rejected(client);
}

static void run(char *line)
{
    char *rest = strchr(line, ' ');

    if (rest != NULL)
        *rest++ = '\0';
    else
        rest = line + strlen(line);
    if (strcmp(line, "url") == 0)
        answer(line, oauth_build_authorize_url(client, text, sizeof text), 1);
    else if (strcmp(line, "exchange") == 0)
        answer(line, oauth_exchange_code(client, TEXT(rest)), 0);
    else if (strcmp(line, "header") == 0)
        answer(line, oauth_bearer_header(client, text, sizeof text), 1);
    else if (strcmp(line, "refresh") == 0)
        answer(line, oauth_refresh(client), 0);
    else if (strcmp(line, "rejected") == 0)
        answer(line, oauth_token_rejected(client), 0);
    else if (strcmp(line, "forget") == 0)
        answer(line, oauth_forget(client), 0);
    else if (strcmp(line, "revoke") == 0)
        answer(line, oauth_revoke(client), 0);
    else if (strcmp(line, "reseal") == 0)
        answer(line, oauth_store_reseal(client), 0);
    else if (strcmp(line, "loop") == 0)
        loop();
    else if (strcmp(line, "arm") == 0)
        answer(line, call_shim("fault_arm"), 0);
    else if (strcmp(line, "disarm") == 0)
        answer(line, call_shim("fault_disarm"), 0);
    else
        exit(MISUSED);
}

int main(int argc, char **argv)
{
    static char line[64 * 1024];
    char *value;
    int32_t code;
    int i;

    alarm(300); /* nobody may be left who ends it */
    signal(SIGTERM, end);
    client = oauth_client_new();
    for (i = 1; i < argc; i++) {
        value = strchr(argv[i], '=');
        if (value == NULL)
            return MISUSED;
        code = oauth_set(client, atoi(argv[i]), TEXT(value + 1));
        if (code < 0) {
            answer(argv[i], code, 0);
            return MISUSED;
        }
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        run(line);
    }
    return oauth_client_close(client) == 0 ? 0 : NOT_STORED;
}
