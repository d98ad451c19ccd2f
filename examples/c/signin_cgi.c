/* signin_cgi.c - a web page where people sign in, and where an API is called for each of them.
 *
 * A CGI program: the web server starts it anew for each request. So one process makes the address to sign
 * in at, and another takes the answer; what the answer is checked against waits in the profile's store.
 * Any number of people can be on their way at once, each with a token of their own.
 *
 *     /oauth/signin     sends the browser to the authorization server
 *     /oauth/callback   takes what it comes back with: the address is the profile's redirect_uri
 *     /oauth/api        calls the API for whoever asks
 *
 * With Apache:
 *
 *     ScriptAlias /oauth /usr/local/lib/cgi-bin/signin_cgi
 *     <Location /oauth>
 *         SetEnv SIGNIN_PROFILE /etc/acme/oauth.toml
 *         SetEnv SIGNIN_API https://api.example.com/me
 *         AuthType Basic ... Require valid-user
 *     </Location>
 *
 * Whose token it is, the web server says (REMOTE_USER): a state that was made for one person is refused from
 * another. The browser says whose sign-in it is, by a cookie: an answer that a stranger's link brings is refused,
 * even where the stranger has begun a sign-in as the same user. The cookie goes over https alone, and the profile
 * needs store = "file:..." in a folder of the web server's user.
 *
 *     cc -std=c99 -o signin_cgi signin_cgi.c -loauth -lcurl
 */
#include <curl/curl.h>
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A variable that the web server has set; empty where it has not. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

/* Whatever comes from outside goes into a page by this function alone. */
static void put_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", stdout);
            break;
        case '<':
            fputs("&lt;", stdout);
            break;
        case '>':
            fputs("&gt;", stdout);
            break;
        case '"':
            fputs("&quot;", stdout);
            break;
        case '\'':
            fputs("&#39;", stdout);
            break;
        default:
            putchar(*text);
        }
    }
}

/* A page with a sentence, a text of somebody else's, and a link to another of this program's pages. */
static void page(const char *status, const char *sentence, const char *text, const char *link)
{
    printf("Status: %s\r\n"
           "Content-Type: text/html; charset=utf-8\r\n"
           "Cache-Control: no-store\r\n"          /* it is one person's */
           "Referrer-Policy: no-referrer\r\n\r\n" /* the address of /callback has a code in it */
           "<!DOCTYPE html>\n<title>Sign in</title>\n<p>%s</p>\n", status, sentence);
    if (text[0] != '\0') {
        fputs("<pre>", stdout);
        put_escaped(text);
        puts("</pre>");
    }
    if (link[0] != '\0') {
        fputs("<p><a href=\"", stdout);
        put_escaped(variable("SCRIPT_NAME"));
        printf("/%s\">%s</a></p>\n", link, link);
    }
}

/* Says why to the web server's log, and to the person what to do: the words of an error may be a
 * stranger's. Call it before any other function of liboauth. */
static void failed(int32_t client, const char *what)
{
    char why[512], seconds[32];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "signin_cgi: %s: %s\n", what, why);
    switch (oauth_error_action()) {
    case OAUTH_ACTION_RETRY:
        if (oauth_get(client, OAUTH_RETRY_AFTER, seconds, sizeof seconds) > 0)
            printf("Retry-After: %s\r\n", seconds);
        page("503 Service Unavailable", "That does not work now. Try again in a minute.", "", "");
        break;
    case OAUTH_ACTION_SIGN_IN:
        page("403 Forbidden", "You are not signed in.", "", "signin");
        break;
    default:
        page("500 Internal Server Error", "Something is wrong here. The server's log says what.", "", "");
    }
}

/* The cookie of a sign-in that is under way: its name ends with the state, so that each window has its own.
 * __Host-: no other host, not even one below this one's name, can set it (RFC 6265bis section 4.1.3.2). */
#define COOKIE "__Host-signin-"
#define COOKIE_FOR "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="

/* Sends the browser to the authorization server. State and proof key are in the store before it leaves. */
static void sign_in(int32_t client)
{
    char url[8192], state[64];

    if (oauth_build_authorize_url(client, url, sizeof url) < 0 || oauth_get(client, OAUTH_STATE, state, sizeof state) < 0)
        failed(client, "no address to sign in at");
    else
        printf("Status: 302 Found\r\nCache-Control: no-store\r\n"
               "Set-Cookie: " COOKIE "%s=1" COOKIE_FOR "3600\r\nLocation: %s\r\n\r\n", state, url);
}

/* The state of an answer; empty where it has none that could be ours. */
static void read_state(const char *query, char *state, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length;

    state[0] = '\0';
    while (strncmp(query, "state=", 6) != 0) {
        query = strchr(query, '&');
        if (query == NULL)
            return;
        query++;
    }
    query += 6;
    length = strspn(query, letters);
    if (length < size && (query[length] == '&' || query[length] == '\0')) {
        memcpy(state, query, length);
        state[length] = '\0';
    }
}

/* Whether the browser was sent to sign in with that state. Or else a stranger's link could bring the answer to the
 * stranger's own sign-in, and whatever the person does from then on would be done with the stranger's token
 * (RFC 6749 section 10.12). */
static int has_cookie(const char *state)
{
    const char *cookie = variable("HTTP_COOKIE");
    char name[sizeof COOKIE + 64];

    sprintf(name, COOKIE "%.62s=", state);
    for (; *cookie != '\0'; cookie += strcspn(cookie, ";")) {
        cookie += strspn(cookie, "; ");
        if (state[0] != '\0' && strncmp(cookie, name, strlen(name)) == 0)
            return 1;
    }
    return 0;
}

/* Another process than the one that made the address. */
static void take_answer(int32_t client)
{
    char redirect[16384], state[64];
    const char *query = variable("QUERY_STRING");
    int32_t length = oauth_get(client, OAUTH_REDIRECT_URI, redirect, sizeof redirect);

    if (length < 0 || strlen(query) + 2 > sizeof redirect - (size_t)length) {
        page("414 URI Too Long", "That is no answer to a sign-in.", "", "signin");
        return;
    }
    read_state(query, state, sizeof state);
    if (!has_cookie(state)) {
        fputs("signin_cgi: not signed in: this browser has no cookie of the answer's state\n", stderr);
        page("403 Forbidden", "You are not signed in.", "", "signin");
        return;
    }
    /* As the whole address: a code alone is good enough from a person who pastes it, but not here, where
     * a stranger's link could bring a stranger's code. */
    sprintf(redirect + length, "?%s", query);
    if (oauth_exchange_code(client, redirect, OAUTH_NUL_TERMINATED) < 0)
        failed(client, "not signed in");
    else {
        printf("Set-Cookie: " COOKIE "%s=" COOKIE_FOR "0\r\n", state);
        page("200 OK", "You are signed in as", variable("REMOTE_USER"), "api");
    }
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
        fprintf(stderr, "signin_cgi: the API cannot be reached: %s\n", curl_easy_strerror(rc));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

/* Calls the API with this person's token. However many requests come at once, one of them refreshes it. */
static void call_api(int32_t client)
{
    char header[16384];
    struct answer answer;
    long status = 401;
    int attempt;

    for (attempt = 1; attempt <= 2 && status == 401; attempt++) {
        if (oauth_bearer_header(client, header, sizeof header) < 0) {
            failed(client, "no access token");
            return;
        }
        status = get(variable("SIGNIN_API"), header, &answer);
        if (status == 401)
            oauth_token_rejected(client); /* so that the next header is another one */
    }
    if (status >= 200 && status <= 299) {
        page("200 OK", "The API answers:", answer.text, "");
    } else {
        fprintf(stderr, "signin_cgi: the API answers %ld\n", status);
        page("502 Bad Gateway", "The API does not answer as it should.", "", "");
    }
}

static void serve(int32_t client)
{
    const char *path = variable("PATH_INFO");
    char store[4096];

    if (oauth_set(client, OAUTH_ACCOUNT, variable("REMOTE_USER"), OAUTH_NUL_TERMINATED) < 0) {
        failed(client, "not a user's name");
    } else if (oauth_get(client, OAUTH_STORE, store, sizeof store) < 5 || memcmp(store, "file:", 5) != 0) {
        fputs("signin_cgi: the profile needs store = \"file:...\": the next process knows nothing else\n", stderr);
        page("500 Internal Server Error", "Something is wrong here. The server's log says what.", "", "");
    } else if (strcmp(path, "/signin") == 0) {
        sign_in(client);
    } else if (strcmp(path, "/callback") == 0) {
        take_answer(client);
    } else if (strcmp(path, "/api") == 0) {
        call_api(client);
    } else {
        page("404 Not Found", "There is no such page.", "", "signin");
    }
}

int main(void)
{
    int32_t client;

    if (strcmp(variable("REQUEST_METHOD"), "GET") != 0) {
        fputs("Allow: GET\r\n", stdout);
        page("405 Method Not Allowed", "This page is only there to be read.", "", "");
    } else if (variable("REMOTE_USER")[0] == '\0') {
        fputs("signin_cgi: no REMOTE_USER: let the web server ask for user and password\n", stderr);
        page("403 Forbidden", "The web server does not know who you are.", "", "");
    } else if ((client = oauth_client_open(variable("SIGNIN_PROFILE"), OAUTH_NUL_TERMINATED)) < 0) {
        failed(0, "SIGNIN_PROFILE cannot be used");
    } else {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        serve(client);
        curl_global_cleanup();
        oauth_client_close(client);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
