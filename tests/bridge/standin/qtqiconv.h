/* qtqiconv.h - what the bridge uses of IBM's header of that name, as IBM documents it. For tests on Linux. */
#ifndef QTQICONV_H
#define QTQICONV_H

#include <stddef.h>

typedef struct {
    int return_value;
    int cd[12];
} ile_iconv_t;

typedef struct {
    int CCSID;
    int cnv_alternative;
    int subs_alternative;
    int shift_alternative;
    int length_option;
    int mx_error_option;
    char reserved[8];
} QtqCode_T;

/* Linux has other functions of these names. */
#define iconv_t ile_iconv_t
#define iconv ile_iconv
#define iconv_close ile_iconv_close

iconv_t QtqIconvOpen(QtqCode_T *tocode, QtqCode_T *fromcode);
size_t iconv(iconv_t cd, char **inbuf, size_t *inbytesleft, char **outbuf, size_t *outbytesleft);
int iconv_close(iconv_t cd);

#endif
