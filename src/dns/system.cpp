// SPDX-License-Identifier: BSD-3-Clause
#include "dns/system.h"

#include "evlet/port_net.h"

namespace evlet::dns {
namespace {

evlet_fd to_fd(evutil_socket_t fd) {
    return static_cast<evlet_fd>(fd);
}

bool is_class(evlet_error_class wanted) {
    return evlet_port_error_class(evlet_port_last_error()) == wanted;
}

}  // namespace

evutil_socket_t open_datagram_socket(int family, int receive_buffer, int send_buffer) {
    const evlet_fd fd =
        evlet_port_socket(family, SOCK_DGRAM, 0, EVLET_FD_NONBLOCK | EVLET_FD_CLOEXEC);
    if (fd < 0)
        return -1;
    if (receive_buffer > 0)
        (void)evlet_port_set_option(fd, EVLET_SO_RCVBUF, receive_buffer);
    if (send_buffer > 0)
        (void)evlet_port_set_option(fd, EVLET_SO_SNDBUF, send_buffer);
    return fd;
}

bool bind_socket(evutil_socket_t fd, const SocketAddress& address) {
    return evlet_port_bind(to_fd(fd), &address.generic, static_cast<socklen_t>(address.size)) == 0;
}

bool connect_socket(evutil_socket_t fd, const SocketAddress& address) {
    return evlet_port_connect(to_fd(fd), &address.generic, static_cast<socklen_t>(address.size)) ==
               0 ||
           is_class(EVLET_ERR_IN_PROGRESS);
}

bool is_connected(evutil_socket_t fd) {
    return evlet_port_socket_error(to_fd(fd)) == 0;
}

bool local_address(evutil_socket_t fd, SocketAddress* ret_address) {
    socklen_t size = sizeof ret_address->ipv6;
    if (evlet_port_getsockname(to_fd(fd), &ret_address->generic, &size) != 0)
        return false;
    ret_address->size = size;
    return true;
}

bool send_datagram(evutil_socket_t fd, const void* packet, size_t size) {
    return send_bytes(fd, packet, size) == static_cast<ptrdiff_t>(size);
}

ptrdiff_t receive_from(evutil_socket_t fd, void* buffer, size_t size, SocketAddress* ret_from) {
    socklen_t length = sizeof ret_from->ipv6;
    const ssize_t got = evlet_port_recvfrom(to_fd(fd), buffer, size, &ret_from->generic, &length);
    // An address that did not fit has been cut off, but its length is the whole one's.
    ret_from->size = length < sizeof ret_from->ipv6 ? length : sizeof ret_from->ipv6;
    return got;
}

bool send_to(evutil_socket_t fd, const void* packet, size_t size, const SocketAddress& to) {
    return evlet_port_sendto(to_fd(fd), packet, size, &to.generic,
                             static_cast<socklen_t>(to.size)) == static_cast<ssize_t>(size);
}

}  // namespace evlet::dns
