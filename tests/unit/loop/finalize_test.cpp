// SPDX-License-Identifier: BSD-3-Clause
// event_finalize() and event_free_finalize(): the finalizer runs once, last, and whatever happens
// to the base.
#include <unistd.h>

#include <string>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};
constexpr timeval kNow = {0, 0};

struct Life {
    int calls = 0;
    int finalized = 0;
    event* given = nullptr;
};

void on_event(evutil_socket_t, short, void* argument) {
    ++static_cast<Life*>(argument)->calls;
}

void on_end(event* ev, void* argument) {
    auto& life = *static_cast<Life*>(argument);
    ++life.finalized;
    life.given = ev;
}

}  // namespace

TEST_CASE("finalizer_is_called_by_the_loop_with_the_event_and_its_argument") {
    Base base;
    Life life;
    event ev;
    REQUIRE(event_assign(&ev, base, -1, 0, on_event, &life) == 0);
    CHECK(event_finalize(0, &ev, on_end) == 0);
    CHECK(life.finalized == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(life.finalized == 1);
    CHECK(life.given == &ev);
    CHECK(life.calls == 0);
}

TEST_CASE("finalized_event_is_not_called_any_more_whatever_it_waited_for") {
    SocketPair pair;
    pair.write(1, "x");
    for (const int state : {0, 1, 2, 3, 4}) {
        CAPTURE(state);
        Base base;
        Life life;
        event* ev = event_new(base, pair[0], EV_READ | EV_PERSIST, on_event, &life);
        REQUIRE(ev);
        if (state == 1)
            REQUIRE(event_add(ev, nullptr) == 0);
        if (state == 2)
            REQUIRE(event_add(ev, &kNow) == 0);
        if (state == 3)
            event_active(ev, EV_READ, 1);
        if (state == 4)
            REQUIRE(event_add(ev, event_base_init_common_timeout(base, &kNow)) == 0);
        CHECK(event_free_finalize(0, ev, on_end) == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(life.calls == 0);
        CHECK(life.finalized == 1);
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    }
}

TEST_CASE("finalized_event_is_out_of_everybodys_reach_until_its_finalizer_ran") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    Life life;
    event ev;
    REQUIRE(event_assign(&ev, base, pair[0], EV_READ, on_event, &life) == 0);
    REQUIRE(event_finalize(0, &ev, on_end) == 0);
    CHECK(event_finalize(0, &ev, on_end) == -1);
    CHECK(event_free_finalize(0, &ev, on_end) == -1);
    event_add(&ev, &kNow);
    event_active(&ev, EV_READ, 1);
    CHECK(event_del(&ev) == 0);
    CHECK(event_remove_timer(&ev) == 0);
    CHECK(event_base_set(base, &ev) == -1);
    CHECK(event_priority_set(&ev, 0) == -1);
    CHECK(event_pending(&ev, EV_READ | EV_TIMEOUT, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(life.calls == 0);
    CHECK(life.finalized == 1);
}

TEST_CASE("adding_an_event_that_is_being_finalized_is_an_error") {
    Base base;
    Life life;
    event ev;
    REQUIRE(event_assign(&ev, base, -1, 0, on_event, &life) == 0);
    REQUIRE(event_finalize(0, &ev, on_end) == 0);
    CHECK(event_add(&ev, &kNow) == -1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(life.calls == 0);
}

TEST_CASE("event_may_be_finalized_in_its_own_callback") {
    for (const int what : {0, int(EV_PERSIST)}) {
        Base base;
        Life life;
        struct State {
            Life* life;
            event* ev;
        } state = {&life, nullptr};
        const auto in_callback = [](evutil_socket_t, short, void* argument) {
            auto& s = *static_cast<State*>(argument);
            ++s.life->calls;
            CHECK(event_free_finalize(0, s.ev, [](event*, void* a) {
                      ++static_cast<State*>(a)->life->finalized;
                  }) == 0);
            CHECK(s.life->finalized == 0);
        };
        state.ev = event_new(base, -1, static_cast<short>(what), in_callback, &state);
        REQUIRE(event_add(state.ev, &kNow) == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(life.calls == 1);
        CHECK(life.finalized == 1);
    }
}

TEST_CASE("finalizer_may_free_or_use_again_what_it_is_given") {
    Base base;
    Life life;
    event* ev = event_new(base, -1, 0, on_event, &life);
    REQUIRE(ev);
    REQUIRE(event_finalize(0, ev, [](event* e, void* argument) {
                ++static_cast<Life*>(argument)->finalized;
                event_free(e);
            }) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(life.finalized == 1);

    event stored;
    REQUIRE(event_assign(&stored, base, -1, 0, on_event, &life) == 0);
    REQUIRE(event_finalize(0, &stored, [](event* e, void* argument) {
                CHECK(event_assign(e, event_get_base(e), -1, 0, on_event, argument) == 0);
                event_active(e, 0, 0);
            }) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(life.calls == 1);
    event_debug_unassign(&stored);
}

TEST_CASE("finalizer_of_nothing_is_allowed") {
    Base base;
    event* ev = event_new(base, -1, 0, on_event, nullptr);
    REQUIRE(ev);
    REQUIRE(event_add(ev, &kHour) == 0);
    CHECK(event_free_finalize(0, ev, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    event stored;
    REQUIRE(event_assign(&stored, base, -1, 0, on_event, nullptr) == 0);
    CHECK(event_finalize(0, &stored, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CapturedLog log;
    CHECK(event_finalize(0, nullptr, on_end) == -1);
    CHECK(log.contains("event_finalize"));
}

TEST_CASE("finalizers_run_when_the_base_is_freed") {
    Life stored_life;
    Life new_life;
    event stored;
    {
        Base base;
        REQUIRE(event_base_priority_init(base, 3) == 0);
        REQUIRE(event_assign(&stored, base, -1, 0, on_event, &stored_life) == 0);
        event* ev = event_new(base, -1, 0, on_event, &new_life);
        REQUIRE(event_priority_set(ev, 2) == 0);
        REQUIRE(event_finalize(0, &stored, on_end) == 0);
        REQUIRE(event_free_finalize(0, ev, on_end) == 0);
    }
    CHECK(stored_life.finalized == 1);
    CHECK(new_life.finalized == 1);
}

TEST_CASE("nofinalize_frees_the_base_and_runs_no_finalizer") {
    Life life;
    event stored;
    event_config* config = config_under_test();
    event_base* base = event_base_new_with_config(config);
    event_config_free(config);
    REQUIRE(base);
    REQUIRE(event_assign(&stored, base, -1, 0, on_event, &life) == 0);
    REQUIRE(event_finalize(0, &stored, on_end) == 0);
    event_base_free_nofinalize(base);
    CHECK(life.finalized == 0);
    event_debug_unassign(&stored);
}

TEST_CASE("finalizer_run_by_the_freeing_of_the_base_may_end_other_events") {
    SocketPair pair;
    struct State {
        event self;
        event other;
        event* heap;
        int finalized;
    } state = {};
    {
        Base base;
        REQUIRE(event_assign(&state.self, base, -1, 0, on_event, &state) == 0);
        REQUIRE(event_assign(&state.other, base, pair[0], EV_READ, on_event, &state) == 0);
        state.heap = event_new(base, -1, 0, on_event, nullptr);
        REQUIRE(event_add(&state.other, &kHour) == 0);
        event_active(state.heap, 0, 0);
        REQUIRE(event_finalize(0, &state.self, [](event*, void* argument) {
                    auto& s = *static_cast<State*>(argument);
                    ++s.finalized;
                    CHECK(event_del(&s.other) == 0);
                    event_free(s.heap);
                }) == 0);
        event_active(&state.other, EV_READ, 1);
    }
    CHECK(state.finalized == 1);
    event_debug_unassign(&state.other);
}

TEST_CASE("event_waiting_for_its_finalizer_keeps_the_loop_running_and_counts_as_active") {
    Base base;
    Life life;
    event ev;
    REQUIRE(event_assign(&ev, base, -1, 0, on_event, &life) == 0);
    REQUIRE(event_finalize(0, &ev, on_end) == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    CHECK(pass(base) == 0);
    CHECK(life.finalized == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE | EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("events_deleted_without_waiting_can_be_made_for_finalizing") {
    Base base;
    Life life;
    event* ev = event_new(base, -1, EV_FINALIZE | EV_PERSIST, on_event, &life);
    REQUIRE(ev);
    REQUIRE(event_add(ev, &kNow) == 0);
    pass(base);
    CHECK(life.calls == 1);
    CHECK(event_del(ev) == 0);
    CHECK((event_get_events(ev) & EV_FINALIZE) != 0);
    REQUIRE(event_free_finalize(0, ev, on_end) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(life.finalized == 1);
}

#if EVLET_MEM_HOOKS
TEST_CASE("nothing_leaks_when_events_are_finalized") {
    FailingMemory memory;
    const long before = memory.outstanding();
    Life life;
    {
        Base base;
        REQUIRE(event_free_finalize(0, event_new(base, -1, 0, on_event, &life), on_end) == 0);
        CHECK(event_base_dispatch(base) == 1);
        REQUIRE(event_free_finalize(0, event_new(base, -1, 0, on_event, &life), on_end) == 0);
    }
    CHECK(life.finalized == 2);
    CHECK(memory.outstanding() == before);
}
#endif
