/* SPDX-License-Identifier: BSD-3-Clause */
/* How every function of the template refuses. Included by its C files; goes when the last of them
 * has been written. */
#ifndef EVLET_TEMPLATE_UNSUPPORTED_H
#define EVLET_TEMPLATE_UNSUPPORTED_H

#include <errno.h>

#ifndef ENOSYS
#define ENOSYS 88 /* C99 does not know it; newlib's number */
#endif

static inline int unsupported(void) {
    errno = ENOSYS;
    return -1;
}

#endif
