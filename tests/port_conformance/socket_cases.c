/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP over loopback: listening, connecting, accepting, being refused; socket pairs. */
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

#define BOTH_FLAGS (EVLET_FD_NONBLOCK | EVLET_FD_CLOEXEC)

/* A socket bound to a free port of loopback, whose address is stored. */
static evlet_fd bound_socket(struct sockaddr_in *ret_address) {
    socklen_t length = sizeof *ret_address;
    evlet_fd fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, BOTH_FLAGS);
    if (fd < 0) {
        return -1;
    }
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->sin_family = AF_INET;
    ret_address->sin_addr.s_addr = htonl(0x7f000001);
    if (evlet_port_bind(fd, (struct sockaddr *)ret_address, length) != 0 ||
        evlet_port_getsockname(fd, (struct sockaddr *)ret_address, &length) != 0) {
        evlet_port_close(fd);
        return -1;
    }
    return fd;
}

static evlet_fd listening_socket(struct sockaddr_in *ret_address) {
    evlet_fd fd = bound_socket(ret_address);
    if (fd >= 0 && evlet_port_listen(fd, 8) != 0) {
        evlet_port_close(fd);
        return -1;
    }
    return fd;
}

/* Starts a connection; waits until it is made. */
static evlet_fd connected_socket(const struct sockaddr_in *address) {
    evlet_fd fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, BOTH_FLAGS);
    if (fd < 0) {
        return -1;
    }
    if (evlet_port_connect(fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        CHECK(failed_with(EVLET_ERR_IN_PROGRESS));
        CHECK(wait_for(fd, WAIT_WRITE, PATIENCE, NULL) == 1);
        CHECK(evlet_port_socket_error(fd) == 0);
    }
    return fd;
}

static void check_flags(evlet_fd fd, int nonblocking, int cloexec) {
    int is_nonblocking = conformance_is_nonblocking(fd);
    int is_cloexec = conformance_is_cloexec(fd);
    CHECK(is_nonblocking == nonblocking || is_nonblocking == -1);
    CHECK(is_cloexec == cloexec || is_cloexec == -1);
}

static void flags_are_applied_as_asked(void) {
    unsigned flags;
    for (flags = 0; flags <= BOTH_FLAGS; flags++) {
        evlet_fd fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, flags);
        NEED(fd >= 0);
        check_flags(fd, (flags & EVLET_FD_NONBLOCK) != 0, (flags & EVLET_FD_CLOEXEC) != 0);
        CHECK(evlet_port_close(fd) == 0);
    }
}

static void nobody_to_accept_is_again(void) {
    struct sockaddr_in address;
    evlet_fd listener = listening_socket(&address);
    NEED(listener >= 0);
    CHECK(address.sin_port != 0);
    CHECK(evlet_port_accept(listener, NULL, NULL, 0) == -1);
    CHECK(failed_with(EVLET_ERR_AGAIN));
    evlet_port_close(listener);
}

static void accepted_peer_is_the_one_that_connected(void) {
    struct sockaddr_in server, own, peer;
    socklen_t own_length = sizeof own, peer_length = sizeof peer;
    evlet_fd listener = listening_socket(&server), client, accepted;
    char text[6] = "";

    NEED(listener >= 0);
    client = connected_socket(&server);
    CHECK(client >= 0);
    CHECK(wait_for(listener, WAIT_READ, PATIENCE, NULL) == 1);
    accepted = evlet_port_accept(listener, (struct sockaddr *)&peer, &peer_length, BOTH_FLAGS);
    NEED(accepted >= 0);
    check_flags(accepted, 1, 1);
    CHECK(evlet_port_getsockname(client, (struct sockaddr *)&own, &own_length) == 0);
    CHECK(peer_length == sizeof peer);
    CHECK(peer.sin_family == AF_INET);
    CHECK(peer.sin_port == own.sin_port);
    CHECK(peer.sin_addr.s_addr == own.sin_addr.s_addr);
    peer_length = sizeof peer;
    CHECK(evlet_port_getpeername(accepted, (struct sockaddr *)&peer, &peer_length) == 0);
    CHECK(peer.sin_port == own.sin_port);
    CHECK(evlet_port_getpeername(listener, (struct sockaddr *)&peer, &peer_length) == -1);
    CHECK(send_bytes(client, "hello", 5) == 5);
    CHECK(receive_all(accepted, text, 5) == 5);
    CHECK(strcmp(text, "hello") == 0);
    evlet_port_close(client);
    CHECK(wait_for(accepted, WAIT_READ, PATIENCE, NULL) == 1);
    CHECK(receive_bytes(accepted, text, 5) == 0);
    evlet_port_close(accepted);
    evlet_port_close(listener);
}

static void ended_sending_leaves_receiving_alone(void) {
    struct sockaddr_in server;
    evlet_fd listener = listening_socket(&server), client, accepted;
    char text[6] = "";

    NEED(listener >= 0);
    client = connected_socket(&server);
    CHECK(client >= 0);
    CHECK(wait_for(listener, WAIT_READ, PATIENCE, NULL) == 1);
    accepted = evlet_port_accept(listener, NULL, NULL, BOTH_FLAGS);
    NEED(accepted >= 0);
    CHECK(send_bytes(client, "hello", 5) == 5);
    CHECK(evlet_port_shutdown_send(client) == 0);
    CHECK(receive_all(accepted, text, 5) == 5);
    CHECK(wait_for(accepted, WAIT_READ, PATIENCE, NULL) == 1);
    CHECK(receive_bytes(accepted, text, 5) == 0);
    CHECK(send_bytes(accepted, "still", 5) == 5);
    CHECK(wait_for(client, WAIT_READ, PATIENCE, NULL) == 1);
    CHECK(receive_all(client, text, 5) == 5);
    CHECK(strcmp(text, "still") == 0);
    evlet_port_close(client);
    evlet_port_close(accepted);
    evlet_port_close(listener);
}

static void accepted_flags_do_not_follow_the_listener(void) {
    struct sockaddr_in server;
    evlet_fd listener = listening_socket(&server), client, accepted;
    NEED(listener >= 0);
    client = connected_socket(&server);
    CHECK(client >= 0);
    CHECK(wait_for(listener, WAIT_READ, PATIENCE, NULL) == 1);
    accepted = evlet_port_accept(listener, NULL, NULL, 0);
    NEED(accepted >= 0);
    check_flags(accepted, 0, 0);
    evlet_port_close(accepted);
    evlet_port_close(client);
    evlet_port_close(listener);
}

/* The port is taken by a socket that does not listen, so nobody else can answer there. */
static void connecting_to_nobody_is_refused(void) {
    struct sockaddr_in address;
    evlet_fd silent = bound_socket(&address), client;
    int error;
    NEED(silent >= 0);
    client = evlet_port_socket(AF_INET, SOCK_STREAM, 0, BOTH_FLAGS);
    NEED(client >= 0);
    CHECK(evlet_port_connect(client, (struct sockaddr *)&address, sizeof address) == -1);
    error = evlet_port_last_error();
    if (evlet_port_error_class(error) == EVLET_ERR_IN_PROGRESS) {
        CHECK(wait_for(client, WAIT_WRITE, PATIENCE, NULL) == 1);
        error = evlet_port_socket_error(client);
    }
    CHECK(evlet_port_error_class(error) == EVLET_ERR_REFUSED);
    CHECK(evlet_port_socket_error(client) == 0); /* asking cleared it */
    evlet_port_close(client);
    evlet_port_close(silent);
}

static void second_socket_on_the_port_is_an_error(void) {
    struct sockaddr_in address;
    evlet_fd listener = listening_socket(&address), other;
    NEED(listener >= 0);
    other = evlet_port_socket(AF_INET, SOCK_STREAM, 0, 0);
    NEED(other >= 0);
    CHECK(evlet_port_bind(other, (struct sockaddr *)&address, sizeof address) == -1);
    CHECK(failed_with(EVLET_ERR_OTHER));
    evlet_port_close(other);
    evlet_port_close(listener);
}

static void unknown_kind_of_socket_is_an_error(void) {
    evlet_fd pair[2] = {-7, -7};
    CHECK(evlet_port_socket(9999, SOCK_STREAM, 0, 0) == -1);
    CHECK(evlet_port_socketpair(9999, SOCK_STREAM, 0, pair) == -1);
    CHECK(pair[0] == -7 && pair[1] == -7);
}

static void pair_carries_both_ways(void) {
    evlet_fd pair[2];
    char text[4] = "";
    NEED(make_pair(pair) == 0);
    check_flags(pair[0], 0, conformance_is_cloexec(pair[0]));
    CHECK(send_bytes(pair[0], "abc", 3) == 3);
    CHECK(receive_all(pair[1], text, 3) == 3);
    CHECK(strcmp(text, "abc") == 0);
    CHECK(send_bytes(pair[1], "def", 3) == 3);
    CHECK(receive_all(pair[0], text, 3) == 3);
    CHECK(strcmp(text, "def") == 0);
    close_pair(pair);
}

void socket_cases(void) {
    CASE(flags_are_applied_as_asked);
    CASE(nobody_to_accept_is_again);
    CASE(accepted_peer_is_the_one_that_connected);
    CASE(ended_sending_leaves_receiving_alone);
    CASE(accepted_flags_do_not_follow_the_listener);
    CASE(connecting_to_nobody_is_refused);
    CASE(second_socket_on_the_port_is_an_error);
    CASE(unknown_kind_of_socket_is_an_error);
    CASE(pair_carries_both_ways);
}
