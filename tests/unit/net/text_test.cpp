// SPDX-License-Identifier: BSD-3-Clause
// evutil_strtoll, evutil_ascii_strcasecmp and kin, evutil_snprintf; the decimal numbers of base.
#include "base/text.h"

#include <event2/util.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <strings.h>

#include "doctest.h"
#include "generators.h"

using namespace evlet_test;

namespace {

struct Converted {
    long long value;
    size_t taken;
    int error;
};

Converted ours(const std::string& text, int base) {
    char* end = nullptr;
    errno = 0;
    const long long value = evutil_strtoll(text.c_str(), &end, base);
    return {value, static_cast<size_t>(end - text.c_str()), errno};
}

Converted theirs(const std::string& text, int base) {
    char* end = nullptr;
    errno = 0;
    const long long value = strtoll(text.c_str(), &end, base);
    return {value, static_cast<size_t>(end - text.c_str()), errno};
}

void check_like_strtoll(const std::string& text, int base) {
    const Converted a = ours(text, base), b = theirs(text, base);
    INFO("text: '", text, "' base ", base);
    CHECK(a.value == b.value);
    CHECK(a.taken == b.taken);
    CHECK((a.error == ERANGE) == (b.error == ERANGE));
}

int sign(int value) {
    return (value > 0) - (value < 0);
}

// Around the compiler's knowledge of what fits.
size_t opaque(size_t value) {
    volatile size_t kept = value;
    return kept;
}

int format_list(char* buffer, size_t size, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = evutil_vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return result;
}

}  // namespace

TEST_CASE("numbers_at_the_limits_are_read_exactly") {
    CHECK(ours("9223372036854775807", 10).value == EV_INT64_MAX);
    CHECK(ours("9223372036854775807", 10).error == 0);
    CHECK(ours("-9223372036854775808", 10).value == EV_INT64_MIN);
    CHECK(ours("-9223372036854775808", 10).error == 0);
    CHECK(ours("0x7fffffffffffffff", 0).value == EV_INT64_MAX);
    CHECK(ours("-0x8000000000000000", 16).value == EV_INT64_MIN);
}

TEST_CASE("numbers_out_of_range_are_clamped_and_taken_whole") {
    for (const char* text : {"9223372036854775808", "18446744073709551616",
                             "99999999999999999999999999999999999999999"}) {
        const Converted up = ours(text, 10);
        CHECK(up.value == EV_INT64_MAX);
        CHECK(up.error == ERANGE);
        CHECK(up.taken == strlen(text));
        const Converted down = ours(std::string("-") + text, 10);
        CHECK(down.value == EV_INT64_MIN);
        // The negative half of the range is one longer.
        CHECK(down.error == (strcmp(text, "9223372036854775808") == 0 ? 0 : ERANGE));
    }
    CHECK(ours("-9223372036854775809", 10).error == ERANGE);
}

TEST_CASE("special_shapes_are_read_as_the_c_library_reads_them") {
    for (const char* text :
         {"",      " ",
          "-",     "+",
          "+-1",   "- 1",
          "0",     "00",
          "-0",    "0x",
          "0X",    "0xg",
          "0x1",   "0XfFz",
          "-0x1f", "08",
          "077",   "078",
          "zz",    "1_000",
          "1e5",   " \t\n\v\f\r42",
          "42 ",   "++1",
          "0x-1",  "0x0x1",
          "x1",    "10000000000000000000000000000000000000000000000000000000000000001"}) {
        for (int base : {0, 2, 3, 8, 10, 11, 16, 35, 36})
            check_like_strtoll(text, base);
    }
}

TEST_CASE("generated_numbers_are_read_as_the_c_library_reads_them") {
    Generator generator(64);
    for (int i = 0; i < 15000; ++i) {
        const int base = generator.one_in(8) ? 0 : static_cast<int>(2 + generator.below(35));
        check_like_strtoll(generator.text("0123456789", 22), base);
        check_like_strtoll(generator.text(" +-0xX19azAZ", 8) + generator.text("0178fz9", 20), base);
    }
}

TEST_CASE("a_base_that_is_none_takes_nothing") {
    for (int base : {-1, 1, 37, INT_MAX, INT_MIN}) {
        const std::string text = "12";
        const Converted result = ours(text, base);
        CHECK(result.value == 0);
        CHECK(result.taken == 0);
        CHECK(result.error == EINVAL);
    }
    CHECK(evutil_strtoll("77", nullptr, 10) == 77);
}

TEST_CASE("words_compare_without_case") {
    CHECK(evutil_ascii_strcasecmp("", "") == 0);
    CHECK(evutil_ascii_strcasecmp("Content-Length", "CONTENT-lENGTH") == 0);
    CHECK(evutil_ascii_strcasecmp("a", "B") < 0);
    CHECK(evutil_ascii_strcasecmp("B", "a") > 0);
    CHECK(evutil_ascii_strcasecmp("abc", "ab") > 0);
    CHECK(evutil_ascii_strcasecmp("ab", "abc") < 0);
    CHECK(evutil_ascii_strcasecmp("[", "{") != 0);
    CHECK(evutil_ascii_strcasecmp("@", "`") != 0);
    CHECK(evutil_ascii_strcasecmp("\xc4", "\xe4") != 0);
    CHECK(evutil_ascii_strcasecmp("\xff", "a") > 0);
}

TEST_CASE("the_first_characters_compare_without_case") {
    CHECK(evutil_ascii_strncasecmp("abc", "xyz", 0) == 0);
    CHECK(evutil_ascii_strncasecmp("ABc", "abX", 2) == 0);
    CHECK(evutil_ascii_strncasecmp("ABc", "abX", 3) < 0);
    CHECK(evutil_ascii_strncasecmp("abc", "ABC", SIZE_MAX) == 0);
    CHECK(evutil_ascii_strncasecmp("ab", "abc", 3) < 0);
    const char unterminated[] = {'a', 'b'};
    CHECK(evutil_ascii_strncasecmp(unterminated, "AB", 2) == 0);
}

TEST_CASE("generated_words_compare_as_in_the_c_locale") {
    Generator generator(26);
    for (int i = 0; i < 10000; ++i) {
        const std::string a = generator.text("aAbB@`[{zZ~\xc4", 6),
                          b = generator.text("aAbB@`[{zZ~\xe4", 6);
        const size_t count = generator.below(8);
        CHECK(sign(evutil_ascii_strcasecmp(a.c_str(), b.c_str())) ==
              sign(strcasecmp(a.c_str(), b.c_str())));
        CHECK(sign(evutil_ascii_strncasecmp(a.c_str(), b.c_str(), count)) ==
              sign(strncasecmp(a.c_str(), b.c_str(), count)));
    }
}

TEST_CASE("formatting_is_always_terminated_and_answers_the_whole_length") {
    char text[8];
    CHECK(evutil_snprintf(text, opaque(sizeof text), "%s", "abc") == 3);
    CHECK(std::string(text) == "abc");
    CHECK(evutil_snprintf(text, opaque(sizeof text), "%s", "abcdefgh") == 8);
    CHECK(std::string(text) == "abcdefg");
    CHECK(evutil_snprintf(text, opaque(sizeof text), "%d-%d", 100000, 100000) == 13);
    CHECK(std::string(text) == "100000-");
    CHECK(evutil_snprintf(text, opaque(1), "%s", "abc") == 3);
    CHECK(text[0] == '\0');
    memset(text, 'x', sizeof text);
    CHECK(evutil_snprintf(text, opaque(0), "%s", "abc") == 3);
    CHECK(text[0] == 'x');
    CHECK(evutil_snprintf(nullptr, opaque(0), "%s", "abc") == 3);
    CHECK(format_list(text, opaque(sizeof text), "%s:%d", "ab", 7) == 4);
    CHECK(std::string(text) == "ab:7");
}

TEST_CASE("formatting_into_room_beyond_int_is_no_error") {
    char text[16];
    CHECK(evutil_snprintf(text, opaque(static_cast<size_t>(INT_MAX) + 1), "%d", 5) == 1);
    CHECK(std::string(text) == "5");
}

TEST_CASE("text_that_cannot_be_formatted_leaves_an_empty_string") {
    char text[16] = "before";
    const wchar_t impossible[] = {static_cast<wchar_t>(0x7fffffff), 0};
    CHECK(evutil_snprintf(text, opaque(sizeof text), "%ls", impossible) < 0);
    CHECK(text[0] == '\0');
}

TEST_CASE("decimal_numbers_are_digits_and_nothing_else") {
    uint32_t value = 7;
    const auto read = [&](const char* text, uint32_t limit) {
        return evlet::parse_decimal(evlet::Text(text), limit, &value);
    };
    CHECK(read("0", 0));
    CHECK(value == 0);
    CHECK(read("4294967295", UINT32_MAX));
    CHECK(value == UINT32_MAX);
    CHECK(read("00000000000000000000000000000000000042", 42));
    CHECK(value == 42);
    for (const char* text : {"", "43", "+1", "-1", " 1", "1 ", "1x", "0x1", "4294967296",
                             "18446744073709551616", "99999999999999999999999999"})
        CHECK_FALSE(read(text, 42));
    CHECK(value == 42);
}
