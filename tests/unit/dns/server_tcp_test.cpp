// SPDX-License-Identifier: BSD-3-Clause
// Servers over TCP: many requests on a connection, pieces of any size, limits, the end.
#include <memory>

#include "server_support.h"

using namespace evlet_test;

namespace {

std::string framed(const std::string& packet) {
    return u16(static_cast<unsigned>(packet.size())) + packet;
}

void answer_all(evdns_server_request* request) {
    respond(request);
}

}  // namespace

TEST_CASE("requests_on_one_connection_are_answered_in_any_order") {
    Base base;
    std::vector<evdns_server_request*> kept;
    TestServer server(
        base, [&](evdns_server_request* request) { kept.push_back(request); }, TestServer::tcp);
    TcpClient client(base, server.address());
    client.send_bytes(framed(query("a", 1, 1)) + framed(query("b", 1, 2)) +
                      framed(query("c", 1, 3)));
    REQUIRE(run_until(base, [&] { return kept.size() == 3; }));
    for (const int index : {2, 0, 1})
        respond(kept[static_cast<size_t>(index)]);
    for (const unsigned id : {3u, 1u, 2u})
        CHECK(client.receive().id() == id);
}

TEST_CASE("a_request_may_come_byte_by_byte") {
    Base base;
    TestServer server(base, answer_all, TestServer::tcp);
    TcpClient client(base, server.address());
    const std::string bytes = framed(query("host.example")) + framed(query("b", 1, 9));
    for (const char byte : bytes) {
        client.send_bytes(std::string(1, byte));
        settle(base);
    }
    CHECK(client.receive().id() == 0x1234);
    CHECK(client.receive().id() == 9);
    CHECK(server.requests == 2);
}

TEST_CASE("malformed_requests_over_tcp_are_answered_and_others_still_heard") {
    Base base;
    TestServer server(base, answer_all, TestServer::tcp);
    TcpClient client(base, server.address());
    client.send(header(5, 0, 0, 0));
    CHECK(client.receive().code() == kFormErr);
    client.send("");
    client.send("x");
    client.send(query("a", 1, 1, kAnswerBit));
    client.send(std::string(65535, '\0'));
    CHECK(client.receive().code() == kFormErr);
    client.send(query("a", 1, 6));
    CHECK(client.receive().id() == 6);
    CHECK(server.requests == 1);
}

TEST_CASE("who_sends_no_more_gets_the_answers_that_are_due") {
    Base base;
    evdns_server_request* kept = nullptr;
    TestServer server(
        base, [&](evdns_server_request* request) { kept = request; }, TestServer::tcp);
    TcpClient client(base, server.address());
    client.send(query("a"));
    client.end_sending();
    REQUIRE(run_until(base, [&] { return kept != nullptr; }));
    settle(base);
    respond(kept);
    CHECK(client.receive().id() == 0x1234);
    CHECK(client.ends());
}

TEST_CASE("an_answer_to_a_client_that_has_gone_goes_nowhere") {
    Base base;
    std::vector<evdns_server_request*> kept;
    TestServer server(
        base, [&](evdns_server_request* request) { kept.push_back(request); }, TestServer::tcp);
    CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_MAX_CLIENTS, 1) == 0);
    TcpClient client(base, server.address());
    client.send_bytes(framed(query("a")) + framed(query("b")));
    REQUIRE(run_until(base, [&] { return kept.size() == 2; }));
    // Answers may be sent to who has only ended sending; this one resets.
    client.send_bytes("x");
    client.close();
    for (evdns_server_request* const request : kept) {
        settle(base);
        (void)evdns_server_request_respond(request, 0);
    }
    // Its place is free again, once the server has seen that it has gone.
    std::unique_ptr<TcpClient> next;
    const std::string question = framed(query("c"));
    size_t sent = 0;
    REQUIRE(run_until(base, [&] {
        if (next && at_end(next->fd()))
            next.reset();
        if (!next) {
            next = std::make_unique<TcpClient>(base, server.address());
            sent = 0;
        }
        if (sent < question.size())
            sent += send_some(next->fd(), question, sent);
        return kept.size() == 3;
    }));
    respond(kept[2]);
    CHECK(next->receive().id() == 0x1234);
}

TEST_CASE("more_clients_than_allowed_are_closed") {
    Base base;
    TestServer server(base, answer_all, TestServer::tcp);
    CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_MAX_CLIENTS, 2) == 0);
    TcpClient first(base, server.address());
    TcpClient second(base, server.address());
    first.send(query("a", 1, 1));
    second.send(query("a", 1, 2));
    CHECK(first.receive().id() == 1);
    CHECK(second.receive().id() == 2);
    TcpClient third(base, server.address());
    CHECK(third.ends());
    first.close();
    settle(base);
    TcpClient fourth(base, server.address());
    fourth.send(query("a", 1, 4));
    CHECK(fourth.receive().id() == 4);
    second.send(query("a", 1, 5));
    CHECK(second.receive().id() == 5);
}

TEST_CASE("a_client_that_says_nothing_is_closed") {
    Base base;
    TestServer server(base, answer_all, TestServer::tcp);
    for (const size_t bad : {size_t{0}, size_t{100000}})
        CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_IDLE_TIMEOUT, bad) == -1);
    CHECK(evdns_server_port_set_option(server, static_cast<evdns_server_option>(77), 1) == -1);
    TcpClient early(base, server.address());
    settle(base);
    CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_IDLE_TIMEOUT, 1) == 0);
    TcpClient client(base, server.address());
    client.send_bytes(framed(query("a")).substr(0, 5));
    CHECK(client.ends());
    CHECK(early.ends());
    CHECK(server.requests == 0);
}

TEST_CASE("a_client_that_waits_for_an_answer_is_not_closed") {
    Base base;
    evdns_server_request* kept = nullptr;
    TestServer server(
        base, [&](evdns_server_request* request) { kept = request; }, TestServer::tcp);
    CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_IDLE_TIMEOUT, 1) == 0);
    TcpClient client(base, server.address());
    client.send(query("a"));
    REQUIRE(run_until(base, [&] { return kept != nullptr; }));
    const long long begin = monotonic_us(base);
    REQUIRE(run_until(base, [&] { return monotonic_us(base) - begin > 1500000; }));
    respond(kept);
    CHECK(client.receive().id() == 0x1234);
    CHECK(client.ends());
}

TEST_CASE("who_takes_no_answers_is_not_read_without_end") {
    Base base;
    std::vector<evdns_server_request*> kept;
    TestServer server(
        base, [&](evdns_server_request* request) { kept.push_back(request); }, TestServer::tcp);
    TcpClient client(base, server.address());
    std::string bytes;
    for (unsigned i = 0; i < 500; ++i)
        bytes += framed(query("a", 1, i));
    client.send_bytes(bytes);
    REQUIRE(run_until(base, [&] { return kept.size() >= 50; }));
    for (int i = 0; i < 20; ++i)
        settle(base);
    const size_t most = kept.size();
    CHECK(most < 200);
    // All are answered in the end.
    size_t answered = 0;
    REQUIRE(run_until(base, [&] {
        while (answered < kept.size())
            respond(kept[answered++]);
        return answered == 500;
    }));
    for (unsigned i = 0; i < 500; ++i)
        REQUIRE(client.receive().id() == i);
}

TEST_CASE("a_tcp_port_may_be_closed_in_its_callback") {
    Base base;
    for (const int way : {0, 1, 2}) {
        TestServer server(base, nullptr, TestServer::tcp);
        evdns_server_request* kept = nullptr;
        server.on_request = [&](evdns_server_request* request) {
            if (way == 0)
                respond(request);
            server.close();
            if (way == 1)
                (void)evdns_server_request_respond(request, 0);
            if (way == 2)
                kept = request;
        };
        TcpClient client(base, server.address());
        client.send_bytes(framed(query("a")) + framed(query("b")));
        REQUIRE(run_until(base, [&] { return server.requests > 0; }));
        CHECK(client.ends());
        CHECK(server.requests == 1);
        if (kept)
            CHECK(evdns_server_request_respond(kept, 0) == -1);
    }
}

TEST_CASE("a_tcp_port_may_be_closed_with_requests_unanswered") {
    Base base;
    std::vector<evdns_server_request*> kept;
    TestServer server(
        base, [&](evdns_server_request* request) { kept.push_back(request); }, TestServer::tcp);
    TcpClient client(base, server.address());
    client.send_bytes(framed(query("a")) + framed(query("b")) + framed(query("c")));
    REQUIRE(run_until(base, [&] { return kept.size() == 3; }));
    server.close();
    CHECK(client.ends());
    sockaddr_in from;
    CHECK(evdns_server_request_get_requesting_addr(kept[0], reinterpret_cast<sockaddr*>(&from),
                                                   sizeof from) == sizeof from);
    CHECK(evdns_server_request_respond(kept[0], 0) == -1);
    CHECK(evdns_server_request_drop(kept[1]) == 0);
    CHECK(evdns_server_request_respond(kept[2], 0) == -1);
}

TEST_CASE("requests_over_tcp_may_be_dropped") {
    Base base;
    TestServer server(
        base,
        [&](evdns_server_request* request) {
            if (server.requests % 2)
                CHECK(evdns_server_request_drop(request) == 0);
            else
                respond(request);
        },
        TestServer::tcp);
    TcpClient client(base, server.address());
    for (unsigned i = 0; i < 10; ++i)
        client.send(query("a", 1, i));
    for (unsigned i = 1; i < 10; i += 2)
        CHECK(client.receive().id() == i);
    settle(base);
    CHECK_FALSE(client.has_bytes());
}

TEST_CASE("who_sends_a_request_bit_by_bit_for_longer_than_the_idle_time_is_closed") {
    Base base;
    TestServer server(base, answer_all, TestServer::tcp);
    CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_IDLE_TIMEOUT, 1) == 0);
    TcpClient client(base, server.address());
    // Of a message of 65535 bytes.
    TestEvent dribble(base, -1, EV_PERSIST, [&](short) { (void)send_some(client.fd(), "\xff"); });
    dribble.add_ms(50);
    CHECK(client.ends());
    CHECK(server.requests == 0);
}
