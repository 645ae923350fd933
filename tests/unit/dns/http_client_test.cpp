// SPDX-License-Identifier: BSD-3-Clause
// The client of HTTP through a resolver.
#include "addrinfo_support.h"
#include "http/client_support.h"

using namespace evlet_test;

TEST_CASE("a_client_of_http_tries_every_address_of_a_name") {
    Base base;
    Zone zone(base);
    zone.hold = true;
    HttpServer server(base);
    HttpClient client(evhttp_connection_base_new(base, zone.dns, "host.example",
                                                 static_cast<ev_uint16_t>(server.port())));
    client.make("/");
    REQUIRE(sees(base, zone.server, 2));
    for (const Question& question : zone.server.questions) {
        if (question.type == kTypeA)
            zone.server.send(
                question, answer(question, Sections{{address("127.0.0.2"), address("127.0.0.1")}}));
        else
            zone.server.send(question, answer(question));
    }
    CHECK(client.has(1));
    CHECK(client.results.front().rfind("200", 0) == 0);
    CHECK(server.requests == 1);
}

TEST_CASE("a_client_of_http_is_told_that_a_name_is_not_there") {
    Base base;
    Zone zone(base);
    zone.codes[kTypeA] = zone.codes[kTypeAaaa] = kNxDomain;
    HttpClient client(evhttp_connection_base_new(base, zone.dns, "host.example", 80));
    client.make("/");
    REQUIRE(client.has(1));
    CHECK(client.results.front().rfind("200", 0) != 0);
}

TEST_CASE("a_client_of_http_may_be_freed_while_its_name_is_looked_up") {
    Base base;
    Zone zone(base);
    zone.hold = true;
    HttpClient client(evhttp_connection_base_new(base, zone.dns, "host.example", 80));
    client.make("/");
    REQUIRE(sees(base, zone.server, 2));
    client.free();
    settle(base);
    zone.dns.free(true);
    settle(base);
}
