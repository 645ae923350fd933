// SPDX-License-Identifier: BSD-3-Clause
// Names as text and on the wire.
#include "dns/name.h"

#include <doctest.h>

#include <string.h>

#include <string>

using namespace evlet;
using namespace evlet::dns;

namespace {

// As text again; "-" for what is no name.
std::string again(const std::string& text) {
    Name name;
    if (!parse_name(Text(text.data(), text.size()), &name))
        return "-";
    char out[kNameTextSize];
    const size_t size = write_name(name, out);
    CHECK(size == std::string(out).size());
    return out;
}

}  // namespace

TEST_CASE("names_come_back_as_they_were_without_the_dot_at_the_end") {
    CHECK(again("host.example") == "host.example");
    CHECK(again("host.example.") == "host.example");
    CHECK(again("Host.eXample") == "Host.eXample");
    CHECK(again("x") == "x");
    CHECK(again(".") == ".");
}

TEST_CASE("empty_labels_and_empty_names_are_none") {
    for (const char* const text : {"", "..", ".a", "a..b", "a.."})
        CHECK(again(text) == "-");
}

TEST_CASE("escapes_stand_for_bytes") {
    CHECK(again("a\\.b.c") == "a\\.b.c");
    CHECK(again("\\065bc") == "Abc");
    CHECK(again("a\\000b") == "a\\000b");
    CHECK(again(std::string("a\0b", 3)) == "a\\000b");
    for (const char* const text : {"a\\", "a\\2", "a\\25", "a\\256"})
        CHECK(again(text) == "-");
}

TEST_CASE("a_label_has_63_bytes_at_most_and_a_name_255") {
    const std::string label(63, 'x');
    CHECK(again(label) == label);
    CHECK(again(label + "x") == "-");
    // 3 * 64 + 62 bytes and the root's.
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'x');
    CHECK(again(longest) == longest);
    CHECK(again(longest + ".") == longest);
    CHECK(again(longest + "x") == "-");
    CHECK(again(longest + ".x") == "-");
    CHECK(again(std::string(65536, 'x')) == "-");
    CHECK(again(label + "." + label + "." + label + "." + label) == "-");
}

TEST_CASE("what_is_one_byte_too_long_is_not_written_behind_the_name") {
    struct {
        Name name;
        uint8_t behind[4];
    } place;
    const std::string label(63, 'x');
    for (size_t last = 60; last <= 63; ++last) {
        memset(&place, 0xa5, sizeof place);
        const std::string text = label + "." + label + "." + label + "." + std::string(last, 'x');
        CHECK(parse_name(Text(text.data(), text.size()), &place.name) == (last <= 61));
        const std::string dotted = text + ".";
        CHECK(parse_name(Text(dotted.data(), dotted.size()), &place.name) == (last <= 61));
        const std::string escaped = text.substr(0, text.size() - 1) + "\\120";
        CHECK(parse_name(Text(escaped.data(), escaped.size()), &place.name) == (last <= 61));
        for (const uint8_t byte : place.behind)
            CHECK(byte == 0xa5);
    }
}

TEST_CASE("a_name_of_nothing_but_escapes_has_room_as_text") {
    std::string text;
    for (int label = 0; label < 4; ++label) {
        for (int i = 0; i < (label < 3 ? 63 : 61); ++i)
            text += "\\001";
        if (label < 3)
            text += '.';
    }
    CHECK(again(text) == text);
}

TEST_CASE("names_are_the_same_without_regard_to_the_case_of_letters_alone") {
    Name a;
    Name b;
    REQUIRE(parse_name(Text("Host.Example"), &a));
    REQUIRE(parse_name(Text("hOST.eXAMPLE."), &b));
    CHECK(same_name(a, b));
    CHECK_FALSE(same_bytes(a, b));
    CHECK(same_bytes(a, a));
    // '@' and '`', '[' and '{' differ in the same bit.
    for (const char* const other :
         {"host@example", "Hos.tExample", "host.exampl", "host.example.x", "host.exampl\\005"}) {
        REQUIRE(parse_name(Text(other), &b));
        CHECK_FALSE(same_name(a, b));
        CHECK_FALSE(same_bytes(a, b));
    }
    REQUIRE(parse_name(Text("@["), &a));
    REQUIRE(parse_name(Text("`{"), &b));
    CHECK_FALSE(same_name(a, b));
}
