/* standin.h - what a test says to the stand-in for IBM i, and what it learns from it. */
#ifndef STANDIN_H
#define STANDIN_H

#include <stddef.h>

/* ---- the system that is played ---- */

extern int standin_job_ccsid;       /* 65535, too: then the default is 37 */
extern int standin_pointer_size;    /* of the PASE that Qp2RunPase starts: 8; 0: it cannot be started */
extern int standin_no_library;      /* Qp2dlopen finds nothing */
extern const char *standin_no_name; /* Qp2dlsym does not find this one */
extern int standin_memory;          /* so many more Qp2malloc succeed; negative: all */
extern int standin_fails_at;        /* the call of so many that can fail, from now on, fails; negative: none does */
extern int standin_call_fails;      /* what the next Qp2CallPase2 returns, if not 0 */
extern int standin_call_ends_pase;  /* the next one that fails ends PASE with it, and its memory */
extern const char *standin_library; /* the file on this machine that stands for the library in PASE */

/* What iconv does with a character that the other CCSID lacks. */
enum { STANDIN_REFUSE, STANDIN_SUBSTITUTE, STANDIN_SUBSTITUTE_SILENTLY };
extern int standin_substitution;
/* Whether the call of iconv that returns to the initial state writes the shift. IBM does not say so. */
extern int standin_writes_shift;

extern int standin_patience; /* how often Qp2RunPase lets other threads run */

void standin_start(int size); /* a PASE of that pointer size, as another program of the job may have done */
void standin_end_pase(void);

/* What no memory may hold when it is given back. */
void standin_secret(const char *bytes, size_t length);
void standin_no_secrets(void);

/* Measures, with the clock read twice in each of these functions. */
extern int standin_is_timing;
extern double standin_converting; /* microseconds in the functions of QTQICONV */

/* ---- what the bridge has done ---- */

extern int standin_violations; /* each was printed */
extern int standin_starts;     /* of PASE */
extern int standin_calls;      /* into the library */
extern int standin_lookups;    /* of its functions */
extern int standin_opened;     /* conversions, ever */
extern const char *standin_last_name;

int standin_blocks(void);      /* of Qp2malloc that live */
int standin_conversions(void); /* that are open */
int standin_ile_blocks(void);  /* of malloc that live */

/* glibc's name of a CCSID, or null. */
const char *standin_encoding(int ccsid);

/* malloc and free of the bridge. */
void *ile_malloc(size_t size);
void ile_free(void *memory);

#endif
