// SPDX-License-Identifier: BSD-3-Clause
// Finding bytes, and positions in a buffer.
#include <stdint.h>

#include "buffer_support.h"

using namespace evlet_test;

namespace {

ev_ssize_t find(evbuffer* buffer, const std::string& what, const evbuffer_ptr* start = nullptr) {
    return evbuffer_search(buffer, what.data(), what.size(), start).pos;
}

ev_ssize_t as_position(size_t at) {
    return at == std::string::npos ? -1 : static_cast<ev_ssize_t>(at);
}

}  // namespace

TEST_CASE("search_finds_what_begins_at_every_place_across_all_pieces") {
    const std::string all = "abcdefgh";
    Buffer buffer{"abc", "d", "ef", "gh"};
    for (size_t at = 0; at < all.size(); ++at) {
        for (size_t length = 1; at + length <= all.size(); ++length)
            CHECK(find(buffer, all.substr(at, length)) == as_position(at));
    }
    CHECK(find(buffer, "abd") == -1);
    CHECK(find(buffer, "ghi") == -1);
    CHECK(find(buffer, "x") == -1);
    CHECK(content(buffer) == all);
}

TEST_CASE("search_agrees_with_a_string_on_text_full_of_near_misses") {
    // Two letters only: most beginnings of the needle go wrong later.
    std::string all;
    Buffer buffer;
    for (unsigned i = 0; i < 40; ++i) {
        std::string part = pattern(1 + i % 5, i);
        for (char& byte : part)
            byte = byte % 2 ? 'a' : 'b';
        add_piece(buffer, part);
        all += part;
    }
    for (size_t start = 0; start <= all.size(); ++start) {
        const evbuffer_ptr from = position(buffer, start);
        for (const char* what : {"a", "b", "ab", "aab", "abab", "aabba", "bbbbbb", "abaababb"}) {
            CAPTURE(start);
            CAPTURE(what);
            CHECK(find(buffer, what, &from) == as_position(all.find(what, start)));
        }
    }
}

TEST_CASE("search_begins_where_it_is_told") {
    Buffer buffer{"ab", "ab", "ab"};
    evbuffer_ptr from = position(buffer, 1);
    CHECK(find(buffer, "ab", &from) == 2);
    from = position(buffer, 2);
    CHECK(find(buffer, "ab", &from) == 2);
    from = position(buffer, 5);
    CHECK(find(buffer, "ab", &from) == -1);
    from = position(buffer, 6);
    CHECK(find(buffer, "b", &from) == -1);
}

TEST_CASE("search_goes_on_from_what_it_found") {
    Buffer buffer{"a,b", ",", ",cd,"};
    std::vector<ev_ssize_t> found;
    evbuffer_ptr at = evbuffer_search(buffer, ",", 1, nullptr);
    while (at.pos >= 0) {
        found.push_back(at.pos);
        REQUIRE(evbuffer_ptr_set(buffer, &at, 1, EVBUFFER_PTR_ADD) == 0);
        at = evbuffer_search(buffer, ",", 1, &at);
    }
    CHECK(found == std::vector<ev_ssize_t>{1, 3, 4, 7});
}

TEST_CASE("search_finds_bytes_with_nul_in_them") {
    Buffer buffer(std::string("a\0b\0c", 5));
    CHECK(evbuffer_search(buffer, "\0c", 2, nullptr).pos == 3);
}

TEST_CASE("search_for_nothing_is_found_at_the_start") {
    Buffer buffer{"abc", "def"};
    CHECK(evbuffer_search(buffer, "", 0, nullptr).pos == 0);
    const evbuffer_ptr from = position(buffer, 4);
    CHECK(evbuffer_search(buffer, "", 0, &from).pos == 4);
}

TEST_CASE("search_in_an_empty_buffer_finds_nothing") {
    Buffer buffer;
    CHECK(find(buffer, "a") == -1);
    REQUIRE(evbuffer_expand(buffer, 100) == 0);
    CHECK(find(buffer, "a") == -1);
}

TEST_CASE("search_for_more_than_there_is_finds_nothing_and_reads_nothing_beyond") {
    Buffer buffer{"abc"};
    CHECK(evbuffer_search(buffer, "abc", SIZE_MAX, nullptr).pos == -1);
    CHECK(evbuffer_search(buffer, "abc", size_t(EV_SSIZE_MAX) + 1, nullptr).pos == -1);
    CHECK(find(buffer, "abcd") == -1);
}

TEST_CASE("search_from_a_place_that_is_not_in_the_buffer_finds_nothing") {
    Buffer buffer{"abc"};
    evbuffer_ptr nowhere;
    REQUIRE(evbuffer_ptr_set(buffer, &nowhere, 4, EVBUFFER_PTR_SET) == -1);
    CHECK(find(buffer, "a", &nowhere) == -1);
}

TEST_CASE("search_range_finds_only_what_ends_within_the_range") {
    const std::string all = "abcabcab";
    Buffer buffer{"abc", "a", "bc", "ab"};
    for (size_t start = 0; start <= all.size(); ++start) {
        for (size_t end = start; end <= all.size(); ++end) {
            CAPTURE(start);
            CAPTURE(end);
            const evbuffer_ptr from = position(buffer, start), until = position(buffer, end);
            for (const char* what : {"a", "c", "ab", "bca", "cab", "abcab", "abcabcab"}) {
                CAPTURE(what);
                const size_t at = all.substr(0, end).find(what, start);
                CHECK(evbuffer_search_range(buffer, what, strlen(what), &from, &until).pos ==
                      as_position(at));
            }
        }
    }
}

TEST_CASE("search_range_without_bounds_is_search") {
    Buffer buffer{"ab", "cd"};
    CHECK(evbuffer_search_range(buffer, "bc", 2, nullptr, nullptr).pos == 1);
    const evbuffer_ptr until = position(buffer, 2);
    CHECK(evbuffer_search_range(buffer, "bc", 2, nullptr, &until).pos == -1);
    CHECK(evbuffer_search_range(buffer, "ab", 2, nullptr, &until).pos == 0);
}

TEST_CASE("search_range_whose_end_is_before_its_start_finds_nothing") {
    Buffer buffer{"aaa", "aaa"};
    const evbuffer_ptr from = position(buffer, 4), until = position(buffer, 1);
    CHECK(evbuffer_search_range(buffer, "a", 1, &from, &until).pos == -1);
}

TEST_CASE("ptr_set_reaches_every_place_and_the_very_end") {
    Buffer buffer{"abc", "d", "ef"};
    for (size_t at = 0; at <= 6; ++at) {
        CAPTURE(at);
        evbuffer_ptr pointer;
        CHECK(evbuffer_ptr_set(buffer, &pointer, at, EVBUFFER_PTR_SET) == 0);
        CHECK(pointer.pos == static_cast<ev_ssize_t>(at));
    }
}

TEST_CASE("ptr_set_beyond_the_end_fails_and_points_nowhere") {
    Buffer buffer{"abc", "def"};
    for (const size_t at : {size_t(7), size_t(1000), SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX}) {
        CAPTURE(at);
        evbuffer_ptr pointer = position(buffer, 1);
        CHECK(evbuffer_ptr_set(buffer, &pointer, at, EVBUFFER_PTR_SET) == -1);
        CHECK(pointer.pos == -1);
    }
}

TEST_CASE("ptr_add_goes_on_from_where_it_is") {
    for (size_t start = 0; start <= 6; ++start) {
        for (size_t step = 0; start + step <= 6; ++step) {
            CAPTURE(start);
            CAPTURE(step);
            Buffer buffer{"abc", "d", "ef"};
            evbuffer_ptr pointer = position(buffer, start);
            CHECK(evbuffer_ptr_set(buffer, &pointer, step, EVBUFFER_PTR_ADD) == 0);
            CHECK(pointer.pos == static_cast<ev_ssize_t>(start + step));
            char byte = '*';
            const bool at_end = start + step == 6;
            CHECK(evbuffer_copyout_from(buffer, &pointer, &byte, 1) == (at_end ? 0 : 1));
            CHECK(byte == (at_end ? '*' : "abcdef"[start + step]));
        }
    }
}

TEST_CASE("ptr_add_beyond_the_end_fails") {
    for (size_t start = 0; start <= 6; ++start) {
        for (const size_t step : {7 - start, size_t(100), SIZE_MAX / 2, SIZE_MAX - start,
                                  SIZE_MAX - start + 1, SIZE_MAX}) {
            if (step <= 6 - start)
                continue;
            CAPTURE(start);
            CAPTURE(step);
            Buffer buffer{"abc", "d", "ef"};
            evbuffer_ptr pointer = position(buffer, start);
            CHECK(evbuffer_ptr_set(buffer, &pointer, step, EVBUFFER_PTR_ADD) == -1);
            CHECK(pointer.pos == -1);
        }
    }
}

TEST_CASE("ptr_add_to_a_pointer_to_nowhere_fails") {
    Buffer buffer{"abc"};
    evbuffer_ptr pointer;
    REQUIRE(evbuffer_ptr_set(buffer, &pointer, 4, EVBUFFER_PTR_SET) == -1);
    CHECK(evbuffer_ptr_set(buffer, &pointer, 1, EVBUFFER_PTR_ADD) == -1);
    CHECK(pointer.pos == -1);
}

TEST_CASE("a_pointer_into_an_empty_buffer_may_be_its_end_only") {
    Buffer buffer;
    evbuffer_ptr pointer;
    CHECK(evbuffer_ptr_set(buffer, &pointer, 0, EVBUFFER_PTR_SET) == 0);
    CHECK(pointer.pos == 0);
    CHECK(evbuffer_ptr_set(buffer, &pointer, 0, EVBUFFER_PTR_ADD) == 0);
    CHECK(evbuffer_ptr_set(buffer, &pointer, 1, EVBUFFER_PTR_ADD) == -1);
    CHECK(pointer.pos == -1);
}
