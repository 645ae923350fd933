/* SPDX-License-Identifier: BSD-3-Clause */
/* Catching signals. */
#include "conformance.h"

#if EVLET_PORT_HAS_SIGNALS
#include <errno.h>
#include <string.h>

#include "conformance_platform.h"

static volatile int first_calls, second_calls;

static void first_handler(int signo) {
    first_calls += signo == conformance_signal_number();
}

static void second_handler(int signo) {
    second_calls += signo == conformance_signal_number();
}

static void handlers_nest_and_are_put_back(void) {
    const int signo = conformance_signal_number();
    struct evlet_signal_saved before, first;
    if (signo < 0) {
        conformance_absent("raising a signal", "the platform cannot");
        return;
    }
    first_calls = second_calls = 0;
    CHECK(signo < evlet_port_signal_count());
    NEED(evlet_port_signal_catch(signo, first_handler, &before) == 0);
    CHECK(conformance_raise_in(0, signo) == 0);
    CHECK(first_calls == 1);
    NEED(evlet_port_signal_catch(signo, second_handler, &first) == 0);
    CHECK(conformance_raise_in(0, signo) == 0);
    CHECK(conformance_raise_in(0, signo) == 0); /* still installed after the first time */
    CHECK(first_calls == 1 && second_calls == 2);
    CHECK(evlet_port_signal_restore(signo, &first) == 0);
    CHECK(conformance_raise_in(0, signo) == 0);
    CHECK(first_calls == 2 && second_calls == 2);
    CHECK(evlet_port_signal_restore(signo, &before) == 0);
}

static void numbers_that_cannot_be_caught_are_refused(void) {
    const int numbers[] = {-1, 0, evlet_port_signal_count(), conformance_uncatchable_signal()};
    struct evlet_signal_saved saved;
    size_t i;
    for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        memset(&saved, 0x5a, sizeof saved);
        errno = 0;
        CHECK(evlet_port_signal_catch(numbers[i], first_handler, &saved) == -1);
        CHECK(errno == EINVAL);
        CHECK(all_bytes_are(&saved, sizeof saved, 0x5a));
    }
}

#if EVLET_PORT_HAS_SOCKETS
static evlet_fd write_end;

static void note_signal(int signo) {
    (void)signo;
    first_calls++;
}

/* Ends the read below once it has been interrupted. The bound is for tools that hold signals back
 * while a call blocks; it costs nothing elsewhere. */
static void send_after_signal(void *unused) {
    int64_t start = evlet_port_monotonic_ns();
    (void)unused;
    while (first_calls == 0 && evlet_port_monotonic_ns() - start < 2 * SECOND) {}
    CHECK(send_bytes(write_end, "x", 1) == 1);
}

static void check_restart(int signo, evlet_fd read_end) {
    char byte = 0;
    int handle = conformance_thread_start(send_after_signal, NULL);
    if (handle < 0) {
        conformance_absent("a second thread", "the platform cannot start one");
        return;
    }
    CHECK(conformance_raise_in(20 * MS, signo) == 0);
    CHECK(receive_bytes(read_end, &byte, 1) == 1);
    CHECK(byte == 'x');
    conformance_thread_join(handle);
}

static void interrupted_call_is_restarted(void) {
    const int signo = conformance_signal_number();
    struct evlet_signal_saved before;
    evlet_fd pair[2];
    if (signo < 0) {
        conformance_absent("raising a signal", "the platform cannot");
        return;
    }
    if (!need_sockets()) {
        return;
    }
    first_calls = 0;
    NEED(make_pair(pair) == 0);
    write_end = pair[1];
    NEED(evlet_port_signal_catch(signo, note_signal, &before) == 0);
    check_restart(signo, pair[0]);
    CHECK(evlet_port_signal_restore(signo, &before) == 0);
    close_pair(pair);
}
#endif

void signal_cases(void) {
    CASE(handlers_nest_and_are_put_back);
    CASE(numbers_that_cannot_be_caught_are_refused);
#if EVLET_PORT_HAS_SOCKETS
    CASE(interrupted_call_is_restarted);
#endif
}
#endif
