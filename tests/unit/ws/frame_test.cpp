// SPDX-License-Identifier: BSD-3-Clause
// Headers of frames and masks, on the bytes of RFC 6455.
#include "ws/frame.h"

#include <string>
#include <vector>

#include "doctest.h"

using namespace evlet::ws;

namespace {

using Bytes = std::vector<uint8_t>;

Header parse(const Bytes& bytes, Frame* ret_frame) {
    return parse_header(bytes.data(), bytes.size(), ret_frame);
}

Header parse(const Bytes& bytes) {
    Frame frame;
    return parse(bytes, &frame);
}

Bytes with_length(uint8_t first, uint8_t second, uint64_t length, int size) {
    Bytes bytes = {first, second};
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
        bytes.push_back(static_cast<uint8_t>(length >> shift));
    return bytes;
}

}  // namespace

TEST_CASE("the_examples_of_the_rfc_are_understood") {
    Frame frame;
    REQUIRE(parse({0x81, 0x05, 'H', 'e', 'l', 'l', 'o'}, &frame) == Header::good);
    CHECK(frame.final);
    CHECK(frame.opcode == kText);
    CHECK(frame.length == 5);
    CHECK(frame.header_size == 2);
    CHECK_FALSE(frame.masked);
    REQUIRE(parse({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}, &frame) ==
            Header::good);
    CHECK(frame.masked);
    CHECK(frame.header_size == 6);
    const Bytes hidden = {0x7f, 0x9f, 0x4d, 0x51, 0x58};
    uint8_t shown[5];
    apply_mask(frame.mask, 0, hidden.data(), shown, 5);
    CHECK(std::string(shown, shown + 5) == "Hello");
    REQUIRE(parse({0x01, 0x03, 'H', 'e', 'l'}, &frame) == Header::good);
    CHECK_FALSE(frame.final);
    REQUIRE(parse({0x80, 0x02, 'l', 'o'}, &frame) == Header::good);
    CHECK(frame.opcode == kContinuation);
    REQUIRE(parse({0x89, 0x05}, &frame) == Header::good);
    CHECK(frame.opcode == kPing);
    REQUIRE(parse({0x82, 0x7e, 0x01, 0x00}, &frame) == Header::good);
    CHECK(frame.length == 256);
    REQUIRE(parse({0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}, &frame) == Header::good);
    CHECK(frame.length == 65536);
}

TEST_CASE("a_header_is_waited_for_to_its_last_byte") {
    for (const Bytes& whole : {Bytes{0x81, 0x85, 1, 2, 3, 4}, Bytes{0x82, 0xfe, 1, 0, 1, 2, 3, 4},
                               Bytes{0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}}) {
        for (size_t size = 0; size < whole.size(); ++size)
            CHECK(parse(Bytes(whole.begin(), whole.begin() + static_cast<long>(size))) ==
                  Header::more);
        CHECK(parse(whole) == Header::good);
    }
}

TEST_CASE("a_reserved_bit_is_refused") {
    for (const uint8_t bit : {0x40, 0x20, 0x10})
        CHECK(parse({static_cast<uint8_t>(0x81 | bit), 0}) == Header::bad);
}

TEST_CASE("an_opcode_that_nobody_has_defined_is_refused") {
    for (uint8_t opcode = 0; opcode < 16; ++opcode) {
        const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
        CAPTURE(opcode);
        CHECK((parse({static_cast<uint8_t>(0x80 | opcode), 0}) == Header::good) == known);
    }
}

TEST_CASE("a_control_frame_is_short_and_whole") {
    for (const uint8_t opcode : {kClose, kPing, kPong}) {
        CHECK(parse({static_cast<uint8_t>(0x80 | opcode), 125}) == Header::good);
        CHECK(parse({static_cast<uint8_t>(0x80 | opcode), 126, 0, 126}) == Header::bad);
        CHECK(parse({static_cast<uint8_t>(0x80 | opcode), 127, 0, 0, 0, 0, 0, 1, 0, 0}) ==
              Header::bad);
        CHECK(parse({opcode, 0}) == Header::bad);
    }
}

TEST_CASE("a_length_in_more_bytes_than_it_needs_is_refused") {
    CHECK(parse(with_length(0x82, 126, 125, 2)) == Header::bad);
    CHECK(parse(with_length(0x82, 126, 126, 2)) == Header::good);
    CHECK(parse(with_length(0x82, 126, 65535, 2)) == Header::good);
    CHECK(parse(with_length(0x82, 127, 65535, 8)) == Header::bad);
    CHECK(parse(with_length(0x82, 127, 65536, 8)) == Header::good);
    CHECK(parse(with_length(0x82, 127, 0, 8)) == Header::bad);
}

TEST_CASE("a_length_with_the_highest_bit_is_refused") {
    CHECK(parse(with_length(0x82, 127, INT64_MAX, 8)) == Header::good);
    CHECK(parse(with_length(0x82, 127, uint64_t(INT64_MAX) + 1, 8)) == Header::bad);
    CHECK(parse(with_length(0x82, 127, UINT64_MAX, 8)) == Header::bad);
}

TEST_CASE("what_is_written_is_read_back") {
    for (const uint64_t length : {uint64_t(0), uint64_t(1), uint64_t(125), uint64_t(126),
                                  uint64_t(65535), uint64_t(65536), uint64_t(INT64_MAX)}) {
        for (const bool masked : {false, true}) {
            CAPTURE(length);
            Frame frame = {length, kBinary, 0, {9, 8, 7, 6}, true, masked};
            uint8_t bytes[kMostHeader];
            const size_t size = write_header(frame, bytes);
            Frame read;
            REQUIRE(parse_header(bytes, size, &read) == Header::good);
            CHECK(read.length == length);
            CHECK(read.header_size == size);
            CHECK(read.masked == masked);
            CHECK((!masked || read.mask[3] == 6));
        }
    }
}

TEST_CASE("a_mask_goes_by_the_position_in_the_payload") {
    const uint8_t mask[kMaskSize] = {1, 2, 3, 4};
    Bytes plain(100);
    for (size_t i = 0; i < plain.size(); ++i)
        plain[i] = static_cast<uint8_t>(i * 7);
    for (size_t from = 0; from < 20; ++from) {
        for (size_t size = 0; from + size <= 60; ++size) {
            Bytes hidden(size);
            apply_mask(mask, from, plain.data() + from, hidden.data(), size);
            bool good = true;
            for (size_t i = 0; i < size; ++i)
                good = good && hidden[i] == (plain[from + i] ^ mask[(from + i) % kMaskSize]);
            CHECK(good);
        }
    }
}
