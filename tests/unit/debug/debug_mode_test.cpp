// SPDX-License-Identifier: BSD-3-Clause
// What debug mode finds: the error names the call that broke the rule.
#include <event2/event_struct.h>
#include <string.h>

#include "doctest.h"
#include "support/fatal.h"

using namespace evlet_test;

namespace {

void do_nothing(evutil_socket_t, short, void*) {}

event_base* g_base;
event g_event;

// A base in debug mode, and an event of storage that was never assigned.
void prepare() {
    event_enable_debug_mode();
    g_base = event_base_new();
    CHILD_REQUIRE(g_base);
    memset(&g_event, 0, sizeof g_event);
    g_event.ev_base = g_base;
}

void assign(short what = EV_PERSIST) {
    CHILD_REQUIRE(event_assign(&g_event, g_base, -1, what, do_nothing, nullptr) == 0);
}

void add() {
    const timeval later = {100, 0};
    CHILD_REQUIRE(event_add(&g_event, &later) == 0);
}

}  // namespace

TEST_CASE("event_that_was_never_assigned_cannot_be_added") {
    CHECK(ends_fatally([] { prepare(); event_add(&g_event, nullptr); }, "event_add"));
}

TEST_CASE("event_that_was_never_assigned_cannot_be_deleted") {
    CHECK(ends_fatally([] { prepare(); event_del(&g_event); }, "event_del"));
    CHECK(ends_fatally([] { prepare(); event_del_block(&g_event); }, "event_del"));
    CHECK(ends_fatally([] { prepare(); event_del_noblock(&g_event); }, "event_del"));
    CHECK(ends_fatally([] { prepare(); event_remove_timer(&g_event); }, "event_remove_timer"));
}

TEST_CASE("event_that_was_never_assigned_cannot_be_freed") {
    CHECK(ends_fatally([] { prepare(); event_free(&g_event); }, "event_"));
}

TEST_CASE("event_that_was_never_assigned_cannot_be_activated_or_finalized") {
    CHECK(ends_fatally([] { prepare(); event_active(&g_event, EV_TIMEOUT, 1); }, "event_active"));
    CHECK(ends_fatally([] { prepare(); event_finalize(0, &g_event, nullptr); }, "event_finalize"));
}

TEST_CASE("event_that_was_never_assigned_cannot_be_asked") {
    CHECK(ends_fatally([] { prepare(); (void)event_pending(&g_event, EV_TIMEOUT, nullptr); },
                       "event_pending"));
    CHECK(ends_fatally([] { prepare(); (void)event_get_fd(&g_event); }, "event_get_fd"));
    CHECK(ends_fatally([] { prepare(); (void)event_get_base(&g_event); }, "event_get_base"));
    CHECK(ends_fatally([] { prepare(); (void)event_get_events(&g_event); }, "event_get_events"));
    CHECK(ends_fatally([] { prepare(); (void)event_get_callback(&g_event); },
                       "event_get_callback"));
    CHECK(ends_fatally([] { prepare(); (void)event_get_callback_arg(&g_event); },
                       "event_get_callback_arg"));
    CHECK(ends_fatally([] { prepare(); (void)event_get_priority(&g_event); },
                       "event_get_priority"));
    CHECK(ends_fatally([] { prepare(); event_priority_set(&g_event, 0); }, "event_priority_set"));
}

TEST_CASE("event_that_is_added_cannot_be_assigned_again") {
    CHECK(ends_fatally([] { prepare(); assign(); add(); assign(); }, "event_assign"));
}

TEST_CASE("event_that_is_added_cannot_be_unassigned") {
    CHECK(ends_fatally([] { prepare(); assign(); add(); event_debug_unassign(&g_event); },
                       "event_debug_unassign"));
}

TEST_CASE("event_that_was_unassigned_cannot_be_used") {
    CHECK(ends_fatally(
        [] {
            prepare();
            assign();
            event_debug_unassign(&g_event);
            event_add(&g_event, nullptr);
        },
        "event_add"));
}

TEST_CASE("event_that_was_freed_cannot_be_used") {
    CHECK(ends_fatally(
        [] {
            prepare();
            static event copy;
            event* ev = event_new(g_base, -1, 0, do_nothing, nullptr);
            copy = *ev;
            event_free(ev);
            // The same bytes elsewhere are not the event.
            event_add(&copy, nullptr);
        },
        "event_add"));
}

TEST_CASE("repeating_event_is_still_added_after_its_callback") {
    CHECK(ends_fatally(
        [] {
            prepare();
            assign(EV_PERSIST);
            const timeval now = {0, 0};
            event_add(&g_event, &now);
            event_base_loop(g_base, EVLOOP_ONCE);
            assign(EV_PERSIST);
        },
        "event_assign"));
}

TEST_CASE("debug_mode_cannot_be_switched_on_twice") {
    CHECK(ends_fatally(
        [] {
            event_enable_debug_mode();
            event_enable_debug_mode();
        },
        "event_enable_debug_mode"));
}

TEST_CASE("debug_mode_cannot_be_switched_on_after_a_base_was_made") {
    CHECK(ends_fatally(
        [] {
            event_base_free(event_base_new());
            event_enable_debug_mode();
        },
        "event_enable_debug_mode"));
}

TEST_CASE("debug_mode_cannot_be_switched_on_after_an_event_was_made") {
    CHECK(ends_fatally(
        [] {
            CHILD_REQUIRE(event_assign(&g_event, nullptr, -1, 0, do_nothing, nullptr) == 0);
            event_enable_debug_mode();
        },
        "event_enable_debug_mode"));
}

TEST_CASE("message_tells_which_event_it_is") {
    CHECK(ends_fatally(
        [] {
            prepare();
            g_event.ev_fd = 1234;
            event_add(&g_event, nullptr);
        },
        "1234"));
}
