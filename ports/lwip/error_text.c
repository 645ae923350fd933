/* SPDX-License-Identifier: BSD-3-Clause */
/* Error numbers for people, as the C library has them. A firmware that cannot pay for its table
 * replaces this file. */
#include <string.h>

#include "lwip_internal.h"

const char *evlet_port_error_text(int error) {
    const char *text = strerror(error);
    return text != NULL ? text : "unknown error";
}
