// SPDX-License-Identifier: BSD-3-Clause
// evbuffer_add_buffer_reference(): one content in several buffers, each of which goes its own way.
#include "buffer_support.h"

using namespace evlet_test;

TEST_CASE("a_multicast_shows_the_source_and_leaves_it_alone") {
    Buffer source(pattern(5000)), copy(std::string("<"));
    CHECK(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(holds(copy, "<" + pattern(5000)));
    CHECK(holds(source, pattern(5000)));
}

TEST_CASE("a_multicast_copies_nothing") {
    Buffer source(pattern(5000)), copy;
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(extents(copy)[0].iov_base == extents(source)[0].iov_base);
}

TEST_CASE("a_source_drained_after_a_multicast_takes_nothing_from_the_copy") {
    Buffer source{"abc", "def"}, copy;
    REQUIRE(add(source, "ghi") == 0);
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(evbuffer_drain(source, 4) == 0);
    CHECK(content(copy) == "abcdefghi");
    CHECK(content(source) == "efghi");
    CHECK(evbuffer_drain(source, 5) == 0);
    CHECK(content(copy) == "abcdefghi");
}

TEST_CASE("a_copy_drained_takes_nothing_from_the_source") {
    Buffer source(pattern(3000)), copy;
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(evbuffer_drain(copy, 2999) == 0);
    CHECK(holds(source, pattern(3000)));
    CHECK(evbuffer_drain(copy, 1) == 0);
    CHECK(holds(source, pattern(3000)));
}

TEST_CASE("bytes_added_to_the_source_later_stay_there") {
    Buffer source(std::string("abc")), copy;
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(add(source, "SRC") == 0);
    CHECK(content(copy) == "abc");
    CHECK(add(copy, "COPY") == 0);
    CHECK(content(source) == "abcSRC");
    CHECK(content(copy) == "abcCOPY");
    CHECK(prepend(source, "1") == 0);
    CHECK(prepend(copy, "2") == 0);
    CHECK(content(source) == "1abcSRC");
    CHECK(content(copy) == "2abcCOPY");
}

TEST_CASE("bytes_prepended_after_draining_do_not_show_in_the_other") {
    Buffer source(pattern(300)), copy;
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    REQUIRE(evbuffer_drain(source, 100) == 0);
    CHECK(prepend(source, std::string(50, '*')) == 0);
    CHECK(holds(copy, pattern(300)));
    REQUIRE(evbuffer_drain(copy, 100) == 0);
    CHECK(prepend(copy, std::string(50, '#')) == 0);
    CHECK(holds(source, std::string(50, '*') + pattern(300).substr(100)));
    CHECK(holds(copy, std::string(50, '#') + pattern(300).substr(100)));
}

TEST_CASE("a_multicast_outlives_its_source") {
    Referred referred(pattern(700));
    Buffer copy;
    {
        Buffer source(std::string("abc"));
        REQUIRE(referred.add_to(source) == 0);
        REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    }
    CHECK(referred.releases == 0);
    CHECK(holds(copy, "abc" + pattern(700)));
    copy.free();
    CHECK(referred.releases == 1);
}

TEST_CASE("a_source_outlives_its_multicasts") {
    Referred referred("xyz");
    Buffer source(std::string("abc"));
    REQUIRE(referred.add_to(source) == 0);
    for (int i = 0; i < 5; ++i) {
        Buffer copy;
        REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
        CHECK(content(copy) == "abcxyz");
    }
    CHECK(referred.releases == 0);
    CHECK(content(source) == "abcxyz");
    source.free();
    CHECK(referred.releases == 1);
}

TEST_CASE("a_multicast_of_a_source_whose_first_part_is_empty_is_whole") {
    // Space that was expanded, reserved or drained leaves room without bytes in front.
    Buffer source, copy;
    REQUIRE(evbuffer_expand(source, 100) == 0);
    Referred referred("abc");
    REQUIRE(referred.add_to(source) == 0);
    CHECK(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(content(copy) == "abc");
    source.free();
    CHECK(content(copy) == "abc");
    CHECK(add(copy, "d") == 0);
    CHECK(content(copy) == "abcd");
    copy.free();
    CHECK(referred.releases == 1);
}

TEST_CASE("a_multicast_of_a_source_with_an_empty_reference_in_front_is_whole") {
    Referred empty(""), referred("abc");
    Buffer source, copy(std::string("<"));
    REQUIRE(empty.add_to(source) == 0);
    REQUIRE(referred.add_to(source) == 0);
    CHECK(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(content(copy) == "<abc");
    source.free();
    CHECK(add(copy, ">") == 0);
    CHECK(content(copy) == "<abc>");
    copy.free();
    CHECK(empty.releases == 1);
    CHECK(referred.releases == 1);
}

TEST_CASE("a_multicast_of_a_source_with_reserved_space_behind_is_whole") {
    Buffer source(std::string("abc")), copy;
    evbuffer_iovec pieces[2];
    REQUIRE(evbuffer_reserve_space(source, 5000, pieces, 2) >= 1);
    CHECK(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(content(copy) == "abc");
    CHECK(add(source, pattern(5000)) == 0);
    CHECK(content(copy) == "abc");
}

TEST_CASE("bytes_written_to_space_that_was_reserved_before_a_multicast_do_not_show_in_it") {
    Buffer source(std::string("abc")), copy;
    evbuffer_iovec extent;
    REQUIRE(evbuffer_reserve_space(source, 10, &extent, 1) == 1);
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    memcpy(extent.iov_base, "0123456789", 10);
    extent.iov_len = 10;
    const int committed = evbuffer_commit_space(source, &extent, 1);
    CHECK(content(source) == (committed == 0 ? "abc0123456789" : "abc"));
    CHECK(content(copy) == "abc");
    CHECK(add(copy, "*") == 0);
    CHECK(content(source) == (committed == 0 ? "abc0123456789" : "abc"));
}

TEST_CASE("a_multicast_of_an_empty_source_adds_nothing") {
    Buffer source, copy(std::string("x"));
    CHECK(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(content(copy) == "x");
    Buffer drained(std::string("y"));
    REQUIRE(evbuffer_drain(drained, 1) == 0);
    CHECK(evbuffer_add_buffer_reference(copy, drained) == 0);
    CHECK(content(copy) == "x");
}

TEST_CASE("a_multicast_of_a_buffer_into_itself_is_refused") {
    Buffer buffer{"abc", "def"};
    CHECK(evbuffer_add_buffer_reference(buffer, buffer) == -1);
    CHECK(content(buffer) == "abcdef");
}

TEST_CASE("a_multicast_of_a_multicast_is_right_or_refused_whole") {
    Buffer source(std::string("abc")), copy(std::string("<"));
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    REQUIRE(add(copy, ">") == 0);
    Buffer second(std::string("!"));
    const int result = evbuffer_add_buffer_reference(second, copy);
    CHECK(content(second) == (result == 0 ? "!<abc>" : "!"));
    copy.free();
    source.free();
    CHECK(content(second) == (result == 0 ? "!<abc>" : "!"));
}

TEST_CASE("a_multicast_of_a_partly_drained_source_begins_where_the_source_begins") {
    Buffer source{"abc", "def"}, copy;
    REQUIRE(evbuffer_drain(source, 4) == 0);
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(content(copy) == "ef");
}

TEST_CASE("pulling_up_one_copy_leaves_the_others_alone") {
    Buffer source{"abc", "def", "ghi"}, copy;
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    REQUIRE(evbuffer_pullup(copy, 7));
    CHECK(content(copy) == "abcdefghi");
    CHECK(content(source) == "abcdefghi");
    REQUIRE(evbuffer_pullup(source, -1));
    CHECK(content(copy) == "abcdefghi");
    CHECK(content(source) == "abcdefghi");
}

TEST_CASE("a_multicast_can_be_moved_on") {
    Buffer source(pattern(3000)), copy, third(std::string("<"));
    REQUIRE(evbuffer_add_buffer_reference(copy, source) == 0);
    CHECK(evbuffer_remove_buffer(copy, third, 1000) == 1000);
    CHECK(evbuffer_prepend_buffer(third, copy) == 0);
    source.free();
    CHECK(holds(third, pattern(3000).substr(1000) + "<" + pattern(3000).substr(0, 1000)));
}
