// SPDX-License-Identifier: BSD-3-Clause
// Bufferevents shared between threads: written, changed and freed by others while the loop runs and
// calls back. ThreadSanitizer and AddressSanitizer judge most of it.
#include <poll.h>

#include <atomic>
#include <mutex>

#include "../thread/thread_support.h"
#include "socket_support.h"

using namespace evlet_test;

namespace {

constexpr int kShared = BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE;
constexpr int kUnlocked = kShared | BEV_OPT_DEFER_CALLBACKS | BEV_OPT_UNLOCK_CALLBACKS;
constexpr int kAll[] = {kShared, kShared | BEV_OPT_DEFER_CALLBACKS, kUnlocked};

// What callbacks count, from any thread.
struct Counts {
    std::atomic<int> reads{0}, writes{0}, events{0};
    std::atomic<size_t> bytes{0};
    [[nodiscard]] int all() const { return reads + writes + events; }
    static void read(bufferevent* bev, void* self) {
        ++static_cast<Counts*>(self)->reads;
        char part[4096];
        while (const size_t count = bufferevent_read(bev, part, sizeof part))
            static_cast<Counts*>(self)->bytes += count;
    }
    static void write(bufferevent*, void* self) { ++static_cast<Counts*>(self)->writes; }
    static void event(bufferevent*, short, void* self) { ++static_cast<Counts*>(self)->events; }
    static void echo(bufferevent* bev, void* self) {
        ++static_cast<Counts*>(self)->reads;
        bufferevent_write_buffer(bev, bufferevent_get_input(bev));
    }
    void watch(bufferevent* bev) { bufferevent_setcb(bev, read, write, event, this); }
};

bufferevent* make_shared_stream(event_base* base, int fd, int options) {
    bufferevent* const bev = bufferevent_socket_new(base, fd, options);
    REQUIRE(bev);
    return bev;
}

// Ends when the descriptor was closed by all others, or shut down.
std::thread drain_in_thread(int fd, std::atomic<size_t>& bytes) {
    return std::thread([fd, &bytes] {
        char part[65536];
        pollfd entry = {fd, POLLIN, 0};
        while (poll(&entry, 1, 30000) == 1) {
            const ssize_t got = ::recv(fd, part, sizeof part, 0);
            if (got <= 0)
                break;
            bytes += static_cast<size_t>(got);
        }
    });
}

}  // namespace

TEST_CASE("what_another_thread_writes_leaves_while_the_loop_sleeps") {
    use_threads();
    for (const int options : kAll) {
        Base base;
        SocketPair pair;
        Counts counts;
        bufferevent* const bev = make_shared_stream(base, dup(pair[0]), options);
        counts.watch(bev);
        LoopThread loop(base);
        REQUIRE(loop_waits(base));
        for (int i = 0; i < 50; ++i) {
            REQUIRE(bufferevent_write(bev, "x", 1) == 0);
            REQUIRE(is_ready(pair[1], POLLIN));
            CHECK(receive_all(pair[1]) == "x");
        }
        CHECK(comes_true([&] { return counts.writes > 0; }));
        loop.stop();
        bufferevent_free(bev);
    }
}

TEST_CASE("many_threads_write_to_one_bufferevent_and_no_byte_is_lost") {
    use_threads();
    for (const int options : kAll) {
        Base base;
        SocketPair pair;
        make_buffers_small(pair[0]);
        std::atomic<size_t> arrived{0};
        std::thread reader = drain_in_thread(pair[1], arrived);
        Counts counts;
        bufferevent* const bev = make_shared_stream(base, dup(pair[0]), options);
        counts.watch(bev);
        {
            LoopThread loop(base);
            std::vector<std::thread> writers;
            for (int i = 0; i < 4; ++i) {
                writers.emplace_back([bev] {
                    const std::string part = bytes_of_size(501);
                    for (int k = 0; k < 200; ++k)
                        bufferevent_write(bev, part.data(), part.size());
                });
            }
            for (std::thread& writer : writers)
                writer.join();
            CHECK(comes_true([&] { return arrived == 4 * 200 * 501; }));
            CHECK(loop.stop() >= -1);
        }
        bufferevent_free(bev);
        pair.close(0);
        reader.join();
        CHECK(counts.events == 0);
    }
}

TEST_CASE("freed_by_another_thread_while_callbacks_fly") {
    use_threads();
    for (const int options : kAll) {
        Base base;
        LoopThread loop(base);
        REQUIRE(loop.started());
        for (int round = 0; round < 300; ++round) {
            SocketPair pair;
            Counts counts;
            bufferevent* const bev = make_shared_stream(base, dup(pair[0]), options);
            bufferevent_setcb(bev, Counts::echo, Counts::write, Counts::event, &counts);
            REQUIRE(bufferevent_enable(bev, EV_READ) == 0);
            for (int i = 0; i < round % 5; ++i)
                pair.write(1, "ping");
            if (round % 3 == 0)
                pair.close(1);
            if (round % 2 == 0)
                CHECK(comes_true([&] { return round % 5 == 0 || counts.all() > 0; }));
            bufferevent_write(bev, "x", 1);
            // A callback that runs may still be at it, so its argument has to outlive that.
            bufferevent_lock(bev);
            bufferevent_setcb(bev, nullptr, nullptr, nullptr, nullptr);
            bufferevent_unlock(bev);
            bufferevent_free(bev);
            if (options & BEV_OPT_UNLOCK_CALLBACKS) {
                // With nothing else to show that the callback has ended: a call through the loop.
                Flag passed;
                event_base_once(
                    base, -1, EV_TIMEOUT,
                    [](evutil_socket_t, short, void* flag) { static_cast<Flag*>(flag)->set(); },
                    &passed, nullptr);
                REQUIRE(passed.wait());
            }
        }
        loop.stop();
    }
}

TEST_CASE("everything_may_be_changed_by_another_thread_while_the_loop_runs") {
    use_threads();
    for (const int options : kAll) {
        Base base;
        REQUIRE(event_base_priority_init(base, 2) == 0);
        SocketPair pair, second;
        Counts counts;
        bufferevent* const bev = make_shared_stream(base, dup(pair[0]), options & ~1);
        counts.watch(bev);
        LoopThread loop(base);
        REQUIRE(loop.started());
        std::atomic<bool> stop{false};
        std::thread talker([&] {
            while (!stop) {
                (void)!::send(pair[1], "talk", 4, MSG_NOSIGNAL | MSG_DONTWAIT);
                (void)!::send(second[1], "talk", 4, MSG_NOSIGNAL | MSG_DONTWAIT);
                char part[4096];
                (void)!::recv(pair[1], part, sizeof part, MSG_DONTWAIT);
                (void)!::recv(second[1], part, sizeof part, MSG_DONTWAIT);
                std::this_thread::yield();
            }
        });
        const timeval hour = {3600, 0};
        const int first_fd = bufferevent_getfd(bev);
        for (int i = 0; i < 300; ++i) {
            bufferevent_enable(bev, EV_READ | EV_WRITE);
            bufferevent_write(bev, "abc", 3);
            bufferevent_set_timeouts(bev, i % 2 ? &hour : nullptr, i % 3 ? &hour : nullptr);
            bufferevent_setwatermark(bev, EV_READ | EV_WRITE, 0, size_t(i % 7));
            bufferevent_set_max_single_read(bev, size_t(i % 9));
            bufferevent_set_max_single_write(bev, size_t(i % 5));
            bufferevent_trigger(bev, EV_READ | EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
            bufferevent_trigger_event(bev, BEV_EVENT_READING, BEV_TRIG_DEFER_CALLBACKS);
            bufferevent_priority_set(bev, i % 2);
            size_t low, high;
            bufferevent_getwatermark(bev, EV_READ, &low, &high);
            (void)bufferevent_get_enabled(bev);
            (void)bufferevent_get_priority(bev);
            (void)evbuffer_get_length(bufferevent_get_output(bev));
            bufferevent_setfd(bev, i % 2 ? int(second[0]) : first_fd);
            counts.watch(bev);
            if (i % 4 == 0)
                bufferevent_disable(bev, i % 8 ? EV_READ : EV_WRITE);
        }
        stop = true;
        talker.join();
        bufferevent_setfd(bev, -1);
        bufferevent_free(bev);
        loop.stop();
        close(first_fd);
    }
}

TEST_CASE("callbacks_without_lock_may_lock_each_others_bufferevent") {
    use_threads();
    // Two loops in two threads; each callback uses the other's bufferevent under its lock.
    Base one, two;
    SocketPair first, second;
    struct Side {
        bufferevent* own = nullptr;
        bufferevent* other = nullptr;
        std::atomic<int> calls{0};
        static void on_read(bufferevent* bev, void* self) {
            auto& side = *static_cast<Side*>(self);
            ++side.calls;
            char part[64];
            while (bufferevent_read(bev, part, sizeof part)) {}
            bufferevent_write(side.other, "x", 1);
        }
    };
    Side a, b;
    a.own = b.other = make_shared_stream(one, dup(first[0]), kUnlocked);
    b.own = a.other = make_shared_stream(two, dup(second[0]), kUnlocked);
    bufferevent_setcb(a.own, Side::on_read, nullptr, nullptr, &a);
    bufferevent_setcb(b.own, Side::on_read, nullptr, nullptr, &b);
    REQUIRE(bufferevent_enable(a.own, EV_READ) == 0);
    REQUIRE(bufferevent_enable(b.own, EV_READ) == 0);
    {
        LoopThread loop_one(one), loop_two(two);
        for (int i = 0; i < 500; ++i) {
            (void)!::send(first[1], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
            (void)!::send(second[1], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
            receive_all(first[1]);
            receive_all(second[1]);
        }
        CHECK(comes_true([&] { return a.calls > 0 && b.calls > 0; }));
        loop_one.stop();
        loop_two.stop();
    }
    bufferevent_free(a.own);
    bufferevent_free(b.own);
}

TEST_CASE("freed_by_another_thread_it_is_destroyed_by_the_loop_also_when_that_ends") {
    use_threads();
    for (const bool stop_first : {false, true}) {
        for (int round = 0; round < 50; ++round) {
            Base base;
            SocketPair pair;
            const int fd = dup(pair[0]);
            bufferevent* const bev = make_shared_stream(base, fd, kShared);
            REQUIRE(bufferevent_enable(bev, EV_READ) == 0);
            LoopThread loop(base);
            REQUIRE(loop.started());
            if (stop_first)
                loop.stop();
            bufferevent_free(bev);
            if (!stop_first)
                loop.stop();
            base.free();
            CHECK_FALSE(is_open(fd));
        }
    }
}

TEST_CASE("the_last_reference_given_back_by_another_thread_ends_it") {
    use_threads();
    Base base;
    SocketPair pair;
    LoopThread loop(base);
    REQUIRE(loop.started());
    for (int round = 0; round < 200; ++round) {
        const int fd = dup(pair[0]);
        bufferevent* const bev = make_shared_stream(base, fd, kShared);
        bufferevent_incref(bev);
        bufferevent_enable(bev, EV_READ);
        std::thread other([bev] { bufferevent_decref(bev); });
        bufferevent_free(bev);
        other.join();
        CHECK(comes_true([fd] { return !is_open(fd); }));
    }
    loop.stop();
}

TEST_CASE("a_connection_given_up_by_another_thread") {
    use_threads();
    Base base;
    LoopThread loop(base);
    REQUIRE(loop.started());
    Peer peer(Peer::listens, AF_INET);
    for (int round = 0; round < 100; ++round) {
        bufferevent* const bev = make_shared_stream(base, -1, kAll[round % 3]);
        bufferevent_enable(bev, EV_READ);
        bufferevent_write(bev, "x", 1);
        REQUIRE(bufferevent_socket_connect(bev, peer.address().get(), peer.address().length()) ==
                0);
        if (round % 2)
            bufferevent_write(bev, "y", 1);
        bufferevent_free(bev);
        // Whatever came of it is taken off the backlog.
        while (is_ready(peer.fd(), POLLIN, 0))
            peer.accept();
    }
    loop.stop();
}
