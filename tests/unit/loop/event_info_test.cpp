// SPDX-License-Identifier: BSD-3-Clause
// What an event can be asked, and moving it to another base.
#include <event2/event_struct.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

void callback_a(evutil_socket_t, short, void*) {}

}  // namespace

TEST_CASE("event_answers_with_what_it_was_made_of") {
    Base base;
    int argument;
    event* ev = event_new(base, 77, EV_READ | EV_PERSIST | EV_ET, callback_a, &argument);
    REQUIRE(ev);
    CHECK(event_get_fd(ev) == 77);
    CHECK(event_get_base(ev) == base.get());
    CHECK(event_get_events(ev) == (EV_READ | EV_PERSIST | EV_ET));
    CHECK((event_get_callback(ev) == callback_a));
    CHECK(event_get_callback_arg(ev) == &argument);
    CHECK(event_get_priority(ev) == 0);
    CHECK(event_initialized(ev) != 0);
    event_base* ret_base = nullptr;
    evutil_socket_t ret_fd = 0;
    short ret_events = 0;
    event_callback_fn ret_callback = nullptr;
    void* ret_argument = nullptr;
    event_get_assignment(ev, &ret_base, &ret_fd, &ret_events, &ret_callback, &ret_argument);
    CHECK(ret_base == base.get());
    CHECK(ret_fd == 77);
    CHECK(ret_events == (EV_READ | EV_PERSIST | EV_ET));
    CHECK((ret_callback == callback_a));
    CHECK(ret_argument == &argument);
    event_get_assignment(ev, nullptr, nullptr, nullptr, nullptr, nullptr);
    event_free(ev);
}

TEST_CASE("signal_number_is_told_as_the_descriptor") {
#if EVLET_SIGNALS
    Base base;
    TestEvent ev(base, 10, EV_SIGNAL | EV_PERSIST);
    REQUIRE(ev.get());
    CHECK(event_get_signal(ev.get()) == 10);
#else
    Base base;
    CHECK(event_new(base, 10, EV_SIGNAL, callback_a, nullptr) == nullptr);
#endif
}

TEST_CASE("size_of_an_event_is_that_of_the_header") {
    CHECK(event_get_struct_event_size() == sizeof(event));
}

TEST_CASE("memory_set_to_zero_is_not_an_event") {
    event ev = {};
    CHECK(event_initialized(&ev) == 0);
    CHECK(event_pending(&ev, EV_READ | EV_TIMEOUT, nullptr) == 0);
    Base base;
    REQUIRE(event_assign(&ev, base, -1, 0, callback_a, nullptr) == 0);
    CHECK(event_initialized(&ev) != 0);
    CHECK(evtimer_initialized(&ev) != 0);
    event_debug_unassign(&ev);
    CHECK(event_initialized(&ev) == 0);
}

TEST_CASE("memory_full_of_rubbish_becomes_an_event_by_assigning_it") {
    Base base;
    union {
        event ev;
        unsigned char bytes[sizeof(event)];
    } memory;
    memset(memory.bytes, 0xa5, sizeof memory);
    memory.ev.ev_evcallback.evcb_flags = 0;
    REQUIRE(event_assign(&memory.ev, base, -1, 0, callback_a, nullptr) == 0);
    CHECK(event_pending(&memory.ev, EV_READ | EV_WRITE | EV_TIMEOUT, nullptr) == 0);
    const timeval soon = {0, 0};
    REQUIRE(event_add(&memory.ev, &soon) == 0);
    CHECK(event_base_dispatch(base) == 1);
    event_debug_unassign(&memory.ev);
}

TEST_CASE("event_that_is_its_own_argument_is_given_itself") {
    Base base;
    struct Seen {
        static void call(evutil_socket_t, short, void* argument) {
            auto* ev = static_cast<event*>(argument);
            CHECK(event_get_callback_arg(ev) == ev);
            event_base_loopbreak(event_get_base(ev));
            event_free(ev);
        }
    };
    event* ev = event_new(base, -1, 0, Seen::call, event_self_cbarg());
    REQUIRE(ev);
    CHECK(event_get_callback_arg(ev) == ev);
    event_active(ev, 0, 0);
    CHECK(event_base_dispatch(base) == 0);
}

TEST_CASE("event_without_callback_can_be_made_and_asked") {
    Base base;
    event* ev = event_new(base, -1, EV_TIMEOUT, nullptr, nullptr);
    REQUIRE(ev);
    CHECK((event_get_callback(ev) == nullptr));
    CHECK(event_get_events(ev) == EV_TIMEOUT);
    event_free(ev);
}

TEST_CASE("assigning_nothing_is_refused") {
    Base base;
    CHECK(event_assign(nullptr, base, -1, 0, callback_a, nullptr) == -1);
}

TEST_CASE("event_moves_to_another_base_and_fires_there") {
    Base first;
    Base second;
    REQUIRE(event_base_priority_init(second, 5) == 0);
    TestEvent ev(first, -1, 0);
    CHECK(event_base_set(second, ev) == 0);
    CHECK(event_get_base(ev) == second.get());
    CHECK(event_get_priority(ev) == 2);
    REQUIRE(ev.add_ms(0) == 0);
    CHECK(event_base_dispatch(first) == 1);
    CHECK(ev.calls == 0);
    CHECK(event_base_dispatch(second) == 1);
    CHECK(ev.calls == 1);
    CHECK(event_base_set(first, ev) == 0);  // nothing is left behind in the other
}

TEST_CASE("event_that_is_pending_or_active_does_not_move") {
    Base first;
    Base second;
    SocketPair pair;
    TestEvent timer(first, -1, 0);
    TestEvent reader(first, pair[0], EV_READ);
    TestEvent active(first, -1, 0);
    REQUIRE(timer.add({3600, 0}) == 0);
    REQUIRE(reader.add() == 0);
    event_active(active, 0, 0);
    for (TestEvent* ev : {&timer, &reader, &active}) {
        CHECK(event_base_set(second, *ev) == -1);
        CHECK(event_get_base(*ev) == first.get());
        REQUIRE(event_del(*ev) == 0);
        CHECK(event_base_set(second, *ev) == 0);
    }
    CHECK(event_base_set(nullptr, timer) == -1);
    CHECK(event_base_set(second, nullptr) == -1);
    event never_assigned = {};
    CHECK(event_base_set(second, &never_assigned) == -1);
}

TEST_CASE("event_with_a_common_timeout_moves_once_it_is_deleted") {
    Base first;
    Base second;
    const timeval duration = milliseconds(1);
    const timeval* common = event_base_init_common_timeout(first, &duration);
    REQUIRE(common);
    TestEvent ev(first, -1, EV_PERSIST);
    REQUIRE(ev.add(*common) == 0);
    REQUIRE(event_del(ev) == 0);
    REQUIRE(event_base_set(second, ev) == 0);
    REQUIRE(ev.add(duration) == 0);
    event_base_loop(second, EVLOOP_ONCE);
    CHECK(ev.calls == 1);
    REQUIRE(event_del(ev) == 0);
    CHECK(event_base_dispatch(second) == 1);
}

TEST_CASE("pending_answers_only_what_is_asked_for") {
    Base base;
    SocketPair pair;
    TestEvent ev(base, pair[0], EV_READ | EV_WRITE | EV_PERSIST);
    REQUIRE(ev.add({3600, 0}) == 0);
    CHECK(ev.pending(EV_READ) == EV_READ);
    CHECK(ev.pending(EV_WRITE | EV_CLOSED) == EV_WRITE);
    CHECK(ev.pending(EV_TIMEOUT) == EV_TIMEOUT);
    CHECK(ev.pending(EV_CLOSED | EV_SIGNAL) == 0);
    CHECK(ev.pending(0) == 0);
    CHECK(ev.pending(EV_PERSIST | EV_ET | EV_FINALIZE) == 0);
    CHECK(ev.pending(-1) == (EV_READ | EV_WRITE | EV_TIMEOUT));
}

TEST_CASE("version_is_told_as_text_and_number_of_the_header") {
    CHECK(std::string(event_get_version()) == LIBEVENT_VERSION);
    CHECK(event_get_version_number() == LIBEVENT_VERSION_NUMBER);
}
