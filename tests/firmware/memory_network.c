/* SPDX-License-Identifier: BSD-3-Clause */
/* Names, listening and connecting. A connection is made at once, but a nonblocking one is told that
 * it is in progress, as TCP does. */
#include <errno.h>
#include <string.h>

#include "memory_sockets.h"
#include "posix_sockets.h"

enum { FIRST_FREE_PORT = 49152, LAST_FREE_PORT = 65535 };

static int fail(int error) {
    errno = error;
    return -1;
}

static int is_family(int domain) {
    return domain == AF_INET || domain == AF_UNIX;
}

static uint16_t port_of(const struct name *name) {
    return name->address.in.sin_port;
}

static uint16_t swapped(unsigned port) {
    return (uint16_t)((port & 0xff) << 8 | (port >> 8 & 0xff));
}

static int same_place(int domain, const struct name *one, const struct name *two) {
    if (domain == AF_UNIX) {
        return one->length == two->length &&
               memcmp(one->address.bytes, two->address.bytes, one->length) == 0;
    }
    return port_of(one) == port_of(two);
}

static struct memory_socket *bound_to(int domain, const struct name *name, enum kind least) {
    evlet_fd fd;
    for (fd = 0; fd < EVLET_PORT_SELECT_LIMIT; fd++) {
        struct memory_socket *socket = evlet_port_is_open(fd) ? memory_socket_of(fd) : NULL;
        if (socket != NULL && socket->domain == domain && socket->kind >= least &&
            socket->kind <= LISTENING && same_place(domain, &socket->own, name)) {
            return socket;
        }
    }
    return NULL;
}

/* A port of its own for a name of the internet that has none. */
static void give_port(int domain, struct name *name) {
    static unsigned last = FIRST_FREE_PORT;
    while (domain != AF_UNIX && (port_of(name) == 0 || bound_to(domain, name, BOUND) != NULL)) {
        last = last == LAST_FREE_PORT ? FIRST_FREE_PORT : last + 1;
        name->address.in.sin_port = swapped(last);
    }
}

static void loopback_name(int domain, struct name *ret_name) {
    memset(ret_name, 0, sizeof *ret_name);
    ret_name->address.any.sa_family = (sa_family_t)domain;
    if (domain == AF_INET) {
        const unsigned char loopback[4] = {127, 0, 0, 1};
        memcpy(&ret_name->address.in.sin_addr, loopback, sizeof loopback);
        ret_name->length = sizeof ret_name->address.in;
    } else {
        ret_name->length = sizeof ret_name->address.any.sa_family;
    }
}

static int name_from(int domain, const struct sockaddr *address, socklen_t length,
                     struct name *ret_name) {
    if (address->sa_family != domain) {
        return fail(EAFNOSUPPORT);
    }
    if (length > MOST_NAME || length < sizeof address->sa_family ||
        (domain == AF_INET && length < (socklen_t)sizeof(struct sockaddr_in))) {
        return fail(EINVAL);
    }
    memset(ret_name, 0, sizeof *ret_name);
    ret_name->length = length;
    memcpy(ret_name->address.bytes, address, length);
    return 0;
}

static int name_to(const struct name *name, struct sockaddr *ret_address, socklen_t *length) {
    if (ret_address != NULL && length != NULL) {
        memcpy(ret_address, name->address.bytes, name->length < *length ? name->length : *length);
        *length = name->length;
    }
    return 0;
}

evlet_fd evlet_port_socket(int domain, int type, int protocol, unsigned fd_flags) {
    struct memory_socket *socket;
    (void)protocol;
    if (!is_family(domain)) {
        return fail(EAFNOSUPPORT);
    }
    if (type != SOCK_STREAM) {
        return fail(EPROTOTYPE);
    }
    return memory_socket_new(domain, fd_flags, &socket);
}

ssize_t evlet_port_recvfrom(evlet_fd fd, void *buffer, size_t size, struct sockaddr *ret_address,
                            socklen_t *length) {
    (void)fd;
    (void)buffer;
    (void)size;
    (void)ret_address;
    (void)length;
    return fail(EPROTOTYPE); /* there are no datagrams */
}

ssize_t evlet_port_sendto(evlet_fd fd, const void *buffer, size_t size,
                          const struct sockaddr *address, socklen_t length) {
    (void)fd;
    (void)buffer;
    (void)size;
    (void)address;
    (void)length;
    return fail(EPROTOTYPE);
}

int evlet_port_socketpair(int domain, int type, int protocol, evlet_fd ret_pair[2]) {
    if (!is_family(domain) || type != SOCK_STREAM || protocol != 0) {
        return fail(EOPNOTSUPP);
    }
    return memory_pair(domain, 0, ret_pair);
}

int evlet_port_bind(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    struct memory_socket *socket = memory_socket_of(fd);
    struct name name;
    if (socket == NULL || name_from(socket->domain, address, length, &name) != 0) {
        return -1;
    }
    if (socket->kind != FRESH) {
        return fail(EINVAL);
    }
    if (bound_to(socket->domain, &name, BOUND) != NULL) {
        return fail(EADDRINUSE);
    }
    give_port(socket->domain, &name);
    socket->own = name;
    socket->kind = BOUND;
    return 0;
}

int evlet_port_listen(evlet_fd fd, int backlog) {
    struct memory_socket *socket = memory_socket_of(fd);
    if (socket == NULL) {
        return -1;
    }
    if (socket->kind == CONNECTED) {
        return fail(EINVAL);
    }
    if (socket->kind == FRESH) {
        loopback_name(socket->domain, &socket->own);
        give_port(socket->domain, &socket->own);
    }
    socket->kind = LISTENING;
    socket->backlog = backlog < 1 ? 1 : backlog > MOST_WAITING ? MOST_WAITING : backlog;
    return 0;
}

/* The other end of a connection to `listener`, in its queue. 0 or an errno value. */
static int queue_up(struct memory_socket *client, struct memory_socket *listener) {
    struct memory_socket *server;
    if (listener == NULL || listener->waiting_count >= listener->backlog) {
        return ECONNREFUSED;
    }
    server = memory_socket_make(listener->domain);
    if (server == NULL) {
        return ENOBUFS;
    }
    server->own = client->other;
    server->other = client->own;
    memory_connect_pair(client, server);
    listener->waiting[listener->waiting_count++] = server;
    return 0;
}

int evlet_port_connect(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    struct memory_socket *socket = memory_socket_of(fd);
    int error;
    if (socket == NULL || name_from(socket->domain, address, length, &socket->other) != 0) {
        return -1;
    }
    if (socket->kind == CONNECTED || socket->kind == LISTENING) {
        return fail(socket->kind == CONNECTED ? EISCONN : EOPNOTSUPP);
    }
    if (socket->kind == FRESH) {
        loopback_name(socket->domain, &socket->own);
        give_port(socket->domain, &socket->own);
    }
    error = queue_up(socket, bound_to(socket->domain, &socket->other, LISTENING));
    if (!socket->nonblocking || socket->domain == AF_UNIX) {
        return error == 0 ? 0 : fail(error);
    }
    socket->error = error;
    return fail(EINPROGRESS);
}

evlet_fd evlet_port_accept(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length,
                           unsigned fd_flags) {
    struct memory_socket *listener = memory_socket_of(fd), *server;
    evlet_fd accepted;
    if (listener == NULL) {
        return -1;
    }
    if (listener->kind != LISTENING) {
        return fail(EINVAL);
    }
    if (listener->waiting_count == 0) {
        return fail(EAGAIN);
    }
    server = listener->waiting[0];
    accepted = memory_descriptor(server, 0, fd_flags);
    if (accepted < 0) {
        return -1;
    }
    listener->waiting_count--;
    memmove(listener->waiting, listener->waiting + 1,
            (size_t)listener->waiting_count * sizeof listener->waiting[0]);
    name_to(&server->other, ret_address, length);
    return accepted;
}

int evlet_port_getsockname(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    struct memory_socket *socket = memory_socket_of(fd);
    struct name none;
    if (socket == NULL) {
        return -1;
    }
    if (socket->own.length == 0) {
        loopback_name(socket->domain, &none);
        return name_to(&none, ret_address, length);
    }
    return name_to(&socket->own, ret_address, length);
}

int evlet_port_getpeername(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    struct memory_socket *socket = memory_socket_of(fd);
    struct name none;
    if (socket == NULL) {
        return -1;
    }
    if (socket->kind != CONNECTED) {
        return fail(ENOTCONN);
    }
    if (socket->other.length == 0) {
        loopback_name(socket->domain, &none);
        return name_to(&none, ret_address, length);
    }
    return name_to(&socket->other, ret_address, length);
}

/* There is nothing to set, but whoever asks has to name a socket and an option. */
int evlet_port_set_option(evlet_fd fd, enum evlet_socket_option option, int value) {
    (void)value;
    if (memory_socket_of(fd) == NULL) {
        return -1;
    }
    return (unsigned)option <= EVLET_SO_NODELAY && option != EVLET_SO_REUSEPORT ? 0 : fail(ENOTSUP);
}
