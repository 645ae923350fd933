/* SPDX-License-Identifier: BSD-3-Clause */
/* Host and service names. */
#include "posix_features.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <evlet/port_net.h>

int evlet_port_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                           struct addrinfo **ret_list) {
    struct addrinfo *list = NULL;
    int result = getaddrinfo(node, service, hints, &list);
    if (result == 0) {
        *ret_list = list;
    }
    return result;
}

void evlet_port_freeaddrinfo(struct addrinfo *list) {
    if (list != NULL) {
        freeaddrinfo(list);
    }
}

/* Through getaddrinfo(): getservbyname() shares one buffer among all threads. */
int evlet_port_service_port(const char *name, const char *protocol) {
    struct addrinfo hints, *list = NULL;
    struct sockaddr_in address;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_INET;
    if (protocol != NULL && strcmp(protocol, "tcp") == 0) {
        hints.ai_socktype = SOCK_STREAM;
    } else if (protocol != NULL && strcmp(protocol, "udp") == 0) {
        hints.ai_socktype = SOCK_DGRAM;
    } else if (protocol != NULL) {
        return -1;
    }
    /* Digits are no name; the C libraries differ in what they make of "70000". */
    if (name[strspn(name, "0123456789")] == '\0' || getaddrinfo(NULL, name, &hints, &list) != 0) {
        return -1;
    }
    memcpy(&address, list->ai_addr, sizeof address);
    freeaddrinfo(list);
    return ntohs(address.sin_port);
}
