// SPDX-License-Identifier: BSD-3-Clause
// event_reinit() by itself, and when it fails: what was there before can still be used.
#include <fcntl.h>

#include "process/fork_support.h"
#if EVLET_SIGNALS
#include "signals/signal_support.h"
#endif

using namespace evlet_test;

namespace {

constexpr int kPersistentRead = EV_READ | EV_PERSIST;

bool is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

// How many descriptors the process has open.
int open_descriptors() {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd)
        count += is_open(fd);
    return count;
}

}  // namespace

TEST_CASE("reinit_without_a_base_fails") {
    CHECK(event_reinit(nullptr) == -1);
}

TEST_CASE("reinit_without_a_fork_changes_nothing_that_can_be_seen") {
    Base base;
    SocketPair pair;
    int calls = 0;
    event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &calls);
    REQUIRE(event_add(reader, nullptr) == 0);
    const int before = open_descriptors();
    for (int i = 1; i <= 3; ++i) {
        REQUIRE(event_reinit(base) == 0);
        pair.write(1, "a");
        CHECK(loop_until(base, calls, i));
    }
    CHECK(open_descriptors() == before);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    event_free(reader);
    REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 1);
}

TEST_CASE("reinit_of_an_empty_base_works") {
    Base base;
    CHECK(event_reinit(base) == 0);
    CHECK(event_base_dispatch(base) == 1);
}

TEST_CASE("reinit_without_descriptors_leaves_the_base_as_it_was") {
    Base base;
    SocketPair pair;
    int calls = 0;
    event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &calls);
    REQUIRE(event_add(reader, nullptr) == 0);
    REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    const int before = open_descriptors();
    int result;
    {
        CapturedLog log;
        FewDescriptors few(0);
        result = event_reinit(base);
    }
    // Only backends that need a descriptor of their own can fail.
    const std::string method = event_base_get_method(base);
    CHECK(result == (method == "epoll" ? -1 : 0));
    CHECK(open_descriptors() == before);
    CHECK(is_open(0));
    pair.write(1, "a");
    CHECK(loop_until(base, calls, 1));
    CHECK(event_reinit(base) == 0);
    pair.write(1, "b");
    CHECK(loop_until(base, calls, 2));
    event_free(reader);
}

#if EVLET_MEM_HOOKS
TEST_CASE("reinit_without_memory_leaves_the_base_usable") {
    FailingMemory memory;
    bool went_through = false;
    for (long nth = 1; nth < 20 && !went_through; ++nth) {
        CAPTURE(nth);
        const long before = memory.outstanding();
        {
            Base base;
            SocketPair pairs[20];
            int calls = 0;
            event* readers[20];
            for (int i = 0; i < 20; ++i) {
                readers[i] = event_new(base, pairs[i][0], kPersistentRead, count_byte, &calls);
                REQUIRE(event_add(readers[i], nullptr) == 0);
            }
            {
                CapturedLog log;
                memory.fail_at(nth);
                const int result = event_reinit(base);
                memory.stop_failing();
                went_through = !memory.failed();
                CHECK(result == (went_through ? 0 : -1));
            }
            // A second try makes good what is missing.
            REQUIRE(event_reinit(base) == 0);
            for (SocketPair& pair : pairs)
                pair.write(1, "a");
            CHECK(loop_until(base, calls, 20));
            for (event* reader : readers)
                event_free(reader);
        }
        CHECK(memory.outstanding() == before);
    }
    CHECK(went_through);
}
#endif

#if EVLET_SIGNALS
TEST_CASE("reinit_with_too_few_descriptors_keeps_signals_and_can_be_repeated") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        bool went_through = false;
        for (int spare = 0; spare < 6 && !went_through; ++spare) {
            CAPTURE(spare);
            Base base(flags);
            SocketPair pair;
            Calls calls;
            int bytes = 0;
            event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &bytes);
            REQUIRE(event_add(reader, nullptr) == 0);
            Signal usr1(base, SIGUSR1, &calls);
            const int before = open_descriptors();
            {
                CapturedLog log;
                FewDescriptors few(spare);
                went_through = event_reinit(base) == 0;
            }
            pair.write(1, "a");
            CHECK(loop_until(base, bytes, 1));
            raise(SIGUSR1);
            run(base);
            CHECK(calls.count == 1);
            REQUIRE(event_reinit(base) == 0);
            CHECK(open_descriptors() == before);
            raise(SIGUSR1);
            run(base);
            CHECK(calls.count == 2);
            pair.write(1, "a");
            CHECK(loop_until(base, bytes, 2));
            usr1.free();
            CHECK_FALSE(is_blocked(SIGUSR1));
            event_free(reader);
        }
        CHECK(went_through);
    }
}
#endif
