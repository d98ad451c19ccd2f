/* signin_curl.c - as signin.c, with libcurl carrying liboauth's requests too.
 *
 *     signin_curl PROFILE API_URL
 *
 * For programs whose HTTP has to be their own: with their proxy, their certificates, their log. liboauth
 * opens no connection then. Three functions are worth copying: `carry`, around every call that can answer
 * OAUTH_HTTP_NEEDED, `bearer_header` and `authorize_url`.
 *
 *     cc -std=c99 -o signin_curl signin_curl.c -loauth -lcurl
 */
#include <curl/curl.h>
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 1024 * 1024 }; /* of an answer: what liboauth takes at most */

struct text {
    size_t length;
    char bytes[LIMIT + 2]; /* one more byte than the limit shows that it is too large, and a NUL */
};

struct answer {
    struct text headers;
    struct text body;
};

/* A request of liboauth's and its answer. Both hold secrets. */
struct exchange {
    char method[16];
    char url[8192];
    char headers[16384];
    char content[65536];
    struct answer answer;
};

/* Compilers leave out a memset of memory that nobody reads any more. */
static void wipe(void *memory, size_t size)
{
    volatile unsigned char *byte = (volatile unsigned char *)memory;

    while (size-- > 0)
        *byte++ = 0;
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

/* Header lines with CR LF between them, as libcurl wants them. */
static struct curl_slist *header_list(char *lines)
{
    struct curl_slist *list = NULL;

    while (*lines != '\0') {
        size_t length = strcspn(lines, "\r\n");
        char end = lines[length];

        lines[length] = '\0';
        list = curl_slist_append(list, lines);
        lines[length] = end;
        lines += length + strspn(lines + length, "\r\n");
    }
    return list;
}

/* Sends a request. Returns the HTTP status, or 0 when no answer came, and why as the answer's body. */
static long http_send(const char *method, const char *url, char *headers, const char *content,
                      struct answer *answer)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *list = header_list(headers), *item;
    CURLcode rc;
    long status = 0;

    answer->headers.length = answer->body.length = 0;
    answer->headers.bytes[0] = answer->body.bytes[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, url);
    if (strcmp(method, "GET") != 0)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, content);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* what is sent is for this host alone */
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer->headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer->body);
    rc = curl_easy_perform(curl);
    if (rc == CURLE_OK || answer->body.length > LIMIT)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    else
        sprintf(answer->body.bytes, "%s", curl_easy_strerror(rc));
    for (item = list; item != NULL; item = item->next)
        wipe(item->data, strlen(item->data));
    curl_slist_free_all(list);
    curl_easy_cleanup(curl);
    return status;
}

/* Sends the requests that an operation needs. `rc` is what the operation returned:
 *
 *     rc = carry(client, oauth_refresh(client));
 *
 * Returns what the operation returns in the end. */
static int32_t carry(int32_t client, int32_t rc)
{
    struct exchange *x;

    if (rc != OAUTH_HTTP_NEEDED)
        return rc;
    x = (struct exchange *)malloc(sizeof *x);
    if (x == NULL)
        return oauth_http_response(client, 0, "", 0, "", 0);
    while (rc == OAUTH_HTTP_NEEDED) {
        long status;

        if ((rc = oauth_http_request(client, OAUTH_REQUEST_METHOD, x->method, sizeof x->method)) < 0
            || (rc = oauth_http_request(client, OAUTH_REQUEST_URL, x->url, sizeof x->url)) < 0
            || (rc = oauth_http_request(client, OAUTH_REQUEST_HEADERS, x->headers, sizeof x->headers)) < 0
            || (rc = oauth_http_request(client, OAUTH_REQUEST_CONTENT, x->content, sizeof x->content)) < 0)
            break;
        /* Here is the place to change what this server wants otherwise. */
        status = http_send(x->method, x->url, x->headers, x->content, &x->answer);
        if (status == 0)
            fprintf(stderr, "signin_curl: no answer: %s\n", x->answer.body.bytes);
        /* Whatever the status is: liboauth reads refusals too. 0 stands for no answer. */
        rc = oauth_http_response(client, (int32_t)status,
                                 x->answer.headers.bytes, (int32_t)x->answer.headers.length,
                                 x->answer.body.bytes, (int32_t)x->answer.body.length);
    }
    wipe(x, sizeof *x);
    free(x);
    return rc;
}

/* oauth_bearer_header for programs with their own HTTP. */
static int32_t bearer_header(int32_t client, char *header, int32_t capacity)
{
    int32_t rc = oauth_bearer_header(client, header, capacity);

    if (rc != OAUTH_HTTP_NEEDED)
        return rc;
    rc = carry(client, rc); /* the header's length; a second call gives its text */
    return rc < 0 ? rc : oauth_bearer_header(client, header, capacity);
}

/* As oauth_build_authorize_url. The server is asked first where OAUTH_PAR says so, or OAUTH_ISSUER alone is set. */
static int32_t authorize_url(int32_t client, char *url, int32_t capacity)
{
    int32_t rc = oauth_build_authorize_url(client, url, capacity);

    if (rc != OAUTH_HTTP_NEEDED)
        return rc;
    rc = carry(client, rc); /* the URL's length; a second call gives its text */
    return rc < 0 ? rc : oauth_build_authorize_url(client, url, capacity);
}

/* Says what went wrong and what to do about it. Call it before any other function of liboauth. */
static int failed(const char *what)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "signin_curl: %s: %s\n", what, why);
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

    if (authorize_url(client, text, sizeof text) < 0)
        return failed("no address to sign in at");
    printf("Open this address in a browser and sign in:\n\n%s\n\n"
           "Then paste the address that the browser ends at, or the code that the page shows:\n", text);
    fflush(stdout);
    if (fgets(text, sizeof text, stdin) == NULL) {
        fputs("signin_curl: nothing was pasted\n", stderr);
        return 0;
    }
    if (carry(client, oauth_exchange_code(client, text, OAUTH_NUL_TERMINATED)) < 0)
        return failed("not signed in");
    puts("Signed in.");
    return 1;
}

static int call_api(int32_t client, const char *url)
{
    static struct answer answer; /* too large for many a stack */
    char header[16384];
    long status = 401;
    int attempt;

    for (attempt = 1; attempt <= 2 && status == 401; attempt++) {
        /* From memory or the store, refreshed if it is about to expire. */
        int32_t rc = bearer_header(client, header, sizeof header);

        if (rc == OAUTH_ERROR_SIGN_IN) { /* what a person alone can mend */
            if (!sign_in(client))
                return 0;
            rc = bearer_header(client, header, sizeof header);
        }
        if (rc < 0)
            return failed("no access token");
        status = http_send("GET", url, header, "", &answer);
        if (status == 401)
            oauth_token_rejected(client); /* so that the next header is another one */
    }
    wipe(header, sizeof header);
    if (status < 200 || status > 299) {
        if (status > 0)
            fprintf(stderr, "signin_curl: the API answers %ld: %s\n", status, answer.body.bytes);
        else
            fprintf(stderr, "signin_curl: the API cannot be reached: %s\n", answer.body.bytes);
        return 0;
    }
    printf("The API answers: %s\n", answer.body.bytes);
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
    rc = carry(client, oauth_refresh(client));
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
        fputs("usage: signin_curl PROFILE API_URL\n", stderr);
        return EXIT_FAILURE;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0 || oauth_set(client, OAUTH_HTTP, "caller", OAUTH_NUL_TERMINATED) < 0) {
        failed("the profile cannot be used");
        return EXIT_FAILURE;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    done = call_api(client, argv[2]) && refresh(client) && call_api(client, argv[2]);
    curl_global_cleanup();
    oauth_client_close(client);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
