// SPDX-License-Identifier: BSD-3-Clause
// Groups whose members live in several threads, each with a loop of its own. Needs a program with
// locks.
#include <atomic>
#include <thread>

#include "rate_support.h"

using namespace evlet_test;

namespace {

constexpr size_t kFed = 4000;

// One thread: a base, a few members, and a loop until they have received everything.
struct Worker {
    explicit Worker(bufferevent_rate_limit_group* group) {
        for (int i = 0; i < 4; ++i) {
            members.push_back(std::make_unique<Reader>(base, BEV_OPT_THREADSAFE));
            members.back()->feed(kFed);
            members.back()->on_data = [this] {
                if (sum_received(members) == members.size() * kFed)
                    event_base_loopbreak(base);
            };
            REQUIRE(bufferevent_add_to_rate_limit_group(members.back()->bev, group) == 0);
        }
    }

    Base base;
    Readers members;
};

}  // namespace

TEST_CASE("members in other threads share the group's rate and none is forgotten") {
    constexpr long long kTickUs = 1000;
    constexpr size_t kPerTick = 1000;
    Base base;
    Limit limit(kPerTick, kPerTick, milliseconds(kTickUs / 1000));
    const long long start = monotonic_us(base);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 300) == 0);
    {
        Worker first(group), second(group);
        std::atomic<int> running(2);
        const auto run = [&](Worker& worker) {
            event_base_dispatch(worker.base);
            --running;
        };
        std::thread threads[] = {std::thread(run, std::ref(first)),
                                 std::thread(run, std::ref(second))};
        while (running) {
            TestEvent tick(base, -1, 0);
            tick.add_ms(1);
            event_base_loop(base, EVLOOP_ONCE);
        }
        for (std::thread& thread : threads)
            thread.join();
        const long long ticks = (monotonic_us(base) - start) / kTickUs;
        ev_uint64_t total = 0;
        bufferevent_rate_limit_group_get_totals(group, &total, nullptr);
        CHECK(sum_received(first.members) == 4 * kFed);
        CHECK(sum_received(second.members) == 4 * kFed);
        CHECK(total == 8 * kFed);
        // A debt, of a share for each thread at most, may be open at the end.
        CHECK(total <= kPerTick * static_cast<unsigned long long>(1 + ticks) + 2 * 300);
    }
}

TEST_CASE("limits may be changed from another thread while the loop moves data") {
    Base base;
    Limit limit(100, 100, milliseconds(1)), other(300, 600, milliseconds(2));
    Group group(base, limit);
    Worker worker(group);
    std::atomic<bool> done(false);
    std::thread loop([&] {
        event_base_dispatch(worker.base);
        done = true;
    });
    std::thread group_loop([&] {
        while (!done) {
            TestEvent tick(base, -1, 0);
            tick.add_ms(1);
            event_base_loop(base, EVLOOP_ONCE);
        }
    });
    for (int round = 0; !done; ++round) {
        bufferevent* bev = worker.members[round % worker.members.size()]->bev;
        CHECK(bufferevent_set_rate_limit(bev, round % 3 ? limit : other) == 0);
        CHECK(bufferevent_rate_limit_group_set_cfg(group, round % 2 ? limit : other) == 0);
        CHECK(bufferevent_remove_from_rate_limit_group(bev) == 0);
        CHECK(bufferevent_add_to_rate_limit_group(bev, group) == 0);
        CHECK(bufferevent_set_rate_limit(bev, nullptr) == 0);
        std::this_thread::yield();
    }
    loop.join();
    group_loop.join();
    CHECK(sum_received(worker.members) == worker.members.size() * kFed);
}

TEST_CASE("members may be freed from another thread while they wait") {
    Base base;
    Limit limit(100, 100, milliseconds(1));
    Group group(base, limit);
    Worker worker(group);
    event* keep = event_new(
        worker.base, -1, EV_PERSIST, [](evutil_socket_t, short, void*) {}, nullptr);
    const timeval often = milliseconds(1);
    REQUIRE(event_add(keep, &often) == 0);
    std::thread loop([&] { event_base_dispatch(worker.base); });
    settle_now(base);
    for (const auto& member : worker.members)
        member->free();
    group.free();
    event_base_loopexit(worker.base, nullptr);
    loop.join();
    // What the loop has not destroyed yet is its to destroy.
    settle_now(worker.base);
    event_free(keep);
    CHECK(added_events(worker.base) == 0);
}
