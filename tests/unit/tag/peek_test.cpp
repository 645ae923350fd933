// SPDX-License-Identifier: BSD-3-Clause
// Looking at records without taking them, and skipping them.
#include <limits.h>

#include "tag_support.h"

using namespace evlet_test;

TEST_CASE("peeking_tells_tag_and_lengths_and_takes_nothing") {
    for (const size_t piece : {SIZE_MAX, size_t(1), size_t(2)}) {
        const Buffer buffer("c8 01 02 68 69 07", piece);
        ev_uint32_t tag = 0, whole = 0, payload = 0;
        CHECK(evtag_peek(buffer, &tag) == 2);
        CHECK(evtag_peek(buffer, nullptr) == 2);
        CHECK(evtag_peek_length(buffer, &whole) == 0);
        CHECK(evtag_payload_length(buffer, &payload) == 0);
        CHECK(tag == 200);
        CHECK(whole == 5);
        CHECK(payload == 2);
        CHECK(buffer.length() == 6);
    }
}

TEST_CASE("lengths_are_told_before_the_payload_has_come") {
    const Buffer buffer("01 7f ee bd ae d0");
    ev_uint32_t whole = 0, payload = 0;
    CHECK(evtag_peek_length(buffer, &whole) == 0);
    CHECK(evtag_payload_length(buffer, &payload) == 0);
    CHECK(whole == 0xdeadbeefu + 6);
    CHECK(payload == 0xdeadbeef);
}

TEST_CASE("a_whole_length_above_32_bits_is_an_error") {
    const Buffer buffer("01 7f ff ff ff f0");
    ev_uint32_t whole = 77, payload = 0;
    CHECK(evtag_peek_length(buffer, &whole) == -1);
    CHECK(whole == 77);
    CHECK(evtag_payload_length(buffer, &payload) == 0);
    CHECK(payload == UINT32_MAX);
}

TEST_CASE("a_payload_that_is_not_there_is_not_taken") {
    for (const char* bytes :
         {"01 03 61 62", "01 7f ee bd ae d0", "01 7f ff ff ff 70", "01 10", "01"}) {
        CAPTURE(bytes);
        const Buffer buffer(bytes);
        const Buffer other;
        ev_uint32_t tag = 77;
        CHECK(evtag_unmarshal_header(buffer, &tag) == -1);
        CHECK(evtag_unmarshal(buffer, &tag, other) == -1);
        CHECK(evtag_consume(buffer) == -1);
        CHECK(tag == 77);
        CHECK(buffer.hex() == bytes);
        CHECK(other.length() == 0);
    }
}

TEST_CASE("a_header_is_taken_and_the_payload_is_next") {
    for (const size_t piece : {SIZE_MAX, size_t(1)}) {
        const Buffer buffer("c8 01 02 68 69 07", piece);
        ev_uint32_t tag = 0;
        CHECK(evtag_unmarshal_header(buffer, &tag) == 2);
        CHECK(tag == 200);
        CHECK(buffer.hex() == "68 69 07");
    }
    const Buffer buffer("05 00");
    CHECK(evtag_unmarshal_header(buffer, nullptr) == 0);
    CHECK(buffer.length() == 0);
}

TEST_CASE("consuming_skips_a_record") {
    const Buffer buffer("c8 01 02 68 69 05 00 01");
    CHECK(evtag_consume(buffer) == 0);
    CHECK(buffer.hex() == "05 00 01");
    CHECK(evtag_consume(buffer) == 0);
    CHECK(buffer.hex() == "01");
}

TEST_CASE("a_buffer_whose_front_is_frozen_gives_nothing") {
    const Buffer buffer("01 01 05");
    REQUIRE(evbuffer_freeze(buffer, 1) == 0);
    ev_uint32_t number = 77;
    CHECK(evtag_unmarshal_int(buffer, 1, &number) == -1);
    CHECK(evtag_consume(buffer) == -1);
    CHECK(number == 77);
    CHECK(buffer.length() == 3);
}
