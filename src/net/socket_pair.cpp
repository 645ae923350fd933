// SPDX-License-Identifier: BSD-3-Clause
#include "net/socket_pair.h"

#include <errno.h>

#include "net/address_types.h"
#include "net/descriptor.h"
#include "net/sockaddr_compare.h"

namespace evlet {

namespace {

[[nodiscard]] Status local_address(evlet_fd fd, sockaddr_in* ret_address) {
    sockaddr_in address;
    socklen_t length = sizeof address;
    if (evlet_port_getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        return Status::system;
    if (length != sizeof address || address.sin_family != AF_INET)
        return Status::unsupported;
    *ret_address = address;
    return Status::ok;
}

// A listener on a port of the system's choice, which only this machine can reach.
[[nodiscard]] Status listen_on_loopback(Descriptor& listener, sockaddr_in* ret_address) {
    const uint8_t loopback[kIpv4Size] = {127, 0, 0, 1};
    const sockaddr_in any_port = make_ipv4(loopback, 0);
    listener.reset(evlet_port_socket(AF_INET, SOCK_STREAM, 0, EVLET_FD_CLOEXEC));
    if (!listener.valid())
        return Status::system;
    if (evlet_port_bind(listener.get(), reinterpret_cast<const sockaddr*>(&any_port),
                        sizeof any_port) != 0 ||
        evlet_port_listen(listener.get(), 1) != 0)
        return Status::system;
    return local_address(listener.get(), ret_address);
}

// Other programs of this machine may connect first: only the connection whose far end is
// `expected` is taken. It is in the queue already, so this ends.
[[nodiscard]] Status accept_from(evlet_fd listener, const sockaddr_in& expected,
                                 Descriptor& accepted) {
    for (;;) {
        sockaddr_in peer;
        socklen_t length = sizeof peer;
        memset(&peer, 0, sizeof peer);
        accepted.reset(evlet_port_accept(listener, reinterpret_cast<sockaddr*>(&peer), &length, 0));
        if (!accepted.valid()) {
            if (evlet_port_error_class(evlet_port_last_error()) == EVLET_ERR_AGAIN)
                continue;  // interrupted: the listener waits
            return Status::system;
        }
        if (length == sizeof peer &&
            compare_addresses(reinterpret_cast<const sockaddr*>(&peer),
                              reinterpret_cast<const sockaddr*>(&expected), true) == 0)
            return Status::ok;
    }
}

[[nodiscard]] Status make_tcp_pair(evlet_fd (&ret_pair)[2]) {
    Descriptor listener(-1), connector(-1), accepted(-1);
    sockaddr_in address, own_address;
    Status status = listen_on_loopback(listener, &address);
    if (failed(status))
        return status;
    connector.reset(evlet_port_socket(AF_INET, SOCK_STREAM, 0, 0));
    if (!connector.valid())
        return Status::system;
    // Interrupted, it goes on by itself; the accept below waits for its end.
    if (evlet_port_connect(connector.get(), reinterpret_cast<const sockaddr*>(&address),
                           sizeof address) != 0 &&
        evlet_port_error_class(evlet_port_last_error()) != EVLET_ERR_IN_PROGRESS)
        return Status::system;
    status = local_address(connector.get(), &own_address);
    if (!failed(status))
        status = accept_from(listener.get(), own_address, accepted);
    if (failed(status))
        return status;
    ret_pair[0] = connector.release();
    ret_pair[1] = accepted.release();
    return Status::ok;
}

}  // namespace

Status make_socket_pair(int domain, int type, int protocol, evlet_fd (&ret_pair)[2]) {
    if (domain == AF_INET && type == SOCK_STREAM && protocol == 0)
        return make_tcp_pair(ret_pair);
    return evlet_port_socketpair(domain, type, protocol, ret_pair) == 0 ? Status::ok
                                                                        : Status::system;
}

}  // namespace evlet
