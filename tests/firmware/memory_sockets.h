/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets for a board that has no network: streams through memory, between descriptors of the same
 * program, so that tests of everything above sockets run there. They take the place of the refusing
 * functions of the port baremetal, as a real stack would, and behave as Linux does over loopback.
 * Included by the files of this folder.
 */
#ifndef EVLET_TEST_MEMORY_SOCKETS_H
#define EVLET_TEST_MEMORY_SOCKETS_H

#include <evlet/port_net.h>

enum { MOST_NAME = 112, MOST_WAITING = 64 };

enum kind { FRESH, BOUND, LISTENING, CONNECTED };

/* A name of any family, as bind() gets it. */
struct name {
    socklen_t length;
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        unsigned char bytes[MOST_NAME];
    } address;
};

/* An open socket; several descriptors may be its. */
struct memory_socket {
    enum kind kind;
    int domain;
    int descriptors;
    int nonblocking;
    int resets; /* SO_LINGER with no time */
    int error;  /* that SO_ERROR answers */
    struct name own, other;
    /* Connected: who gets what is sent; NULL when gone. */
    struct memory_socket *peer;
    int sent_end, got_end;
    int takes, gives; /* of a pipe each end has one */
    /* What has come and was not received: a ring, there while there is any. */
    unsigned char *bytes;
    size_t capacity, first, count;
    /* Listening: connections that nobody has accepted. */
    struct memory_socket *waiting[MOST_WAITING];
    int waiting_count, backlog;
};

/* ---- Descriptors ---------------------------------------------------------------------------- */

/* NULL with EBADF for a number that is not open. */
struct memory_socket *memory_socket_of(evlet_fd fd);
/* A new one, with a descriptor of its own; -1 with EMFILE or ENOBUFS. */
evlet_fd memory_socket_new(int domain, unsigned fd_flags, struct memory_socket **ret_socket);
/* Without a descriptor; for what waits to be accepted. NULL: ENOBUFS. */
struct memory_socket *memory_socket_make(int domain);
void memory_socket_drop(struct memory_socket *socket);
/* A descriptor for it, the lowest free one from `lowest` on. */
evlet_fd memory_descriptor(struct memory_socket *socket, evlet_fd lowest, unsigned fd_flags);
/* Another number of the same; what the number was is closed. */
int memory_duplicate_to(evlet_fd fd, evlet_fd number);
int memory_is_cloexec(evlet_fd fd);
/* Whether it is the terminal: 0, 1 and 2 in the beginning. */
int memory_is_standard(evlet_fd fd);
/* From this number on none is free; 0 or less: as many as there are. */
void memory_limit(evlet_fd limit);
evlet_fd memory_present_limit(void);

/* Received, and still there. */
ssize_t memory_peek(evlet_fd fd, void *buffer, size_t size);

void memory_connect_pair(struct memory_socket *one, struct memory_socket *two);
int memory_pair(int domain, int one_way, evlet_fd ret_pair[2]);

#endif
