/* standin.c - QP2USER and QTQICONV on Linux, strict where IBM i would fail or where nothing is promised.
 *
 * PASE sees memory of Qp2malloc alone, by PASE's address of it, as far as the length beside it says. Arguments and results
 * have 8 bytes. Names are in the CCSID that is given with them. What is given back was wiped.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "standin.h"
#include "qp2user.h"

/* So that no address of one side is good on the other. */
#define PASE 0x0700000000000000ULL
#define FENCE 64
#define MOST 256

int standin_job_ccsid = 37, standin_pointer_size = 8, standin_no_library, standin_memory = -1, standin_call_fails;
int standin_call_ends_pase;
int standin_fails_at = -1, standin_patience;
const char *standin_no_name, *standin_library;
int standin_substitution = STANDIN_REFUSE, standin_writes_shift = 1;
int standin_violations, standin_starts, standin_calls, standin_lookups, standin_opened;
const char *standin_last_name = "";
int standin_is_timing;
double standin_converting;

typedef struct {
    char *start;
    size_t size;
} block;

/* A function descriptor, as Qp2dlsym gives a pointer to it. */
typedef struct {
    uint64_t mark;
    int run; /* of PASE */
    void *function;
    char name[64];
} descriptor;
#define MARK 0x5041534546554e43ULL

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int pointer_size; /* of the PASE that runs; 0: none does */
static int run;          /* how many there were */
static int loaded_in; /* the last Qp2dlopen was in this one */
static int is_starting;
static block blocks[MOST], ile_blocks[MOST];
static descriptor descriptors[256];
static int descriptor_count;

static void violation(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    fputs("stand-in: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    __atomic_add_fetch(&standin_violations, 1, __ATOMIC_SEQ_CST);
}

/* Whether this is the call that is to fail. */
static int fails_now(void)
{
    return standin_fails_at >= 0 && standin_fails_at-- == 0;
}

/* ---- secrets ---- */

static struct {
    char bytes[512];
    size_t length;
} secrets[16];
static int secret_count;

void standin_secret(const char *bytes, size_t length)
{
    if (length > sizeof secrets[0].bytes)
        length = sizeof secrets[0].bytes;
    memcpy(secrets[secret_count].bytes, bytes, length);
    secrets[secret_count++].length = length;
}

void standin_no_secrets(void)
{
    secret_count = 0;
}

static int holds_secret(const char *memory, size_t size)
{
    int i;

    for (i = 0; i < secret_count; i++)
        if (memmem(memory, size, secrets[i].bytes, secrets[i].length) != NULL)
            return 1;
    return 0;
}

/* ---- memory ---- */

static block *find(block *in, const void *start)
{
    int i;

    for (i = 0; i < MOST; i++)
        if (in[i].start == start)
            return &in[i];
    return NULL;
}

static int live(const block *in)
{
    int i, count = 0;

    pthread_mutex_lock(&lock);
    for (i = 0; i < MOST; i++)
        count += in[i].start != NULL;
    pthread_mutex_unlock(&lock);
    return count;
}

int standin_blocks(void)
{
    return live(blocks);
}

int standin_ile_blocks(void)
{
    return live(ile_blocks);
}

void *ile_malloc(size_t size)
{
    block *free_one;
    char *start;

    if (fails_now())
        return NULL;
    start = malloc(size);
    pthread_mutex_lock(&lock);
    free_one = find(ile_blocks, NULL);
    free_one->start = start;
    free_one->size = size;
    pthread_mutex_unlock(&lock);
    memset(start, 0xA5, size);
    return start;
}

void ile_free(void *memory)
{
    block *freed;

    if (memory == NULL)
        return;
    pthread_mutex_lock(&lock);
    freed = find(ile_blocks, memory);
    if (freed == NULL) {
        violation("free of what is none");
    } else {
        if (holds_secret(freed->start, freed->size))
            violation("a secret in %zu bytes that are freed", freed->size);
        freed->start = NULL;
    }
    pthread_mutex_unlock(&lock);
    free(memory);
}

void *Qp2malloc(QP2_dword_t size, QP2_ptr64_t *mem_pase)
{
    block *made = NULL;
    char *start = NULL;

    pthread_testcancel();
    pthread_mutex_lock(&lock);
    if (pointer_size == 0)
        violation("Qp2malloc without PASE");
    else if (size > 0x7fffffff)
        violation("Qp2malloc of %llu bytes", size);
    else if (standin_memory != 0 && !fails_now())
        made = find(blocks, NULL);
    if (standin_memory > 0)
        standin_memory--;
    if (made != NULL) {
        start = malloc(size + FENCE);
        memset(start, 0xA5, size);
        memset(start + size, 0x5A, FENCE);
        made->start = start;
        made->size = size;
        if (mem_pase != NULL)
            *mem_pase = PASE + (uintptr_t)start;
    }
    pthread_mutex_unlock(&lock);
    return start;
}

int Qp2free(void *mem)
{
    block *freed;
    size_t i;
    int rc = -1;

    pthread_mutex_lock(&lock);
    freed = mem == NULL ? NULL : find(blocks, mem);
    if (freed == NULL) {
        violation("Qp2free of what is none of its blocks");
    } else {
        for (i = 0; i < freed->size && freed->start[i] == 0; i++)
            ;
        if (i < freed->size)
            violation("not wiped before Qp2free: byte %zu of %zu", i, freed->size);
        for (i = 0; i < FENCE; i++)
            if (freed->start[freed->size + i] != 0x5A) {
                violation("written behind the end of %zu bytes", freed->size);
                break;
            }
        free(freed->start);
        freed->start = NULL;
        rc = 0;
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

/* ---- texts in the CCSID that is said ---- */

static int default_ccsid(void)
{
    return standin_job_ccsid == 65535 ? 37 : standin_job_ccsid;
}

const char *standin_encoding(int ccsid)
{
    static const struct {
        int ccsid;
        const char *name;
    } names[] = {
        { 37, "IBM037" },    { 256, "IBM256" },   { 273, "IBM273" },   { 277, "IBM277" },   { 278, "IBM278" },
        { 280, "IBM280" },   { 284, "IBM284" },   { 285, "IBM285" },   { 290, "IBM290" },   { 297, "IBM297" },
        { 420, "IBM420" },   { 424, "IBM424" },   { 500, "IBM500" },   { 870, "IBM870" },   { 871, "IBM871" },
        { 875, "IBM875" },   { 1025, "IBM1025" }, { 1026, "IBM1026" }, { 1047, "IBM1047" }, { 1112, "IBM1112" },
        { 1122, "IBM1122" }, { 1140, "IBM1140" }, { 1141, "IBM1141" }, { 1142, "IBM1142" }, { 1143, "IBM1143" },
        { 1144, "IBM1144" }, { 1145, "IBM1145" }, { 1146, "IBM1146" }, { 1147, "IBM1147" }, { 1148, "IBM1148" },
        { 1149, "IBM1149" }, { 1153, "IBM1153" }, { 930, "IBM930" },   { 933, "IBM933" },   { 935, "IBM935" },
        { 937, "IBM937" },   { 939, "IBM939" },   { 5026, "IBM930" },  { 5035, "IBM939" },  { 1364, "IBM1364" },
        { 1371, "IBM1371" }, { 1388, "IBM1388" }, { 1390, "IBM1390" }, { 1399, "IBM1399" }, { 819, "ISO-8859-1" },
        { 1252, "CP1252" },  { 1208, "UTF-8" },   { 1200, "UTF-16BE" }, { 13488, "UCS-2BE" },
    };
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].ccsid == ccsid)
            return names[i].name;
    return NULL;
}

static const char *encoding(int ccsid)
{
    return standin_encoding(ccsid == 0 ? default_ccsid() : ccsid);
}

/* A text in that CCSID as UTF-8; empty where it is none. */
static const char *read_text(const char *text, int ccsid, char *utf8, size_t capacity)
{
    const char *from = encoding(ccsid);
    iconv_t with = from == NULL ? (iconv_t)-1 : iconv_open("UTF-8", from);
    char *in = (char *)text, *out = utf8;
    size_t left = strlen(text), room = capacity - 1;

    utf8[0] = 0;
    if (with == (iconv_t)-1)
        return utf8;
    if (iconv(with, &in, &left, &out, &room) != 0)
        out = utf8;
    *out = 0;
    iconv_close(with);
    return utf8;
}

/* ---- PASE ---- */

int Qp2ptrsize(void)
{
    int size;

    pthread_mutex_lock(&lock);
    size = pointer_size;
    pthread_mutex_unlock(&lock);
    return size;
}

void standin_start(int size)
{
    pointer_size = size;
    run++;
}

void standin_end_pase(void)
{
    int i;

    pthread_mutex_lock(&lock);
    pointer_size = 0;
    for (i = 0; i < MOST; i++)
        if (blocks[i].start != NULL)
            violation("PASE has ended, and %zu bytes of it are in use", blocks[i].size);
    pthread_mutex_unlock(&lock);
}

/* What dies there cannot be given back, and whoever touches it is noticed by the sanitizer. */
static void end_within_a_call(void)
{
    int i;

    pthread_mutex_lock(&lock);
    pointer_size = 0;
    for (i = 0; i < MOST; i++) {
        free(blocks[i].start);
        blocks[i].start = NULL;
    }
    pthread_mutex_unlock(&lock);
}

static int is_one_of(const char *text, const char *a, const char *b, const char *c)
{
    return strcmp(text, a) == 0 || strncmp(text, b, strlen(b)) == 0 || strncmp(text, c, strlen(c)) == 0;
}

int Qp2RunPase(const char *pathName, const char *symbolName, const void *symbolData, unsigned int symbolDataLen,
               int ccsid, const char *const *argv, const char *const *envp)
{
    char text[2048];
    int i, threads = 0;

    (void)symbolData;
    (void)symbolDataLen;
    standin_starts++;
    if (__atomic_exchange_n(&is_starting, 1, __ATOMIC_SEQ_CST))
        violation("Qp2RunPase in two threads: it is not threadsafe");
    if (pointer_size != 0)
        violation("PASE runs already");
    if (symbolName != NULL)
        violation("symbolName is not null");
    if (ccsid != 1208 && ccsid != 819)
        violation("CCSID %d for PASE", ccsid);
    if (strcmp(read_text(pathName, 0, text, sizeof text), "/usr/lib/start64") != 0)
        violation("it is not start64 in the job's CCSID that is to be run: %s", text);
    if (argv == NULL || argv[0] == NULL || argv[1] != NULL ||
        strcmp(read_text(argv[0], 0, text, sizeof text), "/usr/lib/start64") != 0)
        violation("argv is not the path alone");
    for (i = 0; envp != NULL && envp[i] != NULL; i++) {
        read_text(envp[i], 0, text, sizeof text);
        if (!is_one_of(text, "PASE_THREAD_ATTACH=Y", "LIBPATH=/QOpenSys/", "HOME=/"))
            violation("an environment variable that is not right: %s", text);
        threads += strcmp(text, "PASE_THREAD_ATTACH=Y") == 0;
    }
    if (threads != 1)
        violation("threads could not call");
    for (i = 0; i < standin_patience; i++) /* a second thread has time to be wrong */
        sched_yield();
    pthread_mutex_lock(&lock);
    pointer_size = fails_now() ? 0 : standin_pointer_size;
    run++;
    pthread_mutex_unlock(&lock);
    __atomic_store_n(&is_starting, 0, __ATOMIC_SEQ_CST);
    return pointer_size == 0 ? QP2RUNPASE_ERROR : QP2RUNPASE_RETURN_NOEXIT;
}

QP2_ptr64_t Qp2dlopen(const char *path, int flags, int ccsid)
{
    char text[512];
    void *opened;

    pthread_testcancel();
    if (Qp2ptrsize() == 0) {
        violation("Qp2dlopen without PASE");
        return 0;
    }
    read_text(path, ccsid, text, sizeof text);
    if (strcmp(text, "/QOpenSys/pkgs/lib/liboauth.a(liboauth.so)") != 0)
        violation("the library's path is not right in CCSID %d: %s", ccsid, text);
    if (!(flags & QP2_RTLD_MEMBER))
        violation("an archive's member is opened with QP2_RTLD_MEMBER");
    if (!(flags & (QP2_RTLD_NOW | QP2_RTLD_LAZY)))
        violation("neither NOW nor LAZY");
    if (standin_no_library || Qp2ptrsize() != 8 || fails_now())
        return 0;
    opened = dlopen(standin_library, RTLD_NOW | RTLD_LOCAL);
    loaded_in = run;
    if (opened == NULL)
        violation("%s", dlerror());
    return opened == NULL ? 0 : PASE + (uintptr_t)opened;
}

void *Qp2dlsym(QP2_ptr64_t id, const char *name, int ccsid, QP2_ptr64_t *sym_pase)
{
    char text[128];
    descriptor *made;
    void *function;

    (void)sym_pase;
    pthread_testcancel();
    read_text(name, ccsid, text, sizeof text);
    pthread_mutex_lock(&lock);
    standin_lookups++;
    pthread_mutex_unlock(&lock);
    if (Qp2ptrsize() == 0 || id < PASE) {
        violation("Qp2dlsym without PASE or library");
        return NULL;
    }
    if (strncmp(text, "oauth_", 6) != 0)
        violation("not a name of the library's in CCSID %d: %s", ccsid, text);
    if ((standin_no_name != NULL && strcmp(text, standin_no_name) == 0) || fails_now())
        return NULL;
    if (loaded_in != run) /* in this PASE that number is no module's */
        return NULL;
    function = dlsym((void *)(uintptr_t)(id - PASE), text);
    if (function == NULL)
        return NULL;
    pthread_mutex_lock(&lock);
    made = &descriptors[descriptor_count++];
    pthread_mutex_unlock(&lock);
    made->mark = MARK;
    made->run = run;
    made->function = function;
    strcpy(made->name, text);
    return made;
}

char *Qp2dlerror(void)
{
    return NULL;
}

int *Qp2errnop(void)
{
    static int number;

    return Qp2ptrsize() == 0 ? NULL : &number;
}

int Qp2jobCCSID(void)
{
    if (Qp2ptrsize() == 0)
        violation("Qp2jobCCSID without PASE");
    return default_ccsid();
}

int Qp2paseCCSID(void)
{
    return 1208;
}

/* Where PASE's address of `size` bytes leads to, or null. */
static char *seen_by_pase(QP2_dword_t address, size_t size, int *rest)
{
    int i;
    char *start = (char *)(uintptr_t)(address - PASE);

    for (i = 0; i < MOST; i++)
        if (blocks[i].start != NULL && start >= blocks[i].start &&
            size <= (size_t)(blocks[i].start + blocks[i].size - start) && start < blocks[i].start + blocks[i].size) {
            *rest = (int)(blocks[i].start + blocks[i].size - start);
            return start;
        }
    return NULL;
}

int Qp2CallPase2(const void *target, const void *arglist, const QP2_arg_type_t *signature,
                 QP2_result_type_t result_type, void *buf, short bufLenIn)
{
    typedef int (*function)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
    const descriptor *called = target;
    const QP2_dword_t *given = arglist;
    QP2_dword_t values[8] = { 0 };
    QP2_dword_t result;
    int32_t number;
    int i, rest = 0, is_wrong = 0;

    pthread_testcancel();
    if (standin_call_fails != 0) {
        i = standin_call_fails;
        standin_call_fails = 0;
        if (standin_call_ends_pase)
            end_within_a_call();
        standin_call_ends_pase = 0;
        return i;
    }
    if (fails_now())
        return QP2CALLPASE_ARG_ERROR;
    if (Qp2ptrsize() == 0) {
        violation("Qp2CallPase2 without PASE");
        return QP2CALLPASE_ENVIRON_ERROR;
    }
    if (called == NULL || (const void *)called < (const void *)descriptors ||
        (const void *)called >= (const void *)(descriptors + 256) || called->mark != MARK || called->run != run) {
        violation("the target is no function of the PASE that runs");
        return QP2CALLPASE_ARG_ERROR;
    }
    if (result_type != QP2_RESULT_DWORD || buf == NULL || bufLenIn < 8) {
        violation("%s: the result is of 8 bytes", called->name);
        return QP2CALLPASE_RESULT_ERROR;
    }
    pthread_mutex_lock(&lock);
    for (i = 0; signature[i] != QP2_ARG_END; i++) {
        if (i == 8) {
            violation("%s: more arguments than any function has", called->name);
            pthread_mutex_unlock(&lock);
            return QP2CALLPASE_ARG_ERROR;
        }
        values[i] = given[i];
        number = (int32_t)(uint32_t)given[i];
        if (signature[i] == QP2_ARG_DWORD) {
            if (given[i] != (QP2_dword_t)(int64_t)number) {
                violation("%s: argument %d is no int with its sign: %llx", called->name, i + 1, given[i]);
                is_wrong = 1;
            }
        } else if (signature[i] == QP2_ARG_PTR64) {
            int32_t length = (int32_t)(uint32_t)given[i + 1];
            char *text;

            if (signature[i + 1] != QP2_ARG_DWORD) {
                violation("%s: no length behind argument %d", called->name, i + 1);
                is_wrong = 1;
            }
            if (given[i] == 0)
                continue;
            text = seen_by_pase(given[i], length > 0 ? (size_t)length : 1, &rest);
            if (text == NULL) {
                violation("%s: argument %d is not memory of PASE of that length (%d)", called->name, i + 1, length);
                is_wrong = 1;
            } else if (length == -1 && memchr(text, 0, (size_t)rest) == NULL) {
                violation("%s: argument %d has no NUL", called->name, i + 1);
                is_wrong = 1;
            }
            values[i] = (uintptr_t)text;
        } else {
            violation("%s: argument %d is not of 8 bytes (%d)", called->name, i + 1, signature[i]);
            is_wrong = 1;
        }
    }
    standin_calls++;
    standin_last_name = called->name;
    pthread_mutex_unlock(&lock);
    if (is_wrong)
        return QP2CALLPASE_ARG_ERROR;
    number = ((function)(uintptr_t)called->function)(values[0], values[1], values[2], values[3], values[4], values[5],
                                                     values[6], values[7]);
    /* Nobody has promised what stands above an int. */
    result = (uint32_t)number | 0xDEADBEEF00000000ULL;
    memcpy(buf, &result, sizeof result);
    return QP2CALLPASE_NORMAL;
}

/* ---- conversion ---- */

#include "qtqiconv.h"
#undef iconv_t
#undef iconv
#undef iconv_close

typedef struct {
    iconv_t with;
    int is_used;
    int is_counting;
    int is_to_utf8;
    int is_open;
} conversion;

static conversion conversions[MOST];

static double now(void)
{
    struct timespec time;

    if (!standin_is_timing)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Adds to the time in conversion; its own share of it, too, which is little. */
static void took(double since)
{
    if (standin_is_timing)
        standin_converting += now() - since;
}

int standin_conversions(void)
{
    int i, count = 0;

    pthread_mutex_lock(&lock);
    for (i = 0; i < MOST; i++)
        count += conversions[i].is_open;
    pthread_mutex_unlock(&lock);
    return count;
}

static int is_zero(const void *memory, size_t size)
{
    const char *bytes = memory;
    size_t i;

    for (i = 0; i < size && bytes[i] == 0; i++)
        ;
    return i == size;
}

ile_iconv_t QtqIconvOpen(QtqCode_T *tocode, QtqCode_T *fromcode)
{
    ile_iconv_t made;
    iconv_t with = (iconv_t)-1;
    const char *to = encoding(tocode->CCSID), *from = encoding(fromcode->CCSID);
    double start = now();
    int i;

    pthread_testcancel();
    memset(&made, 0, sizeof made);
    made.return_value = -1;
    if (!is_zero((char *)tocode + 4, sizeof *tocode - 4))
        violation("all but the CCSID of tocode is zero");
    if (tocode->CCSID < 0 || tocode->CCSID > 65533 || fromcode->CCSID < 0 || fromcode->CCSID > 65533)
        violation("no CCSID has the number %d or %d", tocode->CCSID, fromcode->CCSID);
    if (!is_zero(fromcode->reserved, sizeof fromcode->reserved))
        violation("what is reserved is zero");
    if ((fromcode->cnv_alternative != 0 && fromcode->cnv_alternative != 57 && fromcode->cnv_alternative != 102) ||
        (fromcode->subs_alternative | fromcode->shift_alternative | fromcode->length_option |
         fromcode->mx_error_option) & ~1)
        violation("an alternative of fromcode that there is not");
    if (fromcode->length_option != 0)
        violation("the bridge gives lengths");
    if (to != NULL && from != NULL && !fails_now())
        with = iconv_open(to, from);
    if (with == (iconv_t)-1)
        return made;
    pthread_mutex_lock(&lock);
    standin_opened++;
    for (i = 0; i < MOST && conversions[i].is_open; i++)
        ;
    conversions[i].with = with;
    conversions[i].is_open = 1;
    conversions[i].is_used = 0;
    conversions[i].is_counting = fromcode->subs_alternative == 1;
    conversions[i].is_to_utf8 = strcmp(to, "UTF-8") == 0;
    pthread_mutex_unlock(&lock);
    made.return_value = 0;
    made.cd[3] = i;
    took(start);
    return made;
}

/* One character that the other encoding lacks is replaced. */
static void substitute(conversion *of, char **in, size_t *left, char **out, size_t *room)
{
    size_t length = 1;
    const char *sub = "\x1A"; /* SUB, in UTF-8 as in the source of an EBCDIC one */
    size_t sub_length = 1;

    if (!of->is_to_utf8)
        while (length < *left && ((unsigned char)(*in)[length] & 0xC0) == 0x80)
            length++;
    *in += length;
    *left -= length;
    if (of->is_to_utf8 && *room > 0) {
        *(*out)++ = 0x1A;
        (*room)--;
    } else {
        iconv(of->with, (char **)&sub, &sub_length, out, room);
    }
}

size_t ile_iconv(ile_iconv_t cd, char **inbuf, size_t *inbytesleft, char **outbuf, size_t *outbytesleft)
{
    conversion *of = &conversions[cd.cd[3]];
    size_t substituted = 0, rc;
    double start = now();

    pthread_testcancel();
    if (cd.return_value == -1 || !of->is_open) {
        violation("iconv without a conversion");
        return (size_t)-1;
    }
    if (__atomic_exchange_n(&of->is_used, 1, __ATOMIC_SEQ_CST))
        violation("a conversion is used by two threads");
    if (fails_now()) {
        rc = (size_t)-1;
    } else if (inbuf == NULL || *inbuf == NULL) {
        if (standin_writes_shift)
            rc = iconv(of->with, NULL, NULL, outbuf, outbytesleft);
        else
            rc = iconv(of->with, NULL, NULL, NULL, NULL);
    } else {
        while ((rc = iconv(of->with, inbuf, inbytesleft, outbuf, outbytesleft)) == (size_t)-1 && errno == EILSEQ &&
               standin_substitution != STANDIN_REFUSE && *inbytesleft > 0) {
            substitute(of, inbuf, inbytesleft, outbuf, outbytesleft);
            substituted++;
        }
        if (rc != (size_t)-1 && of->is_counting && standin_substitution == STANDIN_SUBSTITUTE)
            rc = substituted;
    }
    __atomic_store_n(&of->is_used, 0, __ATOMIC_SEQ_CST);
    took(start);
    return rc;
}

int ile_iconv_close(ile_iconv_t cd)
{
    conversion *of = &conversions[cd.cd[3]];
    double start = now();

    if (cd.return_value == -1 || !of->is_open) {
        violation("iconv_close without a conversion");
        return -1;
    }
    iconv_close(of->with);
    pthread_mutex_lock(&lock);
    of->is_open = 0;
    pthread_mutex_unlock(&lock);
    took(start);
    return 0;
}
