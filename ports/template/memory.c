/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory: malloc(), pvPortMalloc() or a pool. Evlet expects any call to fail one day. */
#include <evlet/port_os.h>

#include "unsupported.h"

/* Unsupported: there is none. */
void *evlet_port_alloc(size_t size) {
    (void)size;
    errno = ENOSYS;
    return NULL;
}

/* A heap without realloc: allocate, copy the smaller of both sizes, free. The size of the old
 * block then has to be kept in front of it. */
void *evlet_port_realloc(void *block, size_t size) {
    (void)block;
    (void)size;
    errno = ENOSYS;
    return NULL;
}

void evlet_port_free(void *block) {
    (void)block;
}
