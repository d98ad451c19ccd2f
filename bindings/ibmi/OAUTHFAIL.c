/* OAUTHFAIL.c - what went wrong in the bridge itself, for the thread that it
 * went wrong in.
 */
#define _MULTI_THREADED /* IBM's pthread.h wants it */
#include <pthread.h>
#include <stdlib.h>

#include "OAUTHPART.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t failure_key;
static int has_key; /* `once` guards it */

static void make_key(void)
{
    has_key = pthread_key_create(&failure_key, free) == 0;
}

static bridge_failure *of_this_thread(void)
{
    pthread_once(&once, make_key);
    return has_key ? (bridge_failure *)pthread_getspecific(failure_key) : NULL;
}

const bridge_failure *bridge_last_failure(void)
{
    const bridge_failure *failure = of_this_thread();

    return failure != NULL && failure->is_set ? failure : NULL;
}

int bridge_fail(int code, int action, const char *before, const char *word,
                long number, const char *after)
{
    bridge_failure *failure = of_this_thread();

    if (failure == NULL && has_key) {
        failure = (bridge_failure *)malloc(sizeof *failure);
        if (failure != NULL &&
            pthread_setspecific(failure_key, failure) != 0) {
            free(failure);
            failure = NULL;
        }
    }
    if (failure != NULL) {
        failure->is_set = 1;
        failure->action = action;
        failure->before = before;
        failure->word = word;
        failure->number = number;
        failure->after = after;
    }
    return code;
}

void bridge_forget(void)
{
    bridge_failure *failure = of_this_thread();

    if (failure != NULL)
        failure->is_set = 0;
}

int bridge_no_memory(size_t size)
{
    return bridge_fail(OAUTH_ERROR_PASE, OAUTH_ACTION_RETRY,
                       "no memory for ", NULL, (long)size,
                       " bytes: try again later, or in a job with more of it");
}

int bridge_too_small(size_t needed)
{
    return bridge_fail(OAUTH_ERROR_BUFFER, OAUTH_ACTION_FIX,
                       "the buffer is too small: ", NULL, (long)needed,
                       " bytes are needed, with the NUL");
}

static size_t append(char *to, size_t used, size_t capacity, const char *text)
{
    while (*text != 0 && used + 1 < capacity)
        to[used++] = *text++;
    to[used] = 0;
    return used;
}

size_t bridge_sentence(const bridge_failure *failure, char *to, size_t most)
{
    char digits[24];
    long number = failure->number;
    int at = (int)sizeof digits - 1;
    size_t used = append(to, 0, most, failure->before);

    digits[at] = 0;
    if (failure->word != NULL) {
        used = append(to, used, most, failure->word);
    } else if (number >= 0) {
        do {
            digits[--at] = (char)('0' + number % 10);
            number /= 10;
        } while (number > 0);
        used = append(to, used, most, digits + at);
    }
    return append(to, used, most, failure->after);
}
