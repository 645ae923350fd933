// SPDX-License-Identifier: BSD-3-Clause
// File segments: ranges, life, and every way a segment can be read or sent.
#include "file_support.h"

using namespace evlet_test;

TEST_CASE("a_segment_is_written_to_a_socket_whole_in_every_way") {
    NEEDS(files);
    const std::string text = pattern(50000);
    for (const int drains_to_fd : {0, 1}) {
        for (const unsigned way : kWays) {
            for (const size_t chunk : {size_t(700), size_t(1) << 30}) {
                CAPTURE(drains_to_fd);
                CAPTURE(way);
                CAPTURE(chunk);
                File file(text);
                Segment segment(file.fd(), 100, -1, way);
                Buffer buffer(std::string("head "));
                if (drains_to_fd)
                    REQUIRE(evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD) == 0);
                REQUIRE(evbuffer_add_file_segment(buffer, segment, 0, -1) == 0);
                REQUIRE(add(buffer, " middle ") == 0);
                REQUIRE(evbuffer_add_file_segment(buffer, segment, 5, 10) == 0);
                REQUIRE(add(buffer, " tail") == 0);
                const bool same = written(buffer, chunk) == "head " + text.substr(100) +
                                                                " middle " + text.substr(105, 10) +
                                                                " tail";
                CHECK(same);
            }
        }
    }
}

TEST_CASE("a_segment_begins_at_its_offset_and_is_as_long_as_it_says") {
    NEEDS(files);
    for (const unsigned way : kWays) {
        CAPTURE(way);
        File file("0123456789");
        Segment segment(file.fd(), 2, 5, way);
        Buffer buffer;
        REQUIRE(evbuffer_add_file_segment(buffer, segment, 0, -1) == 0);
        CHECK(content(buffer) == "23456");
        REQUIRE(evbuffer_add_file_segment(buffer, segment, 3, -1) == 0);
        CHECK(content(buffer) == "2345656");
        REQUIRE(evbuffer_add_file_segment(buffer, segment, 1, 2) == 0);
        CHECK(content(buffer) == "234565634");
    }
}

TEST_CASE("a_range_beyond_the_segment_is_refused") {
    NEEDS(files);
    for (const unsigned way : kWays) {
        CAPTURE(way);
        File file("0123456789");
        Segment segment(file.fd(), 2, 5, way);
        Buffer buffer(std::string("keep"));
        CHECK(evbuffer_add_file_segment(buffer, segment, 0, 6) == -1);
        CHECK(evbuffer_add_file_segment(buffer, segment, 5, 1) == -1);
        CHECK(evbuffer_add_file_segment(buffer, segment, 6, -1) == -1);
        CHECK(evbuffer_add_file_segment(buffer, segment, 3, INT64_MAX) == -1);
        CHECK(evbuffer_add_file_segment(buffer, segment, INT64_MAX, 3) == -1);
        CHECK(evbuffer_add_file_segment(buffer, segment, -1, 3) == -1);
        CHECK(content(buffer) == "keep");
    }
}

TEST_CASE("an_offset_that_is_no_multiple_of_a_page_is_right") {
    NEEDS(files);
    const std::string text = pattern(30000);
    for (const unsigned way : kWays) {
        for (const ev_off_t offset : {1, 4095, 4096, 4097, 12345, 29999}) {
            CAPTURE(way);
            CAPTURE(offset);
            File file(text);
            Segment segment(file.fd(), offset, -1, way);
            Buffer buffer;
            REQUIRE(evbuffer_add_file_segment(buffer, segment, 0, -1) == 0);
            CHECK(holds(buffer, text.substr(static_cast<size_t>(offset))));
        }
    }
}

TEST_CASE("a_segment_lives_until_its_owner_and_all_buffers_have_let_go") {
    NEEDS(files);
    for (const unsigned way : kWays) {
        CAPTURE(way);
        File file("0123456789");
        const int fd = file.give_away();
        Segment segment(fd, 0, -1, way | EVBUF_FS_CLOSE_ON_FREE);
        Buffer first, second;
        REQUIRE(evbuffer_add_file_segment(first, segment, 0, 4) == 0);
        REQUIRE(evbuffer_add_file_segment(second, segment, 4, -1) == 0);
        segment.free();
        CHECK(segment.cleanups == 0);
        CHECK(content(first) == "0123");
        first.free();
        CHECK(segment.cleanups == 0);
        CHECK(content(second) == "456789");
        CHECK(evbuffer_drain(second, 6) == 0);
        CHECK(segment.cleanups == 1);
        CHECK(segment.told_flags == static_cast<int>(way | EVBUF_FS_CLOSE_ON_FREE));
        CHECK_FALSE(is_open(fd));
    }
}

TEST_CASE("a_segment_that_no_buffer_got_goes_with_its_owner") {
    NEEDS(files);
    File file("0123456789");
    const int fd = file.give_away();
    Segment segment(fd, 0, -1, EVBUF_FS_CLOSE_ON_FREE);
    segment.free();
    CHECK(segment.cleanups == 1);
    CHECK_FALSE(is_open(fd));
}

TEST_CASE("a_descriptor_stays_open_unless_the_segment_was_told_to_close_it") {
    NEEDS(files);
    for (const unsigned way : kWays) {
        CAPTURE(way);
        File file("0123456789");
        Segment segment(file.fd(), 0, -1, way);
        Buffer buffer;
        REQUIRE(evbuffer_add_file_segment(buffer, segment, 0, -1) == 0);
        segment.free();
        buffer.free();
        CHECK(segment.cleanups == 1);
        CHECK(is_open(file.fd()));
    }
}

TEST_CASE("a_segment_with_impossible_arguments_is_refused_and_its_descriptor_stays") {
    NEEDS(files);
    File file("0123456789");
    for (const unsigned way : kWays) {
        CAPTURE(way);
        const unsigned flags = way | EVBUF_FS_CLOSE_ON_FREE;
        CHECK(evbuffer_file_segment_new(file.fd(), -1, 5, flags) == nullptr);
        CHECK(evbuffer_file_segment_new(file.fd(), INT64_MAX, 5, flags) == nullptr);
        CHECK(evbuffer_file_segment_new(file.fd(), 5, INT64_MAX, flags) == nullptr);
        CHECK(evbuffer_file_segment_new(file.fd(), 11, -1, flags) == nullptr);
        CHECK(evbuffer_file_segment_new(-1, 0, -1, flags) == nullptr);
        CHECK(is_open(file.fd()));
    }
}
