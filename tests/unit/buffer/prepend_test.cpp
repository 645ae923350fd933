// SPDX-License-Identifier: BSD-3-Clause
// Adding bytes, and whole buffers, to the front.
#include <stdint.h>

#include "buffer_support.h"

using namespace evlet_test;

TEST_CASE("bytes_prepended_stand_before_all_others") {
    Buffer buffer(std::string("world"));
    CHECK(prepend(buffer, "hello ") == 0);
    CHECK(prepend(buffer, ">") == 0);
    CHECK(content(buffer) == ">hello world");
}

TEST_CASE("prepending_to_an_empty_buffer_fills_it") {
    Buffer buffer;
    CHECK(prepend(buffer, "first") == 0);
    CHECK(content(buffer) == "first");
    CHECK(add(buffer, " last") == 0);
    CHECK(content(buffer) == "first last");
}

TEST_CASE("prepending_nothing_changes_nothing") {
    Buffer buffer;
    CHECK(evbuffer_prepend(buffer, nullptr, 0) == 0);
    CHECK(buffer.length() == 0);
    CHECK(add(buffer, "x") == 0);
    CHECK(evbuffer_prepend(buffer, "", 0) == 0);
    CHECK(content(buffer) == "x");
}

TEST_CASE("prepending_uses_the_room_that_draining_left") {
    Buffer buffer(pattern(300));
    REQUIRE(evbuffer_drain(buffer, 100) == 0);
    const void* before = evbuffer_pullup(buffer, 1);
    CHECK(prepend(buffer, "0123456789") == 0);
    CHECK(extents(buffer).size() == 1);
    CHECK(static_cast<const char*>(before) - 10 ==
          reinterpret_cast<const char*>(evbuffer_pullup(buffer, 1)));
    CHECK(holds(buffer, "0123456789" + pattern(300).substr(100)));
}

TEST_CASE("prepending_exactly_the_room_and_one_more_or_less_is_whole") {
    for (const size_t size : {99u, 100u, 101u, 5000u}) {
        CAPTURE(size);
        Buffer buffer(pattern(300));
        REQUIRE(evbuffer_drain(buffer, 100) == 0);
        CHECK(prepend(buffer, pattern(size, 2)) == 0);
        CHECK(holds(buffer, pattern(size, 2) + pattern(300).substr(100)));
    }
}

TEST_CASE("prepending_many_times_builds_the_reverse") {
    Buffer buffer;
    std::string expected;
    for (unsigned i = 0; i < 400; ++i) {
        const std::string part = pattern(i % 37, i);
        REQUIRE(prepend(buffer, part) == 0);
        expected.insert(0, part);
    }
    CHECK(holds(buffer, expected));
}

TEST_CASE("prepending_never_writes_into_referred_memory") {
    Referred referred("0123456789");
    {
        Buffer buffer;
        REQUIRE(referred.add_to(buffer) == 0);
        REQUIRE(evbuffer_drain(buffer, 5) == 0);
        CHECK(prepend(buffer, "abc") == 0);
        CHECK(content(buffer) == "abc56789");
        CHECK(referred.text() == "0123456789");
    }
    CHECK(referred.releases == 1);
}

TEST_CASE("prepending_a_size_no_buffer_can_have_is_refused") {
    Buffer buffer(std::string("keep"));
    CHECK(evbuffer_prepend(buffer, "x", SIZE_MAX) == -1);
    CHECK(evbuffer_prepend(buffer, "x", SIZE_MAX - 3) == -1);
    CHECK(evbuffer_prepend(buffer, "x", EV_SSIZE_MAX) == -1);
    CHECK(content(buffer) == "keep");
}

TEST_CASE("bytes_of_the_buffer_itself_may_be_prepended_to_it") {
    Buffer buffer(pattern(300));
    REQUIRE(evbuffer_drain(buffer, 120) == 0);
    const std::string rest = pattern(300).substr(120);
    const unsigned char* own = evbuffer_pullup(buffer, -1);
    CHECK(evbuffer_prepend(buffer, own, 100) == 0);
    CHECK(holds(buffer, rest.substr(0, 100) + rest));
}

TEST_CASE("a_buffer_prepended_stands_before_and_leaves_its_own_empty") {
    Buffer to{"cd", "ef"};
    Buffer from{"a", "b"};
    CHECK(evbuffer_prepend_buffer(to, from) == 0);
    CHECK(content(to) == "abcdef");
    CHECK(from.length() == 0);
    CHECK(add(from, "again") == 0);
    CHECK(content(from) == "again");
    CHECK(content(to) == "abcdef");
}

TEST_CASE("prepending_a_buffer_to_an_empty_one_moves_all") {
    Buffer to, from{"a", "b"};
    CHECK(evbuffer_prepend_buffer(to, from) == 0);
    CHECK(content(to) == "ab");
    CHECK(from.length() == 0);
    CHECK(add(to, "c") == 0);
    CHECK(content(to) == "abc");
}

TEST_CASE("prepending_an_empty_buffer_changes_nothing") {
    Buffer to{"a"}, from;
    CHECK(evbuffer_prepend_buffer(to, from) == 0);
    CHECK(content(to) == "a");
    Buffer both;
    CHECK(evbuffer_prepend_buffer(both, from) == 0);
    CHECK(both.length() == 0);
}

TEST_CASE("prepending_a_buffer_to_itself_does_no_damage") {
    Buffer buffer{"ab", "cd"};
    evbuffer_prepend_buffer(buffer, buffer);
    CHECK(content(buffer) == "abcd");
    CHECK(add(buffer, "e") == 0);
    CHECK(content(buffer) == "abcde");
}

TEST_CASE("prepending_a_buffer_copies_nothing") {
    Buffer to(pattern(5000, 1)), from(pattern(5000, 2));
    const void* place = extents(from)[0].iov_base;
    REQUIRE(evbuffer_prepend_buffer(to, from) == 0);
    CHECK(extents(to)[0].iov_base == place);
    CHECK(holds(to, pattern(5000, 2) + pattern(5000, 1)));
}
