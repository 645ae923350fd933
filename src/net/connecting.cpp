// SPDX-License-Identifier: BSD-3-Clause
#include "net/connecting.h"

#include "net/address_types.h"

namespace evlet {

namespace {

evlet_fd to_fd(evutil_socket_t fd) {
    return static_cast<evlet_fd>(fd);
}

// An UNIX socket whose peer's backlog is full answers "again", and nothing goes on: a failure.
Connect outcome_of(int error) {
    switch (evlet_port_error_class(error)) {
    case EVLET_ERR_NONE:
        return Connect::done;
    case EVLET_ERR_IN_PROGRESS:
        return Connect::in_progress;
    case EVLET_ERR_REFUSED:
        return Connect::refused;
    default:
        return Connect::failed;
    }
}

}  // namespace

Connect start_connect(evutil_socket_t fd, const sockaddr* address, int length) {
    if (evlet_port_connect(to_fd(fd), address, static_cast<socklen_t>(length)) == 0)
        return Connect::done;
    return outcome_of(evlet_port_last_error());
}

Connect finish_connect(evutil_socket_t fd) {
    const int error = evlet_port_socket_error(to_fd(fd));
    if (error < 0)
        return Connect::failed;
    const Connect outcome = outcome_of(error);
    if (outcome == Connect::refused || outcome == Connect::failed)
        evlet_port_set_last_error(error);
    return outcome;
}

evutil_socket_t open_stream_socket(int family) {
    return evlet_port_socket(family, SOCK_STREAM, 0, EVLET_FD_NONBLOCK | EVLET_FD_CLOEXEC);
}

evutil_socket_t open_bound_socket(const sockaddr* address, int length) {
    const evutil_socket_t fd = open_stream_socket(address->sa_family);
    if (fd < 0 || evlet_port_bind(to_fd(fd), address, static_cast<socklen_t>(length)) == 0)
        return fd;
    close_socket(fd);
    return -1;
}

int family_of(evutil_socket_t fd) {
    sockaddr_storage address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    return evlet_port_getsockname(to_fd(fd), generic, &length) == 0 ? generic->sa_family : -1;
}

void close_socket(evutil_socket_t fd) {
    if (fd < 0)
        return;
    const int error = evlet_port_last_error();
    evlet_port_close(to_fd(fd));
    evlet_port_set_last_error(error);
}

void end_sending(evutil_socket_t fd) {
    // A peer that has gone already needs no end.
    (void)evlet_port_shutdown_send(to_fd(fd));
}

bool peer_of(evutil_socket_t fd, sockaddr* ret_address, int* length) {
    auto size = static_cast<socklen_t>(*length);
    if (evlet_port_getpeername(to_fd(fd), ret_address, &size) != 0)
        return false;
    *length = static_cast<int>(size);
    return true;
}

ev_ssize_t receive_bytes(evutil_socket_t fd, void* ret_bytes, size_t size) {
    const iovec piece = {ret_bytes, size};
    return evlet_port_recvv(to_fd(fd), &piece, 1);
}

ev_ssize_t send_bytes(evutil_socket_t fd, const void* bytes, size_t size) {
    const iovec piece = {const_cast<void*>(bytes), size};
    return evlet_port_sendv(to_fd(fd), &piece, 1);
}

bool last_error_is_again() {
    return evlet_port_error_class(evlet_port_last_error()) == EVLET_ERR_AGAIN;
}

int last_error() {
    return evlet_port_last_error();
}

void set_last_error(int error) {
    evlet_port_set_last_error(error);
}

}  // namespace evlet
