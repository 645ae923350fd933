// SPDX-License-Identifier: BSD-3-Clause
// The ends of sessions.
#include "ws_support.h"

using namespace evlet_test;

namespace {

void check_close_refused(const std::string& payload, unsigned code) {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kClose, payload));
    CHECK(open.peer.gets(server_frame(kClose, close_payload(code))));
    CHECK(open.peer.ends());
}

}  // namespace

TEST_CASE("a_close_comes_back_with_its_code_and_is_told_with_its_reason") {
    for (const unsigned code : {1000u, 1001u, 1003u, 1007u, 1011u, 1014u, 3000u, 4999u}) {
        CAPTURE(code);
        Base base;
        OpenSession open(base);
        open.peer.send(frame(kClose, close_payload(code, "because")));
        CHECK(open.peer.gets(server_frame(kClose, close_payload(code))));
        CHECK(open.peer.ends());
        open.peer.close();
        REQUIRE(run_until(base, [&] { return open.log.closes == 1; }));
        CHECK(open.log.code == code);
        CHECK(open.log.sent_code == code);
        CHECK(open.log.reason == "because");
    }
}

TEST_CASE("a_close_without_a_code_is_answered_without_one") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kClose, ""));
    CHECK(open.peer.gets(server_frame(kClose, "")));
    CHECK(open.peer.ends());
    open.peer.close();
    REQUIRE(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.code == 1005);
    CHECK(open.log.sent_code == 1005);
}

TEST_CASE("a_close_that_breaks_the_rules_is_refused") {
    check_close_refused("\x03", 1002);
    for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 2999u, 5000u, 65535u}) {
        CAPTURE(code);
        check_close_refused(close_payload(code), 1002);
    }
    check_close_refused(close_payload(1000, "\xff"), 1007);
}

TEST_CASE("what_comes_behind_a_close_is_ignored") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kClose, close_payload(1000)) + frame(kText, "late") + frame(kPing, ""));
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1000))));
    CHECK(open.peer.ends());
    open.peer.close();
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.messages.empty());
}

TEST_CASE("the_program_closes_and_waits_for_the_answer") {
    Base base;
    OpenSession open(base);
    CHECK(evlet_ws_close(open.log.session, 4000, "bye") == 0);
    CHECK(open.peer.gets(server_frame(kClose, close_payload(4000, "bye"))));
    CHECK(open.log.closes == 0);
    CHECK(evlet_ws_close(open.log.session, 4000, "bye") == -1);
    CHECK(evlet_ws_send(open.log.session, WS_TEXT_FRAME, "x", 1) == -1);
    // What is under way still comes, and is not handed on.
    open.peer.send(frame(kText, "crossing") + frame(kClose, close_payload(4000)));
    CHECK(open.peer.ends());
    open.peer.close();
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.code == 4000);
    CHECK(open.log.messages.empty());
}

TEST_CASE("codes_and_reasons_that_may_not_be_sent_are_refused") {
    Base base;
    OpenSession open(base);
    evws_connection* const ws = open.log.session;
    for (const uint16_t code : {1, 999, 1004, 1005, 1006, 1015, 2999, 5000})
        CHECK(evlet_ws_close(ws, code, nullptr) == -1);
    CHECK(evlet_ws_close(ws, 1000, std::string(124, 'x').c_str()) == -1);
    CHECK(evlet_ws_close(ws, 1000, "\xff") == -1);
    CHECK(evlet_ws_close(ws, WS_CR_NONE, "a reason needs a code") == -1);
    CHECK(evlet_ws_close(ws, 1000, std::string(123, 'x').c_str()) == 0);
}

TEST_CASE("close_without_a_code_sends_none") {
    Base base;
    OpenSession open(base);
    evws_close(open.log.session, WS_CR_NONE);
    CHECK(open.peer.gets(server_frame(kClose, "")));
}

TEST_CASE("a_peer_that_vanishes_ends_the_session_without_a_code") {
    for (const bool in_a_frame : {false, true}) {
        Base base;
        OpenSession open(base);
        if (in_a_frame)
            open.peer.send(frame(kText, "hello").substr(0, 8));
        open.peer.close();
        CHECK(run_until(base, [&] { return open.log.closes == 1; }));
        CHECK(open.log.code == 1006);
        CHECK(open.log.sent_code == 0);
        CHECK(evhttp_get_connection_count(open.server) == 0);
    }
}

TEST_CASE("a_session_may_be_freed_in_each_of_its_callbacks") {
    Base base;
    {
        OpenSession open(base);
        open.log.on_message = [&] { evws_connection_free(open.log.session); };
        open.peer.send(frame(kText, "a") + frame(kText, "b"));
        CHECK(run_until(base, [&] { return open.log.closes == 1; }));
        CHECK(open.log.messages.size() == 1);
        CHECK(open.peer.ends());
    }
    {
        OpenSession open(base);
        open.peer.send(frame(kBinary, "a", false) + frame(kContinuation, "b"));
        open.log.on_message = [&] { evws_connection_free(open.log.session); };
        CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    }
    {
        OpenSession open(base);
        evlet_ws_set_drained_cb(
            open.log.session, [](evws_connection* ws, void*) { evws_connection_free(ws); },
            nullptr);
        evws_send_text(open.log.session, "x");
        CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    }
    {
        OpenSession open(base);
        evlet_ws_set_pong_cb(
            open.log.session,
            [](evws_connection* ws, const unsigned char*, size_t, void*) {
                evws_connection_free(ws);
            },
            nullptr);
        open.peer.send(frame(kPong, "x") + frame(kText, "y"));
        CHECK(run_until(base, [&] { return open.log.closes == 1; }));
        CHECK(open.log.messages.empty());
    }
}

TEST_CASE("a_server_that_is_freed_closes_its_sessions") {
    Base base;
    OpenSession open(base);
    CHECK(evhttp_get_connection_count(open.server) == 1);
    open.server.free();
    CHECK(open.log.closes == 1);
    CHECK(open.peer.ends());
}

TEST_CASE("a_server_may_be_freed_in_a_callback_of_a_session") {
    Base base;
    OpenSession open(base);
    open.log.on_message = [&] { open.server.free(); };
    open.peer.send(frame(kText, "a") + frame(kText, "b"));
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.messages.size() == 1);
}

TEST_CASE("a_gentle_shutdown_ends_sessions_too") {
    Base base;
    OpenSession open(base);
    int done = 0;
    CHECK(evlet_http_shutdown(
              open.server, nullptr, [](evhttp*, void* count) { ++*static_cast<int*>(count); },
              &done) == 0);
    CHECK(open.log.closes == 0);
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1001))));
    open.peer.send(frame(kClose, close_payload(1001)));
    CHECK(open.peer.ends());
    open.peer.close();
    CHECK(run_until(base, [&] { return done == 1; }));
    CHECK(open.log.closes == 1);
}

TEST_CASE("a_shutdown_waits_for_a_silent_peer_no_longer_than_its_grace") {
    Base base;
    OpenSession open(base);
    const timeval grace = {0, 20000};
    int done = 0;
    CHECK(evlet_http_shutdown(
              open.server, &grace, [](evhttp*, void* count) { ++*static_cast<int*>(count); },
              &done) == 0);
    CHECK(run_until(base, [&] { return done == 1; }));
    CHECK(open.log.closes == 1);
}

TEST_CASE("a_server_may_be_freed_when_the_first_session_of_a_shutdown_has_ended") {
    Base base;
    OpenSession open(base);
    RawPeer second(base, open.server.port());
    second.open();
    CHECK(evlet_http_shutdown(open.server, nullptr, nullptr, nullptr) == 0);
    open.log.on_close = [&] { open.server.free(); };
    open.peer.send(frame(kClose, close_payload(1001)));
    CHECK(open.peer.ends());
    open.peer.close();
    CHECK(run_until(base, [&] { return open.log.closes == 2; }));
    CHECK(second.ends());
}

TEST_CASE("sessions_count_as_connections") {
    Base base;
    OpenSession open(base);
    evhttp_set_max_connections(open.server, 1);
    RawPeer second(base, open.server.port());
    second.send(kHandshake);
    CHECK(second.answer().rfind("HTTP/1.1 503 ", 0) == 0);
    evws_connection_free(open.log.session);
    second.close();
    CHECK(run_until(base, [&] { return evhttp_get_connection_count(open.server) == 0; }));
    RawPeer third(base, open.server.port());
    third.open();
}
