/* SPDX-License-Identifier: BSD-3-Clause */
/* Error numbers for people. */
#include "posix_features.h"

#include <string.h>

#include <evlet/port_net.h>

/* strerror() answers known numbers with constant text in every C library of today, so threads do
 * not disturb each other; strerror_r() has two incompatible forms. */
const char *evlet_port_error_text(int error) {
    const char *text = strerror(error);
    return text != NULL ? text : "unknown error";
}
