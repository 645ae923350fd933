// SPDX-License-Identifier: BSD-3-Clause
// The end of a resolver: with requests in every state, in every callback, and that of the loop
// behind it.
#include "dns_support.h"

using namespace evlet_test;

namespace {

const char kAddress[] = "192.0.2.1";

void told_list(int error, evutil_addrinfo* list, void* argument) {
    if (list)
        evutil_freeaddrinfo(list);
    auto& result = *static_cast<Result*>(argument);
    ++result.calls;
    result.error = error;
    const auto body = result.body;
    if (body)
        body();
}

evdns_getaddrinfo_request* look_up(evdns_base* dns, Result& result) {
    return evdns_getaddrinfo(dns, "list.example", nullptr, nullptr, told_list, &result);
}

// Requests in every state at once: over TCP and UDP, waiting, cancelled and not yet told, of a
// lookup.
struct EveryState {
    explicit EveryState(event_base* event_loop)
        : base(event_loop), server(base), dns(base, server) {
        dns.set("max-inflight", "4");
        ask(dns, "stream.example", results[0], DNS_QUERY_USEVC);
        ask(dns, "packet.example", results[1]);
        REQUIRE(look_up(dns, results[2]));
        ask(dns, "waiting.example", results[3]);
        ask(dns, "cancelled.example", results[4]);
        REQUIRE(sees(base, server, 4));
        evdns_cancel_request(dns, results[4].request);
    }
    [[nodiscard]] int calls() const {
        int sum = 0;
        for (const Result& result : results)
            sum += result.calls;
        return sum;
    }
    event_base* base;
    FakeNameserver server;
    Resolver dns;
    Result results[5];
};

}  // namespace

TEST_CASE("freed_with_requests_in_every_state_nobody_hears_of_them") {
    Base base;
    EveryState state(base);
    state.dns.free(false);
    CHECK(state.calls() == 0);
    settle(base);
    CHECK(state.calls() == 0);
}

TEST_CASE("freed_with_requests_in_every_state_all_are_told_from_the_loop") {
    Base base;
    EveryState state(base);
    state.dns.free(true);
    CHECK(state.calls() == 0);
    REQUIRE(run_until(base, [&] { return state.calls() == 5; }));
    settle(base);
    for (const Result& result : state.results)
        CHECK(result.calls == 1);
    CHECK(state.results[0].error == DNS_ERR_SHUTDOWN);
    CHECK(state.results[1].error == DNS_ERR_SHUTDOWN);
    CHECK(state.results[2].error == EVUTIL_EAI_CANCEL);
    CHECK(state.results[3].error == DNS_ERR_SHUTDOWN);
    CHECK(state.results[4].error == DNS_ERR_CANCEL);
}

TEST_CASE("freed_before_anything_was_asked") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        Result results[3];
        ask(dns, "host.example", results[0]);
        ask(dns, "host.example", results[1], DNS_QUERY_USEVC);
        REQUIRE(look_up(dns, results[2]));
        dns.free(fail_requests);
        settle(base);
        for (const Result& result : results)
            CHECK(result.calls == fail_requests);
        CHECK(server.asked() == 0);
    }
}

TEST_CASE("freed_while_suspended") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        EveryState state(base);
        evdns_base_clear_nameservers_and_suspend(state.dns);
        state.dns.free(fail_requests);
        settle(base);
        CHECK(state.calls() == (fail_requests ? 5 : 0));
    }
}

TEST_CASE("freed_in_the_callback_of_a_request_others_are_told_or_not") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        for (const bool over_tcp : {false, true}) {
            EveryState state(base);
            Result& first = state.results[over_tcp ? 0 : 1];
            first.body = [&] { state.dns.free(fail_requests); };
            for (const Question& question : state.server.questions) {
                if (question.text == (over_tcp ? "stream.example" : "packet.example"))
                    state.server.send(question, answer(question, address(kAddress)));
            }
            REQUIRE(ends(base, first));
            settle(base);
            CHECK(first.error == DNS_ERR_NONE);
            CHECK(first.calls == 1);
            // The cancelled one was told before.
            CHECK(state.calls() == (fail_requests ? 5 : 2));
        }
    }
}

TEST_CASE("freed_in_the_callback_of_a_cancelled_request") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        EveryState state(base);
        state.results[4].body = [&] { state.dns.free(fail_requests); };
        REQUIRE(ends(base, state.results[4]));
        settle(base);
        CHECK(state.calls() == (fail_requests ? 5 : 1));
    }
}

TEST_CASE("freed_in_the_callback_of_a_timeout") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        dns.set("timeout", "0.02");
        dns.set("attempts", "1");
        dns.set("max-timeouts", "0");
        Result first, second;
        first.body = [&] { dns.free(fail_requests); };
        ask(dns, "host.example", first);
        REQUIRE(run_until(base, [&] { return server.asked() > 0 || first.calls; }));
        if (first.calls == 0) {
            dns.set("timeout", "60");
            ask(dns, "host.example", second);
        }
        REQUIRE(ends(base, first));
        settle(base);
        CHECK(second.calls <= int{fail_requests});
    }
}

TEST_CASE("freed_in_the_callback_of_a_failure_at_once") {
    Base base;
    Resolver dns(base);
    Result results[3];
    results[0].body = [&] { dns.free(true); };
    ask(dns, "a.example", results[0]);
    ask(dns, "b.example", results[1]);
    REQUIRE(look_up(dns, results[2]));
    REQUIRE(ends(base, results[0]));
    settle(base);
    // All had failed already.
    CHECK(results[0].calls == 1);
    CHECK(results[1].error == DNS_ERR_SERVERFAILED);
    CHECK(results[2].calls == 1);
}

TEST_CASE("freed_in_the_first_of_two_callbacks_the_second_is_not_called") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        FakeNameserver server(base);
        server.on_question = [&](const Question& question) {
            server.send(question,
                        answer(question, Sections{{alias("b.example"),
                                                   address(kAddress, 1, wire("b.example"))}}));
        };
        Resolver dns(base, server);
        Result result;
        result.body = [&] { dns.free(fail_requests); };
        ask(dns, "a.example", result, DNS_CNAME_CALLBACK);
        REQUIRE(ends(base, result));
        settle(base);
        CHECK(result.calls == 1);
    }
}

TEST_CASE("freed_in_the_callback_of_getaddrinfo") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        FakeNameserver server(base);
        server.on_question = [&](const Question& question) {
            server.send(question,
                        answer(question, question.type == kTypeA ? address(kAddress) : ""));
        };
        Resolver dns(base, server);
        Result first, second;
        first.body = [&] { dns.free(fail_requests); };
        REQUIRE(look_up(dns, first));
        ask(dns, "other.example", second);
        REQUIRE(ends(base, first));
        settle(base);
        CHECK(first.error == 0);
        CHECK(second.calls <= 1);
        // Inside the function, too.
        Resolver numeric(base);
        Result third;
        third.body = [&] { numeric.free(fail_requests); };
        CHECK(evdns_getaddrinfo(numeric, "192.0.2.9", nullptr, nullptr, told_list, &third) ==
              nullptr);
        CHECK(third.calls == 1);
    }
}

TEST_CASE("freed_while_a_nameserver_is_being_tried") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        dns.set("timeout", "0.02");
        dns.set("attempts", "1");
        dns.set("max-timeouts", "0");
        dns.set("initial-probe-timeout", "0.02");
        CHECK(resolve(base, dns, "host.example").error == DNS_ERR_TIMEOUT);
        dns.set("timeout", "60");
        REQUIRE(sees(base, server, 2));
        CHECK(server.last().type == kTypeNs);
        dns.free(fail_requests);
        settle(base);
    }
}

TEST_CASE("the_loop_may_be_freed_behind_it_before_anybody_is_told") {
    for (const bool fail_requests : {false, true}) {
        Base base;
        Result results[2];
        {
            FakeNameserver server(base);
            Resolver dns(base, server);
            ask(dns, "packet.example", results[0]);
            REQUIRE(look_up(dns, results[1]));
            REQUIRE(sees(base, server, 3));
            dns.free(fail_requests);
        }
        base.free();
        for (const Result& result : results)
            CHECK(result.calls == 0);
    }
}

TEST_CASE("freeing_nothing_is_nothing") {
    evdns_base_free(nullptr, 0);
    evdns_base_free(nullptr, 1);
    CHECK(evdns_base_new(nullptr, 0) == nullptr);
}
