/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be done to any descriptor. */
#include "conformance.h"
#include "conformance_platform.h"

static void nonblocking_descriptor_answers_again(void) {
    evlet_fd pair[2];
    char byte;
    NEED(make_pair(pair) == 0);
    CHECK(evlet_port_set_nonblocking(pair[0]) == 0);
    CHECK(evlet_port_set_nonblocking(pair[0]) == 0); /* twice is no error */
    CHECK(receive_bytes(pair[0], &byte, 1) == -1);
    CHECK(failed_with(EVLET_ERR_AGAIN));
    close_pair(pair);
}

static void close_on_exec_is_set(void) {
    evlet_fd pair[2];
    int is_set;
    NEED(make_pair(pair) == 0);
    CHECK(evlet_port_set_cloexec(pair[0]) == 0);
    CHECK(evlet_port_set_cloexec(pair[0]) == 0);
    is_set = conformance_is_cloexec(pair[0]);
    CHECK(is_set != 0);
    if (is_set < 0) {
        conformance_absent("close-on-exec", "the platform cannot tell");
    }
    close_pair(pair);
}

static void closed_descriptor_is_an_error_everywhere(void) {
    evlet_fd pair[2];
    char byte = 0;
    NEED(make_pair(pair) == 0);
    CHECK(evlet_port_is_open(pair[0]) == 1);
    CHECK(evlet_port_close(pair[0]) == 0);
    CHECK(evlet_port_is_open(pair[0]) == 0);
    CHECK(evlet_port_close(pair[0]) == -1);
    CHECK(evlet_port_set_nonblocking(pair[0]) == -1);
    CHECK(evlet_port_socket_error(pair[0]) == -1);
    CHECK(receive_bytes(pair[0], &byte, 1) == -1);
    CHECK(failed_with(EVLET_ERR_OTHER));
    CHECK(send_bytes(pair[0], &byte, 1) == -1);
    CHECK(failed_with(EVLET_ERR_OTHER));
    CHECK(evlet_port_listen(pair[0], 1) == -1);
    CHECK(evlet_port_set_option(pair[0], EVLET_SO_REUSEADDR, 1) == -1);
    CHECK(evlet_port_close(pair[1]) == 0);
}

static void descriptors_start_at_the_first(void) {
    evlet_fd pair[2];
    NEED(make_pair(pair) == 0);
    CHECK(pair[0] >= EVLET_PORT_FIRST_FD);
    CHECK(pair[1] >= EVLET_PORT_FIRST_FD);
    CHECK(pair[0] != pair[1]);
    close_pair(pair);
}

void descriptor_cases(void) {
    CASE(nonblocking_descriptor_answers_again);
    CASE(close_on_exec_is_set);
    CASE(closed_descriptor_is_an_error_everywhere);
    CASE(descriptors_start_at_the_first);
}
