// SPDX-License-Identifier: BSD-3-Clause
// The beginning of sessions, on both sides.
#include "ws_support.h"

using namespace evlet_test;

namespace {

std::string without(const std::string& line) {
    std::string request = kHandshake;
    const size_t at = request.find(line);
    REQUIRE(at != std::string::npos);
    return request.erase(at, request.find("\r\n", at) + 2 - at);
}

std::string with(const std::string& from, const std::string& to) {
    std::string request = kHandshake;
    const size_t at = request.find(from);
    REQUIRE(at != std::string::npos);
    return request.replace(at, from.size(), to);
}

std::string answer_to(const std::string& request, const char* subprotocols = nullptr) {
    Base base;
    WsServer server(base);
    server.subprotocols = subprotocols;
    RawPeer peer(base, server.port());
    peer.send(request);
    const std::string head = peer.answer();
    CHECK(server.requests == 1);
    CHECK((server.log.session != nullptr) == (head.rfind("HTTP/1.1 101 ", 0) == 0));
    return head;
}

unsigned status_of(const std::string& head) {
    return static_cast<unsigned>(std::stoul(head.substr(9, 3)));
}

bool has(const std::string& head, const std::string& line) {
    return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("the_handshake_of_the_rfc_is_answered_as_the_rfc_does") {
    const std::string head = answer_to(kHandshake);
    CHECK(status_of(head) == 101);
    CHECK(has(head, "Upgrade: websocket"));
    CHECK(has(head, "Connection: Upgrade"));
    CHECK(has(head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    CHECK(head.find("Sec-WebSocket-Protocol") == std::string::npos);
    CHECK(head.find("Sec-WebSocket-Extensions") == std::string::npos);
}

TEST_CASE("names_in_the_handshake_go_without_case_and_among_others") {
    CHECK(status_of(answer_to(with("Upgrade: websocket", "upgrade: WebSocket"))) == 101);
    CHECK(status_of(answer_to(with("Connection: Upgrade", "Connection: keep-alive, upgrade"))) ==
          101);
}

TEST_CASE("a_request_that_is_no_handshake_is_refused") {
    for (const char* line : {"Connection", "Sec-WebSocket-Key"})
        CHECK(status_of(answer_to(without(line))) == 400);
    CHECK(status_of(answer_to(with("dGhlIHNhbXBsZSBub25jZQ==", "short"))) == 400);
    CHECK(status_of(answer_to(with("\r\n\r\n", "\r\nSec-WebSocket-Key: "
                                               "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))) == 400);
    CHECK(status_of(answer_to(with("HTTP/1.1", "HTTP/1.0"))) == 400);
    const std::string head = answer_to(with("GET", "POST"));
    CHECK(status_of(head) == 405);
    CHECK(has(head, "Allow: GET"));
}

TEST_CASE("who_speaks_something_else_is_told_what_is_spoken") {
    for (const std::string& request :
         {without("Upgrade"), with("Upgrade: websocket", "Upgrade: h2c"),
          without("Sec-WebSocket-Version"), with(": 13", ": 8"), with(": 13", ": 13, 8")}) {
        const std::string head = answer_to(request);
        CHECK(status_of(head) == 426);
        CHECK(has(head, "Upgrade: websocket"));
        CHECK(has(head, "Connection: Upgrade"));
        CHECK(has(head, "Sec-WebSocket-Version: 13"));
    }
}

TEST_CASE("the_first_offer_that_is_spoken_is_the_subprotocol") {
    const std::string offer = with(
        "\r\n\r\n", "\r\nSec-WebSocket-Protocol: x, v2 \r\nSec-WebSocket-Protocol: v1\r\n\r\n");
    CHECK(has(answer_to(offer, "v1, v2"), "Sec-WebSocket-Protocol: v2"));
    CHECK(has(answer_to(offer, "v1"), "Sec-WebSocket-Protocol: v1"));
    CHECK(answer_to(offer, "v3").find("Sec-WebSocket-Protocol") == std::string::npos);
    CHECK(answer_to(offer).find("Sec-WebSocket-Protocol") == std::string::npos);
}

TEST_CASE("fields_of_the_program_are_part_of_the_answer") {
    Base base;
    WsServer server(base);
    server.before = [](evhttp_request* request) {
        evhttp_add_header(evhttp_request_get_output_headers(request), "Set-Cookie", "a=b");
    };
    RawPeer peer(base, server.port());
    peer.send(kHandshake);
    CHECK(has(peer.answer(), "Set-Cookie: a=b"));
}

TEST_CASE("a_lock_that_is_not_there_is_refused") {
    Base base;
    CapturedLog log;
    WsServer server(base);
    server.options = BEV_OPT_THREADSAFE;
    RawPeer peer(base, server.port());
    peer.send(kHandshake);
    CHECK(status_of(peer.answer()) == 500);
    CHECK(log.contains("BEV_OPT_THREADSAFE"));
}

#if EVLET_MEM_HOOKS
TEST_CASE("a_session_without_memory_leaves_the_server_well") {
    FailingMemory memory;
    Base base;
    const std::string bytes = kHandshake + frame(kText, "a", false) + frame(kContinuation, "b");
    for (int n = 1;; ++n) {
        REQUIRE(n < 60);
        CAPTURE(n);
        WsServer server(base);
        RawPeer peer(base, server.port());
        settle(base);
        memory.fail_at(n);
        send_some(peer.fd(), bytes);
        for (int i = 0; i < 8; ++i)
            pass(base);
        const bool met = memory.failed();
        memory.stop_failing();
        settle(base);
        peer.close();
        if (server.log.session)
            CHECK(run_until(base, [&] { return server.log.closes == 1; }));
        CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
        RawPeer next(base, server.port());
        next.open();
        if (!met)
            break;
    }
}
#endif
