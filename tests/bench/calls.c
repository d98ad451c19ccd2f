/* calls header|url|threads|quiet|loud|again WHAT COUNT
 *
 * The calls that send nothing, beside the least that they can cost. Each line printed is one round: nanoseconds of
 * this thread's processor time a call, the library's and the floor's.
 *   header, url   library, floor; then "allocations N" for all of the library's warm calls
 *   threads       library on one thread, library on two threads and one client, floor on one, floor on two
 *   quiet         the header on two threads at once where every system call kills the process
 *   loud          a system call there, to prove that it does
 *   again         COUNT calls of WHAT (header, url, floor-header, floor-url) for instruction counters
 */
#define _GNU_SOURCE
#define OPENSSL_SUPPRESS_DEPRECATED /* EVP looks the algorithm up each time: that is no floor */
#include <liboauth.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "allocations.h"
#include "bench.h"

enum { TOKEN = 1024, ROUNDS = 60, WARM = 2000 };

static int32_t client;
static char token[TOKEN + 1];
static char source[2048];
static char made_url[4096];
static int32_t url_length;

/* ---- what is measured ---- */

typedef void (*work)(int calls);

/* Where the i-th text goes. A copy is three times as slow between some pairs of addresses, so all take turns. */
static char *place(int i)
{
    static __thread char places[2 * 4096] __attribute__((aligned(4096)));
    return places + i % 8 * 512;
}

static void header(int calls)
{
    for (int i = 0; i < calls; i++)
        if (oauth_bearer_header(client, place(i), 4096) != 22 + TOKEN)
            taken(-1, "oauth_bearer_header");
}

/* The time, and the header copied: nobody can do with less. */
static void header_floor(int calls)
{
    struct timespec now;
    for (int i = 0; i < calls; i++) {
        char *text = place(i);
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
        __asm__ volatile("" : : "r"(&now) : "memory");
        memcpy(text, source, 22 + TOKEN + 1);
        __asm__ volatile("" : : "r"(text) : "memory");
    }
}

static void url(int calls)
{
    for (int i = 0; i < calls; i++)
        taken(oauth_build_authorize_url(client, place(i), 4096), "oauth_build_authorize_url");
}

/* Random bytes for the verifier and for a state of its own, one block of SHA-256 for the challenge, and the URL copied. */
static void url_floor(int calls)
{
    unsigned char random[48], digest[32];
    SHA256_CTX sha;
    for (int i = 0; i < calls; i++) {
        must(getrandom(random, sizeof random, 0) == sizeof random, "getrandom failed");
        SHA256_Init(&sha);
        SHA256_Update(&sha, random, 43);
        SHA256_Final(digest, &sha);
        char *text = place(i);
        memcpy(text, made_url, (size_t)url_length + 1);
        __asm__ volatile("" : : "r"(text), "r"(digest) : "memory");
    }
}

static void set_up(void)
{
    static const char before[] = "{\"access_token\":\"", after[] = "\",\"token_type\":\"Bearer\",\"expires_in\":86400}";
    char answer[TOKEN + 128];
    client = taken(oauth_client_new(), "oauth_client_new");
    set(client, OAUTH_AUTHORIZATION_ENDPOINT, "https://server.example/oauth/authorize");
    set(client, OAUTH_TOKEN_ENDPOINT, "https://server.example/oauth/token");
    set(client, OAUTH_CLIENT_ID, "s6BhdRkqt3");
    set(client, OAUTH_REDIRECT_URI, "http://127.0.0.1:8080/callback");
    set(client, OAUTH_SCOPE, "openid profile offline_access");
    set(client, OAUTH_HTTP, "caller");
    url_length = taken(oauth_build_authorize_url(client, made_url, sizeof made_url), "oauth_build_authorize_url");
    must(oauth_exchange_code(client, "code", OAUTH_NUL_TERMINATED) == OAUTH_HTTP_NEEDED, "no request to answer");
    for (int i = 0; i < TOKEN; i++)
        token[i] = (char)('A' + i % 26);
    snprintf(answer, sizeof answer, "%s%s%s", before, token, after);
    taken(oauth_http_response(client, 200, "", 0, answer, OAUTH_NUL_TERMINATED), "oauth_http_response");
    snprintf(source, sizeof source, "Authorization: Bearer %s", token);
    must(oauth_bearer_header(client, answer, sizeof answer) == 22 + TOKEN && !strcmp(answer, source), "not this token's header");
    must(atomic_load(&allocations) > 10, "allocations are not counted on this system");
}

static double timed(work what, int calls)
{
    int64_t before = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    what(calls);
    return (double)(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - before) / calls;
}

static void compare(work library, work floor, int calls)
{
    library(WARM);
    floor(WARM);
    long before = atomic_load(&allocations);
    library(WARM);
    printf("allocations %ld\n", atomic_load(&allocations) - before);
    for (int round = 0; round < ROUNDS; round++) {
        double first = timed(library, calls), second = timed(floor, calls);
        printf("%.2f %.2f\n", first, second);
    }
}

/* ---- two threads ---- */

static atomic_int present;

struct part {
    work what;
    int calls;
    double time;
};

static void *take_part(void *argument)
{
    struct part *part = argument;
    part->what(WARM);
    atomic_fetch_add(&present, 1);
    while (atomic_load(&present) < 2)
        sched_yield();
    part->time = timed(part->what, part->calls);
    return NULL;
}

/* Processor time a call, of two threads that run at the same time. */
static double in_two_threads(work what, int calls)
{
    struct part parts[2] = {{what, calls, 0}, {what, calls, 0}};
    pthread_t threads[2];
    atomic_store(&present, 0);
    for (int i = 0; i < 2; i++)
        must(pthread_create(&threads[i], NULL, take_part, &parts[i]) == 0, "no thread");
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return (parts[0].time + parts[1].time) / 2;
}

static void compare_threads(void)
{
    int calls = 100000;
    header(WARM);
    for (int round = 0; round < ROUNDS; round++) {
        double one = timed(header, calls), two = in_two_threads(header, calls);
        double floor_one = timed(header_floor, calls), floor_two = in_two_threads(header_floor, calls);
        printf("%.2f %.2f %.2f %.2f\n", one, two, floor_one, floor_two);
    }
}

/* ---- without a system call ---- */

static atomic_int quiet_threads, finished_threads;

static void no_more_system_calls(void)
{
    struct sock_filter kill[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
    struct sock_fprog filter = {1, kill};
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS failed");
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0, "seccomp does not work on this system");
}

static void *quietly(void *unused)
{
    header(WARM);
    no_more_system_calls();
    atomic_fetch_add(&quiet_threads, 1);
    while (atomic_load(&quiet_threads) < 2)
        ;
    header(1000000);
    atomic_fetch_add(&finished_threads, 1);
    for (;;) /* the end of a thread is a system call, too */
        ;
    return unused;
}

static void without_system_calls(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        must(pthread_create(&threads[i], NULL, quietly, NULL) == 0, "no thread");
    while (atomic_load(&finished_threads) < 2)
        usleep(1000);
    _exit(0);
}

int main(int count, char **words)
{
    const char *mode = count > 1 ? words[1] : "";
    if (!strcmp(mode, "loud")) {
        no_more_system_calls();
        getppid();
        _exit(0);
    }
    set_up();
    if (!strcmp(mode, "header")) {
        compare(header, header_floor, 50000);
    } else if (!strcmp(mode, "url")) {
        compare(url, url_floor, 5000);
    } else if (!strcmp(mode, "threads")) {
        compare_threads();
    } else if (!strcmp(mode, "quiet")) {
        without_system_calls();
    } else if (!strcmp(mode, "again") && count == 4) {
        static const struct { const char *name; work what; } all[] = {
            {"header", header}, {"url", url}, {"floor-header", header_floor}, {"floor-url", url_floor}};
        for (int i = 0; i < 4; i++)
            if (!strcmp(words[2], all[i].name))
                all[i].what(atoi(words[3]));
    } else {
        fail("calls: see the comment at its top");
    }
    return 0;
}
