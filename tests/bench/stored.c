/* stored FOLDER KEY         gives the header from the token that is stored there, sealed with KEY unless that is empty
 * stored FOLDER KEY make    stores one
 *
 * With -DWATCH it prints the name of every file that is opened, and "socket" for every socket made: the library
 * reaches the system by the C library's functions, which are replaced here.
 */
#define _GNU_SOURCE
#include <liboauth.h>
#ifdef WATCH
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#endif

#include "bench.h"

#ifdef WATCH
static int next_open(const char *function, int folder, const char *path, int flags, int mode)
{
    int (*next)(int, const char *, int, ...);
    *(void **)&next = dlsym(RTLD_NEXT, "openat");
    must(next != NULL, function);
    printf("%s\n", path);
    return next(folder, path, flags, mode);
}

#define WATCHED(function)                                              \
    int function(const char *path, int flags, ...)                     \
    {                                                                  \
        va_list rest;                                                  \
        va_start(rest, flags);                                         \
        int mode = va_arg(rest, int);                                  \
        va_end(rest);                                                  \
        return next_open(#function, AT_FDCWD, path, flags, mode);      \
    }
#define WATCHED_AT(function)                                           \
    int function(int folder, const char *path, int flags, ...)         \
    {                                                                  \
        va_list rest;                                                  \
        va_start(rest, flags);                                         \
        int mode = va_arg(rest, int);                                  \
        va_end(rest);                                                  \
        return next_open(#function, folder, path, flags, mode);        \
    }
WATCHED(open)
WATCHED(open64)
WATCHED_AT(openat64)

int socket(int domain, int type, int protocol)
{
    printf("socket\n");
    (void)domain, (void)type, (void)protocol;
    return -1;
}
#endif

static void store(int32_t client)
{
    char text[4096], answer[2048], token[1025];
    for (int i = 0; i < 1024; i++)
        token[i] = (char)('A' + i % 26);
    token[1024] = 0;
    snprintf(answer, sizeof answer, "{\"access_token\":\"%s\",\"refresh_token\":\"r\",\"expires_in\":86400}", token);
    set(client, OAUTH_HTTP, "caller");
    taken(oauth_build_authorize_url(client, text, sizeof text), "oauth_build_authorize_url");
    must(oauth_exchange_code(client, "code", OAUTH_NUL_TERMINATED) == OAUTH_HTTP_NEEDED, "no request to answer");
    taken(oauth_http_response(client, 200, "", 0, answer, OAUTH_NUL_TERMINATED), "oauth_http_response");
}

int main(int count, char **words)
{
    char text[4096];
    must(count > 2, "stored: see the comment at its top");
    int32_t client = taken(oauth_client_new(), "oauth_client_new");
    snprintf(text, sizeof text, "file:%s", words[1]);
    set(client, OAUTH_AUTHORIZATION_ENDPOINT, "https://server.example/oauth/authorize");
    set(client, OAUTH_TOKEN_ENDPOINT, "https://server.example/oauth/token");
    set(client, OAUTH_CLIENT_ID, "s6BhdRkqt3");
    set(client, OAUTH_CLIENT_SECRET, "a-secret");
    set(client, OAUTH_REDIRECT_URI, "http://127.0.0.1:8080/callback");
    set(client, OAUTH_STORE, text);
    set(client, OAUTH_STORE_KEY, words[2]);
    if (count > 3)
        store(client);
    must(taken(oauth_bearer_header(client, text, sizeof text), "oauth_bearer_header") == 22 + 1024, "not this token's header");
    return 0;
}
