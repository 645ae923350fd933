// SPDX-License-Identifier: BSD-3-Clause
// Listeners that cannot accept: pausing instead of spinning, reporting, going on.
#include "stream/listener_support.h"

using namespace evlet_test;

namespace {

// A listener with a waiting connection that cannot be accepted for lack of descriptors, as long as
// `nothing_left` is there.
struct Exhausted {
    Base base;
    Listener listener{base};
    Fd client = connect_to(listener.address());
    FewDescriptors* nothing_left = nullptr;

    Exhausted() {
        REQUIRE(is_ready(client, POLLOUT));
        nothing_left = new FewDescriptors(0);
    }
    ~Exhausted() { relieve(); }
    void relieve() {
        delete nothing_left;
        nothing_left = nullptr;
    }
};

// How often accepting may have been tried in `ms`: pauses of 50 ms, then twice as long each time.
int most_trials(long ms) {
    int trials = 1;
    for (long pause = 50; ms >= pause; pause = pause < 500 ? pause * 2 : 1000) {
        ms -= pause;
        ++trials;
    }
    return trials;
}

}  // namespace

TEST_CASE("listener_out_of_descriptors_pauses_longer_each_time_and_reports") {
    Exhausted out;
    out.listener.report_errors();
    const long time = run_for(out.base, 400);
    CHECK(out.listener.errors >= 1);
    CHECK(out.listener.errors <= most_trials(time));
    CHECK(out.listener.last_error == EMFILE);
    CHECK(out.listener.calls() == 0);
}

TEST_CASE("listener_resumes_by_itself_when_there_are_descriptors_again") {
    Exhausted out;
    out.listener.report_errors();
    REQUIRE(run_until(out.base, [&] { return out.listener.errors == 2; }));
    out.relieve();
    REQUIRE(run_until(out.base, [&] { return out.listener.calls() == 1; }));
    CHECK(out.listener.errors == 2);
    const Fd second = connect_to(out.listener.address());
    CHECK(run_until(out.base, [&] { return out.listener.calls() == 2; }));
}

TEST_CASE("success_makes_the_next_pause_short_again") {
    Exhausted out;
    out.listener.report_errors();
    REQUIRE(run_until(out.base, [&] { return out.listener.errors == 3; }));
    out.relieve();
    REQUIRE(run_until(out.base, [&] { return out.listener.calls() == 1; }));
    const Fd second = connect_to(out.listener.address());
    REQUIRE(is_ready(second, POLLOUT));
    out.nothing_left = new FewDescriptors(0);
    REQUIRE(run_until(out.base, [&] { return out.listener.errors == 4; }));
    // The pause's is the only event left in the base.
    const event* pause = nullptr;
    event_base_foreach_event(
        out.base,
        [](const event_base*, const event* ev, void* argument) {
            *static_cast<const event**>(argument) = ev;
            return 0;
        },
        &pause);
    timeval now, when;
    REQUIRE(pause);
    REQUIRE(event_pending(pause, EV_TIMEOUT, &when));
    evutil_gettimeofday(&now, nullptr);
    evutil_timersub(&when, &now, &when);
    CHECK(when.tv_sec <= 0);
    CHECK(when.tv_usec <= 51000);
}

TEST_CASE("enabling_ends_a_pause") {
    Exhausted out;
    out.listener.report_errors();
    // The next trials would come after 200 ms and more.
    REQUIRE(run_until(out.base, [&] { return out.listener.errors == 3; }));
    out.relieve();
    CHECK(evconnlistener_enable(out.listener) == 0);
    pass(out.base);
    CHECK(out.listener.calls() == 1);
    CHECK(event_base_get_num_events(out.base, EVENT_BASE_COUNT_ADDED) == 1);
}

TEST_CASE("disabling_ends_a_pause_for_good") {
    Exhausted out;
    out.listener.report_errors();
    out.listener.error_body = [&] { evconnlistener_disable(out.listener); };
    REQUIRE(run_until(out.base, [&] { return out.listener.errors == 1; }));
    CHECK(event_base_get_num_events(out.base, EVENT_BASE_COUNT_ADDED) == 0);
    out.relieve();
    pass(out.base);
    CHECK(out.listener.calls() == 0);
    CHECK(evconnlistener_enable(out.listener) == 0);
    CHECK(run_until(out.base, [&] { return out.listener.calls() == 1; }));
}

TEST_CASE("error_callback_may_free_its_listener") {
    Exhausted out;
    out.listener.report_errors();
    out.listener.error_body = [&] { out.listener.free(); };
    REQUIRE(run_until(out.base, [&] { return out.listener.errors == 1; }));
    CHECK(event_base_get_num_events(out.base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("without_an_error_callback_a_warning_is_logged") {
    CapturedLog log;
    Exhausted out;
    REQUIRE(run_until(out.base, [&] { return !log.lines().empty(); }));
    CHECK(log.contains("evconnlistener: accept"));
    CHECK(log.contains(strerror(EMFILE)));
}

TEST_CASE("socket_that_does_not_listen_any_more_does_not_make_the_loop_spin") {
    Base base;
    const Fd fd = bound_socket(AF_INET);
    Listener listener(base, 0, -1, fd);
    listener.report_errors();
    REQUIRE(shutdown(fd, SHUT_RDWR) == 0);
    const long time = run_for(base, 300);
    CHECK(listener.errors >= 1);
    CHECK(listener.errors <= most_trials(time));
    CHECK(listener.last_error == EINVAL);
}

#if EVLET_MEM_HOOKS
TEST_CASE("listener_out_of_descriptors_and_of_memory_recovers") {
    FailingMemory memory;
    Exhausted out;
    out.listener.report_errors();
    memory.fail_at(1, true);
    for (int i = 0; i < 5; ++i)
        pass(out.base);
    memory.stop_failing();
    CHECK(out.listener.errors >= 1);
    out.relieve();
    CHECK(run_until(out.base, [&] { return out.listener.calls() == 1; }));
}
#endif
