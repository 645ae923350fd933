/* SPDX-License-Identifier: BSD-3-Clause */
/* Entropy on a system of which nothing is known but /dev/urandom. */
#include "posix_features.h"

#include <evlet/port_os.h>

#include "posix_internal.h"

int evlet_port_entropy(void *buffer, size_t size) {
    return evlet_posix_entropy_from_device(buffer, size);
}
