/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The network half of Evlet's port contract: descriptors, sockets, waiting and waking.
 *
 * Called by the rooms `loop` (waker), `backends` (poll, select), `buffer` (vectored input and
 * output, files), `net` (everything about addresses and sockets). The address types (struct sockaddr,
 * struct iovec, struct pollfd, socklen_t, struct addrinfo) are those of the port's
 * `evlet_port_types.h`: the system's own, or lwIP's.
 *
 * Descriptors: all of a port's descriptors are in [EVLET_PORT_FIRST_FD, EVLET_PORT_FIRST_FD + n)
 * for a small n; Evlet subtracts the first before it indexes an array.
 *
 * Unless a function says otherwise: it may be called from any thread, never from an interrupt or
 * a signal handler; 0 (or a descriptor, or a count) is success, -1 failure with the reason in
 * evlet_port_last_error(), which on most systems is errno.
 */
#ifndef EVLET_PORT_NET_H
#define EVLET_PORT_NET_H

#include <stddef.h>
#include <stdint.h>

#include <evlet_port_types.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default) /* the other shared libraries call the port in event_core */
#endif

/* ---- Errors -------------------------------------------------------------------------------- */

/** What Evlet has to tell apart; everything else is OTHER. */
enum evlet_error_class {
    EVLET_ERR_NONE = 0,
    EVLET_ERR_AGAIN,       /* would block, or interrupted: wait and try again */
    EVLET_ERR_IN_PROGRESS, /* a connect that goes on in the background */
    EVLET_ERR_REFUSED,     /* nobody listens there */
    EVLET_ERR_EXHAUSTED,   /* out of descriptors or buffers: pause, do not spin */
    EVLET_ERR_OTHER
};

/** The calling thread's last error of a function of this header. */
int evlet_port_last_error(void);
/** Sets it. */
void evlet_port_set_last_error(int error);
/** Sorts an error number into its class. Pure; may be called anywhere. */
enum evlet_error_class evlet_port_error_class(int error);
/** Text for people, never NULL, not to be freed; may be overwritten by the thread's next call. */
const char *evlet_port_error_text(int error);
/** The pending error of a socket (SO_ERROR), cleared by asking; 0 if none, -1 if it is no socket. */
int evlet_port_socket_error(evlet_fd fd);

/* ---- Descriptors --------------------------------------------------------------------------- */

#define EVLET_FD_NONBLOCK 1u
#define EVLET_FD_CLOEXEC 2u

/** Makes calls on `fd` return at once with EVLET_ERR_AGAIN instead of waiting. */
int evlet_port_set_nonblocking(evlet_fd fd);
/** Keeps `fd` from a program started by exec; succeeds and does nothing where there is no exec. */
int evlet_port_set_cloexec(evlet_fd fd);
int evlet_port_close(evlet_fd fd);
/** 1 if `fd` is open, 0 if not. */
int evlet_port_is_open(evlet_fd fd);

/* ---- Sockets ------------------------------------------------------------------------------- */

/** socket(2) with EVLET_FD_* applied before anybody else can see the descriptor, if possible. */
evlet_fd evlet_port_socket(int domain, int type, int protocol, unsigned fd_flags);
/** Two connected stream sockets. `domain` AF_UNIX where EVLET_PORT_HAS_UNIX_SOCKETS, else a TCP
 * pair over loopback that nobody else can have joined. `ret_pair` is untouched on failure. */
int evlet_port_socketpair(int domain, int type, int protocol, evlet_fd ret_pair[2]);
int evlet_port_bind(evlet_fd fd, const struct sockaddr *address, socklen_t length);
int evlet_port_listen(evlet_fd fd, int backlog);
/** The next connection, with exactly the EVLET_FD_* asked for, whatever the listener has;
 * `ret_address`/`length` as for accept(2), both may be NULL. */
evlet_fd evlet_port_accept(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length,
                           unsigned fd_flags);
/** 0 when connected at once; -1 with class EVLET_ERR_IN_PROGRESS when it goes on. */
int evlet_port_connect(evlet_fd fd, const struct sockaddr *address, socklen_t length);
int evlet_port_getsockname(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length);
/** The address of the peer of a connected socket. */
int evlet_port_getpeername(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length);
/** Ends the sending direction of a connected stream socket: the peer sees the end of the stream
 * behind what was sent; receiving goes on (shutdown(2) with SHUT_WR). */
int evlet_port_shutdown_send(evlet_fd fd);

/** Receives into `count` (at least 1) pieces, or the first of them. Bytes read, 0 at the end of the
 * stream, -1. This and the next also take what is no socket (pipes, FIFOs), where that exists. */
ssize_t evlet_port_recvv(evlet_fd fd, const struct iovec *pieces, int count);
/** Receives one datagram of up to `size` bytes (the rest of a longer one is lost) and the address it
 * came from, of at most `*length` bytes. Bytes received, 0 for an empty datagram, -1. */
ssize_t evlet_port_recvfrom(evlet_fd fd, void *buffer, size_t size, struct sockaddr *ret_address,
                            socklen_t *length);
/** Sends one datagram. Bytes sent, or -1. */
ssize_t evlet_port_sendto(evlet_fd fd, const void *buffer, size_t size,
                          const struct sockaddr *address, socklen_t length);
/** Sends from `count` pieces without raising a signal if the peer has gone. Bytes taken, or -1. */
ssize_t evlet_port_sendv(evlet_fd fd, const struct iovec *pieces, int count);

enum evlet_socket_option {
    EVLET_SO_REUSEADDR,    /* value 0/1; on Windows: succeeds and does nothing */
    EVLET_SO_REUSEPORT,    /* value 0/1 */
    EVLET_SO_IPV6ONLY,     /* value 0/1 */
    EVLET_SO_DEFER_ACCEPT, /* value: seconds to wait for the first bytes */
    EVLET_SO_KEEPALIVE,    /* value 0/1: probe a connection that is silent */
    EVLET_SO_KEEPIDLE,     /* value: seconds of silence before the first probe, >= 1 */
    EVLET_SO_KEEPINTVL,    /* value: seconds between probes, >= 1 */
    EVLET_SO_KEEPCNT,      /* value: probes without an answer that end it, >= 1 */
    EVLET_SO_NODELAY,      /* value 0/1 */
    EVLET_SO_RCVBUF,       /* value: bytes that may wait to be received, > 0 */
    EVLET_SO_SNDBUF        /* value: bytes that may wait to be sent, > 0 */
};
/** Sets one option. -1 with ENOTSUP/EOPNOTSUPP in errno where the stack has no such thing. */
int evlet_port_set_option(evlet_fd fd, enum evlet_socket_option option, int value);

/* ---- Files: only with EVLET_PORT_HAS_FILES -------------------------------------------------- */

/** Opens a file for reading; programs started by exec do not get it. -1 on failure. */
evlet_fd evlet_port_file_open(const char *path);
/** How many bytes a regular file has now; -1 for what has no size, such as a pipe. */
int64_t evlet_port_file_size(evlet_fd fd);
/** Reads at `offset` and leaves the file's own position alone. Bytes read, 0 at or behind the end of
 * the file, -1; not class EVLET_ERR_AGAIN for a file: an interrupted read goes on. */
ssize_t evlet_port_file_read(evlet_fd fd, void *buffer, size_t size, int64_t offset);
/** `size` (at least 1) bytes from any `offset` on as memory that is only read; NULL on failure, also
 * where there are no mappings: the caller reads then. `fd` may be closed afterwards. The caller has
 * seen to it that the file is long enough; bytes of a file that is cut off later are nobody's. */
void *evlet_port_file_map(evlet_fd fd, int64_t offset, size_t size);
/** Ends a mapping, given as it was made. */
void evlet_port_file_unmap(void *mapping, size_t size);
/** Sends up to `size` (at least 1) bytes of `file` from `offset` on to `fd`, of whatever kind the
 * system can, without raising a signal if the peer has gone; leaves the file's own position alone.
 * Bytes taken, 0 at or behind the end of the file, -1 with ENOTSUP, EOPNOTSUPP, ENOSYS or EINVAL if
 * these two do not go together, or not at all: the caller reads and sends then. */
ssize_t evlet_port_send_file(evlet_fd fd, evlet_fd file, int64_t offset, size_t size);

/* ---- Names: only with EVLET_PORT_HAS_GETADDRINFO -------------------------------------------- */

/** getaddrinfo(3) of the system, blocking; returns the system's EAI_* codes. */
int evlet_port_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                           struct addrinfo **ret_list);
void evlet_port_freeaddrinfo(struct addrinfo *list);
/** The number of a service such as "http" over "tcp"/"udp"/NULL, in host order, or -1. */
int evlet_port_service_port(const char *name, const char *protocol);
/** Whether any interface has a global IPv4 (bit 0) or IPv6 (bit 1) address; -1 if unknown. */
int evlet_port_configured_families(void);
/** The index of a network interface by its name, 0 if there is none. */
unsigned evlet_port_interface_index(const char *name);
/** The name of an interface into `buffer` of `size` bytes; NULL if there is none. */
const char *evlet_port_interface_name(unsigned index, char *buffer, size_t size);

/* ---- Waking a loop that waits ---------------------------------------------------------------- */

/**
 * A waker lets another thread, a signal handler or an interrupt end a wait. It is embedded in
 * Evlet's objects; many signals before one drain count as one.
 */
/** Prepares a waker. EMFILE and the like leave it unopened. */
int evlet_port_waker_open(struct evlet_waker *waker);
/** Closes it; a waker that never opened (all bytes 0) or is closed already is left alone. */
void evlet_port_waker_close(struct evlet_waker *waker);
/** Ends the present or the next wait. Safe from any thread, and from signal handlers and
 * interrupts where EVLET_PORT_WAKER_FROM_ISR is 1. Never blocks; keeps the caller's errno. */
void evlet_port_waker_signal(struct evlet_waker *waker);
/** Forgets the signals so far. Called by the loop's thread. */
void evlet_port_waker_drain(struct evlet_waker *waker);
/** A descriptor that is readable while the waker is signalled, which the loop watches; or -1:
 * then evlet_port_poll()/evlet_port_select() look at the waker handed to them. */
evlet_fd evlet_port_waker_descriptor(const struct evlet_waker *waker);
/** 1 if every signal makes a new edge on the descriptor even when nobody drained the one before
 * (Linux eventfd), so that an edge-triggered loop can do without draining; else 0. */
int evlet_port_waker_makes_edges(void);

/* ---- Waiting --------------------------------------------------------------------------------- */

#if EVLET_PORT_HAS_POLL
/** poll(2), `timeout_ns` nanoseconds rounded up to what the system can do, < 0 for ever; waits of
 * more than a day may end after a day. Returns early when `waker` (may be NULL) has no descriptor
 * and is signalled. Number of ready entries, 0, or -1 (class EVLET_ERR_AGAIN if interrupted). */
int evlet_port_poll(struct pollfd *entries, unsigned count, int64_t timeout_ns,
                    struct evlet_waker *waker);
#endif

#if EVLET_PORT_HAS_SELECT
/** Bit (fd - EVLET_PORT_FIRST_FD) % EVLET_FD_WORD_BITS of word (fd - first) / EVLET_FD_WORD_BITS
 * stands for fd. The sets are as long as `fd_count` bits need, rounded up to whole words. */
typedef unsigned long evlet_fd_word;
#define EVLET_FD_WORD_BITS ((unsigned)(8 * sizeof(evlet_fd_word)))

/** select(2) on the first `fd_count` (at most EVLET_PORT_SELECT_LIMIT) descriptors; the sets, of
 * which either may be NULL, are read and overwritten; timeout, waker and interruption as for
 * evlet_port_poll(). Number of ready bits, 0, or -1. */
int evlet_port_select(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                      int64_t timeout_ns, struct evlet_waker *waker);
#endif

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
