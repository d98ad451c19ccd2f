/* OAUTHCORE.c - calls liboauth in PASE from ILE, and converts its texts.
 *
 * What PASE may see is memory of Qp2malloc, by its PASE address. Arguments
 * and results have 8 bytes there, as the library is 64-bit. A text is UTF-8
 * there, and here in the CCSID of the job or of oauth_bridge_ccsid. Nothing
 * is lost in a conversion: what cannot be converted is an error.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#ifdef __OS400__
#include <except.h>
#endif
#include <qp2user.h>
#include <qtqiconv.h>

#include "OAUTHCORE.h"
#include "OAUTHX.h"

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

#define CCSID_OF_LITERALS 37
#define CCSID_OF_JOB 0
#define CCSID_UTF8 1208
#define CCSID_NONE 65535

/* The library refuses a longer text unseen, and a longer body. */
#define MOST_TEXT (1024 * 1024)
/* Of bytes as they came: more than the library looks at, in any encoding. */
#define MOST_BYTES (2 * MOST_TEXT)
/* A byte of EBCDIC is at most three of UTF-8; two bytes of a DBCS may be two
 * characters of three. */
#define GROWTH 4
/* What most texts fit into. */
#define USUAL 1024
#define USUAL_MADE 4096

enum { SHAPE_INT, SHAPE_TEXT, SHAPE_BYTES, SHAPE_READ, SHAPE_MADE };

/* Why a call of the bridge itself failed, for the thread that made it. A code
 * of 0: oauth_bridge_ccsid has succeeded after whatever failed. */
typedef struct {
    int is_set;
    int code;
    int action;
    const char *before;
    const char *word; /* or null, and then the number stands between */
    long number;      /* or negative, and then nothing does */
    const char *after;
} bridge_failure;

/* Memory that both sides see. */
typedef struct {
    char *start;
    QP2_ptr64_t address; /* PASE's */
    size_t size;
} shared_block;

/* A conversion in one direction, opened on first need. */
typedef struct {
    int is_open;
    iconv_t descriptor;
} conversion;

/* What a call holds until it returns. */
typedef struct {
    int ccsid;
    int is_inquiry;
    conversion to_utf8;
    conversion from_utf8;
    shared_block in;
    shared_block out;
    void *target;
    /* For each argument what goes to PASE: of a text its address, too. */
    QP2_ptr64_t addresses[BRIDGE_ARGUMENTS];
    int numbers[BRIDGE_ARGUMENTS];
} bridge_work;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static QP2_ptr64_t library; /* the lock guards it; 0: not loaded */
static int loading;         /* the lock guards it: how often it was loaded */

/* Written by oauth_bridge_ccsid alone; a word, so never half of one. */
static volatile int text_ccsid = CCSID_OF_JOB;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t failure_key;
static int has_key; /* `once` guards it */

/* A call that no compiler leaves out. */
static void *(*volatile set_memory)(void *, int, size_t) = memset;

/* ---- what went wrong ---- */

static void make_key(void)
{
    has_key = pthread_key_create(&failure_key, free) == 0;
}

/* This thread's, or null where it has had none. */
static bridge_failure *last_failure(void)
{
    pthread_once(&once, make_key);
    return has_key ? (bridge_failure *)pthread_getspecific(failure_key) : NULL;
}

static int fail(int code, int action, const char *before, const char *word,
                long number, const char *after)
{
    bridge_failure *failure = last_failure();

    if (failure == NULL && has_key) {
        failure = (bridge_failure *)malloc(sizeof *failure);
        if (failure != NULL &&
            pthread_setspecific(failure_key, failure) != 0) {
            free(failure);
            failure = NULL;
        }
    }
    if (failure != NULL) {
        failure->is_set = 1;
        failure->code = code;
        failure->action = action;
        failure->before = before;
        failure->word = word;
        failure->number = number;
        failure->after = after;
    }
    return code;
}

/* From now on the library knows what went wrong last. */
static void forget_failure(void)
{
    bridge_failure *failure = last_failure();

    if (failure != NULL)
        failure->is_set = 0;
}

static int no_memory(size_t size)
{
    return fail(OAUTH_ERROR_PASE, OAUTH_ACTION_RETRY,
                "no memory for ", NULL, (long)size,
                " bytes: try again later, or in a job with more of it");
}

static int too_small(size_t needed)
{
    return fail(OAUTH_ERROR_BUFFER, OAUTH_ACTION_FIX,
                "the buffer is too small: ", NULL, (long)needed,
                " bytes are needed, with the NUL");
}

/* Of the job, where it is known. */
static long number_of(int ccsid)
{
    if (ccsid == CCSID_OF_JOB && Qp2ptrsize() != 0)
        return Qp2jobCCSID();
    return ccsid;
}

static int no_conversion(int ccsid)
{
    return fail(OAUTH_ERROR_CCSID, OAUTH_ACTION_FIX,
                "no conversion between UTF-8 and CCSID ", NULL,
                number_of(ccsid), ": give another to oauth_bridge_ccsid");
}

static int not_convertible(int ccsid)
{
    return fail(OAUTH_ERROR_CCSID, OAUTH_ACTION_FIX,
                "a text is damaged, or not in CCSID ", NULL,
                number_of(ccsid), ": give it in that one");
}

static int not_in_ccsid(int ccsid)
{
    return fail(OAUTH_ERROR_CCSID, OAUTH_ACTION_FIX,
                "the text has what CCSID ", NULL, number_of(ccsid),
                " lacks: take it in UTF-8, by oauth_bridge_ccsid(1208)");
}

/* ---- memory ---- */

static int share(shared_block *block, size_t size)
{
    block->start = (char *)Qp2malloc((QP2_dword_t)size, &block->address);
    if (block->start == NULL)
        return no_memory(size);
    block->size = size;
    return 0;
}

/* It may hold secrets, or what is left of them. */
static void unshare(shared_block *block)
{
    if (block->start == NULL)
        return;
    set_memory(block->start, 0, block->size);
    Qp2free(block->start);
    block->start = NULL;
}

/* ---- conversion ---- */

/* The fields by their places: IBM's page names them otherwise than programs
 * do. Substitutions are counted, each call begins in the single-byte state,
 * and mixed data that is damaged is an error. */
static int open_conversion(conversion *made, int to, int from)
{
    int fields[6];
    QtqCode_T to_code, from_code;

    if (made->is_open)
        return 0;
    fields[0] = from; /* CCSID */
    fields[1] = 0;    /* conversion alternative */
    fields[2] = 1;    /* substitution alternative */
    fields[3] = 1;    /* shift-state alternative */
    fields[4] = 0;    /* input length option */
    fields[5] = 1;    /* error option for mixed data */
    memset(&to_code, 0, sizeof to_code);
    memset(&from_code, 0, sizeof from_code);
    memcpy(&from_code, fields, sizeof fields);
    to_code.CCSID = to;
    made->descriptor = QtqIconvOpen(&to_code, &from_code);
    made->is_open = made->descriptor.return_value != -1;
    return made->is_open ? 0 : -1;
}

static void close_conversion(conversion *made)
{
    if (made->is_open)
        iconv_close(made->descriptor);
    made->is_open = 0;
}

/* Gives the length, or -1 where not all of it was converted, or something
 * else stands in its place. A piece may end within a character. */
static long convert(conversion *with, const char *text, size_t length,
                    char *to, size_t capacity, int is_piece)
{
    char *in = (char *)text;
    char *out = to;
    char *nothing = NULL;
    size_t left = length;
    size_t room = capacity;
    size_t zero = 0;
    size_t substituted = 0;

    if (length > 0)
        substituted = iconv(with->descriptor, &in, &left, &out, &room);
    if (left > 0 && left < 4 && is_piece)
        substituted = 0;
    else if (left > 0 || substituted != 0)
        substituted = 1;
    /* Back to the single-byte state; some write the shift, and some do not. */
    iconv(with->descriptor, &nothing, &zero, &out, &room);
    return substituted != 0 ? -1 : (long)(capacity - room);
}

/* Whether a character of the caller's was replaced: SUB, or U+FFFD. */
static int has_substitute(const char *utf8, size_t length)
{
    size_t at;

    for (at = 0; at < length; at++) {
        if (utf8[at] == 0x1A)
            return 1;
        if (at + 2 < length && (unsigned char)utf8[at] == 0xEF &&
            (unsigned char)utf8[at + 1] == 0xBF &&
            (unsigned char)utf8[at + 2] == 0xBD)
            return 1;
    }
    return 0;
}

/* A text of the caller's in UTF-8; its length, or a code. */
static long into_utf8(bridge_work *work, int shape, const char *text,
                      size_t length, char *to, size_t capacity)
{
    long converted;

    if (work->ccsid == CCSID_UTF8) {
        memcpy(to, text, length);
        return (long)length;
    }
    if (open_conversion(&work->to_utf8, CCSID_UTF8, work->ccsid) != 0)
        return no_conversion(work->ccsid);
    converted = convert(&work->to_utf8, text, length, to, capacity,
                        shape == SHAPE_BYTES && length == MOST_BYTES);
    if (converted < 0)
        return not_convertible(work->ccsid);
    /* What HTTP brought may have lost a character where nobody needs it. */
    if (shape == SHAPE_TEXT && has_substitute(to, (size_t)converted))
        return not_convertible(work->ccsid);
    return converted;
}

/* A shift to DBCS that is left open at the end. No text of the library's has
 * that character itself. */
static int ends_in_dbcs(const char *text, size_t length)
{
    while (length > 0) {
        length--;
        if (text[length] == 0x0E)
            return 1;
        if (text[length] == 0x0F)
            return 0;
    }
    return 0;
}

/* A text of the library's for the caller; its length, or a code. `back` has
 * room for the text and more. */
static long from_utf8(bridge_work *work, const char *text, size_t length,
                      char *to, size_t capacity, char *back)
{
    long converted, returned;

    if (length == 0)
        return 0;
    if (work->ccsid == CCSID_UTF8) {
        memcpy(to, text, length);
        return (long)length;
    }
    if (open_conversion(&work->from_utf8, work->ccsid, CCSID_UTF8) != 0 ||
        open_conversion(&work->to_utf8, CCSID_UTF8, work->ccsid) != 0)
        return no_conversion(work->ccsid);
    converted = convert(&work->from_utf8, text, length, to, capacity - 1, 0);
    if (converted < 0)
        return not_in_ccsid(work->ccsid);
    if (memchr(text, 0x0E, length) == NULL &&
        ends_in_dbcs(to, (size_t)converted))
        to[converted++] = 0x0F;
    /* Whoever converts a token to something like it has lost it. */
    returned = convert(&work->to_utf8, to, (size_t)converted, back,
                       length + 4, 0);
    if (returned != (long)length || memcmp(text, back, length) != 0)
        return not_in_ccsid(work->ccsid);
    return converted;
}

/* Leaves a question mark of each character that the CCSID lacks, or a point
 * where it lacks that, too. */
static size_t legible(bridge_work *work, char *text, size_t length)
{
    char converted[16], back[16];
    static const char marks[2] = { 0x3F, 0x2E };
    int has_mark = from_utf8(work, marks, 1, converted, sizeof converted,
                             back) > 0;
    size_t at, size;
    size_t to = 0;

    for (at = 0; at < length; at += size) {
        for (size = 1; at + size < length && size < 4; size++)
            if (((unsigned char)text[at + size] & 0xC0) != 0x80)
                break;
        if (from_utf8(work, text + at, size, converted, sizeof converted,
                      back) < 0) {
            text[to++] = has_mark ? marks[0] : marks[1];
        } else {
            memmove(text + to, text + at, size);
            to += size;
        }
    }
    return to;
}

/* ---- PASE ---- */

/* A literal in the job's CCSID, as Qp2RunPase wants its texts. */
static int for_job(conversion *with, const char *literal, char *to,
                   size_t capacity)
{
    long length;

    length = convert(with, literal, strlen(literal), to, capacity - 1, 0);
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
    conversion to_job;
    int failed;
    int count = 0;

    to_job.is_open = 0;
    if (open_conversion(&to_job, CCSID_OF_JOB, CCSID_OF_LITERALS) != 0)
        return no_conversion(CCSID_OF_JOB);
    failed = for_job(&to_job, START64, path, sizeof path) |
             for_job(&to_job, "PASE_THREAD_ATTACH=Y", attach, sizeof attach) |
             for_job(&to_job, "LIBPATH=" OAUTH_LIBPATH, libpath,
                     sizeof libpath) |
             for_job(&to_job, "HOME=", home, sizeof home);
    close_conversion(&to_job);
    if (failed)
        return no_conversion(CCSID_OF_JOB);
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
    if (Qp2ptrsize() == 0 && (rc = start_pase()) != 0)
        return rc;
    switch (Qp2ptrsize()) {
    case 8:
        break;
    case 4:
        return fail(OAUTH_ERROR_PASE_32, OAUTH_ACTION_FIX,
                    "a 32-bit PASE is active in this job, and liboauth needs "
                    "64 bits: use another job", NULL, -1, "");
    default:
        return fail(OAUTH_ERROR_PASE, OAUTH_ACTION_FIX,
                    "PASE cannot be started in this job: its job log says "
                    "why; option 33 has PASE", NULL, -1, "");
    }
    library = Qp2dlopen(OAUTH_LIBRARY,
                        QP2_RTLD_NOW | (IS_MEMBER ? QP2_RTLD_MEMBER : 0),
                        CCSID_OF_LITERALS);
    if (library == 0)
        return fail(OAUTH_ERROR_LIBRARY, OAUTH_ACTION_FIX,
                    "PASE cannot load liboauth: install it, or build the "
                    "bridge for its place: ", OAUTH_LIBRARY, -1, "");
    loading++;
    return 0;
}

/* The lock is held. */
static int look_up(bridge_function *function)
{
    int rc = 0;

    if (library == 0 || Qp2ptrsize() != 8)
        rc = load();
    if (rc != 0 || function->loading == loading)
        return rc;
    function->target = Qp2dlsym(library, function->name, CCSID_OF_LITERALS,
                                NULL);
    if (function->target == NULL)
        return fail(OAUTH_ERROR_LIBRARY, OAUTH_ACTION_FIX,
                    "liboauth is older than the bridge: install one that "
                    "has ", function->name, -1, "");
    function->loading = loading;
    return 0;
}

/* Where to call the function. IBM's functions may also send an escape message,
 * as where PASE is not installed: it stays in the job log, and ends no caller
 * and keeps no lock. */
static int find(bridge_function *function, void **target)
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
        rc = fail(OAUTH_ERROR_PASE, OAUTH_ACTION_FIX,
                  "PASE cannot be used in this job: its job log says why",
                  NULL, -1, "");
    }
    *target = function->target;
    pthread_mutex_unlock(&lock);
    return rc;
}

/* The call itself. `answer` is what the library returns. */
static int call_pase(bridge_call *call, bridge_work *work, int *answer)
{
    QP2_arg_type_t signature[2 * BRIDGE_ARGUMENTS + 1];
    QP2_dword_t values[2 * BRIDGE_ARGUMENTS];
    QP2_dword_t result = 0;
    unsigned int low;
    volatile int rc = -1; /* an escape message */
    int at;
    int slots = 0;

    for (at = 0; at < call->count; at++) {
        if (call->arguments[at].shape != SHAPE_INT) {
            signature[slots] = QP2_ARG_PTR64;
            values[slots++] = work->addresses[at];
        }
        signature[slots] = QP2_ARG_DWORD;
        /* From int to an unsigned type of 8 bytes: it keeps its sign. */
        values[slots++] = (QP2_dword_t)work->numbers[at];
    }
    signature[slots] = QP2_ARG_END;
#ifdef __OS400__
#pragma exception_handler(escaped, 0, 0, _C2_MH_ESCAPE, _CTLA_HANDLE)
#endif
    rc = Qp2CallPase2(work->target, values, signature, QP2_RESULT_DWORD,
                      &result, (short)sizeof result);
#ifdef __OS400__
#pragma disable_handler
escaped:
#endif
    if (rc != QP2CALLPASE_NORMAL) {
        pthread_mutex_lock(&lock);
        library = 0; /* the next call looks whether PASE has ended */
        pthread_mutex_unlock(&lock);
        return fail(OAUTH_ERROR_PASE, OAUTH_ACTION_RETRY,
                    "a call into PASE failed with ", NULL, rc,
                    ": try again, in a new job; the job log says more");
    }
    /* Of what stands above these four bytes nobody has promised anything. */
    low = (unsigned int)(result & 0xFFFFFFFFU);
    memcpy(answer, &low, sizeof low);
    if (!work->is_inquiry)
        forget_failure();
    return 0;
}

/* ---- texts in ---- */

static size_t up_to_nul(const char *text, size_t limit)
{
    size_t length = 0;

    while (length < limit && text[length] != 0)
        length++;
    return length;
}

/* How many bytes of the text count; none is read behind them. */
static size_t length_in(const bridge_argument *argument)
{
    size_t most = argument->shape == SHAPE_TEXT ? MOST_TEXT + 1 : MOST_BYTES;

    if (argument->number == OAUTH_NUL_TERMINATED)
        return up_to_nul(argument->text, most);
    if (argument->number < 0)
        return 0;
    if ((size_t)argument->number >= most)
        return most;
    if (argument->shape == SHAPE_TEXT)
        return up_to_nul(argument->text, (size_t)argument->number);
    return (size_t)argument->number;
}

static int is_text_in(const bridge_argument *argument)
{
    return argument->text != NULL && (argument->shape == SHAPE_TEXT ||
                                      argument->shape == SHAPE_BYTES);
}

/* What a text needs in the block: itself in UTF-8, and a NUL. */
static size_t room_for(size_t length)
{
    return (GROWTH * length + 16) & ~(size_t)15;
}

/* Blanks that pad a field are the library's to drop: in UTF-8 they are its
 * own. What is no length is passed on, and so is NULL. */
static int take_text(bridge_work *work, const bridge_argument *argument,
                     char *to, size_t length, int *number)
{
    long converted;

    *number = argument->number;
    if (argument->shape == SHAPE_TEXT && length > MOST_TEXT) {
        *number = MOST_TEXT + 1; /* too long is too long */
        return 0;
    }
    converted = into_utf8(work, argument->shape, argument->text, length, to,
                          room_for(length) - 1);
    if (converted < 0)
        return (int)converted;
    to[converted] = 0;
    if (argument->number >= 0)
        *number = (int)converted;
    return 0;
}

static int take_texts(bridge_call *call, bridge_work *work)
{
    size_t lengths[BRIDGE_ARGUMENTS];
    size_t size = 0;
    size_t used = 0;
    const bridge_argument *argument;
    int at, rc;

    for (at = 0; at < call->count; at++) {
        argument = &call->arguments[at];
        work->addresses[at] = 0;
        work->numbers[at] = argument->number;
        lengths[at] = 0;
        if (is_text_in(argument)) {
            lengths[at] = length_in(argument);
            size += room_for(lengths[at]);
        }
    }
    if (size == 0)
        return 0;
    if ((rc = share(&work->in, size)) != 0)
        return rc;
    for (at = 0; at < call->count; at++) {
        argument = &call->arguments[at];
        if (!is_text_in(argument))
            continue;
        rc = take_text(work, argument, work->in.start + used, lengths[at],
                       &work->numbers[at]);
        if (rc != 0)
            return rc;
        work->addresses[at] = work->in.address + used;
        used += room_for(lengths[at]);
    }
    return 0;
}

/* ---- a text out ---- */

/* The place of the text out among the arguments, or -1. */
static int place_out(const bridge_call *call)
{
    int at;

    for (at = 0; at < call->count; at++)
        if (call->arguments[at].shape == SHAPE_READ ||
            call->arguments[at].shape == SHAPE_MADE)
            return at;
    return -1;
}

/* The call with a buffer of that size, or, with 0, what length it needs. */
static int call_with(bridge_call *call, bridge_work *work, int at,
                     size_t size, int *answer)
{
    int rc = 0;

    unshare(&work->out);
    work->addresses[at] = 0;
    work->numbers[at] = (int)size;
    if (size > 0 && (rc = share(&work->out, size)) == 0)
        work->addresses[at] = work->out.address;
    return rc != 0 ? rc : call_pase(call, work, answer);
}

/* The whole text in work->out, and its length as the answer. A text that is
 * made is not made where the caller's buffer could not take it. */
static int fetch(bridge_call *call, bridge_work *work, int at, int *answer)
{
    int is_made = call->arguments[at].shape == SHAPE_MADE;
    size_t most = (size_t)call->arguments[at].number;
    size_t size = is_made ? USUAL_MADE : USUAL;
    int rc, tries;

    if (is_made && size > most)
        size = most;
    for (tries = 0;; tries++) {
        rc = call_with(call, work, at, size, answer);
        if (rc != 0 || *answer != OAUTH_ERROR_BUFFER)
            return rc;
        if ((is_made && size == most) || tries == 8)
            return 0;
        /* It may have become longer in between. */
        rc = call_with(call, work, at, 0, answer);
        if (rc != 0 || *answer < 0)
            return rc;
        size = (size_t)*answer + 1 + USUAL;
        if (is_made && size > most)
            size = most;
    }
}

/* The text of work->out in the caller's buffer, or only its length. */
static int hand_over(bridge_work *work, const bridge_argument *argument,
                     int answer)
{
    size_t length = (size_t)answer;
    size_t most = 2 * length + 8;
    char *text = (char *)malloc(most + length + 4);
    long converted;

    if (text == NULL)
        return no_memory(most + length + 4);
    converted = from_utf8(work, work->out.start, length, text, most,
                          text + most);
    if (converted == OAUTH_ERROR_CCSID && work->is_inquiry) {
        /* A sentence that lacks a letter is better than none. */
        length = legible(work, work->out.start, length);
        converted = from_utf8(work, work->out.start, length, text, most,
                              text + most);
    }
    if (converted >= 0 && argument->number > 0) {
        if (converted >= argument->number) {
            converted = too_small((size_t)converted + 1);
        } else {
            memcpy(argument->buffer, text, (size_t)converted);
            argument->buffer[converted] = 0;
        }
    }
    set_memory(text, 0, most + length + 4);
    free(text);
    return (int)converted;
}

static int answer_text(bridge_call *call, bridge_work *work, int at)
{
    const bridge_argument *argument = &call->arguments[at];
    int is_wrong = argument->number < 0 ||
                   (argument->buffer == NULL && argument->number > 0);
    int answer = 0;
    int rc;

    /* What the library refuses, and what has the same length here. */
    if (is_wrong ||
        (argument->shape == SHAPE_MADE && argument->number == 0)) {
        rc = call_pase(call, work, &answer);
        return rc != 0 ? rc : answer;
    }
    rc = fetch(call, work, at, &answer);
    if (rc != 0 || answer < 0)
        return rc != 0 ? rc : answer;
    return hand_over(work, argument, answer);
}

/* ---- what OAUTHX.c calls ---- */

void bridge_begin(bridge_call *call, bridge_function *function)
{
    call->function = function;
    call->count = 0;
}

static bridge_argument *next(bridge_call *call, int shape, int number)
{
    bridge_argument *argument = &call->arguments[call->count++];

    argument->shape = shape;
    argument->number = number;
    argument->text = NULL;
    argument->buffer = NULL;
    return argument;
}

void bridge_int(bridge_call *call, int number)
{
    next(call, SHAPE_INT, number);
}

void bridge_text(bridge_call *call, const char *text, int length)
{
    next(call, SHAPE_TEXT, length)->text = text;
}

void bridge_bytes(bridge_call *call, const char *text, int length)
{
    next(call, SHAPE_BYTES, length)->text = text;
}

void bridge_read(bridge_call *call, char *buffer, int capacity)
{
    next(call, SHAPE_READ, capacity)->buffer = buffer;
}

void bridge_made(bridge_call *call, char *buffer, int capacity)
{
    next(call, SHAPE_MADE, capacity)->buffer = buffer;
}

static int run(bridge_call *call, int is_inquiry)
{
    bridge_work work;
    int out = place_out(call);
    int answer = 0;
    int rc;

    work.ccsid = text_ccsid;
    work.is_inquiry = is_inquiry;
    work.to_utf8.is_open = 0;
    work.from_utf8.is_open = 0;
    work.in.start = NULL;
    work.out.start = NULL;
    rc = find(call->function, &work.target);
    if (rc == 0)
        rc = take_texts(call, &work);
    /* Whatever goes wrong, the caller does not keep yesterday's text. */
    if (out >= 0 && call->arguments[out].buffer != NULL &&
        call->arguments[out].number > 0)
        call->arguments[out].buffer[0] = 0;
    if (rc == 0 && out >= 0) {
        rc = answer_text(call, &work, out);
    } else if (rc == 0) {
        rc = call_pase(call, &work, &answer);
        rc = rc != 0 ? rc : answer;
    }
    unshare(&work.in);
    unshare(&work.out);
    close_conversion(&work.to_utf8);
    close_conversion(&work.from_utf8);
    return rc;
}

int bridge_run(bridge_call *call)
{
    return run(call, 0);
}

/* ---- the bridge's own last error ---- */

static size_t append(char *to, size_t used, size_t capacity, const char *text)
{
    while (*text != 0 && used + 1 < capacity)
        to[used++] = *text++;
    to[used] = 0;
    return used;
}

/* In the CCSID of the literals. */
static size_t sentence(const bridge_failure *failure, char *to, size_t most)
{
    char digits[24];
    long number = failure->number;
    int at = (int)sizeof digits - 1;
    size_t used = append(to, 0, most, failure->before);

    digits[at] = 0;
    if (failure->word != NULL) {
        used = append(to, used, most, failure->word);
    } else if (number >= 0) {
        do {
            digits[--at] = (char)('0' + number % 10);
            number /= 10;
        } while (number > 0);
        used = append(to, used, most, digits + at);
    }
    return append(to, used, most, failure->after);
}

/* Where even that cannot be converted it is given as it stands: in any EBCDIC
 * most of it can be read. */
static int own_text(const bridge_failure *failure,
                    const bridge_argument *argument)
{
    char text[512], converted[1536];
    const char *given = converted;
    conversion with;
    int ccsid = text_ccsid;
    long length;

    if (argument->number < 0)
        return OAUTH_ERROR_LENGTH;
    if (argument->number > 0 && argument->buffer == NULL)
        return OAUTH_ERROR_NULL;
    if (argument->number > 0)
        argument->buffer[0] = 0;
    length = (long)sentence(failure, text, sizeof text);
    with.is_open = 0;
    if (open_conversion(&with, ccsid, CCSID_OF_LITERALS) == 0)
        length = convert(&with, text, (size_t)length, converted,
                         sizeof converted, 0);
    else
        length = -1;
    close_conversion(&with);
    if (length < 0) {
        given = text;
        length = (long)strlen(text);
    }
    if (argument->number == 0)
        return (int)length;
    if (length >= argument->number)
        return OAUTH_ERROR_BUFFER;
    memcpy(argument->buffer, given, (size_t)length);
    argument->buffer[length] = 0;
    return (int)length;
}

int bridge_run_inquiry(bridge_call *call)
{
    const bridge_failure *failure = last_failure();
    int rc;

    if (failure == NULL || !failure->is_set) {
        rc = run(call, 1);
        /* What cannot be shown is no new error. */
        if (rc >= 0 || rc == OAUTH_ERROR_BUFFER || rc == OAUTH_ERROR_CCSID)
            forget_failure();
        return rc;
    }
    if (call->count == 0)
        return failure->action;
    return own_text(failure, &call->arguments[0]);
}

/* ---- the one function that the library does not have ---- */

/* Texts of more than a byte each, such as UTF-16, have no NUL to end at. */
static int is_of_bytes(bridge_work *work)
{
    static const char utf8[2] = { 0x41, 0x20 };
    char converted[8], back[8];

    return from_utf8(work, utf8, sizeof utf8, converted, sizeof converted,
                     back) == 2 &&
           converted[0] != 0 && converted[1] != 0;
}

int oauth_bridge_ccsid(int ccsid)
{
    bridge_work work;
    int is_good;

    if (ccsid == CCSID_NONE)
        ccsid = CCSID_OF_JOB;
    work.ccsid = ccsid;
    work.to_utf8.is_open = 0;
    work.from_utf8.is_open = 0;
    is_good = ccsid >= 0 && ccsid < CCSID_NONE &&
              (ccsid == CCSID_UTF8 || is_of_bytes(&work));
    close_conversion(&work.to_utf8);
    close_conversion(&work.from_utf8);
    if (!is_good)
        return no_conversion(ccsid);
    text_ccsid = ccsid;
    fail(0, OAUTH_ACTION_NONE, "", NULL, -1, "");
    return 0;
}
