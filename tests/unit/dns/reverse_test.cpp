// SPDX-License-Identifier: BSD-3-Clause
// The names of addresses.
#include "dns/reverse.h"

#include <doctest.h>

#include "packets.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

std::string of_ipv4(const std::vector<uint8_t>& bytes) {
    char text[kReverseTextSize];
    write_reverse_ipv4(bytes.data(), text);
    return text;
}

std::string of_ipv6(const std::vector<uint8_t>& bytes) {
    char text[kReverseTextSize];
    write_reverse_ipv6(bytes.data(), text);
    return text;
}

}  // namespace

TEST_CASE("an_ipv4_address_is_written_backwards_in_decimal") {
    CHECK(of_ipv4({192, 0, 2, 1}) == "1.2.0.192.in-addr.arpa");
    CHECK(of_ipv4({0, 0, 0, 0}) == "0.0.0.0.in-addr.arpa");
    CHECK(of_ipv4({255, 255, 255, 255}) == "255.255.255.255.in-addr.arpa");
    CHECK(of_ipv4({10, 100, 9, 99}) == "99.9.100.10.in-addr.arpa");
}

TEST_CASE("an_ipv6_address_is_written_backwards_digit_by_digit") {
    CHECK(of_ipv6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd}) ==
          "d.c.b.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    const std::string most = of_ipv6(std::vector<uint8_t>(16, 0xff));
    CHECK(most.size() == kReverseTextSize - 1);
    CHECK(most.substr(0, 4) == "f.f.");
}

TEST_CASE("names_of_addresses_are_names") {
    Name name;
    CHECK(parse_name(text_of(of_ipv4({255, 255, 255, 255})), &name));
    CHECK(parse_name(text_of(of_ipv6(std::vector<uint8_t>(16, 0xff))), &name));
}
