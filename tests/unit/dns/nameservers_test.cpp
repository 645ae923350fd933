// SPDX-License-Identifier: BSD-3-Clause
// Nameservers: which is asked, how often, and what becomes of one that does not answer.
#include "dns_support.h"

using namespace evlet_test;

namespace {

const char kAddress[] = "192.0.2.1";

// Answers everything, or what `code` says.
void serve(FakeNameserver& server, unsigned code = 0) {
    server.on_question = [&server, code](const Question& question) {
        server.send(question, answer(question, code ? "" : address(kAddress), code));
    };
}

size_t probes(const FakeNameserver& server) {
    return static_cast<size_t>(
        std::count_if(server.questions.begin(), server.questions.end(),
                      [](const Question& question) { return question.type == kTypeNs; }));
}

// How many were asked about names.
size_t asked(const FakeNameserver& server) {
    return server.asked() - probes(server);
}

// Two of them, the first of which does not listen.
struct Two {
    explicit Two(event_base* base) : first(base), second(base), dns(base, first) {
        dns.add(second);
        serve(first);
        serve(second);
    }
    FakeNameserver first, second;
    Resolver dns;
};

}  // namespace

TEST_CASE("a_question_without_an_answer_is_asked_again_until_attempts_are_over") {
    Base base;
    for (const char* const attempts : {"1", "2", "5"}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        dns.set("timeout", "0.02");
        dns.set("attempts", attempts);
        const Result result = resolve(base, dns, "host.example");
        CHECK(result.error == DNS_ERR_TIMEOUT);
        CHECK(result.count == 0);
        REQUIRE(sees(base, server, std::stoul(attempts)));
        settle(base);
        CHECK(asked(server) == std::stoul(attempts));
        for (const Question& question : server.questions)
            CHECK(question.name == server.last().name);
    }
}

TEST_CASE("an_answer_to_a_later_question_is_taken") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("timeout", "0.05");
    dns.set("attempts", "255");
    server.on_question = [&](const Question& question) {
        if (server.asked() >= 3)
            server.send(question, answer(question, address(kAddress)));
    };
    const Result result = resolve(base, dns, "host.example");
    CHECK(result.all() == kAddress);
    CHECK(server.asked() >= 3);
}

TEST_CASE("nameservers_are_asked_in_order_and_the_first_as_long_as_it_answers") {
    Base base;
    Two two(base);
    for (int i = 0; i < 6; ++i)
        CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
    CHECK(two.first.asked() == 6);
    CHECK(two.second.asked() == 0);
}

TEST_CASE("with_rotate_nameservers_are_asked_in_turn") {
    Base base;
    Two two(base);
    two.dns.set("rotate", "");
    for (int i = 0; i < 6; ++i)
        CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
    CHECK(two.first.asked() == 3);
    CHECK(two.second.asked() == 3);
}

TEST_CASE("the_next_nameserver_is_asked_when_no_answer_comes") {
    Base base;
    Two two(base);
    two.first.on_question = nullptr;
    two.dns.set("timeout", "0.2");
    two.dns.set("attempts", "255");
    CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
    CHECK(asked(two.first) >= 1);
    CHECK(asked(two.second) >= 1);
}

TEST_CASE("who_leaves_more_than_max_timeouts_unanswered_is_not_asked_any_more") {
    Base base;
    for (const int most : {0, 2}) {
        Two two(base);
        two.first.on_question = nullptr;
        two.dns.set("timeout", "0.2");
        two.dns.set("attempts", "255");
        two.dns.set("max-timeouts", std::to_string(most).c_str());
        for (int i = 0; i < most + 1; ++i)
            CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
        const size_t before = asked(two.first);
        CHECK(before >= static_cast<size_t>(most) + 1);
        for (int i = 0; i < 3; ++i)
            CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
        CHECK(asked(two.first) == before);
    }
}

TEST_CASE("an_answer_in_between_begins_the_count_of_timeouts_anew") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("timeout", "0.1");
    dns.set("attempts", "255");
    dns.set("max-timeouts", "2");
    dns.set("initial-probe-timeout", "0.001");
    // Every other question is lost.
    server.on_question = [&](const Question& question) {
        if (server.asked() % 2 == 0)
            server.send(question, answer(question, address(kAddress)));
    };
    for (int i = 0; i < 5; ++i)
        CHECK(resolve(base, dns, "host.example").all() == kAddress);
    CHECK(probes(server) == 0);
}

TEST_CASE("where_nobody_listens_the_next_nameserver_is_asked_at_once") {
    NEEDS(refused_datagrams);
    Base base;
    Two two(base);
    two.first.stop_udp();
    Result results[3];
    for (Result& result : results)
        ask(two.dns, "host.example", result);
    for (Result& result : results) {
        REQUIRE(ends(base, result));
        CHECK(result.all() == kAddress);
    }
    CHECK(asked(two.second) == 3);
    CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
}

TEST_CASE("a_nameserver_that_has_failed_is_tried_until_it_answers_and_asked_again_then") {
    NEEDS(refused_datagrams);
    Base base;
    Two two(base);
    two.dns.set("initial-probe-timeout", "0.02");
    two.dns.set("probe-backoff-factor", "1");
    two.first.stop_udp();
    CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
    CHECK(asked(two.second) == 1);
    // Any answer shows that it lives.
    two.first.start_udp();
    serve(two.first, kRefused);
    two.dns.set("timeout", "0.2");
    REQUIRE(run_until(base, [&] { return probes(two.first) > 0; }));
    const Question& probe = two.first.questions.front();
    CHECK(probe.type == kTypeNs);
    CHECK(probe.text.empty());
    serve(two.first);
    REQUIRE(run_until(base, [&] {
        return resolve(base, two.dns, "host.example").all() == kAddress && asked(two.first) > 0;
    }));
    // And is not tried any more.
    settle(base);
    const size_t before = probes(two.first);
    const size_t others = asked(two.second);
    for (int i = 0; i < 5; ++i)
        CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
    CHECK(probes(two.first) == before);
    CHECK(asked(two.second) == others);
}

TEST_CASE("trials_come_later_each_time_up_to_a_limit") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("timeout", "0.001");
    dns.set("attempts", "1");
    dns.set("max-timeouts", "0");
    dns.set("initial-probe-timeout", "0.02");
    dns.set("probe-backoff-factor", "4");
    dns.set("max-probe-timeout", "0.25");
    std::vector<long long> times;
    server.on_question = [&](const Question& question) {
        if (question.type == kTypeNs)
            times.push_back(monotonic_us(base));
    };
    CHECK(resolve(base, dns, "host.example").error == DNS_ERR_TIMEOUT);
    REQUIRE(run_until(base, [&] { return times.size() == 5; }));
    // 20, 80, 250, 250 and 250 ms; however slow the machine is, it is not less.
    CHECK(times[1] - times[0] > 40000);
    CHECK(times[2] - times[1] > 125000);
    CHECK(times[3] - times[2] > 125000);
    CHECK(probes(server) == 5);
}

TEST_CASE("the_only_nameserver_is_asked_though_it_has_failed") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("timeout", "0.1");
    dns.set("max-timeouts", "0");
    dns.set("attempts", "1");
    CHECK(resolve(base, dns, "host.example").error == DNS_ERR_TIMEOUT);
    dns.set("timeout", "60");
    serve(server);
    CHECK(resolve(base, dns, "host.example").all() == kAddress);
}

TEST_CASE("who_will_not_or_cannot_answer_is_passed_over") {
    Base base;
    for (const unsigned code :
         {unsigned{kServFail}, unsigned{kRefused}, unsigned{kNotImp}, unsigned{kFormErr}, 9u}) {
        CAPTURE(code);
        Two two(base);
        serve(two.first, code);
        const Result result = resolve(base, two.dns, "host.example");
        CHECK(result.all() == kAddress);
        CHECK(two.second.asked() == 1);
        // It lives, and is the first to be asked next time.
        const size_t before = two.first.asked();
        CHECK(resolve(base, two.dns, "other.example").all() == kAddress);
        CHECK(two.first.asked() > before);
    }
}

TEST_CASE("when_no_nameserver_will_answer_the_last_of_them_says_why") {
    Base base;
    Two two(base);
    serve(two.first, kServFail);
    serve(two.second, kRefused);
    const Result result = resolve(base, two.dns, "host.example");
    CHECK(result.error == DNS_ERR_REFUSED);
    CHECK(two.first.asked() == 1);
    CHECK(two.second.asked() == 1);
}

TEST_CASE("who_sends_a_broken_answer_is_passed_over") {
    Base base;
    Two two(base);
    two.first.on_question = [&](const Question& question) {
        two.first.send(question, answer(question, u8(77)));
    };
    CHECK(resolve(base, two.dns, "host.example").all() == kAddress);
}

TEST_CASE("that_there_is_no_such_name_is_believed_of_the_first") {
    Base base;
    Two two(base);
    serve(two.first, kNxDomain);
    CHECK(resolve(base, two.dns, "host.example").error == DNS_ERR_NOTEXIST);
    CHECK(two.second.asked() == 0);
}

TEST_CASE("nameservers_of_ipv6_are_asked_too") {
    if (!has_ipv6())
        return;
    Base base;
    FakeNameserver server(base, nullptr, AF_INET6);
    serve(server);
    Resolver dns(base);
    const std::string text = "[::1]:" + std::to_string(server.address().port());
    REQUIRE(evdns_base_nameserver_ip_add(dns, text.c_str()) == 0);
    CHECK(resolve(base, dns, "host.example").all() == kAddress);
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
}

TEST_CASE("a_shorter_timeout_counts_for_what_is_asked_from_then_on") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("attempts", "1");
    dns.set("timeout", "3600");
    Result first, second;
    ask(dns, "first.example", first);
    REQUIRE(sees(base, server));
    dns.set("timeout", "0.05");
    ask(dns, "second.example", second);
    REQUIRE(ends(base, second));
    CHECK(second.error == DNS_ERR_TIMEOUT);
    CHECK(first.calls == 0);
}

TEST_CASE("a_nameserver_that_cannot_be_reached_is_there_and_the_next_is_asked_at_once") {
    NEEDS(unreachable_networks);
    Base base;
    FakeNameserver server(base, [&](const Question& question) {
        server.send(question, answer(question, address("192.0.2.1")));
    });
    Resolver dns(base);
    // From loopback nothing leads there, as the system has it.
    dns.set("bind-to", "127.0.0.1");
    dns.set("attempts", "1");
    REQUIRE(evdns_base_nameserver_ip_add(dns, "192.0.2.53") == 0);
    CHECK(evdns_base_get_nameserver_fd(dns, 0) == -1);
    dns.add(server);
    CHECK(evdns_base_count_nameservers(dns) == 2);
    CHECK(resolve(base, dns, "host.example").all() == "192.0.2.1");
}
