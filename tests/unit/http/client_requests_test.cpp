// SPDX-License-Identifier: BSD-3-Clause
// Clients: what is sent for a request, and what is refused.
#include "client_support.h"

using namespace evlet_test;

namespace {

constexpr ev_uint32_t kPurge = EVHTTP_REQ_MAX << 1;
constexpr ev_uint32_t kStore = EVHTTP_REQ_MAX << 2;

// Two methods of the program's own, the second with a body.
int more_methods(evhttp_ext_method* method) {
    constexpr struct {
        const char* name;
        ev_uint32_t type;
        ev_uint16_t flags;
    } kMore[] = {{"PURGE", kPurge, 0}, {"STORE", kStore, EVHTTP_METHOD_HAS_BODY}};
    for (const auto& each : kMore) {
        if (method->method ? strcmp(method->method, each.name) == 0 : method->type == each.type) {
            *method = {each.name, each.type, each.flags};
            return 0;
        }
    }
    return -1;
}

// What arrives, up to and with `end`.
std::string sent(const std::string& end, const char* target, evhttp_cmd_type type,
                 const std::string& body = "",
                 const std::vector<std::pair<const char*, const char*>>& fields = {}) {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    evhttp_connection_set_ext_method_cmp(client.connection, more_methods);
    evhttp_request* const request = client.prepare(body);
    for (const auto& field : fields)
        HttpClient::add_field(request, field.first, field.second);
    client.send(request, target, type);
    HttpPeer peer = accept_request(base, listener);
    CHECK(peer.gets(end));
    settle(base);
    peer.gets("");
    const std::string host = host_of(listener);
    const size_t at = peer.text.find(host);
    if (at != std::string::npos)
        peer.text.replace(at, host.size(), "HOST\r\n");
    return peer.text;
}

}  // namespace

TEST_CASE("every_method_is_sent_by_its_name") {
    constexpr struct {
        evhttp_cmd_type type;
        const char* name;
        bool has_body;
    } kMethods[] = {
        {EVHTTP_REQ_GET, "GET", false},
        {EVHTTP_REQ_POST, "POST", true},
        {EVHTTP_REQ_HEAD, "HEAD", false},
        {EVHTTP_REQ_PUT, "PUT", true},
        {EVHTTP_REQ_DELETE, "DELETE", false},
        {EVHTTP_REQ_OPTIONS, "OPTIONS", false},
        {EVHTTP_REQ_TRACE, "TRACE", false},
        {EVHTTP_REQ_PATCH, "PATCH", true},
        {EVHTTP_REQ_PROPFIND, "PROPFIND", false},
        {EVHTTP_REQ_PROPPATCH, "PROPPATCH", false},
        {EVHTTP_REQ_MKCOL, "MKCOL", false},
        {EVHTTP_REQ_LOCK, "LOCK", false},
        {EVHTTP_REQ_UNLOCK, "UNLOCK", false},
        {EVHTTP_REQ_COPY, "COPY", false},
        {EVHTTP_REQ_MOVE, "MOVE", false},
        {static_cast<evhttp_cmd_type>(kPurge), "PURGE", false},
        {static_cast<evhttp_cmd_type>(kStore), "STORE", true},
    };
    for (const auto& method : kMethods) {
        CHECK(sent("\r\n\r\n", "/a?b", method.type) ==
              method.name + std::string(" /a?b HTTP/1.1\r\nHOST\r\n") +
                  (method.has_body ? "Content-Length: 0\r\n\r\n" : "\r\n"));
    }
}

TEST_CASE("a_body_is_sent_with_any_method_and_its_length") {
    for (const auto type :
         {EVHTTP_REQ_GET, EVHTTP_REQ_DELETE, static_cast<evhttp_cmd_type>(kPurge)}) {
        const std::string text = sent("body", "/", type, "body");
        CHECK(text.find("\r\nHOST\r\nContent-Length: 4\r\n\r\nbody") != std::string::npos);
    }
}

TEST_CASE("fields_of_the_program_come_in_their_order_and_its_host_counts") {
    CHECK(sent("\r\n\r\n", "/", EVHTTP_REQ_GET, "", {{"A", "1"}, {"host", "b"}, {"a", "2"}}) ==
          "GET / HTTP/1.1\r\nA: 1\r\nhost: b\r\na: 2\r\n\r\n");
}

TEST_CASE("fields_of_the_program_do_not_frame_the_message") {
    CHECK(sent("body", "/", EVHTTP_REQ_POST, "body",
               {{"content-length", "99"}, {"Transfer-Encoding", "chunked"}, {"B", "c"}}) ==
          "POST / HTTP/1.1\r\nB: c\r\nHOST\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_CASE("host_repeats_the_authority_of_a_target_that_has_one") {
    CHECK(sent("\r\n\r\n", "example.org:443", EVHTTP_REQ_CONNECT) ==
          "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
    CHECK(sent("\r\n\r\n", "http://u:p@example.org:8080/a@b?c", EVHTTP_REQ_GET) ==
          "GET http://u:p@example.org:8080/a@b?c HTTP/1.1\r\nHost: example.org:8080\r\n\r\n");
    CHECK(sent("\r\n\r\n", "http://[::1]?c", EVHTTP_REQ_GET) ==
          "GET http://[::1]?c HTTP/1.1\r\nHost: [::1]\r\n\r\n");
    CHECK(sent("\r\n\r\n", "/a?b://c", EVHTTP_REQ_GET) == "GET /a?b://c HTTP/1.1\r\nHOST\r\n\r\n");
    CHECK(sent("\r\n\r\n", "*", EVHTTP_REQ_OPTIONS) == "OPTIONS * HTTP/1.1\r\nHOST\r\n\r\n");
}

TEST_CASE("a_connection_without_an_address_says_localhost") {
    Base base;
    TcpPair pair;
    const int own = dup(pair[0]);
    bufferevent* const bev = bufferevent_socket_new(base, own, BEV_OPT_CLOSE_ON_FREE);
    HttpClient client(evhttp_connection_base_bufferevent_reuse_new(base, nullptr, bev));
    client.make("/");
    HttpPeer peer(base, Fd(dup(pair[1])));
    CHECK(peer.gets("\r\nHost: localhost\r\n\r\n"));
}

TEST_CASE("an_unknown_method_is_refused") {
    Base base;
    HttpClient client(base, 1);
    for (const ev_uint32_t type : {ev_uint32_t(0), ev_uint32_t(3), kPurge}) {
        CHECK(evhttp_make_request(client.connection, client.prepare(),
                                  static_cast<evhttp_cmd_type>(type), "/") == -1);
    }
    CHECK(client.results.empty());
    CHECK(client.errors.empty());
}

TEST_CASE("a_refused_request_is_freed_whatever_it_owns") {
    Base base;
    HttpClient client(base, 1);
    for (const char* target : {"", " ", "/a b", "/a\tb", "/a\rb", "/a\nb", "/\x7f", "/\xc3\xa4"}) {
        evhttp_request* const request = client.prepare("body");
        HttpClient::add_field(request, "A", "b");
        CHECK(evhttp_make_request(client.connection, request, EVHTTP_REQ_POST, target) == -1);
    }
    CHECK(client.results.empty());
    CHECK(client.errors.empty());
}

TEST_CASE("a_body_waits_until_the_server_asks_for_it") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    for (const char* target : {"/1", "/2"}) {
        evhttp_request* const request = client.prepare("body");
        HttpClient::add_field(request, "Expect", "100-continue");
        client.send(request, target, EVHTTP_REQ_PUT);
    }
    HttpPeer peer = accept_request(base, listener);
    settle(base);
    CHECK(peer.gets(""));
    CHECK(peer.text.find("body") == std::string::npos);
    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(peer.gets("body"));
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    // The second is refused: its body is never sent, and so the connection is of no use any more.
    CHECK(peer.gets("/2"));
    peer.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    CHECK(client.has(2));
    CHECK(peer.ends());
    CHECK(count_of(peer.text, "body") == 1);
    CHECK(client.results == Results{"200 ab", "417 "});
}

TEST_CASE("a_server_that_knows_no_expectation_gets_the_body_after_a_while") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    evhttp_request* const request = client.prepare("body");
    HttpClient::add_field(request, "Expect", "100-continue");
    client.send(request, "/", EVHTTP_REQ_PUT);
    HttpPeer peer = accept_request(base, listener);
    CHECK(peer.gets("\r\n\r\nbody"));
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    CHECK(client.results == Results{"200 ab"});
}

TEST_CASE("a_connection_is_kept_unless_one_side_says_close") {
    struct {
        const char* asked;
        const char* reply;
        bool kept;
    } const cases[] = {
        {nullptr, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
        {"close", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false},
        {nullptr, "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", false},
        {nullptr, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false},
        {nullptr, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", true},
    };
    for (const auto& each : cases) {
        CAPTURE(each.reply);
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        evhttp_request* const request = client.prepare();
        if (each.asked)
            HttpClient::add_field(request, "Connection", each.asked);
        client.send(request);
        HttpPeer peer = accept_request(base, listener);
        peer.send(each.reply);
        CHECK(client.has(1));
        CHECK(client.closes == (each.kept ? 0 : 1));
        client.make("/2");
        if (each.kept) {
            CHECK(peer.gets("/2"));
        } else {
            CHECK(peer.ends());
            CHECK(accept_request(base, listener).text.rfind("GET /2 ", 0) == 0);
        }
    }
}
