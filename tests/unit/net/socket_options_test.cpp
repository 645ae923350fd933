// SPDX-License-Identifier: BSD-3-Clause
// evutil_make_socket_* and friends, looked at from outside with getsockopt() and fcntl().
#include <event2/util.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <initializer_list>

#include "doctest.h"
#include "support/test_base.h"

namespace {

class Socket {
public:
    explicit Socket(int family, int type = SOCK_STREAM) : fd_(socket(family, type, 0)) {}
    ~Socket() {
        if (fd_ >= 0)
            close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    operator int() const { return fd_; }
    int option(int level, int name) const {
        int value = -1;
        socklen_t length = sizeof value;
        REQUIRE(getsockopt(fd_, level, name, &value, &length) == 0);
        return value;
    }

private:
    int fd_;
};

constexpr int kNoDescriptor = -1;

}  // namespace

TEST_CASE("nonblocking_and_close_on_exec_are_set_and_nothing_else") {
    const Socket sock(AF_INET);
    REQUIRE(sock >= 0);
    const int flags = fcntl(sock, F_GETFL);
    CHECK(evutil_make_socket_nonblocking(sock) == 0);
    CHECK(fcntl(sock, F_GETFL) == (flags | O_NONBLOCK));
    CHECK(evutil_make_socket_nonblocking(sock) == 0);
    CHECK(fcntl(sock, F_GETFL) == (flags | O_NONBLOCK));
    if (evlet_test::system_descriptors.met)  // else nothing can inherit them, and all are as if marked
        CHECK((fcntl(sock, F_GETFD) & FD_CLOEXEC) == 0);
    CHECK(evutil_make_socket_closeonexec(sock) == 0);
    CHECK((fcntl(sock, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a_descriptor_that_is_none_is_refused_by_every_option") {
    int (*const functions[])(evutil_socket_t) = {
        evutil_make_socket_nonblocking,         evutil_make_socket_closeonexec,
        evutil_make_listen_socket_reuseable,    evutil_make_listen_socket_reuseable_port,
        evutil_make_listen_socket_ipv6only,     evutil_make_listen_socket_not_ipv6only,
        evutil_make_tcp_listen_socket_deferred, evutil_closesocket,
    };
    for (auto* function : functions) {
        errno = 0;
        CHECK(function(kNoDescriptor) == -1);
        CHECK(EVUTIL_SOCKET_ERROR() == EBADF);
    }
    CHECK(evutil_set_tcp_keepalive(kNoDescriptor, 1, 10) == -1);
    CHECK(evutil_set_tcp_keepalive(kNoDescriptor, 1, 0) == -1);
    CHECK(evutil_set_tcp_keepalive(kNoDescriptor, 0, 0) == -1);
}

TEST_CASE("a_socket_is_closed_once") {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(fd >= 0);
    CHECK(evutil_closesocket(fd) == 0);
    CHECK(fcntl(fd, F_GETFD) == -1);
    CHECK(evutil_closesocket(fd) == -1);
}

TEST_CASE("listeners_become_reuseable") {
    NEEDS(system_descriptors);
    const Socket sock(AF_INET);
    CHECK(evutil_make_listen_socket_reuseable(sock) == 0);
    CHECK(sock.option(SOL_SOCKET, SO_REUSEADDR) != 0);
    CHECK(evutil_make_listen_socket_reuseable_port(sock) == 0);
#ifdef SO_REUSEPORT
    CHECK(sock.option(SOL_SOCKET, SO_REUSEPORT) != 0);
#endif
}

TEST_CASE("two_listeners_share_a_port_when_both_ask_for_it") {
    NEEDS(system_descriptors);
    const Socket first(AF_INET), second(AF_INET);
    sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(evutil_make_listen_socket_reuseable_port(first) == 0);
    REQUIRE(evutil_make_listen_socket_reuseable_port(second) == 0);
    REQUIRE(bind(first, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(getsockname(first, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    CHECK(bind(second, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

TEST_CASE("ipv6_only_goes_on_and_off") {
    const Socket sock(AF_INET6);
    if (sock < 0) {
        MESSAGE("this machine has no IPv6");
        return;
    }
    CHECK(evutil_make_listen_socket_ipv6only(sock) == 0);
    CHECK(sock.option(IPPROTO_IPV6, IPV6_V6ONLY) == 1);
    CHECK(evutil_make_listen_socket_not_ipv6only(sock) == 0);
    CHECK(sock.option(IPPROTO_IPV6, IPV6_V6ONLY) == 0);
}

TEST_CASE("ipv6_only_is_refused_on_an_ipv4_socket") {
    NEEDS(system_descriptors);
    const Socket sock(AF_INET);
    CHECK(evutil_make_listen_socket_ipv6only(sock) == -1);
}

TEST_CASE("a_deferred_listener_waits_for_data") {
    NEEDS(system_descriptors);
    const Socket sock(AF_INET);
    REQUIRE(listen(sock, 1) == 0);
    CHECK(evutil_make_tcp_listen_socket_deferred(sock) == 0);
#ifdef TCP_DEFER_ACCEPT
    CHECK(sock.option(IPPROTO_TCP, TCP_DEFER_ACCEPT) > 0);
#endif
}

TEST_CASE("keepalive_with_a_timeout_sets_the_probes") {
    const Socket sock(AF_INET);
    CHECK(evutil_set_tcp_keepalive(sock, 1, 30) == 0);
    CHECK(sock.option(SOL_SOCKET, SO_KEEPALIVE) != 0);
#ifdef TCP_KEEPIDLE
    CHECK(sock.option(IPPROTO_TCP, TCP_KEEPIDLE) == 30);
#endif
    CHECK(evutil_set_tcp_keepalive(sock, 1, 1) == 0);
    CHECK(evutil_set_tcp_keepalive(sock, 0, 30) == 0);
    CHECK(sock.option(SOL_SOCKET, SO_KEEPALIVE) == 0);
}

TEST_CASE("keepalive_without_a_timeout_leaves_the_times_of_the_system") {
    for (int timeout : {0, -1, INT32_MIN}) {
        const Socket sock(AF_INET);
#ifdef TCP_KEEPIDLE
        const int idle = sock.option(IPPROTO_TCP, TCP_KEEPIDLE);
#endif
        CHECK(evutil_set_tcp_keepalive(sock, 1, timeout) == 0);
        CHECK(sock.option(SOL_SOCKET, SO_KEEPALIVE) != 0);
#ifdef TCP_KEEPIDLE
        CHECK(sock.option(IPPROTO_TCP, TCP_KEEPIDLE) == idle);
#endif
    }
}

TEST_CASE("a_keepalive_time_that_the_system_cannot_keep_is_an_error") {
    const Socket sock(AF_INET);
#ifdef TCP_KEEPIDLE
    CHECK(evutil_set_tcp_keepalive(sock, 1, INT32_MAX) == -1);
    CHECK(sock.option(SOL_SOCKET, SO_KEEPALIVE) == 0);
#endif
}

TEST_CASE("socket_errors_are_read_and_set") {
    EVUTIL_SET_SOCKET_ERROR(ECONNREFUSED);
    CHECK(EVUTIL_SOCKET_ERROR() == ECONNREFUSED);
    CHECK(evutil_socket_geterror(kNoDescriptor) == ECONNREFUSED);
    CHECK(strcmp(evutil_socket_error_to_string(ECONNREFUSED), strerror(ECONNREFUSED)) == 0);
}
