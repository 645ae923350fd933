// SPDX-License-Identifier: BSD-3-Clause
// Records of each kind, read back; and what is not of the kind asked for.
#include <stdlib.h>
#include <string.h>

#include <utility>

#include "tag_support.h"

using namespace evlet_test;

namespace {

std::string text_from(evbuffer* buffer, ev_uint32_t tag) {
    char* text = nullptr;
    if (evtag_unmarshal_string(buffer, tag, &text) != 0)
        return "none";
    std::string result = text;
    free(text);
    return result;
}

constexpr size_t kPieces[] = {SIZE_MAX, 1, 3};

// As many bytes as no chain has room for, none like its neighbour.
std::string many_bytes(size_t count) {
    std::string bytes(count, 0);
    for (size_t i = 0; i < count; ++i)
        bytes[i] = static_cast<char>(i * 7 + i / 251);
    return bytes;
}

}  // namespace

TEST_CASE("numbers_are_read_with_the_bytes_they_take") {
    for (const size_t piece : kPieces) {
        const Buffer buffer("01 03 34 32 10 02 06 9a 98 76 54 32 10", piece);
        ev_uint32_t small = 0;
        ev_uint64_t large = 0;
        CHECK(evtag_unmarshal_int(buffer, 1, &small) == 3);
        CHECK(evtag_unmarshal_int64(buffer, 2, &large) == 6);
        CHECK(small == 0x1234);
        CHECK(large == 0x123456789a);
        CHECK(buffer.length() == 0);
    }
}

TEST_CASE("what_follows_a_number_in_its_payload_goes_with_it") {
    const Buffer buffer("01 05 34 32 10 ff ff 07");
    ev_uint32_t number = 0;
    CHECK(evtag_unmarshal_int(buffer, 1, &number) == 3);
    CHECK(number == 0x1234);
    CHECK(buffer.hex() == "07");
}

TEST_CASE("numbers_do_not_reach_behind_their_payload") {
    for (const char* bytes :
         {"01 02 34 32 10", "01 00 05", "01 01 34 32 10", "01 09 ff ff ff ff ff ff ff ff"}) {
        for (const size_t piece : kPieces) {
            const Buffer buffer(bytes, piece);
            ev_uint32_t small = 77;
            ev_uint64_t large = 77;
            CHECK(evtag_unmarshal_int(buffer, 1, &small) == -1);
            CHECK(evtag_unmarshal_int64(buffer, 1, &large) == -1);
            CHECK(small == 77);
            CHECK(large == 77);
            CHECK(buffer.hex() == bytes);
        }
    }
}

TEST_CASE("a_number_of_64_bits_is_none_of_32") {
    const Buffer buffer("01 06 90 98 76 54 32 10");
    ev_uint32_t small = 77;
    ev_uint64_t large = 0;
    CHECK(evtag_unmarshal_int(buffer, 1, &small) == -1);
    CHECK(small == 77);
    CHECK(evtag_unmarshal_int64(buffer, 1, &large) == 6);
}

TEST_CASE("a_record_of_another_tag_stays") {
    const char bytes[] = "02 01 05";
    const Buffer buffer(bytes);
    ev_uint32_t small = 77;
    ev_uint64_t large = 77;
    char byte = 'x';
    timeval time = {1, 2};
    CHECK(evtag_unmarshal_int(buffer, 1, &small) == -1);
    CHECK(evtag_unmarshal_int64(buffer, 1, &large) == -1);
    CHECK(evtag_unmarshal_fixed(buffer, 1, &byte, 1) == -1);
    CHECK(evtag_unmarshal_timeval(buffer, 1, &time) == -1);
    CHECK(text_from(buffer, 1) == "none");
    CHECK(byte == 'x');
    CHECK(buffer.hex() == bytes);
}

TEST_CASE("text_is_read_with_a_nul_behind_it") {
    for (const size_t piece : kPieces) {
        const Buffer buffer("c8 01 02 68 69 03 00", piece);
        CHECK(text_from(buffer, 200) == "hi");
        CHECK(text_from(buffer, 3).empty());
        CHECK(buffer.length() == 0);
    }
}

TEST_CASE("bytes_of_a_fixed_number_are_read_if_there_are_as_many") {
    for (const size_t piece : kPieces) {
        const Buffer buffer("03 03 61 62 63", piece);
        char bytes[4] = "xyz";
        CHECK(evtag_unmarshal_fixed(buffer, 3, bytes, 2) == -1);
        CHECK(evtag_unmarshal_fixed(buffer, 3, bytes, 4) == -1);
        CHECK(std::string(bytes) == "xyz");
        CHECK(evtag_unmarshal_fixed(buffer, 3, bytes, 3) == 0);
        CHECK(std::string(bytes) == "abc");
        CHECK(buffer.length() == 0);
    }
    const Buffer empty("03 00");
    CHECK(evtag_unmarshal_fixed(empty, 3, nullptr, 0) == 0);
}

TEST_CASE("payloads_are_added_to_another_buffer") {
    for (const size_t piece : kPieces) {
        const Buffer buffer("04 03 78 79 7a 05 00", piece);
        const Buffer other("61");
        ev_uint32_t tag = 0;
        CHECK(evtag_unmarshal(buffer, &tag, other) == 3);
        CHECK(tag == 4);
        CHECK(other.hex() == "61 78 79 7a");
        CHECK(evtag_unmarshal(buffer, nullptr, other) == 0);
        CHECK(other.length() == 4);
        CHECK(buffer.length() == 0);
    }
}

TEST_CASE("a_buffer_is_not_unpacked_into_itself") {
    const Buffer buffer("04 01 78");
    CHECK(evtag_unmarshal(buffer, nullptr, buffer) == -1);
    evtag_marshal_buffer(buffer, 1, buffer);
    CHECK(buffer.hex() == "04 01 78");
}

TEST_CASE("large_payloads_come_back_whole") {
    for (const size_t size :
         {size_t(127), size_t(128), size_t(129), size_t(5000), size_t(100000)}) {
        const std::string bytes = many_bytes(size);
        const Buffer buffer;
        evtag_marshal_int(buffer, 9, 1);
        evtag_marshal(buffer, 7, bytes.data(), static_cast<ev_uint32_t>(size));
        const Buffer copy;
        REQUIRE(evbuffer_add(copy, bytes.data(), size) == 0);
        evtag_marshal_buffer(buffer, 8, copy);
        REQUIRE(evtag_consume(buffer) == 0);
        std::string back(size, 0);
        REQUIRE(evtag_unmarshal_fixed(buffer, 7, back.data(), size) == 0);
        CHECK(back == bytes);
        const Buffer other;
        REQUIRE(evtag_unmarshal(buffer, nullptr, other) == static_cast<int>(size));
        REQUIRE(evbuffer_remove(other, back.data(), size) == static_cast<int>(size));
        CHECK(back == bytes);
        CHECK(buffer.length() == 0);
    }
}

TEST_CASE("times_come_back") {
    constexpr std::pair<long, long> kTimes[] = {{0, 0}, {5, 7}, {2147483647, 999999}, {1 << 20, 1}};
    for (const auto& [seconds, micros] : kTimes) {
        const Buffer buffer;
        timeval time = {};
        time.tv_sec = seconds;
        time.tv_usec = micros;
        evtag_marshal_timeval(buffer, 2, &time);
        timeval back = {-1, -1};
        CHECK(evtag_unmarshal_timeval(buffer, 2, &back) == 0);
        CHECK(back.tv_sec == seconds);
        CHECK(back.tv_usec == micros);
        CHECK(buffer.length() == 0);
    }
}

TEST_CASE("times_after_2106_come_back_where_there_are_any") {
    timeval time = {};
    if (sizeof time.tv_sec < 8)
        return;
    time.tv_sec = static_cast<decltype(time.tv_sec)>(INT64_C(0x1234567890));
    const Buffer buffer;
    evtag_marshal_timeval(buffer, 2, &time);
    timeval back = {};
    CHECK(evtag_unmarshal_timeval(buffer, 2, &back) == 0);
    CHECK(back.tv_sec == time.tv_sec);
}

TEST_CASE("half_a_time_is_none") {
    for (const char* bytes : {"02 01 05", "02 01 05 07", "02 00", "02 02 05 17",
                              "02 0a ff ff ff ff ff ff ff ff f0 00"}) {
        CAPTURE(bytes);
        const Buffer buffer(bytes);
        timeval time = {1, 2};
        CHECK(evtag_unmarshal_timeval(buffer, 2, &time) == -1);
        CHECK(time.tv_sec == 1);
        CHECK(time.tv_usec == 2);
        CHECK(buffer.hex() == bytes);
    }
}
