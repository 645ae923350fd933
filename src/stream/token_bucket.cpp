// SPDX-License-Identifier: BSD-3-Clause
#include "stream/token_bucket.h"

namespace evlet {
namespace {

// What `rate` brings in `ticks` (at least 1) ticks on top of `tokens`.
ev_ssize_t grow(ev_ssize_t tokens, const TokenRate& rate, uint64_t ticks) {
    if (tokens >= rate.burst)
        return rate.burst;
    // Unsigned, since a deep debt is further from the burst than a signed number can say.
    const size_t missing = static_cast<size_t>(rate.burst) - static_cast<size_t>(tokens);
    const auto per_tick = static_cast<size_t>(rate.per_tick);
    if (ticks > missing / per_tick)
        return rate.burst;
    const size_t gain = static_cast<size_t>(ticks) * per_tick;
    return static_cast<ev_ssize_t>(static_cast<size_t>(tokens) + gain);
}

}  // namespace

void TokenBucket::reset(const ev_token_bucket_cfg& cfg, Nanos now) {
    for (int index = 0; index < 2; ++index)
        tokens[index] = cfg.rates[index].per_tick;
    updated = now;
}

void TokenBucket::clip(const ev_token_bucket_cfg& cfg) {
    for (int index = 0; index < 2; ++index)
        if (tokens[index] > cfg.rates[index].burst)
            tokens[index] = cfg.rates[index].burst;
}

bool TokenBucket::refill(const ev_token_bucket_cfg& cfg, Nanos now) {
    const Nanos elapsed = now - updated;
    if (elapsed < cfg.tick)
        return false;
    const Nanos ticks = elapsed / cfg.tick;
    updated += ticks * cfg.tick;
    for (int index = 0; index < 2; ++index)
        tokens[index] = grow(tokens[index], cfg.rates[index], static_cast<uint64_t>(ticks));
    return true;
}

void TokenBucket::take(int index, ev_ssize_t count) {
    ev_ssize_t left;
    if (__builtin_sub_overflow(tokens[index], count, &left))
        left = count > 0 ? EV_SSIZE_MIN : EV_SSIZE_MAX;
    tokens[index] = left;
}

Nanos TokenBucket::next_chance(const ev_token_bucket_cfg& cfg, int index) const {
    uint64_t ticks = 1;
    if (tokens[index] <= 0) {
        const size_t debt = size_t{0} - static_cast<size_t>(tokens[index]);
        ticks += debt / static_cast<size_t>(cfg.rates[index].per_tick);
    }
    Nanos delay;
    if (__builtin_mul_overflow(ticks, cfg.tick, &delay))
        return kForever;
    return add_saturated(updated, delay);
}

}  // namespace evlet
