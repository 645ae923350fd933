// SPDX-License-Identifier: BSD-3-Clause
// event_set_mem_functions(): every block goes through the program's functions. Each test is a
// process of its own, since the functions have to be set before anything is allocated.
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "doctest.h"
#include "evlet_config.h"
#include "support/fatal.h"
#if EVLET_THREADS
#include <event2/thread.h>
#endif
#include <event2/watch.h>

using namespace evlet_test;

namespace {

// A head before each block tells blocks of these functions from all others.
struct Head {
    uint64_t mark;
    uint64_t size;
};
constexpr uint64_t kMark = 0x5afe0b10c5afe0b1;
constexpr uint64_t kGone = 0x6062e6062e6062e6;

long g_alive;
long g_made;

Head* head_of(void* block) {
    Head* head = static_cast<Head*>(block) - 1;
    CHILD_REQUIRE(head->mark == kMark);
    return head;
}

void* marked_malloc(size_t size) {
    CHILD_REQUIRE(size != 0);
    Head* head = static_cast<Head*>(malloc(sizeof(Head) + size));
    *head = {kMark, size};
    memset(head + 1, 0xa5, size);
    ++g_alive;
    ++g_made;
    return head + 1;
}

void marked_free(void* block) {
    if (!block)
        return;
    Head* head = head_of(block);
    memset(head + 1, 0x5a, head->size);
    head->mark = kGone;
    --g_alive;
    free(head);
}

// Always moves the block, so that nobody can rely on its place.
void* marked_realloc(void* block, size_t size) {
    void* moved = marked_malloc(size);
    if (block) {
        const size_t old = head_of(block)->size;
        memcpy(moved, block, old < size ? old : size);
        marked_free(block);
    }
    return moved;
}

void do_nothing(evutil_socket_t, short, void*) {}

void watch_nothing(evwatch*, const evwatch_prepare_cb_info*, void*) {}

// Everything in the event core that allocates, and everything given back at the end.
void use_everything() {
    event_config* config = config_under_test();
    CHILD_REQUIRE(event_config_avoid_method(config, "none") == 0);
    event_base* base = event_base_new_with_config(config);
    event_config_free(config);
    CHILD_REQUIRE(base);
    CHILD_REQUIRE(event_base_priority_init(base, 4) == 0);
    evwatch* watcher = evwatch_prepare_new(base, watch_nothing, nullptr);
    CHILD_REQUIRE(watcher);
    const timeval now = {0, 0};
    const timeval soon = milliseconds(1);
    const timeval* common = event_base_init_common_timeout(base, &soon);
    CHILD_REQUIRE(common);
    constexpr int kEvents = 100;
    int pipes[20][2];
    event* events[kEvents];
    for (auto& fds : pipes)
        CHILD_REQUIRE(pipe(fds) == 0);
    for (int i = 0; i < kEvents; ++i) {
        if (i < 20)
            events[i] = event_new(base, pipes[i][1], EV_WRITE, do_nothing, nullptr);
        else
            events[i] = evtimer_new(base, do_nothing, nullptr);
        CHILD_REQUIRE(events[i]);
        CHILD_REQUIRE(event_add(events[i], i % 3 ? &now : common) == 0);
    }
#if EVLET_SIGNALS
    event* usr1 = evsignal_new(base, SIGUSR1, do_nothing, nullptr);
    CHILD_REQUIRE(usr1 && event_add(usr1, nullptr) == 0);
    raise(SIGUSR1);
    CHILD_REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
    event_free(usr1);
#endif
    CHILD_REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, &now) == 0);
    CHILD_REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, common) == 0);
    CHILD_REQUIRE(event_reinit(base) == 0);
    CHILD_REQUIRE(event_base_dispatch(base) == 1);
    CHILD_REQUIRE(event_free_finalize(0, events[0], nullptr) == 0);
    for (int i = 1; i < kEvents; ++i)
        event_free(events[i]);
    CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
    evwatch_free(watcher);
    event_base_free(base);
    for (auto& fds : pipes) {
        close(fds[0]);
        close(fds[1]);
    }
}

}  // namespace

TEST_CASE("all_blocks_come_from_the_programs_functions_and_go_back_to_them") {
    const int status = run_in_child([] {
        event_set_mem_functions(marked_malloc, marked_realloc, marked_free);
#if EVLET_THREADS
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
#endif
        use_everything();
        libevent_global_shutdown();
        CHILD_REQUIRE(g_made > 100);
        CHILD_REQUIRE(g_alive == 0);
    });
    CHECK(ended_well(status));
}

TEST_CASE("functions_without_a_realloc_are_enough_when_they_wrap_the_systems") {
    const int status = run_in_child([] {
        event_set_mem_functions(
            [](size_t size) {
                ++g_made;
                return malloc(size);
            },
            nullptr,
            [](void* block) {
                g_alive -= block != nullptr;
                free(block);
            });
        use_everything();
        CHILD_REQUIRE(g_made > 100);
        CHILD_REQUIRE(g_alive <= -g_made);
    });
    CHECK(ended_well(status));
}

TEST_CASE("functions_that_are_taken_back_are_not_called_any_more") {
    const int status = run_in_child([] {
        event_set_mem_functions([](size_t) -> void* { _exit(1); },
                                [](void*, size_t) -> void* { _exit(1); }, [](void*) { _exit(1); });
        event_set_mem_functions(nullptr, nullptr, nullptr);
        use_everything();
    });
    CHECK(ended_well(status));
}

TEST_CASE("base_and_events_that_get_no_memory_are_null_with_enomem") {
    const int status = run_in_child([] {
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        event_set_mem_functions([](size_t) -> void* { return nullptr; },
                                [](void*, size_t) -> void* { return nullptr; }, free);
        errno = 0;
        CHILD_REQUIRE(event_base_new() == nullptr);
        CHILD_REQUIRE(errno == ENOMEM);
        errno = 0;
        CHILD_REQUIRE(event_new(base, -1, 0, do_nothing, nullptr) == nullptr);
        CHILD_REQUIRE(errno == ENOMEM);
        errno = 0;
        CHILD_REQUIRE(event_config_new() == nullptr);
        CHILD_REQUIRE(errno == ENOMEM);
        errno = 0;
        CHILD_REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, nullptr) == -1);
        CHILD_REQUIRE(errno == ENOMEM);
        event_set_mem_functions(nullptr, nullptr, nullptr);
        CHILD_REQUIRE(event_base_dispatch(base) == 1);
        event_base_free(base);
    });
    CHECK(ended_well(status));
}

TEST_CASE("base_fails_cleanly_at_each_allocation") {
    const int status = run_in_child([] {
        FailingMemory memory;
        event_set_log_callback([](int, const char*) {});
#if EVLET_THREADS
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
#endif
        const long before = memory.outstanding();
        int failures = 0;
        for (long nth = 1; nth < 50; ++nth) {
            memory.stop_failing();
            event_config* config = config_under_test();
            memory.fail_at(nth);
            event_base* base = event_base_new_with_config(config);
            memory.stop_failing();
            event_config_free(config);
            const bool failed = memory.failed();
            if (base) {
                // A failure that could be made good is no failure; the base has to work.
                CHILD_REQUIRE(event_base_dispatch(base) == 1);
                event_base_free(base);
            }
            CHILD_REQUIRE(base || failed);
            CHILD_REQUIRE(memory.outstanding() == before);
            failures += !base;
            if (!failed)
                break;
        }
        CHILD_REQUIRE(failures > 0);
    });
    CHECK(ended_well(status));
}
