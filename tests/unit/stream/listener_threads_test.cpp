// SPDX-License-Identifier: BSD-3-Clause
// Listeners used by other threads than that of their loop.
#include <event2/listener.h>

#include <atomic>

#include "stream/loopback.h"
#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

// What callbacks in the loop's thread and the test share.
struct Shared {
    Flag entered;
    Flag may_leave;
    std::atomic<int> calls{0};
    std::atomic<bool> freed{false};
    std::atomic<int> late_calls{0};
};

void on_connection(evconnlistener*, evutil_socket_t fd, sockaddr*, int, void* argument) {
    auto& shared = *static_cast<Shared*>(argument);
    ::close(fd);
    ++shared.calls;
}

void on_connection_and_wait(evconnlistener* lev, evutil_socket_t fd, sockaddr* from, int size,
                            void* argument) {
    auto& shared = *static_cast<Shared*>(argument);
    shared.late_calls += shared.freed;
    on_connection(lev, fd, from, size, argument);
    shared.entered.set();
    shared.may_leave.wait();
}

evconnlistener* listen_on_loopback(event_base* base, evconnlistener_cb callback, void* argument) {
    const Address any(AF_INET);
    evconnlistener* const listener = evconnlistener_new_bind(
        base, callback, argument, LEV_OPT_THREADSAFE | LEV_OPT_CLOSE_ON_FREE, -1, any.get(),
        any.length());
    REQUIRE(listener);
    return listener;
}

}  // namespace

TEST_CASE("listener_freed_by_another_thread_during_its_callback_is_not_called_again") {
    use_threads();
    Base base;
    Shared shared;
    evconnlistener* const listener = listen_on_loopback(base, on_connection_and_wait, &shared);
    const int fd = evconnlistener_get_fd(listener);
    const Address address = local_address(fd);
    const Fd first = connect_to(address), second = connect_to(address);
    REQUIRE(is_ready(first, POLLOUT));
    REQUIRE(is_ready(second, POLLOUT));
    LoopThread loop(base);
    REQUIRE(shared.entered.wait());
    evconnlistener_free(listener);
    shared.freed = true;
    CHECK_FALSE(is_open(fd));
    shared.may_leave.set();
    loop.stop();
    event_base_loop(base, EVLOOP_NONBLOCK);
    CHECK(shared.calls == 1);
    CHECK(shared.late_calls == 0);
}

TEST_CASE("waiting_loop_hears_that_another_thread_enabled_its_listener") {
    use_threads();
    Base base;
    Shared shared;
    evconnlistener* const listener = listen_on_loopback(base, on_connection, &shared);
    REQUIRE(evconnlistener_disable(listener) == 0);
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    const Fd client = connect_to(local_address(evconnlistener_get_fd(listener)));
    REQUIRE(evconnlistener_enable(listener) == 0);
    CHECK(comes_true([&] { return shared.calls == 1; }));
    loop.stop();
    evconnlistener_free(listener);
}

TEST_CASE("listeners_come_and_go_from_another_thread_while_connections_arrive") {
    NEEDS(watched_closes);
    constexpr int kRounds = 300;
    use_threads();
    Base base;
    Shared shared;
    LoopThread loop(base);
    REQUIRE(loop.started());
    for (int round = 0; round < kRounds; ++round) {
        evconnlistener* const listener = listen_on_loopback(base, on_connection, &shared);
        const Address address = local_address(evconnlistener_get_fd(listener));
        const Fd first = connect_to(address), second = connect_to(address);
        if (round % 3 == 0) {
            evconnlistener_disable(listener);
            evconnlistener_enable(listener);
        } else if (round % 3 == 1) {
            evconnlistener_set_cb(listener, nullptr, nullptr);
            evconnlistener_set_cb(listener, on_connection, &shared);
        }
        evconnlistener_free(listener);
    }
    loop.stop();
    event_base_loop(base, EVLOOP_NONBLOCK);
    CHECK(shared.calls <= 2 * kRounds);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) <= 1);
}
