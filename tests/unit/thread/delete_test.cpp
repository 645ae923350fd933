// SPDX-License-Identifier: BSD-3-Clause
// event_del() and its kin while the loop runs the callback in another thread.
#include <atomic>

#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

// A callback that says when it runs and ends when it is told to.
struct Gate {
    Flag entered;
    Flag may_leave;
    std::atomic<bool> left{false};
    std::atomic<bool> patience_lost{false};
};

void pass_gate(evutil_socket_t, short, void* argument) {
    auto& gate = *static_cast<Gate*>(argument);
    gate.entered.set();
    gate.patience_lost = !gate.may_leave.wait();
    gate.left = true;
}

// Deletes an event whose callback runs, in a way that has to wait for it.
void check_waits(short what, int (*remove)(event*)) {
    use_threads();
    Base base;
    Gate gate;
    event* ev = event_new(base, -1, what, pass_gate, &gate);
    REQUIRE(ev);
    LoopThread loop(base);
    event_active(ev, EV_TIMEOUT, 1);
    REQUIRE(gate.entered.wait());
    std::atomic<bool> had_left{false};
    std::thread remover([&] {
        remove(ev);
        had_left = gate.left.load();
    });
    CHECK(somebody_waits_for_callback(base));
    gate.may_leave.set();
    remover.join();
    CHECK(had_left);
    CHECK_FALSE(gate.patience_lost);
    loop.stop();
    event_free(ev);
}

// Deletes an event whose callback runs, in a way that must not wait for it.
void check_does_not_wait(short what, int (*remove)(event*)) {
    use_threads();
    Base base;
    Gate gate;
    event* ev = event_new(base, -1, what, pass_gate, &gate);
    REQUIRE(ev);
    LoopThread loop(base);
    event_active(ev, EV_TIMEOUT, 1);
    REQUIRE(gate.entered.wait());
    CHECK(remove(ev) == 0);
    CHECK_FALSE(gate.left);
    gate.may_leave.set();
    loop.stop();
    CHECK_FALSE(gate.patience_lost);
    event_free(ev);
}

}  // namespace

TEST_CASE("event_del_waits_for_the_running_callback") {
    check_waits(0, event_del);
    check_waits(EV_PERSIST, event_del);
}

TEST_CASE("event_del_block_waits_for_the_running_callback") {
    check_waits(0, event_del_block);
    check_waits(EV_FINALIZE, event_del_block);
    check_waits(EV_FINALIZE | EV_PERSIST, event_del_block);
}

TEST_CASE("event_del_noblock_does_not_wait_for_the_running_callback") {
    check_does_not_wait(0, event_del_noblock);
    check_does_not_wait(EV_PERSIST, event_del_noblock);
    check_does_not_wait(EV_FINALIZE, event_del_noblock);
}

TEST_CASE("event_del_does_not_wait_for_an_event_made_with_finalize") {
    check_does_not_wait(EV_FINALIZE, event_del);
    check_does_not_wait(EV_FINALIZE | EV_PERSIST, event_del);
}

TEST_CASE("event_free_waits_for_the_running_callback") {
    use_threads();
    Base base;
    Gate gate;
    event* ev = evtimer_new(base, pass_gate, &gate);
    LoopThread loop(base);
    event_active(ev, EV_TIMEOUT, 1);
    REQUIRE(gate.entered.wait());
    std::atomic<bool> had_left{false};
    std::thread remover([&] {
        event_free(ev);
        had_left = gate.left.load();
    });
    CHECK(somebody_waits_for_callback(base));
    gate.may_leave.set();
    remover.join();
    CHECK(had_left);
}

TEST_CASE("several_threads_may_wait_for_the_same_callback") {
    use_threads();
    Base base;
    Gate gate;
    event* ev = event_new(base, -1, EV_PERSIST, pass_gate, &gate);
    LoopThread loop(base);
    event_active(ev, EV_TIMEOUT, 1);
    REQUIRE(gate.entered.wait());
    std::atomic<int> early{0};
    std::thread removers[3];
    for (std::thread& remover : removers) {
        remover = std::thread([&] {
            event_del(ev);
            early += !gate.left;
        });
    }
    CHECK(comes_true([&] {
        evlet::LockGuard guard(base.get()->mutex);
        return base.get()->callback_waiters == 3;
    }));
    gate.may_leave.set();
    for (std::thread& remover : removers)
        remover.join();
    CHECK(early == 0);
    loop.stop();
    event_free(ev);
}

TEST_CASE("deleting_another_event_than_the_running_one_does_not_wait") {
    use_threads();
    Base base;
    Gate gate;
    event* running = evtimer_new(base, pass_gate, &gate);
    event* other = evtimer_new(base, pass_gate, &gate);
    const timeval later = {100, 0};
    REQUIRE(event_add(other, &later) == 0);
    LoopThread loop(base);
    event_active(running, EV_TIMEOUT, 1);
    REQUIRE(gate.entered.wait());
    CHECK(event_del(other) == 0);
    CHECK_FALSE(gate.left);
    gate.may_leave.set();
    loop.stop();
    event_free(running);
    event_free(other);
}

TEST_CASE("callback_that_deletes_itself_while_another_thread_deletes_it_does_not_deadlock") {
    struct Both : Gate {
        event* ev = nullptr;
    };
    for (auto remove : {event_del, event_del_block, event_del_noblock}) {
        use_threads();
        Base base;
        Both both;
        both.ev = event_new(
            base, -1, EV_PERSIST,
            [](evutil_socket_t fd, short what, void* argument) {
                pass_gate(fd, what, static_cast<Gate*>(static_cast<Both*>(argument)));
                event_del(static_cast<Both*>(argument)->ev);
                event_del_block(static_cast<Both*>(argument)->ev);
            },
            &both);
        LoopThread loop(base);
        event_active(both.ev, EV_TIMEOUT, 1);
        REQUIRE(both.entered.wait());
        std::thread remover([&] { remove(both.ev); });
        both.may_leave.set();
        remover.join();
        loop.stop();
        CHECK_FALSE(both.patience_lost);
        event_free(both.ev);
    }
}

TEST_CASE("event_freed_by_its_callback_is_not_touched_by_a_thread_that_waits_for_it") {
    struct Both : Gate {
        event* ev = nullptr;
        Flag freed;
    };
    use_threads();
    Base base;
    Both both;
    both.ev = evtimer_new(
        base,
        [](evutil_socket_t fd, short what, void* argument) {
            auto& b = *static_cast<Both*>(argument);
            pass_gate(fd, what, static_cast<Gate*>(&b));
            event_free(b.ev);
            b.freed.set();
        },
        &both);
    LoopThread loop(base);
    event_active(both.ev, EV_TIMEOUT, 1);
    REQUIRE(both.entered.wait());
    std::thread remover([&] { event_del(both.ev); });
    CHECK(somebody_waits_for_callback(base));
    both.may_leave.set();
    CHECK(both.freed.wait());
    remover.join();
    loop.stop();
}

TEST_CASE("deleted_event_is_not_called_back_any_more") {
    use_threads();
    Base base;
    struct Watched {
        std::atomic<bool> deleted{false};
        std::atomic<int> calls{0};
        std::atomic<int> late_calls{0};
    } watched;
    event* ev = event_new(
        base, -1, EV_PERSIST,
        [](evutil_socket_t, short, void* argument) {
            auto& w = *static_cast<Watched*>(argument);
            ++w.calls;
            w.late_calls += w.deleted;
        },
        &watched);
    LoopThread loop(base);
    for (int i = 0; i < 300; ++i) {
        watched.deleted = false;
        const int before = watched.calls;
        event_active(ev, EV_TIMEOUT, 1);
        if (i % 3 == 0)
            CHECK(comes_true([&] { return watched.calls > before; }));
        event_del(ev);
        watched.deleted = true;
        std::this_thread::yield();
        event_del(ev);
    }
    loop.stop();
    CHECK(watched.late_calls == 0);
    event_free(ev);
}

#if EVLET_SIGNALS
TEST_CASE("activating_a_signal_event_whose_callback_runs_does_not_wait_and_calls_it_again") {
    use_threads();
    Base base;
    Gate gate;
    event* ev = event_new(base, SIGUSR1, EV_SIGNAL | EV_PERSIST, pass_gate, &gate);
    LoopThread loop(base);
    event_active(ev, EV_SIGNAL, 1);
    REQUIRE(gate.entered.wait());
    event_active(ev, EV_SIGNAL, 2);  // would wait for ever for a callback that waits for us
    CHECK(event_pending(ev, EV_SIGNAL, nullptr) == EV_SIGNAL);
    gate.may_leave.set();
    CHECK(comes_true([&] { return event_pending(ev, EV_SIGNAL, nullptr) == 0; }));
    loop.stop();
    event_free(ev);
}

TEST_CASE("active_by_signal_copes_with_an_event_that_its_callback_frees") {
    struct Both : Gate {
        event* ev = nullptr;
    };
    use_threads();
    Base base;
    Both both;
    both.ev = evsignal_new(
        base, SIGUSR1,
        [](evutil_socket_t fd, short what, void* argument) {
            auto& b = *static_cast<Both*>(argument);
            pass_gate(fd, what, static_cast<Gate*>(&b));
            event_free(b.ev);
        },
        &both);
    REQUIRE(event_add(both.ev, nullptr) == 0);
    LoopThread loop(base);
    event_active(both.ev, EV_SIGNAL, 1);
    REQUIRE(both.entered.wait());
    // From here on nobody but the callback knows the event; this call finds it by its signal.
    Flag called;
    std::thread other([&] {
        event_base_active_by_signal(base, SIGUSR1);
        called.set();
    });
    CHECK(comes_true([&] {
        evlet::LockGuard guard(base.get()->mutex);
        return base.get()->callback_waiters > 0 || called.is_set();
    }));
    both.may_leave.set();
    other.join();
    loop.stop();
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE) == 0);
}
#endif
