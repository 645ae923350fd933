/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens when there are no descriptors left: an error of class EXHAUSTED, outputs untouched,
 * nothing lost. */
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

static int exhaust(void) {
    if (conformance_exhaust_descriptors() == 0) {
        return 1;
    }
    conformance_absent("exhaustion", "the platform cannot provoke it");
    return 0;
}

#if EVLET_PORT_HAS_SOCKETS
static void no_descriptor_for_a_socket_is_exhaustion(void) {
    evlet_fd fd, pair[2] = {-7, -7};
    if (!exhaust()) {
        return;
    }
    fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, EVLET_FD_NONBLOCK | EVLET_FD_CLOEXEC);
    CHECK(fd == -1);
    CHECK(failed_with(EVLET_ERR_EXHAUSTED));
    CHECK(make_pair(pair) == -1);
    CHECK(failed_with(EVLET_ERR_EXHAUSTED));
    CHECK(pair[0] == -7 && pair[1] == -7);
    conformance_restore_descriptors();
}
#endif

static void no_descriptor_for_a_waker_leaves_it_closed(void) {
    struct evlet_waker waker;
    memset(&waker, 0, sizeof waker);
    if (!exhaust()) {
        return;
    }
    if (evlet_port_waker_open(&waker) == 0) {
        conformance_absent("exhausted wakers", "the port's need no descriptor");
        evlet_port_waker_close(&waker);
    } else {
        CHECK(failed_with(EVLET_ERR_EXHAUSTED));
        CHECK(all_bytes_are(&waker, sizeof waker, 0));
        evlet_port_waker_close(&waker);
    }
    conformance_restore_descriptors();
    CHECK(evlet_port_waker_open(&waker) == 0);
    evlet_port_waker_close(&waker);
}

#if EVLET_PORT_HAS_SOCKETS
/* A listener, and one connection in its queue. */
static int set_up_queue(evlet_fd *ret_listener, evlet_fd *ret_client) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    *ret_listener = evlet_port_socket(AF_INET, SOCK_STREAM, 0, EVLET_FD_NONBLOCK);
    *ret_client = evlet_port_socket(AF_INET, SOCK_STREAM, 0, EVLET_FD_NONBLOCK);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7f000001);
    if (*ret_listener < 0 || *ret_client < 0 ||
        evlet_port_bind(*ret_listener, (struct sockaddr *)&address, length) != 0 ||
        evlet_port_getsockname(*ret_listener, (struct sockaddr *)&address, &length) != 0 ||
        evlet_port_listen(*ret_listener, 1) != 0) {
        return -1;
    }
    if (evlet_port_connect(*ret_client, (struct sockaddr *)&address, length) != 0 &&
        !failed_with(EVLET_ERR_IN_PROGRESS)) {
        return -1;
    }
    return wait_for(*ret_listener, WAIT_READ, PATIENCE, NULL) == 1 ? 0 : -1;
}

/* Whether the stack gave the connection up, and both ends show it. */
static int connection_was_dropped(evlet_fd listener, evlet_fd client) {
    char byte;
    if (evlet_port_accept(listener, NULL, NULL, 0) != -1 || !failed_with(EVLET_ERR_AGAIN)) {
        return 0;
    }
    return wait_for(client, WAIT_READ, PATIENCE, NULL) == 1 && receive_bytes(client, &byte, 1) <= 0;
}

/* It stays in the queue, or its peer is told; a stack of its own may not have the choice. */
static void no_descriptor_to_accept_with_is_exhaustion(void) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    evlet_fd listener, client, accepted;
    NEED(set_up_queue(&listener, &client) == 0);
    memset(&peer, 0x5a, sizeof peer);
    if (exhaust()) {
        CHECK(evlet_port_accept(listener, (struct sockaddr *)&peer, &length, 0) == -1);
        CHECK(failed_with(EVLET_ERR_EXHAUSTED));
        CHECK(all_bytes_are(&peer, sizeof peer, 0x5a));
        conformance_restore_descriptors();
    }
    accepted = evlet_port_accept(listener, (struct sockaddr *)&peer, &length, EVLET_FD_NONBLOCK);
    if (accepted >= 0) {
        evlet_port_close(accepted);
    } else if (connection_was_dropped(listener, client)) {
        conformance_absent("connections that wait for a descriptor", "the stack drops them");
    } else {
        CHECK(!"the connection is neither accepted nor dropped");
    }
    evlet_port_close(client);
    evlet_port_close(listener);
}
#endif

static void entropy_is_given_or_refused(void) {
    unsigned char first[32], second[32];
    if (!exhaust()) {
        return;
    }
    memset(first, 0, sizeof first);
    memset(second, 0, sizeof second);
    if (evlet_port_entropy(first, sizeof first) == 0 &&
        evlet_port_entropy(second, sizeof second) == 0) {
        CHECK(memcmp(first, second, sizeof first) != 0);
    }
    conformance_restore_descriptors();
}

void exhaustion_cases(void) {
#if EVLET_PORT_HAS_SOCKETS
    CASE(no_descriptor_for_a_socket_is_exhaustion);
    CASE(no_descriptor_to_accept_with_is_exhaustion);
#endif
    CASE(no_descriptor_for_a_waker_leaves_it_closed);
    CASE(entropy_is_given_or_refused);
}
