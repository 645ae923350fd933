// SPDX-License-Identifier: BSD-3-Clause
// Percent-encoding and HTML entities, there and back.
#include "http/escape.h"

#include <event2/util.h>
#include <limits.h>

#include "http/uri.h"
#include "text_support.h"

using namespace evlet;
using namespace evlet::http;
using namespace evlet_test;

namespace {

std::string encoded(const char* text, ev_ssize_t size = -1, int plus = 0) {
    return taken(evhttp_uriencode(text, size, plus));
}

// What evhttp_uridecode() makes of a text, NULs and all.
std::string decoded(const std::string& text, int plus = 0) {
    size_t size = SIZE_MAX;
    char* const block = evhttp_uridecode(text.c_str(), plus, &size);
    REQUIRE(block);
    CHECK(block[size] == 0);
    const std::string result(block, size);
    mem::release(block);
    return result;
}

std::string all_bytes() {
    std::string bytes;
    for (int code = 0; code < 256; ++code)
        bytes += static_cast<char>(code);
    return bytes;
}

}  // namespace

TEST_CASE("every_byte_but_the_unreserved_ones_is_encoded") {
    for (int code = 1; code < 256; ++code) {
        const char text[] = {static_cast<char>(code), 0};
        char expected[8];
        const bool stays = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                           (code >= '0' && code <= '9') || strchr("-._~", code);
        evutil_snprintf(expected, sizeof expected, stays ? "'%c'" : "'%%%02X'", code);
        CHECK(encoded(text) == expected);
        CHECK(taken(evhttp_encode_uri(text)) == expected);
        CHECK(encoded(text, -1, 1) == (code == ' ' ? "'+'" : expected));
    }
}

TEST_CASE("texts_are_encoded_whole") {
    CHECK(encoded("") == "''");
    CHECK(encoded("hello world") == "'hello%20world'");
    CHECK(encoded("hello world", -1, 1) == "'hello+world'");
    CHECK(encoded("a+b", -1, 1) == "'a%2Bb'");
    CHECK(encoded("a/b?c=d&e#f%") == "'a%2Fb%3Fc%3Dd%26e%23f%25'");
    CHECK(encoded("\r\n\xc3\xa4") == "'%0D%0A%C3%A4'");
}

TEST_CASE("a_size_cuts_the_text_or_goes_past_its_nul") {
    CHECK(encoded("hello", 2) == "'he'");
    CHECK(encoded("hello", 0) == "''");
    CHECK(encoded("a\0b", 3) == "'a%00b'");
    CHECK(encoded("\0\0", 2, 1) == "'%00%00'");
    CHECK(encoded("hello", -2) == "'hello'");
    CHECK(encoded("hello", EV_SSIZE_MAX - EV_SSIZE_MAX - 1) == "'hello'");
}

TEST_CASE("sizes_whose_result_has_none_are_out_of_memory_before_anything_is_read") {
    for (const ev_ssize_t size : {EV_SSIZE_MAX, EV_SSIZE_MAX - 1, EV_SSIZE_MAX / 2,
                                  EV_SSIZE_MAX / 3 + 1, EV_SSIZE_MAX / 3}) {
        errno = 0;
        CHECK(evhttp_uriencode("x", size, 0) == nullptr);
        CHECK(errno == ENOMEM);
    }
    errno = 0;
    CHECK(escape_html(Text("x", SIZE_MAX)) == nullptr);
    CHECK(errno == ENOMEM);
    CHECK(escape_html(Text("x", EV_SSIZE_MAX / 6)) == nullptr);
    CHECK(percent_encode(Text("x", SIZE_MAX), true) == nullptr);
}

TEST_CASE("encoded_bytes_are_decoded") {
    CHECK(decoded("") == "");
    CHECK(decoded("hello%20world") == "hello world");
    CHECK(decoded("%41%6a%6A%ff") == "Ajj\xff");
    CHECK(decoded("%2525") == "%25");
    CHECK(decoded("%00") == std::string(1, '\0'));
    CHECK(decoded("a%00b%00") == std::string("a\0b\0", 4));
    CHECK(shown(taken(evhttp_uridecode("a%20b", 0, nullptr)).c_str()) == "''a b''");
}

TEST_CASE("an_ill_formed_percent_sign_stays_as_it_is") {
    for (const char* text : {"%", "%%", "%4", "%4g", "%g4", "%zz", "100%", "%-1", "% 1", "a%",
                             "%\xff", "%0x41", "%+41"})
        CHECK_MESSAGE(decoded(text) == text, text);
    CHECK(decoded("%%41") == "%A");
    CHECK(decoded("%4%41") == "%4A");
}

TEST_CASE("a_plus_is_a_space_where_that_was_asked_for") {
    CHECK(decoded("a+b%2B", 0) == "a+b+");
    CHECK(decoded("a+b%2B", 1) == "a b+");
    CHECK(decoded("+%+", 1) == " % ");
}

TEST_CASE("a_plus_is_a_space_behind_the_first_question_mark_of_a_uri") {
    CHECK(taken(evhttp_decode_uri("/a+b?c+d?e+f")) == "'/a+b?c d?e f'");
    CHECK(taken(evhttp_decode_uri("?+")) == "'? '");
    CHECK(taken(evhttp_decode_uri("a+b")) == "'a+b'");
    CHECK(taken(evhttp_decode_uri("a%3F+")) == "'a?+'");
    CHECK(taken(evhttp_decode_uri("%4?1+%4")) == "'%4?1 %4'");
    CHECK(taken(evhttp_decode_uri("a%00b")) == "'a'");
    CHECK(taken(evhttp_decode_uri("")) == "''");
}

TEST_CASE("all_bytes_come_back") {
    const std::string bytes = all_bytes();
    for (const int plus : {0, 1}) {
        char* const block =
            evhttp_uriencode(bytes.data(), static_cast<ev_ssize_t>(bytes.size()), plus);
        REQUIRE(block);
        CHECK(decoded(block, plus) == bytes);
        mem::release(block);
    }
}

TEST_CASE("decoding_in_place_is_decoding") {
    char text[] = "%41+%%42%zz";
    const size_t size = percent_decode(Text(text), text, true);
    CHECK(std::string(text, size) == "A %B%zz");
    // Digits behind the end of the text are not looked at.
    const std::string piece = "a%41";
    char to[4];
    CHECK(percent_decode(Text(piece.data(), 3), to, false) == 3);
    CHECK(std::string(to, 3) == "a%4");
}

TEST_CASE("what_means_something_in_html_is_escaped") {
    CHECK(taken(evhttp_htmlescape("")) == "''");
    CHECK(taken(evhttp_htmlescape("plain text \xc3\xa4\n")) == "'plain text \xc3\xa4\n'");
    CHECK(taken(evhttp_htmlescape("<a href=\"x\">'&'</a>")) ==
          "'&lt;a href=&quot;x&quot;&gt;&#039;&amp;&#039;&lt;/a&gt;'");
    CHECK(taken(evhttp_htmlescape("&amp;")) == "'&amp;amp;'");
}

TEST_CASE("very_long_texts_are_encoded_and_escaped_whole") {
    const size_t size = 100000;
    char* const encoded_block = evhttp_encode_uri(std::string(size, '%').c_str());
    REQUIRE(encoded_block);
    CHECK(strlen(encoded_block) == 3 * size);
    CHECK(decoded(encoded_block) == std::string(size, '%'));
    mem::release(encoded_block);
    char* const escaped_block = evhttp_htmlescape(std::string(size, '"').c_str());
    REQUIRE(escaped_block);
    CHECK(strlen(escaped_block) == 6 * size);
    mem::release(escaped_block);
}
