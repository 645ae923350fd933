// SPDX-License-Identifier: BSD-3-Clause
// Room ahead of bytes: expanding, and writing into reserved space.
#include <stdint.h>

#include <algorithm>

#include "buffer_support.h"

using namespace evlet_test;

namespace {

// Writes `text` into the extents, which it shortens to what was used. Returns how many those are.
int fill(evbuffer_iovec* extents, int count, const std::string& text) {
    size_t done = 0;
    for (int i = 0; i < count; ++i) {
        const size_t part = std::min(text.size() - done, extents[i].iov_len);
        memcpy(extents[i].iov_base, text.data() + done, part);
        extents[i].iov_len = part;
        done += part;
        if (done == text.size())
            return i + 1;
    }
    REQUIRE(done == text.size());
    return count;
}

size_t total(const evbuffer_iovec* extents, int count) {
    size_t result = 0;
    for (int i = 0; i < count; ++i)
        result += extents[i].iov_len;
    return result;
}

}  // namespace

TEST_CASE("expand_adds_no_byte_and_keeps_the_content") {
    Buffer buffer;
    for (const size_t room : {1u, 100u, 5000u, 100000u}) {
        CAPTURE(room);
        CHECK(evbuffer_expand(buffer, room) == 0);
        CHECK(buffer.length() == 0);
    }
    Buffer pieces{"ab", "cd"};
    CHECK(add(pieces, "ef") == 0);
    CHECK(evbuffer_expand(pieces, 3000) == 0);
    CHECK(content(pieces) == "abcdef");
    CHECK(add(pieces, pattern(3000)) == 0);
    CHECK(holds(pieces, "abcdef" + pattern(3000)));
}

#if EVLET_MEM_HOOKS
TEST_CASE("after_expand_that_many_bytes_are_added_without_memory") {
    FailingMemory memory;
    for (const size_t room : {1u, 100u, 5000u, 100000u}) {
        CAPTURE(room);
        Buffer buffer{"ab"};
        REQUIRE(add(buffer, "cd") == 0);
        REQUIRE(evbuffer_expand(buffer, room) == 0);
        memory.fail_at(1, true);
        // In two steps: the room is not lost with the first.
        CHECK(add(buffer, pattern(room / 2, 1)) == 0);
        CHECK(add(buffer, pattern(room - room / 2, 2)) == 0);
        memory.stop_failing();
        CHECK(holds(buffer, "abcd" + pattern(room / 2, 1) + pattern(room - room / 2, 2)));
    }
}
#endif

TEST_CASE("expand_by_nothing_succeeds") {
    Buffer buffer;
    CHECK(evbuffer_expand(buffer, 0) == 0);
    CHECK(add(buffer, "x") == 0);
    CHECK(evbuffer_expand(buffer, 0) == 0);
    CHECK(content(buffer) == "x");
}

TEST_CASE("expand_to_sizes_that_cannot_be_is_refused_and_changes_nothing") {
    Buffer empty, buffer{"ab"};
    REQUIRE(add(buffer, "cd") == 0);
    for (const size_t room : {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 8, SIZE_MAX - 64, SIZE_MAX - 4096,
                              SIZE_MAX / 2 + 1, SIZE_MAX / 2, SIZE_MAX / 2 - 1}) {
        CAPTURE(room);
        CHECK(evbuffer_expand(empty, room) == -1);
        CHECK(empty.length() == 0);
        CHECK(evbuffer_expand(buffer, room) == -1);
        CHECK(content(buffer) == "abcd");
    }
    CHECK(add(buffer, "ef") == 0);
    CHECK(content(buffer) == "abcdef");
}

TEST_CASE("contiguous_space_is_the_length_of_the_first_piece") {
    Buffer empty, pieces{"abc", "de"};
    CHECK(evbuffer_get_contiguous_space(empty) == 0);
    REQUIRE(evbuffer_expand(empty, 100) == 0);
    CHECK(evbuffer_get_contiguous_space(empty) == 0);
    CHECK(evbuffer_get_contiguous_space(pieces) == 3);
    REQUIRE(evbuffer_drain(pieces, 1) == 0);
    CHECK(evbuffer_get_contiguous_space(pieces) == 2);
    REQUIRE(evbuffer_drain(pieces, 2) == 0);
    CHECK(evbuffer_get_contiguous_space(pieces) == 2);
    REQUIRE(evbuffer_drain(pieces, 2) == 0);
    CHECK(evbuffer_get_contiguous_space(pieces) == 0);
}

TEST_CASE("one_reserved_extent_has_the_size_asked_for_or_more") {
    Buffer buffer(std::string("start "));
    evbuffer_iovec extent;
    REQUIRE(evbuffer_reserve_space(buffer, 4000, &extent, 1) == 1);
    CHECK(extent.iov_len >= 4000);
    CHECK(content(buffer) == "start ");
    REQUIRE(fill(&extent, 1, pattern(4000)) == 1);
    CHECK(evbuffer_commit_space(buffer, &extent, 1) == 0);
    CHECK(holds(buffer, "start " + pattern(4000)));
}

TEST_CASE("two_reserved_extents_together_have_the_size_asked_for") {
    for (const ev_ssize_t size : {1, 100, 500, 1000, 4096, 10000}) {
        CAPTURE(size);
        Buffer buffer(std::string("start "));
        evbuffer_iovec pieces[2];
        const int count = evbuffer_reserve_space(buffer, size, pieces, 2);
        REQUIRE((count == 1 || count == 2));
        CHECK(total(pieces, count) >= static_cast<size_t>(size));
        const int used = fill(pieces, count, pattern(static_cast<size_t>(size)));
        CHECK(evbuffer_commit_space(buffer, pieces, used) == 0);
        CHECK(holds(buffer, "start " + pattern(static_cast<size_t>(size))));
    }
}

TEST_CASE("more_extents_than_are_needed_may_be_offered") {
    Buffer buffer(std::string("start "));
    evbuffer_iovec pieces[8];
    const int count = evbuffer_reserve_space(buffer, 20000, pieces, 8);
    REQUIRE(count >= 1);
    REQUIRE(count <= 8);
    const size_t room = total(pieces, count);
    CHECK(room >= 20000);
    REQUIRE(fill(pieces, count, pattern(room)) == count);
    CHECK(evbuffer_commit_space(buffer, pieces, count) == 0);
    CHECK(holds(buffer, "start " + pattern(room)));
}

TEST_CASE("committing_less_than_reserved_adds_that_much") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec pieces[2];
    const int count = evbuffer_reserve_space(buffer, 5000, pieces, 2);
    REQUIRE(count >= 1);
    const int used = fill(pieces, count, "cde");
    CHECK(used == 1);
    CHECK(evbuffer_commit_space(buffer, pieces, used) == 0);
    CHECK(content(buffer) == "abcde");
    CHECK(add(buffer, "f") == 0);
    CHECK(content(buffer) == "abcdef");
}

TEST_CASE("committing_extents_of_length_0_adds_nothing") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec pieces[2];
    const int count = evbuffer_reserve_space(buffer, 5000, pieces, 2);
    for (int i = 0; i < count; ++i)
        pieces[i].iov_len = 0;
    CHECK(evbuffer_commit_space(buffer, pieces, count) == 0);
    CHECK(content(buffer) == "ab");
    CHECK(add(buffer, "c") == 0);
    CHECK(content(buffer) == "abc");
}

TEST_CASE("a_first_extent_that_is_not_full_leaves_no_gap_before_the_second") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec pieces[2];
    const int count = evbuffer_reserve_space(buffer, 5000, pieces, 2);
    REQUIRE(count == 2);
    memcpy(pieces[0].iov_base, "cd", 2);
    pieces[0].iov_len = 2;
    memcpy(pieces[1].iov_base, "efg", 3);
    pieces[1].iov_len = 3;
    CHECK(evbuffer_commit_space(buffer, pieces, 2) == 0);
    CHECK(content(buffer) == "abcdefg");
}

TEST_CASE("committing_no_extents_adds_nothing") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec pieces[2];
    REQUIRE(evbuffer_reserve_space(buffer, 100, pieces, 2) >= 1);
    CHECK(evbuffer_commit_space(buffer, pieces, 0) == 0);
    CHECK(content(buffer) == "ab");
}

TEST_CASE("space_reserved_and_left_alone_harms_nothing") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec pieces[2];
    for (int i = 0; i < 5; ++i)
        REQUIRE(evbuffer_reserve_space(buffer, 3000 * (i + 1), pieces, 1 + i % 2) >= 1);
    CHECK(content(buffer) == "ab");
    CHECK(evbuffer_drain(buffer, 2) == 0);
    CHECK(add(buffer, "c") == 0);
    CHECK(content(buffer) == "c");
}

TEST_CASE("memory_that_was_not_reserved_is_refused_by_commit") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec extent;
    REQUIRE(evbuffer_reserve_space(buffer, 100, &extent, 1) == 1);
    char foreign[8] = "foreign";
    evbuffer_iovec wrong = {foreign, 7};
    CHECK(evbuffer_commit_space(buffer, &wrong, 1) == -1);
    CHECK(content(buffer) == "ab");
    wrong = {static_cast<char*>(extent.iov_base) + 1, 7};
    CHECK(evbuffer_commit_space(buffer, &wrong, 1) == -1);
    CHECK(content(buffer) == "ab");
}

TEST_CASE("a_second_extent_that_was_not_reserved_is_refused_with_the_first") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec pieces[2];
    REQUIRE(evbuffer_reserve_space(buffer, 100, pieces, 1) == 1);
    char foreign[8] = "foreign";
    pieces[0].iov_len = 0;
    pieces[1] = {foreign, 7};
    CHECK(evbuffer_commit_space(buffer, pieces, 2) == -1);
    CHECK(content(buffer) == "ab");
}

TEST_CASE("more_than_was_reserved_is_refused_by_commit") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec extent;
    REQUIRE(evbuffer_reserve_space(buffer, 100, &extent, 1) == 1);
    const size_t room = extent.iov_len;
    for (const size_t length : {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1, room + 100000}) {
        CAPTURE(length);
        extent.iov_len = length;
        CHECK(evbuffer_commit_space(buffer, &extent, 1) == -1);
        CHECK(content(buffer) == "ab");
    }
}

TEST_CASE("space_reserved_before_bytes_were_added_is_refused_by_commit") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec extent;
    REQUIRE(evbuffer_reserve_space(buffer, 10, &extent, 1) == 1);
    extent.iov_len = 10;
    REQUIRE(add(buffer, "cd") == 0);
    CHECK(evbuffer_commit_space(buffer, &extent, 1) == -1);
    CHECK(content(buffer) == "abcd");
}

TEST_CASE("commit_on_a_buffer_where_nothing_was_reserved_is_refused") {
    Buffer buffer;
    char foreign[8] = "foreign";
    evbuffer_iovec wrong[] = {{foreign, 3}, {foreign + 3, 3}};
    CHECK(evbuffer_commit_space(buffer, wrong, 1) == -1);
    CHECK(evbuffer_commit_space(buffer, wrong, 2) == -1);
    CHECK(buffer.length() == 0);
}

TEST_CASE("reserving_with_impossible_arguments_is_refused") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec pieces[2];
    CHECK(evbuffer_reserve_space(buffer, 10, pieces, 0) == -1);
    CHECK(evbuffer_reserve_space(buffer, 10, pieces, -1) == -1);
    for (const int count : {1, 2}) {
        CAPTURE(count);
        CHECK(evbuffer_reserve_space(buffer, -1, pieces, count) == -1);
        CHECK(evbuffer_reserve_space(buffer, EV_SSIZE_MIN, pieces, count) == -1);
        CHECK(evbuffer_reserve_space(buffer, EV_SSIZE_MAX, pieces, count) == -1);
        CHECK(evbuffer_reserve_space(buffer, EV_SSIZE_MAX - 1, pieces, count) == -1);
    }
    CHECK(content(buffer) == "ab");
}

TEST_CASE("reserving_nothing_does_no_damage") {
    for (const int most : {1, 2}) {
        CAPTURE(most);
        Buffer buffer;
        evbuffer_iovec pieces[2];
        const int count = evbuffer_reserve_space(buffer, 0, pieces, most);
        REQUIRE(count <= most);
        if (count > 0) {
            for (int i = 0; i < count; ++i)
                pieces[i].iov_len = 0;
            CHECK(evbuffer_commit_space(buffer, pieces, count) == 0);
        }
        CHECK(buffer.length() == 0);
    }
}

TEST_CASE("reserved_space_never_lies_in_referred_or_shared_memory") {
    Referred referred("0123456789");
    Buffer source(pattern(2000)), copy;
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    REQUIRE(referred.add_to(source) == 0);
    for (evbuffer* buffer : {static_cast<evbuffer*>(source), static_cast<evbuffer*>(copy)}) {
        evbuffer_iovec pieces[2];
        const int count = evbuffer_reserve_space(buffer, 300, pieces, 2);
        REQUIRE(count >= 1);
        const int used = fill(pieces, count, std::string(300, '*'));
        CHECK(evbuffer_commit_space(buffer, pieces, used) == 0);
    }
    CHECK(referred.text() == "0123456789");
    CHECK(holds(source, pattern(2000) + "0123456789" + std::string(300, '*')));
    CHECK(holds(copy, pattern(2000) + std::string(300, '*')));
}
