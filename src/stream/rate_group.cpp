// SPDX-License-Identifier: BSD-3-Clause
// Groups: streams that share one rate limit.
//
// Fairness: a member that wants to move data and finds no tokens is suspended (kByGroup) and joins
// its direction's queue, behind those who were served less recently. When there are tokens again
// the members at the front are given turns, as many as the tokens will do for at a share each, and
// that many tokens are kept for them. While anybody is waiting only members with a turn move data;
// otherwise everybody may. A turn for which the tokens did not do leads to the front of the queue,
// for the rest of the share. So members take their shares in rotation, whatever the order in which
// a backend reports their descriptors. A turn ends when it was used, and the tokens kept for it are
// free again at the next tick at the latest.
//
// Time: buckets are refilled when somebody asks. The timer is pending while anybody is waiting: an
// idle group wakes nobody up. Without memory for the timer nobody has to wait; the
// tokens taken all the same are a debt.
//
// Locking: a member's lock is never waited for with the group's held. Giving a turn is a mark in
// the member's place; the loop of the member is then asked to call on_turn(), which takes the
// member's own lock and resumes it. Hence members may have different locks, and different bases
// from the group's: while such a member is waiting it counts as a virtual event of its base, whose
// loop has perhaps nothing else to wait for. Two threads may take the same tokens at once; that too
// is a debt, of at most a share each.
#include "stream/rate_group.h"

#include "loop/base.h"
#include "loop/deferred.h"
#include "mem/mem.h"

namespace evlet {

struct GroupMember {
    GroupPlace places[2];
    event_callback on_turn;
    Stream* stream;
    RateGroup* group;
};

namespace {

constexpr size_t kDefaultMinShare = 64;

// How much one member may move at once.
ev_ssize_t share_of(const RateGroup& group, int index) {
    ev_ssize_t share = group.lanes[index].quota / static_cast<ev_ssize_t>(group.members);
    // A minimum above what a tick brings would let a few members have it all.
    const auto per_tick = static_cast<size_t>(group.cfg.rates[index].per_tick);
    const auto least =
        static_cast<ev_ssize_t>(group.min_share < per_tick ? group.min_share : per_tick);
    if (share < least)
        share = least;
    return share > 0 ? share : 1;
}

bool has_turn(const GroupPlace& place) {
    return place.turn > 0 && !place.waiting;
}

// Tokens that are kept for nobody.
ev_ssize_t free_tokens(const RateGroup& group, int index) {
    const ev_ssize_t tokens = group.bucket.tokens[index];
    const ev_ssize_t promised = group.lanes[index].promised;
    return tokens > promised ? tokens - promised : 0;
}

// Tokens that are kept for this member.
ev_ssize_t kept_for(const RateGroup& group, const GroupPlace& place) {
    return place.kept_since == group.bucket.updated ? place.kept : 0;
}

ev_ssize_t allowed_to(const RateGroup& group, const GroupPlace& place, int index) {
    ev_ssize_t tokens = 0;
    ev_ssize_t share = place.turn;
    if (has_turn(place)) {
        tokens = kept_for(group, place) + free_tokens(group, index);
        // Fewer if the program took some out.
        if (tokens > group.bucket.tokens[index])
            tokens = group.bucket.tokens[index];
    } else if (group.lanes[index].waiting.empty()) {
        tokens = free_tokens(group, index);
        share = share_of(group, index);
    }
    return tokens < share ? tokens : share;
}

// ---- The queue ----

void count_foreign(const GroupMember& member, int change) {
    event_base& base = *member.stream->base();
    if (&base == member.group->timer.ev_base)
        return;
    LockGuard guard(base.mutex);
    base.virtual_count += change;
    if (base.virtual_count > base.virtual_most)
        base.virtual_most = base.virtual_count;
    if (change < 0)
        wake_loop(base);
}

// Behind all who were served before it. Members that were served in the same pass ask in whatever
// order the backend has, hence the search, which ends soon.
void insert_in_order(GroupLane& lane, GroupPlace& place) {
    auto& queue = lane.waiting;
    GroupPlace* before = queue.empty() ? nullptr : queue.last();
    // As a distance, since the numbers wrap around.
    while (before &&
           (before->turn == 0 && lane.served - before->served < lane.served - place.served))
        before = queue.previous(before);
    if (before)
        queue.insert_after(before, &place);
    else
        queue.push_front(&place);
}

void enqueue(RateGroup& group, GroupPlace& place, int index) {
    if (place.turn)
        group.lanes[index].waiting.push_front(&place);
    else
        insert_in_order(group.lanes[index], place);
    place.waiting = true;
    count_foreign(*place.member, 1);
}

void dequeue(RateGroup& group, GroupPlace& place, int index) {
    group.lanes[index].waiting.remove(&place);
    place.waiting = false;
    count_foreign(*place.member, -1);
}

// To the first in the queue, with `most` tokens kept for it at most. Its loop hears of it before it
// hears that nothing is to be waited for.
void give_turn(RateGroup& group, int index, ev_ssize_t most) {
    GroupLane& lane = group.lanes[index];
    GroupPlace& place = *lane.waiting.first();
    GroupMember& member = *place.member;
    defer(*member.stream->base(), member.on_turn, Turn::next, Counts::yes);
    dequeue(group, place, index);
    if (!place.turn)
        place.turn = share_of(group, index);
    place.kept = place.turn < most ? place.turn : most;
    place.kept_since = group.bucket.updated;
    place.served = ++lane.served;
    lane.promised += place.kept;
}

void give_turns(RateGroup& group, int index) {
    while (!group.lanes[index].waiting.empty()) {
        const ev_ssize_t tokens = free_tokens(group, index);
        if (tokens == 0)
            return;
        give_turn(group, index, tokens);
    }
}

// `count` tokens, if there are as many, are kept for the member no longer.
void unkeep(RateGroup& group, GroupPlace& place, int index, ev_ssize_t count) {
    const ev_ssize_t kept = kept_for(group, place);
    if (count > kept)
        count = kept;
    place.kept = kept - count;
    place.kept_since = group.bucket.updated;
    group.lanes[index].promised -= count;
}

// The turn is over or not wanted.
void end_turn(RateGroup& group, GroupPlace& place, int index) {
    if (!has_turn(place))
        return;
    unkeep(group, place, index, place.kept);
    place.turn = 0;
}

// `count` bytes were moved. Who leaves some of what there was has no use for more.
void use_turn(RateGroup& group, GroupPlace& place, int index, ev_ssize_t count) {
    if (!has_turn(place)) {
        place.served = ++group.lanes[index].served;
        return;
    }
    if (count < place.turn && count >= allowed_to(group, place, index)) {
        unkeep(group, place, index, count);
        place.turn -= count;
    } else {
        end_turn(group, place, index);
    }
}

// Sets the timer for the first moment at which somebody who is waiting may have a turn.
Status wait_for_group(RateGroup& group) {
    Nanos when = kForever;
    for (int index = 0; index < 2; ++index) {
        if (group.lanes[index].waiting.empty())
            continue;
        const Nanos chance = group.bucket.next_chance(group.cfg, index);
        if (chance < when)
            when = chance;
    }
    return fire_at(group.timer, when);
}

void keep_waiting(RateGroup& group) {
    if ((group.lanes[0].waiting.empty() && group.lanes[1].waiting.empty()) ||
        !failed(wait_for_group(group)))
        return;
    for (int index = 0; index < 2; ++index)
        while (!group.lanes[index].waiting.empty())
            give_turn(group, index, 0);
}

void on_group_timer(evutil_socket_t, short, void* argument) {
    auto& group = *static_cast<RateGroup*>(argument);
    LockGuard guard(group.mutex);
    refresh(group);
    keep_waiting(group);
}

// ---- A member ----

// The member's loop calls for turns it was given.
void on_turn(event_callback*, void* argument) {
    if (!argument)
        return;
    Stream& stream = *static_cast<Stream*>(argument);
    StreamGuard stream_guard(stream);
    for (int index = 0; index < 2; ++index) {
        const RateState* rate = rate_of(stream);
        if (!rate || !rate->member)
            return;
        RateGroup& group = *rate->member->group;
        group.mutex.lock();
        const bool waiting = rate->member->places[index].waiting;
        group.mutex.unlock();
        if (waiting)
            continue;
        resume_direction(stream, index, kByGroup);
        if (index ? can_write(stream) && stream.output.length : can_read(stream))
            continue;
        // Others may have it. What happened meanwhile may have taken the stream out of the group.
        rate = rate_of(stream);
        if (!rate || !rate->member)
            return;
        LockGuard guard(rate->member->group->mutex);
        end_turn(*rate->member->group, rate->member->places[index], index);
        give_turns(*rate->member->group, index);
    }
}

// False: there are no tokens, and the member is in the queue.
bool take_place(GroupMember& member, int index, size_t wanted, size_t* ret_allowance) {
    RateGroup& group = *member.group;
    GroupPlace& place = member.places[index];
    LockGuard guard(group.mutex);
    refresh(group);
    const ev_ssize_t allowed = allowed_to(group, place, index);
    if (allowed > 0) {
        *ret_allowance = at_most(wanted, allowed);
        return true;
    }
    if (place.waiting)
        return false;
    // With somebody in the queue the timer has been set.
    const bool is_first = group.lanes[index].waiting.empty();
    enqueue(group, place, index);
    if (!is_first || !failed(wait_for_group(group)))
        return false;
    dequeue(group, place, index);
    *ret_allowance = at_most(wanted, share_of(group, index));
    return true;
}

size_t group_allowance(Stream& stream, short direction, size_t wanted) {
    size_t allowance = own_allowance(stream, direction, wanted);
    if (!allowance)
        return 0;
    // If a turn is given between the two, on_turn() waits for the lock that is held here.
    const int index = index_of(direction);
    if (!take_place(*stream.extras->rate->member, index, allowance, &allowance)) {
        suspend_direction(stream, index, kByGroup);
        return 0;
    }
    return allowance;
}

void group_charge(Stream& stream, short direction, size_t count) {
    own_charge(stream, direction, count);
    GroupMember& member = *stream.extras->rate->member;
    RateGroup& group = *member.group;
    const int index = index_of(direction);
    LockGuard guard(group.mutex);
    group.lanes[index].total += count;
    use_turn(group, member.places[index], index, static_cast<ev_ssize_t>(count));
    group.bucket.take(index, static_cast<ev_ssize_t>(count));
    give_turns(group, index);
}

ev_ssize_t group_allows(GroupMember& member, int index) {
    LockGuard guard(member.group->mutex);
    refresh(*member.group);
    return allowed_to(*member.group, member.places[index], index);
}

void destroy(RateGroup& group) {
    // Waits for a callback that another thread is in; that takes no lock which may be held here.
    event_del(&group.timer);
    event_debug_unassign(&group.timer);
    group.mutex.destroy();
    mem::release(&group);
}

// Takes the member out of the group, without resuming anything.
void detach(Stream& stream) {
    RateState& rate = *stream.extras->rate;
    GroupMember& member = *rate.member;
    RateGroup& group = *member.group;
    group.mutex.lock();
    for (int index = 0; index < 2; ++index) {
        if (member.places[index].waiting)
            dequeue(group, member.places[index], index);
        end_turn(group, member.places[index], index);
    }
    --group.members;
    for (int index = 0; index < 2; ++index)
        give_turns(group, index);
    const bool last = group.freed && group.members == 0;
    group.mutex.unlock();
    cancel_deferred(*stream.base(), member.on_turn);
    rate.member = nullptr;
    stream.extras->rate_control = &kOwnRateControl;
    mem::release(&member);
    if (last)
        destroy(group);
}

void group_release(Stream& stream) {
    detach(stream);
    clear_suspension(stream, kByGroup);
    own_release(stream);
}

constexpr RateControl kGroupRateControl = {group_allowance, group_charge, group_release};

}  // namespace

// ---- The group ----

RateGroup* make_rate_group(event_base& base, const ev_token_bucket_cfg& cfg) {
    auto* const group = mem::make<RateGroup>();
    if (!group)
        return nullptr;
    if (failed(group->mutex.init(Mutex::plain))) {
        mem::release(group);
        return nullptr;
    }
    evlet_event_assign_no_signal(&group->timer, &base, -1, 0, on_group_timer, group);
    group->cfg = cfg;
    group->bucket.reset(cfg, time_of(base));
    group->min_share = kDefaultMinShare;
    for (int index = 0; index < 2; ++index) {
        group->lanes[index].waiting.reset();
        group->lanes[index].quota = group->bucket.tokens[index];
    }
    return group;
}

void free_rate_group(RateGroup& group) {
    group.mutex.lock();
    group.freed = true;
    const bool last = group.members == 0;
    group.mutex.unlock();
    if (last)
        destroy(group);
}

void refresh(RateGroup& group) {
    if (!group.bucket.refill(group.cfg, time_of(*group.timer.ev_base)))
        return;
    for (int index = 0; index < 2; ++index) {
        group.lanes[index].quota = group.bucket.tokens[index];
        group.lanes[index].promised = 0;
        give_turns(group, index);
    }
}

void set_group_cfg(RateGroup& group, const ev_token_bucket_cfg& cfg) {
    refresh(group);
    group.cfg = cfg;
    group.bucket.clip(cfg);
    for (int index = 0; index < 2; ++index)
        if (group.lanes[index].quota > group.bucket.tokens[index])
            group.lanes[index].quota = group.bucket.tokens[index];
    keep_waiting(group);
}

void take_group_tokens(RateGroup& group, int index, ev_ssize_t count) {
    refresh(group);
    group.bucket.take(index, count);
    GroupLane& lane = group.lanes[index];
    if (lane.quota < group.bucket.tokens[index])
        lane.quota = group.bucket.tokens[index];
    give_turns(group, index);
    keep_waiting(group);
}

Status join_rate_group(Stream& stream, RateGroup& group) {
    if (!stream.base())
        return Status::invalid;
    RateState* const rate = need_rate(stream);
    if (!rate)
        return Status::no_memory;
    if (rate->member && rate->member->group == &group)
        return Status::ok;
    auto* const member = mem::make<GroupMember>();
    if (!member)
        return Status::no_memory;
    leave_rate_group(stream);
    member->stream = &stream;
    member->group = &group;
    member->places[0].member = member->places[1].member = member;
    init_deferred(member->on_turn, on_turn, &stream, stream.shown.ev_read.ev_evcallback.evcb_pri);
    group.mutex.lock();
    ++group.members;
    for (int index = 0; index < 2; ++index)
        member->places[index].served = group.lanes[index].served;
    group.mutex.unlock();
    rate->member = member;
    rate->group_allows = group_allows;
    stream.extras->rate_control = &kGroupRateControl;
    return Status::ok;
}

void leave_rate_group(Stream& stream) {
    const RateState* const rate = rate_of(stream);
    if (!rate || !rate->member)
        return;
    detach(stream);
    resume_direction(stream, 0, kByGroup);
    resume_direction(stream, 1, kByGroup);
}

}  // namespace evlet
