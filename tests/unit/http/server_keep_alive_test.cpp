// SPDX-License-Identifier: BSD-3-Clause
// Which exchanges keep a connection, and pipelines on it.
#include "server_support.h"

using namespace evlet_test;

namespace {

constexpr char kKeep[] = "Connection: keep-alive\r\n";
constexpr char kClose[] = "Connection: close\r\n";

}  // namespace

// ---- What keeps a connection ----

TEST_CASE("who_says_what_decides_whether_a_connection_is_kept") {
    struct {
        std::string version;
        std::string fields;
        bool keeps;
        const char* answer;
    } const cases[] = {
        {"1.1", "", true, "none"},
        {"1.1", kClose, false, "close"},
        {"1.1", kKeep, true, "none"},
        {"1.1", "Connection: x, CLOSE\r\n", false, "close"},
        {"1.1", "Connection: x\r\nConnection: close\r\n", false, "close"},
        {"1.1", "Connection: keep-alive, close\r\n", false, "close"},
        {"1.1", "Connection: closed\r\n", true, "none"},
        {"1.0", "", false, "close"},
        {"1.0", kKeep, true, "keep-alive"},
        {"1.0", "Connection: Keep-Alive\r\n", true, "keep-alive"},
        {"1.0", "Connection: keep-alive, close\r\n", false, "close"},
        {"1.2", "", true, "none"},
    };
    Base base;
    HttpServer server(base);
    for (const auto& each : cases) {
        CAPTURE(each.version);
        CAPTURE(each.fields);
        HttpPeer peer(base, server.port());
        const std::string request =
            "GET / HTTP/" + each.version + "\r\nHost: a\r\n" + each.fields + "\r\n";
        peer.send(request);
        if (each.keeps) {
            REQUIRE(peer.gets("ok"));
            CHECK(field_of(peer.text, "Connection") == each.answer);
            peer.text.clear();
            peer.send(request);
            CHECK(peer.gets("ok"));
        } else {
            CHECK(peer.ends());
            CHECK(field_of(peer.text, "Connection") == each.answer);
        }
    }
}

TEST_CASE("a_program_may_end_the_connection_with_a_field") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        add_reply_field(request, "Connection", "Close");
        HttpServer::reply(request, 200, "last");
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    CHECK(peer.ends());
    CHECK(body_of(peer.text) == "last");
    CHECK(field_of(peer.text, "Connection") == "close");
    CHECK(count_of(peer.text, "Connection") == 1);
}

TEST_CASE("other_words_in_the_connection_field_of_the_program_are_sent") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        add_reply_field(request, "Connection", "Upgrade");
        add_reply_field(request, "Connection", "keep-alive");
        HttpServer::reply(request, 426, "");
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(peer.gets("\r\n\r\n"));
    CHECK(field_of(peer.text, "Connection") == "Upgrade");
    CHECK(count_of(peer.text, "keep-alive") == 0);
}

TEST_CASE("a_connection_brings_as_many_requests_as_it_may") {
    Base base;
    HttpServer server(base);
    evlet_http_set_max_requests(server, 3);
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + kGet + kGet + kGet);
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{200, 200, 200});
    CHECK(count_of(peer.text, "Connection: close\r\n") == 1);
    CHECK(field_of(peer.text, "Connection") == "none");
    CHECK(server.requests == 3);
    evlet_http_set_max_requests(server, 1);
    HttpPeer single(base, server.port());
    single.send(kGet);
    CHECK(single.ends());
    CHECK(field_of(single.text, "Connection") == "close");
}

// ---- Pipelines ----

TEST_CASE("pipelined_requests_wait_for_a_reply_that_comes_later") {
    Base base;
    HttpServer server(base);
    std::vector<evhttp_request*> waiting;
    server.on_request = [&](evhttp_request* request) { waiting.push_back(request); };
    HttpPeer peer(base, server.port());
    std::string all;
    for (int i = 0; i < 5; ++i)
        all += request_for("/" + std::to_string(i));
    peer.send(all);
    for (size_t i = 0; i < 5; ++i) {
        REQUIRE(run_until(base, [&] { return waiting.size() == i + 1; }));
        settle(base);
        REQUIRE(waiting.size() == i + 1);
        CHECK(evhttp_request_get_uri(waiting[i]) == "/" + std::to_string(i));
        HttpServer::reply(waiting[i], 200, "answer " + std::to_string(i) + "!");
        CHECK(peer.gets("answer " + std::to_string(i) + "!"));
    }
    CHECK(statuses_of(peer.text).size() == 5);
}

TEST_CASE("pipelined_requests_of_all_framings_are_told_apart") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        HttpServer::reply(request, 200,
                          "[" + text_of(evhttp_request_get_input_buffer(request)) + "]");
    };
    HttpPeer peer(base, server.port());
    const std::string chunked =
        request_for("/", "Transfer-Encoding: chunked\r\n",
                    "3;x=\"y\"\r\nabc\r\n1\r\nd\r\n0\r\nT: t\r\n\r\n", "POST");
    const std::string all =
        post_of("GET / HTTP/1.1\r\n\r\n") + kGet + chunked + post_of("") + chunked + post_of("z");
    peer.send(all);
    REQUIRE(peer.gets("[z]"));
    CHECK(statuses_of(peer.text) == Statuses(6, 200));
    size_t at = 0;
    for (const char* body : {"[GET / HTTP/1.1\r\n\r\n]", "[]", "[abcd]", "[]", "[abcd]", "[z]"}) {
        at = peer.text.find("\r\n\r\n" + std::string(body), at);
        REQUIRE(at != std::string::npos);
        at += 4;
    }
}

TEST_CASE("requests_that_come_byte_by_byte_are_the_same") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        HttpServer::reply(request, 200,
                          "[" + text_of(evhttp_request_get_input_buffer(request)) + "]");
    };
    HttpPeer peer(base, server.port());
    const std::string all =
        "\r\n" + post_of("ab") +
        request_for("/", "Transfer-Encoding: chunked\r\n", "2\r\ncd\r\n0\r\n\r\n", "POST") +
        kGetAndClose;
    for (const char byte : all) {
        peer.send(std::string(1, byte));
        pass(base);
    }
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{200, 200, 200});
    CHECK(count_of(peer.text, "[ab]") == 1);
    CHECK(count_of(peer.text, "[cd]") == 1);
    CHECK(count_of(peer.text, "[]") == 1);
}

TEST_CASE("nothing_is_answered_behind_a_request_that_asked_for_the_close") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + kGetAndClose + kGet);
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{200, 200});
    CHECK(server.requests == 2);
}

TEST_CASE("a_peer_that_does_not_read_is_not_answered_without_end") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        HttpServer::reply(request, 200, std::string(20000, 'x'));
    };
    HttpPeer peer(base, server.port());
    std::string all;
    for (int i = 0; i < 2000; ++i)
        all += kGet;
    size_t sent = send_some(peer.fd(), all);
    int before = -1;
    while (before != server.requests) {
        before = server.requests;
        for (int i = 0; i < 10; ++i)
            settle(base);
    }
    CHECK(server.requests < 2000);
    // And then it is.
    size_t received = 0;
    CHECK(run_until(base, [&] {
        sent += send_some(peer.fd(), all, sent);
        received += receive_all(peer.fd()).size();
        return received > size_t(2000) * 20000 && server.requests == 2000;
    }));
}

TEST_CASE("empty_lines_before_a_request_are_skipped_and_no_more_than_a_few") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    peer.send("\r\n" + post_of("a") + "\r\n\r\n" + kGetAndClose);
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{200, 200});
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "\r\n";
    CHECK(statuses_of(talk(base, server.port(), many + kGet)) == Statuses{400});
    CHECK(statuses_of(talk(base, server.port(), std::string("\n") + kGet)) == Statuses{400});
    CHECK(server.requests == 2);
}
