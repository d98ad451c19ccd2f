/* exchange_curl SERVER CA-FILE ROUNDS CALLS
 *
 * As exchange.c, by hand with libcurl: one handle, kept, and no more than is needed.
 */
#define _GNU_SOURCE
#include <curl/curl.h>

#ifdef COUNTED
#include "allocations.h"
#endif
#include "bench.h"

struct answer {
    char text[8192];
    size_t length;
};

static size_t receive(char *bytes, size_t size, size_t count, void *to)
{
    struct answer *answer = to;
    size_t length = size * count;
    if (length >= sizeof answer->text - answer->length)
        return 0;
    memcpy(answer->text + answer->length, bytes, length);
    answer->length += length;
    answer->text[answer->length] = 0;
    return length;
}

static void exchange(CURL *curl, struct answer *answer, char *header, size_t capacity)
{
    static const char name[] = "\"access_token\":\"";
    char content[1024];
    char *redirect = curl_easy_escape(curl, "http://127.0.0.1/cb", 0), *code = curl_easy_escape(curl, "a-code", 0);
    must(redirect && code, "curl_easy_escape failed");
    snprintf(content, sizeof content, "grant_type=authorization_code&code=%s&redirect_uri=%s&code_verifier=%s", code,
             redirect, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    curl_free(redirect);
    curl_free(code);
    answer->length = 0;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, content);
    CURLcode result = curl_easy_perform(curl);
    must(result == CURLE_OK, curl_easy_strerror(result));
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    must(status == 200, "the server refused");
    char *start = strstr(answer->text, name);
    must(start != NULL, "no access token");
    start += sizeof name - 1;
    snprintf(header, capacity, "Authorization: Bearer %.*s", (int)strcspn(start, "\""), start);
}

int main(int count, char **words)
{
    static struct answer answer;
    char url[512], header[4096];
    must(count == 5, "exchange_curl: see the comment at its top");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    must(curl != NULL, "curl_easy_init failed");
    snprintf(url, sizeof url, "%s/strict/token", words[1]);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, words[2]);
    curl_easy_setopt(curl, CURLOPT_USERPWD, "demo:demo-secret");
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    exchange(curl, &answer, header, sizeof header);

    int calls = atoi(words[4]);
#ifdef COUNTED
    long counted = atomic_load(&allocations);
    for (int i = 0; i < calls; i++)
        exchange(curl, &answer, header, sizeof header);
    printf("%.1f\n", (double)(atomic_load(&allocations) - counted) / calls);
    return 0;
#endif
    for (int round = 0; round < atoi(words[3]); round++) {
        int64_t before = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        for (int i = 0; i < calls; i++)
            exchange(curl, &answer, header, sizeof header);
        printf("%.0f\n", (double)(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - before) / calls);
    }
    return 0;
}
