/* SPDX-License-Identifier: BSD-3-Clause */
/* The environment, unless the process has more rights than whoever filled it in. */
#include "posix_features.h"

#include <stdlib.h>
#include <unistd.h>

#include <evlet/port_os.h>

static int runs_with_more_rights(void) {
#if defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) || defined(__APPLE__)
    return issetugid(); /* remembers it even after the ids were made equal */
#else
    return getuid() != geteuid() || getgid() != getegid();
#endif
}

const char *evlet_port_getenv(const char *name) {
    return runs_with_more_rights() ? NULL : getenv(name);
}
