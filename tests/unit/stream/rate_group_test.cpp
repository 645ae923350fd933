// SPDX-License-Identifier: BSD-3-Clause
// Rate limits of groups.
#include <algorithm>

#include "rate_support.h"

using namespace evlet_test;

namespace {

ev_uint64_t total_read(bufferevent_rate_limit_group* group) {
    ev_uint64_t total = 0;
    bufferevent_rate_limit_group_get_totals(group, &total, nullptr);
    return total;
}

ev_uint64_t total_written(bufferevent_rate_limit_group* group) {
    ev_uint64_t total = 0;
    bufferevent_rate_limit_group_get_totals(group, nullptr, &total);
    return total;
}

// The most that one member received more than another.
size_t spread(const Readers& readers) {
    size_t least = SIZE_MAX, most = 0;
    for (const auto& reader : readers) {
        least = std::min(least, reader->received);
        most = std::max(most, reader->received);
    }
    return most - least;
}

}  // namespace

TEST_CASE("a group begins with a tick's worth") {
    Base base;
    Limit limit(100, 300);
    Group group(base, limit);
    CHECK(bufferevent_rate_limit_group_get_read_limit(group) == 100);
    CHECK(bufferevent_rate_limit_group_get_write_limit(group) == 100);
    CHECK(total_read(group) == 0);
    CHECK(total_written(group) == 0);
}

TEST_CASE("a group without base or rates is refused") {
    Base base;
    Limit limit(100, 300);
    CHECK(bufferevent_rate_limit_group_new(nullptr, limit) == nullptr);
    CHECK(bufferevent_rate_limit_group_new(base, nullptr) == nullptr);
}

TEST_CASE("a group keeps a copy of its configuration") {
    Base base;
    ev_token_bucket_cfg* cfg = ev_token_bucket_cfg_new(100, 300, 100, 300, &kHour);
    Group group(base, cfg);
    ev_token_bucket_cfg_free(cfg);
    Readers members = make_members(base, group, 1, 1000);
    settle_now(base);
    CHECK(members[0]->received == 100);
}

TEST_CASE("an idle group neither wakes nor holds the loop") {
    Base base;
    Limit limit(100, 300, milliseconds(1));
    Group group(base, limit);
    CHECK(added_events(base) == 0);
    CHECK(event_base_dispatch(base) == 1);
}

TEST_CASE("members share the tokens equally") {
    Base base;
    Limit limit(1000, 1000);
    Group group(base, limit);
    Readers members = make_members(base, group, 4, 2000);
    settle_now(base);
    for (const auto& member : members) {
        CHECK(member->received == 250);
        CHECK(member->read_suspended(evlet::kByGroup));
    }
    CHECK(bufferevent_rate_limit_group_get_read_limit(group) == 0);
}

TEST_CASE("what some members do not want the others may have") {
    Base base;
    Limit limit(1000, 1000);
    Group group(base, limit);
    Readers members = make_members(base, group, 4, 100);
    members[2]->feed(2000);
    settle_now(base);
    CHECK(members[0]->received == 100);
    CHECK(members[1]->received == 100);
    CHECK(members[2]->received == 700);
    CHECK(members[3]->received == 100);
}

TEST_CASE("members write at the group's rate") {
    Base base;
    Limit limit(1000, 1000);
    Group group(base, limit);
    Readers members = make_members(base, group, 2, 1);
    const std::string bytes(2000, 'z');
    for (const auto& member : members)
        REQUIRE(bufferevent_write(member->bev, bytes.data(), bytes.size()) == 0);
    settle_now(base);
    CHECK(members[0]->arrived() + members[1]->arrived() == 1000);
    CHECK(total_written(group) == 1000);
    CHECK(total_read(group) == 2);
}

TEST_CASE("totals count until they are reset") {
    Base base;
    Limit limit(1000, 1000);
    Group group(base, limit);
    Readers members = make_members(base, group, 2, 300);
    settle_now(base);
    CHECK(total_read(group) == 600);
    bufferevent_rate_limit_group_get_totals(group, nullptr, nullptr);
    bufferevent_rate_limit_group_reset_totals(group);
    CHECK(total_read(group) == 0);
    members[0]->feed(50);
    settle_now(base);
    CHECK(total_read(group) == 50);
}

TEST_CASE("a share is not below the minimum, even if some get nothing this time") {
    Base base;
    Limit limit(1000, 1000);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 400) == 0);
    Readers members = make_members(base, group, 4, 2000);
    settle_now(base);
    std::vector<size_t> received;
    for (const auto& member : members)
        received.push_back(member->received);
    std::sort(received.begin(), received.end());
    CHECK(received == std::vector<size_t>{0, 200, 400, 400});
}

TEST_CASE("a minimum share that no count can hold is refused") {
    Base base;
    Limit limit(1000, 1000);
    Group group(base, limit);
    CHECK(bufferevent_rate_limit_group_set_min_share(group, SIZE_MAX) == -1);
    CHECK(bufferevent_rate_limit_group_set_min_share(group, 0) == 0);
}

TEST_CASE("with more members than tokens each gets its byte in turn") {
    Base base;
    Limit limit(3, 3);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 0) == 0);
    Readers members = make_members(base, group, 7, 10);
    settle_now(base);
    CHECK(sum_received(members) == 3);
    for (int i = 0; i < 4; ++i) {
        REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -1) == 0);
        settle_now(base);
    }
    CHECK(spread(members) == 0);
    CHECK(sum_received(members) == 7);
}

TEST_CASE("members that got nothing come first when there are tokens again") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 100) == 0);
    Readers members = make_members(base, group, 5, 2000);
    settle_now(base);
    for (int round = 1; round < 15; ++round) {
        CHECK(sum_received(members) == static_cast<size_t>(round) * 100);
        CHECK(spread(members) <= 100);
        REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -100) == 0);
        settle_now(base);
    }
    CHECK(spread(members) == 0);
}

TEST_CASE("a share that was cut short is made up for first") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 64) == 0);
    Readers members = make_members(base, group, 4, 5000);
    settle_now(base);
    for (int round = 1; round < 64; ++round) {
        CHECK(sum_received(members) == static_cast<size_t>(round) * 100);
        CHECK(spread(members) <= 2 * 64);
        REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -100) == 0);
        settle_now(base);
    }
    CHECK(spread(members) <= 64);
}

TEST_CASE("nobody starves, and at no moment has more been read than the ticks so far allow") {
    constexpr long long kTickUs = 2000;
    Base base;
    Limit limit(100, 100, milliseconds(kTickUs / 1000));
    const long long start = monotonic_us(base);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 100) == 0);
    Readers members = make_members(base, group, 5, 2000);
    bool within = true, fair = true;
    for (const auto& member : members)
        member->on_data = [&] {
            const long long ticks = (monotonic_us(base) - start) / kTickUs;
            const size_t sum = sum_received(members);
            within &= static_cast<long long>(sum) <= 100 * (1 + ticks);
            fair &= spread(members) <= 200;
            if (sum >= 5000)
                event_base_loopbreak(base);
        };
    event_base_dispatch(base);
    CHECK(within);
    CHECK(fair);
    CHECK(sum_received(members) == 5000);
    CHECK(total_read(group) == 5000);
}

TEST_CASE("a turn that a disabled member cannot use goes to the next") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 100) == 0);
    Readers members = make_members(base, group, 3, 2000);
    settle_now(base);
    REQUIRE(sum_received(members) == 100);
    // All three are waiting now, the one that was served last.
    for (const auto& member : members)
        if (member->received == 0)
            REQUIRE(bufferevent_disable(member->bev, EV_READ) == 0);
    REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -100) == 0);
    settle_now(base);
    CHECK(sum_received(members) == 200);
}

TEST_CASE("the tighter of own and group's limit counts") {
    Base base;
    Limit tight(100, 100), wide(1000, 1000);
    Group group(base, wide);
    Readers members = make_members(base, group, 2, 2000);
    REQUIRE(bufferevent_set_rate_limit(members[0]->bev, tight) == 0);
    CHECK(bufferevent_get_max_to_read(members[0]->bev) == 100);
    CHECK(bufferevent_get_max_to_read(members[1]->bev) == 500);
    settle_now(base);
    CHECK(members[0]->received == 100);
    CHECK(members[0]->read_suspended(evlet::kByRate));
    CHECK(members[1]->received == 900);
    CHECK(members[1]->read_suspended(evlet::kByGroup));
    CHECK(bufferevent_get_max_to_read(members[1]->bev) == 0);
}

TEST_CASE("a member's own limit can be taken away without leaving the group") {
    Base base;
    Limit tight(100, 100), wide(1000, 1000);
    Group group(base, wide);
    Readers members = make_members(base, group, 1, 2000);
    REQUIRE(bufferevent_set_rate_limit(members[0]->bev, tight) == 0);
    settle_now(base);
    REQUIRE(members[0]->received == 100);
    REQUIRE(bufferevent_set_rate_limit(members[0]->bev, nullptr) == 0);
    settle_now(base);
    CHECK(members[0]->received == 1000);
}

TEST_CASE("a member that leaves is resumed and free") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    Readers members = make_members(base, group, 2, 1000);
    settle_now(base);
    REQUIRE(bufferevent_remove_from_rate_limit_group(members[0]->bev) == 0);
    settle_now(base);
    CHECK(members[0]->received == 1000);
    CHECK(members[1]->received < 100);
    CHECK(total_read(group) == 100);
    CHECK(bufferevent_remove_from_rate_limit_group(members[0]->bev) == 0);
}

TEST_CASE("a member keeps its own limit when it leaves") {
    Base base;
    Limit limit(100, 100), own(50, 50);
    Group group(base, limit);
    Readers members = make_members(base, group, 1, 1000);
    REQUIRE(bufferevent_set_rate_limit(members[0]->bev, own) == 0);
    REQUIRE(bufferevent_remove_from_rate_limit_group(members[0]->bev) == 0);
    settle_now(base);
    CHECK(members[0]->received == 50);
}

TEST_CASE("a waiting member that is freed takes nobody's turn with it") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 100) == 0);
    Readers members = make_members(base, group, 3, 1000);
    settle_now(base);
    for (const auto& member : members)
        if (member->received == 0) {
            member->free();
            break;
        }
    REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -200) == 0);
    settle_now(base);
    CHECK(sum_received(members) == 300);
}

TEST_CASE("a member that was given a turn may be freed before it hears of it") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    REQUIRE(bufferevent_rate_limit_group_set_min_share(group, 100) == 0);
    Readers members = make_members(base, group, 3, 1000);
    settle_now(base);
    REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -100) == 0);
    for (const auto& member : members)
        if (!bufferevent_get_max_to_read(member->bev))
            continue;
        else
            member->free();
    settle_now(base);
    CHECK(sum_received(members) == 200);
}

TEST_CASE("joining another group means leaving the first") {
    Base base;
    Limit limit(100, 100), wide(500, 500);
    Group first(base, limit), second(base, wide);
    Readers members = make_members(base, first, 1, 1000);
    settle_now(base);
    REQUIRE(members[0]->received == 100);
    REQUIRE(bufferevent_add_to_rate_limit_group(members[0]->bev, second) == 0);
    REQUIRE(bufferevent_add_to_rate_limit_group(members[0]->bev, second) == 0);
    settle_now(base);
    CHECK(members[0]->received == 600);
    CHECK(total_read(first) == 100);
    CHECK(total_read(second) == 500);
}

TEST_CASE("a member may leave its group or be freed in its callback") {
    Base base;
    Limit limit(1000, 1000);
    Group group(base, limit);
    Readers members = make_members(base, group, 2, 2000);
    members[0]->on_data = [&] {
        CHECK(bufferevent_remove_from_rate_limit_group(members[0]->bev) == 0);
    };
    members[1]->on_data = [&] { members[1]->free(); };
    settle_now(base);
    CHECK(members[0]->received == 2000);
    CHECK(members[1]->received > 0);
    CHECK(members[1]->received <= 500);  // its share
}

TEST_CASE("a debt of the group stops all its members") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    Readers members = make_members(base, group, 2, 1000);
    REQUIRE(bufferevent_rate_limit_group_decrement_read(group, 150) == 0);
    CHECK(bufferevent_rate_limit_group_get_read_limit(group) == -50);
    settle_now(base);
    CHECK(sum_received(members) == 0);
    REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -150) == 0);
    settle_now(base);
    CHECK(sum_received(members) == 100);
}

TEST_CASE("directions of a group are limited apart from each other") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    Readers members = make_members(base, group, 1, 1000);
    REQUIRE(bufferevent_rate_limit_group_decrement_write(group, 70) == 0);
    CHECK(bufferevent_rate_limit_group_get_write_limit(group) == 30);
    CHECK(bufferevent_get_max_to_write(members[0]->bev) == 30);
    CHECK(bufferevent_get_max_to_read(members[0]->bev) == 100);
}

TEST_CASE("a group's new rates clip its bucket and end a long sleep") {
    Base base;
    Limit limit(500, 500), slower(100, 200), quick(100, 200, milliseconds(1));
    Group group(base, limit);
    Readers members = make_members(base, group, 1, 1000);
    REQUIRE(bufferevent_rate_limit_group_set_cfg(group, slower) == 0);
    CHECK(bufferevent_rate_limit_group_get_read_limit(group) == 200);
    settle_now(base);
    CHECK(members[0]->received == 200);
    members[0]->on_data = [&] {
        if (members[0]->received == 1000)
            event_base_loopbreak(base);
    };
    REQUIRE(bufferevent_rate_limit_group_set_cfg(group, quick) == 0);
    event_base_dispatch(base);
    CHECK(members[0]->received == 1000);
}

TEST_CASE("a group that is freed too early goes with its last member") {
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    Readers members = make_members(base, group, 2, 1000);
    settle_now(base);
    group.free();
    members[0]->free();
    settle_now(base);
    CHECK(sum_received(members) == 100);
    members[1]->free();
    CHECK(added_events(base) == 0);
}

TEST_CASE("a member of another base is resumed in its own loop, which stays for it") {
    Base base, other;
    Limit limit(100, 100);
    Group group(base, limit);
    Readers members = make_members(other, group, 1, 1000);
    settle_now(other);
    REQUIRE(members[0]->received == 100);
    CHECK(pass(other) == 0);
    REQUIRE(bufferevent_rate_limit_group_decrement_read(group, -100) == 0);
    settle_now(base);
    CHECK(members[0]->received == 100);
    settle_now(other);
    CHECK(members[0]->received == 200);
    members[0]->free();
    CHECK(event_base_get_num_events(other, EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_VIRTUAL) == 0);
}

#if EVLET_MEM_HOOKS
TEST_CASE("a member that memory does not allow is not in the group") {
    FailingMemory memory;
    Base base;
    Limit limit(100, 100);
    Group group(base, limit);
    bool done = false;
    for (int nth = 1; !done; ++nth) {
        REQUIRE(nth < 10);
        Reader stream(base);
        memory.fail_at(nth);
        done = bufferevent_add_to_rate_limit_group(stream.bev, group) == 0;
        CHECK(done == !memory.failed());
        memory.stop_failing();
        stream.feed(1000);
        settle_now(base);
        CHECK(stream.received == (done ? 100 : 1000));
    }
}

TEST_CASE("a member that cannot join another group stays in its own") {
    FailingMemory memory;
    Base base;
    Limit limit(100, 100);
    Group first(base, limit), second(base, limit);
    Readers members = make_members(base, first, 1, 1000);
    memory.fail_at(1, true);
    CHECK(bufferevent_add_to_rate_limit_group(members[0]->bev, second) == -1);
    memory.stop_failing();
    settle_now(base);
    CHECK(total_read(first) == 100);
    CHECK(total_read(second) == 0);
}

TEST_CASE("groups give back all their memory") {
    FailingMemory memory;
    Base base;
    Limit limit(100, 100);
    long before = 0;
    // What the base itself grew to is known after the first time.
    for (const bool counting : {false, true}) {
        {
            Group group(base, limit);
            const Readers members = make_members(base, group, 3, 1);
            settle_now(base);
            REQUIRE(bufferevent_remove_from_rate_limit_group(members[1]->bev) == 0);
        }
        if (counting)
            CHECK(memory.outstanding() == before);
        before = memory.outstanding();
    }
}
#endif
