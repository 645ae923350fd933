// SPDX-License-Identifier: BSD-3-Clause
// Pairs and filters that several threads use while the loop runs in one of its own.
#include "stream/stream_support.h"
#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

// Takes what comes and counts it; the lock of the bufferevent protects the count.
void count_input(bufferevent* bev, void* count) {
    evbuffer* const input = bufferevent_get_input(bev);
    *static_cast<size_t*>(count) += evbuffer_get_length(input);
    evbuffer_drain(input, evbuffer_get_length(input));
}

size_t locked_value(bufferevent* bev, const size_t& count) {
    bufferevent_lock(bev);
    const size_t value = count;
    bufferevent_unlock(bev);
    return value;
}

}  // namespace

TEST_CASE("threads_may_write_to_both_ends_of_a_pair_and_to_a_filter_on_it") {
    use_threads();
    Base base;
    Codec codec = {mixing(), mixing()};
    bufferevent* ends[2];
    REQUIRE(bufferevent_pair_new(base, BEV_OPT_THREADSAFE, ends) == 0);
    bufferevent* const top = codec.on(ends[1], BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(top);
    size_t up = 0;
    size_t down = 0;
    bufferevent_setcb(ends[0], count_input, nullptr, nullptr, &down);
    bufferevent_setcb(top, count_input, nullptr, nullptr, &up);
    bufferevent_setwatermark(top, EV_READ, 0, 50);
    bufferevent_enable(ends[0], EV_READ);
    bufferevent_enable(top, EV_READ);
    LoopThread loop(base);
    constexpr int kRounds = 500;
    const auto write_to = [](bufferevent* bev) {
        for (int i = 0; i < kRounds; ++i)
            bufferevent_write(bev, "0123456789", 10);
    };
    std::thread first(write_to, ends[0]);
    std::thread second(write_to, top);
    std::thread third(write_to, top);
    first.join();
    second.join();
    third.join();
    CHECK(comes_true([&] { return locked_value(top, up) == kRounds * 10; }));
    CHECK(comes_true([&] { return locked_value(top, down) == 2 * kRounds * 10; }));
    bufferevent_free(top);
    bufferevent_free(ends[0]);
    loop.stop();
    settle(base);
    CHECK(codec.freed == 1);
}

TEST_CASE("threads_may_free_the_ends_of_a_pair_and_filters_while_bytes_move") {
    use_threads();
    Base base;
    LoopThread loop(base);
    REQUIRE(loop.started());
    Codec codecs[100];
    for (int i = 0; i < 100; ++i) {
        const int options =
            BEV_OPT_THREADSAFE | BEV_OPT_DEFER_CALLBACKS | (i % 2 ? BEV_OPT_UNLOCK_CALLBACKS : 0);
        bufferevent* ends[2];
        REQUIRE(bufferevent_pair_new(base, options, ends) == 0);
        codecs[i] = {mixing(), mixing()};
        bufferevent* const top = codecs[i].on(ends[1], options | BEV_OPT_CLOSE_ON_FREE);
        REQUIRE(top);
        bufferevent_enable(ends[0], EV_READ);
        bufferevent_enable(top, EV_READ);
        bufferevent_write(ends[0], "up", 2);
        bufferevent_write(top, "down", 4);
        std::thread first([&] { bufferevent_free(ends[0]); });
        std::thread second([&] { bufferevent_free(top); });
        first.join();
        second.join();
    }
    loop.stop();
    settle(base);
    int freed = 0;
    for (const Codec& codec : codecs)
        freed += codec.freed;
    CHECK(freed == 100);
}
