/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectored input and output, on sockets and on what is none. */
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

enum { BLOCK = 16384, MANY_PIECES = 3000 };

static unsigned char outgoing[BLOCK], incoming[BLOCK];
static struct iovec many[MANY_PIECES];

/* Byte `offset` of an endless stream in which a lost or doubled block shows. */
static unsigned char stream_byte(size_t offset) {
    return (unsigned char)(offset * 7 + offset / 251);
}

/* Sends until the peer's side is full; bytes taken. */
static size_t fill(evlet_fd fd) {
    size_t total = 0, i;
    ssize_t sent;
    do {
        for (i = 0; i < BLOCK; i++) {
            outgoing[i] = stream_byte(total + i);
        }
        sent = send_bytes(fd, outgoing, BLOCK);
        total += sent > 0 ? (size_t)sent : 0;
    } while (sent > 0 && total < (size_t)256 * 1024 * 1024);
    CHECK(sent == -1);
    CHECK(failed_with(EVLET_ERR_AGAIN));
    return total;
}

/* Receives that many bytes of the stream; the number that came in order. */
static size_t drain(evlet_fd fd, size_t total) {
    size_t done = 0, i;
    while (done < total) {
        size_t wanted = total - done < BLOCK ? total - done : BLOCK;
        if (receive_all(fd, incoming, wanted) != wanted) {
            return done;
        }
        for (i = 0; i < wanted; i++) {
            if (incoming[i] != stream_byte(done + i)) {
                return done + i;
            }
        }
        done += wanted;
    }
    return done;
}

static void full_socket_takes_a_part_then_answers_again(void) {
    evlet_fd pair[2];
    size_t total;
    NEED(make_pair_nonblocking(pair) == 0);
    total = fill(pair[0]);
    CHECK(total > 0);
    CHECK(wait_for(pair[0], WAIT_WRITE, 0, NULL) == 0);
    CHECK(drain(pair[1], total) == total);
    CHECK(receive_bytes(pair[1], incoming, 1) == -1);
    CHECK(failed_with(EVLET_ERR_AGAIN));
    CHECK(wait_for(pair[0], WAIT_WRITE, PATIENCE, NULL) == 1);
    close_pair(pair);
}

static void pieces_arrive_in_order_whatever_their_sizes(void) {
    static const size_t sizes[] = {3, 0, 1, 500, 0, 7};
    enum { COUNT = sizeof sizes / sizeof sizes[0], TOTAL = 511 };
    struct iovec pieces[COUNT];
    evlet_fd pair[2];
    size_t i, offset = 0;
    ssize_t got;

    NEED(make_pair_nonblocking(pair) == 0);
    for (i = 0; i < TOTAL; i++) {
        outgoing[i] = stream_byte(i);
    }
    for (i = 0; i < COUNT; i++) {
        pieces[i].iov_base = outgoing + offset;
        pieces[i].iov_len = sizes[i];
        offset += sizes[i];
    }
    CHECK(offset == TOTAL);
    got = evlet_port_sendv(pair[0], pieces, COUNT);
    CHECK(got == TOTAL);

    memset(incoming, 0, sizeof incoming);
    for (i = 0, offset = 0; i < COUNT; i++) {
        pieces[i].iov_base = incoming + offset;
        pieces[i].iov_len = sizes[COUNT - 1 - i];
        offset += sizes[COUNT - 1 - i];
    }
    CHECK(wait_for(pair[1], WAIT_READ, PATIENCE, NULL) == 1);
    got = evlet_port_recvv(pair[1], pieces, COUNT);
    CHECK(got >= 1 && got <= TOTAL);
    CHECK(got > 0 && memcmp(incoming, outgoing, (size_t)got) == 0);
    CHECK(incoming[TOTAL] == 0);
    close_pair(pair);
}

/* More pieces than any system takes at once: a part is good, an error is not. */
static void thousands_of_pieces_are_no_error(void) {
    evlet_fd pair[2];
    ssize_t sent, got;
    int i;
    NEED(make_pair_nonblocking(pair) == 0);
    for (i = 0; i < MANY_PIECES; i++) {
        outgoing[i] = stream_byte((size_t)i);
        many[i].iov_base = outgoing + i;
        many[i].iov_len = 1;
    }
    sent = evlet_port_sendv(pair[0], many, MANY_PIECES);
    CHECK(sent >= 1 && sent <= MANY_PIECES);
    for (i = 0; i < MANY_PIECES; i++) {
        many[i].iov_base = incoming + i;
    }
    CHECK(wait_for(pair[1], WAIT_READ, PATIENCE, NULL) == 1);
    got = evlet_port_recvv(pair[1], many, MANY_PIECES);
    CHECK(got >= 1 && got <= sent);
    CHECK(got > 0 && memcmp(incoming, outgoing, (size_t)got) == 0);
    close_pair(pair);
}

static void end_of_stream_is_zero_each_time(void) {
    evlet_fd pair[2];
    NEED(make_pair(pair) == 0);
    CHECK(send_bytes(pair[0], "z", 1) == 1);
    CHECK(evlet_port_close(pair[0]) == 0);
    CHECK(receive_bytes(pair[1], incoming, 5) == 1);
    CHECK(receive_bytes(pair[1], incoming, 5) == 0);
    CHECK(receive_bytes(pair[1], incoming, 5) == 0);
    CHECK(evlet_port_close(pair[1]) == 0);
}

/* A TCP stack may take a few blocks before it has heard that the peer is gone. */
static void check_sending_fails(evlet_fd fd) {
    int64_t start = evlet_port_monotonic_ns();
    ssize_t sent;
    watch_broken_pipe();
    do {
        sent = send_bytes(fd, outgoing, 100);
    } while (sent >= 0 && evlet_port_monotonic_ns() - start < PATIENCE);
    CHECK(sent == -1);
    CHECK(failed_with(EVLET_ERR_OTHER));
    CHECK(send_bytes(fd, outgoing, 100) == -1);
    unwatch_broken_pipe();
}

static void sending_to_a_gone_peer_is_an_error_without_signal(void) {
    evlet_fd pair[2];
    NEED(make_pair(pair) == 0);
    CHECK(evlet_port_close(pair[1]) == 0);
    check_sending_fails(pair[0]);
    evlet_port_close(pair[0]);
}

static void what_is_no_socket_carries_pieces_too(void) {
    struct iovec pieces[2] = {{outgoing, 2}, {outgoing + 2, 3}};
    evlet_fd ends[2];
    if (conformance_pipe(ends) != 0) {
        conformance_absent("pipes", "the platform has none");
        return;
    }
    memcpy(outgoing, "abcde", 5);
    NEED(evlet_port_sendv(ends[1], pieces, 2) == 5);
    pieces[0].iov_base = incoming;
    pieces[1].iov_base = incoming + 2;
    memset(incoming, 0, 6);
    CHECK(evlet_port_recvv(ends[0], pieces, 2) == 5);
    CHECK(memcmp(incoming, "abcde", 5) == 0);
    CHECK(evlet_port_close(ends[0]) == 0);
    check_sending_fails(ends[1]);
    evlet_port_close(ends[1]);
}

void transfer_cases(void) {
    CASE(full_socket_takes_a_part_then_answers_again);
    CASE(pieces_arrive_in_order_whatever_their_sizes);
    CASE(thousands_of_pieces_are_no_error);
    CASE(end_of_stream_is_zero_each_time);
    CASE(sending_to_a_gone_peer_is_an_error_without_signal);
    CASE(what_is_no_socket_carries_pieces_too);
}
