// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of rate limits, with a clock that the tests turn.
#include "stream/token_bucket.h"

#include <event2/bufferevent.h>
#include <stdint.h>

#include <initializer_list>

#include "doctest.h"

using namespace evlet;

namespace {

constexpr Nanos kTick = 10 * kNanosPerMilli;
constexpr int kRead = index_of(EV_READ), kWrite = index_of(EV_WRITE);
constexpr ev_ssize_t kMost = EV_RATE_LIMIT_MAX;

ev_token_bucket_cfg make_cfg(ev_ssize_t per_tick, ev_ssize_t burst, Nanos tick = kTick) {
    return {{{per_tick, burst}, {per_tick, burst}}, tick};
}

TokenBucket make_bucket(const ev_token_bucket_cfg& cfg, Nanos now) {
    TokenBucket bucket;
    bucket.reset(cfg, now);
    return bucket;
}

}  // namespace

TEST_CASE("a new bucket holds the tokens of one tick") {
    const ev_token_bucket_cfg cfg = {{{10, 50}, {20, 70}}, kTick};
    const TokenBucket bucket = make_bucket(cfg, 5);
    CHECK(bucket.tokens[kRead] == 10);
    CHECK(bucket.tokens[kWrite] == 20);
}

TEST_CASE("nothing is added before a tick is over") {
    const auto cfg = make_cfg(10, 50);
    TokenBucket bucket = make_bucket(cfg, 5);
    CHECK_FALSE(bucket.refill(cfg, 5 + kTick - 1));
    CHECK(bucket.tokens[kRead] == 10);
    CHECK(bucket.refill(cfg, 5 + kTick));
    CHECK(bucket.tokens[kRead] == 20);
}

TEST_CASE("a tick adds to each direction at its own rate") {
    const ev_token_bucket_cfg cfg = {{{10, 1000}, {3, 1000}}, kTick};
    TokenBucket bucket = make_bucket(cfg, 0);
    CHECK(bucket.refill(cfg, 4 * kTick));
    CHECK(bucket.tokens[kRead] == 50);
    CHECK(bucket.tokens[kWrite] == 15);
}

TEST_CASE("being looked at late loses no part of a tick") {
    const auto cfg = make_cfg(1, kMost);
    TokenBucket bucket = make_bucket(cfg, 0);
    Nanos now = 0;
    for (int i = 0; i < 1000; ++i) {
        now += kTick * 17 / 10;
        bucket.refill(cfg, now);
    }
    CHECK(bucket.tokens[kRead] == 1 + now / kTick);
}

TEST_CASE("tokens never grow above the burst") {
    const auto cfg = make_cfg(7, 20);
    TokenBucket bucket = make_bucket(cfg, 0);
    for (Nanos now = kTick; now < 10 * kTick; now += kTick) {
        bucket.refill(cfg, now);
        CHECK(bucket.tokens[kRead] <= 20);
    }
    CHECK(bucket.tokens[kRead] == 20);
}

TEST_CASE("a sleep of years fills the bucket and no more") {
    const auto cfg = make_cfg(kMost, kMost, 1);
    TokenBucket bucket = make_bucket(cfg, 0);
    bucket.take(kRead, kMost);
    CHECK(bucket.refill(cfg, kForever));
    CHECK(bucket.tokens[kRead] == kMost);
    CHECK(bucket.updated == kForever);
}

TEST_CASE("the largest rate fills the deepest debt without overflow") {
    const auto cfg = make_cfg(kMost, kMost);
    TokenBucket bucket = make_bucket(cfg, 0);
    bucket.take(kRead, kMost);
    bucket.take(kRead, kMost);
    bucket.take(kRead, kMost);
    CHECK(bucket.tokens[kRead] == EV_SSIZE_MIN);
    CHECK(bucket.refill(cfg, kTick));
    CHECK(bucket.tokens[kRead] == -1);
    CHECK(bucket.refill(cfg, 2 * kTick));
    CHECK(bucket.tokens[kRead] == kMost - 1);
    CHECK(bucket.refill(cfg, 3 * kTick));
    CHECK(bucket.tokens[kRead] == kMost);
}

TEST_CASE("giving back more than a number holds saturates") {
    const auto cfg = make_cfg(kMost, kMost);
    TokenBucket bucket = make_bucket(cfg, 0);
    bucket.take(kRead, EV_SSIZE_MIN);
    CHECK(bucket.tokens[kRead] == EV_SSIZE_MAX);
}

TEST_CASE("tokens given back beyond the burst last until the next tick") {
    const auto cfg = make_cfg(10, 20);
    TokenBucket bucket = make_bucket(cfg, 0);
    bucket.take(kWrite, -100);
    CHECK(bucket.tokens[kWrite] == 110);
    CHECK(bucket.refill(cfg, kTick));
    CHECK(bucket.tokens[kWrite] == 20);
}

TEST_CASE("lower rates clip what is in the bucket") {
    TokenBucket bucket = make_bucket(make_cfg(100, 100), 0);
    bucket.take(kWrite, 95);
    bucket.clip(make_cfg(10, 20));
    CHECK(bucket.tokens[kRead] == 20);
    CHECK(bucket.tokens[kWrite] == 5);
}

TEST_CASE("a clock that stands still or goes back adds nothing") {
    const auto cfg = make_cfg(10, 50);
    TokenBucket bucket = make_bucket(cfg, 7 * kTick);
    CHECK_FALSE(bucket.refill(cfg, 7 * kTick));
    CHECK_FALSE(bucket.refill(cfg, 0));
    CHECK(bucket.tokens[kRead] == 10);
}

TEST_CASE("an empty bucket has its chance at the next tick") {
    const auto cfg = make_cfg(10, 50);
    TokenBucket bucket = make_bucket(cfg, 3);
    bucket.take(kRead, 10);
    CHECK(bucket.next_chance(cfg, kRead) == 3 + kTick);
}

TEST_CASE("a debt is slept off in one piece, not tick by tick") {
    const auto cfg = make_cfg(10, 50);
    for (const ev_ssize_t debt : {0, 1, 9, 10, 11, 19, 20, 12345}) {
        TokenBucket bucket = make_bucket(cfg, 0);
        bucket.take(kRead, 10 + debt);
        const Nanos chance = bucket.next_chance(cfg, kRead);
        TokenBucket before = bucket;
        before.refill(cfg, chance - 1);
        CHECK(before.tokens[kRead] <= 0);
        bucket.refill(cfg, chance);
        CHECK(bucket.tokens[kRead] > 0);
    }
}

TEST_CASE("a debt that no clock will see paid waits for ever") {
    const auto cfg = make_cfg(1, 1, kForever);
    TokenBucket bucket = make_bucket(cfg, 0);
    bucket.take(kRead, 100);
    CHECK(bucket.next_chance(cfg, kRead) == kForever);
}

TEST_CASE("plenty of data move at the rate, whatever the pieces and the delays") {
    // A consumer that wakes up to three ticks late and takes pieces of odd sizes.
    constexpr ev_ssize_t kPerTick = 1000;
    const auto cfg = make_cfg(kPerTick, 5 * kPerTick);
    TokenBucket bucket = make_bucket(cfg, 0);
    uint32_t random = 1;
    int64_t moved = 0;
    Nanos now = 0;
    while (now < 10000 * kTick) {
        bucket.refill(cfg, now);
        random = random * 1664525 + 1013904223;
        const ev_ssize_t piece = 1 + static_cast<ev_ssize_t>(random >> 22);
        const ev_ssize_t left = bucket.tokens[kRead];
        if (left > 0) {
            const ev_ssize_t count = piece < left ? piece : left;
            bucket.take(kRead, count);
            moved += count;
            CHECK_MESSAGE(moved <= kPerTick * (1 + now / kTick), "at " << now);
        } else {
            now = bucket.next_chance(cfg, kRead) + kTick * 3 * (random >> 16 & 255) / 256;
        }
    }
    CHECK(moved >= kPerTick * 10000 * 95 / 100);
}
