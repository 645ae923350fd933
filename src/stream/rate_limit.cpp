// SPDX-License-Identifier: BSD-3-Clause
// The rate limit of a single stream.
//
// Invariants: a direction has kByRate exactly from the moment when somebody asked for an allowance
// and the bucket was empty, until a tick has left tokens in it; meanwhile `timer` is pending at the
// first such tick, however many ticks away. A stream with tokens, or without data, has no timer.
// A limit never stops a stream for good: without memory for the timer a direction goes on, at most
// a tick's worth at a time, and runs up a debt that is paid as soon as the timer can be set.
#include "stream/rate_limit.h"

#include "loop/base.h"
#include "mem/mem.h"

namespace evlet {

const RateControl kOwnRateControl = {own_allowance, own_charge, own_release};

Nanos time_of(event_base& base) {
    LockGuard guard(base.mutex);
    return current_time(base);
}

Status fire_at(event& timer, Nanos when) {
    event_base& base = *timer.ev_base;
    LockGuard guard(base.mutex);
    const Nanos now = current_time(base);
    const Timeout timeout = {when > now ? when - now : 0, 0};
    return add(base, timer, &timeout);
}

void suspend_direction(Stream& stream, int index, Suspended why) {
    if (index)
        suspend_write(stream, why);
    else
        suspend_read(stream, why);
}

void resume_direction(Stream& stream, int index, Suspended why) {
    if (index)
        resume_write(stream, why);
    else
        resume_read(stream, why);
}

namespace {

// Without waiting for the timer's callback, which takes the stream's lock that is held here.
void stop_timer(RateState& rate) {
    event_base& base = *rate.timer.ev_base;
    LockGuard guard(base.mutex);
    remove(base, rate.timer, Blocking::never);
}

[[nodiscard]] int suspended_indexes(const Stream& stream) {
    return (is_suspended(stream, 0, kByRate) ? 1 : 0) | (is_suspended(stream, 1, kByRate) ? 2 : 0);
}

// Sets the timer for the first of the directions (bits by index) that will have tokens.
Status wait_for_tokens(RateState& rate, int indexes) {
    Nanos when = kForever;
    for (int index = 0; index < 2; ++index) {
        if (!(indexes & 1 << index))
            continue;
        const Nanos chance = rate.bucket.next_chance(*rate.cfg, index);
        if (chance < when)
            when = chance;
    }
    return fire_at(rate.timer, when);
}

// Resumes what has tokens again and sees to it that the rest will. What is resumed may move data at
// once and be suspended again.
void reconsider(Stream& stream, RateState& rate) {
    if (rate.cfg)
        rate.bucket.refill(*rate.cfg, time_of(*stream.base()));
    for (int index = 0; index < 2; ++index)
        if (!rate.cfg || rate.bucket.tokens[index] > 0)
            resume_direction(stream, index, kByRate);
    const int waiting = suspended_indexes(stream);
    if (!waiting) {
        stop_timer(rate);
    } else if (failed(wait_for_tokens(rate, waiting))) {
        resume_direction(stream, 0, kByRate);
        resume_direction(stream, 1, kByRate);
    }
}

void on_timer(evutil_socket_t, short, void* argument) {
    Stream& stream = *static_cast<Stream*>(argument);
    StreamGuard guard(stream);
    RateState* const rate = rate_of(stream);
    if (rate)
        reconsider(stream, *rate);
}

}  // namespace

RateState* need_rate(Stream& stream) {
    StreamExtras* const extras = need_extras(stream);
    if (!extras || extras->rate)
        return extras ? extras->rate : nullptr;
    auto* const rate = mem::make<RateState>();
    if (!rate)
        return nullptr;
    evlet_event_assign_no_signal(&rate->timer, stream.base(), -1, 0, on_timer, &stream);
    extras->rate = rate;
    extras->rate_control = &kOwnRateControl;
    return rate;
}

Status set_rate_limit(Stream& stream, const ev_token_bucket_cfg* cfg) {
    if (!stream.base())
        return Status::invalid;
    RateState* const rate = cfg ? need_rate(stream) : rate_of(stream);
    if (!rate)
        return cfg ? Status::no_memory : Status::ok;
    if (rate->cfg == cfg)
        return Status::ok;
    // Changing rates must be no way to get a fresh bucket.
    if (rate->cfg && cfg)
        rate->bucket.clip(*cfg);
    else if (cfg)
        rate->bucket.reset(*cfg, time_of(*stream.base()));
    rate->cfg = cfg;
    reconsider(stream, *rate);
    return Status::ok;
}

ev_ssize_t tokens_left(Stream& stream, int index) {
    RateState* const rate = rate_of(stream);
    if (!rate || !rate->cfg)
        return EV_SSIZE_MAX;
    rate->bucket.refill(*rate->cfg, time_of(*stream.base()));
    return rate->bucket.tokens[index];
}

ev_ssize_t rate_allows(Stream& stream, int index) {
    RateState* const rate = rate_of(stream);
    ev_ssize_t most = tokens_left(stream, index);
    if (rate && rate->member) {
        const ev_ssize_t group_most = rate->group_allows(*rate->member, index);
        if (group_most < most)
            most = group_most;
    }
    return most > 0 ? most : 0;
}

Status take_tokens(Stream& stream, int index, ev_ssize_t count) {
    RateState* const rate = rate_of(stream);
    if (!rate || !rate->cfg)
        return Status::invalid;
    rate->bucket.refill(*rate->cfg, time_of(*stream.base()));
    rate->bucket.take(index, count);
    if (suspended_indexes(stream))
        reconsider(stream, *rate);
    return Status::ok;
}

size_t own_allowance(Stream& stream, short direction, size_t wanted) {
    RateState& rate = *stream.extras->rate;
    const int index = index_of(direction);
    const ev_ssize_t tokens = tokens_left(stream, index);
    if (tokens > 0)
        return at_most(wanted, tokens);
    if (failed(wait_for_tokens(rate, suspended_indexes(stream) | 1 << index)))
        return at_most(wanted, rate.cfg->rates[index].per_tick);
    suspend_direction(stream, index, kByRate);
    return 0;
}

void own_charge(Stream& stream, short direction, size_t count) {
    RateState& rate = *stream.extras->rate;
    if (rate.cfg)
        rate.bucket.take(index_of(direction), static_cast<ev_ssize_t>(count));
}

void own_release(Stream& stream) {
    RateState* const rate = stream.extras->rate;
    stop_timer(*rate);
    event_debug_unassign(&rate->timer);
    clear_suspension(stream, kByRate);
    stream.extras->rate = nullptr;
    stream.extras->rate_control = nullptr;
    mem::release(rate);
}

}  // namespace evlet
