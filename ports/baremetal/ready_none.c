/* SPDX-License-Identifier: BSD-3-Clause */
/* No descriptor is open, so whoever asks for one is wrong. */
#include <errno.h>

#include "descriptors.h"

int evlet_baremetal_ready(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set) {
    unsigned i, words = (fd_count + EVLET_FD_WORD_BITS - 1) / EVLET_FD_WORD_BITS;
    for (i = 0; i < words; i++) {
        if ((read_set != NULL && read_set[i]) || (write_set != NULL && write_set[i])) {
            errno = EBADF;
            return -1;
        }
    }
    return 0;
}
