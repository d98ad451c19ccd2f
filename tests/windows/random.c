/* bcryptprimitives.dll for Wine before 8.13, which lacks it: Windows has it since 8.1. For tests alone, never shipped. */
#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count)
{
    return RtlGenRandom(bytes, (ULONG)count);
}
