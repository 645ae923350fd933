/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the conformance suite needs from the machine it runs on beyond the port: means to provoke
 * what a port must withstand. platform_posix.c has them all; platform_none.c answers for those that
 * a firmware's own file leaves out. A hook that answers "cannot" makes the cases that need it
 * print that they are absent; nothing else changes.
 */
#ifndef EVLET_CONFORMANCE_PLATFORM_H
#define EVLET_CONFORMANCE_PLATFORM_H

#include <evlet/port_net.h>

/* The header with struct sockaddr_in, AF_INET, htons() ...; lwIP: "lwip/sockets.h". */
#ifdef CONFORMANCE_ADDRESS_HEADER
#include CONFORMANCE_ADDRESS_HEADER
#else
#include <netinet/in.h>
#endif

#define CONFORMANCE_MAX_THREADS 4

/* Starts `body(argument)` in a thread of its own; a handle >= 0, or -1: no threads here. */
int conformance_thread_start(void (*body)(void *), void *argument);
/* Waits until it has ended; frees the handle. */
void conformance_thread_join(int handle);

/* Calls `handler` once, from a signal handler or an interrupt: before returning when `delay_ns` is
 * 0, else that much later while the program goes on. 0, or -1: no interrupts here. */
int conformance_interrupt_in(int64_t delay_ns, void (*handler)(void));
/* As above with the handler that the program installed for `signo`. */
int conformance_raise_in(int64_t delay_ns, int signo);
/* A signal that conformance_raise_in() can send, or -1. */
int conformance_signal_number(void);
/* The signal a write to nobody raises, or -1 where there is none. */
int conformance_broken_pipe_signal(void);
/* A signal that nobody can catch, or -1. */
int conformance_uncatchable_signal(void);

/* Makes every request for a new descriptor fail until restored. 0, or -1: cannot. */
int conformance_exhaust_descriptors(void);
void conformance_restore_descriptors(void);

/* Makes every request of the network stack for memory fail until restored. 0, or -1: cannot. */
int conformance_exhaust_memory(void);
void conformance_restore_memory(void);

/* 1 yes, 0 no, -1 cannot tell. */
int conformance_is_nonblocking(evlet_fd fd);
int conformance_is_cloexec(evlet_fd fd);

/* A one-way channel that is no socket: read end first. 0, or -1: there is no such thing. */
int conformance_pipe(evlet_fd ret_ends[2]);
/* A file of `size` bytes, open for reading and closed by the case; or -1: there are no files. It
 * need not have a name, and goes at the latest with the program. */
evlet_fd conformance_file(const void *bytes, size_t size);
/* Makes `number` another name of `fd`. 0, or -1: cannot. */
int conformance_duplicate_to(evlet_fd fd, evlet_fd number);

/* The name of an environment variable that the port must find, with its value; or NULL. */
const char *conformance_known_variable(const char **ret_value);
/* The exit status of a process that runs `body`, or -1: no processes here. */
int conformance_exit_status(void (*body)(void));

/* How many of `rounds` signals, none of them drained, an edge-triggered wait on the waker's
 * descriptor sees one by one; -1: there is no edge-triggered wait here. With `full`, the waker is
 * first brought as close to overflowing as it gets. */
int conformance_count_edges(struct evlet_waker *waker, int rounds, int full);

#endif
