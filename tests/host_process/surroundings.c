/* surroundings BASE TOKEN CA MODE: which environment variables are read, and what they change.
 *
 * plain: none, whatever they say. proxy: OAUTH_PROXY "env" reads those of proxies, and http_proxy is a dead one.
 * profile: oauth_client_open reads where profiles are. privileged: as in a setuid program, none is read even then.
 * untrusted: no variable makes the server's certificate good.
 *
 * getenv and getauxval are this program's own: the library's calls of them come here.
 */
#define _GNU_SOURCE
#include "guest.h"

#include <dlfcn.h>
#include <sys/auxv.h>

extern char **environ;

static char asked[4096];
static int privileged;

char *getenv(const char *name)
{
    size_t length = strlen(name);
    char **entry;

    if (strlen(asked) + length + 2 < sizeof asked) {
        strcat(asked, name);
        strcat(asked, " ");
    }
    for (entry = environ; *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    }
    return NULL;
}

char *secure_getenv(const char *name)
{
    return getenv(name);
}

unsigned long getauxval(unsigned long type)
{
    unsigned long (*real)(unsigned long);

    if (type == AT_SECURE)
        return (unsigned long)privileged;
    *(void **)&real = dlsym(RTLD_NEXT, "getauxval");
    return real != NULL ? real(type) : 0;
}

/* No variable was read but these, each followed by a blank. */
static void asked_only(const char *allowed)
{
    char *name, *rest = NULL, wanted[128];

    for (name = strtok_r(asked, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        snprintf(wanted, sizeof wanted, "%s ", name);
        if (strstr(allowed, wanted) == NULL)
            fail(__FILE__, __LINE__, name, 0);
    }
    asked[0] = '\0';
}

static void open_and_read(void)
{
    char text[256];
    int32_t client = oauth_client_open(TEXT("practice"));

    MUST(client > 0);
    MUST_GIVE(oauth_get(client, OAUTH_CLIENT_ID, text, sizeof text));
    MUST(strcmp(text, "from-the-file") == 0);
    MUST_BE(oauth_client_close(client), 0);
}

int main(int argc, char **argv)
{
    static const char proxies[] = "https_proxy HTTPS_PROXY http_proxy all_proxy ALL_PROXY no_proxy NO_PROXY ";
    static const char profiles[] = "LIBOAUTH_PROFILES XDG_CONFIG_HOME HOME ";
    char text[2048];
    const char *mode;
    int32_t client;

    MUST(argc == 5);
    alarm(300);
    mode = argv[4];
    privileged = strcmp(mode, "privileged") == 0;
    client = new_client(argv[1], argv[3]);
    seed(client, argv[2]);
    if (strcmp(mode, "untrusted") == 0) {
        MUST_BE(oauth_set(client, OAUTH_CA_FILE, TEXT("")), 0);
        MUST_BE(oauth_refresh(client), OAUTH_ERROR_TLS);
        asked_only("");
        return 0;
    }
    MUST_BE(oauth_refresh(client), 0);
    MUST_GIVE(oauth_bearer_header(client, text, sizeof text));
    MUST_BE(oauth_set(client, OAUTH_PROFILE, TEXT("stamps")), 0);
    asked_only("");

    client = new_client(argv[1], argv[3]);
    if (strcmp(mode, "proxy") == 0) {
        /* Loopback needs no proxy. The proxy is dead, so this address is never asked. */
        MUST_BE(oauth_set(client, OAUTH_ALLOW_HTTP, TEXT("yes")), 0);
        MUST_BE(oauth_set(client, OAUTH_TOKEN_ENDPOINT, TEXT("http://192.0.2.1/token")), 0);
    }
    seed(client, argv[2]);
    if (strcmp(mode, "proxy") == 0) {
        MUST_BE(oauth_set(client, OAUTH_PROXY, TEXT("env")), 0);
        MUST_BE(oauth_refresh(client), OAUTH_ERROR_CONNECT);
        MUST_GIVE(oauth_error_text(text, sizeof text));
        MUST(strstr(text, "proxy 127.0.0.1:1") != NULL);
        MUST(strstr(asked, "_proxy ") != NULL);
        asked_only(proxies);
    } else if (strcmp(mode, "profile") == 0) {
        open_and_read();
        MUST(strstr(asked, "LIBOAUTH_PROFILES ") != NULL);
        asked_only(profiles);
    } else if (privileged) {
        MUST_BE(oauth_client_open(TEXT("practice")), OAUTH_ERROR_PROFILE);
        MUST_BE(oauth_set(client, OAUTH_PROXY, TEXT("env")), 0);
        MUST_BE(oauth_refresh(client), 0);
        asked_only("");
    }
    MUST_BE(oauth_client_close(client), 0);
    return 0;
}
