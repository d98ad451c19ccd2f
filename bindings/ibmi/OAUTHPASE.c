/* OAUTHPASE.c - PASE in this job: its start, its memory, and calls of the
 * library there.
 */
#define _MULTI_THREADED /* IBM's pthread.h wants it */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#ifdef __OS400__
#include <except.h>
#endif

#include "OAUTHPART.h"

/* Where the library is for PASE: an archive's member, as AIX has it, or a
 * file. Who builds the bridge decides, and no environment: a program that
 * adopts authority must not be led to another library. */
#ifndef OAUTH_LIBRARY
#define OAUTH_LIBRARY "/QOpenSys/pkgs/lib/liboauth.a(liboauth.so)"
#endif
#ifndef OAUTH_LIBPATH
#define OAUTH_LIBPATH "/QOpenSys/pkgs/lib:/usr/lib"
#endif

#define START64 "/usr/lib/start64"

/* "archive(member)" is opened as what it is. */
#define IS_MEMBER (OAUTH_LIBRARY[sizeof OAUTH_LIBRARY - 2] == ')')

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static QP2_ptr64_t library; /* the lock guards it; 0: not loaded */
static int loading;         /* the lock guards it: how often it was loaded */
static int is_own;          /* the lock guards it: PASE was started here */

/* A call that no compiler leaves out. */
static void *(*volatile set_memory)(void *, int, size_t) = memset;

/* ---- memory ---- */

void bridge_wipe(void *memory, size_t size)
{
    set_memory(memory, 0, size);
}

int bridge_share(bridge_block *block, size_t size)
{
    block->start = (char *)Qp2malloc((QP2_dword_t)size, &block->address);
    if (block->start == NULL)
        return bridge_no_memory(size);
    block->size = size;
    return 0;
}

void bridge_unshare(bridge_block *block)
{
    if (block->start == NULL)
        return;
    /* With PASE its memory ends, and to touch that would end the caller. */
    if (Qp2ptrsize() != 0) {
        bridge_wipe(block->start, block->size);
        Qp2free(block->start);
    }
    block->start = NULL;
}

/* ---- PASE ---- */

/* A literal in the job's CCSID, as Qp2RunPase wants its texts. */
static int for_job(bridge_conversion *with, const char *literal, char *to,
                   size_t capacity)
{
    long length;

    length = bridge_convert(with, literal, strlen(literal), to, capacity - 1);
    if (length < 0)
        return -1;
    to[length] = 0;
    return 0;
}

/* The environment of PASE is its own: without these, other threads could not
 * call, and profiles of the user's would not be found. */
static int start_pase(void)
{
    char path[64], attach[64], libpath[512], home[1040];
    const char *arguments[2];
    const char *variables[4];
    const char *folder;
    bridge_conversion to_job;
    int failed;
    int count = 0;

    to_job.is_open = 0;
    if (bridge_open(&to_job, CCSID_OF_JOB, CCSID_OF_LITERALS) != 0)
        return bridge_no_conversion(CCSID_OF_JOB);
    failed = for_job(&to_job, START64, path, sizeof path) |
             for_job(&to_job, "PASE_THREAD_ATTACH=Y", attach, sizeof attach) |
             for_job(&to_job, "LIBPATH=" OAUTH_LIBPATH, libpath,
                     sizeof libpath) |
             for_job(&to_job, "HOME=", home, sizeof home);
    bridge_close(&to_job);
    if (failed)
        return bridge_no_conversion(CCSID_OF_JOB);
    arguments[0] = path;
    arguments[1] = NULL;
    variables[count++] = attach;
    variables[count++] = libpath;
    folder = getenv("HOME"); /* in the job's CCSID already */
    if (folder != NULL && strlen(folder) < sizeof home - 5) {
        strcpy(home + 5, folder);
        variables[count++] = home;
    }
    variables[count] = NULL;
    Qp2RunPase(path, NULL, NULL, 0, CCSID_UTF8, arguments, variables);
    return 0;
}

/* PASE and the library. The lock is held: they are started once, and anew
 * where PASE was ended. */
static int load(void)
{
    int rc;

    library = 0;
    is_own = Qp2ptrsize() == 0;
    if (is_own && (rc = start_pase()) != 0)
        return rc;
    switch (Qp2ptrsize()) {
    case 8:
        break;
    case 4:
        return bridge_fail(OAUTH_ERROR_PASE_32, OAUTH_ACTION_FIX,
                           "a 32-bit PASE is active in this job, and liboauth "
                           "needs 64 bits: use another job", NULL, -1, "");
    default:
        return bridge_fail(OAUTH_ERROR_PASE, OAUTH_ACTION_FIX,
                           "PASE cannot be started in this job: its job log "
                           "says why; option 33 has PASE", NULL, -1, "");
    }
    library = Qp2dlopen(OAUTH_LIBRARY,
                        QP2_RTLD_NOW | (IS_MEMBER ? QP2_RTLD_MEMBER : 0),
                        CCSID_OF_LITERALS);
    if (library == 0)
        return bridge_fail(OAUTH_ERROR_LIBRARY, OAUTH_ACTION_FIX,
                           "PASE cannot load liboauth: install it, or build "
                           "the bridge for its place: ", OAUTH_LIBRARY, -1,
                           "");
    loading++;
    return 0;
}

/* The lock is held. A PASE that was started here stays while this activation
 * group does. Another's may have ended since the last call, and a third's be
 * running: what was found in it is looked up anew, and it is loaded anew. */
static int look_up(bridge_function *function)
{
    int rc = 0;

    if (library == 0 || Qp2ptrsize() != 8)
        rc = load();
    if (rc != 0 || (is_own && function->loading == loading))
        return rc;
    function->target = Qp2dlsym(library, function->name, CCSID_OF_LITERALS,
                                NULL);
    if (function->target == NULL && !is_own) {
        if ((rc = load()) != 0)
            return rc;
        function->target = Qp2dlsym(library, function->name,
                                    CCSID_OF_LITERALS, NULL);
    }
    if (function->target == NULL)
        return bridge_fail(OAUTH_ERROR_LIBRARY, OAUTH_ACTION_FIX,
                           "liboauth is older than the bridge: install one "
                           "that has ", function->name, -1, "");
    function->loading = loading;
    return 0;
}

/* IBM's functions may also send an escape message, as where PASE is not
 * installed: it stays in the job log, and ends no caller and keeps no lock. */
int bridge_find(bridge_function *function, void **target)
{
    volatile int rc = OAUTH_ERROR_PASE;
    volatile int is_done = 0;

    pthread_mutex_lock(&lock);
#ifdef __OS400__
#pragma exception_handler(escaped, 0, 0, _C2_MH_ESCAPE, _CTLA_HANDLE)
#endif
    rc = look_up(function);
    is_done = 1;
#ifdef __OS400__
#pragma disable_handler
escaped:
#endif
    if (!is_done) {
        library = 0;
        rc = bridge_fail(OAUTH_ERROR_PASE, OAUTH_ACTION_FIX,
                         "PASE cannot be used in this job: its job log says "
                         "why", NULL, -1, "");
    }
    *target = function->target;
    pthread_mutex_unlock(&lock);
    return rc;
}

int bridge_enter(void *target, const QP2_dword_t *values,
                 const QP2_arg_type_t *signature, int *answer)
{
    QP2_dword_t result = 0;
    unsigned int low;
    volatile int rc = -1; /* an escape message */

#ifdef __OS400__
#pragma exception_handler(escaped, 0, 0, _C2_MH_ESCAPE, _CTLA_HANDLE)
#endif
    rc = Qp2CallPase2(target, values, signature, QP2_RESULT_DWORD,
                      &result, (short)sizeof result);
#ifdef __OS400__
#pragma disable_handler
escaped:
#endif
    if (rc != QP2CALLPASE_NORMAL) {
        pthread_mutex_lock(&lock);
        library = 0; /* the next call looks whether PASE has ended */
        pthread_mutex_unlock(&lock);
        return bridge_fail(OAUTH_ERROR_PASE, OAUTH_ACTION_RETRY,
                           rc < 0 ? "a call into PASE ended with a message"
                                  : "a call into PASE failed with ",
                           NULL, rc,
                           ": try again, in a new job; see the job log");
    }
    /* Of what stands above these four bytes nobody has promised anything. */
    low = (unsigned int)(result & 0xFFFFFFFFU);
    memcpy(answer, &low, sizeof low);
    return 0;
}
