/* job PROFILE [threads:N] WORD...
 *
 * One process of a storm: every thread does the words in turn with one client, and each answer is a line (see told).
 *   header  refresh  rejected  url  forget  revoke  reseal   the operations
 *   exchange[:TEXT]        what came back from the sign-in; without a text, it is a line of standard input
 *   accounts:PAGE  import:GENERATION:RECORD
 *   set:NUMBER:TEXT  get:NUMBER                           properties
 *   gate                   says "ready" and waits until standard input is closed
 *   sleep:MILLISECONDS
 *   until:GENERATION       asks for the header until the record has that generation: a line for each new token
 *                          (an error ends it)
 *   left                   asks for the header and leaves the request, if there is one, to itself
 *   reopened               with a fresh client
 * Instead of words @FILE: its lines.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include "job.h"

enum { MOST_THREADS = 64, EVERY = 20 /* milliseconds */ };

struct worker {
    int number;
    int32_t client;
    const char *profile;
    char **words;
};

static pthread_barrier_t all_ready;

/* What stands behind the n-th colon of a word. */
static const char *behind(const char *word, int colons)
{
    for (; colons > 0; colons--) {
        word = strchr(word, ':');
        must(word != NULL, "job: see the comment at its top");
        word++;
    }
    return word;
}

static int32_t generation(int32_t client)
{
    char text[32];
    return oauth_get(client, OAUTH_GENERATION, text, sizeof text) > 0 ? atoi(text) : 0;
}

static void until(struct worker *worker, int32_t wanted, char *text)
{
    char last[4096] = "";
    int32_t number;
    do {
        double began = seconds();
        number = header(worker->client, text, TEXT_SIZE);
        if (strcmp(text, last))
            told(worker->number, "header", number, began, text);
        snprintf(last, sizeof last, "%s", text);
        rest(EVERY);
    } while (number >= 0 && generation(worker->client) < wanted);
}

static int32_t exchange(int32_t client, const char *word)
{
    static __thread char line[8192];
    if (strchr(word, ':'))
        snprintf(line, sizeof line, "%s", behind(word, 1));
    else
        must(fgets(line, sizeof line, stdin) != NULL, "nothing was pasted");
    return carried(client, oauth_exchange_code(client, line, OAUTH_NUL_TERMINATED));
}

/* The answer to one word. */
static int32_t answer(struct worker *worker, const char *word, char *text)
{
    int32_t client = worker->client;
    if (!strcmp(word, "header"))
        return header(client, text, TEXT_SIZE);
    if (!strcmp(word, "left"))
        return oauth_bearer_header(client, text, TEXT_SIZE);
    if (!strcmp(word, "refresh"))
        return refresh(client, text, TEXT_SIZE);
    if (!strcmp(word, "rejected"))
        return oauth_token_rejected(client);
    if (!strcmp(word, "url"))
        return oauth_build_authorize_url(client, text, TEXT_SIZE);
    if (!strcmp(word, "forget"))
        return oauth_forget(client);
    if (!strcmp(word, "revoke"))
        return carried(client, oauth_revoke(client));
    if (!strcmp(word, "reseal"))
        return oauth_store_reseal(client);
    if (!strncmp(word, "exchange", 8))
        return exchange(client, word);
    if (!strncmp(word, "accounts:", 9))
        return oauth_accounts(client, atoi(behind(word, 1)), text, TEXT_SIZE);
    if (!strncmp(word, "import:", 7))
        return oauth_import_token(client, atoi(behind(word, 1)), behind(word, 2), OAUTH_NUL_TERMINATED);
    if (!strncmp(word, "set:", 4))
        return oauth_set(client, atoi(behind(word, 1)), behind(word, 2), OAUTH_NUL_TERMINATED);
    must(!strncmp(word, "get:", 4), "job: see the comment at its top");
    return oauth_get(client, atoi(behind(word, 1)), text, TEXT_SIZE);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    char *text = malloc(TEXT_SIZE);
    must(text != NULL, "no memory");
    for (char **word = worker->words; *word; word++) {
        double began = seconds();
        text[0] = 0;
        if (!strcmp(*word, "gate")) {
            if (pthread_barrier_wait(&all_ready) == PTHREAD_BARRIER_SERIAL_THREAD)
                puts("ready");
            wait_at_gate();
        } else if (!strncmp(*word, "sleep:", 6)) {
            rest(atoi(behind(*word, 1)));
        } else if (!strncmp(*word, "until:", 6)) {
            until(worker, atoi(behind(*word, 1)), text);
        } else if (!strcmp(*word, "reopened")) {
            oauth_client_close(worker->client);
            worker->client = opened(worker->profile);
        } else {
            int32_t number = explained(answer(worker, *word, text), text, TEXT_SIZE);
            told(worker->number, *word, number, began, text);
        }
    }
    free(text);
    return NULL;
}

static char **lines_of(const char *path)
{
    char **lines = NULL, *line = NULL;
    size_t count = 0, size = 0;
    ssize_t length;
    FILE *file = fopen(path, "r");
    must(file != NULL, path);
    do {
        length = getline(&line, &size, file);
        if (length > 0)
            line[length - 1] = 0;
        if (count % 1024 == 0)
            lines = realloc(lines, (count + 1024) * sizeof *lines);
        must(lines != NULL, "no memory");
        lines[count++] = length > 0 ? strdup(line) : NULL;
    } while (length > 0);
    fclose(file);
    free(line);
    return lines;
}

int main(int count, char **words)
{
    pthread_t threads[MOST_THREADS];
    struct worker workers[MOST_THREADS];
    int number = 1;
    must(count > 2, "job: see the comment at its top");
    char **first = words + 2;
    if (!strncmp(*first, "threads:", 8))
        number = atoi(behind(*first++, 1));
    must(number > 0 && number <= MOST_THREADS, "job: 1 to 64 threads");
    if (**first == '@')
        first = lines_of(*first + 1);
    setvbuf(stdout, NULL, _IOLBF, 0);
    int32_t client = opened(words[1]);
    pthread_barrier_init(&all_ready, NULL, (unsigned)number);
    for (int i = 0; i < number; i++) {
        workers[i] = (struct worker){i, client, words[1], first};
        must(pthread_create(&threads[i], NULL, work, &workers[i]) == 0, "no thread");
    }
    for (int i = 0; i < number; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
