// SPDX-License-Identifier: BSD-3-Clause
// Questions over TCP: when, over which connection, and what a peer may do to it.
#include "dns_support.h"

using namespace evlet_test;

namespace {

const char kAddress[] = "192.0.2.1";

void reply(FakeNameserver& server, const Question& question) {
    server.send(question, answer(question, address(kAddress)));
}

// Answers over UDP are cut off.
void cut_off(FakeNameserver& server, const std::string& records = "") {
    server.on_question = [&server, records](const Question& question) {
        if (question.over_tcp())
            reply(server, question);
        else
            server.send(question, answer(question, records, kCutOff));
    };
}

std::string framed(const std::string& packet) {
    return u16(static_cast<unsigned>(packet.size())) + packet;
}

Sections many_addresses(unsigned count) {
    Sections sections;
    for (unsigned i = 0; i < count; ++i)
        sections.answers.push_back(
            address("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)));
    return sections;
}

}  // namespace

TEST_CASE("what_was_cut_off_is_asked_for_over_tcp") {
    Base base;
    FakeNameserver server(base);
    cut_off(server, address("192.0.2.66"));
    Resolver dns(base, server);
    dns.set("attempts", "1");
    const Result result = resolve(base, dns, "host.example");
    CHECK(result.all() == kAddress);
    REQUIRE(server.asked() == 2);
    CHECK_FALSE(server.questions[0].over_tcp());
    CHECK(server.questions[1].over_tcp());
    CHECK(server.questions[1].name == server.questions[0].name);
    CHECK(server.questions[1].id != server.questions[0].id);
}

TEST_CASE("who_has_cut_off_is_asked_over_tcp_and_not_another") {
    Base base;
    FakeNameserver first(base);
    FakeNameserver second(base);
    cut_off(first);
    cut_off(second);
    Resolver dns(base, first);
    dns.add(second);
    CHECK(resolve(base, dns, "host.example").all() == kAddress);
    CHECK(first.asked() == 2);
    CHECK(second.asked() == 0);
}

TEST_CASE("what_was_cut_off_is_taken_as_it_is_on_request") {
    Base base;
    for (const int way : {0, 1, 2}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        if (way == 1)
            dns.set("ignore-tc", "");
        if (way == 2)
            dns.set("tcp-flags", "4");
        const int flags = way == 0 ? DNS_QUERY_IGNTC : 0;
        cut_off(server, address("192.0.2.7"));
        CHECK(resolve(base, dns, "host.example", flags).all() == "192.0.2.7");
        cut_off(server);
        CHECK(resolve(base, dns, "host.example", flags).error == DNS_ERR_TRUNCATED);
        CHECK(server.connections.empty());
    }
}

TEST_CASE("what_was_cut_off_within_a_record_is_taken_up_to_there_on_request") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    const std::string last = address("192.0.2.8");
    for (size_t size = 0; size < last.size(); ++size) {
        server.on_question = [&](const Question& question) {
            const std::string whole =
                answer(question, {{address("192.0.2.7"), last}, {}, {}}, kCutOff);
            server.send(question, whole.substr(0, whole.size() - last.size() + size));
        };
        CHECK(resolve(base, dns, "host.example", DNS_QUERY_IGNTC).all() == "192.0.2.7");
    }
}

TEST_CASE("with_use_vc_nothing_is_asked_over_udp") {
    Base base;
    for (const int way : {0, 1, 2}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        if (way == 1)
            dns.set("use-vc", "");
        if (way == 2)
            dns.set("tcp-flags", "2");
        server.on_question = [&](const Question& question) { reply(server, question); };
        const Result result = resolve(base, dns, "host.example", way == 0 ? DNS_QUERY_USEVC : 0);
        CHECK(result.all() == kAddress);
        REQUIRE(server.asked() == 1);
        CHECK(server.last().over_tcp());
    }
}

TEST_CASE("one_connection_serves_for_all_and_answers_come_in_any_order") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result results[8];
    for (Result& result : results)
        ask(dns, "host.example", result, DNS_QUERY_USEVC);
    REQUIRE(sees(base, server, 8));
    for (unsigned i = 0; i < 8; ++i) {
        const Question& question = server.questions[7 - i];
        server.send(question, answer(question, address("192.0.2." + std::to_string(7 - i))));
    }
    for (int i = 0; i < 8; ++i) {
        REQUIRE(ends(base, results[i]));
        CHECK(results[i].all() == "192.0.2." + std::to_string(i));
    }
    server.on_question = [&](const Question& question) { reply(server, question); };
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
    CHECK(server.connections.size() == 1);
}

TEST_CASE("an_answer_may_come_in_pieces_of_any_size") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result result;
    ask(dns, "host.example", result, DNS_QUERY_USEVC);
    REQUIRE(sees(base, server));
    const std::string bytes = framed(answer(server.last(), address(kAddress)));
    for (const char byte : bytes) {
        CHECK(result.calls == 0);
        server.send_stream(0, std::string(1, byte));
        settle(base);
    }
    REQUIRE(ends(base, result));
    CHECK(result.all() == kAddress);
}

TEST_CASE("several_answers_may_come_in_one_piece_and_a_part_of_the_next") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result results[3];
    for (Result& result : results)
        ask(dns, "host.example", result, DNS_QUERY_USEVC);
    REQUIRE(sees(base, server, 3));
    std::string bytes;
    for (const Question& question : server.questions)
        bytes += framed(answer(question, address(kAddress)));
    server.send_stream(0, bytes.substr(0, bytes.size() - 3));
    REQUIRE(ends(base, results[1]));
    settle(base);
    CHECK(results[0].calls == 1);
    CHECK(results[2].calls == 0);
    server.send_stream(0, bytes.substr(bytes.size() - 3));
    REQUIRE(ends(base, results[2]));
    CHECK(results[2].all() == kAddress);
}

TEST_CASE("messages_that_are_no_answers_are_passed_over") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result result;
    ask(dns, "host.example", result, DNS_QUERY_USEVC);
    REQUIRE(sees(base, server));
    std::string other = answer(server.last(), address("192.0.2.66"));
    other[0] = static_cast<char>(other[0] ^ 1);
    server.send_stream(0, framed("") + framed("x") + framed(other) +
                              framed(std::string(65535, 'y')).substr(0, 30000));
    settle(base);
    CHECK(result.calls == 0);
    server.send_stream(0, framed(std::string(65535, 'y')).substr(30000) +
                              framed(answer(server.last(), address(kAddress))));
    REQUIRE(ends(base, result));
    CHECK(result.all() == kAddress);
    CHECK(server.connections.size() == 1);
}

TEST_CASE("answers_of_any_size_are_taken") {
    Base base;
    for (const unsigned count : {60u, 1000u, 4000u}) {
        FakeNameserver server(base);
        server.on_question = [&](const Question& question) {
            server.send(question, answer(question, many_addresses(count)));
        };
        Resolver dns(base, server);
        const Result result = resolve(base, dns, "host.example", DNS_QUERY_USEVC);
        REQUIRE(result.count == count);
        CHECK(result.data.back() == "10.0." + std::to_string((count - 1) / 256) + "." +
                                        std::to_string((count - 1) % 256));
    }
}

TEST_CASE("a_peer_that_closes_is_asked_again_over_a_new_connection") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result results[2];
    for (Result& result : results)
        ask(dns, "host.example", result, DNS_QUERY_USEVC);
    REQUIRE(sees(base, server, 2));
    reply(server, server.questions[0]);
    server.close(0);
    REQUIRE(sees(base, server, 3));
    CHECK(server.last().connection == 1);
    reply(server, server.last());
    for (Result& result : results) {
        REQUIRE(ends(base, result));
        CHECK(result.all() == kAddress);
    }
    CHECK(server.connections.size() == 2);
}

TEST_CASE("a_peer_that_always_closes_is_asked_as_often_as_there_are_attempts") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("attempts", "4");
    server.on_question = [&](const Question& question) { server.close(question.connection); };
    const Result result = resolve(base, dns, "host.example", DNS_QUERY_USEVC);
    CHECK(result.error == DNS_ERR_TIMEOUT);
    CHECK(server.connections.size() == 4);
}

TEST_CASE("a_peer_that_closes_within_an_answer_has_not_answered") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("attempts", "1");
    server.on_question = [&](const Question& question) {
        const std::string bytes = framed(answer(question, address(kAddress)));
        server.send_stream(question.connection, bytes.substr(0, bytes.size() - 1));
        server.close(question.connection);
    };
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).error == DNS_ERR_TIMEOUT);
}

TEST_CASE("a_peer_that_says_nothing_is_asked_again_until_attempts_are_over") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("timeout", "0.05");
    const Result result = resolve(base, dns, "host.example", DNS_QUERY_USEVC);
    CHECK(result.error == DNS_ERR_TIMEOUT);
    CHECK(sees(base, server, 3));
}

TEST_CASE("where_nobody_listens_over_tcp_the_request_ends_or_another_is_asked") {
    Base base;
    FakeNameserver first(base);
    FakeNameserver second(base);
    cut_off(first);
    cut_off(second);
    first.stop_tcp();
    Resolver dns(base, first);
    CHECK(resolve(base, dns, "host.example").error == DNS_ERR_TIMEOUT);
    dns.add(second);
    CHECK(resolve(base, dns, "host.example").all() == kAddress);
}

TEST_CASE("a_connection_on_which_nothing_happens_is_closed_and_made_anew_when_needed") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("tcp-idle-timeout", "0.2");
    dns.set("attempts", "255");
    server.on_question = [&](const Question& question) { reply(server, question); };
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
    REQUIRE(run_until(base, [&] { return server.connections.back()->ended; }));
    const size_t before = server.connections.size();
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
    CHECK(server.connections.size() > before);
}

TEST_CASE("a_connection_with_a_question_that_is_open_is_not_idle") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("tcp-idle-timeout", "0.02");
    dns.set("attempts", "1");
    Result result;
    ask(dns, "host.example", result, DNS_QUERY_USEVC);
    REQUIRE(sees(base, server));
    TestEvent later(base, -1, 0, [&](short) { reply(server, server.last()); });
    later.add(milliseconds(200));
    REQUIRE(ends(base, result));
    CHECK(result.all() == kAddress);
    REQUIRE(run_until(base, [&] { return server.connections.back()->ended; }));
    CHECK(server.connections.size() == 1);
}

TEST_CASE("a_connection_over_which_no_answer_comes_is_made_anew") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("timeout", "0.2");
    dns.set("attempts", "255");
    dns.set("max-timeouts", "255");
    server.on_question = [&](const Question& question) {
        if (question.connection > 0)
            reply(server, question);
    };
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
}

TEST_CASE("a_peer_that_closes_an_idle_connection_is_asked_over_another") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    server.on_question = [&](const Question& question) { reply(server, question); };
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
    server.close(0);
    settle(base);
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
    CHECK(server.connections.size() == 2);
}

TEST_CASE("an_answer_over_tcp_that_says_it_was_cut_off_is_taken_as_it_is") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    server.on_question = [&](const Question& question) {
        server.send(question, answer(question, address(kAddress), kCutOff));
    };
    CHECK(resolve(base, dns, "host.example", DNS_QUERY_USEVC).all() == kAddress);
    CHECK(server.asked() == 1);
}

TEST_CASE("a_resolver_may_be_freed_while_a_peer_closes_with_questions_open") {
    Base base;
    for (const bool fail_requests : {false, true}) {
        FakeNameserver server(base);
        Resolver dns(base, server);
        dns.set("attempts", "1");
        Result results[4];
        for (Result& result : results) {
            ask(dns, "host.example", result, DNS_QUERY_USEVC);
            result.body = [&] { dns.free(fail_requests); };
        }
        REQUIRE(sees(base, server, 4));
        server.close(0);
        REQUIRE(run_until(base, [&] { return !dns.operator evdns_base*(); }));
        settle(base);
        // All were over before the first was told.
        for (const Result& result : results)
            CHECK(result.calls == (fail_requests || &result == &results[0]));
    }
}

// ---- EDNS ----

TEST_CASE("edns_tells_the_size_that_is_taken") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result results[2];
    dns.set("edns-udp-size", "1232");
    ask(dns, "host.example", results[0]);
    REQUIRE(sees(base, server));
    CHECK(server.last().edns_size == 1232);
    dns.set("edns-udp-size", "512");
    ask(dns, "host.example", results[1]);
    REQUIRE(sees(base, server, 2));
    CHECK(server.last().edns_size == 0);
}

TEST_CASE("a_larger_size_counts_for_nameservers_that_are_there_already") {
    Base base;
    FakeNameserver server(base);
    server.on_question = [&](const Question& question) {
        server.send(question, answer(question, many_addresses(200)));
    };
    Resolver dns(base, server);
    dns.set("edns-udp-size", "4096");
    const Result result = resolve(base, dns, "host.example");
    CHECK(server.last().edns_size == 4096);
    CHECK(result.error == DNS_ERR_NONE);
    CHECK(result.count == 200);
}

TEST_CASE("who_does_not_know_edns_is_asked_without_it") {
    Base base;
    for (const bool with_question : {true, false}) {
        FakeNameserver server(base);
        FakeNameserver other(base);
        server.on_question = [&](const Question& question) {
            if (question.edns_size == 0)
                reply(server, question);
            else if (with_question)
                server.send(question, answer(question, "", kFormErr));
            else
                server.send(question, header(question.id, kAnswerBit | kFormErr, 0, 0));
        };
        Resolver dns(base, server);
        dns.add(other);
        dns.set("edns-udp-size", "1232");
        dns.set("attempts", "1");
        CHECK(resolve(base, dns, "host.example").all() == kAddress);
        CHECK(server.asked() == 2);
        CHECK(other.asked() == 0);
    }
}

TEST_CASE("who_cannot_read_a_question_without_edns_is_not_asked_again") {
    Base base;
    FakeNameserver server(base);
    server.on_question = [&](const Question& question) {
        server.send(question, answer(question, "", kFormErr));
    };
    Resolver dns(base, server);
    CHECK(resolve(base, dns, "host.example").error == DNS_ERR_FORMAT);
    CHECK(server.asked() == 1);
}
