// SPDX-License-Identifier: BSD-3-Clause
// The calls of event2/event_compat.h, and NULL for a base, with and without event_init().
#include <ctype.h>
#include <errno.h>
#include <event2/event_compat.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};
constexpr timeval kNow = {0, 0};

void count(evutil_socket_t, short, void* calls) {
    ++*static_cast<int*>(calls);
}

// event_init() for the length of a scope. It asks the environment which backends to leave out, so
// the one under test is chosen there.
class Init {
public:
    Init() {
        for (const char** name = event_get_supported_methods(); method_under_test() && *name;
             ++name) {
            if (strcmp(*name, method_under_test()) != 0)
                banned_.push_back(*name);
        }
        for (const std::string& name : banned_)
            setenv(variable(name).c_str(), "1", 1);
        base_ = event_init();
        for (const std::string& name : banned_)
            unsetenv(variable(name).c_str());
        REQUIRE(base_);
    }
    ~Init() {
        if (base_)
            event_base_free(base_);
    }
    Init(const Init&) = delete;
    Init& operator=(const Init&) = delete;
    operator event_base*() const { return base_; }
    void disown() { base_ = nullptr; }

private:
    static std::string variable(const std::string& method) {
        std::string name = "EVENT_NO";
        for (const char c : method)
            name += static_cast<char>(toupper(c));
        return name;
    }

    std::vector<std::string> banned_;
    event_base* base_;
};

}  // namespace

TEST_CASE("calls_without_a_base_fail_before_event_init") {
    REQUIRE(evlet::g_current_base == nullptr);
    CapturedLog log;
    int calls = 0;
    errno = 0;
    CHECK(event_dispatch() == -1);
    CHECK(errno == EINVAL);
    CHECK(event_loop(EVLOOP_NONBLOCK) == -1);
    CHECK(event_loopexit(nullptr) == -1);
    CHECK(event_loopbreak() == -1);
    CHECK(event_once(-1, EV_TIMEOUT, count, &calls, nullptr) == -1);
    CHECK(event_get_method() == nullptr);
    CHECK(event_priority_init(2) == -1);
    event ev;
    event_set(&ev, -1, 0, count, &calls);
    CHECK(event_initialized(&ev) != 0);
    CHECK(event_add(&ev, &kNow) == -1);
    CHECK(event_base_init_common_timeout(nullptr, &kNow) == nullptr);
    event_debug_unassign(&ev);
    CHECK(calls == 0);
}

TEST_CASE("event_set_before_event_init_works_after_event_base_set") {
    int calls = 0;
    event ev;
    event_set(&ev, -1, 0, count, &calls);
    Base base;
    CHECK(event_base_set(base, &ev) == 0);
    REQUIRE(event_add(&ev, &kNow) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(calls == 1);
    event_debug_unassign(&ev);
}

TEST_CASE("events_of_event_set_belong_to_the_base_of_event_init") {
    Init base;
    int calls = 0;
    event ev;
    event_set(&ev, -1, 0, count, &calls);
    CHECK(event_get_base(&ev) == static_cast<event_base*>(base));
    REQUIRE(event_add(&ev, &kNow) == 0);
    CHECK(event_dispatch() == 1);
    CHECK(calls == 1);
    event_debug_unassign(&ev);
}

TEST_CASE("method_of_the_process_is_that_of_its_base") {
    Init base;
    CHECK(std::string(event_get_method()) == event_base_get_method(base));
    if (method_under_test())
        CHECK(std::string(event_get_method()) == method_under_test());
}

TEST_CASE("old_timer_and_signal_names_do_what_the_new_ones_do") {
    Init base;
    int calls = 0;
    event ev;
    timeout_set(&ev, count, &calls);
    CHECK(timeout_initialized(&ev) != 0);
    REQUIRE(timeout_add(&ev, &kHour) == 0);
    timeval expiry = {};
    CHECK(timeout_pending(&ev, &expiry) == EV_TIMEOUT);
    CHECK(expiry.tv_sec > 0);
    REQUIRE(timeout_del(&ev) == 0);
    CHECK(timeout_pending(&ev, nullptr) == 0);
    evtimer_set(&ev, count, &calls);
    REQUIRE(evtimer_add(&ev, &kNow) == 0);
    CHECK(event_loop(EVLOOP_ONCE) == 0);
    CHECK(calls == 1);
#if EVLET_SIGNALS
    signal_set(&ev, SIGUSR1, count, &calls);
    CHECK(signal_initialized(&ev) != 0);
    CHECK(EVENT_SIGNAL(&ev) == SIGUSR1);
    CHECK(EVENT_FD(&ev) == SIGUSR1);
    REQUIRE(signal_add(&ev, nullptr) == 0);
    CHECK(signal_pending(&ev, nullptr) == EV_SIGNAL);
    raise(SIGUSR1);
    CHECK(event_loop(EVLOOP_ONCE) == 0);
    CHECK(calls == 2);
    REQUIRE(signal_del(&ev) == 0);
    evsignal_set(&ev, SIGUSR2, count, &calls);
    CHECK(event_get_events(&ev) == (EV_SIGNAL | EV_PERSIST));
#endif
    event_debug_unassign(&ev);
}

TEST_CASE("loop_of_the_process_can_be_ended") {
    Init base;
    int calls = 0;
    event ev;
    event_set(&ev, -1, EV_PERSIST, count, &calls);
    REQUIRE(event_add(&ev, &kHour) == 0);
    REQUIRE(event_loopexit(&kNow) == 0);
    CHECK(event_dispatch() == 0);
    CHECK(event_base_got_exit(base) == 1);
    const auto stop = [](evutil_socket_t, short, void*) { CHECK(event_loopbreak() == 0); };
    REQUIRE(event_once(-1, EV_TIMEOUT, stop, nullptr, nullptr) == 0);
    CHECK(event_dispatch() == 0);
    CHECK(event_base_got_break(base) == 1);
    CHECK(event_loop(EVLOOP_NONBLOCK) == 0);
    REQUIRE(event_del(&ev) == 0);
    event_debug_unassign(&ev);
}

TEST_CASE("priorities_of_the_process_are_those_of_its_base") {
    Init base;
    CHECK(event_priority_init(7) == 0);
    CHECK(event_base_get_npriorities(base) == 7);
    CHECK(event_base_get_npriorities(nullptr) == 7);
    int calls = 0;
    event ev;
    event_set(&ev, -1, 0, count, &calls);
    CHECK(event_get_priority(&ev) == 3);
    event_debug_unassign(&ev);
}

TEST_CASE("null_base_is_the_one_of_event_init") {
    Init base;
    int calls = 0;
    event* ev = event_new(nullptr, -1, 0, count, &calls);
    REQUIRE(ev);
    CHECK(event_get_base(ev) == static_cast<event_base*>(base));
    event_active(ev, 0, 0);
    CHECK(event_base_dispatch(nullptr) == 1);
    CHECK(calls == 1);
    REQUIRE(event_base_once(nullptr, -1, EV_TIMEOUT, count, &calls, nullptr) == 0);
    CHECK(event_base_loop(nullptr, EVLOOP_ONCE) == 0);
    CHECK(calls == 2);
    CHECK(event_base_loopexit(nullptr, nullptr) == 0);
    CHECK(event_base_dispatch(nullptr) == 0);
    CHECK(event_base_loopbreak(nullptr) == 0);
    CHECK(event_base_loopcontinue(nullptr) == 0);
    CHECK(event_base_init_common_timeout(nullptr, &kHour) ==
          event_base_init_common_timeout(base, &kHour));
    timeval now;
    CHECK(event_base_gettimeofday_cached(nullptr, &now) == 0);
    CHECK(event_base_update_cache_time(nullptr) == 0);
    event_free(ev);
}

TEST_CASE("freeing_null_frees_the_base_of_event_init") {
    Init base;
    base.disown();
    event_base_free(nullptr);
    CHECK(evlet::g_current_base == nullptr);
    CHECK(event_dispatch() == -1);
}

TEST_CASE("freeing_the_base_of_event_init_by_name_leaves_the_process_without") {
    {
        Init base;
        CHECK(evlet::g_current_base == static_cast<event_base*>(base));
    }
    CHECK(evlet::g_current_base == nullptr);
}

TEST_CASE("second_event_init_takes_over_and_leaves_the_first_usable_by_name") {
    Init first;
    {
        Init second;
        CHECK(evlet::g_current_base == static_cast<event_base*>(second));
        TestEvent in_first(first, -1, 0);
        event_active(in_first, 0, 0);
        CHECK(event_dispatch() == 1);
        CHECK(in_first.calls == 0);
        CHECK(event_base_dispatch(first) == 1);
        CHECK(in_first.calls == 1);
    }
    CHECK(evlet::g_current_base == nullptr);
}

TEST_CASE("event_set_with_senseless_arguments_leaves_the_event_and_warns") {
    Init base;
    CapturedLog log;
    event ev = {};
    event_set(&ev, 1, EV_SIGNAL | EV_READ, count, nullptr);
    CHECK(event_initialized(&ev) == 0);
    CHECK(log.contains("event_set"));
}

#if EVLET_MEM_HOOKS
TEST_CASE("event_init_without_memory_keeps_the_base_before") {
    Init base;
    CapturedLog log;
    FailingMemory memory;
    memory.fail_at(1, true);
    CHECK(event_init() == nullptr);
    memory.stop_failing();
    CHECK(log.contains("event_init"));
    CHECK(evlet::g_current_base == static_cast<event_base*>(base));
}
#endif
