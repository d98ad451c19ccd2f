/* OAUTHCORE.h - how a call of liboauth gets from ILE to PASE and back.
 *
 * OAUTHX.c has the exported functions, each a few lines over this. ILE C as
 * of IBM i 7.1 takes it: C89, lines of at most 80 columns.
 */
#ifndef OAUTHCORE_H
#define OAUTHCORE_H

/* All literals here are made of what has the same place in each Latin EBCDIC,
 * and are given to IBM's APIs as CCSID 37. */
#ifdef __OS400__
#pragma convert(37)
#endif

/* The most of any function, each text with its length as one; and one of them
 * at most is a text out. */
#define BRIDGE_ARGUMENTS 8

/* A function of the library; `target` is looked up on first need. */
typedef struct {
    const char *name;
    void *target;
    int loading; /* the loading of the library that `target` is of */
} bridge_function;

/* A parameter, or a text and its length or capacity. */
typedef struct {
    int shape;
    int number;
    const char *text;
    char *buffer;
} bridge_argument;

typedef struct {
    bridge_function *function;
    int count;
    bridge_argument arguments[BRIDGE_ARGUMENTS];
} bridge_call;

void bridge_begin(bridge_call *call, bridge_function *function);

/* The arguments, in the order of the function's parameters. */
void bridge_int(bridge_call *call, int number);
void bridge_text(bridge_call *call, const char *text, int length);

/* An HTTP answer's headers or body: exactly `length` bytes of the caller's
 * encoding. */
void bridge_bytes(bridge_call *call, const char *text, int length);

/* A text out that the function reads: it may be asked as often as needed. */
void bridge_read(bridge_call *call, char *buffer, int capacity);

/* A text out that is made by the call, and made only if it fits: never asked
 * for with another capacity than the caller's unless it did not fit. It is
 * ASCII, and so as long in the caller's encoding. */
void bridge_made(bridge_call *call, char *buffer, int capacity);

/* Makes the call. What it returns is the function's own answer, or one of the
 * bridge's codes. */
int bridge_run(bridge_call *call);

/* The same for what is asked about the last error, which may be the bridge's
 * own. It changes nothing about it. */
int bridge_run_inquiry(bridge_call *call);

#endif
