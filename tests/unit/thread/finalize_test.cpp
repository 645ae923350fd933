// SPDX-License-Identifier: BSD-3-Clause
// Finalizing events while the loop runs in another thread.
#include <event2/event_struct.h>

#include <atomic>
#include <vector>

#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

// An event's life as its callbacks see it.
struct Life {
    Flag entered;
    Flag may_leave;
    Flag finalized;
    std::atomic<bool> in_callback{false};
    std::atomic<int> finalizers{0};
    std::atomic<int> errors{0};  // a callback after the finalizer, or both at a time
};

void blocking_callback(evutil_socket_t, short, void* argument) {
    auto& life = *static_cast<Life*>(argument);
    life.in_callback = true;
    life.errors += life.finalizers;
    life.entered.set();
    if (!life.may_leave.wait())
        ++life.errors;
    life.in_callback = false;
}

void quick_callback(evutil_socket_t, short, void* argument) {
    auto& life = *static_cast<Life*>(argument);
    life.in_callback = true;
    life.errors += life.finalizers;
    life.in_callback = false;
}

void finalizer(event*, void* argument) {
    auto& life = *static_cast<Life*>(argument);
    if (life.in_callback || ++life.finalizers != 1)
        ++life.errors;
    life.finalized.set();
}

}  // namespace

TEST_CASE("finalizer_runs_after_the_running_callback_and_finalizing_does_not_wait") {
    for (auto finalize : {event_finalize, event_free_finalize}) {
        use_threads();
        Base base;
        Life life;
        event* ev = event_new(base, -1, EV_PERSIST | EV_FINALIZE, blocking_callback, &life);
        LoopThread loop(base);
        event_active(ev, EV_TIMEOUT, 1);
        REQUIRE(life.entered.wait());
        REQUIRE(finalize(0, ev, finalizer) == 0);
        CHECK(life.finalizers == 0);
        life.may_leave.set();
        CHECK(life.finalized.wait());
        loop.stop();
        CHECK(life.finalizers == 1);
        CHECK(life.errors == 0);
        if (finalize == event_finalize)
            event_free(ev);
    }
}

TEST_CASE("waiting_loop_hears_of_a_finalizer") {
    use_threads();
    Base base;
    Life life;
    event* ev = evtimer_new(base, quick_callback, &life);
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    REQUIRE(event_free_finalize(0, ev, finalizer) == 0);
    CHECK(life.finalized.wait());
    loop.stop();
    CHECK(life.errors == 0);
}

TEST_CASE("event_that_is_being_finalized_can_be_neither_added_nor_activated") {
    use_threads();
    Base base;
    Life life;
    SocketPair pair;
    pair.write(1, "x");
    event* ev = event_new(base, pair[0], EV_READ | EV_PERSIST, quick_callback, &life);
    REQUIRE(event_add(ev, nullptr) == 0);
    event_active(ev, EV_READ, 1);
    REQUIRE(event_finalize(0, ev, finalizer) == 0);
    const timeval now = {0, 0};
    CHECK(event_add(ev, &now) == -1);
    CHECK(event_add(ev, nullptr) == -1);
    event_active(ev, EV_READ, 1);
    CHECK(event_del(ev) == 0);
    CHECK(event_pending(ev, EV_READ | EV_TIMEOUT, nullptr) == 0);
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 1);
    CHECK(life.finalizers == 1);
    CHECK(life.errors == 0);
    event_free(ev);
}

TEST_CASE("finalizer_may_free_what_the_callback_uses_while_others_activate_the_event") {
    use_threads();
    Base base;
    constexpr int kRounds = 100;
    std::vector<Life> lives(kRounds);
    int wrong_counts = 0;
    LoopThread loop(base);
    for (Life& life : lives) {
        event* ev = event_new(base, -1, EV_PERSIST | EV_FINALIZE, quick_callback, &life);
        Flag go;
        std::thread activators[2];
        for (std::thread& activator : activators) {
            activator = std::thread([&] {
                go.wait();
                for (int i = 0; i < 20; ++i)
                    event_active(ev, EV_TIMEOUT, 1);
            });
        }
        go.set();
        REQUIRE(event_finalize(0, ev, finalizer) == 0);
        REQUIRE(life.finalized.wait());
        for (std::thread& activator : activators)
            activator.join();
        // An activation after the finalizer may not bring the event back to life.
        event_active(ev, EV_TIMEOUT, 1);
        Flag passed;
        REQUIRE(event_base_once(
                    base, -1, EV_TIMEOUT,
                    [](evutil_socket_t, short, void* flag) { static_cast<Flag*>(flag)->set(); },
                    &passed, nullptr) == 0);
        REQUIRE(passed.wait());
        wrong_counts += life.finalizers != 1;
        event_free(ev);
    }
    loop.stop();
    CHECK(wrong_counts == 0);
}

TEST_CASE("finalizer_may_be_waited_for_while_it_runs_without_a_deadlock") {
    use_threads();
    Base base;
    struct Slow {
        Flag entered, may_leave, left;
    } slow;
    event* ev = evtimer_new(
        base, [](evutil_socket_t, short, void*) {}, &slow);
    LoopThread loop(base);
    REQUIRE(event_finalize(0, ev, [](event*, void* argument) {
                auto& s = *static_cast<Slow*>(argument);
                s.entered.set();
                s.may_leave.wait();
                s.left.set();
            }) == 0);
    REQUIRE(slow.entered.wait());
    CHECK(event_del(ev) == 0);
    slow.may_leave.set();
    CHECK(slow.left.wait());
    loop.stop();
    event_free(ev);
}

TEST_CASE("freeing_the_base_runs_the_finalizers_that_are_left") {
    use_threads();
    Life kept, freed;
    Base base;
    event keep;
    REQUIRE(event_assign(&keep, base, -1, 0, quick_callback, &kept) == 0);
    event* release = evtimer_new(base, quick_callback, &freed);
    REQUIRE(event_finalize(0, &keep, finalizer) == 0);
    REQUIRE(event_free_finalize(0, release, finalizer) == 0);
    base.free();
    CHECK(kept.finalizers == 1);
    CHECK(freed.finalizers == 1);
}

TEST_CASE("freeing_the_base_without_finalizing_runs_none") {
    use_threads();
    Life life;
    event_config* config = config_under_test();
    event_base* base = event_base_new_with_config(config);
    event_config_free(config);
    REQUIRE(base);
    event ev;
    REQUIRE(event_assign(&ev, base, -1, 0, quick_callback, &life) == 0);
    REQUIRE(event_finalize(0, &ev, finalizer) == 0);
    event_base_free_nofinalize(base);
    CHECK(life.finalizers == 0);
}
