/* What the programs of this folder share: clients from a profile, a line for every answer, the gate. */
#ifndef JOB_H
#define JOB_H

#include <liboauth.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "carry.h"

enum { TEXT_SIZE = 256 * 1024 };

static inline void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    exit(2);
}

static inline double seconds(void)
{
    struct timespec now;
    must(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "clock_gettime");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void rest(int milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

/* Until standard input is closed: all processes that share the pipe go on at once. */
static inline void wait_at_gate(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    while (poll(&input, 1, -1) < 1)
        ;
}

/* A line of thread, operation, number, when it began and ended, and its text: what it gave, or the error's sentence. */
static inline void told(int thread, const char *what, int32_t number, double began, const char *text)
{
    double ended = seconds();
    flockfile(stdout);
    printf("%d\t%s\t%d\t%.6f\t%.6f\t", thread, what, (int)number, began, ended);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", stdout);
        else
            putchar(*text == '\t' ? ' ' : *text);
    }
    putchar('\n');
    fflush(stdout);
    funlockfile(stdout);
}

/* Where the answer is an error, its sentence becomes the text. */
static inline int32_t explained(int32_t number, char *text, int32_t capacity)
{
    if (number < 0)
        oauth_error_text(text, capacity);
    return number;
}

/* The header, by whoever's HTTP. */
static inline int32_t header(int32_t client, char *text, int32_t capacity)
{
    int32_t number = oauth_bearer_header(client, text, capacity);
    if (number == OAUTH_HTTP_NEEDED) {
        number = carried(client, number);
        if (number >= 0)
            number = oauth_bearer_header(client, text, capacity);
    }
    return explained(number, text, capacity);
}

static inline int32_t refresh(int32_t client, char *text, int32_t capacity)
{
    text[0] = 0;
    return explained(carried(client, oauth_refresh(client)), text, capacity);
}

static inline int32_t opened(const char *profile)
{
    char text[512];
    int32_t client = explained(oauth_client_open(profile, OAUTH_NUL_TERMINATED), text, sizeof text);
    must(client > 0, text);
    return client;
}

#endif
