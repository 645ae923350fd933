// SPDX-License-Identifier: BSD-3-Clause
// Socket options, closing, and socket pairs: shells over the port.
#include "base/shell.h"
#include "event2/util.h"
#include "evlet/port_net.h"
#include "net/socket_options.h"
#include "net/socket_pair.h"

using namespace evlet;

static evlet_fd to_fd(evutil_socket_t sock) {
    return static_cast<evlet_fd>(sock);
}

extern "C" {

int evutil_make_socket_nonblocking(evutil_socket_t sock) {
    return evlet_port_set_nonblocking(to_fd(sock));
}

int evutil_make_socket_closeonexec(evutil_socket_t sock) {
    return evlet_port_set_cloexec(to_fd(sock));
}

int evutil_closesocket(evutil_socket_t sock) {
    return evlet_port_close(to_fd(sock));
}

int evutil_make_listen_socket_reuseable(evutil_socket_t sock) {
    return evlet_port_set_option(to_fd(sock), EVLET_SO_REUSEADDR, 1);
}

int evutil_make_listen_socket_reuseable_port(evutil_socket_t sock) {
    return to_result(set_option_if_known(to_fd(sock), EVLET_SO_REUSEPORT, 1));
}

int evutil_make_listen_socket_ipv6only(evutil_socket_t sock) {
    return evlet_port_set_option(to_fd(sock), EVLET_SO_IPV6ONLY, 1);
}

int evutil_make_listen_socket_not_ipv6only(evutil_socket_t sock) {
    return evlet_port_set_option(to_fd(sock), EVLET_SO_IPV6ONLY, 0);
}

int evutil_make_tcp_listen_socket_deferred(evutil_socket_t sock) {
    return to_result(set_option_if_known(to_fd(sock), EVLET_SO_DEFER_ACCEPT, 1));
}

int evutil_set_tcp_keepalive(evutil_socket_t sock, int on, int timeout) {
    return to_result(set_keepalive(to_fd(sock), on != 0, timeout));
}

int evutil_socketpair(int d, int type, int protocol, evutil_socket_t sv[2]) {
    evlet_fd pair[2];
    if (!sv)
        return to_result(Status::invalid);
    const Status status = make_socket_pair(d, type, protocol, pair);
    if (failed(status))
        return to_result(status);
    sv[0] = pair[0];
    sv[1] = pair[1];
    return 0;
}

}  // extern "C"
