/* What gcc's unwinder asks glibc for, and musl has not: where the unwind table of the code at an address is. */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stddef.h>

/* The unwinder takes threads to be there if any of their functions is, and calls these; its own references are weak, and
 * bring nothing out of a static library. */
const void *const what_unwinding_calls[] = {
    (const void *)pthread_once,         (const void *)pthread_key_create, (const void *)pthread_getspecific,
    (const void *)pthread_setspecific,  (const void *)pthread_mutex_lock, (const void *)pthread_mutex_unlock,
};

struct found {
    unsigned long long flags;
    void *start, *end;
    struct link_map *map;
    void *eh_frame;
    unsigned long long reserved[7];
};

struct asked {
    ElfW(Addr) address;
    struct found *found;
};

static int look(struct dl_phdr_info *object, size_t size, void *data)
{
    struct asked *asked = data;
    ElfW(Addr) table = 0;
    int i, is_here = 0;

    (void)size;
    for (i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        ElfW(Addr) start = object->dlpi_addr + part->p_vaddr;

        if (part->p_type == PT_LOAD && asked->address >= start && asked->address < start + part->p_memsz) {
            asked->found->start = (void *)start;
            asked->found->end = (void *)(start + part->p_memsz);
            is_here = 1;
        }
        if (part->p_type == PT_GNU_EH_FRAME)
            table = start;
    }
    asked->found->eh_frame = (void *)table;
    return is_here && table != 0;
}

int _dl_find_object(void *address, struct found *found)
{
    struct asked asked = {(ElfW(Addr))address, found};

    *found = (struct found){0};
    return dl_iterate_phdr(look, &asked) ? 0 : -1;
}
