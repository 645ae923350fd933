// SPDX-License-Identifier: BSD-3-Clause
// A listener whose callbacks are lambdas, for the tests of listeners.
#pragma once

#include <event2/listener.h>

#include <functional>

#include "stream/loopback.h"
#include "support/test_event.h"

namespace evlet_test {

class Listener {
public:
    // Binds to loopback.
    explicit Listener(event_base* base, unsigned flags = 0, int family = AF_INET)
        : Listener(base, flags | LEV_OPT_CLOSE_ON_FREE, Address(family), -1) {}
    Listener(event_base* base, unsigned flags, const Address& address, int backlog)
        : lev_(evconnlistener_new_bind(base, on_connection, this, flags, backlog, address.get(),
                                       address.length())) {}
    // Over a descriptor.
    Listener(event_base* base, unsigned flags, int backlog, int fd)
        : lev_(evconnlistener_new(base, on_connection, this, flags, backlog, fd)) {}
    ~Listener() { free(); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    operator evconnlistener*() const { return lev_; }
    void free() {
        evconnlistener_free(lev_);
        lev_ = nullptr;
    }
    void report_errors() { evconnlistener_set_error_cb(lev_, on_error); }
    [[nodiscard]] Address address() const { return local_address(evconnlistener_get_fd(lev_)); }
    [[nodiscard]] int calls() const { return static_cast<int>(taken.size()); }

    static void on_connection(evconnlistener* lev, evutil_socket_t fd, sockaddr* from, int size,
                              void* argument) {
        auto& self = *static_cast<Listener*>(argument);
        CHECK(lev == self.lev_);
        self.taken.push_back(Fd(fd));
        memcpy(&self.last_peer.storage, from, static_cast<size_t>(size));
        self.last_peer.size = static_cast<socklen_t>(size);
        if (const auto body = self.body)
            body();
    }
    static void on_error(evconnlistener* lev, void* argument) {
        auto& self = *static_cast<Listener*>(argument);
        self.last_error = EVUTIL_SOCKET_ERROR();
        CHECK(lev == self.lev_);
        ++self.errors;
        if (const auto body = self.error_body)
            body();
    }

    std::function<void()> body;
    std::function<void()> error_body;
    std::vector<Fd> taken;
    Address last_peer;
    int errors = 0;
    int last_error = 0;

private:
    evconnlistener* lev_;
};

// Runs the loop for `ms` milliseconds or a little more. The time it was, in milliseconds.
inline long run_for(event_base* base, long ms) {
    const long long begin = monotonic_us(base);
    TestEvent end(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    end.add_ms(ms);
    event_base_loop(base, 0);
    return static_cast<long>((monotonic_us(base) - begin) / 1000);
}

}  // namespace evlet_test
