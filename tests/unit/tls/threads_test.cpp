// SPDX-License-Identifier: BSD-3-Clause
// Several threads at one connection.
#include <atomic>
#include <chrono>
#include <thread>

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
