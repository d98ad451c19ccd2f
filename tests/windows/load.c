/* load DLL NAME...: the library is loaded and unloaded, by name each function is found; calls leave the thread's errors;
 * once called it stays. */
#include <windows.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMES = 25, MARK = 4711 };

static HMODULE library;

static void *named(const char *name)
{
    void *found = (void *)GetProcAddress(library, name);
    if (!found) {
        printf("no function %s: %lu\n", name, GetLastError());
        exit(1);
    }
    return found;
}

static void load(const char *path)
{
    library = LoadLibraryA(path);
    if (!library) {
        printf("not loaded: %lu\n", GetLastError());
        exit(1);
    }
}

static DWORD handles(void)
{
    DWORD count = 0;
    GetProcessHandleCount(GetCurrentProcess(), &count);
    return count;
}

/* A client is made, asked in vain, and closed. */
static void use(void)
{
    int32_t (*bearer_header)(int32_t, char *, int32_t) = named("oauth_bearer_header");
    int32_t (*close_client)(int32_t) = named("oauth_client_close");
    int32_t (*error_text)(char *, int32_t) = named("oauth_error_text");
    int32_t (*new_client)(void) = named("oauth_client_new");
    int32_t client = new_client();
    char text[512];
    int32_t answer;

    errno = MARK;
    SetLastError(MARK);
    answer = bearer_header(client, text, sizeof text);
    if (GetLastError() != MARK || errno != MARK) {
        printf("the call has left GetLastError %lu, errno %d\n", GetLastError(), errno);
        exit(1);
    }
    if (client <= 0 || answer >= 0 || error_text(text, sizeof text) <= 0) {
        printf("client %d, answer %d\n", (int)client, (int)answer);
        exit(1);
    }
    SetLastError(MARK);
    close_client(client);
    if (GetLastError() != MARK) {
        printf("closing has left GetLastError %lu\n", GetLastError());
        exit(1);
    }
}

static DWORD WINAPI in_a_thread(void *nothing)
{
    (void)nothing;
    use();
    return 0;
}

int main(int count, char **words)
{
    DWORD before = 0, after;
    int i;

    if (count < 3)
        return 2;
    load(words[1]);
    for (i = 2; i < count; i++)
        named(words[i]);
    FreeLibrary(library);
    if (GetModuleHandleA("oauth.dll")) {
        puts("nobody has called it, and it is still loaded");
        return 1;
    }
    for (i = 0; i < TIMES; i++) {
        HANDLE thread;
        load(words[1]);
        use();
        thread = CreateThread(NULL, 0, in_a_thread, NULL, 0, NULL);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
        FreeLibrary(library);
        if (!GetModuleHandleA("oauth.dll")) {
            puts("it was unloaded, with what its threads have");
            return 1;
        }
        if (i == 5)
            before = handles();
    }
    after = handles();
    if (after > before + 5) {
        printf("%lu handles have become %lu\n", before, after);
        return 1;
    }
    return 0;
}
