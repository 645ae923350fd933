/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The frame of the port conformance suite: checks, cases and the helpers that several files of
 * cases share. Plain C99, nothing but the C library's printf(), so that a firmware can build it
 * against its port. Included by the files of this folder alone.
 */
#ifndef EVLET_CONFORMANCE_H
#define EVLET_CONFORMANCE_H

#include <evlet/port_net.h>
#include <evlet/port_os.h>

/* 0: the functions of sockets refuse. A port that does not say has them. */
#ifndef EVLET_PORT_HAS_SOCKETS
#define EVLET_PORT_HAS_SOCKETS 1
#endif

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
/* How long anything is waited for that ought to happen at once. */
#define PATIENCE (20 * SECOND)

/* Notes a failure and goes on. */
#define CHECK(condition) ((void)conformance_check((condition) != 0, __FILE__, __LINE__, #condition))
/* Notes a failure and leaves the case: what follows would make no sense. */
#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!conformance_check((condition) != 0, __FILE__, __LINE__, #condition)) {                \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define CASE(body) conformance_case(#body, body)

/* May be called from several threads at once. */
int conformance_check(int passed, const char *file, int line, const char *condition);
/* Runs a case and prints its line. */
void conformance_case(const char *name, void (*body)(void));
/* Prints that something could not be tested, and why. Inside a case: the case counts as absent
 * unless one of its checks failed. */
void conformance_absent(const char *what, const char *why);

/* Runs everything; the number of cases that failed. */
int conformance_run(void);

/* The groups, one file each. */
void clock_cases(void);
void memory_cases(void);
void diagnostics_cases(void);
void entropy_cases(void);
void lock_cases(void);
void condition_cases(void);
void signal_cases(void);
void error_cases(void);
void descriptor_cases(void);
void socket_cases(void);
void transfer_cases(void);
void option_cases(void);
void file_cases(void);
void name_cases(void);
void waker_cases(void);
void poll_cases(void);
void select_cases(void);
void exhaustion_cases(void);
void limit_cases(void);

/* ---- helpers.c ------------------------------------------------------------------------------ */

/* Whether the last call of the network half failed for that reason. */
int failed_with(enum evlet_error_class wanted);

enum { WAIT_READ = 1, WAIT_WRITE = 2 };
/* Waits with poll where the port has it, else with select. `fd` may be -1. 1 ready, 0 time is up
 * (or the waker was signalled), -1. Interruptions are waited through. */
int wait_for(evlet_fd fd, int what, int64_t timeout_ns, struct evlet_waker *waker);
/* The same through one of the two, with interruptions reported. */
int wait_by_poll(evlet_fd fd, int what, int64_t timeout_ns, struct evlet_waker *waker);
int wait_by_select(evlet_fd fd, int what, int64_t timeout_ns, struct evlet_waker *waker);

/* Whether there are sockets; without them the case counts as absent. */
int need_sockets(void);
/* Two connected stream sockets, blocking. 0 or -1. */
int make_pair(evlet_fd ret_pair[2]);
void close_pair(evlet_fd pair[2]);
int make_pair_nonblocking(evlet_fd ret_pair[2]);
/* A pair on which nothing arrives; without sockets twice -1, which waits take for no descriptor. */
int make_quiet_pair(evlet_fd ret_pair[2]);
void close_quiet_pair(evlet_fd pair[2]);
ssize_t send_bytes(evlet_fd fd, const void *bytes, size_t size);
ssize_t receive_bytes(evlet_fd fd, void *buffer, size_t size);
/* Until all of it is there, or nothing comes for PATIENCE. Bytes received. */
size_t receive_all(evlet_fd fd, void *buffer, size_t size);

/* Around sends to a peer that is gone: checks that they raised no signal. */
void watch_broken_pipe(void);
void unwatch_broken_pipe(void);

/* Whether all bytes are the given one. */
int all_bytes_are(const void *block, size_t size, unsigned char byte);

#endif
