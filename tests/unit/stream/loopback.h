// SPDX-License-Identifier: BSD-3-Clause
// Sockets on loopback for the tests of listeners and of connecting: such that accept, refuse or do
// not answer. Everything is on a port of the system's choice.
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "doctest.h"
#include "support/test_base.h"

namespace evlet_test {

// Long enough for any machine; a test that gets there has failed.
constexpr int kPatienceMs = 30000;

// A descriptor that is closed at the end of the scope.
class Fd {
public:
    explicit Fd(int fd = -1) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    operator int() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

inline bool is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

inline bool is_ready(int fd, short events, int wait_ms = kPatienceMs) {
    pollfd entry = {fd, events, 0};
    return poll(&entry, 1, wait_ms) == 1;
}

// The lowest free descriptor: the same before and after if nothing leaked.
inline int lowest_free() {
    const int fd = dup(0);
    REQUIRE(fd >= 0);
    ::close(fd);
    return fd;
}

// The descriptor that is opened after lowest_free(): there may be others open in between.
inline int second_free() {
    const Fd lowest(dup(0));
    return lowest_free();
}

struct Address {
    sockaddr_storage storage = {};
    socklen_t size = sizeof(sockaddr_storage);

    Address() = default;
    // Loopback of a family.
    explicit Address(int family, int port = 0) {
        if (family == AF_INET6) {
            auto& in6 = reinterpret_cast<sockaddr_in6&>(storage);
            in6.sin6_family = AF_INET6;
            in6.sin6_addr = in6addr_loopback;
            in6.sin6_port = htons(static_cast<uint16_t>(port));
            size = sizeof in6;
        } else {
            auto& in = reinterpret_cast<sockaddr_in&>(storage);
            in.sin_family = AF_INET;
            in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            in.sin_port = htons(static_cast<uint16_t>(port));
            size = sizeof in;
        }
    }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
    [[nodiscard]] int length() const { return static_cast<int>(size); }
    [[nodiscard]] int port() const {
        if (storage.ss_family == AF_INET6)
            return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
        return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
    }
};

inline Address local_address(int fd) {
    Address address;
    REQUIRE(getsockname(fd, address.get(), &address.size) == 0);
    return address;
}

// A socket bound to loopback.
inline Fd bound_socket(int family, int flags = SOCK_NONBLOCK) {
    Fd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    REQUIRE(fd >= 0);
    const Address any(family);
    REQUIRE(bind(fd, any.get(), any.size) == 0);
    return fd;
}

inline bool has_ipv6() {
    const Fd fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const Address any(AF_INET6);
    return fd >= 0 && bind(fd, any.get(), any.size) == 0;
}

// A connection to `to` that may still be on its way.
inline Fd connect_to(const Address& to) {
    Fd fd(socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    REQUIRE(fd >= 0);
    if (connect(fd, to.get(), to.size) != 0)
        REQUIRE(errno == EINPROGRESS);
    return fd;
}

// A listener that does not answer those who try to connect, until it makes room: its backlog is full.
// Where backlogs have no bound it does not hear them.
class Unanswering {
public:
#if EVLET_TEST_POSIX_NAMES
    void begin(const Address& address) {
        filler_ = connect_to(address);
        REQUIRE(is_ready(filler_, POLLOUT));
    }
    void make_room(int listener) {
        REQUIRE(is_ready(listener, POLLIN));
        filled_ = Fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    }

private:
    Fd filler_, filled_;
#else
    Unanswering() = default;
    Unanswering(const Unanswering&) = delete;
    Unanswering& operator=(const Unanswering&) = delete;
    ~Unanswering() { end(); }
    void begin(const Address& address) {
        port_ = address.port();
        evlet_test_silence(port_, 1);
    }
    void make_room(int) { end(); }

private:
    void end() {
        if (port_)
            evlet_test_silence(port_, 0);
        port_ = 0;
    }
    int port_ = 0;
#endif
};

// Somebody to connect to.
class Peer {
public:
    enum Kind {
        listens,
        refuses,  // bound, so that nobody else gets the port
        silent,   // whoever connects hears nothing
    };
    Peer(Kind kind, int family) : fd_(bound_socket(family)), address_(local_address(fd_)) {
        if (kind == refuses)
            return;
        REQUIRE(listen(fd_, kind == listens ? 16 : 0) == 0);
        if (kind == silent)
            unanswering_.begin(address_);
    }
    [[nodiscard]] const Address& address() const { return address_; }
    [[nodiscard]] int port() const { return address_.port(); }
    [[nodiscard]] int fd() const { return fd_; }
    // The next connection, -1 if none comes in time.
    Fd accept(int wait_ms = kPatienceMs, Address* ret_from = nullptr) {
        if (!is_ready(fd_, POLLIN, wait_ms))
            return Fd();
        Address from;
        Fd fd(::accept4(fd_, from.get(), &from.size, SOCK_CLOEXEC));
        if (ret_from)
            *ret_from = from;
        return fd;
    }
    // A silent one begins to answer: those who try hear it at their next trial.
    void make_room() { unanswering_.make_room(fd_); }

private:
    Fd fd_;
    Address address_;
    Unanswering unanswering_;
};

}  // namespace evlet_test
