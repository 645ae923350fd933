// SPDX-License-Identifier: BSD-3-Clause
// Lines and words of configuration files.
#include "dns/lines.h"

#include <doctest.h>

#include <string>
#include <vector>

using namespace evlet;
using namespace evlet::dns;

namespace {

using Texts = std::vector<std::string>;

Texts lines_of(const std::string& content) {
    const std::vector<char> exact(content.begin(), content.end());
    Text text(exact.data(), exact.size());
    Text line("");
    Texts lines;
    while (take_line(text, &line))
        lines.emplace_back(line.data, line.size);
    CHECK(text.empty());
    return lines;
}

Texts words_of(const std::string& content) {
    const std::vector<char> exact(content.begin(), content.end());
    Text line(exact.data(), exact.size());
    Text word("");
    Texts words;
    while (take_word(line, &word))
        words.emplace_back(word.data, word.size);
    CHECK_FALSE(take_word(line, &word));
    return words;
}

}  // namespace

TEST_CASE("a_line_ends_with_a_newline_or_with_the_text") {
    CHECK(lines_of("") == Texts{});
    CHECK(lines_of("a") == Texts{"a"});
    CHECK(lines_of("a\n") == Texts{"a"});
    CHECK(lines_of("\n") == Texts{""});
    CHECK(lines_of("\n\na\n\nb") == Texts{"", "", "a", "", "b"});
    CHECK(lines_of("a\rb\r\n") == Texts{"a\rb\r"});
}

TEST_CASE("a_line_with_a_NUL_anywhere_is_empty") {
    const std::string nul(1, '\0');
    CHECK(lines_of(nul) == Texts{""});
    CHECK(lines_of(nul + "a\nb\n") == Texts{"", "b"});
    CHECK(lines_of("a" + nul + "\nb" + nul + "c\nd\n" + nul + "\ne") ==
          Texts{"", "", "d", "", "e"});
}

TEST_CASE("words_are_what_is_between_blanks") {
    CHECK(words_of("").empty());
    CHECK(words_of(" \t\r\v\f").empty());
    CHECK(words_of("a") == Texts{"a"});
    CHECK(words_of("  a\tb\v\fc \r") == Texts{"a", "b", "c"});
    CHECK(words_of("\xff \x01") == Texts{"\xff", "\x01"});
}

TEST_CASE("behind_the_mark_of_a_comment_there_is_no_word") {
    for (const std::string mark : {"#", ";"}) {
        CHECK(words_of(mark).empty());
        CHECK(words_of(mark + "a b").empty());
        CHECK(words_of(" " + mark + "a").empty());
        CHECK(words_of("a " + mark + " b") == Texts{"a"});
        CHECK(words_of("a" + mark + "b c") == Texts{"a"});
        CHECK(words_of("a b" + mark) == Texts{"a", "b"});
        CHECK(words_of(mark + mark).empty());
    }
}

TEST_CASE("lines_and_words_of_any_length_are_taken_whole") {
    const std::string word(size_t(1) << 20, 'x');
    CHECK(lines_of(word + "\n" + word) == Texts{word, word});
    CHECK(words_of(" " + word + " " + word + " ") == Texts{word, word});
}
