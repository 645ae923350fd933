// SPDX-License-Identifier: BSD-3-Clause
// Taking bytes off the front, and copying them out.
#include "buffer_support.h"

using namespace evlet_test;

TEST_CASE("drain_takes_that_many_bytes_off_the_front_for_every_count") {
    for (size_t count = 0; count <= 9; ++count) {
        CAPTURE(count);
        Buffer buffer{"abc", "d", "ef"};
        REQUIRE(add(buffer, "ghi") == 0);
        CHECK(evbuffer_drain(buffer, count) == 0);
        CHECK(content(buffer) == std::string("abcdefghi").substr(count));
        CHECK(add(buffer, "!") == 0);
        CHECK(content(buffer) == std::string("abcdefghi!").substr(count));
    }
}

TEST_CASE("draining_more_than_there_is_empties_the_buffer") {
    for (const size_t count : {size_t(10), size_t(EV_SSIZE_MAX), size_t(EV_SIZE_MAX)}) {
        CAPTURE(count);
        Buffer buffer{"abc", "defghi"};
        CHECK(evbuffer_drain(buffer, count) == 0);
        CHECK(buffer.length() == 0);
        CHECK(add(buffer, "again") == 0);
        CHECK(content(buffer) == "again");
    }
}

TEST_CASE("draining_an_empty_buffer_succeeds") {
    Buffer buffer;
    CHECK(evbuffer_drain(buffer, 0) == 0);
    CHECK(evbuffer_drain(buffer, 5) == 0);
    CHECK(evbuffer_drain(buffer, EV_SIZE_MAX) == 0);
    CHECK(buffer.length() == 0);
}

TEST_CASE("filling_and_draining_again_and_again_keeps_the_order") {
    Buffer buffer;
    std::string expected;
    for (unsigned i = 0; i < 2000; ++i) {
        const std::string part = pattern(i * 31 % 257, i);
        REQUIRE(add(buffer, part) == 0);
        expected += part;
        const size_t count = i * 17 % 251;
        REQUIRE(evbuffer_drain(buffer, count) == 0);
        expected.erase(0, count);
        REQUIRE(buffer.length() == expected.size());
    }
    CHECK(holds(buffer, expected));
}

TEST_CASE("remove_copies_bytes_out_and_drains_them") {
    Buffer buffer{"abc", "def"};
    char bytes[8] = "*******";
    CHECK(evbuffer_remove(buffer, bytes, 4) == 4);
    CHECK(std::string(bytes, 7) == "abcd***");
    CHECK(content(buffer) == "ef");
}

TEST_CASE("remove_of_more_than_there_is_gives_what_there_is") {
    Buffer buffer{"abc", "def"};
    char bytes[8] = "*******";
    CHECK(evbuffer_remove(buffer, bytes, 7) == 6);
    CHECK(std::string(bytes, 7) == "abcdef*");
    CHECK(buffer.length() == 0);
    CHECK(evbuffer_remove(buffer, bytes, 7) == 0);
    CHECK(std::string(bytes, 7) == "abcdef*");
}

TEST_CASE("remove_of_nothing_takes_nothing") {
    Buffer buffer{"abc"};
    char byte = '*';
    CHECK(evbuffer_remove(buffer, &byte, 0) == 0);
    CHECK(evbuffer_remove(buffer, nullptr, 0) == 0);
    CHECK(byte == '*');
    CHECK(content(buffer) == "abc");
}

TEST_CASE("copyout_leaves_the_bytes_in_the_buffer") {
    for (size_t count = 0; count <= 8; ++count) {
        CAPTURE(count);
        Buffer buffer{"abc", "d", "ef"};
        char bytes[9] = "********";
        const size_t copied = std::min(count, size_t(6));
        CHECK(evbuffer_copyout(buffer, bytes, count) == static_cast<ev_ssize_t>(copied));
        CHECK(std::string(bytes, 8) ==
              std::string("abcdef").substr(0, copied) + std::string(8 - copied, '*'));
        CHECK(content(buffer) == "abcdef");
    }
}

TEST_CASE("copyout_of_an_empty_buffer_copies_nothing") {
    Buffer buffer;
    char byte = '*';
    CHECK(evbuffer_copyout(buffer, &byte, 1) == 0);
    CHECK(byte == '*');
}

TEST_CASE("copyout_from_copies_from_every_place_any_count") {
    const std::string all = "abcdefgh";
    Buffer buffer{"abc", "d", "ef"};
    REQUIRE(add(buffer, "gh") == 0);
    for (size_t at = 0; at <= all.size(); ++at) {
        const evbuffer_ptr from = position(buffer, at);
        for (size_t count = 0; count <= 10; ++count) {
            CAPTURE(at);
            CAPTURE(count);
            char bytes[11] = "**********";
            const std::string expected = all.substr(at, count);
            CHECK(evbuffer_copyout_from(buffer, &from, bytes, count) ==
                  static_cast<ev_ssize_t>(expected.size()));
            CHECK(std::string(bytes, 10) == expected + std::string(10 - expected.size(), '*'));
        }
    }
    CHECK(content(buffer) == all);
}

TEST_CASE("copyout_from_nowhere_begins_at_the_front") {
    Buffer buffer{"abc"};
    char bytes[3];
    CHECK(evbuffer_copyout_from(buffer, nullptr, bytes, 3) == 3);
    CHECK(std::string(bytes, 3) == "abc");
}

TEST_CASE("copyout_from_the_end_copies_nothing") {
    Buffer buffer{"abc"};
    const evbuffer_ptr end = position(buffer, 3);
    char byte = '*';
    CHECK(evbuffer_copyout_from(buffer, &end, &byte, 1) == 0);
    CHECK(byte == '*');
}

TEST_CASE("copyout_from_a_place_that_is_not_in_the_buffer_is_refused") {
    Buffer buffer{"abc"};
    evbuffer_ptr nowhere;
    char byte = '*';
    REQUIRE(evbuffer_ptr_set(buffer, &nowhere, 4, EVBUFFER_PTR_SET) == -1);
    CHECK(nowhere.pos == -1);
    CHECK(evbuffer_copyout_from(buffer, &nowhere, &byte, 1) == -1);
    CHECK(byte == '*');
}

TEST_CASE("copyout_from_a_place_with_a_size_that_wraps_is_bounded") {
    Buffer buffer{"abc", "def"};
    const evbuffer_ptr from = position(buffer, 2);
    char bytes[6] = "*****";
    CHECK(evbuffer_copyout_from(buffer, &from, bytes, EV_SIZE_MAX) == 4);
    CHECK(std::string(bytes, 5) == "cdef*");
}
