// SPDX-License-Identifier: BSD-3-Clause
// Which callback a request reaches, what it is told of the request, and when.
#include <event2/http_struct.h>

#include "server_support.h"

using namespace evlet_test;

namespace {

// A newreqcb that sets the callbacks of the request. Their argument is the server, so that the test
// is found in a global.
struct Stages {
    std::string order;
    std::vector<std::string> pieces;
    std::vector<int> errors;
    int new_answer = 0;
    int header_answer = 0;
    evhttp* server = nullptr;
    void* argument_told = nullptr;
};
Stages* g_stages;

int on_header(evhttp_request* request, void* argument) {
    g_stages->order += 'h';
    g_stages->argument_told = argument;
    CHECK(evbuffer_get_length(evhttp_request_get_input_buffer(request)) == 0);
    return g_stages->header_answer;
}

void on_chunk(evhttp_request* request, void*) {
    g_stages->order += 'c';
    g_stages->pieces.push_back(text_of(evhttp_request_get_input_buffer(request)));
}

void on_error(evhttp_request_error error, void*) {
    g_stages->order += 'e';
    g_stages->errors.push_back(error);
}

int on_new(evhttp_request* request, void* argument) {
    CHECK(argument == g_stages);
    g_stages->order += 'n';
    evhttp_request_set_header_cb(request, on_header);
    evhttp_request_set_chunked_cb(request, on_chunk);
    evhttp_request_set_error_cb(request, on_error);
    return g_stages->new_answer;
}

// A server whose requests go through all stages.
struct StagedServer : HttpServer {
    explicit StagedServer(event_base* base) : HttpServer(base) {
        g_stages = &stages;
        stages.server = *this;
        evhttp_set_newreqcb(*this, on_new, &stages);
        on_request = [this](evhttp_request* request) {
            stages.order += 'r';
            reply(request, 200, "ok");
        };
    }
    ~StagedServer() {
        free();
        g_stages = nullptr;
    }
    StagedServer(const StagedServer&) = delete;
    StagedServer& operator=(const StagedServer&) = delete;
    Stages stages;
};

const std::string kChunkedPost = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

// ---- Paths ----

TEST_CASE("a_request_that_nobody_handles_is_not_found") {
    Base base;
    HttpServer server(base);
    evhttp_set_gencb(server, nullptr, nullptr);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    CHECK(peer.ends());
    CHECK(status_of(peer.text) == 404);
}

TEST_CASE("a_path_is_compared_without_query_and_as_a_whole") {
    Base base;
    HttpServer server(base);
    char answer[] = "path";
    CHECK(evhttp_set_cb(server, "/a/b", reply_with_text, answer) == 0);
    for (const char* target : {"/a/b", "/a/b?", "/a/b?c=d", "/%61/b", "http://a/a/b", "/a%2fb"}) {
        CAPTURE(std::string(target));
        CHECK(body_of(get(base, server.port(), target)) == "path");
    }
    for (const char* target : {"/a/b/", "/a", "/a/bc", "/A/b", "//a/b", "/", "/a/b%00", "/a/./b",
                               "/a/%62%00", "http://a/"}) {
        CAPTURE(std::string(target));
        CHECK(body_of(get(base, server.port(), target)) == "ok");
    }
}

TEST_CASE("an_absolute_target_without_path_asks_for_the_root") {
    Base base;
    HttpServer server(base);
    char answer[] = "root";
    CHECK(evhttp_set_cb(server, "/", reply_with_text, answer) == 0);
    CHECK(body_of(get(base, server.port(), "http://a/")) == "root");
    CHECK(body_of(get(base, server.port(), "http://a")) == "root");
}

TEST_CASE("a_path_has_one_callback_at_a_time") {
    Base base;
    HttpServer server(base);
    char first[] = "first", second[] = "second";
    CHECK(evhttp_set_cb(server, "/x", reply_with_text, first) == 0);
    CHECK(evhttp_set_cb(server, "/x", reply_with_text, second) == -1);
    CHECK(body_of(get(base, server.port(), "/x")) == "first");
    CHECK(evhttp_del_cb(server, "/x") == 0);
    CHECK(evhttp_del_cb(server, "/x") == -1);
    CHECK(evhttp_set_cb(server, "/x", reply_with_text, second) == 0);
    CHECK(body_of(get(base, server.port(), "/x")) == "second");
}

TEST_CASE("a_head_callback_and_a_callback_of_one_path_do_not_know_of_each_other") {
    Base base;
    HttpServer server(base);
    int heads = 0;
    const auto count = [](evhttp_request*, void* counter) {
        ++*static_cast<int*>(counter);
        return 0;
    };
    char answer[] = "path";
    CHECK(evlet_http_set_head_cb(server, "/x", count, &heads) == 0);
    CHECK(evhttp_del_cb(server, "/x") == -1);
    CHECK(evhttp_set_cb(server, "/x", reply_with_text, answer) == 0);
    CHECK(body_of(get(base, server.port(), "/x")) == "path");
    CHECK(heads == 1);
    CHECK(evlet_http_set_head_cb(server, "/x", nullptr, nullptr) == 0);
    CHECK(evlet_http_set_head_cb(server, "/x", nullptr, nullptr) == 0);
    CHECK(body_of(get(base, server.port(), "/x")) == "path");
    CHECK(heads == 1);
}

TEST_CASE("the_head_callback_of_a_path_comes_before_that_of_all") {
    Base base;
    HttpServer server(base);
    int of_path = 0, of_all = 0;
    const auto count = [](evhttp_request*, void* counter) {
        ++*static_cast<int*>(counter);
        return 0;
    };
    CHECK(evlet_http_set_head_cb(server, nullptr, count, &of_path) == 0);
    CHECK(evlet_http_set_head_cb(server, nullptr, count, &of_all) == 0);  // instead
    CHECK(evlet_http_set_head_cb(server, "/x", count, &of_path) == 0);
    CHECK(body_of(get(base, server.port(), "/x")) == "ok");
    CHECK(of_path == 1);
    CHECK(of_all == 0);
    CHECK(body_of(get(base, server.port(), "/y")) == "ok");
    CHECK(of_path == 1);
    CHECK(of_all == 1);
}

TEST_CASE("a_head_callback_that_is_below_zero_closes_the_connection") {
    Base base;
    HttpServer server(base);
    CHECK(evlet_http_set_head_cb(
              server, nullptr, [](evhttp_request*, void*) { return -1; }, nullptr) == 0);
    CHECK(talk(base, server.port(), kGet).empty());
    CHECK(server.requests == 0);
}

TEST_CASE("a_callback_may_take_itself_out") {
    Base base;
    HttpServer server(base);
    CHECK(evhttp_set_cb(
              server, "/x",
              [](evhttp_request* request, void* own) {
                  CHECK(evhttp_del_cb(*static_cast<HttpServer*>(own), "/x") == 0);
                  HttpServer::reply(request, 200, "once");
              },
              &server) == 0);
    CHECK(body_of(get(base, server.port(), "/x")) == "once");
    CHECK(body_of(get(base, server.port(), "/x")) == "ok");
}

// ---- Stages ----

TEST_CASE("the_stages_of_a_request_come_in_their_order") {
    Base base;
    StagedServer server(base);
    HttpPeer peer(base, server.port());
    peer.send(kChunkedPost + "3\r\nabc\r\n");
    REQUIRE(run_until(base, [&] { return !server.stages.pieces.empty(); }));
    CHECK(server.stages.order == "nhc");
    CHECK(server.stages.argument_told == server.stages.server);
    peer.send("2\r\nde\r\n0\r\n\r\n");
    REQUIRE(peer.gets("ok"));
    CHECK(server.stages.order == "nhccr");
    CHECK(server.stages.pieces == std::vector<std::string>{"abc", "de"});
    CHECK(server.stages.errors.empty());
}

TEST_CASE("a_body_of_known_length_comes_in_pieces_too_and_one_of_none_has_none") {
    Base base;
    StagedServer server(base);
    HttpPeer peer(base, server.port());
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
    REQUIRE(run_until(base, [&] { return !server.stages.pieces.empty(); }));
    peer.send("cd");
    REQUIRE(peer.gets("ok"));
    CHECK(server.stages.order == "nhccr");
    server.stages.order.clear();
    peer.text.clear();
    peer.send(kGet);
    REQUIRE(peer.gets("ok"));
    CHECK(server.stages.order == "nhr");
}

TEST_CASE("a_body_in_pieces_has_no_limit_of_its_own") {
    Base base;
    StagedServer server(base);
    HttpPeer peer(base, server.port());
    // More than is collected without being asked for.
    const std::string piece(1 << 20, 'x');
    peer.send(kChunkedPost);
    for (int i = 0; i < 18; ++i)
        peer.send("100000\r\n" + piece + "\r\n");
    peer.send("0\r\n\r\n");
    CHECK(peer.gets("ok"));
    size_t got = 0;
    for (const std::string& each : server.stages.pieces)
        got += each.size();
    CHECK(got == 18 * piece.size());
}

TEST_CASE("a_new_request_that_is_not_wanted_closes_the_connection") {
    for (const bool at_header : {false, true}) {
        Base base;
        StagedServer server(base);
        (at_header ? server.stages.header_answer : server.stages.new_answer) = -1;
        CHECK(talk(base, server.port(), kChunkedPost).empty());
        CHECK(server.stages.order == (at_header ? "nhe" : "ne"));
        CHECK(server.stages.errors == std::vector<int>{EVREQ_HTTP_EOF});
        CHECK(server.requests == 0);
    }
}

TEST_CASE("a_new_request_may_be_answered_before_its_body") {
    Base base;
    HttpServer server(base);
    evhttp_set_newreqcb(
        server,
        [](evhttp_request* request, void*) {
            HttpServer::reply(request, 401, "who are you");
            return 0;
        },
        nullptr);
    HttpPeer peer(base, server.port());
    // One without a body lets the connection go on.
    peer.send(kGet);
    REQUIRE(peer.gets("who are you"));
    peer.text.clear();
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
    CHECK(peer.ends());
    CHECK(status_of(peer.text) == 401);
    CHECK(field_of(peer.text, "Connection") == "close");
    CHECK(server.requests == 0);
}

TEST_CASE("a_request_is_told_why_its_body_did_not_end") {
    struct {
        std::string name;
        std::string rest;
        bool ends;
        int error;
        int status;
    } const cases[] = {
        {"end", "2\r\nab", true, EVREQ_HTTP_EOF, 0},
        {"malformed", "what\r\n", false, EVREQ_HTTP_INVALID_HEADER, 400},
        {"too long", "7fffffff\r\n", false, EVREQ_HTTP_DATA_TOO_LONG, 413},
        {"time", "2\r\n", false, EVREQ_HTTP_TIMEOUT, 0},
    };
    for (const auto& each : cases) {
        CAPTURE(each.name);
        Base base;
        StagedServer server(base);
        evhttp_set_max_body_size(server, 1000);
        if (each.error == EVREQ_HTTP_TIMEOUT) {
            const timeval limit = milliseconds(30);
            evhttp_set_read_timeout_tv(server, &limit);
        }
        HttpPeer peer(base, server.port());
        peer.send(kChunkedPost + each.rest);
        if (each.ends)
            shutdown(peer.fd(), SHUT_WR);
        CHECK(peer.ends());
        CHECK(server.stages.errors == std::vector<int>{each.error});
        CHECK(status_of(peer.text) == each.status);
        CHECK(server.requests == 0);
    }
}

TEST_CASE("the_completion_comes_when_the_system_has_taken_all_of_the_reply") {
    Base base;
    HttpServer server(base);
    bool complete = false;
    int code = 0;
    struct Told {
        bool* complete;
        int* code;
    } told = {&complete, &code};
    server.on_request = [&](evhttp_request* request) {
        evhttp_request_set_on_complete_cb(
            request,
            [](evhttp_request* completed, void* argument) {
                const auto& self = *static_cast<Told*>(argument);
                *self.complete = true;
                *self.code = evhttp_request_get_response_code(completed);
                CHECK(evhttp_request_get_uri(completed) == std::string("/"));
                bufferevent* const bev =
                    evhttp_connection_get_bufferevent(evhttp_request_get_connection(completed));
                CHECK(evbuffer_get_length(bufferevent_get_output(bev)) == 0);
            },
            &told);
        HttpServer::reply(request, 202, std::string(20000000, 'x'));
        CHECK(!complete);
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(run_until(base, [&] { return server.requests == 1; }));
    settle(base);
    CHECK(!complete);
    size_t received = 0;
    CHECK(run_until(base, [&] {
        received += receive_all(peer.fd()).size();
        return complete;
    }));
    CHECK(received > 10000000);
    CHECK(code == 202);
}

// ---- What a request and its connection tell ----

TEST_CASE("a_request_shows_all_that_was_received") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    bool seen = false;
    server.on_request = [&](evhttp_request* request) {
        seen = true;
        CHECK(evhttp_request_get_command(request) == EVHTTP_REQ_POST);
        CHECK(std::string(evhttp_request_get_uri(request)) == "/p%20q?a=b");
        const evhttp_uri* const uri = evhttp_request_get_evhttp_uri(request);
        REQUIRE(uri);
        CHECK(std::string(evhttp_uri_get_path(uri)) == "/p%20q");
        CHECK(std::string(evhttp_uri_get_query(uri)) == "a=b");
        CHECK(!evhttp_uri_get_host(uri));
        CHECK(std::string(evhttp_request_get_host(request)) == "h.test");
        const evkeyvalq* const fields = evhttp_request_get_input_headers(request);
        CHECK(std::string(evhttp_find_header(fields, "hOST")) == "h.test:81");
        CHECK(std::string(evhttp_find_header(fields, "X-Blanks")) == "a  b");
        CHECK(!evhttp_find_header(fields, "T"));
        CHECK(text_of(evhttp_request_get_input_buffer(request)) == "abc");
        CHECK(evbuffer_get_length(evhttp_request_get_output_buffer(request)) == 0);
        CHECK(evhttp_request_get_response_code(request) == 0);
        CHECK(!evhttp_request_get_response_code_line(request));
        CHECK(evhttp_request_is_owned(request) == 0);
        CHECK(request->kind == EVHTTP_REQUEST);
        CHECK(request->major == 1);
        CHECK(request->minor == 1);
        CHECK(request->body_size == 3);
        CHECK(request->headers_size > 50);
        CHECK(std::string(request->remote_host) == "127.0.0.1");
        CHECK(request->remote_port == local_address(peer.fd()).port());
        CHECK(+request->userdone == 0);
        HttpServer::reply(request, 200, "ok");
        CHECK(+request->userdone == 1);
        CHECK(evhttp_request_get_response_code(request) == 200);
        CHECK(std::string(evhttp_request_get_response_code_line(request)) == "OK");
    };
    peer.send("POST /p%20q?a=b HTTP/1.1\r\nHost: h.test:81\r\nX-Blanks: \t a  b \t\r\n"
              "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: trailer\r\n\r\n");
    CHECK(peer.gets("ok"));
    CHECK(seen);
}

TEST_CASE("an_absolute_target_shows_its_parts_and_its_host") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        const evhttp_uri* const uri = evhttp_request_get_evhttp_uri(request);
        CHECK(std::string(evhttp_uri_get_scheme(uri)) == "http");
        CHECK(std::string(evhttp_uri_get_host(uri)) == "other");
        CHECK(evhttp_uri_get_port(uri) == 82);
        CHECK(std::string(evhttp_request_get_host(request)) == "other");
        HttpServer::reply(request, 200, evhttp_request_get_uri(request));
    };
    CHECK(body_of(get(base, server.port(), "http://other:82/x")) == "http://other:82/x");
    CHECK(server.requests == 1);
}

TEST_CASE("a_request_of_http_1_0_may_have_no_host") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        CHECK(!evhttp_request_get_host(request));
        CHECK(request->minor == 0);
        HttpServer::reply(request, 200, "ok");
    };
    CHECK(body_of(talk(base, server.port(), "GET / HTTP/1.0\r\n\r\n")) == "ok");
}

TEST_CASE("a_connection_shows_its_server_base_peer_and_bufferevent") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    server.on_request = [&](evhttp_request* request) {
        evhttp_connection* const connection = evhttp_request_get_connection(request);
        CHECK(evhttp_connection_get_server(connection) == server);
        CHECK(evhttp_connection_get_base(connection) == base.get());
        const char* address = nullptr;
        ev_uint16_t port = 0;
        evhttp_connection_get_peer(connection, &address, &port);
        CHECK(std::string(address) == "127.0.0.1");
        CHECK(port == local_address(peer.fd()).port());
        evhttp_connection_get_peer(connection, nullptr, nullptr);
        CHECK(!evhttp_connection_get_addr(connection));
        const int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
        CHECK(local_address(fd).port() == server.port());
        HttpServer::reply(request, 200, "ok");
    };
    peer.send(kGet);
    CHECK(peer.gets("ok"));
}
