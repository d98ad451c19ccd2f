/* liboauth_tcl.c - liboauth's functions as commands of Tcl, which liboauth.tcl makes a class of.
 *
 *     cc -shared -fPIC -DUSE_TCL_STUBS -o liboauth_tcl.so liboauth_tcl.c -I/usr/include/tcl8.6 -ltclstub8.6 -loauth
 *
 * A command ::liboauth::c::oauth_... takes what its function takes: a text goes with its length in bytes or, with -1, as
 * it is. It returns the number or, of a function that writes one, the text, in a buffer that grows unless a capacity is
 * given. An error is read from the library before anything else happens in its thread.
 */
#include <liboauth.h>
#include <stdint.h>
#include <string.h>
#include <tcl.h>

#define MOST_PARAMETERS 8
#define FIRST_CAPACITY 4096
#define LAST_CAPACITY (1 << 24)

struct given {
    int32_t number; /* or a length, or a capacity */
    const char *text;
    char *buffer;
};

struct function {
    const char *name;
    const char *parameters;
    const char *words; /* what a wrong number of arguments is told */
    int32_t (*call)(const struct given *given);
};

#include "functions.h"

static Tcl_Encoding utf_8;

/* What went wrong in the last call of this thread. */
static int failed(Tcl_Interp *interp, int32_t code)
{
    char why[4096];
    Tcl_Obj *words[3];
    Tcl_DString text;
    int32_t action = oauth_error_action();
    int32_t length = oauth_error_text(why, sizeof why);

    words[0] = Tcl_NewStringObj("OAUTH", -1);
    words[1] = Tcl_NewIntObj(code);
    words[2] = Tcl_NewIntObj(action);
    Tcl_ExternalToUtfDString(utf_8, why, length < 0 ? 0 : length, &text);
    Tcl_DStringResult(interp, &text);
    Tcl_SetObjErrorCode(interp, Tcl_NewListObj(3, words)); /* behind the result, which clears it */
    return TCL_ERROR;
}

static int refused(Tcl_Interp *interp, const char *why)
{
    Tcl_SetObjResult(interp, Tcl_NewStringObj(why, -1));
    return TCL_ERROR;
}

/* Whether each character of it is one byte. */
static int is_bytes(Tcl_Obj *value)
{
    int at, length;
    const Tcl_UniChar *characters = Tcl_GetUnicodeFromObj(value, &length);

    for (at = 0; at < length; at++)
        if (characters[at] > 255)
            return 0;
    return 1;
}

/* A text, or bytes, with the length that is given behind it. `text` is the caller's to free. */
static int take(Tcl_Interp *interp, Tcl_Obj *value, Tcl_Obj *length, int bytes, struct given *given, Tcl_DString *text)
{
    int number, size;
    const char *start;

    if (Tcl_GetIntFromObj(interp, length, &number) != TCL_OK)
        return TCL_ERROR;
    if (bytes && is_bytes(value)) {
        start = (const char *)Tcl_GetByteArrayFromObj(value, &size);
        Tcl_DStringAppend(text, start, size);
    } else {
        start = Tcl_GetStringFromObj(value, &size);
        /* Tcl has a NUL as two bytes inside, and what is beyond 16 bits perhaps as six. */
        Tcl_UtfToExternalDString(utf_8, start, size, text);
    }
    if (number > Tcl_DStringLength(text))
        return refused(interp, "a length is larger than its text");
    if (!bytes && number < 0 && strlen(Tcl_DStringValue(text)) < (size_t)Tcl_DStringLength(text))
        return refused(interp, "a text for OAuth cannot hold a NUL character");
    given->text = Tcl_DStringValue(text);
    given->number = bytes && number == OAUTH_NUL_TERMINATED ? Tcl_DStringLength(text) : number;
    return TCL_OK;
}

/* Calls a function that writes a text, in a buffer that is large enough or as large as is said. */
static int give(Tcl_Interp *interp, const struct function *function, struct given *given, struct given *out, int capacity)
{
    Tcl_DString text;
    int32_t answer;

    out->number = capacity < 0 ? FIRST_CAPACITY : capacity;
    for (;;) {
        out->buffer = ckalloc(out->number + 1);
        answer = function->call(given);
        if (answer != OAUTH_ERROR_BUFFER || capacity >= 0 || out->number >= LAST_CAPACITY)
            break;
        ckfree(out->buffer);
        out->number *= 4;
    }
    if (answer < 0) {
        failed(interp, answer);
    } else if (out->number == 0) {
        Tcl_SetObjResult(interp, Tcl_NewIntObj(answer)); /* the length alone */
    } else {
        Tcl_ExternalToUtfDString(utf_8, out->buffer, answer, &text);
        Tcl_DStringResult(interp, &text);
    }
    ckfree(out->buffer);
    return answer < 0 ? TCL_ERROR : TCL_OK;
}

static int run(ClientData data, Tcl_Interp *interp, int count, Tcl_Obj *const words[])
{
    const struct function *function = (const struct function *)data;
    int at = 1, parameter, texts = 0, capacity = -1, status = TCL_OK;
    struct given given[MOST_PARAMETERS] = {{0, NULL, NULL}};
    struct given *out = NULL;
    Tcl_DString text[MOST_PARAMETERS];
    int32_t answer;

    for (parameter = 0; status == TCL_OK && function->parameters[parameter] != '\0'; parameter++) {
        const char kind = function->parameters[parameter];
        const int takes = kind == 'i' ? 1 : kind == 'o' ? 0 : 2;

        if (at + takes > count) {
            at = -1;
            break;
        }
        if (kind == 'i') {
            status = Tcl_GetIntFromObj(interp, words[at], &given[parameter].number);
        } else if (kind == 'o') {
            out = &given[parameter];
            if (at < count)
                status = Tcl_GetIntFromObj(interp, words[at++], &capacity);
            if (status == TCL_OK && (capacity < -1 || capacity > LAST_CAPACITY))
                status = refused(interp, "a capacity is 0 to 16777216");
        } else {
            Tcl_DStringInit(&text[texts]);
            status = take(interp, words[at], words[at + 1], kind == 'b', &given[parameter], &text[texts]);
            texts++;
        }
        at += takes;
    }
    if (status == TCL_OK && at != count) {
        Tcl_WrongNumArgs(interp, 1, words, function->words);
        status = TCL_ERROR;
    } else if (status == TCL_OK && out != NULL) {
        status = give(interp, function, given, out, capacity);
    } else if (status == TCL_OK) {
        answer = function->call(given);
        if (answer < 0)
            status = failed(interp, answer);
        else
            Tcl_SetObjResult(interp, Tcl_NewIntObj(answer));
    }
    while (texts > 0)
        Tcl_DStringFree(&text[--texts]);
    return status;
}

extern DLLEXPORT int Liboauth_tcl_Init(Tcl_Interp *interp)
{
    size_t at;

    if (Tcl_InitStubs(interp, "8.6-", 0) == NULL)
        return TCL_ERROR;
    utf_8 = Tcl_GetEncoding(interp, "utf-8");
    if (utf_8 == NULL || Tcl_CreateNamespace(interp, "::liboauth::c", NULL, NULL) == NULL)
        return TCL_ERROR;
    for (at = 0; at < sizeof functions / sizeof *functions; at++)
        Tcl_CreateObjCommand(interp, functions[at].name, run, (ClientData)&functions[at], NULL);
    return TCL_OK;
}
