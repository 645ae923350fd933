// SPDX-License-Identifier: BSD-3-Clause
// What a server's session takes in, and what it refuses.
#include <netinet/tcp.h>

#include "ws_support.h"

using namespace evlet_test;

namespace {

// Sends bytes, and wants the session ended with this code told to the peer.
void check_refused(const std::string& bytes, unsigned code) {
    Base base;
    OpenSession open(base);
    open.peer.send(bytes);
    CHECK(open.peer.gets(server_frame(kClose, close_payload(code))));
    CHECK(open.peer.ends());
    open.peer.close();
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.code == 1006);
    CHECK(open.log.sent_code == code);
    CHECK(open.log.messages.empty());
    CHECK(evhttp_get_connection_count(open.server) == 0);
}

}  // namespace

TEST_CASE("messages_are_handed_over_whole") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kText, "hello") + frame(kBinary, std::string("\0\xff", 2)) +
                   frame(kText, "") + frame(kBinary, bytes_of_size(70000)));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 4; }));
    CHECK(open.log.messages[0] == "t:hello");
    CHECK(open.log.messages[1] == std::string("b:\0\xff", 4));
    CHECK(open.log.messages[2] == "t:");
    const bool same = open.log.messages[3] == "b:" + bytes_of_size(70000);
    CHECK(same);
    CHECK(open.log.closes == 0);
}

TEST_CASE("a_message_may_come_byte_by_byte") {
    Base base;
    OpenSession open(base);
    const std::string bytes = frame(kText, "h\xc3\xa9", false) + frame(kPing, "p") +
                              frame(kContinuation, "llo") + frame(kBinary, std::string(200, 'x'));
    const int now = 1;
    REQUIRE(setsockopt(open.peer.fd(), IPPROTO_TCP, TCP_NODELAY, &now, sizeof now) == 0);
    for (const char byte : bytes) {
        open.peer.send({byte});
        settle(base);
    }
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 2; }));
    CHECK(open.log.messages[0] == "t:h\xc3\xa9llo");
    CHECK(open.log.messages[1] == "b:" + std::string(200, 'x'));
    CHECK(open.peer.gets(server_frame(kPong, "p")));
}

TEST_CASE("what_comes_with_the_handshake_is_taken") {
    Base base;
    WsServer server(base);
    RawPeer peer(base, server.port());
    peer.send(kHandshake + frame(kText, "early"));
    CHECK(peer.answer().rfind("HTTP/1.1 101 ", 0) == 0);
    CHECK(run_until(base, [&] { return server.log.messages.size() == 1; }));
}

TEST_CASE("fragments_are_put_together_and_control_frames_may_come_between") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kText, "one ", false) + frame(kPing, "a") +
                   frame(kContinuation, "two ", false) + frame(kPing, "b") +
                   frame(kContinuation, "three"));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 1; }));
    CHECK(open.log.messages[0] == "t:one two three");
    CHECK(open.peer.gets(server_frame(kPong, "a") + server_frame(kPong, "b")));
    // The next message begins anew.
    open.peer.send(frame(kBinary, "", false) + frame(kContinuation, ""));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 2; }));
    CHECK(open.log.messages[1] == "b:");
}

TEST_CASE("a_character_may_be_split_between_fragments") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kText, "\xe2\x82", false) + frame(kContinuation, "\xac"));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 1; }));
    CHECK(open.log.messages[0] == "t:\xe2\x82\xac");
}

TEST_CASE("text_that_is_not_utf8_is_refused") {
    check_refused(frame(kText, "\xff"), 1007);
    check_refused(frame(kText, "\xe2\x82"), 1007);
    check_refused(frame(kText, "\xe2\x82", false) + frame(kContinuation, "x"), 1007);
    check_refused(frame(kText, "\xed\xa0\x80", false), 1007);
}

TEST_CASE("a_client_has_to_mask") {
    check_refused(server_frame(kText, "hello"), 1002);
    check_refused(server_frame(kPing, ""), 1002);
}

TEST_CASE("fragments_have_a_beginning_and_an_end") {
    check_refused(frame(kContinuation, "x"), 1002);
    check_refused(frame(kContinuation, "x", false), 1002);
    check_refused(frame(kText, "x", false) + frame(kText, "y"), 1002);
    check_refused(frame(kText, "x", false) + frame(kBinary, "y", false), 1002);
}

TEST_CASE("headers_that_break_the_rules_are_refused") {
    check_refused("\xc1\x80\x01\x02\x03\x04", 1002);
    check_refused("\x83\x80\x01\x02\x03\x04", 1002);
    check_refused("\x09\x80\x01\x02\x03\x04", 1002);
    check_refused(std::string("\x89\xfe\x00\x7e\x01\x02\x03\x04", 8), 1002);
    check_refused(std::string("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04", 14),
                  1002);
}

TEST_CASE("a_frame_over_the_limit_is_refused_before_its_bytes_come") {
    // One byte more than a mebibyte, of which none is sent.
    check_refused(std::string("\x82\xff\x00\x00\x00\x00\x00\x10\x00\x01\x01\x02\x03\x04", 14),
                  1009);
    check_refused(std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04", 14),
                  1009);
}

TEST_CASE("fragments_are_within_the_limit_all_together") {
    Base base;
    OpenSession open(base);
    evlet_ws_set_max_message(open.log.session, 10);
    open.peer.send(frame(kBinary, "12345", false) + frame(kContinuation, "67890"));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 1; }));
    open.peer.send(frame(kBinary, "12345", false) + frame(kContinuation, "67890", false) +
                   frame(kContinuation, "1"));
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1009))));
    CHECK(open.peer.ends());
    CHECK(open.log.messages.size() == 1);
}

TEST_CASE("a_ping_comes_back_as_a_pong_and_a_pong_is_told") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kPing, std::string(125, 'p')));
    CHECK(open.peer.gets(server_frame(kPong, std::string(125, 'p'))));
    open.peer.send(frame(kPong, "unasked"));
    REQUIRE(run_until(base, [&] { return open.log.pongs.size() == 1; }));
    CHECK(open.log.pongs[0] == "unasked");
    CHECK(evlet_ws_ping(open.log.session, "x", 1) == 0);
    CHECK(open.peer.gets(server_frame(kPing, "x")));
    const std::string long_one(126, 'x');
    CHECK(evlet_ws_ping(open.log.session, long_one.data(), long_one.size()) == -1);
}

TEST_CASE("a_peer_that_pings_and_does_not_read_gets_no_memory") {
    Base base;
    OpenSession open(base);
    bufferevent* const bev = evws_connection_get_bufferevent(open.log.session);
    make_buffers_small(open.peer.fd());
    make_buffers_small(bufferevent_getfd(bev));
    std::string pings;
    for (int i = 0; i < 500; ++i)
        pings += frame(kPing, std::string(125, 'p'));
    size_t most = 0;
    size_t sent = 0;
    for (int i = 0; i < 400; ++i) {
        sent += send_some(open.peer.fd(), pings, sent);
        sent %= pings.size();
        pass(base);
        most = std::max(most, evbuffer_get_length(bufferevent_get_output(bev)));
    }
    CHECK(most < 80000);
    CHECK(open.log.closes == 0);
}

TEST_CASE("sent_messages_are_whole_frames_without_masks") {
    Base base;
    OpenSession open(base);
    evws_send_text(open.log.session, "hi");
    evws_send_binary(open.log.session, "\x01\x02", 2);
    const std::string big = bytes_of_size(100000);
    CHECK(evlet_ws_send(open.log.session, WS_BINARY_FRAME, big.data(), big.size()) == 0);
    CHECK(open.peer.gets(server_frame(kText, "hi") + server_frame(kBinary, "\x01\x02") +
                         server_frame(kBinary, big)));
}

TEST_CASE("parts_of_a_message_are_sent_in_order_and_nothing_between_them") {
    Base base;
    OpenSession open(base);
    evws_connection* const ws = open.log.session;
    CHECK(evlet_ws_send_fragment(ws, WS_TEXT_FRAME, "\xc3", 1, 0) == 0);
    CHECK(evlet_ws_send(ws, WS_TEXT_FRAME, "no", 2) == -1);
    CHECK(evlet_ws_send_fragment(ws, WS_BINARY_FRAME, "no", 2, 1) == -1);
    CHECK(evlet_ws_ping(ws, "", 0) == 0);
    CHECK(evlet_ws_send_fragment(ws, WS_TEXT_FRAME, "\xa9", 1, 1) == 0);
    CHECK(evlet_ws_send(ws, WS_TEXT_FRAME, "yes", 3) == 0);
    CHECK(open.peer.gets(server_frame(kText, "\xc3", false) + server_frame(kPing, "") +
                         server_frame(kContinuation, "\xa9") + server_frame(kText, "yes")));
}

TEST_CASE("what_may_not_be_sent_is_not") {
    Base base;
    OpenSession open(base);
    CapturedLog log;
    CHECK(evlet_ws_send(open.log.session, WS_TEXT_FRAME, "\xff", 1) == -1);
    CHECK(evlet_ws_send(open.log.session, kPing, "x", 1) == -1);
    evws_send_text(open.log.session, "\xff");
    CHECK(log.lines().size() == 1);
    evws_send_text(open.log.session, "good");
    CHECK(open.peer.gets(server_frame(kText, "good")));
}

TEST_CASE("the_drained_callback_comes_when_all_has_left") {
    Base base;
    OpenSession open(base);
    int drained = 0;
    evlet_ws_set_drained_cb(
        open.log.session, [](evws_connection*, void* count) { ++*static_cast<int*>(count); },
        &drained);
    const std::string big = bytes_of_size(500000);
    CHECK(evlet_ws_send(open.log.session, WS_BINARY_FRAME, big.data(), big.size()) == 0);
    CHECK(open.peer.wait_for(big.size()));
    CHECK(run_until(base, [&] { return drained == 1; }));
}

TEST_CASE("a_silent_peer_is_pinged_and_then_given_up") {
    Base base;
    OpenSession open(base);
    const timeval interval = milliseconds(300);  // in which the answer has to be there
    CHECK(evlet_ws_set_keep_alive(open.log.session, &interval) == 0);
    CHECK(open.peer.wait_for(2));
    CHECK(open.peer.text.substr(0, 2) == server_frame(kPing, ""));
    // An answer keeps the session for another interval and ping.
    open.peer.send(frame(kPong, ""));
    open.peer.text.clear();
    CHECK(open.peer.wait_for(2));
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.code == 1006);
    CHECK(open.peer.ends());
}
