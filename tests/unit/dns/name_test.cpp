// SPDX-License-Identifier: BSD-3-Clause
// Names as text and on the wire.
#include "dns/name.h"

#include <doctest.h>

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
