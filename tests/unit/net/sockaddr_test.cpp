// SPDX-License-Identifier: BSD-3-Clause
// evutil_parse_sockaddr_port and evutil_sockaddr_cmp.
#include <arpa/inet.h>
#include <event2/util.h>
#include <netinet/in.h>

#include "doctest.h"
#include "generators.h"

using namespace evlet_test;

namespace {

struct Address {
    union {
        sockaddr generic;
        sockaddr_in ipv4;
        sockaddr_in6 ipv6;
        sockaddr_storage storage;
    };
    int length;
    int result;

    explicit Address(const std::string& text, int room = static_cast<int>(sizeof storage)) {
        memset(static_cast<void*>(&storage), 0xa5, sizeof storage);
        length = room;
        result = evutil_parse_sockaddr_port(text.c_str(), &generic, &length);
    }
    int port() const {
        return ntohs(generic.sa_family == AF_INET ? ipv4.sin_port : ipv6.sin6_port);
    }
    std::string host() const {
        char text[46] = "";
        const void* bytes = generic.sa_family == AF_INET ? static_cast<const void*>(&ipv4.sin_addr)
                                                         : &ipv6.sin6_addr;
        inet_ntop(generic.sa_family, bytes, text, sizeof text);
        return text;
    }
    bool untouched(int room) const {
        const auto* bytes = reinterpret_cast<const unsigned char*>(&storage);
        for (size_t i = 0; i < sizeof storage; ++i) {
            if (bytes[i] != 0xa5)
                return false;
        }
        return length == room;
    }
};

struct Expected {
    const char* text;
    int family;
    const char* host;
    int port;
};

int compare(const char* a, const char* b, int with_port) {
    const Address left(a), right(b);
    REQUIRE(left.result == 0);
    REQUIRE(right.result == 0);
    const int order = evutil_sockaddr_cmp(&left.generic, &right.generic, with_port);
    const int reverse = evutil_sockaddr_cmp(&right.generic, &left.generic, with_port);
    CHECK((order < 0) == (reverse > 0));
    CHECK((order == 0) == (reverse == 0));
    return order;
}

}  // namespace

TEST_CASE("addresses_with_and_without_ports_are_read") {
    const Expected cases[] = {
        {"1.2.3.4", AF_INET, "1.2.3.4", 0},
        {"1.2.3.4:1", AF_INET, "1.2.3.4", 1},
        {"1.2.3.4:65535", AF_INET, "1.2.3.4", 65535},
        {"1.2.3.4:0080", AF_INET, "1.2.3.4", 80},
        {"::1", AF_INET6, "::1", 0},
        {"::", AF_INET6, "::", 0},
        {"[::]", AF_INET6, "::", 0},
        {"[::1]", AF_INET6, "::1", 0},
        {"[::1]:80", AF_INET6, "::1", 80},
        {"[::ffff:1.2.3.4]:53", AF_INET6, "::ffff:1.2.3.4", 53},
        {"::ffff:1.2.3.4", AF_INET6, "::ffff:1.2.3.4", 0},
        {"1:2:3:4:5:6:7:8", AF_INET6, "1:2:3:4:5:6:7:8", 0},
    };
    for (const Expected& expected : cases) {
        INFO(expected.text);
        const Address address(expected.text);
        REQUIRE(address.result == 0);
        CHECK(address.generic.sa_family == expected.family);
        CHECK(address.host() == expected.host);
        CHECK(address.port() == expected.port);
        const size_t size = expected.family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        CHECK(address.length == static_cast<int>(size));
    }
}

TEST_CASE("a_scope_reaches_the_socket_address") {
    const Address bare("fe80::1%7");
    REQUIRE(bare.result == 0);
    CHECK(bare.ipv6.sin6_scope_id == 7);
    const Address bracketed("[fe80::1%7]:80");
    REQUIRE(bracketed.result == 0);
    CHECK(bracketed.ipv6.sin6_scope_id == 7);
    CHECK(bracketed.port() == 80);
}

TEST_CASE("everything_else_is_refused_and_touches_nothing") {
    const std::string many(100000, '1');
    for (const std::string& text : {std::string(""),
                                    std::string("["),
                                    std::string("[]"),
                                    std::string("[]:80"),
                                    std::string("[::1"),
                                    std::string("[::1:80"),
                                    std::string("::1]"),
                                    std::string("[::1]80"),
                                    std::string("[::1]x"),
                                    std::string("[::1]:"),
                                    std::string("[::1]:0"),
                                    std::string("[::1]:65536"),
                                    std::string("[::1]:-1"),
                                    std::string("[::1]:+1"),
                                    std::string("[::1]: 1"),
                                    std::string("[::1]:1 "),
                                    std::string("[::1]:80x"),
                                    std::string("[::1]:4294967376"),
                                    std::string("[::1]:18446744073709551696"),
                                    std::string("[::1]]:80"),
                                    std::string("[[::1]]"),
                                    std::string("[1.2.3.4]"),
                                    std::string("[1.2.3.4]:80"),
                                    std::string("[fe80::1%]"),
                                    std::string("[fe80::1%no-such]:1"),
                                    std::string(":"),
                                    std::string(":80"),
                                    std::string("1.2.3.4:"),
                                    std::string("1.2.3.4:0"),
                                    std::string("1.2.3.4:65536"),
                                    std::string("1.2.3.4:-80"),
                                    std::string("1.2.3.4:+80"),
                                    std::string("1.2.3.4:80 "),
                                    std::string("1.2.3.4: 80"),
                                    std::string("1.2.3.4:0x50"),
                                    std::string("1.2.3.4:80:80"),
                                    std::string("1.2.3:80"),
                                    std::string("1.2.3.4.5:80"),
                                    std::string("localhost"),
                                    std::string("localhost:80"),
                                    std::string("::1::"),
                                    std::string("1.2.3.4%1"),
                                    "[" + many + "]:80",
                                    "[" + many,
                                    many + ":80",
                                    "1.2.3.4:" + many,
                                    "[::1]:" + many,
                                    "[fe80::1%" + many + "]"}) {
        INFO(text.substr(0, 60));
        const Address address(text);
        CHECK(address.result == -1);
        CHECK(address.untouched(sizeof(sockaddr_storage)));
    }
}

TEST_CASE("too_little_room_is_refused_and_exact_room_is_enough") {
    for (int room : {-1, 0, 1, static_cast<int>(sizeof(sockaddr_in)) - 1}) {
        const Address address("1.2.3.4:80", room);
        CHECK(address.result == -1);
        CHECK(address.untouched(room));
    }
    CHECK(Address("1.2.3.4:80", sizeof(sockaddr_in)).result == 0);
    const int room = static_cast<int>(sizeof(sockaddr_in6)) - 1;
    const Address address("[::1]:80", room);
    CHECK(address.result == -1);
    CHECK(address.untouched(room));
    CHECK(Address("[::1]:80", sizeof(sockaddr_in6)).result == 0);
}

TEST_CASE("the_rest_of_the_room_is_cleared_so_that_results_compare_bytewise") {
    const Address address("1.2.3.4:80");
    const auto* bytes = reinterpret_cast<const unsigned char*>(&address.storage);
    for (size_t i = sizeof(sockaddr_in); i < sizeof(sockaddr_storage); ++i)
        CHECK(bytes[i] == 0);
}

TEST_CASE("null_arguments_are_refused") {
    sockaddr_storage storage;
    int length = sizeof storage;
    auto* out = reinterpret_cast<sockaddr*>(&storage);
    CHECK(evutil_parse_sockaddr_port(nullptr, out, &length) == -1);
    CHECK(evutil_parse_sockaddr_port("1.2.3.4", nullptr, &length) == -1);
    CHECK(evutil_parse_sockaddr_port("1.2.3.4", out, nullptr) == -1);
}

TEST_CASE("generated_addresses_are_read_exactly_when_the_c_library_reads_host_and_port") {
    Generator generator(7);
    for (int i = 0; i < 10000; ++i) {
        const bool six = generator.one_in(2);
        const std::string host =
            generator.damaged(six ? generator.ipv6() : generator.ipv4(), "1:.]");
        const unsigned long port = generator.below(70000);
        const std::string text = (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
        unsigned char bytes[16];
        const bool good_host = inet_pton(six ? AF_INET6 : AF_INET, host.c_str(), bytes) == 1;
        const bool good = good_host && port >= 1 && port <= 65535;
        INFO(text);
        const Address address(text);
        // A damaged IPv4 host may have become an IPv6 address with the port as its last group.
        if (!six && host.find(':') != std::string::npos)
            continue;
        REQUIRE((address.result == 0) == good);
        if (!good)
            continue;
        CHECK(address.port() == static_cast<int>(port));
        CHECK(
            memcmp(bytes,
                   six ? static_cast<const void*>(&address.ipv6.sin6_addr) : &address.ipv4.sin_addr,
                   six ? 16 : 4) == 0);
    }
}

TEST_CASE("addresses_are_ordered_by_family_address_and_port") {
    CHECK(compare("1.2.3.4:80", "1.2.3.4:80", 1) == 0);
    CHECK(compare("1.2.3.4:80", "1.2.3.4:81", 1) < 0);
    CHECK(compare("1.2.3.4:80", "1.2.3.4:81", 0) == 0);
    CHECK(compare("1.2.3.4:256", "1.2.3.4:255", 1) > 0);
    CHECK(compare("1.2.3.4:80", "1.2.3.5:80", 0) < 0);
    CHECK(compare("128.0.0.0", "127.0.0.0", 0) > 0);
    CHECK(compare("1.0.0.2", "2.0.0.1", 0) < 0);
    CHECK(compare("[::1]:80", "[::1]:80", 1) == 0);
    CHECK(compare("[::1]:80", "[::1]:79", 1) > 0);
    CHECK(compare("[::1]:80", "[::1]:79", 0) == 0);
    CHECK(compare("::1", "::2", 0) < 0);
    CHECK(compare("1.2.3.4", "::ffff:1.2.3.4", 0) != 0);
}

TEST_CASE("addresses_that_cannot_be_looked_into_are_never_equal") {
    sockaddr a, b;
    memset(&a, 0, sizeof a);
    a.sa_family = AF_UNIX;
    b = a;
    CHECK(evutil_sockaddr_cmp(&a, &b, 0) != 0);
    CHECK(evutil_sockaddr_cmp(&a, &b, 1) != 0);
}

TEST_CASE("addresses_compare_at_any_alignment") {
    const Address address("[2001:db8::1]:443");
    alignas(16) unsigned char odd[sizeof(sockaddr_in6) + 2];
    memcpy(odd + 2, &address.ipv6, sizeof address.ipv6);
    // sa_family has to be aligned for the caller's own sake; nothing more is asked for.
    CHECK(evutil_sockaddr_cmp(reinterpret_cast<const sockaddr*>(odd + 2), &address.generic, 1) ==
          0);
}
