// SPDX-License-Identifier: BSD-3-Clause
#include "tls/host_name.h"

#include <string>

#include "doctest.h"

using evlet::HostName;
using evlet::name_stands_for;
using evlet::parse_host_name;
using evlet::same_host;
using evlet::Text;

namespace {

HostName host(const char* text) {
    HostName name;
    REQUIRE(parse_host_name(text, &name));
    return name;
}

bool stands(const std::string& pattern, const char* name) {
    return name_stands_for(Text(pattern.data(), pattern.size()), host(name));
}

}  // namespace

TEST_CASE("names_are_compared_whole_and_without_case") {
    CHECK(stands("example.test", "example.test"));
    CHECK(stands("EXAMPLE.test", "example.TEST."));
    CHECK_FALSE(stands("example.test", "www.example.test"));
    CHECK_FALSE(stands("www.example.test", "example.test"));
    CHECK_FALSE(stands("example.test.", "example.test"));
    CHECK_FALSE(stands("", "example.test"));
}

TEST_CASE("nul_in_a_certificate_ends_nothing") {
    CHECK_FALSE(stands(std::string("example.test\0.evil.test", 23), "example.test"));
    CHECK_FALSE(stands(std::string("example.test\0", 13), "example.test"));
}

TEST_CASE("star_is_the_whole_left_most_label") {
    CHECK(stands("*.example.test", "a.example.test"));
    CHECK_FALSE(stands("*.example.test", "example.test"));
    CHECK_FALSE(stands("*.example.test", "a.b.example.test"));
    CHECK_FALSE(stands("a*.example.test", "ab.example.test"));
    CHECK_FALSE(stands("*a.example.test", "ba.example.test"));
    CHECK_FALSE(stands("a.*.test", "a.example.test"));
    CHECK_FALSE(stands("*.*.test", "a.example.test"));
    CHECK_FALSE(stands("**.example.test", "a.example.test"));
    CHECK_FALSE(stands("*example.test", "aexample.test"));
}

TEST_CASE("star_does_not_stand_for_a_whole_top_level") {
    CHECK_FALSE(stands("*.test", "example.test"));
    CHECK_FALSE(stands("*", "localhost"));
    CHECK_FALSE(stands("*.", "localhost"));
    CHECK_FALSE(stands("*..test", &"a..test"[3]));
}

TEST_CASE("addresses_are_no_names") {
    CHECK_FALSE(stands("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(stands("*.0.0.1", "127.0.0.1"));
    CHECK(host("127.0.0.1").address_size == 4);
    CHECK(host("::1").address_size == 16);
    CHECK(host("fe80::1%eth0").address_size == 16);
    CHECK(same_host(host("::1"), host("0:0::1")));
    CHECK_FALSE(same_host(host("::1"), host("::2")));
    CHECK_FALSE(same_host(host("localhost"), host("127.0.0.1")));
    CHECK(same_host(host("localhost"), host("LOCALHOST.")));
}

TEST_CASE("names_have_limits") {
    const std::string label(63, 'a');
    HostName name = {};
    CHECK(parse_host_name((label + ".test").c_str(), &name));
    CHECK_FALSE(parse_host_name((label + "a.test").c_str(), &name));
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
    CHECK(longest.size() == 253);
    CHECK(parse_host_name((longest + ".").c_str(), &name));
    CHECK_FALSE(parse_host_name((longest + "b").c_str(), &name));
    CHECK(name.text == longest);  // as it was
}
