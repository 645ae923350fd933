/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory from the C library. */
#include "posix_features.h"

#include <stdlib.h>

#include <evlet/port_os.h>

void *evlet_port_alloc(size_t size) {
    return malloc(size);
}

void *evlet_port_realloc(void *block, size_t size) {
    return realloc(block, size);
}

void evlet_port_free(void *block) {
    free(block);
}
