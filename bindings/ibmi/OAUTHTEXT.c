/* OAUTHTEXT.c - texts between the caller's CCSID and UTF-8. Nothing is lost:
 * what cannot be converted is an error.
 */
#define _MULTI_THREADED /* IBM's pthread.h wants it */
#include <pthread.h>
#include <string.h>

#include "OAUTHPART.h"

#define CCSID_NONE 65535
#define LAST_CCSID 65533

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int text_ccsid = CCSID_OF_JOB; /* the lock guards it */

/* Of the job, where it is known. */
static long number_of(int ccsid)
{
    if (ccsid == CCSID_OF_JOB && Qp2ptrsize() != 0)
        return Qp2jobCCSID();
    return ccsid;
}

int bridge_no_conversion(int ccsid)
{
    return bridge_fail(OAUTH_ERROR_CCSID, OAUTH_ACTION_FIX,
                       "no conversion between UTF-8 and CCSID ", NULL,
                       number_of(ccsid),
                       ": give another to oauth_bridge_ccsid");
}

static int not_convertible(int ccsid)
{
    return bridge_fail(OAUTH_ERROR_CCSID, OAUTH_ACTION_FIX,
                       "a text is damaged, or not in CCSID ", NULL,
                       number_of(ccsid), ": give it in that one");
}

static int not_in_ccsid(int ccsid)
{
    return bridge_fail(OAUTH_ERROR_CCSID, OAUTH_ACTION_FIX,
                       "the text has what CCSID ", NULL, number_of(ccsid),
                       " lacks: take it in UTF-8, by oauth_bridge_ccsid(1208)");
}

/* The fields by their places: IBM's page names them otherwise than programs
 * do. Substitutions are counted, each call begins in the single-byte state,
 * and mixed data that is damaged is an error. */
int bridge_open(bridge_conversion *made, int to, int from)
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
    memcpy(&to_code, &to, sizeof to);
    made->descriptor = QtqIconvOpen(&to_code, &from_code);
    made->is_open = made->descriptor.return_value != -1;
    return made->is_open ? 0 : -1;
}

void bridge_close(bridge_conversion *made)
{
    if (made->is_open)
        iconv_close(made->descriptor);
    made->is_open = 0;
}

long bridge_convert(bridge_conversion *with, const char *text, size_t length,
                    char *to, size_t capacity)
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
    /* Back to the single-byte state; some write the shift, and some do not. */
    iconv(with->descriptor, &nothing, &zero, &out, &room);
    return left > 0 || substituted != 0 ? -1 : (long)(capacity - room);
}

void bridge_begin_texts(bridge_texts *texts)
{
    pthread_mutex_lock(&lock);
    texts->ccsid = text_ccsid;
    pthread_mutex_unlock(&lock);
    texts->to_utf8.is_open = 0;
    texts->from_utf8.is_open = 0;
}

void bridge_end_texts(bridge_texts *texts)
{
    bridge_close(&texts->to_utf8);
    bridge_close(&texts->from_utf8);
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

long bridge_into_utf8(bridge_texts *texts, const char *text, size_t length,
                      char *to, size_t capacity, int is_field)
{
    long converted;

    if (texts->ccsid == CCSID_UTF8) {
        memcpy(to, text, length);
        return (long)length;
    }
    if (bridge_open(&texts->to_utf8, CCSID_UTF8, texts->ccsid) != 0)
        return bridge_no_conversion(texts->ccsid);
    converted = bridge_convert(&texts->to_utf8, text, length, to, capacity);
    if (converted < 0)
        return not_convertible(texts->ccsid);
    /* What HTTP brought may have lost a character where nobody needs it. */
    if (is_field && has_substitute(to, (size_t)converted))
        return not_convertible(texts->ccsid);
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

long bridge_from_utf8(bridge_texts *texts, const char *text, size_t length,
                      char *to, size_t capacity, char *back)
{
    long converted, returned;

    if (length == 0)
        return 0;
    if (texts->ccsid == CCSID_UTF8) {
        memcpy(to, text, length);
        return (long)length;
    }
    if (bridge_open(&texts->from_utf8, texts->ccsid, CCSID_UTF8) != 0 ||
        bridge_open(&texts->to_utf8, CCSID_UTF8, texts->ccsid) != 0)
        return bridge_no_conversion(texts->ccsid);
    converted = bridge_convert(&texts->from_utf8, text, length, to,
                               capacity - 1);
    if (converted < 0)
        return not_in_ccsid(texts->ccsid);
    if (memchr(text, 0x0E, length) == NULL &&
        ends_in_dbcs(to, (size_t)converted))
        to[converted++] = 0x0F;
    /* Whoever converts a token to something like it has lost it. */
    returned = bridge_convert(&texts->to_utf8, to, (size_t)converted, back,
                              length + 4);
    if (returned != (long)length || memcmp(text, back, length) != 0)
        return not_in_ccsid(texts->ccsid);
    return converted;
}

size_t bridge_legible(bridge_texts *texts, char *text, size_t length)
{
    char converted[16], back[16];
    static const char marks[2] = { 0x3F, 0x2E };
    int has_mark = bridge_from_utf8(texts, marks, 1, converted,
                                    sizeof converted, back) > 0;
    size_t at, size;
    size_t to = 0;

    for (at = 0; at < length; at += size) {
        for (size = 1; at + size < length && size < 4; size++)
            if (((unsigned char)text[at + size] & 0xC0) != 0x80)
                break;
        if (bridge_from_utf8(texts, text + at, size, converted,
                             sizeof converted, back) < 0) {
            text[to++] = has_mark ? marks[0] : marks[1];
        } else {
            memmove(text + to, text + at, size);
            to += size;
        }
    }
    return to;
}

/* ---- the one function that the library does not have ---- */

/* Texts of more than a byte each, such as UTF-16, have no NUL to end at. */
static int is_of_bytes(bridge_texts *texts)
{
    static const char utf8[2] = { 0x41, 0x20 };
    char converted[8], back[8];

    return bridge_from_utf8(texts, utf8, sizeof utf8, converted,
                            sizeof converted, back) == 2 &&
           converted[0] != 0 && converted[1] != 0;
}

static int choose(int ccsid)
{
    bridge_texts texts;
    int is_good;

    if (ccsid == CCSID_NONE)
        ccsid = CCSID_OF_JOB;
    if (ccsid < 0 || ccsid > LAST_CCSID)
        return bridge_fail(OAUTH_ERROR_CCSID, OAUTH_ACTION_FIX,
                           "no CCSID has that number: give "
                           "oauth_bridge_ccsid 0 (the job's) or 1208 (UTF-8)",
                           NULL, -1, "");
    bridge_begin_texts(&texts);
    texts.ccsid = ccsid;
    is_good = ccsid == CCSID_UTF8 || is_of_bytes(&texts);
    bridge_end_texts(&texts);
    if (!is_good)
        return bridge_no_conversion(ccsid);
    pthread_mutex_lock(&lock);
    text_ccsid = ccsid;
    pthread_mutex_unlock(&lock);
    bridge_fail(0, OAUTH_ACTION_NONE, "", NULL, -1, "");
    return 0;
}

int oauth_bridge_ccsid(int ccsid)
{
    int state = bridge_hold();
    int rc = choose(ccsid);

    bridge_let_go(state);
    return rc;
}
