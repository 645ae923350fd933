// SPDX-License-Identifier: BSD-3-Clause
// Replies that come to no good end: whose request the program still holds then, and until when.
#include "http_support.h"

using namespace evlet_test;

namespace {

// A request whose reply is made later, outside of callbacks.
struct Later {
    explicit Later(HttpServer& server) {
        server.on_request = [this](evhttp_request* given) { request = given; };
    }
    evhttp_request* request = nullptr;
};

void reset_by_peer(HttpPeer& peer) {
    const linger at_once = {1, 0};
    setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    peer.close();
}

bool connections_go(event_base* base, evhttp* server) {
    return run_until(base, [&] { return evhttp_get_connection_count(server) == 0; });
}

// The head does not fit into memory that is at hand.
[[maybe_unused]] void add_large_field(evhttp_request* request) {
    const std::string value(5000, 'x');
    REQUIRE(evhttp_add_header(evhttp_request_get_output_headers(request), "X", value.c_str()) == 0);
}

void send_piece(evhttp_request* request, const std::string& text) {
    evbuffer* const piece = evbuffer_new();
    REQUIRE(piece);
    REQUIRE(evbuffer_add(piece, text.data(), text.size()) == 0);
    evhttp_send_reply_chunk(request, piece);
    CHECK(evbuffer_get_length(piece) == 0);
    evbuffer_free(piece);
}

}  // namespace

TEST_CASE("a_reply_of_the_requests_own_buffer_may_come_when_the_peer_has_gone") {
    Base base;
    HttpServer server(base);
    Later later(server);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(run_until(base, [&] { return later.request != nullptr; }));
    reset_by_peer(peer);
    REQUIRE(connections_go(base, server));
    CHECK(evhttp_request_get_connection(later.request) == nullptr);
    evbuffer* const body = evhttp_request_get_output_buffer(later.request);
    CHECK(evbuffer_add(body, "late", 4) == 0);
    evhttp_send_reply(later.request, 200, nullptr, body);
}

TEST_CASE("a_reply_that_exceeds_its_length_closes_the_connection_and_is_still_to_be_ended") {
    Base base;
    CapturedLog log;
    HttpServer server(base);
    Later later(server);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(run_until(base, [&] { return later.request != nullptr; }));
    evkeyvalq* const fields = evhttp_request_get_output_headers(later.request);
    CHECK(evhttp_add_header(fields, "Content-Length", "3") == 0);
    evhttp_send_reply_start(later.request, 200, nullptr);
    send_piece(later.request, "too long");
    CHECK(evhttp_get_connection_count(server) == 0);
    send_piece(later.request, "more");
    CHECK(evhttp_request_get_connection(later.request) == nullptr);
    evhttp_send_reply_end(later.request);
    CHECK(peer.ends());
}

#if EVLET_MEM_HOOKS
TEST_CASE("a_reply_in_pieces_without_memory_is_still_to_be_ended") {
    FailingMemory memory;
    Base base;
    CapturedLog log;
    HttpServer server(base);
    Later later(server);
    for (int n = 1;; ++n) {
        REQUIRE(n < 30);
        CAPTURE(n);
        later.request = nullptr;
        HttpPeer peer(base, server.port());
        peer.send(kGet);
        REQUIRE(run_until(base, [&] { return later.request != nullptr; }));
        add_large_field(later.request);
        evbuffer* const own = evhttp_request_get_output_buffer(later.request);
        memory.fail_at(n, true);
        evhttp_send_reply_start(later.request, 200, nullptr);
        for (int i = 0; i < 3; ++i) {
            (void)evbuffer_add(own, "a piece of it", 13);
            evhttp_send_reply_chunk(later.request, own);
        }
        evhttp_send_reply_end(later.request);
        const bool met = memory.failed();
        memory.stop_failing();
        peer.close();
        REQUIRE(connections_go(base, server));
        if (!met)
            break;
    }
}

TEST_CASE("a_reply_of_the_requests_own_buffer_without_memory_closes_the_connection") {
    FailingMemory memory;
    Base base;
    HttpServer server(base);
    Later later(server);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(run_until(base, [&] { return later.request != nullptr; }));
    add_large_field(later.request);
    evbuffer* const body = evhttp_request_get_output_buffer(later.request);
    REQUIRE(evbuffer_add(body, "body", 4) == 0);
    memory.fail_at(1, true);
    evhttp_send_reply(later.request, 200, "A reason", body);
    memory.stop_failing();
    CHECK(peer.ends());
}
#endif

TEST_CASE("a_reply_begun_before_the_body_is_still_to_be_ended_when_the_peer_goes") {
    for (const bool in_head : {true, false}) {
        CAPTURE(in_head);
        static evhttp_request* begun;
        begun = nullptr;
        const auto on_data = [](evhttp_request* request, evbuffer* data, void*) {
            evbuffer_drain(data, evbuffer_get_length(data));
            evhttp_send_reply_start(request, 200, nullptr);
            begun = request;
        };
        static evlet_http_data_cb receive;
        receive = on_data;
        const auto on_head = [](evhttp_request* request, void* argument) {
            if (!argument)
                return evlet_http_request_stream_body(request, receive, nullptr, nullptr);
            evhttp_send_reply_start(request, 200, nullptr);
            begun = request;
            return 0;
        };
        Base base;
        HttpServer server(base);
        CHECK(evlet_http_set_head_cb(server, nullptr, on_head, in_head ? &base : nullptr) == 0);
        HttpPeer peer(base, server.port());
        peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
        REQUIRE(run_until(base, [&] { return begun != nullptr; }));
        reset_by_peer(peer);
        REQUIRE(connections_go(base, server));
        send_piece(begun, "for nobody");
        evhttp_send_reply_end(begun);
    }
}

TEST_CASE("who_replies_to_a_body_on_its_way_gets_no_more_of_it") {
    struct Refuser {
        int pieces = 0;
        static void on_data(evhttp_request* request, evbuffer* data, void* argument) {
            auto& self = *static_cast<Refuser*>(argument);
            ++self.pieces;
            evbuffer_drain(data, evbuffer_get_length(data));
            evhttp_send_error(request, 403, nullptr);
        }
        static int on_head(evhttp_request* request, void* argument) {
            return evlet_http_request_stream_body(request, on_data, nullptr, argument);
        }
    };
    Base base;
    HttpServer server(base);
    Refuser refuser;
    CHECK(evlet_http_set_head_cb(server, nullptr, Refuser::on_head, &refuser) == 0);
    HttpPeer peer(base, server.port());
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n");
    CHECK(peer.ends());
    CHECK(peer.text.rfind("HTTP/1.1 403 ", 0) == 0);
    CHECK(refuser.pieces == 1);
    CHECK(server.requests == 0);
}
