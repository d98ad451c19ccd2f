/* Linux's <pthread.h>, for who asks as IBM's pages on writing threaded programs say. */
#pragma GCC system_header
#ifndef _MULTI_THREADED
#error "IBM i wants _MULTI_THREADED to be defined before <pthread.h>"
#endif
#include_next <pthread.h>
