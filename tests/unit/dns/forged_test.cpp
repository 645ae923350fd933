// SPDX-License-Identifier: BSD-3-Clause
// Answers that are not those that were asked for, and what makes it hard to forge one.
#include <set>

#include "dns_support.h"

using namespace evlet_test;

namespace {

const char kRight[] = "192.0.2.1";
const char kWrong[] = "192.0.2.66";

// The answer somebody else would like us to take, but for what `change` does to it.
std::string forged(const Question& question, const std::function<void(std::string&)>& change) {
    std::string packet = answer(question, address(kWrong));
    change(packet);
    return packet;
}

void flip(std::string& packet, size_t at, unsigned bits) {
    packet[at] = static_cast<char>(packet[at] ^ static_cast<char>(bits));
}

// Asks, sends what is wrong and then what is right, and tells what was taken.
std::string taken(const std::vector<std::function<void(std::string&)>>& changes,
                  const char* name = "host.example") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result result;
    ask(dns, name, result);
    REQUIRE(sees(base, server));
    for (const auto& change : changes) {
        server.send(server.last(), forged(server.last(), change));
        settle(base);
        CHECK(result.calls == 0);
    }
    server.send(server.last(), answer(server.last(), address(kRight)));
    REQUIRE(ends(base, result));
    CHECK(server.asked() == 1);
    return result.all();
}

}  // namespace

TEST_CASE("an_answer_with_another_id_is_not_taken") {
    CHECK(taken({[](std::string& packet) { flip(packet, 0, 1); },
                 [](std::string& packet) { flip(packet, 1, 1); },
                 [](std::string& packet) { flip(packet, 1, 0x80); }}) == kRight);
}

TEST_CASE("an_answer_to_another_question_is_not_taken") {
    const size_t type = 12 + wire("host.example").size();
    CHECK(taken({[](std::string& packet) { packet[14] = 'x'; },
                 [=](std::string& packet) { flip(packet, type + 1, 3); },
                 [=](std::string& packet) { flip(packet, type, 1); },
                 [=](std::string& packet) { flip(packet, type + 3, 2); },
                 // A longer name, and a shorter one.
                 [](std::string& packet) { packet.insert(12, u8(1) + "x"); },
                 [](std::string& packet) { packet.erase(12, 5); }}) == kRight);
}

TEST_CASE("an_answer_in_other_letters_is_not_taken") {
    CHECK(taken({[](std::string& packet) { flip(packet, 13, 0x20); },
                 [](std::string& packet) { flip(packet, 24, 0x20); }}) == kRight);
}

TEST_CASE("an_answer_in_other_letters_is_taken_where_case_is_not_mixed") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("randomize-case", "0");
    Result result;
    ask(dns, "Host.example", result);
    REQUIRE(sees(base, server));
    CHECK(server.last().name == wire("Host.example"));
    server.send(server.last(),
                forged(server.last(), [](std::string& packet) { flip(packet, 13, 0x20); }));
    REQUIRE(ends(base, result));
    CHECK(result.all() == kWrong);
}

TEST_CASE("what_is_no_answer_to_one_question_is_not_taken") {
    CHECK(taken({[](std::string& packet) { flip(packet, 2, 0x80); },  // a question
                 [](std::string& packet) { flip(packet, 2, 0x28); },  // another kind of request
                 [](std::string& packet) { packet[5] = 0; },          // no question
                 [](std::string& packet) { packet[5] = 2; },
                 [](std::string& packet) { packet[4] = 1; },
                 [](std::string& packet) {
                     packet[5] = 0;
                     packet.erase(12);
                 }}) == kRight);
}

TEST_CASE("a_packet_that_ends_before_its_question_is_not_taken") {
    std::vector<std::function<void(std::string&)>> changes;
    for (size_t size = 0; size < 12 + wire("host.example").size() + 4; ++size)
        changes.emplace_back([size](std::string& packet) { packet.resize(size); });
    CHECK(taken(changes) == kRight);
}

TEST_CASE("an_empty_datagram_is_no_end") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result result;
    ask(dns, "host.example", result);
    REQUIRE(sees(base, server));
    for (int i = 0; i < 5; ++i)
        server.send_packet(server.last().from, "");
    settle(base);
    CHECK(result.calls == 0);
    server.send(server.last(), answer(server.last(), address(kRight)));
    REQUIRE(ends(base, result));
    CHECK(result.all() == kRight);
    CHECK(server.asked() == 1);
}

TEST_CASE("an_answer_from_another_address_or_port_is_not_taken") {
    NEEDS(all_loopback);
    Base base;
    FakeNameserver server(base);
    FakeNameserver stranger(base);
    Resolver dns(base, server);
    Result result;
    ask(dns, "host.example", result);
    REQUIRE(sees(base, server));
    const std::string wrong = answer(server.last(), address(kWrong));
    stranger.send_packet(server.last().from, wrong);
    // The same port of another address of loopback.
    const Fd elsewhere(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    Address at(AF_INET, server.address().port());
    reinterpret_cast<sockaddr_in&>(at.storage).sin_addr.s_addr = htonl(0x7f000003);
    REQUIRE(bind(elsewhere, at.get(), at.size) == 0);
    const Address& to = server.last().from;
    CHECK(sendto(elsewhere, wrong.data(), wrong.size(), 0, to.get(), to.size) ==
          static_cast<ssize_t>(wrong.size()));
    settle(base);
    CHECK(result.calls == 0);
    server.send(server.last(), answer(server.last(), address(kRight)));
    REQUIRE(ends(base, result));
    CHECK(result.all() == kRight);
}

TEST_CASE("a_nameserver_does_not_answer_what_another_was_asked") {
    Base base;
    FakeNameserver first(base);
    FakeNameserver second(base);
    Resolver dns(base, first);
    dns.add(second);
    Result result;
    ask(dns, "host.example", result);
    REQUIRE(sees(base, first));
    second.send_packet(local_address(evdns_base_get_nameserver_fd(dns, 1)),
                       answer(first.last(), address(kWrong)));
    settle(base);
    CHECK(result.calls == 0);
    first.send(first.last(), answer(first.last(), address(kRight)));
    REQUIRE(ends(base, result));
    CHECK(result.all() == kRight);
}

TEST_CASE("an_answer_comes_the_way_that_was_asked") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    Result packets, stream;
    ask(dns, "packets.example", packets);
    REQUIRE(sees(base, server));
    ask(dns, "stream.example", stream, DNS_QUERY_USEVC);
    REQUIRE(sees(base, server, 2));
    const Question by_packet = server.questions[0];
    const Question by_stream = server.questions[1];
    REQUIRE(by_stream.over_tcp());
    server.send_packet(by_packet.from, answer(by_stream, address(kWrong)));
    server.send(by_stream, answer(by_packet, address(kWrong)));
    settle(base);
    CHECK(packets.calls + stream.calls == 0);
    server.send(by_packet, answer(by_packet, address(kRight)));
    server.send(by_stream, answer(by_stream, address(kRight)));
    REQUIRE(ends(base, packets));
    REQUIRE(ends(base, stream));
    CHECK(packets.all() == kRight);
    CHECK(stream.all() == kRight);
}

TEST_CASE("an_answer_to_a_question_that_was_asked_again_is_not_taken") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    dns.set("timeout", "0.05");
    dns.set("attempts", "255");
    Result result;
    ask(dns, "host.example", result);
    REQUIRE(sees(base, server, 2));
    const Question first = server.questions[0];
    REQUIRE(first.id != server.questions[1].id);
    server.on_question = [&](const Question& question) {
        server.send(question, answer(first, address(kWrong)));
        server.send(question, answer(question, address(kRight)));
    };
    REQUIRE(ends(base, result));
    CHECK(result.all() == kRight);
}

TEST_CASE("ids_in_flight_are_each_anothers_and_in_no_order") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    constexpr size_t kCount = 100;  // a small stack holds no more at a time
    dns.set("max-inflight", "1000");
    std::vector<Result> results(kCount);
    std::set<unsigned> ids, steps;
    for (Result& result : results)
        ask(dns, "host.example", result);
    REQUIRE(sees(base, server, kCount));
    unsigned last = 0;
    for (const Question& question : server.questions) {
        ids.insert(question.id);
        steps.insert((question.id - last) & 0xffff);
        last = question.id;
    }
    CHECK(ids.size() == kCount);
    CHECK(steps.size() > kCount / 2);
}

TEST_CASE("letters_of_questions_are_mixed_anew_each_time") {
    Base base;
    FakeNameserver server(base);
    Resolver dns(base, server);
    std::vector<Result> results(20);
    std::set<std::string> names;
    for (Result& result : results)
        ask(dns, "abcdefghijklmnop.qrstuvwxyz", result);
    REQUIRE(sees(base, server, results.size()));
    for (const Question& question : server.questions) {
        names.insert(question.name);
        CHECK(question.text == "abcdefghijklmnop.qrstuvwxyz");
    }
    CHECK(names.size() == results.size());
}

TEST_CASE("ports_are_of_the_resolvers_choice_and_change_from_time_to_time") {
    Base base;
    FakeNameserver server(base);
    server.on_question = [&](const Question& question) {
        server.send(question, answer(question, address(kRight)));
    };
    std::set<int> ports;
    for (int i = 0; i < 8; ++i) {
        Resolver dns(base, server);
        resolve(base, dns, "host.example");
        ports.insert(server.last().from.port());
        CHECK(server.last().from.port() >= 1024);
    }
    CHECK(ports.size() >= 7);
    Resolver dns(base, server);
    ports.clear();
    for (int i = 0; i < 600; ++i) {
        CHECK(resolve(base, dns, "host.example").all() == kRight);
        ports.insert(server.last().from.port());
    }
    CHECK(ports.size() >= 2);
}

TEST_CASE("bind_to_says_where_questions_come_from") {
    NEEDS(all_loopback);
    Base base;
    FakeNameserver server(base);
    Resolver dns(base);
    dns.set("bind-to", "127.0.0.5");
    dns.add(server);
    Result result;
    ask(dns, "host.example", result);
    REQUIRE(sees(base, server));
    const auto& from = reinterpret_cast<const sockaddr_in&>(server.last().from.storage);
    CHECK(ntohl(from.sin_addr.s_addr) == 0x7f000005);
    CHECK(evdns_base_set_option(dns, "bind-to", "nonsense") == -1);
}

TEST_CASE("from_a_port_that_is_taken_no_nameserver_can_be_asked") {
    Base base;
    FakeNameserver server(base, [&](const Question& question) {
        server.send(question, answer(question, address("192.0.2.1")));
    });
    const FakeNameserver taken(base);
    const std::string port = "127.0.0.1:" + std::to_string(taken.address().port());
    Resolver dns(base);
    dns.set("bind-to", port.c_str());
    const Address& at = server.address();
    CHECK(evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) != 0);
    CHECK(evdns_base_count_nameservers(dns) == 0);
    dns.set("bind-to", "127.0.0.1");
    dns.add(server);
    CHECK(resolve(base, dns, "host.example").all() == "192.0.2.1");
}
