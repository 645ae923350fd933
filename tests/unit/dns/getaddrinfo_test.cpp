// SPDX-License-Identifier: BSD-3-Clause
// evdns_getaddrinfo: what is asked for, what comes back, and how it ends.
#include "addrinfo_support.h"
#include "dns/hosts.h"

using namespace evlet_test;

TEST_CASE("both_families_are_asked_at_once_and_told_together") {
    Base base;
    Zone zone(base);
    zone.hold = true;
    Found found;
    REQUIRE(found.ask(zone.dns, "host.example", "80"));
    REQUIRE(sees(base, zone.server, 2));
    CHECK(found.calls == 0);
    CHECK(zone.asked_types() == "1 28");
    zone.reply_to(kTypeA, address("192.0.2.1"));
    settle(base);
    CHECK(found.calls == 0);
    zone.reply_to(kTypeAaaa, address("2001:db8::1"));
    REQUIRE(found.wait(base));
    CHECK(found.error == 0);
    CHECK(found.has("192.0.2.1:80"));
    CHECK(found.has("[2001:db8::1]:80"));
    // One of each kind of socket without a hint.
    CHECK(found.count() % 2 == 0);
    CHECK(found.canonical.empty());
}

TEST_CASE("hints_say_which_families_and_sockets") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("192.0.2.1");
    zone.v6["host.example"] = address("2001:db8::1");
    Found found;
    CHECK(found.get(base, zone.dns, "host.example", "443", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.1:443");
    CHECK(found.types == std::vector<int>{SOCK_STREAM});
    CHECK(zone.asked_types() == "1");
    zone.server.questions.clear();
    CHECK(found.get(base, zone.dns, "host.example.", "443", AF_INET6, SOCK_DGRAM) == 0);
    CHECK(found.text() == "[2001:db8::1]:443");
    CHECK(found.types == std::vector<int>{SOCK_DGRAM});
    CHECK(zone.asked_types() == "28");
    CHECK(found.get(base, zone.dns, "host.example", nullptr, AF_UNIX, 0) == EVUTIL_EAI_FAMILY);
    CHECK(found.get(base, zone.dns, "host.example", nullptr, AF_INET, 77) != 0);
}

TEST_CASE("services_are_names_or_numbers") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("192.0.2.1");
    Found found;
    CHECK(found.get(base, zone.dns, "host.example", nullptr, AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.1:0");
    CHECK(found.get(base, zone.dns, "host.example", "65535", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.1:65535");
    const size_t before = zone.server.asked();
    for (const char* const bad : {"65536", "-1", "no-such-service-at-all"}) {
        CHECK(found.get(base, zone.dns, "host.example", bad, AF_INET, SOCK_STREAM) != 0);
        CHECK(found.at_once);
    }
    CHECK(found.get(base, zone.dns, "host.example", "http", AF_INET, SOCK_STREAM,
                    EVUTIL_AI_NUMERICSERV) == EVUTIL_EAI_NONAME);
    CHECK(zone.server.asked() == before);
}

TEST_CASE("numeric_hosts_need_no_nameserver") {
    Base base;
    Resolver dns(base);
    Found found;
    CHECK(found.get(base, dns, "192.0.2.9", "80", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK(found.at_once);
    CHECK(found.text() == "192.0.2.9:80");
    CHECK(found.get(base, dns, "2001:db8::9", "80", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK(found.text() == "[2001:db8::9]:80");
    CHECK(found.get(base, dns, "192.0.2.9", "80", AF_INET6, SOCK_STREAM) != 0);
    CHECK(found.get(base, dns, nullptr, "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "127.0.0.1:80");
    CHECK(found.get(base, dns, nullptr, "80", AF_INET, SOCK_STREAM, EVUTIL_AI_PASSIVE) == 0);
    CHECK(found.text() == "0.0.0.0:80");
    CHECK(found.get(base, dns, nullptr, nullptr, AF_INET, SOCK_STREAM) == EVUTIL_EAI_NONAME);
    CHECK(found.get(base, dns, "host.example", "80", AF_INET, SOCK_STREAM, EVUTIL_AI_NUMERICHOST) ==
          EVUTIL_EAI_NONAME);
    CHECK(found.at_once);
}

TEST_CASE("what_is_no_name_is_told_at_once") {
    Base base;
    Zone zone(base);
    Found found;
    for (const std::string& name :
         {std::string(".."), std::string("a..b"), std::string(64, 'x'), std::string(70000, 'x')}) {
        CHECK(found.get(base, zone.dns, name.c_str(), "80") == EVUTIL_EAI_NONAME);
        CHECK(found.at_once);
    }
    settle(base);
    CHECK(zone.server.asked() == 0);
}

TEST_CASE("one_family_may_fail_when_the_other_has_addresses") {
    Base base;
    for (const unsigned code : {0u, unsigned{kNxDomain}, unsigned{kServFail}, unsigned{kRefused}}) {
        Zone zone(base);
        zone.codes[kTypeAaaa] = code;
        zone.v4["host.example"] = address("192.0.2.1");
        Found found;
        CHECK(found.get(base, zone.dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM) == 0);
        CHECK(found.text() == "192.0.2.1:80");
        Zone other(base);
        other.codes[kTypeA] = code;
        other.v6["host.example"] = address("2001:db8::1");
        CHECK(found.get(base, other.dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM) == 0);
        CHECK(found.text() == "[2001:db8::1]:80");
    }
}

TEST_CASE("errors_of_both_families_come_to_the_one_that_says_most") {
    Base base;
    const struct {
        unsigned v4, v6;
        int error;
    } cases[] = {
        {kNxDomain, kNxDomain, EVUTIL_EAI_NONAME}, {0, 0, EVUTIL_EAI_NODATA},
        {0, kNxDomain, EVUTIL_EAI_NODATA},         {kNxDomain, 0, EVUTIL_EAI_NODATA},
        {kServFail, kNxDomain, EVUTIL_EAI_AGAIN},  {0, kServFail, EVUTIL_EAI_AGAIN},
        {kRefused, kNxDomain, EVUTIL_EAI_FAIL},    {kRefused, kServFail, EVUTIL_EAI_AGAIN},
    };
    for (const auto& entry : cases) {
        CAPTURE(entry.v4);
        CAPTURE(entry.v6);
        Zone zone(base);
        zone.codes[kTypeA] = entry.v4;
        zone.codes[kTypeAaaa] = entry.v6;
        Found found;
        CHECK(found.get(base, zone.dns, "host.example", "80") == entry.error);
        CHECK(found.count() == 0);
    }
}

TEST_CASE("no_nameserver_and_no_answer_are_to_be_tried_again") {
    Base base;
    Resolver none(base);
    Found found;
    CHECK(found.get(base, none, "host.example", "80") == EVUTIL_EAI_AGAIN);
    CHECK_FALSE(found.at_once);
    FakeNameserver silent(base);
    Resolver dns(base, silent);
    dns.set("timeout", "0.02");
    CHECK(found.get(base, dns, "host.example", "80") == EVUTIL_EAI_AGAIN);
}

TEST_CASE("the_second_family_has_only_so_long_after_the_first") {
    Base base;
    for (const unsigned first : {unsigned{kTypeA}, unsigned{kTypeAaaa}}) {
        Zone zone(base);
        zone.hold = true;
        zone.dns.set("getaddrinfo-allow-skew", "0.02");
        Found found;
        REQUIRE(found.ask(zone.dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM));
        REQUIRE(sees(base, zone.server, 2));
        zone.reply_to(first, address(first == kTypeA ? "192.0.2.1" : "2001:db8::1"));
        REQUIRE(found.wait(base));
        CHECK(found.error == 0);
        CHECK(found.text() == (first == kTypeA ? "192.0.2.1:80" : "[2001:db8::1]:80"));
        settle(base);
        CHECK(found.calls == 1);
    }
}

TEST_CASE("an_error_of_the_first_family_does_not_hurry_the_second") {
    Base base;
    Zone zone(base);
    zone.hold = true;
    zone.dns.set("getaddrinfo-allow-skew", "0");
    Found found;
    REQUIRE(found.ask(zone.dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM));
    REQUIRE(sees(base, zone.server, 2));
    zone.reply_to(kTypeAaaa, "");
    for (int i = 0; i < 5; ++i)
        settle(base);
    CHECK(found.calls == 0);
    zone.reply_to(kTypeA, address("192.0.2.1"));
    REQUIRE(found.wait(base));
    CHECK(found.text() == "192.0.2.1:80");
}

TEST_CASE("a_lookup_may_be_cancelled_in_each_state") {
    Base base;
    for (const int state : {0, 1, 2, 3, 4}) {
        CAPTURE(state);
        Zone zone(base);
        zone.hold = true;
        Found found;
        evdns_getaddrinfo_request* const request = found.ask(zone.dns, "host.example", "80");
        REQUIRE(request);
        if (state > 0)
            REQUIRE(sees(base, zone.server, 2));
        if (state == 2) {
            zone.reply_to(kTypeA, address("192.0.2.1"));
            settle(base);
        }
        if (state >= 3) {
            // Both are over, and the lookup is cancelled before it is told.
            Result other;
            other.body = [&] { evdns_getaddrinfo_cancel(request); };
            ask(zone.dns, "other.example", other);
            REQUIRE(sees(base, zone.server, 3));
            zone.server.send(zone.server.last(), answer(zone.server.last()));
            zone.reply_to(kTypeA, address("192.0.2.1"));
            if (state == 4)
                zone.reply_to(kTypeAaaa, address("2001:db8::1"));
            REQUIRE(ends(base, other));
        } else {
            evdns_getaddrinfo_cancel(request);
            CHECK(found.calls == 0);
            evdns_getaddrinfo_cancel(request);
        }
        REQUIRE(found.wait(base));
        CHECK(found.error == EVUTIL_EAI_CANCEL);
        CHECK(found.count() == 0);
        settle(base);
        CHECK(found.calls == 1);
    }
}

TEST_CASE("a_lookup_may_be_cancelled_in_its_own_callback") {
    Base base;
    for (const int freed : {0, 1, 2}) {
        CAPTURE(freed);
        Zone zone(base);
        zone.v4["host.example"] = address("192.0.2.1");
        Found found;
        evdns_getaddrinfo_request* const request = found.ask(zone.dns, "host.example", "80");
        REQUIRE(request);
        found.body = [&] {
            if (freed)
                zone.dns.free(freed == 2);
            evdns_getaddrinfo_cancel(request);
        };
        REQUIRE(found.wait(base));
        settle(base);
        CHECK(found.calls == 1);
        CHECK(found.error == 0);
    }
}

TEST_CASE("canonical_name_is_that_at_the_end_of_the_aliases") {
    Base base;
    Zone zone(base);
    zone.hold = true;
    Found found;
    REQUIRE(found.ask(zone.dns, "www.example", "80", AF_INET, SOCK_STREAM, EVUTIL_AI_CANONNAME));
    REQUIRE(sees(base, zone.server, 1));
    zone.server.send(
        zone.server.last(),
        answer(zone.server.last(),
               Sections{{alias("host.example"), address("192.0.2.1", 60, wire("host.example"))}}));
    REQUIRE(found.wait(base));
    CHECK(found.canonical == "host.example");
    zone.hold = false;
    zone.v4["plain.example"] = address("192.0.2.2");
    CHECK(found.get(base, zone.dns, "plain.example", "80", AF_UNSPEC, SOCK_STREAM,
                    EVUTIL_AI_CANONNAME) == 0);
    CHECK(found.canonical == "plain.example");
}

TEST_CASE("names_of_a_lookup_are_searched_for_and_the_search_ends_with_a_name_that_is_there") {
    Base base;
    Zone zone(base);
    evdns_base_search_add(zone.dns, "a.test");
    evdns_base_search_add(zone.dns, "b.test");
    zone.codes[kTypeA] = zone.codes[kTypeAaaa] = kNxDomain;
    zone.v4["host.b.test"] = address("192.0.2.3");
    zone.v6["host.b.test"] = "";
    Found found;
    CHECK(found.get(base, zone.dns, "host", "80", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.3:80");
    // host.a.test and host.b.test, twice; not "host" for IPv6.
    CHECK(zone.server.asked() == 4);
}

TEST_CASE("addresses_of_ipv4_stand_for_ipv6_where_that_is_wanted") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("192.0.2.1");
    zone.v4["both.example"] = address("192.0.2.2");
    zone.v6["both.example"] = address("2001:db8::2");
    evdns_base* const dns = zone.dns;
    REQUIRE(evlet::dns::take_hosts(*dns, evlet::Text("192.0.2.9 hosts.example\n")));
    Found found;
    for (int round = 0; round < 2; ++round) {  // the second time from the cache
        CAPTURE(round);
        CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET6, SOCK_STREAM,
                        EVUTIL_AI_V4MAPPED | EVUTIL_AI_CANONNAME) == 0);
        CHECK(found.text() == "[::ffff:192.0.2.1]:80");
        CHECK(found.canonical == "host.example");
        CHECK(found.get(base, zone.dns, "both.example", "80", AF_INET6, SOCK_STREAM,
                        EVUTIL_AI_V4MAPPED) == 0);
        CHECK(found.text() == "[2001:db8::2]:80");
        CHECK(found.get(base, zone.dns, "both.example", "80", AF_INET6, SOCK_STREAM,
                        EVUTIL_AI_V4MAPPED | EVUTIL_AI_ALL) == 0);
        CHECK(found.count() == 2);
        CHECK(found.get(base, zone.dns, "hosts.example", "80", AF_INET6, SOCK_STREAM,
                        EVUTIL_AI_V4MAPPED) == 0);
        CHECK(found.text() == "[::ffff:192.0.2.9]:80");
        CHECK(found.get(base, zone.dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM,
                        EVUTIL_AI_V4MAPPED) == 0);
        CHECK(found.text() == "192.0.2.1:80");
        CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET6, SOCK_STREAM) ==
              EVUTIL_EAI_NODATA);
    }
}

TEST_CASE("canonical_names_are_kept_with_the_addresses") {
    Base base;
    FakeNameserver server(base);
    server.on_question = [&](const Question& question) {
        server.send(question,
                    answer(question, Sections{{alias("real.example"),
                                               address("192.0.2.1", 60, wire("real.example"))}}));
    };
    Resolver dns(base, server);
    Found found;
    CHECK(found.get(base, dns, "www.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(server.asked() == 1);
    // Whoever asked did not want the name, so it is not known.
    for (int round = 0; round < 2; ++round) {
        CHECK(found.get(base, dns, "www.example", "80", AF_INET, SOCK_STREAM,
                        EVUTIL_AI_CANONNAME) == 0);
        CHECK(found.canonical == "real.example");
        CHECK(server.asked() == 2);
    }
}

TEST_CASE("without_a_resolver_of_the_process_none_is_asked") {
    Found found;
    CHECK(found.ask(nullptr, "192.0.2.1", "80") == nullptr);
    CHECK(found.calls == 1);
    CHECK(found.error == EVUTIL_EAI_FAIL);
}

TEST_CASE("lookups_over_tcp_and_of_what_was_cut_off") {
    Base base;
    FakeNameserver server(base);
    server.on_question = [&](const Question& question) {
        const std::string bytes = address(question.type == kTypeA ? "192.0.2.1" : "2001:db8::1");
        server.send(question,
                    question.over_tcp() ? answer(question, bytes) : answer(question, "", kCutOff));
    };
    Resolver dns(base, server);
    Found found;
    CHECK(found.get(base, dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK(found.count() == 2);
    CHECK(server.connections.size() == 1);
}
