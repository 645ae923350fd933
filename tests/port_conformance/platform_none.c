/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform hooks of a machine that can provoke nothing. Each is weak: the file of a platform has
 * those that it can do better. */
#include "conformance_platform.h"

#define ABSENT __attribute__((weak))

ABSENT int conformance_thread_start(void (*body)(void *), void *argument) {
    (void)body;
    (void)argument;
    return -1;
}

ABSENT void conformance_thread_join(int handle) {
    (void)handle;
}

ABSENT int conformance_interrupt_in(int64_t delay_ns, void (*handler)(void)) {
    (void)delay_ns;
    (void)handler;
    return -1;
}

ABSENT int conformance_raise_in(int64_t delay_ns, int signo) {
    (void)delay_ns;
    (void)signo;
    return -1;
}

ABSENT int conformance_signal_number(void) {
    return -1;
}

ABSENT int conformance_broken_pipe_signal(void) {
    return -1;
}

ABSENT int conformance_uncatchable_signal(void) {
    return -1;
}

ABSENT int conformance_exhaust_descriptors(void) {
    return -1;
}

ABSENT void conformance_restore_descriptors(void) {}

ABSENT int conformance_exhaust_memory(void) {
    return -1;
}

ABSENT void conformance_restore_memory(void) {}

ABSENT int conformance_is_nonblocking(evlet_fd fd) {
    (void)fd;
    return -1;
}

ABSENT int conformance_is_cloexec(evlet_fd fd) {
    (void)fd;
    return -1;
}

ABSENT int conformance_pipe(evlet_fd ret_ends[2]) {
    (void)ret_ends;
    return -1;
}

ABSENT evlet_fd conformance_file(const void *bytes, size_t size) {
    (void)bytes;
    (void)size;
    return -1;
}

ABSENT int conformance_duplicate_to(evlet_fd fd, evlet_fd number) {
    (void)fd;
    (void)number;
    return -1;
}

ABSENT const char *conformance_known_variable(const char **ret_value) {
    (void)ret_value;
    return NULL;
}

ABSENT int conformance_exit_status(void (*body)(void)) {
    (void)body;
    return -1;
}
