// SPDX-License-Identifier: BSD-3-Clause
// What a server takes of a head and of a body, how many connections, and what it refuses.
#include <stdio.h>

#include "server_support.h"

using namespace evlet_test;

namespace {

// A request whose head has `size` bytes.
std::string head_of_size(size_t size) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ";
    const std::string end = "\r\n\r\n";
    return begin + std::string(size - begin.size() - end.size(), 'x') + end;
}

std::string head_with_fields(size_t count) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    for (size_t i = 2; i < count; ++i)
        text += "X: y\r\n";
    return text + "\r\n";
}

std::string target_of_size(size_t size) {
    return "/" + std::string(size - 1, 't');
}

std::string chunked_of(const std::vector<size_t>& sizes) {
    std::string text = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n";
    for (const size_t size : sizes) {
        char line[24];
        snprintf(line, sizeof line, "%zx\r\n", size);
        text += line + std::string(size, 'x') + "\r\n";
    }
    return text + "0\r\n\r\n";
}

int status_for(event_base* base, const HttpServer& server, const std::string& request) {
    return status_of(talk(base, server.port(), request));
}

}  // namespace

// ---- Heads ----

TEST_CASE("a_head_has_so_many_bytes_and_one_more_is_too_many") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_headers_size(server, 200);
    CHECK(status_for(base, server, head_of_size(200)) == 200);
    CHECK(status_for(base, server, head_of_size(201)) == 431);
    CHECK(status_for(base, server, head_of_size(100000)) == 431);
    CHECK(server.requests == 1);
    // Empty lines before it are none of it.
    CHECK(status_for(base, server, "\r\n\r\n" + head_of_size(200)) == 200);
}

TEST_CASE("a_head_has_64_kib_unless_it_is_said_otherwise") {
    Base base;
    HttpServer server(base);
    CHECK(status_for(base, server, head_of_size(65536)) == 200);
    CHECK(status_for(base, server, head_of_size(65537)) == 431);
    evhttp_set_max_headers_size(server, -1);
    CHECK(status_for(base, server, head_of_size(300000)) == 200);
    evhttp_set_max_headers_size(server, 0);
    CHECK(status_for(base, server, kGetAndClose) == 431);
}

TEST_CASE("a_head_is_refused_before_it_has_ended") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_headers_size(server, 200);
    HttpPeer peer(base, server.port());
    peer.send(head_of_size(202).substr(0, 201));
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{431});
}

TEST_CASE("a_head_has_so_many_fields") {
    Base base;
    HttpServer server(base);
    CHECK(status_for(base, server, head_with_fields(256)) == 200);
    CHECK(status_for(base, server, head_with_fields(257)) == 431);
    evlet_http_set_max_header_count(server, 3);
    CHECK(status_for(base, server, head_with_fields(3)) == 200);
    CHECK(status_for(base, server, head_with_fields(4)) == 431);
    CHECK(server.requests == 2);
}

TEST_CASE("a_target_has_so_many_bytes") {
    Base base;
    HttpServer server(base);
    CHECK(status_of(get(base, server.port(), target_of_size(8192))) == 200);
    CHECK(status_of(get(base, server.port(), target_of_size(8193))) == 414);
    evlet_http_set_max_target_size(server, 20);
    CHECK(status_of(get(base, server.port(), target_of_size(20))) == 200);
    CHECK(status_of(get(base, server.port(), target_of_size(21))) == 414);
    evlet_http_set_max_target_size(server, SIZE_MAX);
    CHECK(status_of(get(base, server.port(), target_of_size(60000))) == 200);
    CHECK(server.requests == 3);
}

TEST_CASE("a_target_is_refused_before_it_has_ended") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    peer.send("GET " + target_of_size(9000));
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{414});
}

TEST_CASE("trailers_are_held_to_the_limits_of_a_head") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_headers_size(server, 200);
    evlet_http_set_max_header_count(server, 5);
    const std::string begin = request_for(
        "/", "Transfer-Encoding: chunked\r\nConnection: close\r\n", "1\r\nx\r\n0\r\n", "POST");
    CHECK(status_for(base, server, begin + "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n") == 200);
    CHECK(status_for(base, server,
                     begin + "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n") == 431);
    CHECK(status_for(base, server, begin + "A: " + std::string(300, 'x') + "\r\n\r\n") == 431);
    CHECK(status_for(base, server, begin + "A : b\r\n\r\n") == 400);
    CHECK(status_for(base, server, begin + "no field\r\n\r\n") == 400);
    CHECK(server.requests == 1);
}

// ---- Bodies ----

TEST_CASE("a_body_has_so_many_bytes_whether_its_length_is_known_or_not") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_body_size(server, 100);
    const std::string fields = "Connection: close\r\n";
    CHECK(status_for(base, server, post_of(std::string(100, 'x'), fields)) == 200);
    CHECK(status_for(base, server, post_of(std::string(101, 'x'), fields)) == 413);
    CHECK(status_for(base, server, chunked_of({60, 40})) == 200);
    CHECK(status_for(base, server, chunked_of({60, 41})) == 413);
    CHECK(status_for(base, server, chunked_of({101})) == 413);
    evhttp_set_max_body_size(server, 0);
    CHECK(status_for(base, server, post_of("", fields)) == 200);
    CHECK(status_for(base, server, post_of("x", fields)) == 413);
    CHECK(status_for(base, server, chunked_of({})) == 200);
    CHECK(status_for(base, server, chunked_of({1})) == 413);
    CHECK(server.requests == 4);
}

TEST_CASE("a_body_of_a_length_that_wraps_is_refused") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_body_size(server, -1);
    const auto post = [](const std::string& fields, const std::string& body) {
        return request_for("/", fields, body, "POST");
    };
    for (const char* length : {"9223372036854775808", "18446744073709551616", "-1", "+1", "1 1",
                               "0x1", "1,1", "1.0", ""})
        CHECK(status_for(base, server,
                         post("Content-Length: " + std::string(length) + "\r\n", "x")) == 400);
    for (const char* line :
         {"8000000000000000", "10000000000000000", "-1", "+1", " 1", "", "0x1", "g", "1 1"})
        CHECK(status_for(base, server,
                         post("Transfer-Encoding: chunked\r\n", line + std::string("\r\nx"))) ==
              400);
    // Two chunks whose sum wraps.
    CHECK(status_for(base, server,
                     post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n7fffffffffffffff\r\n")) ==
          413);
    CHECK(server.requests == 0);
}

TEST_CASE("a_body_that_is_collected_has_16_mib_unless_it_is_said_otherwise") {
    Base base;
    HttpServer server(base);
    const auto announce = [&](const std::string& length) {
        return status_for(base, server,
                          request_for("/", "Content-Length: " + length + "\r\n", "", "POST"));
    };
    CHECK(announce("16777217") == 413);
    CHECK(announce("9223372036854775807") == 413);
    HttpPeer peer(base, server.port());
    peer.send(request_for("/", "Content-Length: 16777216\r\nExpect: 100-continue\r\n", "", "POST"));
    CHECK(peer.gets("100 Continue"));
    evhttp_set_max_body_size(server, -1);
    HttpPeer other(base, server.port());
    other.send(request_for("/", "Content-Length: 9223372036854775807\r\nExpect: 100-continue\r\n",
                           "", "POST"));
    CHECK(other.gets("100 Continue"));
}

TEST_CASE("a_request_may_have_a_limit_of_its_own") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_body_size(server, 10);
    const std::string fields = "Connection: close\r\n";
    ev_int64_t limit = 20;
    const auto set = [](evhttp_request* request, void* own) {
        evlet_http_request_set_max_body(request, *static_cast<ev_int64_t*>(own));
        return 0;
    };
    CHECK(evlet_http_set_head_cb(server, nullptr, set, &limit) == 0);
    CHECK(status_for(base, server, post_of(std::string(20, 'x'), fields)) == 200);
    CHECK(status_for(base, server, post_of(std::string(21, 'x'), fields)) == 413);
    limit = -1;
    CHECK(status_for(base, server, post_of(std::string(2000, 'x'), fields)) == 200);
    limit = 5;
    CHECK(status_for(base, server, post_of(std::string(6, 'x'), fields)) == 413);
}

// ---- Connections ----

TEST_CASE("connections_above_the_limit_get_503_until_one_has_gone") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_connections(server, 2);
    HttpPeer first(base, server.port());
    HttpPeer second(base, server.port());
    REQUIRE(has_connections(base, server, 2));
    for (int i = 0; i < 3; ++i) {
        HttpPeer third(base, server.port());
        third.send(kGet);
        CHECK(third.ends());
        CHECK(statuses_of(third.text) == Statuses{503});
        CHECK(field_of(third.text, "Connection") == "close");
        third.close();
        REQUIRE(has_connections(base, server, 2));
    }
    first.close();
    REQUIRE(has_connections(base, server, 1));
    HttpPeer fourth(base, server.port());
    fourth.send(kGet);
    CHECK(fourth.gets("ok"));
    evhttp_set_max_connections(server, 0);
    CHECK(body_of(get(base, server.port())) == "ok");
}

TEST_CASE("so_many_connections_above_the_limit_that_they_are_not_told_are_closed") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_connections(server, 1);
    const HttpPeer first(base, server.port());
    REQUIRE(has_connections(base, server, 1));
    std::vector<std::unique_ptr<HttpPeer>> more;
    for (int i = 0; i < 100; ++i) {
        more.push_back(std::make_unique<HttpPeer>(base, server.port()));
        pass(base);
    }
    int told = 0;
    for (const auto& peer : more) {
        CHECK(peer->ends());
        CHECK((peer->text.empty() || status_of(peer->text) == 503));
        told += !peer->text.empty();
    }
    CHECK(told >= 64);
    more.clear();
    CHECK(has_connections(base, server, 1));
}

TEST_CASE("without_descriptors_connections_wait_and_the_loop_does_not_spin") {
    CapturedLog log;
    Base base;
    HttpServer server(base);
    HttpPeer waiting(base, server.port());
    waiting.send(kGet);
    {
        const FewDescriptors none(0);
        settle(base);
        CHECK(log.contains("accept"));
        CHECK(evhttp_get_connection_count(server) == 0);
        // Nothing is ready, though a connection waits.
        const size_t lines = log.lines().size();
        for (int i = 0; i < 20; ++i)
            pass(base);
        CHECK(log.lines().size() <= lines + 3);
    }
    CHECK(waiting.gets("ok"));
    CHECK(body_of(get(base, server.port())) == "ok");
}
