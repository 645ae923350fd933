// SPDX-License-Identifier: BSD-3-Clause
// evutil_inet_pton, evutil_inet_ntop, evutil_inet_pton_scope.
#include <arpa/inet.h>
#include <event2/util.h>
#include <net/if.h>

#include "doctest.h"
#include "support/needs.h"
#include "generators.h"

using namespace evlet_test;

namespace {

constexpr unsigned char kUntouched = 0xa5;

struct Parsed {
    int result;
    unsigned char bytes[17];  // one more than an address, to see writes past the end
};

Parsed parse(int family, const std::string& text, int (*function)(int, const char*, void*)) {
    Parsed parsed;
    memset(parsed.bytes, kUntouched, sizeof parsed.bytes);
    parsed.result = function(family, text.c_str(), parsed.bytes);
    return parsed;
}

bool untouched(const Parsed& parsed) {
    for (unsigned char byte : parsed.bytes) {
        if (byte != kUntouched)
            return false;
    }
    return true;
}

void check_like_the_c_library(int family, const std::string& text) {
    const Parsed ours = parse(family, text, evutil_inet_pton);
    const Parsed theirs = parse(family, text, inet_pton);
    INFO("text: ", text);
    CHECK(ours.result == theirs.result);
    if (ours.result == 1)
        CHECK(memcmp(ours.bytes, theirs.bytes, sizeof ours.bytes) == 0);
    else
        CHECK(untouched(ours));
}

std::string written(int family, const void* bytes) {
    char text[64];
    const char* result = evutil_inet_ntop(family, bytes, text, sizeof text);
    CHECK(result == text);
    return result ? result : "";
}

std::string rewritten(const char* text) {
    unsigned char bytes[16];
    REQUIRE(evutil_inet_pton(AF_INET6, text, bytes) == 1);
    return written(AF_INET6, bytes);
}

}  // namespace

TEST_CASE("dotted_ipv4_is_read_to_network_order") {
    const Parsed parsed = parse(AF_INET, "1.22.133.255", evutil_inet_pton);
    CHECK(parsed.result == 1);
    const unsigned char expected[] = {1, 22, 133, 255, kUntouched};
    CHECK(memcmp(parsed.bytes, expected, sizeof expected) == 0);
}

TEST_CASE("ipv4_with_a_second_reading_is_refused") {
    for (const char* text : {"",           ".",
                             "1",          "1.2",
                             "1.2.3",      "1.2.3.",
                             ".1.2.3",     "1..2.3",
                             "1.2.3.4.",   "1.2.3.4.5",
                             "256.1.1.1",  "1.2.3.256",
                             "1.2.3.999",  "01.2.3.4",
                             "1.2.3.00",   "0x1.2.3.4",
                             "1.2.3.4 ",   " 1.2.3.4",
                             "+1.2.3.4",   "-1.2.3.4",
                             "1.2.3.4a",   "1,2,3,4",
                             "4294967295", "1.2.3.4:80",
                             "1.2.3.4\n",  "1.2.3.0000000000000000000000000000000004"}) {
        INFO(text);
        const Parsed parsed = parse(AF_INET, text, evutil_inet_pton);
        CHECK(parsed.result == 0);
        CHECK(untouched(parsed));
    }
}

TEST_CASE("malformed_ipv6_is_refused") {
    for (const char* text : {"",
                             ":",
                             ":::",
                             "::::",
                             "1::2::3",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1:2:3:4:5:6:7:",
                             ":1:2:3:4:5:6:7",
                             "1:2:3:4::5:6:7:8",
                             "::1:2:3:4:5:6:7:8",
                             "1:2:3:4:5:6:7:8::",
                             "12345::",
                             "g::",
                             "::1 ",
                             " ::1",
                             "[::1]",
                             "::1%1",
                             "::1.2.3",
                             "::1.2.3.4.5",
                             "1.2.3.4",
                             "::1.2.3.256",
                             "::01.2.3.4",
                             "1.2.3.4::",
                             "::1.2.3.4:1",
                             "1:2:3:4:5:6:7:1.2.3.4",
                             "::-1",
                             "::+1",
                             "::0x1",
                             "1:2",
                             "::1/64"}) {
        INFO(text);
        const Parsed parsed = parse(AF_INET6, text, evutil_inet_pton);
        CHECK(parsed.result == 0);
        CHECK(untouched(parsed));
    }
}

TEST_CASE("a_megabyte_of_address_is_refused") {
    const size_t size = 1000000;
    for (char filler : {'1', ':', '.', '0', 'f', '%'}) {
        const std::string text(size, filler);
        CHECK(parse(AF_INET, text, evutil_inet_pton).result == 0);
        CHECK(parse(AF_INET6, text, evutil_inet_pton).result == 0);
        CHECK(parse(AF_INET6, "::1%" + text, evutil_inet_pton).result == 0);
        unsigned index = 77;
        unsigned char bytes[16];
        CHECK(evutil_inet_pton_scope(AF_INET6, ("::1%1" + text + "x").c_str(), bytes, &index) == 0);
        CHECK(evutil_inet_pton_scope(AF_INET6, (text + "%1").c_str(), bytes, &index) == 0);
        CHECK(index == 77);
    }
}

TEST_CASE("generated_ipv4_text_is_read_as_the_c_library_reads_it") {
    Generator generator(0x1234567);
    for (int i = 0; i < 8000; ++i) {
        check_like_the_c_library(AF_INET, generator.damaged(generator.ipv4(), "0123456789. :x"));
        check_like_the_c_library(AF_INET, generator.text("0129.", 16));
    }
}

TEST_CASE("generated_ipv6_text_is_read_as_the_c_library_reads_it") {
    Generator generator(0x89abcdef);
    for (int i = 0; i < 10000; ++i) {
        check_like_the_c_library(AF_INET6, generator.damaged(generator.ipv6(), "0123f:.g %"));
        check_like_the_c_library(AF_INET6, generator.text("01f::.", 20));
    }
}

TEST_CASE("ipv6_is_written_as_rfc_5952_wants_it") {
    CHECK(rewritten("::") == "::");
    CHECK(rewritten("0:0:0:0:0:0:0:1") == "::1");
    CHECK(rewritten("1::") == "1::");
    CHECK(rewritten("2001:0DB8::0001") == "2001:db8::1");
    CHECK(rewritten("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
    CHECK(rewritten("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
    CHECK(rewritten("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
    CHECK(rewritten("1:2:3:4:5:6:0:0") == "1:2:3:4:5:6::");
    CHECK(rewritten("0:0:3:4:5:6:7:8") == "::3:4:5:6:7:8");
    CHECK(rewritten("FFFF:ffff:ffff:ffff:ffff:ffff:ffff:ffff") ==
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    CHECK(rewritten("::ffff:1.2.3.4") == "::ffff:1.2.3.4");
    CHECK(rewritten("::ffff:0:0") == "::ffff:0.0.0.0");
    CHECK(rewritten("::255.255.255.255") == "::255.255.255.255");
    CHECK(rewritten("64:ff9b::1.2.3.4") == "64:ff9b::102:304");
    CHECK(rewritten("::5") == "::5");
}

TEST_CASE("generated_ipv6_is_written_as_the_c_library_writes_it") {
    Generator generator(42);
    for (int i = 0; i < 10000; ++i) {
        unsigned char bytes[16];
        for (unsigned char& byte : bytes)
            byte = static_cast<unsigned char>(generator.one_in(2) ? 0 : generator.next() & 0xff);
        for (size_t group = 0; group < 8; ++group) {
            if (generator.one_in(2))
                bytes[2 * group] = bytes[2 * group + 1] = 0;
        }
        // C libraries differ about ::a.b.c.d (deprecated by RFC 4291 section 2.5.5.1).
        bytes[0] = 0x20;
        char theirs[INET6_ADDRSTRLEN];
        REQUIRE(inet_ntop(AF_INET6, bytes, theirs, sizeof theirs));
        const std::string ours = written(AF_INET6, bytes);
        CHECK(ours == theirs);
        unsigned char again[16];
        REQUIRE(evutil_inet_pton(AF_INET6, ours.c_str(), again) == 1);
        CHECK(memcmp(bytes, again, sizeof bytes) == 0);
    }
}

TEST_CASE("every_octet_survives_writing_and_reading") {
    for (unsigned value = 0; value < 256; ++value) {
        const auto octet = static_cast<unsigned char>(value);
        const unsigned char bytes[4] = {octet, 0, static_cast<unsigned char>(255 - octet), octet};
        char theirs[INET_ADDRSTRLEN];
        REQUIRE(inet_ntop(AF_INET, bytes, theirs, sizeof theirs));
        CHECK(written(AF_INET, bytes) == theirs);
    }
}

TEST_CASE("writing_wants_room_for_the_nul_and_touches_nothing_without_it") {
    const unsigned char loopback[4] = {127, 0, 0, 1};
    char text[16];
    for (size_t room = 0; room <= 9; ++room) {
        memset(text, 'x', sizeof text);
        errno = 0;
        CHECK(evutil_inet_ntop(AF_INET, loopback, text, room) == nullptr);
        CHECK(errno == ENOSPC);
        for (char c : text)
            CHECK(c == 'x');
    }
    CHECK(evutil_inet_ntop(AF_INET, loopback, text, 10) == text);
    CHECK(std::string(text) == "127.0.0.1");
    unsigned char longest[16];
    memset(longest, 0xff, sizeof longest);
    char wide[46];
    CHECK(evutil_inet_ntop(AF_INET6, longest, wide, 39) == nullptr);
    CHECK(evutil_inet_ntop(AF_INET6, longest, wide, 40) == wide);
}

TEST_CASE("an_unknown_family_is_an_error_of_its_own") {
    unsigned char bytes[16] = {};
    char text[46];
    unsigned index = 5;
    errno = 0;
    CHECK(evutil_inet_pton(AF_UNIX, "::1", bytes) == -1);
    CHECK(errno == EAFNOSUPPORT);
    errno = 0;
    CHECK(evutil_inet_ntop(AF_UNIX, bytes, text, sizeof text) == nullptr);
    CHECK(errno == EAFNOSUPPORT);
    CHECK(evutil_inet_pton_scope(AF_UNIX, "::1", bytes, &index) == -1);
    CHECK(index == 5);
}

TEST_CASE("a_scope_is_a_number_or_an_interface") {
    NEEDS(system_names);
    unsigned char bytes[16], plain[16];
    unsigned index = 99;
    REQUIRE(inet_pton(AF_INET6, "fe80::1", plain) == 1);
    CHECK(evutil_inet_pton_scope(AF_INET6, "fe80::1", bytes, &index) == 1);
    CHECK(index == 0);
    CHECK(memcmp(bytes, plain, sizeof bytes) == 0);
    CHECK(evutil_inet_pton_scope(AF_INET6, "fe80::1%0017", bytes, &index) == 1);
    CHECK(index == 17);
    CHECK(evutil_inet_pton_scope(AF_INET6, "fe80::1%4294967295", bytes, &index) == 1);
    CHECK(index == UINT32_MAX);
    char name[IF_NAMESIZE];
    const unsigned first = if_indextoname(1, name) ? 1 : 0;
    if (first) {
        const std::string scoped = std::string("fe80::1%") + name;
        CHECK(evutil_inet_pton_scope(AF_INET6, scoped.c_str(), bytes, &index) == 1);
        CHECK(index == 1);
        CHECK(memcmp(bytes, plain, sizeof bytes) == 0);
    }
    CHECK(evutil_inet_pton_scope(AF_INET, "1.2.3.4", bytes, &index) == 1);
    CHECK(index == 0);
}

TEST_CASE("a_scope_of_nothing_is_no_address") {
    for (const char* text :
         {"fe80::1%", "fe80::1%4294967296", "fe80::1%99999999999999999999", "fe80::1%-1",
          "fe80::1%+1", "fe80::1% 1", "fe80::1%1 ", "fe80::1%no-such-interface", "fe80::1%1%1",
          "%1", "fe80::g%1",
          "fe80::1%0123456789012345678901234567890123456789012345678901234567890123"
          "456789lo"}) {
        INFO(text);
        unsigned char bytes[16];
        unsigned index = 99;
        memset(bytes, kUntouched, sizeof bytes);
        CHECK(evutil_inet_pton_scope(AF_INET6, text, bytes, &index) == 0);
        CHECK(index == 99);
        for (unsigned char byte : bytes)
            CHECK(byte == kUntouched);
    }
    unsigned char bytes[4];
    unsigned index = 99;
    CHECK(evutil_inet_pton_scope(AF_INET, "1.2.3.4%1", bytes, &index) == 0);
    CHECK(index == 99);
}
