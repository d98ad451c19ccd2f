/* unload LIBRARY ROUNDS WHO [BASE TOKEN]: loads the library, uses it and unloads it, so many times. Afterwards memory
 * has hardly grown, there are as many keys for thread-local storage as before (a process has 1,024), and a fork
 * calls nothing that is no longer there.
 *
 * main: in the main thread. thread: each time in a thread of its own that ends. joined: used by a thread that has
 * ended when the main thread unloads it, so that nothing keeps it. With BASE and TOKEN it also refreshes at the
 * practice server.
 */
#include <liboauth.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT(text) (text), OAUTH_NUL_TERMINATED

#define MUST(condition)                                                             \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);         \
            fflush(stderr);                                                         \
            _exit(1);                                                               \
        }                                                                           \
    } while (0)

enum { WARM = 50, KEYS = 4096 };

/* Bytes. Each loading may lose a little: what threads may still look at is never given back. */
static const long MOST_GROWTH_A_ROUND = 1024;

static const char *path, *base = "https://example.com", *token = "def";
static int online;
static void *library;

static int32_t (*client_new)(void);
static int32_t (*client_close)(int32_t);
static int32_t (*set)(int32_t, int32_t, const char *, int32_t);
static int32_t (*authorize_url)(int32_t, char *, int32_t);
static int32_t (*exchange_code)(int32_t, const char *, int32_t);
static int32_t (*http_response)(int32_t, int32_t, const char *, int32_t, const char *, int32_t);
static int32_t (*bearer_header)(int32_t, char *, int32_t);
static int32_t (*refresh)(int32_t);

static void load(void)
{
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    MUST(library != NULL);
    /* ISO C has no other way to make a function of what dlsym gives. */
    *(void **)&client_new = dlsym(library, "oauth_client_new");
    *(void **)&client_close = dlsym(library, "oauth_client_close");
    *(void **)&set = dlsym(library, "oauth_set");
    *(void **)&authorize_url = dlsym(library, "oauth_build_authorize_url");
    *(void **)&exchange_code = dlsym(library, "oauth_exchange_code");
    *(void **)&http_response = dlsym(library, "oauth_http_response");
    *(void **)&bearer_header = dlsym(library, "oauth_bearer_header");
    *(void **)&refresh = dlsym(library, "oauth_refresh");
    MUST(client_new && client_close && set && authorize_url && exchange_code && http_response && bearer_header);
    MUST(refresh != NULL);
}

static void use(void)
{
    char text[2048], answer[512];
    int32_t client = client_new();
    int length = snprintf(answer, sizeof answer,
                          "{\"access_token\":\"abc\",\"expires_in\":3600,\"refresh_token\":\"%s\"}", token);

    MUST(client > 0);
    MUST(set(client, OAUTH_BASE_URL, TEXT(base)) == 0);
    MUST(set(client, OAUTH_AUTHORIZATION_ENDPOINT, TEXT("/authorize")) == 0);
    MUST(set(client, OAUTH_TOKEN_ENDPOINT, TEXT("/token")) == 0);
    MUST(set(client, OAUTH_CLIENT_ID, TEXT("demo")) == 0);
    MUST(set(client, OAUTH_CLIENT_SECRET, TEXT("demo-secret")) == 0);
    MUST(set(client, OAUTH_HTTP, TEXT("caller")) == 0);
    MUST(set(client, OAUTH_HTTP, TEXT("pigeon")) == OAUTH_ERROR_VALUE); /* leaves a sentence in the thread */
    MUST(authorize_url(client, text, sizeof text) > 0);
    MUST(exchange_code(client, TEXT("a-code")) == OAUTH_HTTP_NEEDED);
    MUST(http_response(client, 200, "", 0, answer, length) == 0);
    MUST(bearer_header(client, text, sizeof text) > 0);
    MUST(strcmp(text, "Authorization: Bearer abc") == 0);
    if (online) {
        MUST(set(client, OAUTH_HTTP, TEXT("builtin")) == 0);
        MUST(refresh(client) == 0);
        MUST(bearer_header(client, text, sizeof text) > 0);
        MUST(strcmp(text, "Authorization: Bearer abc") != 0);
    }
    MUST(client_close(client) == 0);
    MUST(bearer_header(client, text, sizeof text) == OAUTH_ERROR_HANDLE);
}

static void *round_of_thread(void *unused)
{
    load();
    use();
    MUST(dlclose(library) == 0);
    return unused;
}

static void *use_of_thread(void *unused)
{
    use();
    return unused;
}

static void in_thread(void *(*work)(void *))
{
    pthread_t thread;

    MUST(pthread_create(&thread, NULL, work, NULL) == 0);
    MUST(pthread_join(thread, NULL) == 0);
}

static long resident_bytes(void)
{
    long total, resident;
    FILE *file = fopen("/proc/self/statm", "r");

    MUST(file != NULL);
    MUST(fscanf(file, "%ld %ld", &total, &resident) == 2);
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

static int free_keys(void)
{
    static pthread_key_t keys[KEYS];
    int i, count = 0;

    while (count < KEYS && pthread_key_create(&keys[count], NULL) == 0)
        count++;
    for (i = 0; i < count; i++)
        MUST(pthread_key_delete(keys[i]) == 0);
    return count;
}

/* A handler that an unloaded library leaves behind would be called here, where nothing is any more. */
static void fork_once(int load_again)
{
    int status = -1;
    pid_t child = fork();

    MUST(child >= 0);
    if (child == 0) {
        alarm(300);
        if (load_again)
            round_of_thread(NULL);
        _exit(0);
    }
    MUST(waitpid(child, &status, 0) == child);
    MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv)
{
    long before = 0, growth;
    int i, rounds, keys_before, keys_after;
    const char *who;

    MUST(argc == 4 || argc == 6);
    alarm(300);
    path = argv[1];
    rounds = atoi(argv[2]);
    who = argv[3];
    if (argc == 6) {
        online = 1;
        base = argv[4];
        token = argv[5];
    }
    keys_before = free_keys();
    for (i = 0; i < rounds; i++) {
        if (i == WARM)
            before = resident_bytes();
        if (strcmp(who, "main") == 0) {
            round_of_thread(NULL);
        } else if (strcmp(who, "thread") == 0) {
            in_thread(round_of_thread);
        } else {
            load();
            in_thread(use_of_thread);
            MUST(dlclose(library) == 0);
        }
    }
    growth = resident_bytes() - before;
    keys_after = free_keys();
    fork_once(0);
    fork_once(1);
    if (growth > MOST_GROWTH_A_ROUND * (rounds - WARM))
        fprintf(stderr, "unload %s: %ld bytes more after %d rounds\n", who, growth, rounds - WARM);
    /* A library that is still there may have some. */
    if (keys_after < keys_before - 4)
        fprintf(stderr, "unload %s: %d keys for thread-local storage lost\n", who, keys_before - keys_after);
    return 0;
}
