// SPDX-License-Identifier: BSD-3-Clause
// No descriptors left (EMFILE) when a base, its waker or a signal event needs one.
#include <errno.h>
#include <event2/thread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

// The lowest descriptor that is free, which shows whether one was leaked below it.
int lowest_free() {
    const int fd = dup(0);
    REQUIRE(fd >= 0);
    close(fd);
    return fd;
}

bool needs_a_descriptor() {
    Base base;
    return strcmp(event_base_get_method(base), "epoll") == 0;
}

event_base* make_base() {
    event_config* config = config_under_test();
    event_base* base = event_base_new_with_config(config);
    const int error = errno;
    event_config_free(config);
    errno = error;
    return base;
}

}  // namespace

TEST_CASE("base_whose_backend_finds_no_descriptor_is_refused_with_the_reason") {
    const bool needs = needs_a_descriptor();
    event_config* config = config_under_test();
    CapturedLog log;
    event_base* base = nullptr;
    int error = 0;
    {
        FewDescriptors none(0);
        errno = 0;
        base = event_base_new_with_config(config);
        error = errno;
    }
    event_config_free(config);
    if (needs) {
        CHECK(base == nullptr);
        CHECK(error == EMFILE);
    } else {
        REQUIRE(base);
        event_base_free(base);
    }
}

#if !EVLET_SELECT_ONLY
TEST_CASE("base_takes_a_backend_that_needs_no_descriptor_when_there_is_a_choice") {
    CapturedLog log;
    event_base* base;
    {
        FewDescriptors none(0);
        base = event_base_new();
    }
    REQUIRE(base);
    CHECK(strcmp(event_base_get_method(base), "epoll") != 0);
    {
        TestEvent timer(base, -1, 0);
        REQUIRE(timer.add_ms(1) == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(timer.calls == 1);
    }
    event_base_free(base);
}
#endif

TEST_CASE("failed_base_leaks_no_descriptor") {
    const int lowest = lowest_free();
    CapturedLog log;
    for (int spare = 0; spare < 4; ++spare) {
        event_base* base;
        {
            FewDescriptors few(spare);
            base = make_base();
        }
        if (base)
            event_base_free(base);
        CHECK(lowest_free() == lowest);
    }
}

TEST_CASE("precise_timer_does_without_its_descriptor_if_need_be") {
    // Where the kernel has no epoll_pwait2 a second descriptor would make waits exact.
    event_config* config = config_under_test(EVENT_BASE_FLAG_PRECISE_TIMER);
    CapturedLog log;
    event_base* base;
    {
        FewDescriptors one(1);
        base = event_base_new_with_config(config);
    }
    event_config_free(config);
    REQUIRE(base);
    {
        TestEvent timer(base, -1, 0);
        const long long before = monotonic_us(base);
        REQUIRE(timer.add({0, 1500}) == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(monotonic_us(base) - before >= 1500);
    }
    event_base_free(base);
}

TEST_CASE("waker_that_finds_no_descriptor_is_refused_and_comes_later") {
    const int before = lowest_free();
    Base base;
    const int lowest = lowest_free();
    {
        FewDescriptors none(0);
        errno = 0;
        CHECK(evthread_make_base_notifiable(base) == -1);
        CHECK(errno == EMFILE);
        CHECK(evthread_make_base_notifiable(base) == -1);
    }
    CHECK(lowest_free() == lowest);
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 1);
    CHECK(evthread_make_base_notifiable(base) == 0);
    CHECK(evthread_make_base_notifiable(base) == 0);
    CHECK(event_base_dispatch(base) == 1);  // the waker does not keep the loop running
    timer.free();
    base.free();
    CHECK(lowest_free() == before);
}

TEST_CASE("notifiable_base_that_is_none_is_refused") {
    CHECK(evthread_make_base_notifiable(nullptr) == -1);
}

#if EVLET_SIGNALS
TEST_CASE("signal_event_that_finds_no_descriptor_is_refused_and_can_be_added_later") {
    for (const int flags : {0, int(EVENT_BASE_FLAG_USE_SIGNALFD)}) {
        CAPTURE(flags);
        Base base(flags);
        TestEvent ev(base, SIGUSR1, EV_SIGNAL | EV_PERSIST);
        for (int spare = 0; spare < 2; ++spare) {
            int added;
            int error;
            {
                FewDescriptors few(spare);
                errno = 0;
                added = ev.add({3600, 0});
                error = errno;
            }
            if (spare == 0)
                CHECK(added == -1);
            if (added == -1) {
                CHECK(error == EMFILE);
                CHECK(ev.pending() == 0);
                CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
            }
        }
        REQUIRE(ev.add() == 0);
        raise(SIGUSR1);
        event_base_loop(base, EVLOOP_ONCE);
        CHECK(ev.calls == 1);
    }
}
#endif

#if EVLET_THREADS
namespace {

// With threads every base has a waker from the start. In a process of its own, since lock hooks
// cannot be taken back.
void base_with_threads_and_few_descriptors() {
    event_set_log_callback([](int, const char*) {});
    const int lowest = lowest_free();
    if (evthread_use_pthreads() != 0)
        _exit(1);
    for (int spare = 0; spare < 3; ++spare) {
        event_base* base;
        {
            FewDescriptors few(spare);
            errno = 0;
            base = make_base();
        }
        if (!base && errno != EMFILE)
            _exit(2);
        if (spare == 0 && base)
            _exit(3);
        if (base)
            event_base_free(base);
        if (lowest_free() != lowest)
            _exit(4);
    }
    event_base* base = make_base();
    if (!base)
        _exit(5);
    event_base_free(base);
    _exit(0);
}

}  // namespace

TEST_CASE("base_with_threads_whose_waker_finds_no_descriptor_is_refused") {
    const int status = run_in_child(base_with_threads_and_few_descriptors);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
#endif
