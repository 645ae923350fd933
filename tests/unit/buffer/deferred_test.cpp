// SPDX-License-Identifier: BSD-3-Clause
// Callbacks that wait for the loop: once for all changes before it.
#include "buffer_support.h"
#include "support/test_event.h"

using namespace evlet_test;

TEST_CASE("deferred_callbacks_run_in_the_loop_once_for_all_changes") {
    Base base;
    Buffer buffer(std::string("ab"));
    Observer observer(buffer);
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    REQUIRE(add(buffer, "cdef") == 0);
    REQUIRE(evbuffer_drain(buffer, 1) == 0);
    REQUIRE(add(buffer, "g") == 0);
    CHECK(observer.saw_nothing());
    pass(base);
    CHECK(observer.saw(2, 5, 1));
    pass(base);
    CHECK(observer.saw_nothing());
    REQUIRE(evbuffer_drain(buffer, 2) == 0);
    CHECK(observer.saw_nothing());
    pass(base);
    CHECK(observer.saw(6, 0, 2));
    buffer.free();
}

TEST_CASE("a_loop_without_changes_calls_no_deferred_callback") {
    Base base;
    Buffer buffer(std::string("ab"));
    Observer observer(buffer);
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    pass(base);
    CHECK(observer.saw_nothing());
    buffer.free();
}

TEST_CASE("changes_that_cancel_out_are_told_as_they_were") {
    Base base;
    Buffer buffer;
    Observer observer(buffer);
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    REQUIRE(add(buffer, "abc") == 0);
    REQUIRE(evbuffer_drain(buffer, 3) == 0);
    pass(base);
    CHECK(observer.saw(0, 3, 3));
    buffer.free();
}

TEST_CASE("what_a_deferred_callback_changes_is_told_in_a_later_turn") {
    Base base;
    Buffer buffer;
    Observer observer(buffer, [](evbuffer* b, const evbuffer_cb_info& info) {
        if (info.n_added > 0)
            REQUIRE(evbuffer_drain(b, info.n_added) == 0);
    });
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    REQUIRE(add(buffer, "abc") == 0);
    // Bounded: what a callback does may come in the same pass or in the next.
    for (int i = 0; i < 4 && observer.calls() < 2; ++i)
        pass(base);
    REQUIRE(observer.calls() == 2);
    CHECK(observer.told[0].n_added == 3);
    CHECK(observer.told[0].n_deleted == 0);
    CHECK(observer.told[1].n_added == 0);
    CHECK(observer.told[1].n_deleted == 3);
    CHECK(observer.told[1].orig_size == 3);
    CHECK(buffer.length() == 0);
    buffer.free();
}

TEST_CASE("a_buffer_freed_before_the_loop_turns_harms_nothing") {
    Base base;
    int releases = 0;
    {
        Buffer buffer;
        Observer observer(buffer);
        REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
        REQUIRE(evbuffer_add_reference(
                    buffer, "abc", 3,
                    [](const void*, size_t, void* count) { ++*static_cast<int*>(count); },
                    &releases) == 0);
        REQUIRE(evbuffer_remove_cb_entry(buffer, observer.entry) == 0);
        buffer.free();
    }
    pass(base);
    pass(base);
    CHECK(releases == 1);
}

TEST_CASE("a_buffer_freed_before_the_loop_turns_calls_nobody") {
    Base base;
    Buffer buffer;
    Observer observer(buffer);
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    REQUIRE(add(buffer, "abc") == 0);
    buffer.free();
    pass(base);
    CHECK(observer.saw_nothing());
}

TEST_CASE("a_buffer_freed_with_changes_not_told_leaks_nothing_when_the_loop_never_turns") {
    Base base;
    Buffer buffer;
    Observer observer(buffer);
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    REQUIRE(add(buffer, "abc") == 0);
    buffer.free();
    base.free();
}

TEST_CASE("a_deferred_callback_may_free_the_buffer") {
    Base base;
    Buffer buffer;
    Observer observer(buffer, [](evbuffer* b, const evbuffer_cb_info&) { evbuffer_free(b); });
    Observer after(buffer);
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    REQUIRE(add(buffer, "abc") == 0);
    pass(base);
    buffer.forget();
    CHECK(observer.calls() == 1);
    pass(base);
    CHECK(observer.calls() == 1);
}

TEST_CASE("a_deferred_callback_may_remove_itself") {
    Base base;
    Buffer buffer;
    evbuffer_cb_entry* own = nullptr;
    Observer observer(buffer, [&](evbuffer* b, const evbuffer_cb_info&) {
        CHECK(evbuffer_remove_cb_entry(b, own) == 0);
    });
    own = observer.entry;
    REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    REQUIRE(add(buffer, "a") == 0);
    pass(base);
    REQUIRE(add(buffer, "b") == 0);
    pass(base);
    CHECK(observer.calls() == 1);
    buffer.free();
}

TEST_CASE("several_buffers_defer_to_one_loop") {
    Base base;
    Buffer buffers[4];
    size_t calls = 0;
    for (Buffer& buffer : buffers) {
        REQUIRE(evbuffer_add_cb(
            buffer,
            [](evbuffer*, const evbuffer_cb_info*, void* count) { ++*static_cast<size_t*>(count); },
            &calls));
        REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
    }
    REQUIRE(add(buffers[0], "abc") == 0);
    REQUIRE(evbuffer_add_buffer(buffers[1], buffers[0]) == 0);
    REQUIRE(evbuffer_remove_buffer(buffers[1], buffers[2], 2) == 2);
    pass(base);
    CHECK(calls == 3);
    for (Buffer& buffer : buffers)
        buffer.free();
}

TEST_CASE("deferring_again_loses_no_change") {
    Base base, other;
    for (event_base* second : {base.get(), other.get()}) {
        Buffer buffer;
        Observer observer(buffer);
        REQUIRE(evbuffer_defer_callbacks(buffer, base) == 0);
        REQUIRE(add(buffer, "abc") == 0);
        REQUIRE(evbuffer_defer_callbacks(buffer, second) == 0);
        pass(base);
        pass(other);
        CHECK(observer.saw(0, 3, 0));
        buffer.free();
    }
}
