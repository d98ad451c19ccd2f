/* host_state BASE TOKEN CA FOLDER: every function, succeeding and failing, with and without network, leaves errno, signal
 * mask, signal handlers, locale, umask and working folder of the process as they were.
 *
 * The server answers the refreshes with what it was told to; only the last one must succeed.
 */
#include "guest.h"

#include <locale.h>
#include <signal.h>
#include <sys/stat.h>

enum { SIGNALS = 65, REFRESHES = 8, OUR_ERRNO = 77 };

struct surroundings {
    sigset_t mask;
    struct sigaction handlers[SIGNALS];
    char locale[512];
    locale_t thread_locale;
    mode_t umask;
    char folder[4096];
};

static void look(struct surroundings *found)
{
    int number;

    memset(found, 0, sizeof *found);
    MUST(sigprocmask(SIG_SETMASK, NULL, &found->mask) == 0);
    for (number = 1; number < SIGNALS; number++)
        sigaction(number, NULL, &found->handlers[number]); /* two of them are the C library's, and refused */
    snprintf(found->locale, sizeof found->locale, "%s", setlocale(LC_ALL, NULL));
    found->thread_locale = uselocale((locale_t)0);
    found->umask = umask(0);
    umask(found->umask);
    MUST(getcwd(found->folder, sizeof found->folder) != NULL);
}

static void compare(const char *call, int line, const struct surroundings *before, int number)
{
    struct surroundings after;
    int i;

    if (number != OUR_ERRNO)
        fail(__FILE__, line, call, number);
    look(&after);
    for (i = 1; i < SIGNALS; i++) {
        if (sigismember(&before->mask, i) != sigismember(&after.mask, i))
            fail(__FILE__, line, "the mask of a signal has changed", i);
        if (before->handlers[i].sa_handler != after.handlers[i].sa_handler ||
            before->handlers[i].sa_flags != after.handlers[i].sa_flags)
            fail(__FILE__, line, "the handler of a signal has changed", i);
    }
    if (strcmp(before->locale, after.locale) != 0 || before->thread_locale != after.thread_locale)
        fail(__FILE__, line, "the locale has changed", 0);
    if (before->umask != after.umask)
        fail(__FILE__, line, "the umask has changed", (long)after.umask);
    if (strcmp(before->folder, after.folder) != 0)
        fail(__FILE__, line, "the working folder has changed", 0);
}

static struct surroundings before;

/* Makes the call, looks at what it left, and keeps its answer. */
#define CALL(call)                                        \
    do {                                                  \
        int errno_;                                       \
        look(&before);                                    \
        errno = OUR_ERRNO;                                \
        answer = (call);                                  \
        errno_ = errno;                                   \
        compare(#call, __LINE__, &before, errno_);        \
    } while (0)

#define CALL_FOR(wanted, call)                            \
    do {                                                  \
        CALL(call);                                       \
        if (answer != (wanted))                           \
            fail(__FILE__, __LINE__, #call, answer);      \
    } while (0)

#define CALL_GIVES(call)                                  \
    do {                                                  \
        CALL(call);                                       \
        if (answer <= 0)                                  \
            fail(__FILE__, __LINE__, #call, answer);      \
    } while (0)

#define CALL_FAILS(call)                                  \
    do {                                                  \
        CALL(call);                                       \
        if (answer >= OAUTH_HTTP_NEEDED)                  \
            fail(__FILE__, __LINE__, #call, answer);      \
    } while (0)

static void mistakes(void)
{
    char text[64];
    int32_t answer, client;

    CALL_FOR(OAUTH_ERROR_NULL, oauth_client_open(NULL, 0));
    CALL_FOR(OAUTH_ERROR_PROFILE, oauth_client_open(TEXT("no-such-profile")));
    CALL_FOR(OAUTH_ERROR_PROFILE, oauth_client_open(TEXT("/nonexistent/profiles.toml#one")));
    CALL_FOR(OAUTH_ERROR_HANDLE, oauth_client_close(-5));
    CALL_FOR(OAUTH_ERROR_HANDLE, oauth_client_close(123456789));
    CALL_FOR(OAUTH_ERROR_HANDLE, oauth_refresh(0));
    CALL_GIVES(oauth_client_new());
    client = answer;
    CALL_FOR(OAUTH_ERROR_PROPERTY, oauth_set(client, 9999, TEXT("x")));
    CALL_FOR(OAUTH_ERROR_VALUE, oauth_set(client, OAUTH_TIMEOUT, TEXT("soon")));
    CALL_FOR(OAUTH_ERROR_ENCODING, oauth_set(client, OAUTH_SCOPE, TEXT("\xff\xfe")));
    CALL_FOR(OAUTH_ERROR_LENGTH, oauth_set(client, OAUTH_SCOPE, "x", -7));
    CALL_FOR(OAUTH_ERROR_INSECURE, oauth_set(client, OAUTH_TOKEN_ENDPOINT, TEXT("http://example.com/token")));
    CALL_FOR(OAUTH_ERROR_NULL, oauth_get(client, OAUTH_SCOPE, NULL, 7));
    CALL_FOR(0, oauth_set(client, OAUTH_SCOPE, TEXT("a long scope")));
    CALL_FOR(OAUTH_ERROR_BUFFER, oauth_get(client, OAUTH_SCOPE, text, 3));
    CALL_FOR(OAUTH_ERROR_MISSING, oauth_build_authorize_url(client, text, sizeof text));
    CALL_FOR(OAUTH_ERROR_CODE, oauth_exchange_code(client, TEXT("")));
    CALL_FOR(OAUTH_ERROR_SEQUENCE, oauth_exchange_code(client, TEXT("a-code")));
    CALL_FOR(OAUTH_ERROR_SIGN_IN, oauth_refresh(client));
    CALL_FOR(OAUTH_ERROR_SIGN_IN, oauth_bearer_header(client, text, sizeof text));
    CALL_FOR(OAUTH_ERROR_SIGN_IN, oauth_access_token(client, text, sizeof text));
    CALL_FOR(0, oauth_token_rejected(client));
    CALL_FOR(OAUTH_ERROR_MISSING, oauth_revoke(client));
    CALL_FAILS(oauth_introspect(client));
    CALL_FAILS(oauth_userinfo(client));
    CALL_FAILS(oauth_discover(client));
    CALL_FAILS(oauth_register(client));
    CALL_FAILS(oauth_unregister(client));
    CALL_FAILS(oauth_end_session_url(client, text, sizeof text));
    CALL_FAILS(oauth_device_start(client));
    CALL_FAILS(oauth_ciba_start(client));
    CALL_FAILS(oauth_device_poll(client));
    CALL_FAILS(oauth_request_token(client, TEXT("no such grant")));
    CALL_FAILS(oauth_field(client, 9999, TEXT("x"), text, sizeof text));
    CALL_FAILS(oauth_sasl_response(client, 9999, text, sizeof text));
    CALL_FAILS(oauth_request_headers(client, TEXT("GET"), TEXT("https://a.example/"), text, sizeof text));
    CALL_FOR(0, oauth_api_response(client, TEXT("https://a.example/"), 200, TEXT("")));
    CALL_FAILS(oauth_await_redirect(client, 0));
    CALL_FOR(0, oauth_stop_waiting(client));
    CALL_FOR(OAUTH_ERROR_HANDLE, oauth_stop_waiting(-5));
    CALL_FOR(OAUTH_ERROR_SEQUENCE, oauth_http_request(client, OAUTH_REQUEST_URL, text, sizeof text));
    CALL_FOR(OAUTH_ERROR_SEQUENCE, oauth_http_response(client, 200, "", 0, "", 0));
    CALL_FOR(OAUTH_ERROR_BUFFER, oauth_error_text(text, 2));
    CALL_GIVES(oauth_error_action());
    CALL_GIVES(oauth_version(text, sizeof text));
    CALL_FOR(OAUTH_ERROR_BUFFER, oauth_version(text, 2));
    CALL_FOR(0, oauth_client_close(client));
    CALL_FOR(0, oauth_client_close(0));
}

/* Servers that are not there. */
static void no_network(const char *token)
{
    int32_t answer, client = new_client("http://127.0.0.1:1", "");

    seed(client, token);
    CALL_FOR(OAUTH_ERROR_CONNECT, oauth_refresh(client));
    CALL_FOR(0, oauth_set(client, OAUTH_REVOCATION_ENDPOINT, TEXT("/revoke")));
    CALL_FOR(OAUTH_ERROR_CONNECT, oauth_revoke(client));
    CALL_FOR(0, oauth_set(client, OAUTH_PROXY, TEXT("http://127.0.0.1:1")));
    CALL_FOR(OAUTH_ERROR_CONNECT, oauth_refresh(client));
    CALL_FOR(0, oauth_client_close(client));
    client = new_client("https://a..b", "");
    seed(client, token);
    CALL_FOR(OAUTH_ERROR_RESOLVE, oauth_refresh(client));
    CALL_FOR(0, oauth_client_close(client));
}

/* The caller's own HTTP: what is asked, and an answer that is good. */
#define CALL_TOLD(call, body)                                                                      \
    do {                                                                                           \
        CALL_FOR(OAUTH_HTTP_NEEDED, call);                                                         \
        CALL_FOR(0, oauth_http_response(client, 200, TEXT(""), body, (int32_t)strlen(body)));      \
    } while (0)

static void asks_besides_tokens(const char *base, const char *ca_file)
{
    static const char person[] =
        "{\"device_code\":\"d\",\"user_code\":\"WDJB-MJHT\",\"verification_uri\":\"https://as.example/d\",\"interval\":5}";
    char text[8192];
    int32_t answer, client = new_client(base, ca_file);

    CALL_FOR(0, oauth_set(client, OAUTH_HTTP, TEXT("caller")));
    CALL_FOR(0, oauth_set(client, OAUTH_DEVICE_ENDPOINT, TEXT("/device")));
    CALL_FOR(0, oauth_set(client, OAUTH_INTROSPECTION_ENDPOINT, TEXT("/introspect")));
    CALL_FOR(0, oauth_set(client, OAUTH_USERINFO_ENDPOINT, TEXT("/userinfo")));
    CALL_FOR(0, oauth_set(client, OAUTH_END_SESSION_ENDPOINT, TEXT("/end")));
    CALL_FOR(0, oauth_set(client, OAUTH_USERNAME, TEXT("anne")));
    CALL_TOLD(oauth_device_start(client), person);
    CALL_GIVES(oauth_get(client, OAUTH_QR_CODE, text, sizeof text));
    CALL_FOR(OAUTH_PENDING, oauth_device_poll(client));
    CALL_TOLD(oauth_request_token(client, TEXT("client_credentials")), "{\"access_token\":\"a\"}");
    CALL_TOLD(oauth_introspect(client), "{\"active\":true}");
    CALL_GIVES(oauth_field(client, OAUTH_FIELD_INTROSPECTION, TEXT("active"), text, sizeof text));
    CALL_TOLD(oauth_userinfo(client), "{\"sub\":\"s\"}");
    CALL_GIVES(oauth_end_session_url(client, text, sizeof text));
    CALL_GIVES(oauth_sasl_response(client, OAUTH_SASL_XOAUTH2, text, sizeof text));
    CALL_FOR(0, oauth_set(client, OAUTH_DPOP, TEXT("yes")));
    CALL_TOLD(oauth_request_token(client, TEXT("client_credentials")), "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}");
    CALL_GIVES(oauth_request_headers(client, TEXT("GET"), TEXT("https://a.example/"), text, sizeof text));
    CALL_FOR(0, oauth_client_close(client));
}

static void listens(const char *base, const char *ca_file)
{
    char text[8192];
    int32_t answer, client = new_client(base, ca_file);

    CALL_FOR(0, oauth_set(client, OAUTH_REDIRECT_URI, TEXT("http://127.0.0.1:0/cb")));
    CALL_GIVES(oauth_build_authorize_url(client, text, sizeof text));
    CALL_FOR(OAUTH_PENDING, oauth_await_redirect(client, 1));
    CALL_FOR(0, oauth_stop_waiting(client));
    CALL_FOR(OAUTH_ERROR_CANCELLED, oauth_await_redirect(client, 60));
    CALL_FOR(OAUTH_ERROR_SEQUENCE, oauth_await_redirect(client, 0));
    CALL_FOR(0, oauth_client_close(client));
}

int main(int argc, char **argv)
{
    static const char *locales[] = {"de_DE.UTF-8", "C.UTF-8", "C"};
    struct sigaction ignored;
    sigset_t some;
    char text[2048], store[4096];
    int32_t answer, client;
    size_t i;

    MUST(argc == 5);
    alarm(300);
    for (i = 0; i < 3 && setlocale(LC_ALL, locales[i]) == NULL; i++)
        ;
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    sigaddset(&some, SIGTTOU);
    MUST(sigprocmask(SIG_BLOCK, &some, NULL) == 0);
    memset(&ignored, 0, sizeof ignored);
    ignored.sa_handler = SIG_IGN;
    MUST(sigaction(SIGHUP, &ignored, NULL) == 0);
    umask(0137);

    mistakes();
    no_network(argv[2]);

    asks_besides_tokens(argv[1], argv[3]);
    listens(argv[1], argv[3]);

    client = new_client(argv[1], argv[3]);
    CALL_GIVES(oauth_build_authorize_url(client, text, sizeof text));
    CALL(oauth_exchange_code(client, TEXT("guessed"))); /* the server says no, or worse */
    MUST(answer < 0);
    CALL_FOR(0, oauth_set(client, OAUTH_TIMEOUT, TEXT("1")));
    seed(client, argv[2]);
    for (i = 0; i < REFRESHES; i++) {
        CALL(oauth_refresh(client));
        CALL(oauth_error_text(text, sizeof text));
        CALL(oauth_error_action());
    }
    CALL_FOR(0, oauth_set(client, OAUTH_TIMEOUT, TEXT("300"))); /* what comes now must go well, also where all is slow */
    snprintf(store, sizeof store, "file:%s/tokens", argv[4]);
    CALL_FOR(0, oauth_set(client, OAUTH_STORE, TEXT(store)));
    CALL_FOR(0, oauth_refresh(client));
    CALL_FOR(0, oauth_token_rejected(client));
    CALL_GIVES(oauth_bearer_header(client, text, sizeof text));
    CALL_GIVES(oauth_access_token(client, text, sizeof text));
    CALL_GIVES(oauth_get(client, OAUTH_EXPIRES_AT, text, sizeof text));
    CALL_GIVES(oauth_accounts(client, 1, text, sizeof text));
    CALL_FOR(0, oauth_store_reseal(client));
    CALL_GIVES(oauth_get(client, OAUTH_TOKEN_RECORD, text, sizeof text));
    CALL_FOR(OAUTH_ERROR_GENERATION, oauth_import_token(client, 0, TEXT(text)));
    CALL_FOR(0, oauth_import_token(client, -1, TEXT(text)));
    CALL_FOR(0, oauth_set(client, OAUTH_HTTP, TEXT("caller")));
    CALL_FOR(OAUTH_HTTP_NEEDED, oauth_refresh(client));
    CALL_GIVES(oauth_http_request(client, OAUTH_REQUEST_CONTENT, text, sizeof text));
    CALL_FOR(OAUTH_ERROR_RESPONSE, oauth_http_response(client, 200, "", 0, "hello", 5));
    CALL_FOR(0, oauth_set(client, OAUTH_HTTP, TEXT("builtin")));
    CALL_FOR(0, oauth_set(client, OAUTH_REVOCATION_ENDPOINT, TEXT("/no-such-page")));
    CALL_FOR(OAUTH_ERROR_RESPONSE, oauth_revoke(client));
    CALL_FOR(0, oauth_set(client, OAUTH_REVOCATION_ENDPOINT, TEXT("/revoke")));
    CALL_FOR(0, oauth_revoke(client));
    CALL_FOR(OAUTH_ERROR_SIGN_IN, oauth_bearer_header(client, text, sizeof text));
    CALL_FOR(0, oauth_forget(client));
    CALL_FOR(0, oauth_set(client, OAUTH_STORE, TEXT("file:/proc/nowhere/tokens")));
    CALL_FOR(OAUTH_ERROR_STORE, oauth_refresh(client)); /* a store that can be in no such place is no empty one */
    if (argv[3][0] != '\0') {
        CALL_FOR(0, oauth_set(client, OAUTH_STORE, TEXT("memory:")));
        seed(client, argv[2]);
        CALL_FOR(0, oauth_set(client, OAUTH_CA_FILE, TEXT("/nonexistent.pem")));
        CALL_FOR(OAUTH_ERROR_CERTIFICATE, oauth_refresh(client));
        CALL_FOR(0, oauth_set(client, OAUTH_CA_FILE, TEXT("")));
        CALL_FOR(OAUTH_ERROR_TLS, oauth_refresh(client));
    }
    CALL_FOR(0, oauth_client_close(client));
    return 0;
}
