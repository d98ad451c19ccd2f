/* What the measuring programs share. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ends the program: what cannot be measured is a failure, unlike what is slow. */
static inline void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(2);
}

static inline void must(int holds, const char *what)
{
    if (!holds)
        fail(what);
}

static inline int64_t nanoseconds(clockid_t clock)
{
    struct timespec time;
    must(clock_gettime(clock, &time) == 0, "clock_gettime failed");
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

#ifdef LIBOAUTH_H
/* With the library's own words. */
static inline int32_t taken(int32_t answer, const char *what)
{
    char text[512];
    if (answer >= 0)
        return answer;
    if (oauth_error_text(text, sizeof text) < 0)
        text[0] = 0;
    fprintf(stderr, "%s: %d %s\n", what, (int)answer, text);
    exit(2);
}

static inline void set(int32_t client, int32_t property, const char *text)
{
    taken(oauth_set(client, property, text, OAUTH_NUL_TERMINATED), text);
}
#endif

#endif
