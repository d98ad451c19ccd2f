/* OAUTHPART.h - what the bridge's parts have of each other.
 */
#ifndef OAUTHPART_H
#define OAUTHPART_H

#include <qp2user.h>
#include <qtqiconv.h>

#include "OAUTHCORE.h"
#include "OAUTHX.h"

#define CCSID_OF_LITERALS 37
#define CCSID_OF_JOB 0
#define CCSID_UTF8 1208

/* ---- OAUTHCORE.c ---- */

/* A thread that is cancelled ends after its call, as in the library: nothing
 * stays locked, unwiped or open. What it gives is for bridge_let_go. */
int bridge_hold(void);
void bridge_let_go(int state);

/* ---- OAUTHFAIL.c ---- */

/* One with OAUTH_ACTION_NONE and no words is a success of oauth_bridge_ccsid
 * after whatever failed. */
typedef struct {
    int is_set;
    int action;
    const char *before;
    const char *word; /* or null, and then the number stands between */
    long number;      /* or negative, and then nothing does */
    const char *after;
} bridge_failure;

/* Keeps it for this thread's oauth_error_text, and gives the code. */
int bridge_fail(int code, int action, const char *before, const char *word,
                long number, const char *after);
int bridge_no_memory(size_t size);
int bridge_too_small(size_t needed);

/* From now on the library knows what went wrong last. */
void bridge_forget(void);

/* This thread's, or null where the library knows. */
const bridge_failure *bridge_last_failure(void);

/* In the CCSID of the literals; its length. */
size_t bridge_sentence(const bridge_failure *failure, char *to, size_t most);

/* ---- OAUTHTEXT.c ---- */

/* A conversion in one direction, opened on first need. */
typedef struct {
    int is_open;
    iconv_t descriptor;
} bridge_conversion;

/* The caller's texts during a call. */
typedef struct {
    int ccsid;
    bridge_conversion to_utf8;
    bridge_conversion from_utf8;
} bridge_texts;

int bridge_open(bridge_conversion *made, int to, int from);
void bridge_close(bridge_conversion *made);

/* Gives the length, or -1 where not all of it was converted, or something
 * else stands in its place. */
long bridge_convert(bridge_conversion *with, const char *text, size_t length,
                    char *to, size_t capacity);
int bridge_no_conversion(int ccsid);

void bridge_begin_texts(bridge_texts *texts);
void bridge_end_texts(bridge_texts *texts);

/* A text of the caller's in UTF-8; its length, or a code. A field has lost
 * nothing before; an HTTP answer may have. */
long bridge_into_utf8(bridge_texts *texts, const char *text, size_t length,
                      char *to, size_t capacity, int is_field);

/* A text of the library's for the caller; its length, or a code. `back` has
 * room for the text and more. */
long bridge_from_utf8(bridge_texts *texts, const char *text, size_t length,
                      char *to, size_t capacity, char *back);

/* Leaves a question mark of each character that the CCSID lacks, or a point
 * where it lacks that, too. */
size_t bridge_legible(bridge_texts *texts, char *text, size_t length);

/* ---- OAUTHPASE.c ---- */

/* Memory that both sides see. */
typedef struct {
    char *start;
    QP2_ptr64_t address; /* PASE's */
    size_t size;
} bridge_block;

int bridge_share(bridge_block *block, size_t size);

/* It may hold secrets, or what is left of them: it is wiped. */
void bridge_unshare(bridge_block *block);

/* What no compiler leaves out. */
void bridge_wipe(void *memory, size_t size);

/* Where to call the function, in a PASE that runs with a library in it. */
int bridge_find(bridge_function *function, void **target);

/* The call itself. `answer` is what the library returns. */
int bridge_enter(void *target, const QP2_dword_t *values,
                 const QP2_arg_type_t *signature, int *answer);

#endif
