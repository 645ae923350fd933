// SPDX-License-Identifier: BSD-3-Clause
// The order of addresses (RFC 6724), on a machine whose addresses are this file's.

// The file under test once more, under a name of its own, with sockets that are none.
#define order_addresses order_addresses_without_sockets
#define open_datagram_socket open_no_socket
#define connect_socket connect_no_socket
#define local_address address_of_no_socket
#define close_socket close_no_socket
#include "dns/address_order.cpp"

#include <map>

#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

// Destinations, each with the address that the machine would send from.
std::map<std::string, std::string> g_sources;
int g_opened;
int g_open;
std::string g_source;  // of the one that is open

}  // namespace

namespace evlet::dns {

evutil_socket_t open_datagram_socket(int, int, int) {
    ++g_opened;
    CHECK(++g_open == 1);
    return 7;
}

bool connect_socket(evutil_socket_t fd, const SocketAddress& address) {
    CHECK(fd == 7);
    const std::string text = text_of(address);
    const size_t port = text.rfind(':');
    CHECK(text.substr(port) == ":9");
    const auto found = g_sources.find(text.substr(0, port));
    g_source = found == g_sources.end() ? "" : found->second;
    return !g_source.empty();
}

bool local_address(evutil_socket_t fd, SocketAddress* ret_address) {
    CHECK(fd == 7);
    return parse_socket_address(evlet_test::text_of(g_source), ret_address) == Status::ok;
}

}  // namespace evlet::dns

namespace evlet {

void close_socket(evutil_socket_t fd) {
    CHECK(fd == 7);
    --g_open;
}

}  // namespace evlet

namespace {

std::string shown(const evutil_addrinfo* list) {
    std::string all;
    for (; list; list = list->ai_next) {
        SocketAddress address;
        memcpy(&address, list->ai_addr, list->ai_addrlen);
        const std::string text = text_of(address);
        all += (all.empty() ? "" : " ") + text.substr(0, text.rfind(':'));
    }
    return all;
}

// The order in which these addresses come. Sources are given as they are found in g_sources: IPv6
// addresses in brackets.
std::string order(std::initializer_list<const char*> addresses,
                  std::map<std::string, std::string> sources) {
    g_sources = std::move(sources);
    g_opened = 0;
    List list(addresses);
    order_addresses(list.first());
    CHECK(g_open == 0);
    return shown(list);
}

}  // namespace

TEST_CASE("what_cannot_be_reached_goes_last") {
    CHECK(order({"2001:db8::1", "10.0.0.1", "2001:db8::2"},
                {{"10.0.0.1", "10.0.0.9"}, {"[2001:db8::2]", "2001:db8::9"}}) ==
          "[2001:db8::2] 10.0.0.1 [2001:db8::1]");
    CHECK(order({"2001:db8::1", "10.0.0.1"}, {{"10.0.0.1", "10.0.0.9"}}) ==
          "10.0.0.1 [2001:db8::1]");
}

TEST_CASE("what_cannot_be_reached_at_all_stays_in_order") {
    CHECK(order({"2001:db8::1", "10.0.0.1", "::1", "fe80::1"}, {}) ==
          "[2001:db8::1] 10.0.0.1 [::1] [fe80::1]");
}

// The examples of RFC 6724 section 10.2, each in both orders.

TEST_CASE("the_scope_of_a_source_has_to_fit") {
    for (const bool first : {true, false}) {
        const std::initializer_list<const char*> a = {"2001:db8:1::1", "198.51.100.121"};
        const std::initializer_list<const char*> b = {"198.51.100.121", "2001:db8:1::1"};
        CHECK(order(first ? a : b,
                    {{"[2001:db8:1::1]", "2001:db8:1::2"}, {"198.51.100.121", "169.254.13.78"}}) ==
              "[2001:db8:1::1] 198.51.100.121");
        CHECK(order(first ? a : b,
                    {{"[2001:db8:1::1]", "fe80::1"}, {"198.51.100.121", "198.51.100.117"}}) ==
              "198.51.100.121 [2001:db8:1::1]");
    }
}

TEST_CASE("ipv6_goes_before_ipv4_of_the_same_scope") {
    const std::map<std::string, std::string> sources = {{"[2001:db8:1::1]", "2001:db8:1::2"},
                                                        {"10.1.2.3", "10.1.2.4"}};
    CHECK(order({"2001:db8:1::1", "10.1.2.3"}, sources) == "[2001:db8:1::1] 10.1.2.3");
    CHECK(order({"10.1.2.3", "2001:db8:1::1"}, sources) == "[2001:db8:1::1] 10.1.2.3");
}

TEST_CASE("the_smaller_scope_goes_first") {
    const std::map<std::string, std::string> sources = {{"[2001:db8:1::1]", "2001:db8:1::2"},
                                                        {"[fe80::1]", "fe80::2"}};
    CHECK(order({"2001:db8:1::1", "fe80::1"}, sources) == "[fe80::1] [2001:db8:1::1]");
    CHECK(order({"fe80::1", "2001:db8:1::1"}, sources) == "[fe80::1] [2001:db8:1::1]");
}

TEST_CASE("the_longer_prefix_goes_first") {
    const std::map<std::string, std::string> sources = {{"[2001:db8:1::1]", "2001:db8:1::2"},
                                                        {"[2001:db8:3ffe::1]", "2001:db8:3f44::2"}};
    CHECK(order({"2001:db8:3ffe::1", "2001:db8:1::1"}, sources) ==
          "[2001:db8:1::1] [2001:db8:3ffe::1]");
    CHECK(order({"2001:db8:1::1", "2001:db8:3ffe::1"}, sources) ==
          "[2001:db8:1::1] [2001:db8:3ffe::1]");
}

TEST_CASE("the_hosts_own_part_is_no_prefix") {
    const std::map<std::string, std::string> sources = {{"[2001:db8::1]", "2001:db8::ff"},
                                                        {"[2001:db8::fe]", "2001:db8::ff"}};
    CHECK(order({"2001:db8::1", "2001:db8::fe"}, sources) == "[2001:db8::1] [2001:db8::fe]");
    CHECK(order({"2001:db8::fe", "2001:db8::1"}, sources) == "[2001:db8::fe] [2001:db8::1]");
}

TEST_CASE("the_label_of_a_source_has_to_fit") {
    const std::map<std::string, std::string> sources = {
        {"[2002:c633:6401::1]", "2002:c633:6401::2"}, {"[2001:db8:1::1]", "2002:c633:6401::2"}};
    CHECK(order({"2001:db8:1::1", "2002:c633:6401::1"}, sources) ==
          "[2002:c633:6401::1] [2001:db8:1::1]");
    CHECK(order({"2002:c633:6401::1", "2001:db8:1::1"}, sources) ==
          "[2002:c633:6401::1] [2001:db8:1::1]");
}

TEST_CASE("the_higher_precedence_goes_first") {
    const std::map<std::string, std::string> sources = {
        {"[2002:c633:6401::1]", "2002:c633:6401::2"},
        {"[2001:db8:1::1]", "2001:db8:1::2"},
        {"[fd00::1]", "fd00::2"},
        {"[2001::1]", "2001::2"},
        {"[::1]", "::1"},
        {"192.0.2.1", "192.0.2.2"}};
    CHECK(order({"fd00::1", "2001::1", "2002:c633:6401::1", "192.0.2.1", "2001:db8:1::1", "::1"},
                sources) ==
          "[::1] [2001:db8:1::1] 192.0.2.1 [2002:c633:6401::1] [2001::1] [fd00::1]");
}

TEST_CASE("addresses_that_are_alike_stay_in_order") {
    const std::map<std::string, std::string> sources = {
        {"[2001:db8::3]", "2001:db8::9"}, {"[2001:db8::1]", "2001:db8::9"},
        {"10.0.0.3", "10.0.0.9"},         {"10.0.0.1", "10.0.0.9"},
        {"10.0.0.2", "10.0.0.9"},         {"[2001:db8::2]", "2001:db8::9"}};
    CHECK(order({"10.0.0.3", "2001:db8::3", "10.0.0.1", "2001:db8::1", "10.0.0.2", "2001:db8::2"},
                sources) == "[2001:db8::3] [2001:db8::1] [2001:db8::2] 10.0.0.3 10.0.0.1 10.0.0.2");
}

TEST_CASE("a_list_of_ipv4_alone_and_a_single_address_need_no_socket") {
    CHECK(order({"10.0.0.3", "10.0.0.1"}, {{"10.0.0.1", "10.0.0.9"}}) == "10.0.0.3 10.0.0.1");
    CHECK(g_opened == 0);
    CHECK(order({"2001:db8::1"}, {}) == "[2001:db8::1]");
    CHECK(g_opened == 0);
    evutil_addrinfo* none = nullptr;
    order_addresses(none);
    CHECK(none == nullptr);
}

TEST_CASE("an_address_for_two_kinds_of_socket_is_asked_for_once_and_stays_together") {
    g_sources = {{"10.0.0.1", "10.0.0.9"}, {"[2001:db8::1]", "2001:db8::9"}};
    g_opened = 0;
    List list({"10.0.0.1", "2001:db8::1"}, 0);
    REQUIRE(list->ai_next);
    const std::string before = shown(list);
    REQUIRE(before == "10.0.0.1 10.0.0.1 [2001:db8::1] [2001:db8::1]");
    const int first = list->ai_socktype;
    const int second = list->ai_next->ai_socktype;
    order_addresses(list.first());
    CHECK(shown(list) == "[2001:db8::1] [2001:db8::1] 10.0.0.1 10.0.0.1");
    CHECK(g_opened == 2);
    CHECK(list->ai_socktype == first);
    CHECK(list->ai_next->ai_socktype == second);
}

TEST_CASE("the_canonical_name_stays_with_the_first_entry") {
    g_sources = {{"10.0.0.1", "10.0.0.9"}, {"[2001:db8::1]", "2001:db8::9"}};
    List list({"10.0.0.1", "2001:db8::1"});
    char name[] = "host";
    char* const old = list->ai_canonname;
    list->ai_canonname = name;
    order_addresses(list.first());
    CHECK(list->ai_family == AF_INET6);
    CHECK(list->ai_canonname == name);
    CHECK(list->ai_next->ai_canonname == nullptr);
    list->ai_canonname = old;
}

TEST_CASE("more_addresses_than_anybody_has_stay_in_order") {
    List list({});
    evutil_addrinfo** end = &list.first();
    std::string all;
    g_sources.clear();
    for (int i = 0; i < 33; ++i) {
        const std::string text = i == 32 ? "2001:db8::1" : "10.0.0." + std::to_string(i);
        evutil_addrinfo hints = {};
        hints.ai_flags = EVUTIL_AI_NUMERICHOST;
        hints.ai_socktype = SOCK_STREAM;
        REQUIRE(evutil_getaddrinfo(text.c_str(), nullptr, &hints, end) == 0);
        end = &(*end)->ai_next;
        all += i == 32 ? " [2001:db8::1]" : (i ? " " : "") + text;
        g_sources[i == 32 ? "[2001:db8::1]" : text] = i == 32 ? "2001:db8::9" : "10.0.0.99";
    }
    order_addresses(list.first());
    CHECK(shown(list) == all);
    CHECK(g_open == 0);
}
