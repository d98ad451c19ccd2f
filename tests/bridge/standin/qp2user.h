/* qp2user.h - what the bridge uses of IBM's header of that name, as IBM documents it. For tests on Linux. */
#ifndef QP2USER_H
#define QP2USER_H

typedef unsigned int QP2_word_t;
typedef unsigned long long QP2_dword_t;
typedef unsigned int QP2_ptr32_t;
typedef unsigned long long QP2_ptr64_t;
typedef short QP2_arg_type_t;
typedef short QP2_result_type_t;

#define QP2_ARG_END 0
#define QP2_ARG_WORD (-1)
#define QP2_ARG_DWORD (-2)
#define QP2_ARG_FLOAT32 (-3)
#define QP2_ARG_FLOAT64 (-4)
#define QP2_ARG_PTR32 (-5)
#define QP2_ARG_PTR64 (-6)
#define QP2_ARG_PTR_TOSTACK 0x0fff0000

#define QP2_RESULT_VOID 0
#define QP2_RESULT_WORD (-1)
#define QP2_RESULT_DWORD (-2)
#define QP2_RESULT_FLOAT64 (-4)
#define QP2_RESULT_PTR32 (-5)
#define QP2_RESULT_PTR64 (-6)

#define QP2CALLPASE_NORMAL 0
#define QP2CALLPASE_RESULT_ERROR 1
#define QP2CALLPASE_ENVIRON_ERROR 2
#define QP2CALLPASE_ARG_ERROR 4
#define QP2CALLPASE_TERMINATING 6
#define QP2CALLPASE_RETURN_NOEXIT 7

#define QP2RUNPASE_ERROR (-1)
#define QP2RUNPASE_RETURN_NOEXIT (-2)

#define QP2_RTLD_NOW 0x00000002
#define QP2_RTLD_LAZY 0x00000004
#define QP2_RTLD_GLOBAL 0x00010000
#define QP2_RTLD_NOAUTODEFER 0x00020000
#define QP2_RTLD_MEMBER 0x00040000
#define QP2_RTLD_LOCAL 0x00080000

int Qp2RunPase(const char *pathName, const char *symbolName, const void *symbolData, unsigned int symbolDataLen,
               int ccsid, const char *const *argv, const char *const *envp);
QP2_ptr64_t Qp2dlopen(const char *path, int flags, int ccsid);
void *Qp2dlsym(QP2_ptr64_t id, const char *name, int ccsid, QP2_ptr64_t *sym_pase);
char *Qp2dlerror(void);
int *Qp2errnop(void);
int Qp2CallPase2(const void *target, const void *arglist, const QP2_arg_type_t *signature,
                 QP2_result_type_t result_type, void *buf, short bufLenIn);
void *Qp2malloc(QP2_dword_t size, QP2_ptr64_t *mem_pase);
int Qp2free(void *mem);
int Qp2ptrsize(void);
int Qp2jobCCSID(void);
int Qp2paseCCSID(void);

#endif
