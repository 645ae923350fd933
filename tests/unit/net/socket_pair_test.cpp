// SPDX-License-Identifier: BSD-3-Clause
// evutil_socketpair: the system's pairs, and TCP over loopback.
#include <event2/util.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctest.h"
#include "support/test_base.h"

using namespace evlet_test;

namespace {

void check_connected(const evutil_socket_t (&pair)[2]) {
    for (int end = 0; end < 2; ++end) {
        char byte = 0;
        CHECK(write(pair[end], "x", 1) == 1);
        CHECK(read(pair[1 - end], &byte, 1) == 1);
        CHECK(byte == 'x');
    }
    CHECK(evutil_closesocket(pair[0]) == 0);
    char byte;
    CHECK(read(pair[1], &byte, 1) == 0);
    CHECK(evutil_closesocket(pair[1]) == 0);
}

int lowest_free_descriptor() {
    const int fd = dup(0);
    REQUIRE(fd >= 0);
    close(fd);
    return fd;
}

}  // namespace

TEST_CASE("a_unix_pair_is_connected_both_ways") {
    evutil_socket_t pair[2] = {-1, -1};
    REQUIRE(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    check_connected(pair);
}

TEST_CASE("a_unix_pair_of_datagrams_keeps_the_borders") {
    NEEDS(unix_sockets);
    evutil_socket_t pair[2];
    REQUIRE(evutil_socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    CHECK(write(pair[0], "abc", 3) == 3);
    CHECK(write(pair[0], "d", 1) == 1);
    char buffer[8];
    CHECK(read(pair[1], buffer, sizeof buffer) == 3);
    CHECK(read(pair[1], buffer, sizeof buffer) == 1);
    evutil_closesocket(pair[0]);
    evutil_closesocket(pair[1]);
}

TEST_CASE("an_inet_pair_is_a_tcp_connection_over_loopback") {
    const int free_before = lowest_free_descriptor();
    evutil_socket_t pair[2] = {-1, -1};
    REQUIRE(evutil_socketpair(AF_INET, SOCK_STREAM, 0, pair) == 0);
    sockaddr_in near_end, far_end;
    socklen_t length = sizeof near_end;
    REQUIRE(getsockname(pair[0], reinterpret_cast<sockaddr*>(&near_end), &length) == 0);
    REQUIRE(getpeername(pair[1], reinterpret_cast<sockaddr*>(&far_end), &length) == 0);
    CHECK(near_end.sin_port == far_end.sin_port);
    CHECK(near_end.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    CHECK((fcntl(pair[0], F_GETFL) & O_NONBLOCK) == 0);
    check_connected(pair);
    CHECK(lowest_free_descriptor() == free_before);
}

TEST_CASE("pairs_nobody_can_make_are_refused") {
    evutil_socket_t pair[2] = {-7, -8};
    CHECK(evutil_socketpair(AF_INET, SOCK_DGRAM, 0, pair) == -1);
    CHECK(evutil_socketpair(AF_INET, SOCK_STREAM, IPPROTO_UDP, pair) == -1);
    CHECK(evutil_socketpair(AF_INET6, SOCK_STREAM, 0, pair) == -1);
    CHECK(evutil_socketpair(-1, SOCK_STREAM, 0, pair) == -1);
    CHECK(evutil_socketpair(AF_UNIX, 12345, 0, pair) == -1);
    CHECK(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, nullptr) == -1);
    CHECK(pair[0] == -7);
    CHECK(pair[1] == -8);
}

TEST_CASE("a_pair_that_runs_out_of_descriptors_leaves_none_behind") {
    const int free_before = lowest_free_descriptor();
    for (int family : {AF_UNIX, AF_INET}) {
        const int needed = family == AF_UNIX && unix_sockets.met ? 2 : 3;
        for (int spare = 0; spare <= needed; ++spare) {
            INFO("family ", family, ", descriptors ", spare);
            evutil_socket_t pair[2] = {-7, -8};
            int result, error;
            {
                FewDescriptors few(spare);
                errno = 0;
                result = evutil_socketpair(family, SOCK_STREAM, 0, pair);
                error = EVUTIL_SOCKET_ERROR();
            }
            if (spare < needed) {
                CHECK(result == -1);
                CHECK(error == EMFILE);
                CHECK(pair[0] == -7);
                CHECK(pair[1] == -8);
            } else {
                REQUIRE(result == 0);
                check_connected(pair);
            }
            CHECK(lowest_free_descriptor() == free_before);
        }
    }
}
