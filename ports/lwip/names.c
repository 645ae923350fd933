/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of hosts, services and interfaces: none. What lwIP has of them (LWIP_DNS) waits for one
 * answer at a time and knows no services; numeric addresses need no help. */
#include "lwip_internal.h"

/* EAI_FAIL of most systems; any number but 0 says "no". */
enum { NOT_RESOLVED = -4 };

int evlet_port_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                           struct addrinfo **ret_list) {
    (void)node;
    (void)service;
    (void)hints;
    (void)ret_list;
    (void)evlet_lwip_unsupported();
    return NOT_RESOLVED;
}

void evlet_port_freeaddrinfo(struct addrinfo *list) {
    (void)list;
}

int evlet_port_service_port(const char *name, const char *protocol) {
    (void)name;
    (void)protocol;
    return evlet_lwip_unsupported();
}

/* Unknown, which makes Evlet look for addresses of both families. */
int evlet_port_configured_families(void) {
    return evlet_lwip_unsupported();
}

unsigned evlet_port_interface_index(const char *name) {
    (void)name;
    (void)evlet_lwip_unsupported();
    return 0;
}

const char *evlet_port_interface_name(unsigned index, char *buffer, size_t size) {
    (void)index;
    (void)buffer;
    (void)size;
    (void)evlet_lwip_unsupported();
    return NULL;
}
