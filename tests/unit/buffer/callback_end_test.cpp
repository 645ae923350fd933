// SPDX-License-Identifier: BSD-3-Clause
// Callbacks that free the buffer that called them, and callbacks that reach for the other buffer.
#include "buffer_support.h"

using namespace evlet_test;

TEST_CASE("a_callback_may_free_the_buffer_whatever_call_changed_it") {
    const std::function<void(evbuffer*)> calls[] = {
        [](evbuffer* b) { add(b, "x"); },
        [](evbuffer* b) { prepend(b, "x"); },
        [](evbuffer* b) { evbuffer_add_printf(b, "%d", 1); },
        [](evbuffer* b) { evbuffer_drain(b, 1); },
        [](evbuffer* b) { evbuffer_drain(b, EV_SIZE_MAX); },
        [](evbuffer* b) {
            char byte;
            evbuffer_remove(b, &byte, 1);
        },
        [](evbuffer* b) { add_piece(b, "x"); },
        [](evbuffer* b) { free(evbuffer_readln(b, nullptr, EVBUFFER_EOL_LF)); },
        [](evbuffer* b) {
            Buffer other(std::string("x"));
            evbuffer_add_buffer(b, other);
        },
        [](evbuffer* b) {
            Buffer other(std::string("x"));
            evbuffer_add_buffer(other, b);
            CHECK(content(other) == "xline\nrest");
        },
        [](evbuffer* b) {
            Buffer other(std::string("x"));
            evbuffer_remove_buffer(b, other, 7);
            CHECK(content(other) == "xline\nre");
        },
        [](evbuffer* b) {
            evbuffer_iovec extent;
            if (evbuffer_reserve_space(b, 10, &extent, 1) == 1)
                evbuffer_commit_space(b, &extent, 1);
        },
        [](evbuffer* b) {
            SocketPair pair;
            evbuffer_write(b, pair[0]);
        },
        [](evbuffer* b) {
            SocketPair pair;
            pair.write(1, "data");
            REQUIRE(arrives(pair[0], 4));
            evbuffer_read(b, pair[0], 10);
        },
    };
    for (const auto& call : calls) {
        Buffer buffer{"line", "\n", "rest"};
        Observer before(buffer);
        Observer observer(buffer, [](evbuffer* b, const evbuffer_cb_info&) { evbuffer_free(b); });
        Observer after(buffer);
        call(buffer);
        CHECK(observer.calls() == 1);
        CHECK(before.calls() + after.calls() <= 2);
        buffer.forget();
    }
}

TEST_CASE("a_callback_may_free_the_other_buffer_of_a_move") {
    Buffer from(std::string("abc")), to(std::string("x"));
    Observer observer(from, [&](evbuffer*, const evbuffer_cb_info&) { to.free(); });
    evbuffer_add_buffer(to, from);
    CHECK(observer.calls() == 1);
    CHECK(from.length() == 0);
}

TEST_CASE("a_callback_of_the_source_may_drain_the_target_of_a_move") {
    for (const bool all : {true, false}) {
        CAPTURE(all);
        Buffer from(std::string("abc")), to(std::string("x"));
        Observer drainer(from, [&](evbuffer*, const evbuffer_cb_info&) {
            REQUIRE(evbuffer_drain(to, EV_SIZE_MAX) == 0);
        });
        Observer target(to);
        if (all)
            REQUIRE(evbuffer_add_buffer(to, from) == 0);
        else
            REQUIRE(evbuffer_remove_buffer(from, to, 2) == 2);
        CHECK(to.length() == 0);
        size_t added = 0, deleted = 0;
        for (const evbuffer_cb_info& info : target.told) {
            // No length that there never was.
            CHECK(info.orig_size <= 4);
            CHECK(info.orig_size + info.n_added >= info.n_deleted);
            added += info.n_added;
            deleted += info.n_deleted;
        }
        CHECK(added == (all ? 3 : 2));
        CHECK(deleted == added + 1);
    }
}
