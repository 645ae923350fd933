// SPDX-License-Identifier: BSD-3-Clause
// Which methods reach the program, targets that only some of them have, and expectations.
#include <string.h>

#include "server_support.h"

using namespace evlet_test;

namespace {

constexpr auto kBrew = static_cast<evhttp_cmd_type>(EVHTTP_REQ_MAX << 1);

int know_brew(evhttp_ext_method* method) {
    if (method->method) {
        if (strcmp(method->method, "BREW") != 0)
            return -1;
        method->type = kBrew;
    } else if (method->type == kBrew) {
        method->method = "BREW";
    } else {
        return -1;
    }
    method->flags = EVHTTP_METHOD_HAS_BODY;
    return 0;
}

std::string request_by(const std::string& method, const std::string& target = "/") {
    return request_for(target, "Connection: close\r\n", "", method);
}

constexpr ev_uint32_t kAll = (EVHTTP_REQ_MAX << 1) - 1;

}  // namespace

TEST_CASE("the_usual_methods_reach_the_program_and_other_known_ones_do_not") {
    Base base;
    HttpServer server(base);
    for (const char* method : {"GET", "POST", "HEAD", "PUT", "DELETE"})
        CHECK(status_of(talk(base, server.port(), request_by(method))) == 200);
    for (const char* method : {"OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
                               "LOCK", "UNLOCK", "COPY", "MOVE"}) {
        const std::string text = talk(base, server.port(), request_by(method));
        CHECK(status_of(text) == 405);
        CHECK(field_of(text, "Allow") == "GET, POST, HEAD, PUT, DELETE");
    }
    for (const char* method : {"BREW", "get", "GETS", "GE", "Get", "!#$%&'*+-.^_`|~09Az"})
        CHECK(status_of(talk(base, server.port(), request_by(method))) == 501);
    for (const char* method : {"", "G(T", "G\"T", " GET", "G\x80T"})
        CHECK(status_of(talk(base, server.port(), request_by(method))) == 400);
    CHECK(server.requests == 5);
}

TEST_CASE("every_known_method_may_be_allowed") {
    Base base;
    HttpServer server(base);
    evhttp_set_allowed_methods(server, kAll);
    ev_uint32_t seen = 0;
    server.on_request = [&](evhttp_request* request) {
        seen |= evhttp_request_get_command(request);
        HttpServer::reply(request, 200, "ok");
    };
    for (const char* method : {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH",
                               "PROPFIND", "PROPPATCH", "MKCOL", "LOCK", "UNLOCK", "COPY", "MOVE"})
        CHECK(status_of(talk(base, server.port(), request_by(method))) == 200);
    CHECK(status_of(talk(base, server.port(), request_by("CONNECT", "a:1"))) == 200);
    CHECK(seen == kAll);
}

TEST_CASE("a_method_that_is_not_allowed_is_answered_with_those_that_are") {
    Base base;
    HttpServer server(base);
    evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_MOVE);
    const std::string text = talk(base, server.port(), request_by("POST"));
    CHECK(status_of(text) == 405);
    CHECK(field_of(text, "Allow") == "GET, MOVE");
    evhttp_set_allowed_methods(server, 0);
    const std::string none = talk(base, server.port(), request_by("GET"));
    CHECK(status_of(none) == 405);
    CHECK(field_of(none, "Allow").empty());
    evhttp_set_allowed_methods(server, kAll & ~ev_uint32_t(EVHTTP_REQ_GET));
    CHECK(field_of(talk(base, server.port(), request_by("GET")), "Allow") ==
          "POST, HEAD, PUT, DELETE, OPTIONS, TRACE, CONNECT, PATCH, PROPFIND, PROPPATCH, MKCOL, "
          "LOCK, UNLOCK, COPY, MOVE");
    CHECK(server.requests == 0);
}

TEST_CASE("a_method_of_the_programs_own_is_known_and_may_be_allowed") {
    Base base;
    HttpServer server(base);
    evhttp_cmd_type type = EVHTTP_REQ_GET;
    server.on_request = [&](evhttp_request* request) {
        type = evhttp_request_get_command(request);
        HttpServer::reply(request, 200, text_of(evhttp_request_get_input_buffer(request)));
    };
    evhttp_set_ext_method_cmp(server, know_brew);
    CHECK(status_of(talk(base, server.port(), request_by("BREW"))) == 405);
    evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | kBrew);
    CHECK(body_of(talk(base, server.port(),
                       request_for("/", "Content-Length: 3\r\nConnection: close\r\n", "tea",
                                   "BREW"))) == "tea");
    CHECK(type == kBrew);
    CHECK(status_of(talk(base, server.port(), request_by("GET"))) == 200);
    CHECK(status_of(talk(base, server.port(), request_by("brew"))) == 501);
    CHECK(status_of(talk(base, server.port(), request_by(std::string(32, 'B')))) == 501);
    evhttp_set_ext_method_cmp(server, nullptr);
    CHECK(status_of(talk(base, server.port(), request_by("BREW"))) == 501);
}

TEST_CASE("a_method_whose_bit_is_none_of_the_programs_is_not_taken") {
    Base base;
    HttpServer server(base);
    evhttp_set_allowed_methods(server, 0xffffffff);
    evhttp_set_ext_method_cmp(server, [](evhttp_ext_method* method) {
        if (!method->method)
            return -1;
        method->type = 1u << 20;
        if (strcmp(method->method, "NONE") == 0)
            method->type = 0;
        else if (strcmp(method->method, "TWO") == 0)
            method->type = 3u << 20;
        else if (strcmp(method->method, "KNOWN") == 0)
            method->type = EVHTTP_REQ_POST;
        return 0;
    });
    for (const char* method : {"NONE", "TWO", "KNOWN"})
        CHECK(status_of(talk(base, server.port(), request_by(method))) == 501);
    CHECK(status_of(talk(base, server.port(), request_by("FINE"))) == 200);
}

TEST_CASE("an_asterisk_is_a_target_of_options_alone") {
    Base base;
    HttpServer server(base);
    evhttp_set_allowed_methods(server, kAll);
    server.on_request = [](evhttp_request* request) {
        HttpServer::reply(request, 200, evhttp_request_get_uri(request));
    };
    CHECK(body_of(talk(base, server.port(), request_by("OPTIONS", "*"))) == "*");
    CHECK(body_of(talk(base, server.port(), request_by("OPTIONS", "/x"))) == "/x");
    CHECK(status_of(talk(base, server.port(), request_by("GET", "*"))) == 400);
    CHECK(status_of(talk(base, server.port(), request_by("OPTIONS", "**"))) == 400);
}

TEST_CASE("connect_takes_a_host_and_a_port_and_nothing_else") {
    Base base;
    HttpServer server(base);
    evhttp_set_allowed_methods(server, kAll);
    server.on_request = [](evhttp_request* request) {
        const evhttp_uri* const uri = evhttp_request_get_evhttp_uri(request);
        HttpServer::reply(request, 200,
                          std::string(evhttp_uri_get_host(uri)) + " " +
                              std::to_string(evhttp_uri_get_port(uri)));
    };
    CHECK(body_of(talk(base, server.port(), request_by("CONNECT", "b.test:443"))) == "b.test 443");
    CHECK(body_of(talk(base, server.port(), request_by("CONNECT", "[::1]:1"))) == "[::1] 1");
    for (const char* target : {"b.test", "/x", "http://b.test:1/", ":1", "b.test:", "b:99999"})
        CHECK(status_of(talk(base, server.port(), request_by("CONNECT", target))) == 400);
    CHECK(status_of(talk(base, server.port(), request_by("GET", "b.test:443"))) == 400);
}

// ---- Expectations (RFC 9110 section 10.1.1) ----

TEST_CASE("a_body_that_waits_for_it_is_asked_for") {
    Base base;
    HttpServer server(base);
    for (const char* framing : {"Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"}) {
        HttpPeer peer(base, server.port());
        peer.send(request_for("/", std::string(framing) + "Expect: 100-Continue\r\n", "", "POST"));
        REQUIRE(peer.gets("\r\n\r\n"));
        CHECK(peer.text == "HTTP/1.1 100 Continue\r\n\r\n");
        CHECK(server.requests == 0);
        peer.text.clear();
        peer.send(*framing == 'C' ? "ab" : "2\r\nab\r\n0\r\n\r\n");
        CHECK(peer.gets("ok"));
        CHECK(status_of(peer.text) == 200);
        server.requests = 0;
    }
}

TEST_CASE("a_body_that_does_not_wait_is_not_asked_for") {
    Base base;
    HttpServer server(base);
    const std::string expects = "Expect: 100-continue\r\nConnection: close\r\n";
    CHECK(statuses_of(talk(base, server.port(), post_of("ab", expects))) == Statuses{200});
    // There is none.
    CHECK(statuses_of(talk(base, server.port(), post_of("", expects))) == Statuses{200});
    CHECK(statuses_of(talk(base, server.port(), request_for("/", expects))) == Statuses{200});
}

TEST_CASE("an_expectation_of_http_1_0_is_not_heard") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    peer.send("POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    REQUIRE(has_connections(base, server, 1));
    settle(base);
    peer.send("ab");
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{200});
}

TEST_CASE("an_expectation_that_is_unknown_fails") {
    Base base;
    HttpServer server(base);
    for (const char* value : {"200-ok", "100-continue, x", "", "100"}) {
        const std::string text =
            talk(base, server.port(), post_of("ab", "Expect: " + std::string(value) + "\r\n"));
        CHECK(statuses_of(text) == Statuses{417});
    }
    CHECK(server.requests == 0);
}

TEST_CASE("a_body_that_is_refused_is_not_asked_for") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_body_size(server, 10);
    const std::string text =
        talk(base, server.port(),
             request_for("/", "Content-Length: 11\r\nExpect: 100-continue\r\n", "", "POST"));
    CHECK(statuses_of(text) == Statuses{413});
    CHECK(server.requests == 0);
}
