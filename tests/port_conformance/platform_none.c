/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform hooks of a machine that can provoke nothing: where a firmware starts. */
#include "conformance_platform.h"

int conformance_thread_start(void (*body)(void *), void *argument) {
    (void)body;
    (void)argument;
    return -1;
}

void conformance_thread_join(int handle) {
    (void)handle;
}

int conformance_interrupt_in(int64_t delay_ns, void (*handler)(void)) {
    (void)delay_ns;
    (void)handler;
    return -1;
}

int conformance_raise_in(int64_t delay_ns, int signo) {
    (void)delay_ns;
    (void)signo;
    return -1;
}

int conformance_signal_number(void) {
    return -1;
}

int conformance_broken_pipe_signal(void) {
    return -1;
}

int conformance_uncatchable_signal(void) {
    return -1;
}

int conformance_exhaust_descriptors(void) {
    return -1;
}

void conformance_restore_descriptors(void) {}

int conformance_exhaust_memory(void) {
    return -1;
}

void conformance_restore_memory(void) {}

int conformance_is_nonblocking(evlet_fd fd) {
    (void)fd;
    return -1;
}

int conformance_is_cloexec(evlet_fd fd) {
    (void)fd;
    return -1;
}

int conformance_pipe(evlet_fd ret_ends[2]) {
    (void)ret_ends;
    return -1;
}

evlet_fd conformance_file(const void *bytes, size_t size) {
    (void)bytes;
    (void)size;
    return -1;
}

int conformance_duplicate_to(evlet_fd fd, evlet_fd number) {
    (void)fd;
    (void)number;
    return -1;
}

const char *conformance_known_variable(const char **ret_value) {
    (void)ret_value;
    return NULL;
}

int conformance_exit_status(void (*body)(void)) {
    (void)body;
    return -1;
}
