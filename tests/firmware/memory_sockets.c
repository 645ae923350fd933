/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors, pairs and the bytes in them. Invariant: a socket lives while it has a descriptor or
 * waits to be accepted; of two that are connected each points at the other, until one goes. */
#include "memory_sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <descriptors.h>

enum { STANDARD = 3, MOST = EVLET_PORT_SELECT_LIMIT, FIRST_ROOM = 1024, ROOM = 65536 };

static struct {
    struct memory_socket *socket;
    int cloexec;
} open_ones[MOST];
static struct memory_socket terminal = {.kind = CONNECTED, .descriptors = STANDARD};
static evlet_fd limit = MOST;

__attribute__((constructor)) static void open_terminal(void) {
    int i;
    for (i = 0; i < STANDARD; i++) {
        open_ones[i].socket = &terminal;
    }
}

int memory_is_standard(evlet_fd fd) {
    return fd >= 0 && fd < MOST && open_ones[fd].socket == &terminal;
}

static int fail(int error) {
    errno = error;
    return -1;
}

struct memory_socket *memory_socket_of(evlet_fd fd) {
    if (fd < 0 || fd >= MOST || open_ones[fd].socket == NULL) {
        errno = EBADF;
        return NULL;
    }
    return open_ones[fd].socket;
}

struct memory_socket *memory_socket_make(int domain) {
    struct memory_socket *made = calloc(1, sizeof *made);
    if (made == NULL) {
        errno = ENOBUFS;
        return NULL;
    }
    made->domain = domain;
    made->takes = made->gives = 1;
    return made;
}

static void end_connection(struct memory_socket *gone) {
    struct memory_socket *peer = gone->peer;
    if (peer == NULL) {
        return;
    }
    if (gone->count > 0 || gone->resets) {
        peer->error = ECONNRESET;
    }
    peer->got_end = 1;
    peer->peer = NULL;
}

void memory_socket_drop(struct memory_socket *socket) {
    int i;
    end_connection(socket);
    for (i = 0; i < socket->waiting_count; i++) {
        socket->waiting[i]->resets = 1;
        memory_socket_drop(socket->waiting[i]);
    }
    free(socket->bytes);
    free(socket);
}

evlet_fd memory_descriptor(struct memory_socket *socket, evlet_fd lowest, unsigned fd_flags) {
    evlet_fd fd;
    for (fd = lowest < 0 ? 0 : lowest; fd < limit; fd++) {
        if (open_ones[fd].socket == NULL) {
            open_ones[fd].socket = socket;
            open_ones[fd].cloexec = (fd_flags & EVLET_FD_CLOEXEC) != 0;
            socket->nonblocking |= (fd_flags & EVLET_FD_NONBLOCK) != 0;
            socket->descriptors++;
            return fd;
        }
    }
    return fail(EMFILE);
}

evlet_fd memory_socket_new(int domain, unsigned fd_flags, struct memory_socket **ret_socket) {
    struct memory_socket *made = memory_socket_make(domain);
    evlet_fd fd;
    if (made == NULL) {
        return -1;
    }
    fd = memory_descriptor(made, 0, fd_flags);
    if (fd < 0) {
        memory_socket_drop(made);
        return fail(EMFILE);
    }
    *ret_socket = made;
    return fd;
}

int memory_duplicate_to(evlet_fd fd, evlet_fd number) {
    struct memory_socket *socket = memory_socket_of(fd);
    if (socket == NULL) {
        return -1;
    }
    if (number < 0 || number >= MOST) {
        return fail(EBADF);
    }
    if (number == fd) {
        return number;
    }
    socket->descriptors++;
    if (open_ones[number].socket != NULL) {
        evlet_port_close(number);
    }
    open_ones[number].socket = socket;
    open_ones[number].cloexec = 0;
    return number;
}

int memory_is_cloexec(evlet_fd fd) {
    return memory_socket_of(fd) != NULL ? open_ones[fd].cloexec : -1;
}

void memory_limit(evlet_fd new_limit) {
    limit = new_limit <= 0 || new_limit > MOST ? MOST : new_limit;
}

evlet_fd memory_present_limit(void) {
    return limit;
}

void memory_connect_pair(struct memory_socket *one, struct memory_socket *two) {
    one->kind = two->kind = CONNECTED;
    one->peer = two;
    two->peer = one;
}

int memory_pair(int domain, int one_way, evlet_fd ret_pair[2]) {
    struct memory_socket *one, *two;
    evlet_fd first = memory_socket_new(domain, 0, &one), second;
    if (first < 0) {
        return -1;
    }
    second = memory_socket_new(domain, 0, &two);
    if (second < 0) {
        int error = errno;
        evlet_port_close(first);
        return fail(error);
    }
    memory_connect_pair(one, two);
    if (one_way) {
        one->gives = two->takes = 0;
    }
    ret_pair[0] = first;
    ret_pair[1] = second;
    return 0;
}

/* ---- The port's functions ------------------------------------------------------------------- */

int evlet_port_is_open(evlet_fd fd) {
    return memory_socket_of(fd) != NULL;
}

int evlet_port_close(evlet_fd fd) {
    struct memory_socket *socket = memory_socket_of(fd);
    if (socket == NULL) {
        return -1;
    }
    open_ones[fd].socket = NULL;
    if (--socket->descriptors == 0 && socket != &terminal) {
        memory_socket_drop(socket);
    }
    return 0;
}

int evlet_port_set_nonblocking(evlet_fd fd) {
    struct memory_socket *socket = memory_socket_of(fd);
    if (socket == NULL) {
        return -1;
    }
    socket->nonblocking = 1;
    return 0;
}

int evlet_port_set_cloexec(evlet_fd fd) {
    if (memory_socket_of(fd) == NULL) {
        return -1;
    }
    open_ones[fd].cloexec = 1;
    return 0;
}

int evlet_port_socket_error(evlet_fd fd) {
    struct memory_socket *socket = memory_socket_of(fd);
    int error;
    if (socket == NULL) {
        return -1;
    }
    error = socket->error;
    socket->error = 0;
    return error;
}

int evlet_port_shutdown_send(evlet_fd fd) {
    struct memory_socket *socket = memory_socket_of(fd);
    if (socket == NULL) {
        return -1;
    }
    if (socket->kind != CONNECTED) {
        return fail(ENOTCONN);
    }
    socket->sent_end = 1;
    if (socket->peer != NULL) {
        socket->peer->got_end = 1;
    }
    return 0;
}

static size_t take(struct memory_socket *from, unsigned char *bytes, size_t size) {
    size_t i, taken = size < from->count ? size : from->count;
    for (i = 0; i < taken; i++) {
        bytes[i] = from->bytes[(from->first + i) % from->capacity];
    }
    from->first = (from->first + taken) % from->capacity;
    from->count -= taken;
    if (from->count == 0) {
        free(from->bytes);
        from->bytes = NULL;
        from->capacity = from->first = 0;
    }
    return taken;
}

ssize_t memory_peek(evlet_fd fd, void *buffer, size_t size) {
    const struct memory_socket *socket = memory_socket_of(fd);
    size_t i;
    if (socket == NULL) {
        return -1;
    }
    if (socket->count == 0) {
        return socket->got_end ? 0 : fail(EAGAIN);
    }
    size = size < socket->count ? size : socket->count;
    for (i = 0; i < size; i++) {
        ((unsigned char *)buffer)[i] = socket->bytes[(socket->first + i) % socket->capacity];
    }
    return (ssize_t)size;
}

/* Room for `more` bytes behind those that are there, as far as there is memory. */
static void grow(struct memory_socket *to, size_t more) {
    size_t i, capacity = to->count + more <= FIRST_ROOM ? FIRST_ROOM : ROOM;
    unsigned char *bytes;
    if (to->count + more <= to->capacity || to->capacity == ROOM) {
        return;
    }
    bytes = malloc(capacity);
    if (bytes == NULL) {
        return;
    }
    for (i = 0; i < to->count; i++) {
        bytes[i] = to->bytes[(to->first + i) % to->capacity];
    }
    free(to->bytes);
    to->bytes = bytes;
    to->capacity = capacity;
    to->first = 0;
}

static size_t put(struct memory_socket *to, const unsigned char *bytes, size_t size) {
    size_t i, room, taken;
    grow(to, size);
    room = to->capacity - to->count;
    taken = size < room ? size : room;
    for (i = 0; i < taken; i++) {
        to->bytes[(to->first + to->count + i) % to->capacity] = bytes[i];
    }
    to->count += taken;
    return taken;
}

ssize_t evlet_port_recvv(evlet_fd fd, const struct iovec *pieces, int count) {
    struct memory_socket *socket = memory_socket_of(fd);
    ssize_t total = 0;
    int i;
    if (socket == NULL) {
        return -1;
    }
    if (!socket->takes) {
        return fail(EBADF);
    }
    if (socket->count == 0) {
        if (socket->error != 0) {
            return fail(evlet_port_socket_error(fd));
        }
        if (socket->kind != CONNECTED) {
            return fail(ENOTCONN);
        }
        return socket->got_end ? 0 : fail(EAGAIN);
    }
    for (i = 0; i < count && socket->count > 0; i++) {
        total += (ssize_t)take(socket, pieces[i].iov_base, pieces[i].iov_len);
    }
    return total;
}

ssize_t evlet_port_sendv(evlet_fd fd, const struct iovec *pieces, int count) {
    struct memory_socket *socket = memory_socket_of(fd);
    ssize_t total = 0;
    int i;
    if (socket == NULL) {
        return -1;
    }
    if (!socket->gives) {
        return fail(EBADF);
    }
    if (socket->error != 0) {
        return fail(evlet_port_socket_error(fd));
    }
    if (socket->kind != CONNECTED) {
        return fail(ENOTCONN);
    }
    if (socket->sent_end || socket->peer == NULL) {
        return fail(EPIPE);
    }
    if (socket->peer->count == ROOM) {
        return fail(EAGAIN);
    }
    for (i = 0; i < count && socket->peer->count < ROOM; i++) {
        total += (ssize_t)put(socket->peer, pieces[i].iov_base, pieces[i].iov_len);
    }
    return total;
}

static int can_read(const struct memory_socket *socket) {
    return socket->count > 0 || socket->got_end || socket->error != 0 ||
           socket->waiting_count > 0 || socket->kind == FRESH;
}

static int can_write(const struct memory_socket *socket) {
    if (socket->kind != CONNECTED) {
        return socket->error != 0 || socket->kind == FRESH;
    }
    return socket->peer == NULL || socket->sent_end || socket->error != 0 ||
           socket->peer->count < ROOM / 2;
}

static int wanted(const evlet_fd_word *set, unsigned fd) {
    return set != NULL && (set[fd / EVLET_FD_WORD_BITS] >> (fd % EVLET_FD_WORD_BITS) & 1);
}

int evlet_baremetal_ready(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set) {
    evlet_fd_word readable[MOST / EVLET_FD_WORD_BITS + 1] = {0};
    evlet_fd_word writable[MOST / EVLET_FD_WORD_BITS + 1] = {0};
    size_t size = (fd_count + EVLET_FD_WORD_BITS - 1) / EVLET_FD_WORD_BITS * sizeof *readable;
    unsigned fd;
    int ready = 0;
    for (fd = 0; fd < fd_count; fd++) {
        evlet_fd_word bit = (evlet_fd_word)1 << (fd % EVLET_FD_WORD_BITS);
        const struct memory_socket *socket;
        if (!wanted(read_set, fd) && !wanted(write_set, fd)) {
            continue;
        }
        socket = memory_socket_of((evlet_fd)fd);
        if (socket == NULL) {
            return -1;
        }
        if (wanted(read_set, fd) && can_read(socket)) {
            readable[fd / EVLET_FD_WORD_BITS] |= bit;
            ready++;
        }
        if (wanted(write_set, fd) && can_write(socket)) {
            writable[fd / EVLET_FD_WORD_BITS] |= bit;
            ready++;
        }
    }
    if (ready > 0 && read_set != NULL) {
        memcpy(read_set, readable, size);
    }
    if (ready > 0 && write_set != NULL) {
        memcpy(write_set, writable, size);
    }
    return ready;
}
