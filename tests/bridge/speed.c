/* speed.c - what a call costs more through the bridge than directly, beyond the conversion of its texts.
 *
 * Prints a line for each call, in microseconds: directly, through the bridge, of that in conversion, and what is left. It
 * fails where more than ten are left. The best of many rounds counts: a busy machine is slow.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <iconv.h>
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "standin/standin.h"

enum { ROUNDS = 200, CALLS = 50, CALLS_OF_A_KIND = 6, LIMIT = 10 };

static char token[2][2048];
static int32_t client;
static int32_t (*set)(int32_t, int32_t, const char *, int32_t), (*get)(int32_t, int32_t, char *, int32_t);
static int32_t (*header)(int32_t, char *, int32_t), (*closed)(int32_t), (*action)(void);

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* `side`: 0 directly, 1 through the bridge; the functions differ, and the texts' encoding. */
static void call(int kind, int side)
{
    static const int32_t lengths[] = { 20, 1000 };
    char text[4096];

    switch (kind) {
    case 0:
        side ? oauth_error_action() : action();
        break;
    case 1:
        side ? oauth_client_close(0) : closed(0);
        break;
    case 2:
    case 3:
        side ? oauth_set(client, OAUTH_CLIENT_SECRET, token[1], lengths[kind - 2])
             : set(client, OAUTH_CLIENT_SECRET, token[0], lengths[kind - 2]);
        break;
    case 4: /* of 1000, by what was set before */
        side ? oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text)
             : get(client, OAUTH_CLIENT_SECRET, text, sizeof text);
        break;
    default:
        side ? oauth_bearer_header(client, text, sizeof text) : header(client, text, sizeof text);
    }
}

/* The best time of a call, and of the conversion in it. */
static double best(int kind, int side, double *converting)
{
    double least = 1e9, start, took;
    int round, i;

    *converting = 0;
    for (round = 0; round < ROUNDS; round++) {
        standin_converting = 0;
        start = now();
        for (i = 0; i < CALLS; i++)
            call(kind, side);
        took = (now() - start) / CALLS;
        if (took < least) {
            least = took;
            *converting = standin_converting / CALLS;
        }
    }
    return least;
}

/* A client with a token, by its own HTTP. */
static void sign_in(void)
{
    static const struct {
        int32_t property;
        const char *text;
    } settings[] = {
        { OAUTH_HTTP, "caller" },
        { OAUTH_CLIENT_ID, "demo" },
        { OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize" },
        { OAUTH_TOKEN_ENDPOINT, "https://as.example/token" },
        { OAUTH_REDIRECT_URI, "https://app.example/cb" },
    };
    static const char *names[] = { "oauth_build_authorize_url", "oauth_exchange_code", "oauth_http_response" };
    char url[8192], body[2048];
    void *library = dlopen(getenv("LIBOAUTH_SO"), RTLD_NOW), *functions[3];
    size_t i;

    for (i = 0; i < 3; i++)
        functions[i] = dlsym(library, names[i]);
    for (i = 0; i < sizeof settings / sizeof *settings; i++)
        set(client, settings[i].property, settings[i].text, -1);
    ((int32_t (*)(int32_t, char *, int32_t))functions[0])(client, url, sizeof url);
    ((int32_t (*)(int32_t, const char *, int32_t))functions[1])(client, "code", -1);
    snprintf(body, sizeof body, "{\"access_token\":\"%.1000s\",\"token_type\":\"Bearer\"}", token[0]);
    if (((int32_t (*)(int32_t, int32_t, const char *, int32_t, const char *, int32_t))functions[2])(
            client, 200, "", 0, body, (int32_t)strlen(body)) != 0)
        exit(2);
}

int main(void)
{
    static const char *names[CALLS_OF_A_KIND] = { "error_action", "client_close(0)", "set, 20 bytes", "set, 1000 bytes",
                                                  "get, 1000 bytes", "bearer_header, 1000" };
    iconv_t with;
    char *in = token[0], *out = token[1];
    size_t left = 1000, room = sizeof token[1] - 1;
    double direct, bridge, converting, nothing, rest;
    void *library = dlopen(getenv("LIBOAUTH_SO"), RTLD_NOW);
    int kind, failed = 0;

    standin_library = getenv("LIBOAUTH_SO");
    standin_job_ccsid = 273;
    memset(token[0], 'x', 1000);
    with = iconv_open(standin_encoding(273), "UTF-8");
    iconv(with, &in, &left, &out, &room);
    iconv_close(with);
    set = dlsym(library, "oauth_set");
    get = dlsym(library, "oauth_get");
    header = dlsym(library, "oauth_bearer_header");
    closed = dlsym(library, "oauth_client_close");
    action = dlsym(library, "oauth_error_action");
    client = oauth_client_new();
    sign_in();
    standin_is_timing = 1;
    printf("%-20s %8s %8s %10s %8s\n", "microseconds", "directly", "bridge", "conversion", "the rest");
    for (kind = 0; kind < CALLS_OF_A_KIND; kind++) {
        direct = best(kind, 0, &nothing);
        bridge = best(kind, 1, &converting);
        rest = bridge - direct - converting;
        printf("%-20s %8.2f %8.2f %10.2f %8.2f\n", names[kind], direct, bridge, converting, rest);
        failed |= rest > LIMIT;
    }
    return failed || standin_violations;
}
