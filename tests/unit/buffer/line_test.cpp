// SPDX-License-Identifier: BSD-3-Clause
// Lines: taken out by readln, or only found by search_eol, in all styles and split at every place.
#include <stdlib.h>

#include "buffer_support.h"

using namespace evlet_test;

namespace {

struct Line {
    bool found;
    std::string text;
    bool operator==(const Line& other) const { return found == other.found && text == other.text; }
};
const Line kNone = {false, ""};

Line line(const std::string& text) {
    return {true, text};
}

Line take(evbuffer* buffer, evbuffer_eol_style style) {
    size_t length = 77;
    char* text = evbuffer_readln(buffer, &length, style);
    if (!text) {
        CHECK(length == 0);
        return kNone;
    }
    CHECK(text[length] == '\0');
    Line result = {true, std::string(text, length)};
    free(text);
    return result;
}

// `text` in two pieces, split at `at`.
void fill_split(evbuffer* buffer, const std::string& text, size_t at) {
    if (at > 0)
        add_piece(buffer, text.substr(0, at));
    if (at < text.size())
        add_piece(buffer, text.substr(at));
}

// What `text` gives, whatever pieces it lies in: the lines, and what is left.
void check_lines(const std::string& text, evbuffer_eol_style style,
                 const std::vector<std::string>& lines, const std::string& rest) {
    CAPTURE(text);
    CAPTURE(style);
    for (size_t at = 0; at <= text.size() + 1; ++at) {
        CAPTURE(at);
        Buffer buffer;
        if (at <= text.size())
            fill_split(buffer, text, at);
        else
            for (const char byte : text)
                add_piece(buffer, std::string(1, byte));
        for (const std::string& expected : lines)
            CHECK(take(buffer, style) == line(expected));
        CHECK(take(buffer, style) == kNone);
        CHECK(content(buffer) == rest);
    }
}

struct Eol {
    ev_ssize_t at;
    size_t length;
};

void check_eol(const std::string& text, evbuffer_eol_style style, size_t start, Eol expected) {
    CAPTURE(text);
    CAPTURE(style);
    CAPTURE(start);
    for (size_t at = 0; at <= text.size(); ++at) {
        CAPTURE(at);
        Buffer buffer;
        fill_split(buffer, text, at);
        evbuffer_ptr from = position(buffer, start);
        size_t length = 77;
        const evbuffer_ptr found = evbuffer_search_eol(buffer, &from, &length, style);
        CHECK(found.pos == expected.at);
        CHECK(length == expected.length);
        CHECK(evbuffer_search_eol(buffer, &from, nullptr, style).pos == expected.at);
        CHECK(content(buffer) == text);
    }
}

const evbuffer_eol_style kStyles[] = {EVBUFFER_EOL_ANY, EVBUFFER_EOL_CRLF, EVBUFFER_EOL_CRLF_STRICT,
                                      EVBUFFER_EOL_LF, EVBUFFER_EOL_NUL};

}  // namespace

TEST_CASE("an_empty_buffer_has_no_line_in_any_style") {
    for (const evbuffer_eol_style style : kStyles) {
        check_lines("", style, {}, "");
        check_lines("text without an end", style, {}, "text without an end");
    }
}

TEST_CASE("an_end_alone_is_an_empty_line") {
    check_lines("\n", EVBUFFER_EOL_ANY, {""}, "");
    check_lines("\n", EVBUFFER_EOL_CRLF, {""}, "");
    check_lines("\r\n", EVBUFFER_EOL_CRLF, {""}, "");
    check_lines("\r\n", EVBUFFER_EOL_CRLF_STRICT, {""}, "");
    check_lines("\n", EVBUFFER_EOL_LF, {""}, "");
    check_lines(std::string(1, '\0'), EVBUFFER_EOL_NUL, {""}, "");
}

TEST_CASE("style_lf_ends_at_every_line_feed_and_nowhere_else") {
    check_lines("ab\ncd\r\n\nef\rgh", EVBUFFER_EOL_LF, {"ab", "cd\r", ""}, "ef\rgh");
}

TEST_CASE("style_crlf_ends_at_line_feeds_with_or_without_a_carriage_return") {
    check_lines("ab\r\ncd\nef\r\r\ngh\n\rij\rkl\n\r\nmn\r", EVBUFFER_EOL_CRLF,
                {"ab", "cd", "ef\r", "gh", "\rij\rkl", ""}, "mn\r");
}

TEST_CASE("style_strict_crlf_ends_at_both_in_order_only") {
    check_lines("ab\ncd\ref\r\ngh\r\r\nij\n\r\n\r", EVBUFFER_EOL_CRLF_STRICT,
                {"ab\ncd\ref", "gh\r", "ij\n"}, "\r");
}

TEST_CASE("style_any_ends_at_any_sequence_of_carriage_returns_and_line_feeds") {
    check_lines("ab\ncd\r\r\nef\n\rgh\r", EVBUFFER_EOL_ANY, {"ab", "cd", "ef", "gh"}, "");
    check_lines("\r\n\r\nab\n", EVBUFFER_EOL_ANY, {"", "ab"}, "");
}

TEST_CASE("style_nul_ends_at_nul_only") {
    check_lines(std::string("ab\n\0cd\r\n\0\0ef", 12), EVBUFFER_EOL_NUL, {"ab\n", "cd\r\n", ""},
                "ef");
}

TEST_CASE("a_line_may_contain_nul_in_all_other_styles") {
    const std::string text("a\0b\r\n", 5);
    check_lines(text, EVBUFFER_EOL_ANY, {std::string("a\0b", 3)}, "");
    check_lines(text, EVBUFFER_EOL_CRLF, {std::string("a\0b", 3)}, "");
    check_lines(text, EVBUFFER_EOL_CRLF_STRICT, {std::string("a\0b", 3)}, "");
    check_lines(text, EVBUFFER_EOL_LF, {std::string("a\0b\r", 4)}, "");
}

TEST_CASE("a_carriage_return_whose_line_feed_comes_later_ends_the_line_then") {
    for (const evbuffer_eol_style style : {EVBUFFER_EOL_CRLF, EVBUFFER_EOL_CRLF_STRICT}) {
        CAPTURE(style);
        Buffer buffer(std::string("ab\r"));
        CHECK(take(buffer, style) == kNone);
        REQUIRE(add(buffer, "\ncd") == 0);
        CHECK(take(buffer, style) == line("ab"));
        CHECK(content(buffer) == "cd");
    }
}

TEST_CASE("the_length_of_a_line_need_not_be_asked_for") {
    Buffer buffer(std::string("ab\ncd"));
    char* text = evbuffer_readln(buffer, nullptr, EVBUFFER_EOL_LF);
    REQUIRE(text);
    CHECK(std::string(text) == "ab");
    free(text);
    CHECK(evbuffer_readln(buffer, nullptr, EVBUFFER_EOL_LF) == nullptr);
}

TEST_CASE("a_style_that_does_not_exist_finds_no_line") {
    Buffer buffer(std::string("ab\r\n"));
    size_t length = 77;
    CHECK(evbuffer_readln(buffer, &length, static_cast<evbuffer_eol_style>(5)) == nullptr);
    CHECK(length == 0);
    CHECK(evbuffer_search_eol(buffer, nullptr, nullptr, static_cast<evbuffer_eol_style>(7)).pos ==
          -1);
    CHECK(content(buffer) == "ab\r\n");
}

TEST_CASE("a_line_longer_than_any_chain_is_whole") {
    const std::string text = pattern(100000);
    Buffer buffer;
    for (size_t at = 0; at < text.size(); at += 1000)
        add_piece(buffer, text.substr(at, 1000));
    REQUIRE(add(buffer, "\r\nrest") == 0);
    const Line found = take(buffer, EVBUFFER_EOL_CRLF);
    const bool same = found == line(text);
    CHECK(same);
    CHECK(content(buffer) == "rest");
}

TEST_CASE("search_eol_finds_place_and_length_of_the_next_end") {
    check_eol("ab\ncd", EVBUFFER_EOL_LF, 0, {2, 1});
    check_eol("ab\r\ncd", EVBUFFER_EOL_CRLF, 0, {2, 2});
    check_eol("ab\ncd", EVBUFFER_EOL_CRLF, 0, {2, 1});
    check_eol("ab\r\r\ncd", EVBUFFER_EOL_CRLF, 0, {3, 2});
    check_eol("a\nb\r\ncd", EVBUFFER_EOL_CRLF_STRICT, 0, {3, 2});
    check_eol("ab\r\n\n\rcd\n", EVBUFFER_EOL_ANY, 0, {2, 4});
    check_eol(std::string("a\n\0b", 4), EVBUFFER_EOL_NUL, 0, {2, 1});
}

TEST_CASE("search_eol_begins_where_it_is_told") {
    check_eol("a\nb\nc", EVBUFFER_EOL_LF, 1, {1, 1});
    check_eol("a\nb\nc", EVBUFFER_EOL_LF, 2, {3, 1});
    check_eol("a\nb\nc", EVBUFFER_EOL_LF, 4, {-1, 0});
    check_eol("a\nb\nc", EVBUFFER_EOL_LF, 5, {-1, 0});
    check_eol("a\r\n\r\n", EVBUFFER_EOL_CRLF_STRICT, 2, {3, 2});
    check_eol("a\r\n\r\n", EVBUFFER_EOL_ANY, 2, {2, 3});
}

TEST_CASE("a_carriage_return_before_the_start_does_not_belong_to_the_end") {
    check_eol("a\r\nb", EVBUFFER_EOL_CRLF, 2, {2, 1});
    check_eol("a\r\nb", EVBUFFER_EOL_CRLF_STRICT, 2, {-1, 0});
}

TEST_CASE("search_eol_without_a_start_begins_at_the_front") {
    Buffer buffer{"ab\r", "\ncd"};
    size_t length = 77;
    CHECK(evbuffer_search_eol(buffer, nullptr, &length, EVBUFFER_EOL_CRLF).pos == 2);
    CHECK(length == 2);
}

TEST_CASE("search_eol_without_an_end_says_so") {
    for (const evbuffer_eol_style style : kStyles) {
        check_eol("", style, 0, {-1, 0});
        check_eol("abc", style, 0, {-1, 0});
        check_eol("abc", style, 3, {-1, 0});
    }
    check_eol("abc\r", EVBUFFER_EOL_CRLF, 0, {-1, 0});
    check_eol("abc\r", EVBUFFER_EOL_CRLF_STRICT, 0, {-1, 0});
}

TEST_CASE("search_eol_from_a_place_that_is_not_in_the_buffer_finds_nothing") {
    Buffer buffer{"ab\n"};
    evbuffer_ptr nowhere;
    REQUIRE(evbuffer_ptr_set(buffer, &nowhere, 9, EVBUFFER_PTR_SET) == -1);
    CHECK(evbuffer_search_eol(buffer, &nowhere, nullptr, EVBUFFER_EOL_LF).pos == -1);
}
