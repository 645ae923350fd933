/* SPDX-License-Identifier: BSD-3-Clause */
/* The environment, unless the kernel started the process with more rights than its caller: by
 * set-user-id, but also by file capabilities, which comparing ids does not show. */
#include "../posix/posix_features.h"

#include <stdlib.h>

#include <evlet/port_os.h>

const char *evlet_port_getenv(const char *name) {
    return secure_getenv(name);
}
