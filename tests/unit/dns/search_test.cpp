// SPDX-License-Identifier: BSD-3-Clause
// Search lists: which names are tried, in which order, and what they come to together.
#include "dns_support.h"

using namespace evlet_test;

namespace {

// A nameserver that knows the names it is told, and says so of those without addresses.
struct Searching {
    explicit Searching(event_base* event_loop)
        : base(event_loop), server(base, [this](const Question& question) { reply(question); }),
          dns(base, server) {}
    void reply(const Question& question) {
        if (known.count(question.text))
            server.send(question, answer(question, known[question.text]));
        else
            server.send(question, answer(question, "", unknown));
    }
    void domains(std::initializer_list<const char*> list) {
        for (const char* const domain : list)
            evdns_base_search_add(dns, domain);
    }
    // What is asked for, until there is an answer.
    std::string tried(const char* name, int flags = 0) {
        server.questions.clear();
        result = resolve(base, dns, name, flags);
        std::string names;
        for (const Question& question : server.questions)
            names += (names.empty() ? "" : " ") + question.text;
        return names;
    }
    event_base* base;
    std::map<std::string, std::string> known;
    unsigned unknown = kNxDomain;
    FakeNameserver server;
    Resolver dns;
    Result result;
};

}  // namespace

TEST_CASE("names_with_few_dots_are_tried_in_the_domains_first") {
    Base base;
    Searching search(base);
    search.domains({"a.test", ".b.test", "c.test."});
    CHECK(search.tried("host") == "host.a.test host.b.test host.c.test host");
    CHECK(search.result.error == DNS_ERR_NOTEXIST);
    CHECK(search.tried("x.host") == "x.host x.host.a.test x.host.b.test x.host.c.test");
    evdns_base_search_ndots_set(search.dns, 2);
    CHECK(search.tried("x.host") == "x.host.a.test x.host.b.test x.host.c.test x.host");
    search.dns.set("ndots", "0");
    CHECK(search.tried("host") == "host host.a.test host.b.test host.c.test");
}

TEST_CASE("the_first_name_that_is_there_ends_the_search") {
    Base base;
    Searching search(base);
    search.domains({"a.test", "b.test"});
    search.known["host.b.test"] = address("192.0.2.1");
    search.known["host"] = address("192.0.2.2");
    CHECK(search.tried("host") == "host.a.test host.b.test");
    CHECK(search.result.all() == "192.0.2.1");
    CHECK(search.result.calls == 1);
}

TEST_CASE("whole_names_are_not_searched_for") {
    Base base;
    Searching search(base);
    search.domains({"a.test"});
    CHECK(search.tried("host.") == "host");
    CHECK(search.tried("host", DNS_QUERY_NO_SEARCH) == "host");
    CHECK(search.tried("x.host.") == "x.host");
    CHECK(search.tried("host\\.") == "host..a.test host.");
    evdns_base_search_clear(search.dns);
    CHECK(search.tried("host") == "host");
}

TEST_CASE("a_name_without_such_data_is_told_when_no_other_has_any") {
    Base base;
    Searching search(base);
    search.domains({"a.test", "b.test"});
    search.known["host.a.test"] = "";
    CHECK(search.tried("host") == "host.a.test host.b.test host");
    CHECK(search.result.error == DNS_ERR_NODATA);
    search.known["host"] = address("192.0.2.2");
    CHECK(search.tried("host") == "host.a.test host.b.test host");
    CHECK(search.result.all() == "192.0.2.2");
}

TEST_CASE("domains_with_which_a_name_would_be_too_long_are_left_out") {
    Base base;
    Searching search(base);
    const std::string label(63, 'x');
    const std::string name = label + "." + label + "." + label;
    evdns_base_search_add(search.dns, (label + "." + label).c_str());
    search.domains({"a.test"});
    evdns_base_search_ndots_set(search.dns, 15);
    CHECK(search.tried(name.c_str()) == name + ".a.test " + name);
    evdns_base_search_clear(search.dns);
    evdns_base_search_add(search.dns, (label + "." + label).c_str());
    CHECK(search.tried(name.c_str()) == name);
}

TEST_CASE("what_is_no_domain_is_not_added_but_logged") {
    Base base;
    CapturedLog log;
    Searching search(base);
    for (const char* const none : {"", ".", "..", "a..b", "x\\"}) {
        const size_t before = log.lines().size();
        evdns_base_search_add(search.dns, none);
        CHECK(log.lines().size() == before + 1);
    }
    CHECK(search.tried("host") == "host");
}

TEST_CASE("a_request_keeps_the_list_with_which_it_began") {
    Base base;
    Searching search(base);
    search.domains({"a.test", "b.test"});
    Result result;
    ask(search.dns, "host", result);
    evdns_base_search_clear(search.dns);
    search.domains({"c.test"});
    evdns_base_search_ndots_set(search.dns, 0);
    REQUIRE(ends(base, result));
    REQUIRE(search.server.asked() == 3);
    CHECK(search.server.questions[1].text == "host.b.test");
    CHECK(search.server.questions[2].text == "host");
}

TEST_CASE("each_name_of_a_search_has_attempts_of_its_own") {
    Base base;
    Searching search(base);
    search.domains({"a.test", "b.test"});
    search.dns.set("attempts", "1");
    CHECK(search.tried("host") == "host.a.test host.b.test host");
    CHECK(search.result.error == DNS_ERR_NOTEXIST);
}

TEST_CASE("a_name_of_a_search_that_nobody_could_tell_of_is_not_taken_for_one_that_is_not_there") {
    Base base;
    Searching search(base);
    search.domains({"a.test"});
    search.server.on_question = [&](const Question& question) {
        const bool fails = question.text == "host.a.test";
        if (!fails && search.known.count(question.text))
            return search.server.send(question, answer(question, search.known[question.text]));
        search.server.send(question, answer(question, {{}, {start_of_authority(600, 600)}, {}},
                                            fails ? kServFail : kNxDomain));
    };
    CHECK(search.tried("host") == "host.a.test host");
    CHECK(search.result.error == DNS_ERR_SERVERFAILED);
    CHECK(search.result.ttl == 0);
    search.known["host"] = address("192.0.2.2");
    CHECK(search.tried("host") == "host.a.test host");
    CHECK(search.result.all() == "192.0.2.2");
}

TEST_CASE("a_search_without_a_result_is_believed_no_longer_than_any_of_its_names") {
    Base base;
    Searching search(base);
    search.domains({"a.test"});
    for (const unsigned least : {7u, 0u}) {
        for (const char* const name : {"host.a.test", "host"}) {
            for (const unsigned code : {0u, unsigned{kNxDomain}}) {
                search.server.on_question = [&](const Question& question) {
                    const unsigned ttl = question.text == name ? least : 600;
                    Sections sections;
                    if (ttl)
                        sections.authority.push_back(start_of_authority(ttl, ttl));
                    search.server.send(question, answer(question, sections, code));
                };
                CHECK(search.tried("host") == "host.a.test host");
                CHECK(search.result.error == (code ? DNS_ERR_NOTEXIST : DNS_ERR_NODATA));
                CHECK(search.result.ttl == static_cast<int>(least));
            }
        }
    }
}

TEST_CASE("requests_of_a_search_may_be_cancelled_and_freed_between_two_names") {
    Base base;
    for (const bool cancel : {true, false}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        evdns_base_search_add(dns, "a.test");
        Result result;
        evdns_request* const request = ask(dns, "host", result);
        REQUIRE(sees(base, server));
        server.send(server.last(), answer(server.last(), "", kNxDomain));
        REQUIRE(sees(base, server, 2));
        CHECK(server.last().text == "host");
        if (cancel) {
            evdns_cancel_request(dns, request);
            REQUIRE(ends(base, result));
            CHECK(result.error == DNS_ERR_CANCEL);
        } else {
            dns.free();
            settle(base);
            CHECK(result.calls == 0);
        }
    }
}
