// SPDX-License-Identifier: BSD-3-Clause
// The rate limit of a single stream, and what every limited stream keeps. Used by rate_limit.cpp,
// by the groups, which build on it, and by the shells of both. A stream's lock is held in all
// functions that take one.
#pragma once

#include "base/status.h"
#include "stream/stream.h"
#include "stream/token_bucket.h"

namespace evlet {

struct GroupMember;

struct RateState {
    event timer;  // pending while a direction is suspended by the stream's own limit
    const ev_token_bucket_cfg* cfg;  // the program's; null: no limit of its own
    TokenBucket bucket;
    GroupMember* member;  // its place in a group, or null
    // With a member: how many bytes the group would let it move now.
    ev_ssize_t (*group_allows)(GroupMember& member, int index);
};

// RateControl of streams that are in no group.
extern const RateControl kOwnRateControl;

// The stream's state, made if there is none; nullptr without memory.
[[nodiscard]] RateState* need_rate(Stream& stream);
[[nodiscard]] inline RateState* rate_of(const Stream& stream) {
    return stream.extras ? stream.extras->rate : nullptr;
}

// A null cfg takes the limit away.
Status set_rate_limit(Stream& stream, const ev_token_bucket_cfg* cfg);
// The bytes in the bucket of one direction, EV_SSIZE_MAX without a limit.
[[nodiscard]] ev_ssize_t tokens_left(Stream& stream, int index);
// How many bytes, 0 or more, the stream's own limit and its group would let it move now. Unlike
// RateControl::allowance it suspends nothing.
[[nodiscard]] ev_ssize_t rate_allows(Stream& stream, int index);
// Takes tokens out, or puts them in if `count` is negative. Invalid without a limit.
Status take_tokens(Stream& stream, int index, ev_ssize_t count);

// RateControl's functions, as far as the stream's own limit goes.
[[nodiscard]] size_t own_allowance(Stream& stream, short direction, size_t wanted);
void own_charge(Stream& stream, short direction, size_t count);
void own_release(Stream& stream);

// ---- Shared with groups ----

// The monotonic time that the callbacks of the base's present pass share.
[[nodiscard]] Nanos time_of(event_base& base);
// Has the timer fire at a moment, which may have passed.
Status fire_at(event& timer, Nanos when);

[[nodiscard]] inline bool is_suspended(const Stream& stream, int index, Suspended why) {
    return ((index ? stream.write_suspended : stream.read_suspended) & why) != 0;
}
void suspend_direction(Stream& stream, int index, Suspended why);
void resume_direction(Stream& stream, int index, Suspended why);
// Forgets a suspension without moving data: the stream is on its way out.
inline void clear_suspension(Stream& stream, Suspended why) {
    stream.read_suspended = static_cast<unsigned char>(stream.read_suspended & ~why);
    stream.write_suspended = static_cast<unsigned char>(stream.write_suspended & ~why);
}
[[nodiscard]] inline size_t at_most(size_t wanted, ev_ssize_t tokens) {
    const auto most = static_cast<size_t>(tokens);
    return wanted < most ? wanted : most;
}

}  // namespace evlet
