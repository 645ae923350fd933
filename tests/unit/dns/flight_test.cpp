// SPDX-License-Identifier: BSD-3-Clause
// Requests on their way: how many at a time, cancelled, without nameservers for a while.
#include "dns_support.h"

using namespace evlet_test;

namespace {

const char kAddress[] = "192.0.2.1";

void reply(FakeNameserver& server, const Question& question) {
    server.send(question, answer(question, address(kAddress)));
}

}  // namespace

TEST_CASE("no_more_than_max_inflight_are_asked_and_others_wait_for_their_turn") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("max-inflight", "2");
    Result results[5];
    const char* const names[5] = {"a.example", "b.example", "c.example", "d.example", "e.example"};
    for (int i = 0; i < 5; ++i)
        ask(dns, names[i], results[i]);
    for (size_t i = 0; i < 5; ++i) {
        const size_t expected = std::min<size_t>(5, i + 2);
        REQUIRE(sees(base, server, expected));
        settle(base);
        REQUIRE(server.asked() == expected);
        CHECK(server.questions[i].text == names[i]);
        reply(server, server.questions[i]);
        REQUIRE(ends(base, results[i]));
        CHECK(results[i].all() == kAddress);
    }
    CHECK(server.asked() == 5);
}

TEST_CASE("max_inflight_may_be_changed_while_requests_are_in_flight") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    std::vector<Result> results(100);
    dns.set("max-inflight", "10");
    for (Result& result : results)
        ask(dns, "host.example", result);
    REQUIRE(sees(base, server, 10));
    dns.set("max-inflight", "1000");
    reply(server, server.last());
    REQUIRE(sees(base, server, 100));
    dns.set("max-inflight", "1");
    for (size_t i = 0; i < 100; ++i) {
        if (i != 9)
            reply(server, server.questions[i]);
    }
    REQUIRE(run_until(base, [&] {
        return std::all_of(results.begin(), results.end(),
                           [](const Result& result) { return result.calls == 1; });
    }));
    for (const Result& result : results)
        CHECK(result.all() == kAddress);
}

TEST_CASE("a_request_that_waits_may_be_cancelled_and_is_never_asked") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("max-inflight", "1");
    Result first, second, third;
    ask(dns, "a.example", first);
    ask(dns, "b.example", second);
    ask(dns, "c.example", third);
    evdns_cancel_request(dns, second.request);
    CHECK(second.calls == 0);
    REQUIRE(ends(base, second));
    CHECK(second.error == DNS_ERR_CANCEL);
    REQUIRE(sees(base, server));
    reply(server, server.last());
    REQUIRE(sees(base, server, 2));
    CHECK(server.last().text == "c.example");
    reply(server, server.last());
    REQUIRE(ends(base, third));
    CHECK(third.all() == kAddress);
    settle(base);
    CHECK(second.calls == 1);
}

TEST_CASE("a_request_in_flight_may_be_cancelled_and_its_answer_is_nobodys") {
    Base base;
    for (const int flags : {0, DNS_QUERY_USEVC}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        Result first, second;
        ask(dns, "a.example", first, flags);
        REQUIRE(sees(base, server));
        evdns_cancel_request(nullptr, first.request);
        CHECK(first.calls == 0);
        REQUIRE(ends(base, first));
        CHECK(first.error == DNS_ERR_CANCEL);
        reply(server, server.last());
        ask(dns, "b.example", second, flags);
        REQUIRE(sees(base, server, 2));
        reply(server, server.last());
        REQUIRE(ends(base, second));
        CHECK(second.all() == kAddress);
        CHECK(first.calls == 1);
    }
}

TEST_CASE("a_request_may_be_cancelled_twice_and_in_its_callback") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result result;
    evdns_request* const request = ask(dns, "a.example", result);
    result.body = [&] { evdns_cancel_request(dns, request); };
    REQUIRE(sees(base, server));
    evdns_cancel_request(dns, request);
    evdns_cancel_request(dns, request);
    REQUIRE(ends(base, result));
    settle(base);
    CHECK(result.calls == 1);
    CHECK(result.error == DNS_ERR_CANCEL);
}

TEST_CASE("a_request_that_is_over_keeps_its_answer_when_it_is_cancelled") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result first, second;
    ask(dns, "a.example", first);
    ask(dns, "b.example", second);
    REQUIRE(sees(base, server, 2));
    // Both are over before either is told.
    first.body = [&] { evdns_cancel_request(dns, second.request); };
    reply(server, server.questions[0]);
    reply(server, server.questions[1]);
    REQUIRE(ends(base, second));
    CHECK(first.error == DNS_ERR_NONE);
    CHECK(second.error == DNS_ERR_NONE);
    CHECK(second.calls == 1);
}

TEST_CASE("a_callback_may_cancel_others_and_make_new_requests") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("max-inflight", "2");
    Result first, flying, waiting, next;
    ask(dns, "a.example", first);
    ask(dns, "b.example", flying);
    ask(dns, "c.example", waiting);
    REQUIRE(sees(base, server, 2));
    first.body = [&] {
        evdns_cancel_request(dns, flying.request);
        evdns_cancel_request(dns, waiting.request);
        ask(dns, "d.example", next);
        CHECK(flying.calls + waiting.calls + next.calls == 0);
    };
    reply(server, server.questions[0]);
    REQUIRE(ends(base, flying));
    REQUIRE(ends(base, waiting));
    CHECK(flying.error == DNS_ERR_CANCEL);
    CHECK(waiting.error == DNS_ERR_CANCEL);
    REQUIRE(run_until(base, [&] { return server.last().text == "d.example"; }));
    reply(server, server.last());
    REQUIRE(ends(base, next));
    CHECK(next.all() == kAddress);
}

TEST_CASE("without_nameservers_for_a_while_requests_wait_and_are_asked_of_the_new_ones") {
    Base base;
    for (const int flags : {0, DNS_QUERY_USEVC}) {
        FakeNameserver old(base);
        FakeNameserver fresh(base);
        Resolver dns(base, old);
        dns.set("max-inflight", "1");
        Result flying, waiting, later;
        ask(dns, "a.example", flying, flags);
        ask(dns, "b.example", waiting, flags);
        REQUIRE(sees(base, old));
        REQUIRE(evdns_base_clear_nameservers_and_suspend(dns) == 0);
        CHECK(evdns_base_count_nameservers(dns) == 0);
        ask(dns, "c.example", later, flags);
        dns.add(fresh);
        settle(base);
        CHECK(fresh.asked() == 0);
        CHECK(flying.calls + waiting.calls + later.calls == 0);
        fresh.on_question = [&](const Question& question) { reply(fresh, question); };
        REQUIRE(evdns_base_resume(dns) == 0);
        for (const Result* const result : {&flying, &waiting, &later}) {
            REQUIRE(ends(base, *result));
            CHECK(result->all() == kAddress);
        }
        CHECK(old.asked() == 1);
        CHECK(fresh.asked() == 3);
    }
}

TEST_CASE("requests_that_wait_for_nameservers_may_be_cancelled") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result flying, later;
    ask(dns, "a.example", flying);
    REQUIRE(sees(base, server));
    evdns_base_clear_nameservers_and_suspend(dns);
    ask(dns, "b.example", later);
    evdns_cancel_request(dns, flying.request);
    evdns_cancel_request(dns, later.request);
    REQUIRE(ends(base, flying));
    REQUIRE(ends(base, later));
    CHECK(flying.error == DNS_ERR_CANCEL);
    CHECK(later.error == DNS_ERR_CANCEL);
}

TEST_CASE("resumed_without_nameservers_requests_fail") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result result;
    ask(dns, "a.example", result);
    REQUIRE(sees(base, server));
    evdns_base_clear_nameservers_and_suspend(dns);
    evdns_base_resume(dns);
    REQUIRE(ends(base, result));
    CHECK(result.error == DNS_ERR_SERVERFAILED);
}

TEST_CASE("nameservers_may_be_cleared_in_a_callback") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result first, second;
    first.body = [&] {
        evdns_base_clear_nameservers_and_suspend(dns);
        dns.add(server);
        evdns_base_resume(dns);
    };
    ask(dns, "a.example", first);
    ask(dns, "b.example", second);
    REQUIRE(sees(base, server, 2));
    reply(server, server.questions[0]);
    REQUIRE(ends(base, first));
    REQUIRE(sees(base, server, 3));
    CHECK(server.last().text == "b.example");
    reply(server, server.last());
    REQUIRE(ends(base, second));
    CHECK(second.all() == kAddress);
}

TEST_CASE("options_are_checked_and_a_value_that_is_none_changes_nothing") {
    Base base;
    Resolver dns(base);
    const std::pair<const char*, std::vector<const char*>> good[] = {
        {"ndots", {"0", "15"}},
        {"timeout", {"0.001", "3600", "2.5", "1.000000001"}},
        {"attempts:", {"1", "255"}},
        {"ATTEMPTS", {"3"}},
        {"max-timeouts", {"0", "255"}},
        {"max-inflight", {"1", "32768"}},
        {"rotate", {""}},
        {"randomize-case", {"0", "1"}},
        {"bind-to", {"127.0.0.1", "[::1]:7"}},
        {"initial-probe-timeout", {"0.001", "3600"}},
        {"probe-backoff-factor", {"1", "100"}},
        {"max-probe-timeout", {"86400"}},
        {"getaddrinfo-allow-skew", {"0", "3"}},
        {"so-rcvbuf", {"10000"}},
        {"so-sndbuf", {"10000"}},
        {"edns-udp-size", {"512", "65535"}},
        {"use-vc", {""}},
        {"ignore-tc:", {""}},
        {"tcp-flags", {"0", "6"}},
        {"tcp-idle-timeout", {"86400"}},
    };
    for (const auto& option : good)
        for (const char* const value : option.second)
            CHECK_MESSAGE(evdns_base_set_option(dns, option.first, value) == 0, option.first);
    CHECK(evdns_base_set_option(dns, "rotate", nullptr) == 0);
    const std::pair<const char*, std::vector<const char*>> bad[] = {
        {"", {"1"}},
        {"nothing", {"1"}},
        {":", {"1"}},
        {"ndots", {"16", "-1", "", "x"}},
        {"timeout",
         {"0", "0.0001", "3601", "-1", "", "1.", "x", "1e3", "99999999999", "1.0000000001"}},
        {"attempts", {"0", "256", "1.5", " 1"}},
        {"max-timeouts", {"256", "-1"}},
        {"max-inflight", {"0", "32769", "4294967297"}},
        {"randomize-case", {"2"}},
        {"bind-to", {"", "host"}},
        {"edns-udp-size", {"511", "65536"}},
        {"tcp-flags", {"1", "8"}},
    };
    for (const auto& option : bad)
        for (const char* const value : option.second)
            CHECK_MESSAGE(evdns_base_set_option(dns, option.first, value) == -1, value);
    CHECK(evdns_base_set_option(dns, "timeout", nullptr) == -1);
}

TEST_CASE("a_resolver_that_keeps_no_loop_running_lets_it_end_when_nothing_is_asked") {
    Base base;
    Resolver dns(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    // A nameserver that is not of this loop, lest it keeps it running.
    const Fd server(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const Address any(AF_INET);
    REQUIRE(bind(server, any.get(), any.size) == 0);
    const Address at = local_address(server);
    REQUIRE(evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) == 0);
    CHECK(event_base_dispatch(base) >= 0);
    for (int i = 0; i < 3; ++i) {
        Result result;
        ask(dns, "host.example", result);
        while (!is_ready(server, POLLIN, 0))
            pass(base);
        char bytes[512];
        Address from;
        const ssize_t got = recvfrom(server, bytes, sizeof bytes, 0, from.get(), &from.size);
        REQUIRE(got > 0);
        const Question question = parse_question(std::string(bytes, static_cast<size_t>(got)));
        const std::string packet = answer(question, address(kAddress));
        REQUIRE(sendto(server, packet.data(), packet.size(), 0, from.get(), from.size) > 0);
        const long long before = monotonic_us(base);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(result.all() == kAddress);
        // Not only when the question's 60 seconds are over.
        CHECK(monotonic_us(base) - before < 30000000);
    }
}

TEST_CASE("a_resolver_that_keeps_no_loop_running_closes_connections_when_nothing_is_asked") {
    Base base;
    Resolver dns(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    dns.set("tcp-idle-timeout", "60");
    const Peer server(Peer::listens, AF_INET);
    const Address& at = server.address();
    REQUIRE(evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) == 0);
    Result result;
    ask(dns, "host.example", result, DNS_QUERY_USEVC);
    while (!is_ready(server.fd(), POLLIN, 0))
        pass(base);
    Fd connection(::accept4(server.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    while (!is_ready(connection, POLLIN, 0))
        pass(base);
    const std::string text = receive_all(connection);
    const std::string packet = answer(parse_question(text.substr(2)), address(kAddress));
    const std::string message = u16(static_cast<unsigned>(packet.size())) + packet;
    REQUIRE(send_some(connection, message) == message.size());
    const long long before = monotonic_us(base);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(result.all() == kAddress);
    CHECK(monotonic_us(base) - before < 30000000);
    CHECK(at_end(connection));
}

TEST_CASE("a_nameserver_that_has_failed_keeps_no_loop_running_where_none_shall_be_kept") {
    Base base;
    Resolver dns(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    dns.set("timeout", "0.02");
    dns.set("attempts", "1");
    dns.set("max-timeouts", "0");
    dns.set("initial-probe-timeout", "60");
    const Fd server(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const Address any(AF_INET);
    REQUIRE(bind(server, any.get(), any.size) == 0);
    const Address at = local_address(server);
    REQUIRE(evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) == 0);
    Result result;
    ask(dns, "host.example", result);
    const long long before = monotonic_us(base);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(result.error == DNS_ERR_TIMEOUT);
    CHECK(monotonic_us(base) - before < 30000000);
}
