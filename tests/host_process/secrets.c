/* secrets BASE CA PROXY FOLDER: what stays in memory of a client that is closed.
 *
 * Clients with the built-in HTTP and with one that is lent do all that secrets pass through: settings, sign-in, refreshes,
 * refusals, answers without sense, stores, errors; registrations, codes of a device, tokens that are bound to a key. FOLDER gets all memory that can be written to: "open" while they
 * are, "closed" after; not the stack, of which each call leaves what the next one writes over. What looks for secrets there is
 * another program: this one has them in texts that cannot be written to, and in buffers that it wipes.
 */
#include "guest.h"

#include <fcntl.h>

static const char CODE[] = "c0de-Zq8tWmVx";
static char text[8192]; /* whatever comes out */

static void wipe(void)
{
    memset(text, 0, sizeof text);
    __asm__ volatile("" : : "r"(text) : "memory");
}

/* All writable memory of one kind, in a file. */
static void dump(const char *folder, const char *name)
{
    static char maps[1 << 16];
    char path[512], *line, *rest = NULL;
    size_t filled = 0;
    ssize_t amount;
    int file = open("/proc/self/maps", O_RDONLY);

    MUST(file >= 0);
    while ((amount = read(file, maps + filled, sizeof maps - 1 - filled)) > 0)
        filled += (size_t)amount;
    MUST(amount == 0);
    maps[filled] = '\0';
    close(file);

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    MUST(file >= 0);
    for (line = strtok_r(maps, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        unsigned long start, end;
        char rights[5];

        MUST(sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3);
        if (rights[1] != 'w' || strstr(line, "[stack]") != NULL)
            continue;
        for (; start < end; start += (unsigned long)amount) {
            amount = write(file, (const char *)start, end - start);
            MUST(amount > 0);
        }
    }
    close(file);
}

static int32_t setup(const char *base, const char *ca_file, const char *folder, const char *http)
{
    int32_t client = new_client(base, ca_file);

    MUST_BE(oauth_set(client, OAUTH_HTTP, TEXT(http)), 0);
    MUST_BE(oauth_set(client, OAUTH_CLIENT_SECRET, TEXT("cli3nt-Hn4rTyLb /+=&")), 0);
    MUST_BE(oauth_set(client, OAUTH_TOKEN_PARAMS, TEXT("password=p4rams-Kw7dQzGs%21")), 0);
    MUST_BE(oauth_set(client, OAUTH_ACCOUNT, TEXT(http)), 0);
    MUST_BE(oauth_set(client, OAUTH_USERNAME, TEXT("anne")), 0);
    snprintf(text, sizeof text, "file:%s/tokens", folder);
    MUST_BE(oauth_set(client, OAUTH_STORE, TEXT(text)), 0);
    return client;
}

/* Takes the state from the URL in `text`, and leaves the redirect there. */
static void redirect(void)
{
    char state[128];
    const char *found = strstr(text, "&state=");

    MUST(found != NULL);
    found += strlen("&state=");
    snprintf(state, sizeof state, "%.*s", (int)strcspn(found, "&"), found);
    snprintf(text, sizeof text, "http://127.0.0.1:9999/cb?code=%s&state=%s", CODE, state);
}

static void read_all(int32_t client)
{
    static const int32_t RESULTS[] = { OAUTH_ACCESS_TOKEN, OAUTH_REFRESH_TOKEN, OAUTH_ID_TOKEN, OAUTH_TOKEN_RECORD,
                                       OAUTH_STATUS_LINE,  OAUTH_CLIENT_SECRET, OAUTH_STORE_KEY };
    size_t i;

    for (i = 0; i < sizeof RESULTS / sizeof *RESULTS; i++)
        MUST_GIVE(oauth_get(client, RESULTS[i], text, sizeof text));
    MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
    MUST_GIVE(oauth_access_token(client, text, sizeof text));
    MUST_GIVE(oauth_sasl_response(client, OAUTH_SASL_XOAUTH2, text, sizeof text));
}

static void change_settings(int32_t client)
{
    static const char *const AUTH[] = { "client_secret_post", "client_secret_basic" };
    static const char *const BODY[] = { "json", "form" };
    size_t i;

    for (i = 0; i < 2; i++) {
        MUST_BE(oauth_set(client, OAUTH_CLIENT_AUTH, TEXT(AUTH[i])), 0);
        MUST_BE(oauth_set(client, OAUTH_REQUEST_BODY, TEXT(BODY[i])), 0);
        MUST_BE(oauth_refresh(client), 0);
    }
}

static void with_builtin_http(int32_t client, const char *proxy)
{
    MUST_GIVE(oauth_build_authorize_url(client, text, sizeof text));
    redirect();
    MUST_BE(oauth_exchange_code(client, TEXT(text)), 0);
    /* Another host's, whose code is shown to nobody; the same once more. */
    MUST(oauth_exchange_code(client, TEXT("https://elsewhere.example/?code=c0de-Zq8tWmVx&state=another")) < 0);
    MUST(oauth_exchange_code(client, TEXT(text)) < 0);
    change_settings(client);
    MUST_BE(oauth_set(client, OAUTH_STORE_ALLOW_PLAIN, TEXT("yes")), 0);
    MUST_BE(oauth_set(client, OAUTH_STORE_KEY,
                      TEXT("6b3179d5e8a2440fb7c19e3d5a60824c6b3179d5e8a2440fb7c19e3d5a60824c")), 0);
    MUST_BE(oauth_refresh(client), 0);
    read_all(client);
    MUST(oauth_refresh(client) < 0); /* refused, in words that repeat the token */
    MUST(oauth_refresh(client) < 0); /* no JSON */
    MUST_GIVE(oauth_get(client, OAUTH_TOKEN_RECORD, text, sizeof text));
    MUST_BE(oauth_import_token(client, -1, TEXT(text)), 0);
    MUST_BE(oauth_set(client, OAUTH_PROXY, TEXT(proxy)), 0);
    MUST_BE(oauth_refresh(client), OAUTH_ERROR_CONNECT);
    MUST_GIVE(oauth_error_text(text, sizeof text));
}

static void with_own_http(int32_t client)
{
    static const char ANSWER[] = "{\"access_token\":\"acc3ss-Bv5nJcXk\",\"token_type\":\"Bearer\",\"expires_in\":\"3600\","
                                 "\"refresh_token\":\"r3fresh-Ty6uPdFa\",\"realmId\":\"id-Wm3bRgEs\"}";
    static const char HEADERS[] = "HTTP/1.1 200 OK\r\nSet-Cookie: c00kie-Lx2vNqHz=1\r\n\r\n";
    static const char NONSENSE[] = "<p>no token is acc3ss-Bv5nJcXk";
    int i;

    MUST_GIVE(oauth_build_authorize_url(client, text, sizeof text));
    redirect();
    MUST_BE(oauth_exchange_code(client, TEXT(text)), OAUTH_HTTP_NEEDED);
    for (i = 0; i < 2; i++) {
        MUST_GIVE(oauth_http_request(client, OAUTH_REQUEST_URL, text, sizeof text));
        MUST_GIVE(oauth_http_request(client, OAUTH_REQUEST_HEADERS, text, sizeof text));
        MUST_GIVE(oauth_http_request(client, OAUTH_REQUEST_CONTENT, text, sizeof text));
        MUST_BE(oauth_http_response(client, 200, HEADERS, (int32_t)strlen(HEADERS), ANSWER, (int32_t)strlen(ANSWER)), 0);
        MUST_BE(oauth_refresh(client), OAUTH_HTTP_NEEDED);
    }
    MUST(oauth_http_response(client, 400, "", 0, NONSENSE, (int32_t)strlen(NONSENSE)) < 0);
    MUST_BE(oauth_refresh(client), OAUTH_HTTP_NEEDED); /* a request that waits when it is closed */
    MUST_GIVE(oauth_error_text(text, sizeof text));
}

/* What the lent HTTP is to send is read, and this is the answer. */
static int32_t told(int32_t client, int32_t called, const char *answer)
{
    static const int32_t PARTS[] = { OAUTH_REQUEST_METHOD, OAUTH_REQUEST_URL, OAUTH_REQUEST_HEADERS, OAUTH_REQUEST_CONTENT };
    size_t i;

    MUST_BE(called, OAUTH_HTTP_NEEDED);
    for (i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        MUST(oauth_http_request(client, PARTS[i], text, sizeof text) >= 0);
    return oauth_http_response(client, 200, TEXT(""), TEXT(answer));
}

static void with_a_registration(int32_t client)
{
    static const char ANSWER[] =
        "{\"client_id\":\"me\",\"client_secret\":\"r3gistered-Pd8kVwMs\",\"client_secret_expires_at\":0,"
        "\"registration_access_token\":\"m4nage-Ru5xLbTn\",\"registration_client_uri\":\"https://as.example/r/me\"}";

    MUST_BE(oauth_set(client, OAUTH_REGISTRATION_ENDPOINT, TEXT("/register")), 0);
    MUST_BE(oauth_set(client, OAUTH_CLIENT_ID, TEXT("")), 0);
    MUST_BE(oauth_set(client, OAUTH_CLIENT_SECRET, TEXT("")), 0);
    MUST_BE(told(client, oauth_register(client), ANSWER), 0);
    MUST_GIVE(oauth_get(client, OAUTH_CLIENT_SECRET, text, sizeof text));
    MUST_BE(oauth_register(client), 0); /* as it is in the store */
}

/* The token that comes is bound to a key, which the store has. */
static void with_a_device(int32_t client)
{
    static const char PERSON[] = "{\"device_code\":\"d3vice-Yk2hSgQw\",\"user_code\":\"WDJB-MJHT\","
                                 "\"verification_uri\":\"https://as.example/device\",\"interval\":1}";
    static const char TOKEN[] = "{\"access_token\":\"acc3ss-Bv5nJcXk\",\"token_type\":\"DPoP\",\"expires_in\":3600}";

    MUST_BE(oauth_set(client, OAUTH_DEVICE_ENDPOINT, TEXT("/device")), 0);
    MUST_BE(oauth_set(client, OAUTH_DPOP, TEXT("yes")), 0);
    MUST_BE(told(client, oauth_device_start(client), PERSON), 0);
    MUST_GIVE(oauth_field(client, OAUTH_FIELD_DEVICE, TEXT("user_code"), text, sizeof text));
    MUST_BE(oauth_device_poll(client), OAUTH_PENDING);
    sleep(2); /* its interval */
    MUST_BE(told(client, oauth_device_poll(client), "{\"error\":\"slow_down d3vice-Yk2hSgQw\"}") < OAUTH_HTTP_NEEDED, 1);
    MUST_BE(told(client, oauth_device_start(client), PERSON), 0);
    sleep(2);
    MUST_BE(told(client, oauth_device_poll(client), TOKEN), 0);
    MUST_GIVE(oauth_request_headers(client, TEXT("GET"), TEXT("https://api.example/"), text, sizeof text));
    MUST_GIVE(oauth_get(client, OAUTH_TOKEN_RECORD, text, sizeof text));
}

int main(int argc, char **argv)
{
    int32_t builtin, own, other;

    MUST(argc == 5);
    alarm(120);
    builtin = setup(argv[1], argv[2], argv[4], "builtin");
    own = setup(argv[1], argv[2], argv[4], "caller");
    with_builtin_http(builtin, argv[3]);
    with_own_http(own);
    other = setup(argv[1], argv[2], argv[4], "caller");
    MUST_BE(oauth_set(other, OAUTH_ACCOUNT, TEXT("other")), 0);
    with_a_registration(other);
    with_a_device(other);
    memset(argv[3], 0, strlen(argv[3]));
    wipe();
    dump(argv[4], "open");
    MUST_BE(oauth_client_close(builtin), 0);
    MUST_BE(oauth_client_close(own), 0);
    MUST_BE(oauth_client_close(other), 0);
    dump(argv[4], "closed");
    return 0;
}
