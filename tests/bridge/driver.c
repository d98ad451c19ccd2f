/* driver.c - calls liboauth through the bridge, as programs of a job in each CCSID do.
 *
 *     driver SERVER_URL FOLDER [WORD...]
 *
 * Each case is a process of its own, as PASE starts once in a job. SERVER_URL is a practice server's; `-`: none, and the
 * cases that sign in are left out. The last line counts.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <iconv.h>
#include <liboauth.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "standin/standin.h"

int32_t oauth_bridge_ccsid(int32_t ccsid);

#define FIELD 512
#define LARGE 65535

static const char *server_url, *folder;
static int problems;
static int here; /* the CCSID that texts are in */

#define CHECK(holds, ...) ((holds) ? (void)0 : problem(__LINE__, #holds, __VA_ARGS__))

static void problem(int line, const char *what, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    fprintf(stderr, "    driver.c:%d: %s: ", line, what);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    problems++;
}

/* ---- texts ---- */

static size_t between(const char *to, const char *from, const char *text, size_t length, char *out, size_t capacity)
{
    iconv_t with = iconv_open(to, from);
    char *in = (char *)text, *start = out;
    size_t room = capacity - 1;

    if (with == (iconv_t)-1 || iconv(with, &in, &length, &out, &room) != 0 ||
        iconv(with, NULL, NULL, &out, &room) != 0) {
        problem(__LINE__, "iconv", "%s to %s", from, to);
        exit(1);
    }
    iconv_close(with);
    *out = 0;
    return (size_t)(out - start);
}

/* A text of these tests in the CCSID of the job; good for a while. */
static const char *e(const char *utf8)
{
    static __thread char texts[8][4 * LARGE];
    static __thread int next;
    char *text = texts[next++ % 8];

    between(standin_encoding(here), "UTF-8", utf8, strlen(utf8), text, sizeof texts[0]);
    return text;
}

/* And back. */
static const char *u(const char *text)
{
    static __thread char texts[4][4 * LARGE];
    static __thread int next;
    char *utf8 = texts[next++ % 4];

    between("UTF-8", standin_encoding(here), text, strlen(text), utf8, sizeof texts[0]);
    return utf8;
}

static char blank(void)
{
    return *e(" ");
}

/* A field of exactly these bytes, padded with blanks; behind it nothing may be read. */
static char *field(const char *text, size_t size)
{
    char *made = malloc(size == 0 ? 1 : size);
    size_t length = strlen(text);

    memset(made, blank(), size);
    memcpy(made, text, length < size ? length : size);
    return made;
}

static int32_t set(int32_t client, int32_t property, const char *utf8)
{
    const char *text = e(utf8);
    size_t size = strlen(text) + 7;
    char *given = field(text, size);
    int32_t rc = oauth_set(client, property, given, (int32_t)size);

    free(given);
    return rc;
}

static const char *last_error(void)
{
    static __thread char text[FIELD];
    int32_t rc = oauth_error_text(text, sizeof text);

    CHECK(rc == (int32_t)strlen(text), "%d for an error text of %zu", rc, strlen(text));
    return u(text);
}

static int begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* It failed with that code, and says so, in this thread. */
#define FAILS(call, number, words, what_to_do)                                                                        \
    do {                                                                                                              \
        int32_t fails_rc = (call);                                                                                    \
        CHECK(fails_rc == (number), "%d instead of %d: %s", fails_rc, number, last_error());                          \
        CHECK(strstr(last_error(), words) != NULL, "not said: %s", last_error());                                     \
        CHECK(oauth_error_action() == (what_to_do), "action %d", oauth_error_action());                               \
        CHECK(fails_rc == OAUTH_ERROR_BUFFER || strlen(last_error()) > 40, "says little: %s", last_error());          \
    } while (0)

#define GOOD(call)                                                                                                    \
    do {                                                                                                              \
        int32_t good_rc = (call);                                                                                     \
        CHECK(good_rc >= 0, "%d: %s", good_rc, last_error());                                                         \
    } while (0)

/* The library's own function, which speaks UTF-8. */
static void *direct(const char *name)
{
    return dlsym(dlopen(standin_library, RTLD_NOW | RTLD_LOCAL), name);
}

/* A byte that the CCSID does not have. */
static char no_character(void)
{
    iconv_t with = iconv_open("UTF-8", standin_encoding(here));
    char out[8], byte, *in, *to;
    size_t left, room;
    int each;

    for (each = 255; each > 0; each--) {
        byte = (char)each;
        in = &byte;
        to = out;
        left = 1;
        room = sizeof out;
        if (iconv(with, &in, &left, &to, &room) == (size_t)-1)
            break;
    }
    iconv_close(with);
    CHECK(each > 0, "%d has them all", here);
    return (char)each;
}

/* ---- a person, and the caller's own HTTP ---- */

static void sign_in_as_a_person(const char *url, char *redirect, size_t capacity)
{
    char command[LARGE];
    FILE *person;

    snprintf(command, sizeof command, "\"$PRACTICE_SERVER\" sign-in '%s'", url);
    person = popen(command, "r");
    if (person == NULL || fgets(redirect, (int)capacity, person) == NULL)
        redirect[0] = 0;
    if (person != NULL)
        pclose(person);
    redirect[strcspn(redirect, "\n")] = 0;
}

/* Sends a request in UTF-8; gives status, head and body. */
static int send_http(const char *method, const char *url, const char *headers, const char *content, char *head,
                     char *body)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    char request[2 * LARGE], host[64], *answer = malloc(4 * LARGE), *split;
    const char *path = strchr(url + 7, '/');
    int at = socket(AF_INET, SOCK_STREAM, 0), status = 0;
    ssize_t got;
    size_t used = 0;

    snprintf(host, sizeof host, "%.*s", (int)(path - (url + 7)), url + 7);
    to.sin_port = htons((uint16_t)atoi(strchr(host, ':') + 1));
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    head[0] = body[0] = 0;
    if (at >= 0 && connect(at, (struct sockaddr *)&to, sizeof to) == 0) {
        snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
                 method, path, host, headers, strlen(content), content);
        if (write(at, request, strlen(request)) > 0)
            while ((got = read(at, answer + used, 4 * LARGE - 1 - used)) > 0)
                used += (size_t)got;
        answer[used] = 0;
        split = strstr(answer, "\r\n\r\n");
        if (split != NULL && sscanf(answer, "HTTP/%*s %d", &status) == 1) {
            strcpy(body, split + 4);
            split[2] = 0;
            strcpy(head, answer);
        }
    }
    close(at);
    free(answer);
    return status;
}

/* As CARRY.rpgleinc does: reads the request's parts, sends it, and hands over what HTTPAPI has converted to the job's
 * CCSID. */
static int32_t carry(int32_t client, int32_t rc)
{
    static char method[FIELD], url[LARGE], headers[LARGE], content[LARGE], head[LARGE], body[LARGE];
    const char *given;
    char *bytes;
    int status;

    while (rc == OAUTH_HTTP_NEEDED) {
        GOOD(oauth_http_request(client, OAUTH_REQUEST_METHOD, method, sizeof method));
        GOOD(oauth_http_request(client, OAUTH_REQUEST_URL, url, sizeof url));
        GOOD(oauth_http_request(client, OAUTH_REQUEST_HEADERS, headers, sizeof headers));
        GOOD(oauth_http_request(client, OAUTH_REQUEST_CONTENT, content, sizeof content));
        strcpy(method, u(method));
        strcpy(url, u(url));
        strcpy(headers, u(headers));
        status = send_http(method, url, headers, u(content), head, body);
        given = e(body);
        bytes = malloc(strlen(given) + 1);
        memcpy(bytes, given, strlen(given));
        rc = oauth_http_response(client, status, e(head), OAUTH_NUL_TERMINATED, bytes, (int32_t)strlen(given));
        free(bytes);
    }
    return rc;
}

static int32_t new_client(const char *http)
{
    char text[LARGE];
    int32_t client = oauth_client_new();

    GOOD(client);
    GOOD(set(client, OAUTH_CLIENT_ID, "demo"));
    GOOD(set(client, OAUTH_CLIENT_SECRET, "demo-secret"));
    GOOD(set(client, OAUTH_REDIRECT_URI, "http://127.0.0.1/cb"));
    GOOD(set(client, OAUTH_SCOPE, "offline_access"));
    snprintf(text, sizeof text, "%s/strict/authorize", server_url[0] == '-' ? "http://127.0.0.1:1" : server_url);
    GOOD(set(client, OAUTH_AUTHORIZATION_ENDPOINT, text));
    snprintf(text, sizeof text, "%s/strict/token", server_url[0] == '-' ? "http://127.0.0.1:1" : server_url);
    GOOD(set(client, OAUTH_TOKEN_ENDPOINT, text));
    GOOD(set(client, OAUTH_HTTP, http));
    return client;
}

/* ---- a whole sign-in ---- */

static void signs_in_with(const char *http)
{
    static char url[LARGE], redirect[LARGE], header[LARGE], text[LARGE], head[LARGE], body[LARGE], api[LARGE];
    int32_t client = new_client(http), rc;
    char *code;

    standin_secret("demo-secret", 11);
    standin_secret(e("demo-secret"), strlen(e("demo-secret")));
    snprintf(api, sizeof api, "%s/strict/api/me", server_url);
    rc = oauth_build_authorize_url(client, url, sizeof url);
    CHECK(rc == (int32_t)strlen(url) && begins(u(url), server_url), "%d: %s", rc, last_error());
    sign_in_as_a_person(u(url), redirect, sizeof redirect);
    CHECK(strstr(redirect, "code="), "the person has not signed in: %s", redirect);
    code = field(e(redirect), 2000); /* a field of a screen */
    rc = carry(client, oauth_exchange_code(client, code, 2000));
    CHECK(rc == 0, "%d: %s", rc, last_error());
    CHECK(last_error()[0] == 0 && oauth_error_action() == OAUTH_ACTION_NONE, "after a success: %s", last_error());
    free(code);
    rc = carry(client, oauth_bearer_header(client, header, sizeof header));
    CHECK(rc > 30 && begins(u(header), "Authorization: Bearer "), "%d: %s", rc, u(header));
    standin_secret(u(header) + 22, strlen(u(header)) - 22);
    standin_secret(header + 22, strlen(header) - 22);
    snprintf(text, sizeof text, "%s\r\n", u(header));
    CHECK(send_http("GET", api, text, "", head, body) == 200 && strstr(body, "alice"), "the API: %s", body);

    rc = carry(client, oauth_refresh(client));
    CHECK(rc == 0, "%d: %s", rc, last_error());
    rc = carry(client, oauth_request_headers(client, e("GET"), OAUTH_NUL_TERMINATED, e(api), OAUTH_NUL_TERMINATED, text,
                                             sizeof text));
    CHECK(rc > 0 && strcmp(u(text) + strlen(u(text)) - 2, "\r\n") == 0, "%d: %s", rc, u(text));
    strcpy(header, u(text));
    CHECK(send_http("GET", api, header, "", head, body) == 200, "the API: %s", body);
    CHECK(oauth_api_response(client, e(api), OAUTH_NUL_TERMINATED, 200, e(head), (int32_t)strlen(e(head))) == 0,
          "an API's answer: %s", last_error());
    code = field(e("token_type"), 40);
    rc = oauth_field(client, OAUTH_FIELD_TOKEN, code, 40, text, sizeof text);
    CHECK(rc == 6 && strcasecmp(u(text), "bearer") == 0, "%d: %s", rc, u(text));
    free(code);
    FAILS(oauth_field(client, OAUTH_FIELD_TOKEN, e("nothing"), OAUTH_NUL_TERMINATED, text, sizeof text),
          OAUTH_ERROR_NO_FIELD, "nothing", OAUTH_ACTION_FIX);
    CHECK(text[0] == 0, "yesterday's text: %s", u(text));

    /* What a person must see. */
    FAILS(oauth_exchange_code(client, e("?error=access_denied&state=x"), OAUTH_NUL_TERMINATED), OAUTH_ERROR_STATE, "state",
          OAUTH_ACTION_SIGN_IN);
    GOOD(set(client, OAUTH_CLIENT_SECRET, "wrong-secret"));
    FAILS(carry(client, oauth_refresh(client)), OAUTH_ERROR_INVALID_CLIENT, "invalid_client", OAUTH_ACTION_FIX);
    CHECK(strstr(last_error(), "wrong-secret") == NULL, "a secret: %s", last_error());
    GOOD(oauth_client_close(client));
    FAILS(oauth_refresh(client), OAUTH_ERROR_HANDLE, "handle", OAUTH_ACTION_FIX);
}

static void a_whole_sign_in(void)
{
    signs_in_with("builtin");
}

static void a_whole_sign_in_by_the_callers_http(void)
{
    signs_in_with("caller");
}

/* The calls of SIGNDEV.rpgle, in their order: a QR code comes in lines that end as RPG looks for it, with x'25', and a `#` is
 * where the CCSID has it. */
static void a_code_is_shown_and_drawn(void)
{
    static char text[12288];
    char endpoint[LARGE];
    int32_t client = new_client("caller"), rc, at;
    int lines = 0;

    snprintf(endpoint, sizeof endpoint, "%s/strict/device_authorization", server_url);
    GOOD(set(client, OAUTH_DEVICE_ENDPOINT, endpoint));
    rc = carry(client, oauth_device_poll(client));
    CHECK(rc < 0 && rc != OAUTH_PENDING, "%d before anybody is asked", rc);
    GOOD(carry(client, oauth_device_start(client)));
    rc = oauth_get(client, OAUTH_VERIFICATION_URI, text, sizeof text);
    CHECK(rc > 0 && begins(u(text), server_url), "%d: %s", rc, u(text));
    GOOD(oauth_get(client, OAUTH_USER_CODE, text, sizeof text));
    GOOD(set(client, OAUTH_QR_STYLE, "plain"));
    GOOD(set(client, OAUTH_QR_LINES, "27"));
    FAILS(oauth_get(client, OAUTH_QR_CODE, text, sizeof text), OAUTH_ERROR_QR, "lines", OAUTH_ACTION_FIX);
    GOOD(set(client, OAUTH_QR_STYLE, "plain_inverse"));
    GOOD(set(client, OAUTH_QR_LINES, "80"));
    rc = oauth_get(client, OAUTH_QR_CODE, text, sizeof text);
    CHECK(rc > 1000, "%d: %s", rc, last_error());
    for (at = 0; at < rc; at++) {
        lines += text[at] == '\x25';
        CHECK(text[at] == '\x25' || text[at] == blank() || text[at] == *e("#"), "byte %d is %02x", at, (unsigned char)text[at]);
    }
    CHECK(lines > 20 && text[rc - 1] == '\x25' && rc % lines == 0, "%d lines in %d bytes", lines, rc);
    rc = carry(client, oauth_device_poll(client));
    CHECK(rc == OAUTH_PENDING, "%d: %s", rc, last_error());
    GOOD(oauth_client_close(client));
}

/* As a program does that has a profile and a store. */
static void a_sign_in_by_a_profile(void)
{
    static char name[FIELD], url[LARGE], redirect[LARGE], header[LARGE];
    int32_t client;
    char *given;
    FILE *file;

    snprintf(name, sizeof name, "%s/profile-%d.toml", folder, here);
    file = fopen(name, "w");
    fprintf(file, "[demo]\nauthorization_endpoint = \"%s/strict/authorize\"\ntoken_endpoint = \"%s/strict/token\"\n"
                  "client_id = \"demo\"\nclient_secret = \"demo-secret\"\nredirect_uri = \"http://127.0.0.1/cb\"\n"
                  "scope = \"offline_access\"\nstore = \"file:%s/store-%d\"\n", server_url, server_url, folder, here);
    fclose(file);
    chmod(name, 0600);
    given = field(e(name), 256);
    client = oauth_client_open(given, 256);
    CHECK(client > 0, "%d: %s", client, last_error());
    GOOD(oauth_build_authorize_url(client, url, sizeof url));
    sign_in_as_a_person(u(url), redirect, sizeof redirect);
    CHECK(oauth_exchange_code(client, e(redirect), OAUTH_NUL_TERMINATED) == 0, "%s", last_error());
    GOOD(oauth_client_close(client));
    client = oauth_client_open(given, 256); /* tomorrow's job */
    GOOD(client);
    GOOD(oauth_bearer_header(client, header, sizeof header));
    GOOD(oauth_client_close(client));
    free(given);
}

/* HTTPAPI has lost a letter of a name that nobody needs: the token is there all the same. */
static void an_answer_that_has_lost_a_letter(void)
{
    static char url[LARGE], token[LARGE];
    int32_t client = new_client("caller"), rc;
    char body[FIELD], *lost;

    GOOD(oauth_build_authorize_url(client, url, sizeof url));
    CHECK(oauth_exchange_code(client, e("abc"), OAUTH_NUL_TERMINATED) == OAUTH_HTTP_NEEDED, "%s", last_error());
    strcpy(body, e("{\"access_token\":\"t{o}k~[en]\",\"token_type\":\"Bearer\",\"name\":\"_ukasz\"}"));
    lost = strstr(body, e("_ukasz"));
    lost[0] = 0x3F; /* SUB in each EBCDIC */
    rc = oauth_http_response(client, 200, e(""), 0, body, (int32_t)strlen(body));
    CHECK(rc == 0, "%d: %s", rc, last_error());
    GOOD(oauth_access_token(client, token, sizeof token));
    CHECK(strcmp(u(token), "t{o}k~[en]") == 0, "%s", u(token));
    GOOD(oauth_client_close(client));
}

/* One that is not in the CCSID is refused and not given away: the request waits, and it can be given again. */
static void an_answer_that_is_damaged(void)
{
    static char url[LARGE], token[LARGE], body[FIELD];
    int32_t client = new_client("caller");
    char *letter;

    GOOD(oauth_build_authorize_url(client, url, sizeof url));
    CHECK(oauth_exchange_code(client, e("abc"), OAUTH_NUL_TERMINATED) == OAUTH_HTTP_NEEDED, "%s", last_error());
    strcpy(body, e("access_token=T-1&token_type=Bearer&name=Z"));
    letter = strstr(body, e("Z"));
    *letter = no_character();
    for (standin_substitution = STANDIN_REFUSE; standin_substitution <= STANDIN_SUBSTITUTE; standin_substitution++)
        FAILS(oauth_http_response(client, 200, e(""), 0, body, (int32_t)strlen(body)), OAUTH_ERROR_CCSID, "damaged",
              OAUTH_ACTION_FIX);
    *letter = *e("Z");
    CHECK(oauth_http_response(client, 200, e(""), 0, body, (int32_t)strlen(body)) == 0, "%s", last_error());
    CHECK(oauth_access_token(client, token, sizeof token) == 3 && strcmp(u(token), "T-1") == 0, "%s", u(token));
    GOOD(oauth_client_close(client));
}

/* An answer in another encoding than the program's is an error, and can be given again. */
static void an_answer_as_it_came(void)
{
    static char url[LARGE], token[LARGE];
    int32_t client = new_client("caller");
    const char *body = "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"name\":\"\xC5\x81ukasz\"}";

    GOOD(oauth_build_authorize_url(client, url, sizeof url));
    CHECK(oauth_exchange_code(client, e("abc"), OAUTH_NUL_TERMINATED) == OAUTH_HTTP_NEEDED, "%s", last_error());
    GOOD(oauth_bridge_ccsid(1208));
    CHECK(oauth_http_response(client, 200, "", 0, body, (int32_t)strlen(body)) == 0, "%s", last_error());
    CHECK(oauth_field(client, OAUTH_FIELD_TOKEN, "name", 4, token, sizeof token) == 7, "%s", token);
    GOOD(oauth_bridge_ccsid(0));
    CHECK(oauth_field(client, OAUTH_FIELD_TOKEN, e("token_type"), 10, token, sizeof token) == 6, "%s", last_error());
    GOOD(oauth_client_close(client));
}

/* ---- texts ---- */

static void variant_characters_come_back(void)
{
    const char *given = here == 420 || here == 424 || here == 875 || here == 5026 || here == 930
                            ? "aZ09 \"%&'()*+,-./:;<=>?_"
                            : "a{b}[c]@#|\\~^`!$\"._-/=&%?aZ09";
    char text[FIELD];
    int32_t client = oauth_client_new(), rc, size;

    GOOD(client);
    standin_secret(given, strlen(given));
    standin_secret(e(given), strlen(e(given)));
    GOOD(set(client, OAUTH_CLIENT_SECRET, given));
    rc = oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text);
    CHECK(rc == (int32_t)strlen(text) && strcmp(text, e(given)) == 0, "%d: %s", rc, u(text));
    size = rc;
    rc = ((int32_t (*)(int32_t, int32_t, char *, int32_t))direct("oauth_get"))(client, OAUTH_CLIENT_SECRET, text, FIELD);
    /* Some CCSIDs have a yen or a won where the backslash was. */
    CHECK(rc == (int32_t)strlen(text) && strcmp(text, u(e(given))) == 0, "the library has another text: %s", text);
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, NULL, 0) == size, "the length that is asked for");
    memset(text, 'x', sizeof text);
    FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, size), OAUTH_ERROR_BUFFER, "too small", OAUTH_ACTION_FIX);
    CHECK(text[0] == 0, "not empty");
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, size + 1) == size, "it fits");
    CHECK(oauth_error_action() == OAUTH_ACTION_NONE && last_error()[0] == 0, "after a success");
    GOOD(oauth_client_close(client));
}

/* What European CCSIDs have, where a byte is two of UTF-8: lengths are the caller's. */
static void lengths_are_in_the_callers_encoding(void)
{
    const char *given = "Gr\xC3\xBC\xC3\x9F\x65 \xC3\xA9\xC3\xA5\xC3\xB1\xC3\xB8";
    char text[FIELD];
    int32_t client = oauth_client_new(), length = (int32_t)strlen(e(given));

    CHECK(length == 10, "%d", length);
    GOOD(set(client, OAUTH_CLIENT_SECRET, given));
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, NULL, 0) == length, "the length that is asked for");
    FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, length), OAUTH_ERROR_BUFFER, "11 bytes", OAUTH_ACTION_FIX);
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, length + 1) == length && strcmp(u(text), given) == 0, "%s",
          last_error());
    GOOD(oauth_client_close(client));
}

/* A field ends at its NUL, loses its blanks, and nothing behind it is read; a text with its NUL is taken as it is. */
static void fields_end_where_they_end(void)
{
    char text[FIELD], *given;
    int32_t client = oauth_client_new();

    given = field(e("abc"), 64);
    GOOD(oauth_set(client, OAUTH_CLIENT_ID, given, 64));
    CHECK(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text) == 3, "blanks are dropped: %s", u(text));
    given[3] = 0;
    given[4] = 0x0E; /* what stands behind a NUL is nobody's */
    GOOD(oauth_set(client, OAUTH_CLIENT_ID, given, 64));
    CHECK(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text) == 3, "%s", u(text));
    free(given);
    given = field(e("abcd"), 4);
    GOOD(oauth_set(client, OAUTH_CLIENT_ID, given, 4));
    GOOD(oauth_set(client, OAUTH_CLIENT_ID, given, 3));
    CHECK(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text) == 3, "%s", u(text));
    free(given);
    given = field(e("ab "), 4);
    given[3] = 0;
    GOOD(oauth_set(client, OAUTH_CLIENT_SECRET, given, OAUTH_NUL_TERMINATED));
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text) == 3, "as it is: %s", u(text));
    GOOD(oauth_set(client, OAUTH_CLIENT_SECRET, given, 0)); /* takes it back */
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text) == 0, "%s", u(text));
    free(given);
    GOOD(oauth_client_close(client));
}

static void fields_of_megabytes(void)
{
    size_t size = 16 * 1024 * 1024;
    char *given = field("", size), *text = malloc(2 * 1024 * 1024);
    int32_t client = oauth_client_new();

    FAILS(oauth_set(client, OAUTH_CLIENT_ID, given, (int32_t)size), OAUTH_ERROR_LENGTH, "1048576", OAUTH_ACTION_FIX);
    FAILS(oauth_set(client, OAUTH_CLIENT_ID, given, 1048577), OAUTH_ERROR_LENGTH, "1048577", OAUTH_ACTION_FIX);
    CHECK(oauth_set(client, OAUTH_CLIENT_ID, given, 1048576) == 0, "%s", last_error());
    FAILS(oauth_set(client, OAUTH_CLIENT_ID, given, -2), OAUTH_ERROR_LENGTH, "-2", OAUTH_ACTION_FIX);
    FAILS(oauth_set(client, OAUTH_CLIENT_ID, given, -2147483647 - 1), OAUTH_ERROR_LENGTH, "-2147483648", OAUTH_ACTION_FIX);
    memset(given, *e("a"), size);
    GOOD(oauth_set(client, OAUTH_CLIENT_SECRET, given, 1048576));
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, 1048577) == 1048576 && memcmp(text, given, 1048576) == 0, "%s",
          last_error());
    FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, 1048576), OAUTH_ERROR_BUFFER, "1048577", OAUTH_ACTION_FIX);
    given[size - 1] = 0;
    FAILS(oauth_set(client, OAUTH_CLIENT_ID, given, OAUTH_NUL_TERMINATED), OAUTH_ERROR_LENGTH, "1048577", OAUTH_ACTION_FIX);
    FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, -1), OAUTH_ERROR_LENGTH, "-1", OAUTH_ACTION_FIX);
    GOOD(oauth_client_close(client));
    client = new_client("caller");
    GOOD(oauth_build_authorize_url(client, text, 8192));
    CHECK(oauth_exchange_code(client, e("abc"), 3) == OAUTH_HTTP_NEEDED, "%s", last_error());
    memset(given, blank(), size);
    FAILS(oauth_http_response(client, 200, given, (int32_t)size, given, (int32_t)size), OAUTH_ERROR_TOO_LARGE, "1 MiB",
          OAUTH_ACTION_FIX);
    GOOD(oauth_client_close(client));
    free(given);
    free(text);
}

static void null_stays_null(void)
{
    char text[LARGE];
    int32_t client = new_client("caller");

    FAILS(oauth_set(client, OAUTH_CLIENT_ID, NULL, OAUTH_NUL_TERMINATED), OAUTH_ERROR_NULL, "text", OAUTH_ACTION_FIX);
    FAILS(oauth_set(client, OAUTH_CLIENT_ID, NULL, 0), OAUTH_ERROR_NULL, "text", OAUTH_ACTION_FIX);
    FAILS(oauth_client_open(NULL, 5), OAUTH_ERROR_NULL, "profile", OAUTH_ACTION_FIX);
    FAILS(oauth_get(client, OAUTH_CLIENT_ID, NULL, 5), OAUTH_ERROR_NULL, "buffer", OAUTH_ACTION_FIX);
    CHECK(oauth_get(client, OAUTH_CLIENT_ID, NULL, 0) == 4, "%s", last_error());
    CHECK(oauth_build_authorize_url(client, NULL, 0) > 100, "%s", last_error());
    FAILS(oauth_build_authorize_url(client, NULL, 4), OAUTH_ERROR_NULL, "url", OAUTH_ACTION_FIX);
    GOOD(oauth_build_authorize_url(client, text, sizeof text));
    CHECK(oauth_exchange_code(client, e("abc"), 3) == OAUTH_HTTP_NEEDED, "%s", last_error());
    FAILS(oauth_http_response(client, 200, NULL, 3, e("x"), 1), OAUTH_ERROR_NULL, "headers", OAUTH_ACTION_FIX);
    FAILS(oauth_http_response(client, 0, NULL, 0, NULL, 0), OAUTH_ERROR_DISCONNECTED, "answer", OAUTH_ACTION_RETRY);
    CHECK(oauth_error_text(NULL, 5) == OAUTH_ERROR_NULL && oauth_error_text(NULL, -5) == OAUTH_ERROR_LENGTH &&
              oauth_error_text(NULL, 0) > 10 && oauth_error_text(text, 2) == OAUTH_ERROR_BUFFER && text[0] == 0,
          "an error text that is asked for in vain");
    CHECK(strstr(last_error(), "answer"), "asking changes nothing: %s", last_error());
    GOOD(oauth_client_close(client));
}

/* A URL that did not fit was not made: no state of it is left, and the next one is the first. */
static void a_url_that_did_not_fit_was_not_made(void)
{
    char text[LARGE], url[LARGE];
    int32_t client = new_client("caller"), length, rc;

    length = oauth_build_authorize_url(client, NULL, 0);
    CHECK(length > 100, "%s", last_error());
    FAILS(oauth_build_authorize_url(client, url, length), OAUTH_ERROR_BUFFER, "too small", OAUTH_ACTION_FIX);
    FAILS(oauth_build_authorize_url(client, url, 1), OAUTH_ERROR_BUFFER, "too small", OAUTH_ACTION_FIX);
    CHECK(url[0] == 0, "not empty");
    CHECK(oauth_get(client, OAUTH_STATE, text, sizeof text) == 0, "a state of a URL that was not made: %s", u(text));
    FAILS(oauth_exchange_code(client, e("abc"), 3), OAUTH_ERROR_SEQUENCE, "pending", OAUTH_ACTION_SIGN_IN);
    rc = oauth_build_authorize_url(client, url, length + 1);
    CHECK(rc == length && (int32_t)strlen(url) == rc, "%d: %s", rc, last_error());
    CHECK(oauth_get(client, OAUTH_STATE, text, sizeof text) > 20 && strstr(url, text), "its state: %s", u(text));
    GOOD(oauth_client_close(client));
}

/* Longer than what the bridge asks for first. */
static void long_texts_come_whole(void)
{
    char *given = malloc(20001), *text = malloc(20001);
    int32_t client = new_client("caller"), length;

    memset(given, 'x', 20000);
    given[20000] = 0;
    GOOD(set(client, OAUTH_CLIENT_SECRET, given));
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, 20001) == 20000 && strcmp(u(text), given) == 0, "%s", last_error());
    FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, 20000), OAUTH_ERROR_BUFFER, "20001", OAUTH_ACTION_FIX);
    CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, NULL, 0) == 20000, "%s", last_error());
    given[9000] = 0;
    GOOD(set(client, OAUTH_SCOPE, given));
    length = oauth_build_authorize_url(client, NULL, 0);
    CHECK(length > 9000, "%d", length);
    FAILS(oauth_build_authorize_url(client, text, length), OAUTH_ERROR_BUFFER, "too small", OAUTH_ACTION_FIX);
    CHECK(oauth_get(client, OAUTH_STATE, NULL, 0) == 0, "it was made");
    CHECK(oauth_build_authorize_url(client, text, length + 1) == length && (int32_t)strlen(text) == length, "%s",
          last_error());
    GOOD(oauth_client_close(client));
    free(given);
    free(text);
}

/* What a CCSID lacks is an error and no other text, however iconv goes about it. */
static void what_cannot_be_converted(void)
{
    const char *lacking = "\xE6\x97\xA5\xE6\x9C\xAC \xC5\x81 \xE2\x82\xAC"; /* Japanese, Polish, euro */
    char text[FIELD];
    int32_t client;

    for (standin_substitution = STANDIN_REFUSE; standin_substitution <= STANDIN_SUBSTITUTE_SILENTLY;
         standin_substitution++) {
        client = oauth_client_new();
        GOOD(client);
        GOOD(oauth_bridge_ccsid(1208));
        GOOD(oauth_set(client, OAUTH_CLIENT_SECRET, lacking, OAUTH_NUL_TERMINATED));
        GOOD(oauth_set(client, 12345678, "", 0) == OAUTH_ERROR_PROPERTY ? 0 : -1);
        GOOD(oauth_bridge_ccsid(0));
        CHECK(oauth_error_action() == OAUTH_ACTION_NONE && last_error()[0] == 0, "after a success: %s", last_error());
        memset(text, 'x', sizeof text);
        FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text), OAUTH_ERROR_CCSID, "oauth_bridge_ccsid(1208)",
              OAUTH_ACTION_FIX);
        CHECK(text[0] == 0, "not empty");
        FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, NULL, 0), OAUTH_ERROR_CCSID, "CCSID 37 ", OAUTH_ACTION_FIX);
        GOOD(oauth_bridge_ccsid(1208));
        CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text) == 13 && strcmp(text, lacking) == 0, "nothing is lost");
        GOOD(oauth_bridge_ccsid(0));
        /* What was replaced before it came here. */
        strcpy(text, e("ab_c"));
        text[2] = 0x3F;
        FAILS(oauth_set(client, OAUTH_CLIENT_SECRET, text, 4), OAUTH_ERROR_CCSID, "damaged", OAUTH_ACTION_FIX);
        GOOD(oauth_client_close(client));
    }
}

static void *back_to_the_jobs_ccsid(void *nothing)
{
    GOOD(oauth_bridge_ccsid(0));
    return nothing;
}

/* The sentence of the library has what the job's CCSID lacks. */
static void an_error_text_is_shown_as_far_as_can_be(void)
{
    pthread_t other;
    char text[FIELD];
    int32_t length;

    GOOD(oauth_bridge_ccsid(1208));
    CHECK(oauth_client_open("/none/\xC5\x81\xC3\xBC.toml", OAUTH_NUL_TERMINATED) == OAUTH_ERROR_PROFILE, "%s", "?");
    length = oauth_error_text(text, sizeof text);
    CHECK(length > 0 && strstr(text, "/none/\xC5\x81\xC3\xBC.toml"), "%s", text);
    pthread_create(&other, NULL, back_to_the_jobs_ccsid, NULL);
    pthread_join(other, NULL);
    CHECK(strstr(last_error(), "/none/?\xC3\xBC.toml"), "%s", last_error());
    CHECK(oauth_error_text(NULL, 0) == length - 2, "its length");
    CHECK(oauth_error_text(text, length - 2) == OAUTH_ERROR_BUFFER && text[0] == 0, "a short buffer");
    CHECK(strstr(last_error(), "/none/?\xC3\xBC.toml"), "asking changes nothing: %s", last_error());
    CHECK(oauth_error_action() == OAUTH_ACTION_FIX, "asking changes nothing");
}

static void bytes_that_are_no_text(void)
{
    char text[4] = { *e("a"), no_character(), *e("z"), 0 };
    int32_t client = oauth_client_new();

    for (standin_substitution = STANDIN_REFUSE; standin_substitution <= STANDIN_SUBSTITUTE_SILENTLY;
         standin_substitution++) {
        FAILS(oauth_set(client, OAUTH_CLIENT_SECRET, text, 3), OAUTH_ERROR_CCSID, "damaged", OAUTH_ACTION_FIX);
        FAILS(oauth_set(client, OAUTH_CLIENT_SECRET, text, -1), OAUTH_ERROR_CCSID, "damaged", OAUTH_ACTION_FIX);
    }
    GOOD(oauth_client_close(client));
}

/* Double-byte characters, with the shifts around them. */
static void mixed_texts(void)
{
    const char *given = here == 937 || here == 1371 ? "a\xE4\xB8\xAD\xE6\x96\x87z" : "a\xE6\x97\xA5\xE6\x9C\xACz";
    const char *ends = here == 937 || here == 1371 ? "a\xE4\xB8\xAD\xE6\x96\x87" : "a\xE6\x97\xA5\xE6\x9C\xAC";
    char text[FIELD], *cut;
    int32_t client = oauth_client_new(), length;

    for (standin_writes_shift = 0; standin_writes_shift < 2; standin_writes_shift++) {
        GOOD(set(client, OAUTH_CLIENT_SECRET, given));
        length = (int32_t)strlen(e(given));
        CHECK(length == 8, "SO, two of two bytes, SI, and two of one: %d", length);
        CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text) == length && strcmp(text, e(given)) == 0, "%s",
              last_error());
        GOOD(set(client, OAUTH_CLIENT_SECRET, ends));
        length = (int32_t)strlen(e(ends));
        CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, NULL, 0) == length, "%s", last_error());
        CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, length + 1) == length, "%s", last_error());
        CHECK(memcmp(text, e(ends), (size_t)length) == 0 && text[length - 1] == 0x0F, "its end");
        FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, length), OAUTH_ERROR_BUFFER, "8 bytes", OAUTH_ACTION_FIX);
    }
    cut = field(e(given), 3); /* in the middle of a character */
    FAILS(oauth_set(client, OAUTH_CLIENT_SECRET, cut, 3), OAUTH_ERROR_CCSID, "damaged", OAUTH_ACTION_FIX);
    free(cut);
    /* The next text begins in the single-byte state again. */
    GOOD(set(client, OAUTH_CLIENT_ID, "abc"));
    GOOD(oauth_client_close(client));
}

/* A field that is cut leaves the double-byte state open, and the next text begins anew. */
static void a_shift_is_left_open(void)
{
    char method[8], text[FIELD];
    int32_t client = new_client("caller"), length;

    strcpy(method, e("\xE6\x97\xA5"));
    length = (int32_t)strlen(method) - 1; /* without SI */
    FAILS(oauth_request_headers(client, method, length, e("https://api.example/"), OAUTH_NUL_TERMINATED, text, sizeof text),
          OAUTH_ERROR_VALUE, "method", OAUTH_ACTION_FIX);
    GOOD(oauth_client_close(client));
}

static void ccsids_that_can_be_chosen(void)
{
    static const int bad[] = { 1, 300, 1200, 13488, 65533 };
    static const int none[] = { -1, -37, -2147483647 - 1, 65534, 65536, 99999, 2147483647 };
    static const int good[] = { 37, 273, 500, 1047, 1140, 939, 1399, 424, 819, 1252, 1208, 65535, 0 };
    char text[FIELD];
    size_t i;
    int32_t client;

    for (i = 0; i < sizeof bad / sizeof *bad; i++)
        FAILS(oauth_bridge_ccsid(bad[i]), OAUTH_ERROR_CCSID, "no conversion", OAUTH_ACTION_FIX);
    for (i = 0; i < sizeof none / sizeof *none; i++)
        FAILS(oauth_bridge_ccsid(none[i]), OAUTH_ERROR_CCSID, "no CCSID has that number", OAUTH_ACTION_FIX);
    client = oauth_client_new();
    for (i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(oauth_bridge_ccsid(good[i]) == 0, "%d", good[i]);
        here = good[i] == 0 || good[i] == 65535 ? standin_job_ccsid : good[i];
        GOOD(set(client, OAUTH_CLIENT_ID, "client-42"));
        CHECK(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text) == 9 && strcmp(text, e("client-42")) == 0, "in %d", here);
    }
    CHECK(oauth_bridge_ccsid(99999) == OAUTH_ERROR_CCSID, "it is none");
    CHECK(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text) == 9 && strcmp(text, e("client-42")) == 0, "all as it was");
    GOOD(oauth_client_close(client));
}

/* The job has CCSID 65535: its default is meant. */
static void a_job_that_converts_nothing(void)
{
    char text[FIELD];
    int32_t client;

    standin_job_ccsid = 65535;
    here = 37;
    client = oauth_client_new();
    GOOD(set(client, OAUTH_CLIENT_ID, "a{b}"));
    CHECK(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text) == 4 && strcmp(u(text), "a{b}") == 0, "%s", u(text));
    GOOD(oauth_client_close(client));
}

/* CHGJOB CCSID: it holds from the next call on. */
static void a_job_whose_ccsid_changes(void)
{
    char text[FIELD];
    int32_t client = oauth_client_new();

    GOOD(set(client, OAUTH_CLIENT_ID, "a{b}"));
    standin_job_ccsid = here = 273;
    CHECK(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text) == 4 && strcmp(u(text), "a{b}") == 0, "%s", u(text));
    GOOD(oauth_client_close(client));
}

/* No conversion from or to the job's CCSID at all. */
static void a_job_whose_ccsid_nobody_knows(void)
{
    char text[FIELD];

    standin_job_ccsid = 4711;
    CHECK(oauth_client_new() == OAUTH_ERROR_CCSID, "PASE cannot be given its path");
    CHECK(oauth_error_text(text, sizeof text) > 40, "nothing said");
    here = 37;
    CHECK(strstr(u(text), "no conversion between UTF-8 and CCSID"), "%s", u(text));
}

/* ---- PASE ---- */

static void a_32_bit_pase(void)
{
    standin_start(4);
    FAILS(oauth_client_new(), OAUTH_ERROR_PASE_32, "a 32-bit PASE is active", OAUTH_ACTION_FIX);
    FAILS(oauth_set(1, 1, e("x"), 1), OAUTH_ERROR_PASE_32, "64 bits", OAUTH_ACTION_FIX);
    CHECK(standin_starts == 0 && standin_calls == 0, "it was started or called");
    standin_end_pase();
    GOOD(oauth_client_new());
}

/* Another program of the job has started it. */
static void a_pase_that_runs_already(void)
{
    char text[FIELD];

    standin_start(8);
    GOOD(oauth_version(text, sizeof text));
    CHECK(standin_starts == 0, "it was started again");
}

/* It belongs to an activation group that ends, and the next one has its own. */
static void a_pase_of_others_that_changes(void)
{
    char text[FIELD];
    int i;

    for (i = 0; i < 3; i++) {
        standin_start(8);
        GOOD(oauth_version(text, sizeof text));
        GOOD(oauth_version(text, sizeof text));
        standin_end_pase();
    }
    standin_start(8);
    standin_no_name = "oauth_refresh";
    FAILS(oauth_refresh(1), OAUTH_ERROR_LIBRARY, "oauth_refresh", OAUTH_ACTION_FIX);
    standin_no_library = 1;
    standin_end_pase();
    standin_start(8);
    FAILS(oauth_version(text, sizeof text), OAUTH_ERROR_LIBRARY, "cannot load", OAUTH_ACTION_FIX);
    CHECK(standin_starts == 0, "%d starts", standin_starts);
}

static void a_pase_that_cannot_start(void)
{
    char text[FIELD];

    memset(text, 'x', sizeof text);
    standin_pointer_size = 0;
    FAILS(oauth_bearer_header(1, text, sizeof text), OAUTH_ERROR_PASE, "PASE cannot be started", OAUTH_ACTION_FIX);
    CHECK(text[0] == 0, "yesterday's text");
    standin_pointer_size = 8;
    GOOD(oauth_client_new());
    CHECK(last_error()[0] == 0 && oauth_error_action() == OAUTH_ACTION_NONE, "after a success");
}

static void a_library_that_is_not_there(void)
{
    char text[FIELD];

    standin_no_library = 1;
    FAILS(oauth_client_new(), OAUTH_ERROR_LIBRARY, "/QOpenSys/pkgs/lib/liboauth.a(liboauth.so)", OAUTH_ACTION_FIX);
    FAILS(oauth_version(text, sizeof text), OAUTH_ERROR_LIBRARY, "install it", OAUTH_ACTION_FIX);
    CHECK(begins(last_error(), "PASE cannot load liboauth: install it"), "in the first 80 characters: %s", last_error());
    standin_no_library = 0;
    GOOD(oauth_version(text, sizeof text));
}

static void a_function_that_is_not_there(void)
{
    standin_no_name = "oauth_refresh";
    FAILS(oauth_refresh(1), OAUTH_ERROR_LIBRARY, "oauth_refresh", OAUTH_ACTION_FIX);
    CHECK(oauth_client_close(0) == 0, "others are there");
    standin_no_name = NULL;
    FAILS(oauth_refresh(1), OAUTH_ERROR_HANDLE, "handle", OAUTH_ACTION_FIX);
}

static void a_call_that_fails(void)
{
    int32_t client = oauth_client_new();
    char text[FIELD];

    standin_call_fails = 6;
    FAILS(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text), OAUTH_ERROR_PASE, "failed with 6", OAUTH_ACTION_RETRY);
    GOOD(oauth_client_close(client));
    CHECK(last_error()[0] == 0, "%s", last_error());
}

/* The library's process is gone, as by a signal: so is what both sides saw. */
static void a_pase_that_ends_in_a_call(void)
{
    int32_t client = oauth_client_new();
    char text[FIELD];

    standin_call_fails = 6;
    standin_call_ends_pase = 1;
    FAILS(oauth_field(client, OAUTH_FIELD_TOKEN, e("name"), 4, text, sizeof text), OAUTH_ERROR_PASE, "failed with 6",
          OAUTH_ACTION_RETRY);
    CHECK(text[0] == 0, "not empty");
    GOOD(oauth_version(text, sizeof text));
    CHECK(standin_starts == 2, "%d starts", standin_starts);
}

static void memory_that_is_not_there(void)
{
    int32_t client = new_client("caller");
    char text[FIELD];
    int left;

    for (left = 0; left < 2; left++) {
        standin_memory = left;
        FAILS(oauth_field(client, OAUTH_FIELD_TOKEN, e("name"), 4, text, sizeof text), OAUTH_ERROR_PASE, "no memory for",
              OAUTH_ACTION_RETRY);
        CHECK(text[0] == 0, "not empty");
    }
    standin_memory = -1;
    GOOD(oauth_client_close(client));
}

/* The bridge's own code, or the call did not notice. */
static int is_own(int32_t rc)
{
    return rc >= 0 || (rc <= OAUTH_ERROR_PASE && rc > -900);
}

/* Whichever call of IBM's, or for memory, is the one that fails: a code, an empty text, nothing lost. */
static void any_call_may_fail(void)
{
    static char url[LARGE], text[LARGE];
    const char *words = e("a{b} and more"), *name = e("name"), *api = e("https://api.example/");
    int32_t client, rc[8];
    int at, each, is_over = 0;

    for (at = 0; !is_over; at++) {
        standin_end_pase();
        standin_fails_at = at;
        client = oauth_client_new();
        rc[0] = client;
        rc[1] = oauth_set(client, OAUTH_CLIENT_SECRET, words, 13);
        memset(text, 'x', 16);
        rc[2] = oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text);
        CHECK(rc[2] >= 0 || text[0] == 0, "call %d: not empty", at);
        is_over = standin_fails_at >= 0;
        standin_fails_at = -1;
        for (each = 0; each < 3; each++)
            CHECK(is_own(rc[each]) || rc[each] == OAUTH_ERROR_HANDLE || (each == 2 && rc[1] < 0), "call %d: %d", at, rc[each]);
        if (client > 0)
            GOOD(oauth_client_close(client));
        CHECK(standin_blocks() == 0 && standin_conversions() == 0 && standin_ile_blocks() <= 1, "call %d: leaks", at);
    }
    CHECK(at > 15, "only %d calls can fail", at);
    client = new_client("caller");
    for (at = 0, is_over = 0; !is_over; at++) {
        memset(url, 'x', 16);
        standin_fails_at = at;
        rc[0] = oauth_build_authorize_url(client, url, sizeof url);
        CHECK(rc[0] >= 0 || url[0] == 0, "call %d: not empty", at);
        rc[1] = oauth_field(client, OAUTH_FIELD_TOKEN, name, 4, text, sizeof text);
        rc[2] = oauth_request_headers(client, e("GET"), 3, api, OAUTH_NUL_TERMINATED, text, sizeof text);
        rc[3] = oauth_http_response(client, 200, words, 13, words, 13);
        is_over = standin_fails_at >= 0;
        standin_fails_at = -1;
        for (each = 0; each < 4; each++)
            CHECK(is_own(rc[each]) || each > 0, "call %d: %d", at, rc[each]);
        CHECK(is_over || is_own(rc[0]) + is_own(rc[1]) + is_own(rc[2]) + is_own(rc[3]) >= 1, "call %d", at);
        CHECK(standin_blocks() == 0 && standin_conversions() == 0 && standin_ile_blocks() <= 1, "call %d: leaks", at);
    }
    CHECK(at > 25, "only %d calls can fail", at);
    GOOD(oauth_client_close(client));
}

/* Another program of the job has ended PASE. */
static void a_pase_that_was_ended(void)
{
    int32_t client = oauth_client_new();

    GOOD(client);
    standin_end_pase();
    GOOD(oauth_client_close(0));
    CHECK(standin_starts == 2, "%d starts", standin_starts);
    GOOD(set(oauth_client_new(), OAUTH_CLIENT_ID, "x"));
    CHECK(standin_starts == 2, "%d starts", standin_starts);
}

static void what_is_looked_up_is_kept(void)
{
    char text[FIELD];
    int32_t client = oauth_client_new();
    int i, before;

    GOOD(set(client, OAUTH_CLIENT_ID, "x"));
    GOOD(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text));
    before = standin_lookups;
    for (i = 0; i < 10; i++) {
        GOOD(set(client, OAUTH_CLIENT_ID, "x"));
        GOOD(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text));
    }
    CHECK(standin_lookups == before && standin_starts == 1, "%d look-ups", standin_lookups - before);
    GOOD(oauth_client_close(client));
}

/* ---- threads ---- */

static pthread_barrier_t gate;

static void *of_a_thread(void *number)
{
    char mine[64], text[FIELD], words[FIELD];
    int i, at = (int)(long)number;
    int32_t client;

    pthread_barrier_wait(&gate);
    client = oauth_client_new();
    GOOD(client);
    for (i = 0; i < 60; i++) {
        memset(mine, 'a' + at, 40);
        snprintf(mine + 40, sizeof mine - 40, "-%d-%d", at, i);
        GOOD(set(client, OAUTH_CLIENT_SECRET, mine));
        CHECK(oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text) == (int32_t)strlen(mine), "%s", last_error());
        CHECK(strcmp(u(text), mine) == 0, "another's: %s", u(text));
        if (at % 2 == 0) { /* the bridge's error here, the library's there */
            FAILS(oauth_get(client, OAUTH_CLIENT_SECRET, text, 3 + at), OAUTH_ERROR_BUFFER, "too small", OAUTH_ACTION_FIX);
        } else {
            snprintf(words, sizeof words, "/none/profile-%d-%d", at, i);
            FAILS(oauth_client_open(e(words), OAUTH_NUL_TERMINATED), OAUTH_ERROR_PROFILE, words, OAUTH_ACTION_FIX);
        }
        GOOD(oauth_client_close(0));
        CHECK(last_error()[0] == 0, "after a success: %s", last_error());
        if (i % 20 == at)
            GOOD(oauth_bridge_ccsid(here)); /* it is the others', too */
    }
    GOOD(oauth_client_close(client));
    return NULL;
}

static void *with_an_error_of_its_own(void *number)
{
    char text[4];

    CHECK(last_error()[0] == 0 && oauth_error_action() == OAUTH_ACTION_NONE, "another's error: %s", last_error());
    FAILS(oauth_version(text, 2), OAUTH_ERROR_BUFFER, "too small: 6 bytes", OAUTH_ACTION_FIX);
    GOOD(oauth_client_close(0));
    return number;
}

static void each_thread_has_its_own_error(void)
{
    char text[4];
    int32_t client = new_client("caller");
    pthread_t other;

    FAILS(oauth_get(client, OAUTH_CLIENT_ID, text, 4), OAUTH_ERROR_BUFFER, "too small: 5 bytes", OAUTH_ACTION_FIX);
    pthread_create(&other, NULL, with_an_error_of_its_own, NULL);
    pthread_join(other, NULL);
    CHECK(strstr(last_error(), "too small: 5 bytes"), "another's error: %s", last_error());
    GOOD(oauth_client_close(client));
}

static void *waits(void *number)
{
    int32_t rc = oauth_await_redirect(*(int32_t *)number, 3600);

    CHECK(rc == OAUTH_ERROR_CANCELLED, "%d: %s", rc, last_error());
    return number;
}

/* Who waits in PASE keeps nobody out of it. */
static void a_call_that_waits_is_ended_by_another_thread(void)
{
    char url[LARGE];
    int32_t client = new_client("builtin");
    pthread_t other;

    GOOD(set(client, OAUTH_REDIRECT_URI, "http://127.0.0.1:0/cb"));
    GOOD(oauth_build_authorize_url(client, url, sizeof url));
    pthread_create(&other, NULL, waits, &client);
    GOOD(oauth_client_close(0));
    GOOD(oauth_stop_waiting(client)); /* it, or the one that is about to wait */
    pthread_join(other, NULL);
    GOOD(oauth_client_close(client));
}

/* Each of IBM's functions may be where a thread ends. Whoever calls nothing of the kind comes to the next line. */
static void *is_cancelled(void *number)
{
    int32_t *calls = number;
    char text[FIELD];
    int32_t client;

    pthread_cancel(pthread_self());
    client = oauth_client_new();
    *calls += client > 0;
    *calls += oauth_set(client, OAUTH_CLIENT_SECRET, e("secret"), 6) == 0;
    *calls += oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text) == 6;
    *calls += oauth_bridge_ccsid(here) == 0 && oauth_bridge_ccsid(1) == OAUTH_ERROR_CCSID;
    *calls += oauth_error_text(text, sizeof text) > 0;
    *calls += oauth_client_close(client) == 0;
    pthread_testcancel();
    return NULL;
}

static void a_thread_that_is_cancelled_ends_after_its_call(void)
{
    pthread_t thread;
    void *ended = NULL;
    int32_t calls = 0;

    GOOD(oauth_client_close(oauth_client_new())); /* where no lock is held, so that a mutant fails and does not wait */
    pthread_create(&thread, NULL, is_cancelled, &calls);
    pthread_join(thread, &ended);
    CHECK(ended == PTHREAD_CANCELED && calls == 6, "%d calls", calls);
    GOOD(oauth_client_close(0));
}

static void threads_do_not_mix(void)
{
    pthread_t threads[8];
    long i;

    standin_patience = 50000;
    pthread_barrier_init(&gate, NULL, 8);
    for (i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, of_a_thread, (void *)i);
    for (i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    CHECK(standin_starts == 1, "PASE was started %d times", standin_starts);
    CHECK(standin_ile_blocks() == 0, "%d blocks of threads that have ended", standin_ile_blocks());
}

/* ---- every function, by the header's own list ---- */

typedef struct {
    int32_t number; /* or length, or capacity */
    char *text;
} value;

typedef struct {
    const char *name;
    const char *shapes; /* c: client, i: int, t: text in, o: text out */
    int32_t (*through_the_bridge)(value *values);
    int32_t (*directly)(void *function, value *values);
} entry;

#include "functions.h" /* made by run.py of liboauth.h */

static void every_function_is_called(void)
{
    char out[FIELD];
    value values[8];
    size_t i, at;
    int before;

    GOOD(oauth_client_close(0));
    for (i = 0; i < sizeof functions / sizeof *functions; i++) {
        for (at = 0; functions[i].shapes[at] != 0; at++) {
            values[at].number = functions[i].shapes[at] == 'o' ? FIELD : functions[i].shapes[at] == 't' ? 1 : -5;
            values[at].text = functions[i].shapes[at] == 'o' ? out : (char *)e("x");
        }
        before = standin_calls;
        functions[i].through_the_bridge(values);
        CHECK(standin_calls > before && strcmp(standin_last_name, functions[i].name) == 0, "%s calls %s", functions[i].name,
              standin_last_name);
    }
}

#define INTS 5
#define TEXTS 12
#define OUTS 6

static char *megabytes[2]; /* blanks: in UTF-8, and here */

/* The same text for the library and for the bridge; whose blanks, NUL and letters differ. */
static value text_in(int which, int is_here)
{
    static const int32_t lengths[TEXTS] = { -1, 0, 1, 5, 5, -2, -2147483647 - 1, 2147483647, 1048577, 1048576, 0, -1 };
    value made;

    made.number = lengths[which];
    made.text = (char *)(is_here ? e("GET  ") : "GET  ");
    if (which == 4) {
        static char cut[2][8];

        memcpy(cut[is_here], made.text, 6);
        cut[is_here][2] = 0;
        made.text = cut[is_here];
    }
    if (which >= 7 && which <= 9)
        made.text = megabytes[is_here];
    if (which >= 10)
        made.text = NULL;
    return made;
}

/* What the library answers is what the bridge answers, whatever comes. */
static void the_library_has_the_last_word(void)
{
    static const int32_t ints[INTS] = { 0, 1, -1, 2147483647, -2147483647 - 1 };
    static const int32_t outs[OUTS] = { FIELD, 0, 1, -1, -2147483647 - 1, FIELD };
    char out[2][FIELD];
    value values[2][8];
    size_t i, at;
    int round, side;
    int32_t clients[2], answers[2], mine;

    megabytes[0] = malloc(16 * 1024 * 1024);
    megabytes[1] = malloc(16 * 1024 * 1024);
    memset(megabytes[0], ' ', 16 * 1024 * 1024);
    memset(megabytes[1], blank(), 16 * 1024 * 1024);
    for (i = 0; i < sizeof functions / sizeof *functions; i++)
        for (round = 0; round < 36; round++) {
            const entry *called = &functions[i];

            if (round >= INTS + 2 && strpbrk(called->shapes, "to") == NULL)
                break;
            for (side = 0; side < 2; side++) {
                clients[side] = oauth_client_new();
                oauth_set(clients[side], OAUTH_HTTP, e("caller"), 6);
                oauth_set(clients[side], OAUTH_CLIENT_ID, e("abc"), 3);
                oauth_set(clients[side], OAUTH_AUTHORIZATION_ENDPOINT, e("https://as.example/a"), 20);
                oauth_set(clients[side], OAUTH_TOKEN_ENDPOINT, e("https://as.example/t"), 20);
                memset(out[side], 'x', FIELD);
                for (at = 0; called->shapes[at] != 0; at++) {
                    value *given = &values[side][at];

                    given->text = NULL;
                    switch (called->shapes[at]) {
                    case 'c':
                        given->number = round % 7 == 6 ? -5 : clients[side];
                        break;
                    case 'i':
                        given->number = ints[(size_t)(round + (int)at) % INTS];
                        break;
                    case 't':
                        *given = text_in((round + 5 * (int)at) % (round < TEXTS ? TEXTS : 7), side);
                        break;
                    default:
                        given->number = outs[(round / 2) % OUTS];
                        given->text = (round / 2) % OUTS == 5 ? NULL : out[side];
                    }
                }
            }
            answers[0] = called->directly(direct(called->name), values[0]);
            answers[1] = called->through_the_bridge(values[1]);
            mine = called->shapes[0] != 'c' && answers[0] > 0 && answers[1] > 0; /* clients: each has its own number */
            CHECK(mine || answers[0] == answers[1], "%s, round %d: %d directly, %d by the bridge: %s", called->name, round,
                  answers[0], answers[1], last_error());
            for (side = 0; side < 2; side++) {
                if (mine && strncmp(called->name, "oauth_client_", 13) == 0)
                    oauth_client_close(answers[side]);
                oauth_client_close(clients[side]);
            }
        }
    free(megabytes[0]);
    free(megabytes[1]);
}

/* ---- the cases ---- */

static const int SINGLE[] = { 37,  273,  277,  278,  280,  284,  285,  297,  500,  871,  870,  1025, 1026,
                              1047, 1140, 1141, 1142, 1143, 1144, 1145, 1146, 1147, 1148, 1149, 0 };
static const int LATIN[] = { 37, 273, 277, 278, 280, 284, 285, 297, 500, 871, 1047, 1140, 1141, 1148, 1149, 0 };
static const int ALL[] = { 37,   273,  277,  278,  280,  284,  285,  297,  500,  871,  870,  1025, 1026, 1047, 1140, 1141,
                           1142, 1143, 1144, 1145, 1146, 1147, 1148, 1149, 420,  424,  875,  930,  933,  935,  937,
                           939,  5026, 5035, 1364, 1371, 1388, 1390, 1399, 0 };
static const int SOME[] = { 37, 273, 1047, 930, 1399, 0 };
static const int TWO[] = { 273, 1399, 0 };
static const int MIXED[] = { 930, 937, 939, 5026, 5035, 1371, 1390, 1399, 0 };
static const int US[] = { 37, 0 };
static const int HOLES[] = { 420, 424, 875, 0 };

#define CASE(function, ccsids, network) { #function, function, ccsids, network }
static const struct {
    const char *name;
    void (*function)(void);
    const int *ccsids;
    int network;
} cases[] = {
    CASE(a_whole_sign_in, ALL, 1),
    CASE(a_whole_sign_in_by_the_callers_http, SINGLE, 1),
    CASE(a_code_is_shown_and_drawn, SOME, 1),
    CASE(a_sign_in_by_a_profile, SOME, 1),
    CASE(an_answer_that_has_lost_a_letter, LATIN, 0),
    CASE(an_answer_that_is_damaged, HOLES, 0),
    CASE(an_answer_as_it_came, SOME, 0),
    CASE(variant_characters_come_back, ALL, 0),
    CASE(lengths_are_in_the_callers_encoding, LATIN, 0),
    CASE(fields_end_where_they_end, ALL, 0),
    CASE(fields_of_megabytes, TWO, 0),
    CASE(null_stays_null, SOME, 0),
    CASE(a_url_that_did_not_fit_was_not_made, SOME, 0),
    CASE(long_texts_come_whole, SOME, 0),
    CASE(what_cannot_be_converted, US, 0),
    CASE(an_error_text_is_shown_as_far_as_can_be, US, 0),
    CASE(bytes_that_are_no_text, HOLES, 0),
    CASE(mixed_texts, MIXED, 0),
    CASE(a_shift_is_left_open, MIXED, 0),
    CASE(ccsids_that_can_be_chosen, SOME, 0),
    CASE(a_job_that_converts_nothing, US, 0),
    CASE(a_job_whose_ccsid_changes, US, 0),
    CASE(a_job_whose_ccsid_nobody_knows, US, 0),
    CASE(a_32_bit_pase, SOME, 0),
    CASE(a_pase_that_runs_already, US, 0),
    CASE(a_pase_of_others_that_changes, SOME, 0),
    CASE(a_pase_that_cannot_start, SOME, 0),
    CASE(a_library_that_is_not_there, SOME, 0),
    CASE(a_function_that_is_not_there, SOME, 0),
    CASE(a_call_that_fails, SOME, 0),
    CASE(a_pase_that_ends_in_a_call, SOME, 0),
    CASE(memory_that_is_not_there, US, 0),
    CASE(any_call_may_fail, SOME, 0),
    CASE(a_pase_that_was_ended, SOME, 0),
    CASE(what_is_looked_up_is_kept, US, 0),
    CASE(each_thread_has_its_own_error, SOME, 0),
    CASE(a_call_that_waits_is_ended_by_another_thread, US, 0),
    CASE(a_thread_that_is_cancelled_ends_after_its_call, SOME, 0),
    CASE(threads_do_not_mix, SOME, 0),
    CASE(every_function_is_called, SOME, 0),
    CASE(the_library_has_the_last_word, TWO, 0),
};

static int run(void (*function)(void), int ccsid)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        standin_library = getenv("LIBOAUTH_SO");
        standin_job_ccsid = here = ccsid;
        function();
        CHECK(standin_blocks() == 0, "%d blocks of PASE's memory leaked", standin_blocks());
        CHECK(standin_conversions() == 0, "%d conversions are open", standin_conversions());
        CHECK(standin_ile_blocks() <= 1, "%d blocks leaked", standin_ile_blocks()); /* this thread's last error */
        exit(problems || standin_violations ? 1 : 0);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0, status, wanted, word;
    char name[128];
    const int *ccsid;
    size_t i;

    if (argc < 3)
        return 2;
    server_url = argv[1];
    folder = argv[2];
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        for (ccsid = cases[i].ccsids; *ccsid != 0; ccsid++) {
            snprintf(name, sizeof name, "%s %d", cases[i].name, *ccsid);
            wanted = !cases[i].network || server_url[0] != '-';
            for (word = 3; word < argc; word++)
                wanted = wanted && strstr(name, argv[word]) != NULL;
            if (!wanted)
                continue;
            status = run(cases[i].function, *ccsid);
            if (status != 0)
                fprintf(stderr, "FAILED %s (%d)\n", name, status);
            passed += status == 0;
            failed += status != 0;
        }
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
