// SPDX-License-Identifier: BSD-3-Clause
// Prepare and check watchers (event2/watch.h).
#include <event2/watch.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};

// A watcher of either kind whose callback is a lambda.
class Watcher {
public:
    using Body = std::function<void(const evwatch_prepare_cb_info*)>;
    Watcher(event_base* base, bool check, Body body) : body_(std::move(body)) {
        watcher_ = check ? evwatch_check_new(base, on_check, this)
                         : evwatch_prepare_new(base, on_prepare, this);
        REQUIRE(watcher_);
    }
    ~Watcher() { free(); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    void free() {
        evwatch_free(watcher_);
        watcher_ = nullptr;
    }
    void disown() { watcher_ = nullptr; }
    [[nodiscard]] evwatch* get() const { return watcher_; }

    int calls = 0;
    evwatch* given = nullptr;

private:
    void call(evwatch* watcher, const evwatch_prepare_cb_info* info) {
        ++calls;
        given = watcher;
        const Body body = body_;
        if (body)
            body(info);
    }
    static void on_prepare(evwatch* w, const evwatch_prepare_cb_info* info, void* self) {
        CHECK(info != nullptr);
        static_cast<Watcher*>(self)->call(w, info);
    }
    static void on_check(evwatch* w, const evwatch_check_cb_info* info, void* self) {
        CHECK(info != nullptr);
        static_cast<Watcher*>(self)->call(w, nullptr);
    }

    Body body_;
    evwatch* watcher_;
};

}  // namespace

TEST_CASE("watchers_run_around_the_wait_in_the_order_they_were_made") {
    Base base;
    std::string order;
    Watcher check1(base, true, [&](auto) { order += 'c'; });
    Watcher prepare1(base, false, [&](auto) { order += 'p'; });
    Watcher prepare2(base, false, [&](auto) { order += 'q'; });
    Watcher check2(base, true, [&](auto) { order += 'd'; });
    TestEvent ev(base, -1, 0, [&](short) { order += 'e'; });
    REQUIRE(ev.add_ms(0) == 0);
    pass(base);
    CHECK(order == "pqcde");
    CHECK(prepare1.given == prepare1.get());
    CHECK(check2.given == check2.get());
    CHECK(evwatch_base(check1.get()) == base.get());
}

TEST_CASE("watchers_run_once_in_each_pass") {
    Base base;
    Watcher prepare(base, false, nullptr);
    Watcher check(base, true, nullptr);
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    for (int i = 1; i <= 3; ++i) {
        pass(base);
        CHECK(prepare.calls == i);
        CHECK(check.calls == i);
    }
}

TEST_CASE("watchers_do_not_keep_the_loop_running") {
    Base base;
    Watcher prepare(base, false, nullptr);
    Watcher check(base, true, nullptr);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(prepare.calls == 0);
    CHECK(check.calls == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("prepare_watcher_is_told_how_long_the_wait_may_be") {
    Base base;
    SocketPair pair;
    timeval planned = {-1, -1};
    int limited = -1;
    Watcher prepare(base, false, [&](const evwatch_prepare_cb_info* info) {
        planned = {-1, -1};
        limited = evwatch_prepare_get_timeout(info, &planned);
    });

    // No timer: no limit, and the time is left alone. The data is there, so it does not wait.
    TestEvent reader(base, pair[0], EV_READ);
    pair.write(1, "x");
    REQUIRE(reader.add() == 0);
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(limited == 0);
    CHECK(planned.tv_sec == -1);

    // A timer: what is left of it.
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    REQUIRE(reader.add() == 0);
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(limited == 1);
    CHECK(planned.tv_sec >= 3590);
    CHECK(planned.tv_sec <= 3600);

    // Work already: nothing.
    event_active(reader, 0, 0);
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(limited == 1);
    CHECK(planned.tv_sec == 0);
    CHECK(planned.tv_usec == 0);

    // Told not to wait: nothing.
    pass(base);
    CHECK(limited == 1);
    CHECK(planned.tv_sec == 0);
    CHECK(planned.tv_usec == 0);
}

TEST_CASE("events_that_a_prepare_watcher_adds_shorten_the_wait") {
    Base base;
    TestEvent late(base, -1, 0);
    REQUIRE(late.add(kHour) == 0);
    TestEvent soon(base, -1, 0);
    TestEvent active(base, -1, 0);
    Watcher prepare(base, false, [&](auto) {
        if (soon.calls == 0 && !soon.pending())
            CHECK(soon.add_ms(1) == 0);
        else if (active.calls == 0)
            event_active(active, 0, 0);
    });
    while (active.calls == 0)
        REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
    pass(base);
    while (soon.calls == 0)
        REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
    CHECK(soon.calls == 1);
    CHECK(late.calls == 0);
}

TEST_CASE("events_that_watchers_delete_are_not_called") {
    for (const bool check : {false, true}) {
        Base base;
        TestEvent doomed(base, -1, 0);
        TestEvent timer(base, -1, 0);
        Watcher watcher(base, check, [&](auto) {
            event_del(doomed);
            event_del(timer);
        });
        event_active(doomed, 0, 0);
        REQUIRE(timer.add_ms(0) == 0);
        pass(base);
        CHECK(watcher.calls == 1);
        CHECK(doomed.calls == 0);
        CHECK(timer.calls == 0);
    }
}

TEST_CASE("events_that_a_check_watcher_activates_are_called_in_the_same_pass") {
    Base base;
    TestEvent ev(base, -1, 0);
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    Watcher check(base, true, [&](auto) { event_active(ev, EV_READ, 1); });
    pass(base);
    CHECK(ev.calls == 1);
}

TEST_CASE("watcher_may_free_itself") {
    for (const bool check : {false, true}) {
        Base base;
        Watcher* self = nullptr;
        Watcher first(base, check, nullptr);
        Watcher watcher(base, check, [&](auto) { self->free(); });
        Watcher last(base, check, nullptr);
        self = &watcher;
        TestEvent timer(base, -1, 0);
        REQUIRE(timer.add(kHour) == 0);
        pass(base);
        pass(base);
        CHECK(first.calls == 2);
        CHECK(watcher.calls == 1);
        CHECK(last.calls == 2);
    }
}

TEST_CASE("watcher_may_free_those_before_and_after_it_and_all_of_them") {
    for (const bool check : {false, true}) {
        for (const int victims : {1, 2, 4, 1 | 2, 2 | 4, 1 | 2 | 4}) {
            CAPTURE(check);
            CAPTURE(victims);
            Base base;
            Watcher* all[3] = {};
            Watcher first(base, check, nullptr);
            Watcher second(base, check, [&](auto) {
                for (int i = 0; i < 3; ++i) {
                    if (victims & 1 << i)
                        all[i]->free();
                }
            });
            Watcher third(base, check, nullptr);
            all[0] = &first;
            all[1] = &second;
            all[2] = &third;
            TestEvent timer(base, -1, 0);
            REQUIRE(timer.add(kHour) == 0);
            pass(base);
            CHECK(first.calls == 1);
            CHECK(second.calls == 1);
            CHECK(third.calls == (victims & 4 ? 0 : 1));
            pass(base);
            CHECK(first.calls == (victims & 1 ? 1 : 2));
            CHECK(second.calls == (victims & 2 ? 1 : 2));
            CHECK(third.calls == (victims & 4 ? 0 : 2));
        }
    }
}

TEST_CASE("watcher_of_one_kind_may_free_one_of_the_other") {
    Base base;
    Watcher check(base, true, nullptr);
    Watcher prepare(base, false, [&](auto) {
        if (check.get())
            check.free();
    });
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    pass(base);
    CHECK(prepare.calls == 1);
    CHECK(check.calls == 0);
}

TEST_CASE("watcher_may_make_watchers") {
    Base base;
    struct Made {
        evwatch* watcher;
        int calls;
    } made = {nullptr, 0};
    const auto count = [](evwatch*, const evwatch_prepare_cb_info*, void* argument) {
        ++static_cast<Made*>(argument)->calls;
    };
    Watcher maker(base, false, [&](auto) {
        if (!made.watcher)
            made.watcher = evwatch_prepare_new(base, count, &made);
    });
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    pass(base);
    REQUIRE(made.watcher != nullptr);
    const int in_first_pass = made.calls;  // 0 or 1
    CHECK(in_first_pass <= 1);
    pass(base);
    CHECK(made.calls == in_first_pass + 1);
    evwatch_free(made.watcher);
}

TEST_CASE("watchers_can_be_freed_in_event_callbacks") {
    Base base;
    Watcher prepare(base, false, nullptr);
    Watcher check(base, true, nullptr);
    TestEvent ev(base, -1, 0, [&](short) {
        prepare.free();
        check.free();
    });
    event_active(ev, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(prepare.calls == 1);
    CHECK(check.calls == 1);
}

TEST_CASE("watchers_left_are_freed_with_their_base") {
#if EVLET_MEM_HOOKS
    FailingMemory memory;
    const long before = memory.outstanding();
#endif
    {
        Base base;
        Watcher prepare(base, false, nullptr);
        Watcher check(base, true, nullptr);
        prepare.disown();
        check.disown();
    }
#if EVLET_MEM_HOOKS
    CHECK(memory.outstanding() == before);
#endif
}

TEST_CASE("watchers_of_nothing_are_refused_and_freeing_none_is_allowed") {
    Base base;
    const auto prepare = [](evwatch*, const evwatch_prepare_cb_info*, void*) {};
    const auto check = [](evwatch*, const evwatch_check_cb_info*, void*) {};
    CHECK(evwatch_prepare_new(base, nullptr, nullptr) == nullptr);
    CHECK(evwatch_check_new(base, nullptr, nullptr) == nullptr);
    CHECK(evwatch_prepare_new(nullptr, prepare, nullptr) == nullptr);
    CHECK(evwatch_check_new(nullptr, check, nullptr) == nullptr);
    evwatch_free(nullptr);
}
