// SPDX-License-Identifier: BSD-3-Clause
// Tags, integers and records as bytes: those that libevent writes.
#include "rpc/tag_wire.h"

#include <functional>

#include "tag_support.h"

using namespace evlet_test;

extern "C" {
int evtag_encode_tag(evbuffer* buffer, ev_uint32_t tag);
int evtag_decode_tag(ev_uint32_t* tag, evbuffer* buffer);
int evtag_decode_int(ev_uint32_t* number, evbuffer* buffer);
int evtag_decode_int64(ev_uint64_t* number, evbuffer* buffer);
}

namespace {

std::string written(const std::function<void(evbuffer*)>& write) {
    const Buffer buffer;
    write(buffer);
    return buffer.hex();
}

std::string encoded(uint64_t number) {
    const std::string as_64 = written([&](evbuffer* to) { evtag_encode_int64(to, number); });
    if (number <= UINT32_MAX)
        CHECK(written([&](evbuffer* to) {
                  evtag_encode_int(to, static_cast<ev_uint32_t>(number));
              }) == as_64);
    return as_64;
}

std::string encoded_tag(ev_uint32_t tag) {
    return written([&](evbuffer* to) {
        const int size = evtag_encode_tag(to, tag);
        CHECK(size == static_cast<int>(evbuffer_get_length(to)));
    });
}

}  // namespace

TEST_CASE("integers_are_half_bytes_behind_their_number") {
    CHECK(encoded(0) == "00");
    CHECK(encoded(1) == "01");
    CHECK(encoded(0xf) == "0f");
    CHECK(encoded(0x10) == "10 10");
    CHECK(encoded(0xaf0) == "20 fa");
    CHECK(encoded(0x1000) == "30 00 10");
    CHECK(encoded(0xdeadbeef) == "7f ee bd ae d0");
    CHECK(encoded(0x7fffffff) == "7f ff ff ff 70");
    CHECK(encoded(0xffffffff) == "7f ff ff ff f0");
    CHECK(encoded(0x123456789abcdef) == "ef ed cb a9 87 65 43 21");
    CHECK(encoded(UINT64_MAX) == "ff ff ff ff ff ff ff ff f0");
}

TEST_CASE("tags_are_groups_of_seven_bits") {
    CHECK(encoded_tag(0) == "00");
    CHECK(encoded_tag(1) == "01");
    CHECK(encoded_tag(0x7f) == "7f");
    CHECK(encoded_tag(0x80) == "80 01");
    CHECK(encoded_tag(0x10121) == "a1 82 04");
    CHECK(encoded_tag(UINT32_MAX) == "ff ff ff ff 0f");
}

TEST_CASE("records_are_tag_length_and_payload") {
    const Buffer payload("78 79 7a");
    timeval time = {5, 7};
    CHECK(written([](evbuffer* to) { evtag_marshal_int(to, 1, 0x1234); }) == "01 03 34 32 10");
    CHECK(written([](evbuffer* to) { evtag_marshal_int64(to, 1, 0x123456789a); }) ==
          "01 06 9a 98 76 54 32 10");
    CHECK(written([](evbuffer* to) { evtag_marshal_string(to, 200, "hi"); }) == "c8 01 02 68 69");
    CHECK(written([](evbuffer* to) { evtag_marshal(to, 3, "abc", 3); }) == "03 03 61 62 63");
    CHECK(written([](evbuffer* to) { evtag_marshal(to, 3, nullptr, 0); }) == "03 00");
    CHECK(written([&](evbuffer* to) { evtag_marshal_timeval(to, 2, &time); }) == "02 02 05 07");
    CHECK(written([&](evbuffer* to) { evtag_marshal_buffer(to, 4, payload); }) == "04 03 78 79 7a");
    CHECK(payload.length() == 0);
}

TEST_CASE("every_integer_is_read_as_it_was_written") {
    for (unsigned bits = 0; bits < 64; ++bits) {
        for (const uint64_t number :
             {uint64_t(1) << bits, (uint64_t(1) << bits) - 1, UINT64_MAX >> bits}) {
            const Buffer buffer;
            evtag_encode_int64(buffer, number);
            ev_uint64_t read = 0;
            REQUIRE(evtag_decode_int64(&read, buffer) == 0);
            REQUIRE(read == number);
            REQUIRE(buffer.length() == 0);
        }
    }
}

TEST_CASE("every_tag_is_read_as_it_was_written") {
    for (unsigned bits = 0; bits < 32; ++bits) {
        for (const uint32_t tag : {uint32_t(1) << bits, UINT32_MAX >> bits}) {
            const Buffer buffer;
            const int size = evtag_encode_tag(buffer, tag);
            ev_uint32_t read = 0;
            REQUIRE(evtag_decode_tag(&read, buffer) == size);
            REQUIRE(read == tag);
            REQUIRE(buffer.length() == 0);
        }
    }
}

TEST_CASE("a_tag_that_is_cut_off_or_does_not_fit_is_none") {
    for (const char* bytes : {"", "80", "ff ff ff ff", "ff ff ff ff 10", "80 80 80 80 80 01"}) {
        CAPTURE(bytes);
        const Buffer buffer(bytes);
        ev_uint32_t tag = 77;
        CHECK(evtag_decode_tag(&tag, buffer) == -1);
        CHECK(tag == 77);
        CHECK(buffer.hex() == bytes);
    }
}

TEST_CASE("an_integer_that_is_cut_off_or_does_not_fit_is_none") {
    for (const char* bytes : {"", "10", "30 00", "7f ff ff ff", "80 00 00 00 00"}) {
        CAPTURE(bytes);
        const Buffer buffer(bytes);
        ev_uint32_t number = 77;
        CHECK(evtag_decode_int(&number, buffer) == -1);
        CHECK(number == 77);
        CHECK(buffer.hex() == bytes);
    }
    const Buffer buffer("f0 00 00 00 00 00 00 00");
    ev_uint64_t number = 77;
    CHECK(evtag_decode_int64(&number, buffer) == -1);
    CHECK(number == 77);
}

TEST_CASE("what_fills_up_the_last_byte_is_not_part_of_the_integer") {
    const Buffer buffer("10 1f");
    ev_uint32_t number = 0;
    CHECK(evtag_decode_int(&number, buffer) == 0);
    CHECK(number == 0x10);
}

// The bytes are at the very end of what is there, where a checker of memory would see more read.
TEST_CASE("nothing_is_read_behind_the_bytes_that_are_there") {
    for (size_t size = 0; size < 6; ++size) {
        const std::string text(size, '\xff');
        std::string exact(text.data(), size);
        exact.shrink_to_fit();
        const auto* const at = reinterpret_cast<const uint8_t*>(exact.data());
        uint32_t tag = 0;
        uint64_t number = 0;
        CHECK(evlet::rpc::get_tag(at, size, &tag) == 0);
        CHECK(evlet::rpc::get_int(at, size, evlet::rpc::kNibbles64, &number) == 0);
    }
}
