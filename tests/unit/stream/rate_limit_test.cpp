// SPDX-License-Identifier: BSD-3-Clause
// Rate limits of single bufferevents.
#include "stream/rate_limit.h"

#include <event2/watch.h>

#include <algorithm>

#include "rate_support.h"

using namespace evlet_test;

namespace {

constexpr size_t kTooMuch = static_cast<size_t>(EV_RATE_LIMIT_MAX) + 1;

bool is_refused(size_t read_rate, size_t read_burst, size_t write_rate, size_t write_burst,
                const timeval* tick = nullptr) {
    errno = 0;
    ev_token_bucket_cfg* cfg =
        ev_token_bucket_cfg_new(read_rate, read_burst, write_rate, write_burst, tick);
    const bool refused = cfg == nullptr && errno == EINVAL;
    ev_token_bucket_cfg_free(cfg);
    return refused;
}

void write_bytes(const Reader& stream, size_t count) {
    const std::string bytes(count, 'y');
    REQUIRE(bufferevent_write(stream.bev, bytes.data(), count) == 0);
}

}  // namespace

TEST_CASE("a rate of nothing is refused") {
    CHECK(is_refused(0, 10, 10, 10));
    CHECK(is_refused(10, 10, 0, 10));
}

TEST_CASE("a burst below the rate is refused") {
    CHECK(is_refused(10, 9, 10, 10));
    CHECK(is_refused(10, 10, 10, 9));
    CHECK_FALSE(is_refused(10, 10, 10, 10));
}

TEST_CASE("rates above the limit are refused") {
    CHECK(is_refused(10, kTooMuch, 10, 10));
    CHECK(is_refused(kTooMuch, kTooMuch, 10, 10));
    CHECK(is_refused(10, 10, 10, SIZE_MAX));
    CHECK_FALSE(is_refused(kTooMuch - 1, kTooMuch - 1, kTooMuch - 1, kTooMuch - 1));
}

TEST_CASE("a tick of no length is refused") {
    const timeval none = {0, 0}, negative = {-1, 0};
    CHECK(is_refused(1, 1, 1, 1, &none));
    CHECK(is_refused(1, 1, 1, 1, &negative));
}

TEST_CASE("a tick is a second unless said otherwise") {
    ev_token_bucket_cfg* cfg = ev_token_bucket_cfg_new(1, 1, 1, 1, nullptr);
    REQUIRE(cfg != nullptr);
    CHECK(cfg->tick == evlet::kNanosPerSecond);
    ev_token_bucket_cfg_free(cfg);
}

TEST_CASE("without a limit everything may be moved") {
    Base base;
    Reader stream(base);
    CHECK(bufferevent_get_token_bucket_cfg(stream.bev) == nullptr);
    CHECK(bufferevent_get_read_limit(stream.bev) == EV_SSIZE_MAX);
    CHECK(bufferevent_get_write_limit(stream.bev) == EV_SSIZE_MAX);
    CHECK(bufferevent_get_max_to_read(stream.bev) == bufferevent_get_max_single_read(stream.bev));
    CHECK(bufferevent_get_max_to_write(stream.bev) == bufferevent_get_max_single_write(stream.bev));
    CHECK(bufferevent_set_rate_limit(stream.bev, nullptr) == 0);
}

TEST_CASE("a limited stream begins with a tick's worth and knows its configuration") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    CHECK(bufferevent_get_token_bucket_cfg(stream.bev) == limit);
    CHECK(bufferevent_get_read_limit(stream.bev) == 100);
    CHECK(bufferevent_get_write_limit(stream.bev) == 100);
    CHECK(bufferevent_get_max_to_read(stream.bev) == 100);
    CHECK(bufferevent_get_max_to_write(stream.bev) == 100);
}

TEST_CASE("the size of a single read still counts") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_max_single_read(stream.bev, 30) == 0);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    CHECK(bufferevent_get_max_to_read(stream.bev) == 30);
    CHECK(bufferevent_get_max_to_write(stream.bev) == 100);
}

TEST_CASE("reading stops when the bucket is empty") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    settle_now(base);
    CHECK(stream.received == 100);
    CHECK(stream.read_suspended(evlet::kByRate));
    CHECK_FALSE(stream.write_suspended(evlet::kByRate));
    CHECK(bufferevent_get_read_limit(stream.bev) == 0);
    CHECK(bufferevent_get_max_to_read(stream.bev) == 0);
}

TEST_CASE("writing stops when the bucket is empty") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    write_bytes(stream, 1000);
    settle_now(base);
    CHECK(stream.arrived() == 100);
    CHECK(stream.write_suspended(evlet::kByRate));
    CHECK_FALSE(stream.read_suspended(evlet::kByRate));
    CHECK(evbuffer_get_length(bufferevent_get_output(stream.bev)) == 900);
}

TEST_CASE("a limited stream that moves nothing has no timer") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    const int before = added_events(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    settle_now(base);
    CHECK(added_events(base) == before);
}

TEST_CASE("tokens given back resume a direction at once") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    write_bytes(stream, 1000);
    settle_now(base);
    REQUIRE(stream.arrived() == 100);
    REQUIRE(bufferevent_decrement_read_limit(stream.bev, -50) == 0);
    settle_now(base);
    CHECK(stream.received == 150);
    CHECK(stream.arrived() == 0);
    REQUIRE(bufferevent_decrement_write_limit(stream.bev, -70) == 0);
    settle_now(base);
    CHECK(stream.received == 150);
    CHECK(stream.arrived() == 70);
}

TEST_CASE("a debt has to be paid before anything moves") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    REQUIRE(bufferevent_decrement_read_limit(stream.bev, 150) == 0);
    CHECK(bufferevent_get_read_limit(stream.bev) == -50);
    CHECK(bufferevent_get_max_to_read(stream.bev) == 0);
    stream.feed(1000);
    settle_now(base);
    CHECK(stream.received == 0);
    REQUIRE(bufferevent_decrement_read_limit(stream.bev, -50) == 0);
    settle_now(base);
    CHECK(stream.received == 0);
    REQUIRE(bufferevent_decrement_read_limit(stream.bev, -1) == 0);
    settle_now(base);
    CHECK(stream.received == 1);
}

TEST_CASE("there is nothing to take from without a limit") {
    Base base;
    Reader stream(base);
    CHECK(bufferevent_decrement_read_limit(stream.bev, 1) == -1);
    CHECK(bufferevent_decrement_write_limit(stream.bev, 1) == -1);
}

TEST_CASE("a limit that is taken away resumes both directions") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    write_bytes(stream, 1000);
    settle_now(base);
    REQUIRE(stream.arrived() == 100);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, nullptr) == 0);
    settle_now(base);
    CHECK(stream.received == 1000);
    CHECK(stream.arrived() == 900);
    CHECK(added_events(base) == 1);  // it reads; no timer is left
    CHECK(bufferevent_get_read_limit(stream.bev) == EV_SSIZE_MAX);
}

TEST_CASE("setting the limit anew gives no fresh tokens") {
    Base base;
    Limit limit(100, 300), faster(500, 500);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    settle_now(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, faster) == 0);
    settle_now(base);
    CHECK(stream.received == 100);
}

TEST_CASE("a lower limit takes what is above its burst") {
    Base base;
    Limit limit(100, 300), slower(10, 20);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, slower) == 0);
    CHECK(bufferevent_get_read_limit(stream.bev) == 20);
}

TEST_CASE("a shorter tick ends a long sleep") {
    Base base;
    Limit slow(100, 100), quick(100, 100, milliseconds(1));
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, slow) == 0);
    stream.feed(1000);
    settle_now(base);
    REQUIRE(stream.received == 100);
    stream.on_data = [&] {
        if (stream.received == 1000)
            event_base_loopbreak(base);
    };
    REQUIRE(bufferevent_set_rate_limit(stream.bev, quick) == 0);
    event_base_dispatch(base);
    CHECK(stream.received == 1000);
}

TEST_CASE("at no moment has more been read than the ticks so far allow") {
    constexpr long long kTickUs = 2000;
    Base base;
    Limit limit(100, 300, milliseconds(kTickUs / 1000));
    Reader stream(base);
    stream.feed(5000);
    const long long start = monotonic_us(base);
    bool within = true;
    stream.on_data = [&] {
        const long long ticks = (monotonic_us(base) - start) / kTickUs;
        within &= static_cast<long long>(stream.received) <= 100 * (1 + ticks);
        if (stream.received == 5000)
            event_base_loopbreak(base);
    };
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    event_base_dispatch(base);
    CHECK(within);
    CHECK(stream.received == 5000);
}

TEST_CASE("at no moment has more been written than the ticks so far allow") {
    constexpr long long kTickUs = 2000;
    Base base;
    Limit limit(100, 300, milliseconds(kTickUs / 1000));
    Reader stream(base), receiver(base);
    const long long start = monotonic_us(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    write_bytes(stream, 3000);
    bool within = true;
    size_t arrived = 0;
    while (arrived < 3000 && event_base_loop(base, EVLOOP_ONCE) == 0) {
        arrived += stream.arrived();
        const long long ticks = (monotonic_us(base) - start) / kTickUs;
        within &= static_cast<long long>(arrived) <= 100 * (1 + ticks);
    }
    CHECK(within);
    CHECK(arrived == 3000);
}

TEST_CASE("what a burst saved may be read at once, and no more") {
    Base base;
    Limit limit(10, 50, milliseconds(1));
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    TestEvent later(base, -1, 0);
    later.add_ms(20);
    pass(base);
    while (later.pending())
        event_base_loop(base, EVLOOP_ONCE);
    CHECK(bufferevent_get_read_limit(stream.bev) == 50);
}

TEST_CASE("a debt is slept off without waking up at every tick") {
    Base base;
    Limit limit(10, 10, milliseconds(1));
    Reader stream(base);
    stream.feed(10);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    REQUIRE(bufferevent_decrement_read_limit(stream.bev, 1000) == 0);
    int passes = 0;
    evwatch* watch = evwatch_prepare_new(
        base,
        [](evwatch*, const evwatch_prepare_cb_info*, void* count) { ++*static_cast<int*>(count); },
        &passes);
    REQUIRE(watch != nullptr);
    stream.on_data = [&] { event_base_loopbreak(base); };
    event_base_dispatch(base);
    evwatch_free(watch);
    CHECK(stream.received > 0);
    CHECK(passes < 10);
}

TEST_CASE("a suspended stream that is freed leaves nothing in the base") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    settle_now(base);
    REQUIRE(stream.read_suspended(evlet::kByRate));
    stream.free();
    CHECK(added_events(base) == 0);
}

TEST_CASE("a limited stream may be freed in its callback") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    stream.on_data = [&] { stream.free(); };
    settle_now(base);
    CHECK(stream.received == 100);
    CHECK(added_events(base) == 0);
}

TEST_CASE("a limit may be taken away in a callback of the stream") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    stream.on_data = [&] { CHECK(bufferevent_set_rate_limit(stream.bev, nullptr) == 0); };
    settle_now(base);
    CHECK(stream.received == 1000);
}

TEST_CASE("a direction that was disabled meanwhile stays so") {
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    stream.feed(1000);
    settle_now(base);
    REQUIRE(bufferevent_disable(stream.bev, EV_READ) == 0);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, nullptr) == 0);
    settle_now(base);
    CHECK(stream.received == 100);
    REQUIRE(bufferevent_enable(stream.bev, EV_READ) == 0);
    settle_now(base);
    CHECK(stream.received == 1000);
}

#if EVLET_MEM_HOOKS
TEST_CASE("a limit that memory does not allow leaves the stream unlimited") {
    FailingMemory memory;
    Base base;
    Limit limit(100, 300);
    bool done = false;
    for (int nth = 1; !done; ++nth) {
        REQUIRE(nth < 10);
        Reader stream(base);
        memory.fail_at(nth);
        done = bufferevent_set_rate_limit(stream.bev, limit) == 0;
        CHECK(done == !memory.failed());
        memory.stop_failing();
        stream.feed(1000);
        settle_now(base);
        CHECK(stream.received == (done ? 100 : 1000));
    }
}

TEST_CASE("a stream without memory for its timer goes on and runs up a debt") {
    FailingMemory memory;
    Base base;
    Limit limit(100, 300);
    Reader stream(base);
    REQUIRE(bufferevent_disable(stream.bev, EV_READ) == 0);
    REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
    write_bytes(stream, 350);
    settle_now(base);
    REQUIRE(stream.arrived() == 100);
    // The timer is pending now, so that the next stream's needs memory to be beside it.
    Readers others;
    for (int i = 0; i < 40; ++i) {
        others.push_back(std::make_unique<Reader>(base));
        REQUIRE(bufferevent_set_rate_limit(others.back()->bev, limit) == 0);
        write_bytes(*others.back(), 350);
    }
    memory.fail_at(1, true);
    settle_now(base);
    CHECK(memory.failed());
    memory.stop_failing();
    int in_debt = 0;
    for (const auto& other : others) {
        const size_t arrived = other->arrived();
        const ev_ssize_t left = bufferevent_get_write_limit(other->bev);
        CHECK(left == 100 - static_cast<ev_ssize_t>(arrived));
        if (left < 0) {
            CHECK(arrived > 100);  // a tick's worth at a time, as often as the loop went round
            ++in_debt;
        }
    }
    CHECK(in_debt > 0);
}

TEST_CASE("limits give back all their memory") {
    FailingMemory memory;
    Base base;
    Limit limit(100, 300);
    long before = 0;
    // What the base itself grew to is known after the first time.
    for (const bool counting : {false, true}) {
        {
            Reader stream(base);
            REQUIRE(bufferevent_set_rate_limit(stream.bev, limit) == 0);
            stream.feed(1000);
            settle_now(base);
        }
        if (counting)
            CHECK(memory.outstanding() == before);
        before = memory.outstanding();
    }
}
#endif
