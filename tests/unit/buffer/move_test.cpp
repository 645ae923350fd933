// SPDX-License-Identifier: BSD-3-Clause
// Moving bytes from one buffer to another: all of them, or so many.
#include <limits.h>

#include "buffer_support.h"

using namespace evlet_test;

TEST_CASE("a_buffer_added_stands_behind_and_leaves_its_own_empty") {
    Buffer to{"ab", "cd"}, from{"ef", "g"};
    CHECK(evbuffer_add_buffer(to, from) == 0);
    CHECK(content(to) == "abcdefg");
    CHECK(from.length() == 0);
    CHECK(content(from).empty());
}

TEST_CASE("both_buffers_work_on_after_a_move") {
    Buffer to(std::string("ab")), from(std::string("cd"));
    REQUIRE(evbuffer_add_buffer(to, from) == 0);
    CHECK(add(from, "new") == 0);
    CHECK(add(to, "ef") == 0);
    CHECK(prepend(to, "<") == 0);
    CHECK(content(from) == "new");
    CHECK(content(to) == "<abcdef");
    from.free();
    CHECK(content(to) == "<abcdef");
}

TEST_CASE("adding_an_empty_buffer_changes_nothing") {
    Buffer to(std::string("ab")), empty, used(std::string("x"));
    CHECK(evbuffer_add_buffer(to, empty) == 0);
    REQUIRE(evbuffer_drain(used, 1) == 0);
    CHECK(evbuffer_add_buffer(to, used) == 0);
    CHECK(content(to) == "ab");
    CHECK(evbuffer_add_buffer(empty, used) == 0);
    CHECK(empty.length() == 0);
}

TEST_CASE("adding_to_an_empty_buffer_moves_all") {
    Buffer to, from{"ab", "cd"};
    CHECK(evbuffer_add_buffer(to, from) == 0);
    CHECK(content(to) == "abcd");
    Buffer expanded, again{"ef"};
    REQUIRE(evbuffer_expand(expanded, 1000) == 0);
    CHECK(evbuffer_add_buffer(expanded, again) == 0);
    CHECK(content(expanded) == "ef");
    CHECK(add(expanded, "g") == 0);
    CHECK(content(expanded) == "efg");
}

TEST_CASE("adding_a_buffer_to_itself_does_no_damage") {
    Buffer buffer{"ab", "cd"};
    REQUIRE(add(buffer, "ef") == 0);
    evbuffer_add_buffer(buffer, buffer);
    CHECK(content(buffer) == "abcdef");
    CHECK(add(buffer, "g") == 0);
    CHECK(evbuffer_drain(buffer, 1) == 0);
    CHECK(content(buffer) == "bcdefg");
}

TEST_CASE("adding_a_buffer_copies_nothing") {
    Buffer to(pattern(6000, 1)), from(pattern(6000, 2));
    const void* place = extents(from)[0].iov_base;
    REQUIRE(evbuffer_add_buffer(to, from) == 0);
    bool found = false;
    for (const evbuffer_iovec& extent : extents(to))
        found = found || extent.iov_base == place;
    CHECK(found);
    CHECK(holds(to, pattern(6000, 1) + pattern(6000, 2)));
}

TEST_CASE("references_survive_the_buffer_that_they_were_moved_from") {
    Referred referred("0123456789");
    Buffer to;
    {
        Buffer from;
        REQUIRE(referred.add_to(from) == 0);
        REQUIRE(evbuffer_add_buffer(to, from) == 0);
    }
    CHECK(referred.releases == 0);
    CHECK(content(to) == "0123456789");
    to.free();
    CHECK(referred.releases == 1);
}

TEST_CASE("space_reserved_in_the_source_does_not_get_lost_in_a_move") {
    Buffer to(std::string("a")), from(std::string("b"));
    evbuffer_iovec pieces[2];
    REQUIRE(evbuffer_reserve_space(from, 5000, pieces, 2) >= 1);
    REQUIRE(evbuffer_reserve_space(to, 5000, pieces, 2) >= 1);
    CHECK(evbuffer_add_buffer(to, from) == 0);
    CHECK(content(to) == "ab");
    CHECK(add(to, "c") == 0);
    CHECK(add(from, "d") == 0);
    CHECK(content(to) == "abc");
    CHECK(content(from) == "d");
}

TEST_CASE("remove_buffer_moves_that_many_bytes_for_every_count") {
    for (size_t count = 0; count <= 10; ++count) {
        CAPTURE(count);
        Buffer from{"abc", "d", "efgh"};
        Buffer to(std::string("<"));
        REQUIRE(add(from, "ij") == 0);
        CHECK(evbuffer_remove_buffer(from, to, count) == static_cast<int>(count));
        CHECK(content(to) == "<" + std::string("abcdefghij").substr(0, count));
        CHECK(content(from) == std::string("abcdefghij").substr(count));
        CHECK(add(from, "!") == 0);
        CHECK(add(to, "?") == 0);
        CHECK(content(from) == std::string("abcdefghij!").substr(count));
        CHECK(content(to) == "<" + std::string("abcdefghij").substr(0, count) + "?");
    }
}

TEST_CASE("remove_buffer_of_more_than_there_is_moves_all_and_says_how_many") {
    for (const size_t count : {size_t(11), size_t(INT_MAX), size_t(EV_SIZE_MAX)}) {
        CAPTURE(count);
        Buffer from{"abc", "defghij"}, to;
        CHECK(evbuffer_remove_buffer(from, to, count) == 10);
        CHECK(content(to) == "abcdefghij");
        CHECK(from.length() == 0);
    }
}

TEST_CASE("remove_buffer_from_an_empty_one_moves_nothing") {
    Buffer from, to(std::string("x"));
    CHECK(evbuffer_remove_buffer(from, to, 5) == 0);
    CHECK(content(to) == "x");
}

TEST_CASE("remove_buffer_into_itself_does_no_damage") {
    Buffer buffer{"abc", "def"};
    evbuffer_remove_buffer(buffer, buffer, 2);
    CHECK(content(buffer) == "abcdef");
    evbuffer_remove_buffer(buffer, buffer, 100);
    CHECK(content(buffer) == "abcdef");
}

TEST_CASE("remove_buffer_moves_whole_chains_and_copies_the_rest") {
    Referred first(pattern(3000, 1)), second(pattern(3000, 2));
    Buffer from, to;
    REQUIRE(first.add_to(from) == 0);
    REQUIRE(second.add_to(from) == 0);
    CHECK(evbuffer_remove_buffer(from, to, 3100) == 3100);
    CHECK(extents(to)[0].iov_base == first.data());
    CHECK(extents(from)[0].iov_base == second.data() + 100);
    CHECK(holds(to, pattern(3000, 1) + pattern(3000, 2).substr(0, 100)));
    CHECK(holds(from, pattern(3000, 2).substr(100)));
    to.free();
    CHECK(first.releases == 1);
    from.free();
    CHECK(second.releases == 1);
}

TEST_CASE("remove_buffer_at_the_edge_of_a_chain_takes_the_whole_chain") {
    Referred first("abc"), second("def");
    Buffer from, to;
    REQUIRE(first.add_to(from) == 0);
    REQUIRE(second.add_to(from) == 0);
    CHECK(evbuffer_remove_buffer(from, to, 3) == 3);
    from.free();
    CHECK(first.releases == 0);
    CHECK(second.releases == 1);
    CHECK(content(to) == "abc");
}

TEST_CASE("a_ring_of_small_moves_keeps_every_byte") {
    Buffer buffers[3];
    std::string expected = pattern(5000);
    REQUIRE(add(buffers[0], expected) == 0);
    for (size_t i = 0; i < 300; ++i) {
        evbuffer* from = buffers[i % 3];
        evbuffer* to = buffers[(i + 1) % 3];
        while (evbuffer_get_length(from) > 0)
            REQUIRE(evbuffer_remove_buffer(from, to, 1 + i * 7 % 900) > 0);
    }
    CHECK(holds(buffers[0], expected));
}
