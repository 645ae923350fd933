// SPDX-License-Identifier: BSD-3-Clause
// struct bufferevent_rate_limit_group and the operations on it. Used by its shells. Functions that
// take a stream expect its lock to be held and take the group's themselves; those that take a group
// only expect the group's.
#pragma once

#include "base/queue.h"
#include "base/status.h"
#include "stream/rate_limit.h"

namespace evlet {

struct GroupMember;

// What a member does about its group in one direction: it is waiting in the queue, or it has a
// turn, or neither.
struct GroupPlace {
    GroupPlace* next;
    GroupPlace** previous;
    GroupMember* member;
    bool waiting;
    ev_ssize_t turn;  // bytes it may still move in its turn; one who waits may have a rest of one
    ev_ssize_t kept;  // tokens kept for that, as far as they are of the present tick
    Nanos kept_since;
    unsigned served;  // orders the members by when they were last given a turn, or moved data
};
struct GroupPlaceLink {
    static GroupPlace*& next(GroupPlace* place) { return place->next; }
    static GroupPlace**& prev(GroupPlace* place) { return place->previous; }
};

// One direction of a group.
struct GroupLane {
    TailQueue<GroupPlace, GroupPlaceLink> waiting;
    ev_ssize_t quota;     // tokens there were at the last refill; shares are parts of it
    ev_ssize_t promised;  // tokens kept for members that were given a turn since then
    ev_uint64_t total;    // bytes moved
    unsigned served;      // the latest GroupPlace::served
};

}  // namespace evlet

struct bufferevent_rate_limit_group {
    event timer;  // pending while anybody is waiting
    ev_token_bucket_cfg cfg;
    evlet::TokenBucket bucket;
    evlet::GroupLane lanes[2];
    size_t min_share;
    unsigned members;
    bool freed;  // by the program
    [[no_unique_address]] evlet::Mutex mutex;
};

namespace evlet {

using RateGroup = bufferevent_rate_limit_group;

// nullptr with errno on failure.
[[nodiscard]] RateGroup* make_rate_group(event_base& base, const ev_token_bucket_cfg& cfg);
// The program has no more use for it. It goes when its last member has left it.
void free_rate_group(RateGroup& group);

void set_group_cfg(RateGroup& group, const ev_token_bucket_cfg& cfg);
// Adds the tokens of the ticks that have begun, and hands out turns.
void refresh(RateGroup& group);
void take_group_tokens(RateGroup& group, int index, ev_ssize_t count);

// Leaves the present group, if another.
Status join_rate_group(Stream& stream, RateGroup& group);
void leave_rate_group(Stream& stream);

}  // namespace evlet
