// SPDX-License-Identifier: BSD-3-Clause
// UTF-8, keys and names.
#include <string>

#include "doctest.h"
#include "ws/accept_key.h"
#include "ws/names.h"
#include "ws/utf8.h"

using namespace evlet;
using namespace evlet::ws;

namespace {

bool good(const std::string& text) {
    return is_utf8(text.data(), text.size());
}

// As good() says, in whatever pieces it comes.
void check_pieces(const std::string& text) {
    const bool whole = good(text);
    CAPTURE(text);
    for (size_t cut = 0; cut <= text.size(); ++cut) {
        Utf8 checker;
        const auto* const bytes = reinterpret_cast<const uint8_t*>(text.data());
        const bool result = checker.take(bytes, cut) &&
                            checker.take(bytes + cut, text.size() - cut) && checker.complete();
        CHECK(result == whole);
    }
}

std::string hex(const uint8_t* bytes, size_t size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) {
        text += "0123456789abcdef"[bytes[i] >> 4];
        text += "0123456789abcdef"[bytes[i] & 15];
    }
    return text;
}

std::string digest(const std::string& text) {
    uint8_t bytes[kSha1Size];
    sha1(text.data(), text.size(), bytes);
    return hex(bytes, sizeof bytes);
}

std::string base64(const std::string& text) {
    std::string result(base64_size(text.size()), '?');
    write_base64(reinterpret_cast<const uint8_t*>(text.data()), text.size(), result.data());
    return result;
}

std::string text_of(Text text) {
    return {text.data, text.size};
}

}  // namespace

TEST_CASE("utf8_has_its_shortest_forms_and_no_others") {
    for (const char* text :
         {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xce\xba\xe1\xbd\xb9z"}) {
        CHECK(good(text));
        check_pieces(text);
    }
    for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
                             "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
                             "\xe1\x80", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                             "\xf5\x80\x80\x80", "\xff", "\xfe", "\xf1\x80\x80", "ok\xe2\x82"}) {
        CHECK_FALSE(good(text));
        check_pieces(text);
    }
    CHECK(good(std::string("\0", 1)));
}

TEST_CASE("sha1_gives_the_digests_of_its_rfc") {
    CHECK(digest("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(digest("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(digest(std::string(1000000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    // Around the size of a block, where the padding moves to another.
    CHECK(digest(std::string(55, 'x')) == "cef734ba81a024479e09eb5a75b6ddae62e6abf1");
    CHECK(digest(std::string(56, 'x')) == "901305367c259952f4e7af8323f480d59f81335b");
    CHECK(digest(std::string(64, 'x')) == "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163");
}

TEST_CASE("base64_gives_the_examples_of_its_rfc") {
    CHECK(base64("").empty());
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64("\xfb\xff") == "+/8=");
}

TEST_CASE("the_answer_to_the_key_of_the_rfc_is_that_of_the_rfc") {
    char accept[kAcceptSize + 1];
    make_accept(Text("dGhlIHNhbXBsZSBub25jZQ=="), accept);
    CHECK(std::string(accept) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("a_key_stands_for_sixteen_bytes") {
    CHECK(is_key(Text("dGhlIHNhbXBsZSBub25jZQ==")));
    for (const char* key :
         {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQAA",
          "dGhlIHNhbXBsZSBub25j Q==", "dGhlIHNhbXBsZSBub25j-Q==", "==dGhlIHNhbXBsZSBub25jZQ"})
        CHECK_FALSE(is_key(Text(key)));
    CHECK_FALSE(is_key({"dGhlIHNhbXBsZSBub25j\0Q==", 24}));
}

TEST_CASE("names_come_out_of_a_list_without_blanks") {
    Text list(" chat ,\techo,,x");
    CHECK(text_of(take_name(list)) == "chat");
    CHECK(text_of(take_name(list)) == "echo");
    CHECK(text_of(take_name(list)).empty());
    CHECK(text_of(take_name(list)) == "x");
    CHECK(list.empty());
}

TEST_CASE("names_are_told_apart_by_their_case") {
    CHECK(has_name(Text("chat, echo"), Text("echo")));
    CHECK_FALSE(has_name(Text("chat, echo"), Text("Echo")));
    CHECK_FALSE(has_name(Text("chat"), Text("cha")));
}

TEST_CASE("a_list_of_names_has_tokens_only") {
    CHECK(is_list_of_names(Text("chat, v1.example")));
    for (const char* list : {"", ",", "a b", "a,,b", "a\r\nb", "a;b"})
        CHECK_FALSE(is_list_of_names(Text(list)));
}
