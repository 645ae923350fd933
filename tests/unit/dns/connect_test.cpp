// SPDX-License-Identifier: BSD-3-Clause
// bufferevent_socket_connect_hostname() through a resolver.
#include "addrinfo_support.h"

using namespace evlet_test;

namespace {

int connect_to_name(bufferevent* bev, evdns_base* dns, const char* name, int port) {
    return bufferevent_socket_connect_hostname(bev, dns, AF_UNSPEC, name, port);
}

}  // namespace

TEST_CASE("a_connection_by_name_goes_to_the_address_of_the_name") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("127.0.0.1");
    Peer peer(Peer::listens, AF_INET);
    SocketStream client(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect_to_name(client, zone.dns, "host.example", peer.port()) == 0);
    client.write("hello");
    REQUIRE(run_until(base, [&] { return client.saw(BEV_EVENT_CONNECTED); }));
    const Fd accepted = peer.accept();
    REQUIRE(run_until(base, [&] { return is_ready(accepted, POLLIN, 0); }));
    CHECK(receive_all(accepted) == "hello");
    CHECK(bufferevent_socket_get_dns_error(client) == 0);
    CHECK(zone.asked_types() == "1 28");
}

TEST_CASE("every_address_of_a_name_is_tried_until_one_accepts") {
    Base base;
    Zone zone(base);
    Peer peer(Peer::listens, AF_INET);
    const std::string nobody_there = "127.0.0.2";
    zone.hold = true;
    SocketStream client(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect_to_name(client, zone.dns, "host.example", peer.port()) == 0);
    REQUIRE(sees(base, zone.server, 2));
    for (const Question& question : zone.server.questions) {
        if (question.type == kTypeA)
            zone.server.send(question,
                             answer(question, Sections{{address(nobody_there), address("127.0.0.3"),
                                                        address("127.0.0.1")}}));
        else
            zone.server.send(question, answer(question, address("::1")));
    }
    REQUIRE(run_until(base, [&] { return client.saw(BEV_EVENT_CONNECTED); }));
    CHECK(client.events.size() == 1);
    CHECK(peer.accept() >= 0);
}

TEST_CASE("a_name_that_is_not_there_is_told_with_its_error") {
    Base base;
    Zone zone(base);
    zone.codes[kTypeA] = zone.codes[kTypeAaaa] = kNxDomain;
    SocketStream client(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect_to_name(client, zone.dns, "host.example", 80) == 0);
    REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
    CHECK(client.saw(BEV_EVENT_ERROR));
    CHECK(bufferevent_socket_get_dns_error(client) == EVUTIL_EAI_NONAME);
}

TEST_CASE("a_connection_may_be_freed_while_its_name_is_looked_up") {
    Base base;
    Zone zone(base);
    zone.hold = true;
    SocketStream client(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect_to_name(client, zone.dns, "host.example", 80) == 0);
    REQUIRE(sees(base, zone.server, 2));
    client.free();
    settle(base);
    CHECK(client.events.empty());
    zone.reply_to(kTypeA, address("127.0.0.1"));
    settle(base);
    CHECK(client.events.empty());
}

TEST_CASE("a_resolver_that_is_shut_down_ends_connections_that_wait_for_it") {
    Base base;
    Zone zone(base);
    zone.hold = true;
    SocketStream client(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect_to_name(client, zone.dns, "host.example", 80) == 0);
    REQUIRE(sees(base, zone.server, 2));
    zone.dns.free(true);
    REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
    CHECK(client.saw(BEV_EVENT_ERROR));
    CHECK(bufferevent_socket_get_dns_error(client) == EVUTIL_EAI_CANCEL);
}
