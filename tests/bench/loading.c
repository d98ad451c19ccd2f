/* loading LIBRARY    prints the nanoseconds that dlopen takes. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "bench.h"

int main(int count, char **words)
{
    must(count == 2, "loading: see the comment at its top");
    int64_t before = nanoseconds(CLOCK_MONOTONIC);
    must(dlopen(words[1], RTLD_NOW) != NULL, "the library cannot be loaded");
    printf("%lld\n", (long long)(nanoseconds(CLOCK_MONOTONIC) - before));
    return 0;
}
