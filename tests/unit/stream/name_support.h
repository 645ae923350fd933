// SPDX-License-Identifier: BSD-3-Clause
// For the tests of connecting by name: a resolver that answers what a test wants, and a client that
// notes what it is told.
#pragma once

#include <event2/bufferevent.h>
#include <event2/thread.h>
#include <event2/util.h>

#include <algorithm>
#include <string>

#include "net/async_resolver.h"
#include "stream/listener_support.h"

namespace evlet_test {

// A base that opens no descriptor any more when it is first woken, so that tests can tell which are
// a connection's.
class ReadyBase : public Base {
public:
    ReadyBase() { REQUIRE(evthread_make_base_notifiable(get()) == 0); }
};

// An answer of the resolver: the addresses given, in that order.
class Answer {
public:
    Answer& add(const char* host, int port, int socktype = SOCK_STREAM) {
        evutil_addrinfo hints = {};
        hints.ai_socktype = socktype;
        hints.ai_flags = EVUTIL_AI_NUMERICHOST;
        evutil_addrinfo** end = &list_;
        while (*end)
            end = &(*end)->ai_next;
        REQUIRE(evutil_getaddrinfo(host, std::to_string(port).c_str(), &hints, end) == 0);
        return *this;
    }
    Answer& add(const Peer& peer) {
        return add(peer.address().storage.ss_family == AF_INET6 ? "::1" : "127.0.0.1", peer.port());
    }
    evutil_addrinfo* release() { return std::exchange(list_, nullptr); }
    ~Answer() {
        if (list_)
            evutil_freeaddrinfo(list_);
    }

private:
    evutil_addrinfo* list_ = nullptr;
};

// Stands in for evdns. One at a time, which takes one request at a time.
class FakeResolver {
public:
    FakeResolver() {
        current() = this;
        evlet::g_async_resolver = &kKind;
    }
    ~FakeResolver() {
        if (callback)
            answer(EVUTIL_EAI_FAIL);
        evlet::g_async_resolver = nullptr;
    }
    FakeResolver(const FakeResolver&) = delete;
    FakeResolver& operator=(const FakeResolver&) = delete;

    // What programs have instead of nullptr.
    evdns_base* base() { return reinterpret_cast<evdns_base*>(this); }
    void answer(int error) { answer(error, nullptr); }
    void answer(Answer& list) { answer(0, list.release()); }
    [[nodiscard]] bool asked() const { return callback != nullptr; }

    // Answered inside start().
    Answer* at_once = nullptr;
    int cancelled = 0;
    std::string host, service;
    evutil_addrinfo hints = {};

private:
    static FakeResolver*& current() {
        static FakeResolver* resolver;
        return resolver;
    }
    void answer(int error, evutil_addrinfo* list) {
        REQUIRE(asked());
        const auto call = std::exchange(callback, nullptr);
        call(error, list, argument);
    }
    static void* start(evdns_base* base, const char* host, const char* service,
                       const evutil_addrinfo* hints, evlet::ResolvedCallback callback,
                       void* argument) {
        FakeResolver& self = *current();
        CHECK(base == self.base());
        CHECK_FALSE(self.asked());
        self.host = host;
        self.service = service;
        self.hints = *hints;
        self.callback = callback;
        self.argument = argument;
        if (!self.at_once)
            return &self;
        self.answer(*self.at_once);
        return nullptr;
    }
    static void cancel(void* request) {
        CHECK(request == current());
        ++current()->cancelled;
    }

    static constexpr evlet::AsyncResolver kKind = {start, cancel};
    evlet::ResolvedCallback callback = nullptr;
    void* argument = nullptr;
};

// A bufferevent on a socket.
class Client {
public:
    explicit Client(event_base* base, int fd = -1, int options = BEV_OPT_CLOSE_ON_FREE)
        : base_(base), bev_(bufferevent_socket_new(base, fd, options)) {
        REQUIRE(bev_);
        bufferevent_setcb(bev_, nullptr, nullptr, on_event, this);
    }
    ~Client() { free(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    operator bufferevent*() const { return bev_; }
    void free() {
        if (bev_)
            bufferevent_free(std::exchange(bev_, nullptr));
    }
    int connect(FakeResolver& resolver, const char* host = "name.test", int port = 7) {
        return bufferevent_socket_connect_hostname(bev_, resolver.base(), AF_UNSPEC, host, port);
    }
    // Asks for a name, which the resolver finds to be `list`.
    void connect(FakeResolver& resolver, Answer& list) {
        REQUIRE(connect(resolver) == 0);
        resolver.answer(list);
    }
    // Waits for an event; what it was, 0 if none came in time.
    short wait() {
        (void)run_until(base_, [&] { return events != 0; });
        return events;
    }

    short events = 0;  // all that were reported
    int calls = 0;
    int error = 0;  // errno at the last
    std::function<void()> body;

private:
    static void on_event(bufferevent* bev, short what, void* argument) {
        auto& self = *static_cast<Client*>(argument);
        self.error = EVUTIL_SOCKET_ERROR();
        CHECK(bev == self.bev_);
        ++self.calls;
        self.events = static_cast<short>(self.events | what);
        if (const auto body = self.body)
            body();
    }

    event_base* base_;
    bufferevent* bev_;
};

}  // namespace evlet_test
