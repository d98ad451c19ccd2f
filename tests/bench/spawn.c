/* spawn ROUNDS -- PROGRAM WORD... [-- PROGRAM WORD...]
 *
 * Starts each program in turn, ROUNDS times: a line each time with, for each program, milliseconds of wall time,
 * milliseconds of processor time, and KiB of memory at its peak. Nobody reads what the programs print. Small on purpose, and linked statically: a new
 * process's peak counts what its parent had when it was made.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"

enum { MOST = 8, WARM = 3 };

static posix_spawn_file_actions_t unheard;

static void run(char **program, int printed)
{
    extern char **environ;
    struct rusage used;
    pid_t child;
    int status;
    int64_t before = nanoseconds(CLOCK_MONOTONIC);
    must(posix_spawn(&child, program[0], &unheard, NULL, program, environ) == 0, program[0]);
    must(wait4(child, &status, 0, &used) == child, "wait4 failed");
    double wall = (double)(nanoseconds(CLOCK_MONOTONIC) - before) / 1e6;
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0, program[0]);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
    if (printed)
        printf("%.4f %.4f %ld ", wall, cpu, used.ru_maxrss);
}

int main(int count, char **words)
{
    char **programs[MOST];
    int found = 0;
    must(count > 3, "spawn: see the comment at its top");
    int rounds = atoi(words[1]), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    must(nowhere > 2 && posix_spawn_file_actions_init(&unheard) == 0 &&
             posix_spawn_file_actions_adddup2(&unheard, nowhere, 1) == 0, "/dev/null");
    for (int i = 2; i < count; i++) {
        if (strcmp(words[i], "--"))
            continue;
        must(found < MOST, "too many programs");
        words[i] = NULL;
        programs[found++] = words + i + 1;
    }
    for (int round = -WARM; round < rounds; round++) {
        for (int i = 0; i < found; i++)
            run(programs[i], round >= 0);
        if (round >= 0)
            printf("\n");
    }
    return 0;
}
