// SPDX-License-Identifier: BSD-3-Clause
// Requests and their answers: each kind of question, each result, what is in an answer.
#include "dns_support.h"

using namespace evlet_test;

namespace {

// One request of each kind against one answer.
struct Exchange {
    explicit Exchange(event_base* base, const std::function<std::string(const Question&)>& reply)
        : server(base, [this, reply](const Question& q) { server.send(q, reply(q)); }),
          dns(base, server) {}
    FakeNameserver server;
    Resolver dns;
};

}  // namespace

TEST_CASE("without_a_nameserver_a_request_fails") {
    Base base;
    Resolver dns(base);
    const Result result = resolve(base, dns, "host.example");
    CHECK(result.error == DNS_ERR_SERVERFAILED);
    CHECK(result.type == 0);
    CHECK(result.count == 0);
    CHECK(evdns_base_count_nameservers(dns) == 0);
    CHECK(evdns_base_get_nameserver_fd(dns, 0) == -1);
}

TEST_CASE("nameservers_are_counted_listed_and_taken_once") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    const Address& at = server.address();
    CHECK(evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) == 3);
    const std::string text = "127.0.0.1:" + std::to_string(at.port());
    CHECK(evdns_base_nameserver_ip_add(dns, text.c_str()) == 3);
    CHECK(evdns_base_nameserver_ip_add(dns, "127.0.0.1") == 0);
    CHECK(evdns_base_nameserver_add(dns, htonl(0x7f000002)) == 0);
    for (const char* const none : {"", "host", "127.0.0.1:99999", "127.0.0", "[::1", "1.2.3.4.5"})
        CHECK(evdns_base_nameserver_ip_add(dns, none) == -1);
    CHECK(evdns_base_count_nameservers(dns) == 3);
    CHECK(evdns_base_get_nameserver_fd(dns, 2) >= 0);
    CHECK(evdns_base_get_nameserver_fd(dns, 3) == -1);
    CHECK(evdns_base_get_nameserver_fd(dns, -1) == -1);
    sockaddr_in found = {};
    const auto get = [&](int index, int size) {
        return evdns_base_get_nameserver_addr(dns, index, reinterpret_cast<sockaddr*>(&found),
                                              static_cast<ev_socklen_t>(size));
    };
    CHECK(get(0, 2) == sizeof found);
    CHECK(found.sin_port == 0);
    CHECK(get(0, sizeof found) == sizeof found);
    CHECK(ntohs(found.sin_port) == at.port());
    CHECK(get(1, sizeof found) == sizeof found);
    CHECK(ntohs(found.sin_port) == 53);
    CHECK(get(2, sizeof found) == sizeof found);
    CHECK(ntohl(found.sin_addr.s_addr) == 0x7f000002);
    CHECK(get(3, sizeof found) == -1);
}

TEST_CASE("question_asks_for_one_name_with_recursion") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result result;
    ask(dns, "www.host.example.", result);
    REQUIRE(sees(base, server));
    const Question& question = server.last();
    CHECK(question.text == "www.host.example");
    CHECK(question.flags == 0x0100);
    CHECK(question.type == kTypeA);
    CHECK(question.dns_class == 1);
    CHECK(question.edns_size == 0);
    CHECK_FALSE(question.over_tcp());
}

TEST_CASE("ipv4_addresses_come_in_the_order_of_the_answer_with_the_least_ttl") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        return answer(q, Sections{{address("192.0.2.7", 90), address("192.0.2.1", 30),
                                   address("192.0.2.3", 60)}});
    });
    const Result result = resolve(base, exchange.dns, "host.example");
    CHECK(result.error == DNS_ERR_NONE);
    CHECK(result.type == DNS_IPv4_A);
    CHECK(result.all() == "192.0.2.7 192.0.2.1 192.0.2.3");
    CHECK(result.ttl == 30);
    settle(base);
    CHECK(result.calls == 1);
}

TEST_CASE("ipv6_addresses_are_asked_for_and_told") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        return answer(q, Sections{{address("2001:db8::1"), address("2001:db8::2")}});
    });
    Result result;
    ask6(exchange.dns, "host.example", result);
    REQUIRE(ends(base, result));
    CHECK(exchange.server.last().type == kTypeAaaa);
    CHECK(result.type == DNS_IPv6_AAAA);
    CHECK(result.all() == "2001:db8::1 2001:db8::2");
}

TEST_CASE("name_of_an_ipv4_address_is_asked_for_under_in_addr_arpa") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        return answer(q, record(kAsked, kTypePtr, 77, wire("host.example")));
    });
    in_addr in;
    in.s_addr = htonl(0xc0000207);
    Result result;
    REQUIRE(evdns_base_resolve_reverse(exchange.dns, &in, 0, Result::told, &result));
    REQUIRE(ends(base, result));
    CHECK(exchange.server.last().text == "7.2.0.192.in-addr.arpa");
    CHECK(exchange.server.last().type == kTypePtr);
    CHECK(result.error == DNS_ERR_NONE);
    CHECK(result.type == DNS_PTR);
    CHECK(result.all() == "host.example");
    CHECK(result.ttl == 77);
}

TEST_CASE("name_of_an_ipv6_address_is_asked_for_under_ip6_arpa") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        return answer(q, record(kAsked, kTypePtr, 77, wire("host.example")));
    });
    in6_addr in;
    REQUIRE(evutil_inet_pton(AF_INET6, "2001:db8::abcd", &in) == 1);
    Result result;
    REQUIRE(evdns_base_resolve_reverse_ipv6(exchange.dns, &in, 0, Result::told, &result));
    REQUIRE(ends(base, result));
    CHECK(exchange.server.last().text ==
          "d.c.b.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    CHECK(result.all() == "host.example");
}

TEST_CASE("reverse_names_are_not_tried_in_the_search_list") {
    Base base;
    Exchange exchange(base, [](const Question& q) { return answer(q, "", kNxDomain); });
    evdns_base_search_add(exchange.dns, "example");
    evdns_base_search_ndots_set(exchange.dns, 15);
    in_addr in;
    in.s_addr = htonl(0x01020304);
    Result result;
    REQUIRE(evdns_base_resolve_reverse(exchange.dns, &in, 0, Result::told, &result));
    REQUIRE(ends(base, result));
    CHECK(exchange.server.asked() == 1);
    CHECK(result.error == DNS_ERR_NOTEXIST);
}

TEST_CASE("name_may_have_escaped_bytes_both_ways") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        return answer(q, record(kAsked, kTypePtr, 1, std::string("\3a.b\2\0c\1d\0", 10)));
    });
    in_addr in = {};
    Result result;
    REQUIRE(evdns_base_resolve_reverse(exchange.dns, &in, 0, Result::told, &result));
    REQUIRE(ends(base, result));
    CHECK(result.all() == "a\\.b.\\000c.d");
    Result asked;
    ask(exchange.dns, "a\\.b.\\000c", asked);
    REQUIRE(sees(base, exchange.server, 2));
    CHECK(exchange.server.last().text == std::string("a.b.\0c", 6));
}

TEST_CASE("what_is_no_name_is_not_asked_for") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    evdns_base_search_add(dns, "example");  // and an empty name is not looked at from behind
    Result result;
    const std::string long_label(64, 'x');
    const std::string huge(65536, 'y');
    for (const std::string& name : {std::string(), std::string(".."), std::string("a..b"),
                                    long_label, huge, std::string(".a"), std::string("a\\")}) {
        CHECK(evdns_base_resolve_ipv4(dns, name.c_str(), 0, Result::told, &result) == nullptr);
        CHECK(evdns_base_resolve_ipv6(dns, name.c_str(), 0, Result::told, &result) == nullptr);
    }
    CHECK(evdns_base_resolve_ipv4(dns, "host", 0, nullptr, &result) == nullptr);
    settle(base);
    CHECK(result.calls == 0);
    CHECK(server.asked() == 0);
}

TEST_CASE("aliases_are_followed_in_any_order_with_the_least_ttl") {
    Base base;
    for (const bool in_order : {true, false}) {
        Exchange exchange(base, [in_order](const Question& q) {
            Sections sections{{alias("b.example", 50), alias("c.example", 20, wire("B.example")),
                               address("192.0.2.9", 40, wire("c.EXAMPLE"))}};
            if (!in_order)
                std::swap(sections.answers[0], sections.answers[2]);
            return answer(q, sections);
        });
        const Result result = resolve(base, exchange.dns, "a.example");
        CHECK(result.error == DNS_ERR_NONE);
        CHECK(result.all() == "192.0.2.9");
        CHECK(result.ttl == 20);
        CHECK(result.calls == 1);
        CHECK(result.alias.empty());
    }
}

TEST_CASE("cname_callback_is_called_behind_that_with_the_addresses") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        return answer(q,
                      Sections{{alias("b.example"), address("192.0.2.9", 60, wire("b.example"))}});
    });
    Result result;
    result.body = [&] { CHECK(result.alias.empty() == (result.calls == 1)); };
    ask(exchange.dns, "a.example", result, DNS_CNAME_CALLBACK);
    REQUIRE(run_until(base, [&] { return result.calls == 2; }));
    CHECK(result.all() == "192.0.2.9");
    CHECK(result.alias == "b.example");
}

TEST_CASE("without_an_alias_the_cname_callback_is_not_called") {
    Base base;
    Exchange exchange(base, [](const Question& q) { return answer(q, address("192.0.2.9")); });
    Result result;
    ask(exchange.dns, "a.example", result, DNS_CNAME_CALLBACK);
    REQUIRE(ends(base, result));
    settle(base);
    CHECK(result.calls == 1);
}

TEST_CASE("endless_aliases_end_the_request") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        return answer(q, Sections{{alias("b.example"), alias("a.example", 1, wire("b.example"))}});
    });
    const Result result = resolve(base, exchange.dns, "a.example");
    CHECK(result.error != DNS_ERR_NONE);
    CHECK(result.count == 0);
}

TEST_CASE("records_of_other_names_types_classes_and_sizes_are_passed_over") {
    Base base;
    Exchange exchange(base, [](const Question& q) {
        const std::string bytes = address_bytes("192.0.2.66");
        return answer(q, Sections{{address("192.0.2.66", 1, wire("other.example")),
                                   record(kAsked, kTypeAaaa, 1, address_bytes("::1")),
                                   record(kAsked, kTypeA, 1, bytes, 3),
                                   record(kAsked, kTypeA, 9, bytes + "x"),
                                   record(kAsked, kTypeA, 9, ""), address("192.0.2.1", 9)},
                                  {address("192.0.2.66", 1)},
                                  {address("192.0.2.66", 1)}});
    });
    const Result result = resolve(base, exchange.dns, "a.example");
    CHECK(result.all() == "192.0.2.1");
    CHECK(result.ttl == 9);
}

TEST_CASE("each_code_of_a_nameserver_is_told") {
    Base base;
    const std::pair<unsigned, int> codes[] = {
        {kFormErr, DNS_ERR_FORMAT},    {kServFail, DNS_ERR_SERVERFAILED},
        {kNxDomain, DNS_ERR_NOTEXIST}, {kNotImp, DNS_ERR_NOTIMPL},
        {kRefused, DNS_ERR_REFUSED},   {6, DNS_ERR_UNKNOWN},
        {15, DNS_ERR_UNKNOWN}};
    for (const auto& code : codes) {
        CAPTURE(code.first);
        Exchange exchange(base, [&](const Question& q) { return answer(q, "", code.first); });
        const Result result = resolve(base, exchange.dns, "a.example");
        CHECK(result.error == code.second);
        CHECK(result.type == 0);
        CHECK(result.count == 0);
        CHECK(result.ttl == 0);
        CHECK(std::string(evdns_err_to_string(result.error)) != evdns_err_to_string(0));
    }
    CHECK(evdns_err_to_string(-5) != nullptr);
    CHECK(evdns_err_to_string(1000) != nullptr);
}

TEST_CASE("a_name_without_such_data_is_no_data") {
    Base base;
    Exchange exchange(base, [](const Question& q) { return answer(q); });
    const Result result = resolve(base, exchange.dns, "a.example");
    CHECK(result.error == DNS_ERR_NODATA);
    CHECK(result.ttl == 0);
}

TEST_CASE("ttl_of_an_error_is_the_lesser_of_the_zone") {
    Base base;
    for (const unsigned code : {0u, unsigned{kNxDomain}}) {
        for (const bool record_is_less : {true, false}) {
            Exchange exchange(base, [=](const Question& q) {
                return answer(q,
                              Sections{{},
                                       {record(wire("test"), kTypeNs, 1, wire("ns.test")),
                                        record_is_less ? start_of_authority(70, 900)
                                                       : start_of_authority(900, 70)}},
                              code);
            });
            const Result result = resolve(base, exchange.dns, "a.example");
            CHECK(result.error == (code ? DNS_ERR_NOTEXIST : DNS_ERR_NODATA));
            CHECK(result.ttl == 70);
        }
    }
}

TEST_CASE("ttl_with_the_top_bit_is_none") {
    Base base;
    Exchange exchange(base,
                      [](const Question& q) { return answer(q, address("192.0.2.1", 1u << 31)); });
    const Result result = resolve(base, exchange.dns, "a.example");
    CHECK(result.error == DNS_ERR_NONE);
    CHECK(result.ttl == 0);
}

TEST_CASE("counts_of_records_are_not_believed") {
    Base base;
    for (const unsigned count : {2u, 4000u, 65535u}) {
        Exchange exchange(base, [=](const Question& q) {
            std::string packet = answer(q, address("192.0.2.1"));
            return packet.replace(6, 2, u16(count));
        });
        const Result result = resolve(base, exchange.dns, "a.example");
        CHECK(result.error == DNS_ERR_FORMAT);
    }
    Exchange exchange(base, [=](const Question& q) {
        std::string packet = answer(q, Sections{{address("192.0.2.1"), address("192.0.2.2")}});
        return packet.replace(6, 2, u16(1));
    });
    CHECK(resolve(base, exchange.dns, "a.example").all() == "192.0.2.1");
}

TEST_CASE("pointers_to_themselves_or_ahead_and_labels_past_the_packet_are_refused") {
    Base base;
    const auto at = [](const Question& q, unsigned offset) {
        return u16(0xc000 | static_cast<unsigned>(q.behind + offset));
    };
    const std::function<std::string(const Question&)> owners[] = {
        [&](const Question& q) { return at(q, 0); },
        [&](const Question& q) { return at(q, 2); },
        [&](const Question& q) { return u8(1) + "a" + at(q, 0); },
        [&](const Question&) { return u16(0xffff); },
        [&](const Question&) { return u8(63) + "short"; },
        [&](const Question&) { return u8(0x80) + u8(1); },
    };
    for (const auto& owner : owners) {
        Exchange exchange(base, [&](const Question& q) { return answer(q, owner(q)); });
        CHECK(resolve(base, exchange.dns, "a.example").error == DNS_ERR_FORMAT);
    }
}
