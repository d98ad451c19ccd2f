/* signin.c - signs in, calls an API, refreshes the token, and calls the API again.
 *
 *     signin PROFILE API_URL
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. With
 * a store in the profile, such as store = "file:/home/me/tokens", the next run asks nobody to sign in.
 *
 * liboauth sends its own requests here. The call of the API is yours to send, with what you have;
 * this program has libcurl. If libcurl is to carry liboauth's requests too, see signin_curl.c.
 *
 *     cc -std=c99 -o signin signin.c -loauth -lcurl
 */
#include <curl/curl.h>
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Says what went wrong and what to do about it. Call it before any other function of liboauth. */
static int failed(const char *what)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "signin: %s: %s\n", what, why);
    switch (oauth_error_action()) {
    case OAUTH_ACTION_RETRY:
        fputs("What to do: try again later.\n", stderr);
        break;
    case OAUTH_ACTION_SIGN_IN:
        fputs("What to do: start again, and sign in.\n", stderr);
        break;
    case OAUTH_ACTION_FIX:
        fputs("What to do: mend the configuration; trying again will not help.\n", stderr);
        break;
    }
    return 0;
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
        fputs("signin: nothing was pasted\n", stderr);
        return 0;
    }
    if (oauth_exchange_code(client, text, OAUTH_NUL_TERMINATED) < 0)
        return failed("not signed in");
    puts("Signed in.");
    return 1;
}

struct answer {
    size_t length;
    char text[65536];
};

static size_t keep(char *data, size_t size, size_t count, void *to)
{
    struct answer *answer = (struct answer *)to;

    if (size * count >= sizeof answer->text - answer->length)
        return 0; /* too much: libcurl ends the transfer */
    memcpy(answer->text + answer->length, data, size * count);
    answer->length += size * count;
    answer->text[answer->length] = '\0';
    return size * count;
}

/* GETs the URL with that header. Returns the HTTP status, or 0 when there is no answer. */
static long get(const char *url, const char *header, struct answer *answer)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, header);
    CURLcode rc;
    long status = 0;

    answer->length = 0;
    answer->text[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* the token is for this host alone */
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    rc = curl_easy_perform(curl);
    if (rc == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    else
        fprintf(stderr, "signin: the API cannot be reached: %s\n", curl_easy_strerror(rc));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

static int call_api(int32_t client, const char *url)
{
    char header[16384];
    struct answer answer;
    long status = 401;
    int attempt;

    for (attempt = 1; attempt <= 2 && status == 401; attempt++) {
        /* From memory or the store, refreshed if it is about to expire. */
        int32_t rc = oauth_bearer_header(client, header, sizeof header);

        if (rc == OAUTH_ERROR_SIGN_IN) { /* what a person alone can mend */
            if (!sign_in(client))
                return 0;
            rc = oauth_bearer_header(client, header, sizeof header);
        }
        if (rc < 0)
            return failed("no access token");
        status = get(url, header, &answer);
        if (status == 401)
            oauth_token_rejected(client); /* so that the next header is another one */
    }
    if (status < 200 || status > 299) {
        if (status > 0)
            fprintf(stderr, "signin: the API answers %ld: %s\n", status, answer.text);
        return 0;
    }
    printf("The API answers: %s\n", answer.text);
    return 1;
}

/* There is seldom a need for it: oauth_bearer_header refreshes by itself. */
static int refresh(int32_t client)
{
    int32_t rc;

    if (oauth_get(client, OAUTH_REFRESH_TOKEN, NULL, 0) == 0) {
        puts("No refresh token came with this access token: it is used as long as it is good.");
        return 1;
    }
    rc = oauth_refresh(client);
    if (rc == OAUTH_ERROR_SIGN_IN)
        return sign_in(client);
    if (rc < 0)
        return failed("not refreshed");
    puts("Refreshed.");
    return 1;
}

int main(int argc, char **argv)
{
    int32_t client;
    int done;

    if (argc != 3) {
        fputs("usage: signin PROFILE API_URL\n", stderr);
        return EXIT_FAILURE;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0) {
        failed("the profile cannot be used");
        return EXIT_FAILURE;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    done = call_api(client, argv[2]) && refresh(client) && call_api(client, argv[2]);
    curl_global_cleanup();
    oauth_client_close(client);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
