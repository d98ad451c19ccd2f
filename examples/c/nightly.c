/* nightly.c - a job that nobody signs in for: asks for its token by itself, and calls an API.
 *
 *     nightly PROFILE API_URL
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. Its
 * grant_type says how tokens are come by without a person, such as client_credentials. With a
 * store in it, such as store = "file:/var/lib/nightly/tokens", all jobs share one token.
 *
 * The exit status is for who has started it: 0; 75 try again later; 78 mend the configuration;
 * 1 the API said no. They are those of sysexits.h.
 *
 *     cc -std=c99 -o nightly nightly.c -loauth -lcurl
 */
#include <curl/curl.h>
#include <liboauth.h>
#include <stdio.h>

enum { DONE = 0, REFUSED = 1, TRY_AGAIN = 75, MEND = 78 };

/* Says what went wrong. Call it before any other function of liboauth. */
static int failed(void)
{
    char why[512];
    int32_t action = oauth_error_action();

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "nightly: %s\n", why);
    return action == OAUTH_ACTION_RETRY ? TRY_AGAIN : MEND;
}

/* GETs the URL with that header, and prints the answer. Returns the HTTP status, or 0 when there is none. */
static long get(const char *url, const char *header)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, header);
    CURLcode rc;
    long status = 0;

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* the token is for this host alone */
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    rc = curl_easy_perform(curl);
    if (rc == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    else
        fprintf(stderr, "nightly: the API cannot be reached: %s\n", curl_easy_strerror(rc));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

static int call_api(int32_t client, const char *url)
{
    char header[16384];
    long status = 401;
    int attempt;

    for (attempt = 1; attempt <= 2 && status == 401; attempt++) {
        /* From memory or the store, or asked for. */
        if (oauth_bearer_header(client, header, sizeof header) < 0)
            return failed();
        status = get(url, header);
        if (status == 401)
            oauth_token_rejected(client); /* so that the next header is another one */
    }
    putchar('\n');
    if (status >= 200 && status <= 299)
        return DONE;
    if (status > 0)
        fprintf(stderr, "nightly: the API answers %ld\n", status);
    return status == 0 || status == 429 || status >= 500 ? TRY_AGAIN : REFUSED;
}

int main(int argc, char **argv)
{
    int32_t client;
    int status;

    if (argc != 3) {
        fputs("usage: nightly PROFILE API_URL\n", stderr);
        return MEND;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    status = call_api(client, argv[2]);
    curl_global_cleanup();
    oauth_client_close(client);
    return status;
}
