/* hold PATH   has a file open to read it, as a job does, from when it says "ready" until its standard input ends */
#include <windows.h>

#include <stdio.h>

int main(int count, char **words)
{
    const DWORD everything = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

    if (count != 2 || CreateFileA(words[1], GENERIC_READ, everything, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "hold: not opened: %lu\n", GetLastError());
        return 2;
    }
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
