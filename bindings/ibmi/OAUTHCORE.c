/* OAUTHCORE.c - a call of the library through PASE: its texts in, the call, its
 * text out.
 *
 * What PASE may see is memory of Qp2malloc, by its PASE address. Arguments
 * and results have 8 bytes there, as the library is 64-bit. A text is UTF-8
 * there, and here in the CCSID of the job or of oauth_bridge_ccsid.
 */
#define _MULTI_THREADED /* IBM's pthread.h wants it */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "OAUTHPART.h"

/* The library refuses a longer text, and a longer body. */
#define MOST_TEXT (1024 * 1024)
/* A body that is longer here is so in UTF-8, too: of a DBCS, where each shift
 * is a byte, half may be left. */
#define MOST_BYTES (2 * MOST_TEXT)
/* A byte of EBCDIC is at most three of UTF-8; two bytes of a DBCS may be two
 * characters of three. */
#define GROWTH 4
/* What most texts fit into. */
#define USUAL 1024
#define USUAL_MADE 4096

enum { SHAPE_INT, SHAPE_TEXT, SHAPE_BYTES, SHAPE_READ, SHAPE_MADE };

/* What a call holds until it returns. */
typedef struct {
    int is_inquiry;
    bridge_texts texts;
    bridge_block in;
    bridge_block out;
    void *target;
    /* For each argument what goes to PASE: of a text its address, too. */
    QP2_ptr64_t addresses[BRIDGE_ARGUMENTS];
    int numbers[BRIDGE_ARGUMENTS];
} bridge_work;

/* ---- the call ---- */

static int call_pase(bridge_call *call, bridge_work *work, int *answer)
{
    QP2_arg_type_t signature[2 * BRIDGE_ARGUMENTS + 1];
    QP2_dword_t values[2 * BRIDGE_ARGUMENTS];
    int at, rc;
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
    rc = bridge_enter(work->target, values, signature, answer);
    if (rc == 0 && !work->is_inquiry)
        bridge_forget();
    return rc;
}

/* ---- texts in ---- */

static size_t up_to_nul(const char *text, size_t limit)
{
    size_t length = 0;

    while (length < limit && text[length] != 0)
        length++;
    return length;
}

static size_t most_of(const bridge_argument *argument)
{
    return argument->shape == SHAPE_TEXT ? MOST_TEXT : MOST_BYTES;
}

/* How many bytes of the text count; none is read behind them. One more than
 * the most stands for all that are too many. */
static size_t length_in(const bridge_argument *argument)
{
    size_t most = most_of(argument);

    if (argument->number == OAUTH_NUL_TERMINATED)
        return up_to_nul(argument->text, most + 1);
    if (argument->number < 0)
        return 0;
    if ((size_t)argument->number > most)
        return most + 1;
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
    long converted = (long)length;

    if (length > most_of(argument))
        memset(to, 0x20, length); /* whatever it is, it is too long */
    else
        converted = bridge_into_utf8(&work->texts, argument->text, length, to,
                                     room_for(length) - 1,
                                     argument->shape == SHAPE_TEXT);
    if (converted < 0)
        return (int)converted;
    to[converted] = 0;
    *number = argument->number < 0 ? argument->number : (int)converted;
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
    if ((rc = bridge_share(&work->in, size)) != 0)
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

    bridge_unshare(&work->out);
    work->addresses[at] = 0;
    work->numbers[at] = (int)size;
    if (size > 0 && (rc = bridge_share(&work->out, size)) == 0)
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
        return bridge_no_memory(most + length + 4);
    converted = bridge_from_utf8(&work->texts, work->out.start, length, text,
                                 most, text + most);
    if (converted == OAUTH_ERROR_CCSID && work->is_inquiry) {
        /* A sentence that lacks a letter is better than none. */
        length = bridge_legible(&work->texts, work->out.start, length);
        converted = bridge_from_utf8(&work->texts, work->out.start, length,
                                     text, most, text + most);
    }
    if (converted >= 0 && argument->number > 0) {
        if (converted >= argument->number) {
            converted = bridge_too_small((size_t)converted + 1);
        } else {
            memcpy(argument->buffer, text, (size_t)converted);
            argument->buffer[converted] = 0;
        }
    }
    bridge_wipe(text, most + length + 4);
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

    work.is_inquiry = is_inquiry;
    bridge_begin_texts(&work.texts);
    work.in.start = NULL;
    work.out.start = NULL;
    rc = bridge_find(call->function, &work.target);
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
    bridge_unshare(&work.in);
    bridge_unshare(&work.out);
    bridge_end_texts(&work.texts);
    return rc;
}

int bridge_hold(void)
{
    int state = PTHREAD_CANCEL_ENABLE;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state;
}

void bridge_let_go(int state)
{
    pthread_setcancelstate(state, &state);
}

int bridge_run(bridge_call *call)
{
    int state = bridge_hold();
    int rc = run(call, 0);

    bridge_let_go(state);
    return rc;
}

/* ---- the bridge's own last error ---- */

/* Where even that cannot be converted it is given as it stands: in any EBCDIC
 * most of it can be read. */
static int own_text(const bridge_failure *failure,
                    const bridge_argument *argument)
{
    char text[512], converted[1536];
    const char *given = converted;
    bridge_conversion with;
    bridge_texts texts;
    long length;

    if (argument->number < 0)
        return OAUTH_ERROR_LENGTH;
    if (argument->number > 0 && argument->buffer == NULL)
        return OAUTH_ERROR_NULL;
    if (argument->number > 0)
        argument->buffer[0] = 0;
    length = (long)bridge_sentence(failure, text, sizeof text);
    with.is_open = 0;
    bridge_begin_texts(&texts);
    if (bridge_open(&with, texts.ccsid, CCSID_OF_LITERALS) == 0)
        length = bridge_convert(&with, text, (size_t)length, converted,
                                sizeof converted);
    else
        length = -1;
    bridge_close(&with);
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

static int inquire(bridge_call *call)
{
    const bridge_failure *failure = bridge_last_failure();
    int rc;

    if (failure == NULL) {
        rc = run(call, 1);
        /* What cannot be shown is no new error. */
        if (rc >= 0 || rc == OAUTH_ERROR_BUFFER || rc == OAUTH_ERROR_CCSID)
            bridge_forget();
        return rc;
    }
    if (call->count == 0)
        return failure->action;
    return own_text(failure, &call->arguments[0]);
}

int bridge_run_inquiry(bridge_call *call)
{
    int state = bridge_hold();
    int rc = inquire(call);

    bridge_let_go(state);
    return rc;
}
