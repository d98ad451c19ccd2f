/* dpop.c - calls an API with a token that is bound to a key (DPoP, RFC 9449).
 *
 *     dpop PROFILE API_URL
 *
 * The profile says `dpop = "yes"`. Who steals such a token cannot use it: each request has a proof of its own,
 * which liboauth signs by a key that it keeps beside the token. One function is worth copying: `call_api`. It
 * does as well for tokens that are no more than bearers.
 *
 *     cc -std=c99 -o dpop dpop.c -loauth -lcurl
 */
#include <curl/curl.h>
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    size_t length;
    char bytes[65536];
};

/* Says what went wrong and what to do about it. Call it before any other function of liboauth. */
static int failed(const char *what)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "dpop: %s: %s\n", what, why);
    return 0;
}

/* Adds to a text what fits in it. libcurl ends the transfer when not all of it does. */
static size_t keep(char *data, size_t size, size_t count, void *to)
{
    struct text *text = (struct text *)to;
    size_t room = sizeof text->bytes - 1 - text->length;
    size_t kept = size * count < room ? size * count : room;

    memcpy(text->bytes + text->length, data, kept);
    text->length += kept;
    text->bytes[text->length] = '\0';
    return kept;
}

/* Sends a GET with these header lines, each ended by CR LF. Returns the HTTP status, or 0 when no answer came. */
static long http_get(const char *url, char *lines, struct text *head, struct text *body)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *list = NULL;
    long status = 0;
    char *line;

    head->length = body->length = 0;
    head->bytes[0] = body->bytes[0] = '\0';
    for (line = strtok(lines, "\r\n"); line != NULL; line = strtok(NULL, "\r\n"))
        list = curl_slist_append(list, line);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, head);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(list);
    curl_easy_cleanup(curl);
    return status;
}

/* Sends the person to the browser, and exchanges what comes back for tokens. */
static int sign_in(int32_t client)
{
    char text[8192];

    if (oauth_build_authorize_url(client, text, sizeof text) < 0)
        return failed("no address to sign in at");
    printf("Open this address in a browser and sign in:\n\n%s\n\n"
           "Then paste the address that the browser ends at, or the code that the page shows:\n", text);
    fflush(stdout);
    if (fgets(text, sizeof text, stdin) == NULL) {
        fputs("dpop: nothing was pasted\n", stderr);
        return 0;
    }
    if (oauth_exchange_code(client, text, OAUTH_NUL_TERMINATED) < 0)
        return failed("not signed in");
    puts("Signed in.");
    return 1;
}

/* Calls the API until its answer stands: it may ask for a proof with a number of its own (a nonce), or refuse the
 * token, which is then renewed. liboauth says when there is no use in it any more. */
static int call_api(int32_t client, const char *url)
{
    static struct text head, body; /* too large for many a stack */
    char headers[16384];
    int32_t again;

    do {
        long status;
        int32_t rc = oauth_request_headers(client, "GET", OAUTH_NUL_TERMINATED, url, OAUTH_NUL_TERMINATED,
                                           headers, sizeof headers);

        if (rc == OAUTH_ERROR_SIGN_IN) { /* what a person alone can mend */
            if (!sign_in(client))
                return 0;
            rc = oauth_request_headers(client, "GET", OAUTH_NUL_TERMINATED, url, OAUTH_NUL_TERMINATED,
                                       headers, sizeof headers);
        }
        if (rc < 0)
            return failed("no headers");
        status = http_get(url, headers, &head, &body);
        again = oauth_api_response(client, url, OAUTH_NUL_TERMINATED, (int32_t)status,
                                   head.bytes, (int32_t)head.length);
        if (again < 0)
            return failed("the API refuses the proof");
        if (again == 0 && (status < 200 || status > 299)) {
            fprintf(stderr, "dpop: the API answers %ld: %s\n", status, body.bytes);
            return 0;
        }
        if (again)
            printf("The API answers %ld: once more.\n", status);
    } while (again);
    printf("The API answers: %s\n", body.bytes);
    return 1;
}

int main(int argc, char **argv)
{
    int32_t client;
    int done;

    if (argc != 3) {
        fputs("usage: dpop PROFILE API_URL\n", stderr);
        return EXIT_FAILURE;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0) {
        failed("the profile cannot be used");
        return EXIT_FAILURE;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    done = call_api(client, argv[2]) && call_api(client, argv[2]);
    curl_global_cleanup();
    oauth_client_close(client);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
