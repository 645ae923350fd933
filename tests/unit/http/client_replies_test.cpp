// SPDX-License-Identifier: BSD-3-Clause
// Clients: replies, whole and in pieces, within limits and above them.
#include "client_support.h"

using namespace evlet_test;

namespace {

// The result of one request that is answered with `reply`, after which the peer closes if told to.
struct Answered {
    std::string result;
    Errors errors;
};
Answered answer(const std::string& reply, bool close = false, evhttp_cmd_type type = EVHTTP_REQ_GET,
                const std::function<void(HttpClient&)>& set_up = nullptr) {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    if (set_up)
        set_up(client);
    client.make(type == EVHTTP_REQ_CONNECT ? "a:1" : "/", type);
    HttpPeer peer = accept_request(base, listener);
    peer.send(reply);
    if (close)
        peer.close();
    CHECK(client.has(1));
    return {client.results[0], client.errors};
}

std::string many_fields(int count) {
    std::string fields;
    for (int i = 0; i < count; ++i)
        fields += "X: y\r\n";
    return fields;
}

}  // namespace

TEST_CASE("replies_that_have_no_body_end_with_their_head") {
    CHECK(answer("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n").result == "204 ");
    CHECK(answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").result == "304 ");
    CHECK(answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", false, EVHTTP_REQ_HEAD).result ==
          "200 ");
    CHECK(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false, EVHTTP_REQ_HEAD)
              .result == "200 ");
    CHECK(answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").result == "200 ");
}

TEST_CASE("a_reply_shows_its_version_reason_fields_and_sizes") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    client.on_reply = [](evhttp_request* request) {
        CHECK(std::string(evhttp_request_get_response_code_line(request)) == "So it is");
        const evkeyvalq* const fields = evhttp_request_get_input_headers(request);
        CHECK(std::string(evhttp_find_header(fields, "X-one")) == "a");
        CHECK(!evhttp_find_header(fields, "X-Trailer"));
        CHECK(evhttp_request_get_command(request) == EVHTTP_REQ_GET);
        CHECK(std::string(evhttp_request_get_uri(request)) == "/there");
    };
    client.make("/there");
    HttpPeer peer = accept_request(base, listener);
    peer.send("HTTP/1.1 299 So it is\r\nX-One:  a \r\nTransfer-Encoding: chunked\r\n\r\n"
              "2\r\nab\r\n0\r\nX-Trailer: b\r\n\r\n");
    CHECK(client.has(1));
    CHECK(client.results == Results{"299 ab"});
}

TEST_CASE("a_reply_may_come_byte_by_byte") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    client.make("/");
    HttpPeer peer = accept_request(base, listener);
    for (const char byte : std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       "a;b=\"c\"\r\n0123456789\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n")) {
        peer.send(std::string(1, byte));
        settle(base);
    }
    CHECK(client.has(1));
    CHECK(client.results == Results{"200 0123456789x"});
}

TEST_CASE("a_body_is_handed_on_as_it_comes") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    std::string body;
    client.on_chunk = [&](evhttp_request* request) {
        body += text_of(evhttp_request_get_input_buffer(request)) + "|";
    };
    client.make("/");
    HttpPeer peer = accept_request(base, listener);
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n");
    CHECK(run_until(base, [&] { return body == "abc|de|"; }));
    peer.send("0\r\n\r\n");
    CHECK(client.has(1));
    CHECK(client.results == Results{"200 "});
}

TEST_CASE("a_header_callback_sees_the_head_and_may_end_the_request") {
    for (const int answer : {0, -1}) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        int calls = 0;
        client.on_header = [&](evhttp_request* request) {
            ++calls;
            CHECK(evhttp_request_get_response_code(request) == 200);
            CHECK(evbuffer_get_length(evhttp_request_get_input_buffer(request)) == 0);
            return answer;
        };
        client.make("/");
        HttpPeer peer = accept_request(base, listener);
        peer.send("HTTP/1.1 102 Processing\r\n\r\n" + short_reply("ab"));
        CHECK(client.has(1));
        CHECK(calls == 1);
        CHECK(client.results[0] == (answer ? "none" : "200 ab"));
        CHECK(client.errors == (answer ? Errors{EVREQ_HTTP_EOF} : Errors{}));
    }
}

TEST_CASE("interim_replies_are_skipped_up_to_a_number") {
    std::string interim;
    for (int i = 0; i < 32; ++i)
        interim += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    CHECK(answer(interim + short_reply("ab")).result == "200 ab");
    const Answered many = answer(interim + "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(many.result == "none");
    CHECK(many.errors == Errors{EVREQ_HTTP_INVALID_HEADER});
}

TEST_CASE("a_body_that_ends_early_fails") {
    for (const char* reply : {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                              "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", ""}) {
        const Answered answered = answer(reply, true);
        CHECK(answered.result == "none");
        CHECK(answered.errors == Errors{EVREQ_HTTP_EOF});
    }
}

TEST_CASE("a_reset_is_not_the_end_of_a_body_that_ends_with_its_connection") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    client.make("/");
    HttpPeer peer = accept_request(base, listener);
    peer.send("HTTP/1.1 200 OK\r\n\r\npart");
    settle(base);
    const linger at_once = {1, 0};
    setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    peer.close();
    CHECK(client.has(1));
    CHECK(client.results == Results{"none"});
    CHECK(client.errors == Errors{EVREQ_HTTP_EOF});
}

TEST_CASE("a_malformed_reply_fails") {
    for (const char* reply :
         {"HTTP/2.0 200 OK\r\n\r\n",
          "HTTP/1.1 20 OK\r\n\r\n",
          "HTTP/1.1 099 No\r\n\r\n",
          "HTTP/1.1  200 OK\r\n\r\n",
          "http/1.1 200 OK\r\n\r\n",
          "220 hello\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
          "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
          "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
          "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
        CAPTURE(reply);
        const Answered answered = answer(reply);
        CHECK(answered.result == "none");
        CHECK(answered.errors == Errors{EVREQ_HTTP_INVALID_HEADER});
    }
}

TEST_CASE("a_head_over_the_limits_fails") {
    const auto limit = [](HttpClient& client) {
        evhttp_connection_set_max_headers_size(client.connection, 60);
    };
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ";
    const std::string fits = head + std::string(60 - head.size() - 4, 'x') + "\r\n\r\nab";
    CHECK(answer(fits, false, EVHTTP_REQ_GET, limit).result == "200 ab");
    const Answered over = answer(head + std::string(60, 'x'), false, EVHTTP_REQ_GET, limit);
    CHECK(over.result == "none");
    CHECK(over.errors == Errors{EVREQ_HTTP_DATA_TOO_LONG});
    CHECK(answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + many_fields(255) + "\r\n").result ==
          "200 ");
    CHECK(answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + many_fields(256) + "\r\n").errors ==
          Errors{EVREQ_HTTP_DATA_TOO_LONG});
}

TEST_CASE("a_body_over_the_limit_fails_however_it_is_framed") {
    const auto limit = [](HttpClient& client) {
        evhttp_connection_set_max_body_size(client.connection, 4);
    };
    struct {
        const char* reply;
        const char* result;
    } const cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", "200 abcd"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "none"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "200 abcd"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n1\r\n", "none"},
        {"HTTP/1.1 200 OK\r\n\r\nabcd", "200 abcd"},
        {"HTTP/1.1 200 OK\r\n\r\nabcde", "none"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.reply);
        const Answered answered = answer(each.reply, true, EVHTTP_REQ_GET, limit);
        CHECK(answered.result == each.result);
        if (std::string(each.result) == "none")
            CHECK(answered.errors == Errors{EVREQ_HTTP_DATA_TOO_LONG});
    }
}

TEST_CASE("a_connection_is_detached_after_101_and_after_connect") {
    for (const bool upgrade : {true, false}) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        bufferevent* taken = nullptr;
        client.on_reply = [&](evhttp_request* request) {
            if (!taken)
                taken = evlet_http_request_detach(request);
            CHECK(!evlet_http_request_detach(request));
        };
        evhttp_request* const request = client.prepare();
        if (upgrade)
            HttpClient::add_field(request, "Upgrade", "other");
        client.send(request, upgrade ? "/" : "a:1", upgrade ? EVHTTP_REQ_GET : EVHTTP_REQ_CONNECT);
        HttpPeer peer = accept_request(base, listener);
        peer.send(upgrade ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\nhello"
                          : "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhello");
        CHECK(client.has(1));
        REQUIRE(taken);
        CHECK(client.closes == 0);
        SocketStream stream(taken);
        CHECK(stream.take() == "hello");
        stream.enable(EV_READ | EV_WRITE);
        stream.write("back");
        CHECK(peer.gets("back"));
        client.make("/next");
        HttpPeer next = accept_request(base, listener);
        next.send(short_reply("ab"));
        CHECK(client.has(2));
        CHECK(client.results.back() == "200 ab");
        CHECK(client.closes == 0);
    }
}

TEST_CASE("a_bufferevent_of_the_program_is_not_replaced_by_a_plain_one") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(evhttp_connection_base_bufferevent_new(
        base, nullptr, bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE), "127.0.0.1",
        static_cast<ev_uint16_t>(listener.port())));
    bufferevent* taken = nullptr;
    client.on_reply = [&](evhttp_request* request) {
        if (!taken)
            taken = evlet_http_request_detach(request);
    };
    client.make("a:1", EVHTTP_REQ_CONNECT);
    HttpPeer peer = accept_request(base, listener);
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    CHECK(client.has(1));
    REQUIRE(taken);
    const SocketStream stream(taken);
    // It might have been of TLS, and the request be a secret.
    CHECK(evhttp_make_request(client.connection, client.prepare(), EVHTTP_REQ_GET, "/secret") == -1);
    settle(base);
    CHECK_FALSE(is_ready(listener.fd(), POLLIN, 0));
}

TEST_CASE("a_tunnel_that_nobody_takes_is_closed") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    client.make("a:1", EVHTTP_REQ_CONNECT);
    HttpPeer peer = accept_request(base, listener);
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    CHECK(client.has(1));
    CHECK(peer.ends());
    CHECK(answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", false, EVHTTP_REQ_CONNECT)
              .result == "403 no");
}

TEST_CASE("what_comes_behind_a_reply_is_no_reply_to_the_next_request") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    client.make("/1");
    HttpPeer peer = accept_request(base, listener);
    peer.send(short_reply("ab") + short_reply("no"));
    CHECK(client.has(1));
    client.make("/2");
    HttpPeer next = accept_request(base, listener);
    CHECK(next.text.rfind("GET /2 ", 0) == 0);
    CHECK(peer.ends());
    next.send(short_reply("cd"));
    CHECK(client.has(2));
    CHECK(client.results == Results{"200 ab", "200 cd"});
}

// What a client skipped could be the end of another reply (RFC 9112 section 2.2 is about requests).
TEST_CASE("an_empty_line_before_a_status_line_fails_the_request") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    for (const char* before : {"\r\n", "HTTP/1.1 100 Continue\r\n\r\n\r\n"}) {
        HttpClient client(base, listener.port());
        client.make("/");
        HttpPeer peer = accept_request(base, listener);
        peer.send(before + short_reply("ab"));
        CHECK(client.has(1));
        CHECK(client.results == Results{"none"});
        CHECK(client.errors == Errors{EVREQ_HTTP_INVALID_HEADER});
    }
}
