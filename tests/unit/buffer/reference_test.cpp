// SPDX-License-Identifier: BSD-3-Clause
// evbuffer_add_reference(): memory of the program, which learns once when it is free again.
#include <stdint.h>

#include "buffer_support.h"

using namespace evlet_test;

TEST_CASE("referred_bytes_are_shown_where_they_are") {
    Referred referred(pattern(500));
    Buffer buffer(std::string("<"));
    CHECK(referred.add_to(buffer) == 0);
    CHECK(add(buffer, ">") == 0);
    CHECK(holds(buffer, "<" + pattern(500) + ">"));
    const std::vector<evbuffer_iovec> parts = extents(buffer);
    REQUIRE(parts.size() == 3);
    CHECK(parts[1].iov_base == referred.data());
    CHECK(parts[1].iov_len == 500);
}

TEST_CASE("referred_memory_is_released_once_when_its_last_byte_is_drained") {
    Referred referred("0123456789");
    Buffer buffer;
    REQUIRE(referred.add_to(buffer) == 0);
    CHECK(evbuffer_drain(buffer, 9) == 0);
    CHECK(referred.releases == 0);
    CHECK(evbuffer_drain(buffer, 1) == 0);
    CHECK(referred.releases == 1);
    CHECK(referred.last_data == referred.data());
    CHECK(referred.last_length == 10);
    buffer.free();
    CHECK(referred.releases == 1);
}

TEST_CASE("referred_memory_is_released_once_when_the_buffer_is_freed") {
    Referred referred("0123456789");
    Buffer buffer;
    REQUIRE(referred.add_to(buffer) == 0);
    buffer.free();
    CHECK(referred.releases == 1);
    CHECK(referred.last_data == referred.data());
    CHECK(referred.last_length == 10);
}

TEST_CASE("referred_memory_is_released_once_when_it_is_removed_or_pulled_up") {
    Referred removed("0123456789"), pulled("abcdef");
    Buffer buffer;
    char bytes[10];
    REQUIRE(removed.add_to(buffer) == 0);
    CHECK(evbuffer_remove(buffer, bytes, 10) == 10);
    CHECK(removed.releases == 1);
    REQUIRE(add(buffer, "first") == 0);
    REQUIRE(pulled.add_to(buffer) == 0);
    REQUIRE(evbuffer_pullup(buffer, -1));
    CHECK(content(buffer) == "firstabcdef");
    buffer.free();
    CHECK(removed.releases == 1);
    CHECK(pulled.releases == 1);
}

TEST_CASE("a_reference_needs_no_cleanup_callback") {
    static const char text[] = "static";
    Buffer buffer;
    CHECK(evbuffer_add_reference(buffer, text, 6, nullptr, nullptr) == 0);
    CHECK(content(buffer) == "static");
    CHECK(evbuffer_drain(buffer, 6) == 0);
    CHECK(evbuffer_add_reference(buffer, text, 6, nullptr, nullptr) == 0);
}

TEST_CASE("an_empty_reference_is_released_once_and_shows_nothing") {
    Referred empty("");
    Buffer buffer(std::string("ab"));
    CHECK(empty.add_to(buffer) == 0);
    CHECK(content(buffer) == "ab");
    CHECK(add(buffer, "cd") == 0);
    CHECK(content(buffer) == "abcd");
    buffer.free();
    CHECK(empty.releases == 1);
    CHECK(empty.last_length == 0);
}

TEST_CASE("an_empty_reference_to_an_empty_buffer_leaves_it_empty") {
    Referred empty("");
    Buffer buffer;
    CHECK(empty.add_to(buffer) == 0);
    CHECK(buffer.length() == 0);
    CHECK(content(buffer).empty());
    CHECK(add(buffer, "x") == 0);
    CHECK(prepend(buffer, "y") == 0);
    CHECK(content(buffer) == "yx");
    buffer.free();
    CHECK(empty.releases == 1);
}

TEST_CASE("a_reference_with_offset_shows_the_bytes_from_there_and_releases_the_start") {
    Referred referred("0123456789");
    Buffer buffer;
    CHECK(evbuffer_add_reference_with_offset(buffer, referred.data(), 3, 4, Referred::released,
                                             &referred) == 0);
    CHECK(content(buffer) == "3456");
    CHECK(extents(buffer)[0].iov_base == referred.data() + 3);
    buffer.free();
    CHECK(referred.releases == 1);
    CHECK(referred.last_data == referred.data());
}

TEST_CASE("a_reference_with_offset_and_length_that_wrap_is_refused") {
    Referred referred("0123456789");
    Buffer buffer(std::string("keep"));
    CHECK(evbuffer_add_reference_with_offset(buffer, referred.data(), SIZE_MAX, 2,
                                             Referred::released, &referred) == -1);
    CHECK(evbuffer_add_reference_with_offset(buffer, referred.data(), 2, SIZE_MAX,
                                             Referred::released, &referred) == -1);
    CHECK(content(buffer) == "keep");
    CHECK(referred.releases == 0);
}

TEST_CASE("a_reference_of_a_size_no_buffer_can_have_is_refused_and_not_released") {
    Referred referred("0123456789");
    Buffer buffer(std::string("keep"));
    for (const size_t size : {SIZE_MAX, SIZE_MAX - 4, SIZE_MAX / 2 + 1}) {
        CAPTURE(size);
        CHECK(evbuffer_add_reference(buffer, referred.data(), size, Referred::released,
                                     &referred) == -1);
    }
    CHECK(content(buffer) == "keep");
    CHECK(referred.releases == 0);
}

TEST_CASE("referred_memory_is_never_written_to") {
    const std::string bytes = pattern(64);
    Referred referred(bytes);
    Buffer buffer;
    REQUIRE(referred.add_to(buffer) == 0);
    REQUIRE(evbuffer_drain(buffer, 32) == 0);
    CHECK(prepend(buffer, "prepended") == 0);
    CHECK(add(buffer, "appended") == 0);
    CHECK(evbuffer_expand(buffer, 100) == 0);
    evbuffer_iovec extent;
    REQUIRE(evbuffer_reserve_space(buffer, 10, &extent, 1) == 1);
    memset(extent.iov_base, '*', 10);
    REQUIRE(evbuffer_pullup(buffer, -1));
    CHECK(referred.text() == bytes);
    CHECK(content(buffer) == "prepended" + bytes.substr(32) + "appended");
}

TEST_CASE("a_buffer_of_references_only_is_freed_in_order") {
    static std::vector<int> order;
    order.clear();
    const auto remember = [](const void*, size_t, void* number) {
        order.push_back(*static_cast<int*>(number));
    };
    int numbers[3] = {1, 2, 3};
    Buffer buffer;
    for (int& number : numbers)
        REQUIRE(evbuffer_add_reference(buffer, "xy", 2, remember, &number) == 0);
    buffer.free();
    CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("many_small_references_keep_their_order_and_are_all_released") {
    constexpr int kCount = 2000;
    static int releases;
    releases = 0;
    const std::string bytes = pattern(kCount * 3);
    Buffer buffer;
    for (int i = 0; i < kCount; ++i)
        REQUIRE(evbuffer_add_reference(
                    buffer, bytes.data() + i * 3, 3, [](const void*, size_t, void*) { ++releases; },
                    nullptr) == 0);
    CHECK(holds(buffer, bytes));
    CHECK(evbuffer_drain(buffer, kCount * 3 / 2) == 0);
    CHECK(releases == kCount / 2);
    buffer.free();
    CHECK(releases == kCount);
}
