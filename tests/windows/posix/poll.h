/* What the programs of tests/stress use of POSIX and mingw-w64 lacks: so the very same jobs run on Windows. */
#ifndef POLL_H
#define POLL_H

#include <winsock2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Standard input alone, and for ever: until something comes, or its end. */
static inline int poll(struct pollfd *files, unsigned count, int milliseconds)
{
    int byte = getc(stdin);
    (void)files, (void)count, (void)milliseconds;
    if (byte != EOF)
        ungetc(byte, stdin);
    return 1;
}

/* Lines are no unit of buffering here. */
#define setvbuf(file, buffer, mode, size) setvbuf(file, NULL, _IONBF, 0)

static CRITICAL_SECTION output;

static inline void flockfile(FILE *file)
{
    (void)file;
    EnterCriticalSection(&output);
}

static inline void funlockfile(FILE *file)
{
    (void)file;
    LeaveCriticalSection(&output);
}

__attribute__((constructor)) static inline void begin_output(void)
{
    InitializeCriticalSection(&output);
}

static inline ssize_t getline(char **line, size_t *size, FILE *file)
{
    size_t length = 0;
    int byte;
    while ((byte = getc(file)) != EOF) {
        if (length + 2 > *size) {
            *size = 2 * *size + 256;
            *line = realloc(*line, *size);
            if (!*line)
                exit(2);
        }
        (*line)[length++] = (char)byte;
        if (byte == '\n')
            break;
    }
    if (length)
        (*line)[length] = 0;
    return length ? (ssize_t)length : -1;
}

#endif
