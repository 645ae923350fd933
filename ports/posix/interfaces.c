/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of network interfaces. Apart from names.c: reading an address with a scope must not bring
 * getaddrinfo() into a static program. */
#include "posix_features.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <evlet/port_net.h>

unsigned evlet_port_interface_index(const char *name) {
    return if_nametoindex(name);
}

const char *evlet_port_interface_name(unsigned index, char *buffer, size_t size) {
    char name[IF_NAMESIZE];
    size_t length;

    if (if_indextoname(index, name) == NULL) {
        return NULL;
    }
    length = strlen(name);
    if (length >= size) {
        errno = ENOSPC;
        return NULL;
    }
    memcpy(buffer, name, length + 1);
    return buffer;
}
