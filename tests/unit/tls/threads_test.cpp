// SPDX-License-Identifier: BSD-3-Clause
// Several threads at one connection.
#include <fcntl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "locks/counting_hooks.h"
#include "tls_support.h"

using namespace evlet_test;

namespace {

// Runs a loop in a thread of its own until it is told to stop.
class LoopThread {
public:
    explicit LoopThread(event_base* base) : base_(base), thread_([this] { run(); }) {}
    ~LoopThread() {
        stop_ = true;
        event_base_loopexit(base_, nullptr);
        thread_.join();
    }
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;

private:
    void run() {
        while (!stop_)
            event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY);
    }
    event_base* base_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

// Keeps a loop's thread in a callback until the end of the scope: the loop runs, and does nothing.
class HeldLoop {
public:
    explicit HeldLoop(event_base* base) {
        auto* const argument = new std::shared_ptr<State>(state_);
        const timeval now = {0, 0};
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, hold, argument, &now) == 0);
        std::unique_lock<std::mutex> lock(state_->mutex);
        state_->changed.wait(lock, [this] { return state_->held; });
    }
    ~HeldLoop() {
        const std::lock_guard<std::mutex> lock(state_->mutex);
        state_->released = true;
        state_->changed.notify_all();
    }
    HeldLoop(const HeldLoop&) = delete;
    HeldLoop& operator=(const HeldLoop&) = delete;

private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        bool held = false, released = false;
    };
    static void hold(evutil_socket_t, short, void* argument) {
        const std::unique_ptr<std::shared_ptr<State>> owner(
            static_cast<std::shared_ptr<State>*>(argument));
        State& state = **owner;
        std::unique_lock<std::mutex> lock(state.mutex);
        state.held = true;
        state.changed.notify_all();
        state.changed.wait(lock, [&] { return state.released; });
    }
    const std::shared_ptr<State> state_ = std::make_shared<State>();
};

struct Shared {
    std::atomic<size_t> got{0};
    std::atomic<int> connected{0};
};

void count_read(bufferevent* bev, void* argument) {
    auto& shared = *static_cast<Shared*>(argument);
    evbuffer* const input = bufferevent_get_input(bev);
    evbuffer_lock(input);
    const size_t size = evbuffer_get_length(input);
    evbuffer_drain(input, size);
    evbuffer_unlock(input);
    shared.got += size;
}

void count_event(bufferevent*, short what, void* argument) {
    if (what == kConnected)
        ++static_cast<Shared*>(argument)->connected;
}

}  // namespace

TLS_TEST("several_threads_write_while_the_loop_sends_and_reads") {
    for (const Over over : every_transport())
        for (const int extra : {0, BEV_OPT_DEFER_CALLBACKS | BEV_OPT_UNLOCK_CALLBACKS}) {
            constexpr int kThreads = 3, kPieces = 100;
            constexpr size_t kSize = 1000;
            Base base;
            Shared shared;
            TlsPair pair(base, with, over, BEV_OPT_THREADSAFE | extra);
            for (bufferevent* bev : {pair.client.get(), pair.server.get()})
                bufferevent_setcb(bev, count_read, nullptr, count_event, &shared);
            {
                LoopThread loop(base);
                std::vector<std::thread> writers;
                for (int i = 0; i < kThreads; ++i)
                    writers.emplace_back([&] {
                        const std::string piece(kSize, 'x');
                        for (int n = 0; n < kPieces; ++n) {
                            bufferevent_write(pair.client, piece.data(), piece.size());
                            bufferevent_write(pair.server, piece.data(), piece.size());
                            bufferevent_enable(pair.client, EV_READ);
                        }
                    });
                for (std::thread& writer : writers)
                    writer.join();
                const size_t wanted = kSize * kPieces * kThreads * 2;
                for (int i = 0; i < 20000 && shared.got < wanted; ++i)
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                CHECK(shared.got == wanted);
                CHECK(shared.connected == 2);
            }
        }
}

TLS_TEST("a_stream_is_freed_by_another_thread_while_the_loop_uses_it") {
    for (const Over over : every_transport())
        for (int moment = 0; moment < 5; ++moment) {
            Base base;
            Shared shared;
            TlsPair pair(base, with, over, BEV_OPT_THREADSAFE);
            for (bufferevent* bev : {pair.client.get(), pair.server.get()})
                bufferevent_setcb(bev, count_read, nullptr, count_event, &shared);
            {
                LoopThread loop(base);
                const std::string piece(30000, 'x');
                bufferevent_write(pair.client, piece.data(), piece.size());
                // Before, while and after hands are shaken, and while bytes come.
                const auto reached = [&] {
                    return moment < 3 ? shared.connected >= moment
                                      : shared.got >= (moment == 3 ? 1 : 20000);
                };
                for (int i = 0; i < 20000 && !reached(); ++i)
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                CHECK(reached());
                pair.client.free();
                pair.server.free();
            }
            settle(base);
        }
}

// ---- Streams that are made while the loop runs ----

TLS_TEST("streams_are_made_and_freed_by_another_thread_while_the_loop_runs") {
    constexpr int kConnections = 40;
    Base base;
    LoopThread loop(base);
    for (int i = 0; i < kConnections; ++i) {
        Shared shared;
        const RawPair raw;
        // The first bytes are there before the server is: its events are active at once.
        SocketStream client(tls_on(base, with.client, Role::client, raw.fd[0], BEV_OPT_THREADSAFE));
        client.write("hello");
        REQUIRE(is_ready(raw.fd[1], POLLIN));
        SocketStream server(tls_on(base, with.server, Role::server, raw.fd[1], BEV_OPT_THREADSAFE));
        bufferevent_setcb(client, nullptr, nullptr, nullptr, nullptr);
        bufferevent_setcb(server, count_read, nullptr, nullptr, &shared);
        server.enable(EV_READ);
        for (int n = 0; n < 20000 && shared.got < 5; ++n)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        CHECK(shared.got == 5);
    }
}

namespace {

// Which locks were taken while a stream was made. Its own is the first that was made meanwhile.
struct {
    bool watching;
    void* own;
    int own_depth;
    int others_alone;   // taken without it
    int others_within;  // taken with it held
} g_watched;

void* watched_alloc(unsigned type) {
    void* const lock = counted_alloc(type);
    if (g_watched.watching && !g_watched.own)
        g_watched.own = lock;
    return lock;
}

int watched_lock(unsigned mode, void* lock) {
    if (g_watched.watching && lock == g_watched.own)
        ++g_watched.own_depth;
    else if (g_watched.watching)
        ++(g_watched.own_depth ? g_watched.others_within : g_watched.others_alone);
    return counted_lock(mode, lock);
}

int watched_unlock(unsigned mode, void* lock) {
    if (g_watched.watching && lock == g_watched.own)
        --g_watched.own_depth;
    return counted_unlock(mode, lock);
}

const TestEngine* g_engine;

}  // namespace

// A loop learns of events under its base's lock; what it then calls has to wait for the stream's.
TLS_TEST("the_loop_hears_of_a_stream_that_is_made_under_the_streams_lock_alone") {
    NEEDS(fork_with_sockets);
    g_engine = &with.client;
    check_in_child([] {
        hide_warnings();
        evthread_lock_callbacks hooks = kCountedLocks;
        hooks.alloc = watched_alloc;
        hooks.lock = watched_lock;
        hooks.unlock = watched_unlock;
        CHILD_REQUIRE(evthread_set_lock_callbacks(nullptr) == 0);
        CHILD_REQUIRE(evthread_set_condition_callbacks(nullptr) == 0);
        CHILD_REQUIRE(evthread_set_lock_callbacks(&hooks) == 0);
        CHILD_REQUIRE(evthread_set_condition_callbacks(&kCountedConditions) == 0);
        event_base* const base = event_base_new();
        evutil_socket_t fds[2];
        CHILD_REQUIRE(base && evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
        void* const session = g_engine->make(Role::client);
        g_watched.watching = true;
        bufferevent* const bev = g_engine->on_socket(
            base, fds[0], session, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_THREADSAFE);
        g_watched.watching = false;
        CHILD_REQUIRE(bev && g_watched.own);
        CHILD_REQUIRE(g_watched.own_depth == 0);
        CHILD_REQUIRE(g_watched.others_within > 0);
        CHILD_REQUIRE(g_watched.others_alone == 0);
        bufferevent_free(bev);
        g_engine->free(session);
        event_base_free(base);
    });
}

#if EVLET_MEM_HOOKS

namespace {

// Has `make` make a stream whose n-th allocation fails, for each n until it is made. The loop runs,
// and has no time to destroy those that were not made. Answers how many were not.
int make_until_one_is(event_base* base, FailingMemory& memory,
                      const std::function<bool(evutil_socket_t fd, long nth)>& make) {
    for (int nth = 1; nth < 100; ++nth) {
        const RawPair raw;
        // A number that no backend has room for yet.
        const Fd low(raw.fd[0]), far(raw.fd[1]), near(fcntl(low, F_DUPFD, 400));
        REQUIRE(near >= 400);
        const HeldLoop held(base);
        const bool made = make(near, nth);
        memory.stop_failing();
        CHECK(is_open(near));
        if (made)
            return nth - 1;
    }
    return 0;
}

}  // namespace

TLS_TEST("a_session_of_which_no_stream_was_made_is_let_go_while_the_loop_is_busy") {
    NEEDS(system_descriptors);
    FailingMemory memory;
    Base base;
    void* session = nullptr;
    const auto make = [&](evutil_socket_t fd, long nth) {
        session = with.client.make(Role::client);
        memory.fail_at(nth);
        bufferevent* const bev = with.client.on_socket(
            base, fd, session, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_THREADSAFE);
        memory.stop_failing();
        if (bev) {
            bufferevent_free(bev);
            return true;
        }
        CHECK(with.client.is_parted(session));
        with.client.free(session);
        return false;
    };
    {
        LoopThread loop(base);
        CHECK(make_until_one_is(base, memory, make) > 2);
    }
    settle(base);
    with.client.free(session);
}

TLS_TEST("a_context_of_which_no_stream_was_made_is_let_go_while_the_loop_is_busy") {
    NEEDS(system_descriptors);
    FailingMemory memory;
    Base base;
    const auto make = [&](evutil_socket_t fd, long nth) {
        const long before = memory.outstanding();
        evlet_tls_context* const context = with.client.make_context();
        memory.fail_at(nth);
        bufferevent* const bev =
            evlet_tls_socket_new(base, fd, context, nullptr, BEV_OPT_THREADSAFE);
        memory.stop_failing();
        if (bev)
            bufferevent_free(bev);
        evlet_tls_context_free(context);
        // The stream and its lock are for the loop's thread to free.
        if (!bev)
            CHECK(memory.outstanding() <= before + 2);
        return bev != nullptr;
    };
    // What the base has made for itself stays.
    for (int i = 0; i < 2; ++i) {
        const long before = memory.outstanding();
        {
            LoopThread loop(base);
            CHECK(make_until_one_is(base, memory, make) > 2);
        }
        settle(base);
        if (i > 0)
            CHECK(memory.outstanding() == before);
    }
}

#endif
