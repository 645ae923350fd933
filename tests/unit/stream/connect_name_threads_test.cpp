// SPDX-License-Identifier: BSD-3-Clause
// Connecting by name from another thread than that of the loop, and giving up there.
#include <atomic>
#include <chrono>

#include "stream/name_support.h"
#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

constexpr int kOptions = BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE;

void note_event(bufferevent*, short what, void* argument) {
    static_cast<std::atomic<int>*>(argument)->fetch_or(what);
}

}  // namespace

TEST_CASE("waiting_loop_connects_to_a_name_that_another_thread_asks_for") {
    use_threads();
    Base base;
    Peer peer(Peer::listens, AF_INET);
    std::atomic<int> events{0};
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    bufferevent* const bev = bufferevent_socket_new(base, -1, kOptions);
    bufferevent_setcb(bev, nullptr, nullptr, note_event, &events);
    REQUIRE(bufferevent_socket_connect_hostname(bev, nullptr, AF_INET, "127.0.0.1", peer.port()) ==
            0);
    CHECK(peer.accept() >= 0);
    CHECK(comes_true([&] { return events == BEV_EVENT_CONNECTED; }));
    bufferevent_free(bev);
    loop.stop();
}

TEST_CASE("search_given_up_by_another_thread_at_any_moment_leaves_nothing_open") {
    constexpr int kRounds = 200;
    use_threads();
    const int lowest = lowest_free();
    {
        Base base;
        FakeResolver resolver;
        Peer peer(Peer::listens, AF_INET), refusing(Peer::refuses, AF_INET);
        std::atomic<int> events{0};
        LoopThread loop(base);
        REQUIRE(loop.started());
        for (int round = 0; round < kRounds; ++round) {
            Answer list;
            list.add(refusing).add(round % 2 ? peer : refusing);
            resolver.at_once = &list;
            bufferevent* const bev = bufferevent_socket_new(base, -1, kOptions);
            bufferevent_setcb(bev, nullptr, nullptr, note_event, &events);
            REQUIRE(bufferevent_socket_connect_hostname(bev, resolver.base(), AF_UNSPEC,
                                                        "name.test", 7) == 0);
            // At different moments of the search. Who yields on a busy machine waits long instead.
            const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(round);
            while (std::chrono::steady_clock::now() < until) {}
            bufferevent_free(bev);
        }
        loop.stop();
    }
    CHECK(lowest_free() == lowest);
}
