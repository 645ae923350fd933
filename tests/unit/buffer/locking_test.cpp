// SPDX-License-Identifier: BSD-3-Clause
// Buffers with a lock, and threads that share them.
#include <event2/thread.h>

#include <atomic>
#include <thread>

#include "buffer_support.h"
#include "support/test_event.h"

using namespace evlet_test;

#if EVLET_THREADS

namespace {

constexpr int kRounds = 20000;

void share(evbuffer* buffer) {
    REQUIRE(evthread_use_pthreads() == 0);
    REQUIRE(evbuffer_enable_locking(buffer, nullptr) == 0);
}

}  // namespace

TEST_CASE("locking_is_switched_on_once") {
    Buffer buffer;
    share(buffer);
    CHECK(evbuffer_enable_locking(buffer, nullptr) == -1);
    CHECK(add(buffer, "abc") == 0);
    CHECK(content(buffer) == "abc");
}

TEST_CASE("the_lock_may_be_taken_again_by_its_holder_and_calls_work_under_it") {
    Buffer buffer;
    share(buffer);
    evbuffer_lock(buffer);
    evbuffer_lock(buffer);
    CHECK(add(buffer, "abc") == 0);
    CHECK(content(buffer) == "abc");
    evbuffer_unlock(buffer);
    evbuffer_unlock(buffer);
}

TEST_CASE("locking_a_buffer_without_a_lock_does_nothing") {
    Buffer buffer(std::string("abc"));
    evbuffer_lock(buffer);
    CHECK(content(buffer) == "abc");
    evbuffer_unlock(buffer);
}

TEST_CASE("a_held_lock_keeps_other_threads_out") {
    Buffer buffer(std::string("abc"));
    share(buffer);
    std::atomic<bool> trying(false);
    evbuffer_lock(buffer);
    std::thread other([&] {
        trying = true;
        evbuffer_drain(buffer, 3);
    });
    while (!trying)
        std::this_thread::yield();
    // A change in between would be seen by one of these.
    for (int i = 0; i < 1000; ++i)
        REQUIRE(evbuffer_get_length(buffer) == 3);
    evbuffer_unlock(buffer);
    other.join();
    CHECK(buffer.length() == 0);
}

TEST_CASE("bytes_that_one_thread_adds_and_another_removes_arrive_in_order") {
    Buffer buffer;
    share(buffer);
    std::thread writer([&] {
        for (uint32_t i = 0; i < kRounds; ++i)
            evbuffer_add(buffer, &i, sizeof i);
    });
    uint32_t expected = 0;
    bool in_order = true;
    while (expected < kRounds) {
        // A block of numbers can not be torn: each is added in one call.
        uint32_t numbers[16];
        const int size = evbuffer_remove(buffer, numbers, sizeof numbers);
        if (size <= 0) {
            std::this_thread::yield();
            continue;
        }
        for (int i = 0; i < size / 4; ++i)
            in_order = in_order && numbers[i] == expected++;
    }
    writer.join();
    CHECK(in_order);
    CHECK(buffer.length() == 0);
}

TEST_CASE("two_threads_that_move_bytes_in_opposite_directions_finish") {
    Buffer left(pattern(1000, 1)), right(pattern(1000, 2));
    share(left);
    REQUIRE(evbuffer_enable_locking(right, nullptr) == 0);
    std::thread other([&] {
        for (int i = 0; i < kRounds; ++i)
            i % 3 ? evbuffer_remove_buffer(left, right, 10) : evbuffer_add_buffer(left, right);
    });
    for (int i = 0; i < kRounds; ++i)
        i % 3 ? evbuffer_remove_buffer(right, left, 10) : evbuffer_prepend_buffer(right, left);
    other.join();
    CHECK(left.length() + right.length() == 2000);
    CHECK(content(left).size() + content(right).size() == 2000);
}

TEST_CASE("two_threads_use_the_copies_of_one_multicast") {
    Buffer source(pattern(300)), copy;
    REQUIRE(evthread_use_pthreads() == 0);
    for (evbuffer* buffer : {static_cast<evbuffer*>(source), static_cast<evbuffer*>(copy)})
        REQUIRE(evbuffer_enable_locking(buffer, nullptr) == 0);
    std::atomic<int> bad(0);
    std::atomic<bool> done(false);
    std::thread taker([&] {
        std::string bytes(300, '\0');
        while (!done || evbuffer_get_length(copy) > 0) {
            const int size = evbuffer_remove(copy, bytes.data(), 300);
            if (size == 300 && bytes != pattern(300))
                ++bad;
            if (size <= 0)
                std::this_thread::yield();
        }
    });
    for (int i = 0; i < kRounds / 10; ++i) {
        if (evbuffer_add_buffer_reference(copy, source) != 0)
            ++bad;
        if (i % 10 == 0) {
            evbuffer_drain(source, 300);
            evbuffer_add(source, pattern(300).data(), 300);
        }
    }
    done = true;
    taker.join();
    CHECK(bad == 0);
    CHECK(holds(source, pattern(300)));
}

TEST_CASE("callbacks_of_a_shared_buffer_see_consistent_numbers") {
    Buffer buffer;
    share(buffer);
    size_t length = 0;
    bool consistent = true;
    Observer observer(buffer, [&](evbuffer* b, const evbuffer_cb_info& info) {
        // Runs under the lock, so that it needs none of its own.
        consistent = consistent && info.orig_size == length;
        length = info.orig_size + info.n_added - info.n_deleted;
        consistent = consistent && evbuffer_get_length(b) == length;
    });
    std::thread other([&] {
        for (int i = 0; i < kRounds; ++i)
            evbuffer_drain(buffer, 3);
    });
    for (int i = 0; i < kRounds; ++i)
        evbuffer_add(buffer, "abcde", i % 5);
    other.join();
    CHECK(consistent);
    CHECK(buffer.length() == length);
}

TEST_CASE("callbacks_of_a_shared_buffer_are_deferred_to_the_thread_of_the_loop") {
    REQUIRE(evthread_use_pthreads() == 0);
    Base base;
    Buffer buffer;
    REQUIRE(evbuffer_enable_locking(buffer, nullptr) == 0);
    size_t added = 0;
    const std::thread::id loop_thread = std::this_thread::get_id();
    bool elsewhere = false;
    Observer observer(buffer, [&](evbuffer*, const evbuffer_cb_info& info) {
        added += info.n_added;
        elsewhere = elsewhere || std::this_thread::get_id() != loop_thread;
        if (added == kRounds)
            event_base_loopbreak(base);
    });
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    std::thread other([&] {
        for (int i = 0; i < kRounds; ++i)
            evbuffer_add(buffer, "x", 1);
    });
    event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
    other.join();
    CHECK(added == kRounds);
    CHECK_FALSE(elsewhere);
    buffer.free();
}

TEST_CASE("a_shared_buffer_may_be_freed_and_deferred_anew_while_its_callbacks_are_on_their_way") {
    REQUIRE(evthread_use_pthreads() == 0);
    Base base;
    std::atomic<bool> done(false);
    std::thread other([&] {
        for (int i = 0; i < kRounds / 10; ++i) {
            evbuffer* const buffer = evbuffer_new();
            evbuffer_enable_locking(buffer, nullptr);
            evbuffer_add_cb(
                buffer, [](evbuffer*, const evbuffer_cb_info*, void*) {}, nullptr);
            evbuffer_defer_callbacks(buffer, base);
            evbuffer_add(buffer, "abc", 3);
            evbuffer_defer_callbacks(buffer, base);
            evbuffer_add(buffer, "def", 3);
            evbuffer_free(buffer);
        }
        done = true;
    });
    CHECK(run_until(base, [&] { return done.load(); }));
    other.join();
}

#endif
