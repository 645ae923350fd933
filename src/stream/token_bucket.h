// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of rate limits: a bucket of tokens (bytes) for each direction, to which every tick
// adds some, up to a burst. Knows neither streams nor clocks. Used by the rate limits of single
// streams and of groups.
//
// Invariants: 1 <= per_tick <= burst <= EV_RATE_LIMIT_MAX. `tokens` may be negative (a debt that
// the coming ticks pay off), and above the burst until the next tick if the program gave tokens
// back. Time is reckoned in whole ticks from the moment the bucket was set up, so that a rate is
// exact however late anybody looks. All arithmetic saturates.
#pragma once

#include "base/time.h"
#include "event2/event.h"
#include "event2/util.h"

namespace evlet {

struct TokenRate {
    ev_ssize_t per_tick;
    ev_ssize_t burst;
};

// Index of a direction, EV_READ or EV_WRITE, in what is kept for each of the two.
[[nodiscard]] constexpr int index_of(short direction) {
    return direction == EV_WRITE;
}
[[nodiscard]] constexpr short direction_of(int index) {
    return index ? EV_WRITE : EV_READ;
}

}  // namespace evlet

struct ev_token_bucket_cfg {
    evlet::TokenRate rates[2];
    evlet::Nanos tick;  // at least 1
};

namespace evlet {

struct TokenBucket {
    ev_ssize_t tokens[2];
    Nanos updated;  // when the present tick began

    // One tick's worth to begin with.
    void reset(const ev_token_bucket_cfg& cfg, Nanos now);
    // No more tokens than the bursts, after the rates have been changed.
    void clip(const ev_token_bucket_cfg& cfg);
    // Adds what the ticks up to `now` bring. False if the present tick goes on.
    bool refill(const ev_token_bucket_cfg& cfg, Nanos now);
    // Takes tokens out, or puts them in if `count` is negative.
    void take(int index, ev_ssize_t count);
    // When the next tick begins, or the first one that leaves tokens in an empty bucket.
    [[nodiscard]] Nanos next_chance(const ev_token_bucket_cfg& cfg, int index) const;
};

}  // namespace evlet
