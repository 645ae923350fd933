// SPDX-License-Identifier: BSD-3-Clause
// Events deleted and freed in callbacks: the event itself and others, from callbacks of every kind,
// whatever the other waits for.
#include <event2/watch.h>
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <vector>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};

enum class Kind {
    activated,
    timer,
    periodic,
    readable,
    common,
    signal,
    once,
    finalizer,
    prepare,
    check
};
constexpr Kind kKinds[] = {Kind::activated, Kind::timer, Kind::periodic,  Kind::readable,
                           Kind::common,    Kind::once,  Kind::finalizer, Kind::prepare,
#if EVLET_SIGNALS
                           Kind::signal,
#endif
                           Kind::check};

using Body = std::function<void()>;

void call_body(void* argument) {
    Body& body = *static_cast<Body*>(argument);
    if (body) {
        const Body once = std::exchange(body, nullptr);
        once();
    }
}

void on_event(evutil_socket_t, short, void* body) {
    call_body(body);
}

// Lets the loop call `body` once, in a callback of that kind, and makes a few passes.
void call_from(event_base* base, Kind kind, const SocketPair& pair, Body body) {
    event ev;
    const timeval now = {0, 0};
    evwatch* watcher = nullptr;
    const short what = kind == Kind::readable   ? EV_READ
                       : kind == Kind::periodic ? EV_PERSIST
                       : kind == Kind::signal   ? EV_SIGNAL
                                                : 0;
    const int fd = kind == Kind::readable ? pair[0] : kind == Kind::signal ? SIGUSR1 : -1;
    REQUIRE(event_assign(&ev, base, fd, what, on_event, &body) == 0);
    switch (kind) {
    case Kind::activated:
        event_active(&ev, EV_READ, 1);
        break;
    case Kind::signal:
        event_active(&ev, EV_SIGNAL, 2);
        break;
    case Kind::timer:
    case Kind::periodic:
        REQUIRE(event_add(&ev, &now) == 0);
        break;
    case Kind::readable:
        REQUIRE(event_add(&ev, &kHour) == 0);
        break;
    case Kind::common: {
        const timeval* queue = event_base_init_common_timeout(base, &now);
        REQUIRE(queue);
        REQUIRE(event_add(&ev, queue) == 0);
        break;
    }
    case Kind::once:
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, on_event, &body, nullptr) == 0);
        break;
    case Kind::finalizer:
        REQUIRE(event_finalize(0, &ev, [](event*, void* b) { call_body(b); }) == 0);
        break;
    case Kind::prepare:
        watcher = evwatch_prepare_new(
            base, [](evwatch*, const evwatch_prepare_cb_info*, void* b) { call_body(b); }, &body);
        break;
    case Kind::check:
        watcher = evwatch_check_new(
            base, [](evwatch*, const evwatch_check_cb_info*, void* b) { call_body(b); }, &body);
        break;
    }
    TestEvent keep_alive(base, -1, 0);
    REQUIRE(keep_alive.add(kHour) == 0);
    for (int i = 0; i < 3; ++i)
        pass(base);
    CHECK_FALSE(body);
    evwatch_free(watcher);
    REQUIRE(event_del(&ev) == 0);
    event_debug_unassign(&ev);
}

// Events in every state a callback can find them in.
struct Victims {
    Victims(event_base* base, const SocketPair& pair) {
        auto make = [&](int fd, int what) {
            events.push_back(std::make_unique<TestEvent>(base, fd, static_cast<short>(what)));
            return events.back()->get();
        };
        event_active(make(-1, 0), EV_READ, 1);
        event_active(make(-1, EV_PERSIST), EV_READ, 1);
        event_active(make(pair[0], EV_READ), EV_READ, 1);
        add(make(-1, 0), {0, 0});
        add(make(-1, EV_PERSIST), {0, 0});
        add(make(-1, 0), kHour);
        add(make(-1, EV_PERSIST), kHour);
        add(make(-1, 0), *event_base_init_common_timeout(base, &kHour));
        const timeval now = {0, 0};
        add(make(-1, EV_PERSIST), *event_base_init_common_timeout(base, &now));
        add(make(pair[0], EV_READ), {0, 0});
        add(make(pair[0], EV_READ | EV_PERSIST), kHour);
        add(make(pair[0], EV_READ | EV_WRITE | EV_PERSIST), kHour);
        make(-1, 0);  // never added
#if EVLET_SIGNALS
        add(make(SIGUSR2, EV_SIGNAL | EV_PERSIST), kHour);
        event_active(make(SIGUSR2, EV_SIGNAL), EV_SIGNAL, 3);
#endif
    }
    static void add(event* ev, const timeval& timeout) {
        REQUIRE(event_add(ev, &timeout) == 0);
    }

    // How often they were called.
    [[nodiscard]] int calls() const {
        int total = 0;
        for (const auto& ev : events)
            total += ev->calls;
        return total;
    }

    std::vector<std::unique_ptr<TestEvent>> events;
};

}  // namespace

TEST_CASE("events_of_any_state_can_be_freed_in_callbacks_of_any_kind") {
    for (const Kind kind : kKinds) {
        CAPTURE(static_cast<int>(kind));
        Base base;
        REQUIRE(event_base_priority_init(base, 2) == 0);
        SocketPair pair;
        pair.write(1, "x");
        std::unique_ptr<Victims> victims;
        call_from(base, kind, pair, [&] {
            // Made in a callback of their own, so that some are active when they go.
            victims = std::make_unique<Victims>(base, pair);
            for (auto& ev : victims->events)
                ev->free();
        });
        CHECK(victims->calls() == 0);
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    }
}

TEST_CASE("events_that_became_ready_before_are_freed_before_their_call") {
    for (const Kind kind : kKinds) {
        CAPTURE(static_cast<int>(kind));
        Base base;
        REQUIRE(event_base_priority_init(base, 2) == 0);
        SocketPair pair;
        pair.write(1, "x");
        auto victims = std::make_unique<Victims>(base, pair);
        for (auto& ev : victims->events) {
            if (!(event_pending(ev->get(), EV_READ | EV_SIGNAL, nullptr)))
                event_priority_set(*ev, 1);
        }
        int calls_before = -1;
        call_from(base, kind, pair, [&] {
            calls_before = victims->calls();
            for (auto& ev : victims->events)
                ev->free();
        });
        CHECK(victims->calls() == calls_before);  // none after it was freed
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    }
}

TEST_CASE("events_deleted_in_callbacks_of_any_kind_are_quiet_until_added_again") {
    for (const Kind kind : kKinds) {
        CAPTURE(static_cast<int>(kind));
        Base base;
        SocketPair pair;
        pair.write(1, "x");
        auto victims = std::make_unique<Victims>(base, pair);
        int calls_before = -1;
        call_from(base, kind, pair, [&] {
            calls_before = victims->calls();
            for (auto& ev : victims->events)
                CHECK(event_del(*ev) == 0);
        });
        CHECK(victims->calls() == calls_before);
        for (auto& ev : victims->events) {
            CHECK(ev->pending() == 0);
            event_active(*ev, EV_READ, 1);
        }
        pass(base);
        CHECK(victims->calls() == calls_before + static_cast<int>(victims->events.size()));
    }
}

TEST_CASE("event_of_any_kind_may_free_itself") {
    for (const int what : {
             0, int(EV_PERSIST), int(EV_READ), EV_READ | EV_PERSIST,
#if EVLET_SIGNALS
                 int(EV_SIGNAL), EV_SIGNAL | EV_PERSIST,
#endif
                 EV_READ | EV_WRITE | EV_PERSIST
         }) {
        for (const bool with_common : {false, true}) {
            CAPTURE(what);
            CAPTURE(with_common);
            Base base;
            SocketPair pair;
            pair.write(1, "x");
            TestEvent* self = nullptr;
            const int fd = what & EV_SIGNAL ? SIGUSR1 : what & EV_READ ? pair[0] : -1;
            TestEvent ev(base, fd, static_cast<short>(what), [&](short) { self->free(); });
            self = &ev;
            const timeval now = {0, 0};
            const timeval* timeout =
                with_common ? event_base_init_common_timeout(base, &now) : &now;
            REQUIRE(ev.add(*timeout) == 0);
            if (what & EV_SIGNAL)
                event_active(ev, EV_SIGNAL, 3);
            CHECK(event_base_dispatch(base) == 1);
            CHECK(ev.calls == 1);
            CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
        }
    }
}

TEST_CASE("event_deleted_and_added_again_in_its_own_callback_stays") {
    for (const int what : {int(EV_READ), EV_READ | EV_PERSIST}) {
        Base base;
        SocketPair pair;
        pair.write(1, "x");
        TestEvent* self = nullptr;
        TestEvent ev(base, pair[0], static_cast<short>(what), [&](short) {
            CHECK(event_del(*self) == 0);
            if (self->calls < 4)
                CHECK(self->add(kHour) == 0);
        });
        self = &ev;
        REQUIRE(ev.add() == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(ev.calls == 4);
    }
}

TEST_CASE("event_may_be_assigned_anew_in_its_own_callback") {
    Base base;
    struct State {
        event ev;
        event_base* base;
        int first;
        int second;
    } state = {{}, base, 0, 0};
    const auto first = [](evutil_socket_t, short, void* argument) {
        auto& s = *static_cast<State*>(argument);
        ++s.first;
        const auto second = [](evutil_socket_t, short, void* a) {
            ++static_cast<State*>(a)->second;
        };
        CHECK(event_assign(&s.ev, s.base, -1, 0, second, &s) == 0);
        event_active(&s.ev, 0, 0);
    };
    REQUIRE(event_assign(&state.ev, base, -1, 0, first, &state) == 0);
    event_active(&state.ev, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(state.first == 1);
    CHECK(state.second == 1);
    event_debug_unassign(&state.ev);
}

TEST_CASE("two_active_events_that_free_each_other_call_back_once_together") {
    Base base;
    TestEvent* other[2] = {};
    TestEvent a(base, -1, 0, [&](short) { other[1]->free(); });
    TestEvent b(base, -1, 0, [&](short) { other[0]->free(); });
    other[0] = &a;
    other[1] = &b;
    event_active(a, 0, 0);
    event_active(b, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(a.calls + b.calls == 1);
}
