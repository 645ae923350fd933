// SPDX-License-Identifier: BSD-3-Clause
// Adding bytes to the end: plain, formatted, and from a list of extents.
#include <stdio.h>
#include <stdarg.h>
#include <stdint.h>

#include "buffer_support.h"

using namespace evlet_test;

namespace {

int add_formatted(evbuffer* buffer, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = evbuffer_add_vprintf(buffer, format, arguments);
    va_end(arguments);
    return result;
}

}  // namespace

TEST_CASE("a_new_buffer_is_empty") {
    Buffer buffer;
    CHECK(buffer.length() == 0);
    CHECK(content(buffer).empty());
    CHECK(evbuffer_peek(buffer, -1, nullptr, nullptr, 0) == 0);
}

TEST_CASE("bytes_added_stand_behind_those_added_before") {
    Buffer buffer;
    CHECK(add(buffer, "one ") == 0);
    CHECK(add(buffer, "two") == 0);
    CHECK(content(buffer) == "one two");
}

TEST_CASE("adding_nothing_succeeds_and_changes_nothing") {
    Buffer buffer;
    CHECK(evbuffer_add(buffer, "", 0) == 0);
    CHECK(buffer.length() == 0);
    CHECK(add(buffer, "x") == 0);
    CHECK(evbuffer_add(buffer, nullptr, 0) == 0);
    CHECK(content(buffer) == "x");
}

TEST_CASE("bytes_with_embedded_nul_are_kept") {
    const std::string bytes("a\0b\0", 4);
    Buffer buffer(bytes);
    CHECK(content(buffer) == bytes);
}

TEST_CASE("additions_of_all_sizes_around_powers_of_two_add_up") {
    Buffer buffer;
    std::string expected;
    for (size_t power = 1; power <= 65536; power *= 2) {
        for (const size_t size : {power - 1, power, power + 1}) {
            const std::string part = pattern(size, static_cast<unsigned>(size));
            REQUIRE(add(buffer, part) == 0);
            expected += part;
        }
    }
    CHECK(holds(buffer, expected));
}

TEST_CASE("a_megabyte_added_byte_by_byte_is_whole") {
    Buffer buffer;
    const std::string bytes = pattern(1 << 20);
    int failures = 0;
    for (const char byte : bytes)
        failures += evbuffer_add(buffer, &byte, 1) != 0;
    CHECK(failures == 0);
    CHECK(holds(buffer, bytes));
}

TEST_CASE("bytes_of_the_buffer_itself_may_be_added_to_it") {
    Buffer buffer(pattern(300));
    const unsigned char* own = evbuffer_pullup(buffer, -1);
    REQUIRE(own);
    CHECK(evbuffer_add(buffer, own, 300) == 0);
    CHECK(holds(buffer, pattern(300) + pattern(300)));
}

TEST_CASE("a_size_no_buffer_can_have_is_refused") {
    Buffer buffer(std::string("keep"));
    CHECK(evbuffer_add(buffer, "x", SIZE_MAX) == -1);
    CHECK(evbuffer_add(buffer, "x", SIZE_MAX - 3) == -1);
    CHECK(evbuffer_add(buffer, "x", EV_SSIZE_MAX) == -1);
    CHECK(content(buffer) == "keep");
}

TEST_CASE("printf_adds_what_it_formats_and_returns_its_length") {
    Buffer buffer(std::string("<"));
    CHECK(evbuffer_add_printf(buffer, "%s-%d|%5.2f", "ab", -7, 1.5) == 11);
    CHECK(content(buffer) == "<ab--7| 1.50");
}

TEST_CASE("printf_of_nothing_adds_nothing") {
    Buffer buffer(std::string("x"));
    CHECK(evbuffer_add_printf(buffer, "%s", "") == 0);
    CHECK(content(buffer) == "x");
}

TEST_CASE("printf_on_an_empty_buffer_of_nothing_leaves_it_empty") {
    Buffer buffer;
    CHECK(evbuffer_add_printf(buffer, "%s", "") == 0);
    CHECK(buffer.length() == 0);
}

TEST_CASE("printf_output_longer_than_any_chain_is_whole") {
    Buffer buffer(std::string("#"));
    const std::string text = pattern(200000);
    CHECK(evbuffer_add_printf(buffer, "%s", text.c_str()) == 200000);
    CHECK(holds(buffer, "#" + text));
}

TEST_CASE("printf_fits_whatever_room_the_last_chain_has_left") {
    // The closing NUL of the formatter needs a byte that is not added.
    Buffer buffer;
    std::string expected;
    for (int size = 0; size < 600; ++size) {
        REQUIRE(evbuffer_add_printf(buffer, "%*s", size, "") == size);
        expected.append(static_cast<size_t>(size), ' ');
        REQUIRE(evbuffer_add(buffer, "|", 1) == 0);
        expected += '|';
    }
    CHECK(holds(buffer, expected));
}

TEST_CASE("vprintf_does_what_printf_does") {
    Buffer buffer;
    const std::string text = pattern(5000);
    CHECK(add_formatted(buffer, "%d:%s", 12, text.c_str()) == 5003);
    CHECK(add_formatted(buffer, "%c", 0) == 1);
    CHECK(holds(buffer, "12:" + text + std::string(1, '\0')));
}

TEST_CASE("printf_of_a_format_that_cannot_be_written_fails_and_changes_nothing") {
    Buffer buffer(std::string("keep"));
    // No character of any locale.
    const wchar_t impossible[] = {0x7fffffff, 0};
    if (snprintf(nullptr, 0, "%ls", impossible) >= 0)
        return;  // a C library that writes everything
    CHECK(add_formatted(buffer, "start %ls", impossible) == -1);
    CHECK(content(buffer) == "keep");
}

TEST_CASE("iovec_adds_all_its_extents_in_order") {
    Buffer buffer(std::string("0"));
    std::string long_one = pattern(10000);
    char one[] = "one", two[] = "two";
    evbuffer_iovec extents[] = {{one, 3}, {nullptr, 0}, {long_one.data(), 10000}, {two, 3}};
    CHECK(evbuffer_add_iovec(buffer, extents, 4) == 10006);
    CHECK(holds(buffer, "0one" + long_one + "two"));
}

TEST_CASE("iovec_without_extents_adds_nothing") {
    Buffer buffer(std::string("x"));
    char byte[] = "y";
    evbuffer_iovec extent = {byte, 1};
    CHECK(evbuffer_add_iovec(buffer, &extent, 0) == 0);
    CHECK(evbuffer_add_iovec(buffer, nullptr, 0) == 0);
    CHECK(evbuffer_add_iovec(buffer, &extent, -1) == 0);
    CHECK(content(buffer) == "x");
}

TEST_CASE("iovec_whose_lengths_add_up_to_more_than_a_size_adds_what_it_says_and_reads_no_more") {
    char byte[] = "y";
    evbuffer_iovec extents[] = {{byte, 1}, {byte, SIZE_MAX}, {byte, 1}};
    evbuffer_iovec halves[] = {{byte, SIZE_MAX / 2 + 1}, {byte, SIZE_MAX / 2 + 1}};
    Buffer buffer(std::string("keep"));
    const size_t added = evbuffer_add_iovec(buffer, extents, 3);
    REQUIRE(added <= 1);
    CHECK(content(buffer) == "keep" + std::string(added, 'y'));
    CHECK(evbuffer_add_iovec(buffer, halves, 2) == 0);
    CHECK(content(buffer) == "keep" + std::string(added, 'y'));
}
