// SPDX-License-Identifier: BSD-3-Clause
// How much waits where: pauses, parts of messages, pongs, both sides at once; and how long.
#include "stream/stream_support.h"
#include "ws/session.h"
#include "ws_support.h"

using namespace evlet_test;

namespace {

// A session over any bufferevent, which becomes the session's.
evws_connection* session_on(event_base* base, bufferevent* bev, SessionLog& log, bool client) {
    evws_connection* const session =
        evlet::ws::make_session({base,
                                 SessionLog::told_message,
                                 &log,
                                 {"", 0},
                                 client ? evutil_secure_rng_get_bytes : nullptr});
    REQUIRE(session);
    evlet::ws::start_session(*session, bev);
    log.watch(session);
    return session;
}

// Two sessions that talk to each other, over a pair or over sockets with small buffers.
struct TwoSessions {
    TwoSessions(event_base* base, bool sockets) {
        bufferevent* ends[2];
        if (sockets) {
            for (int i = 0; i < 2; ++i) {
                make_buffers_small(pair[i]);
                ends[i] = bufferevent_socket_new(base, dup(pair[i]), BEV_OPT_CLOSE_ON_FREE);
                REQUIRE(ends[i]);
                pair.close(i);
            }
        } else {
            REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
        }
        server.session = session_on(base, ends[0], server, false);
        client.session = session_on(base, ends[1], client, true);
    }
    ~TwoSessions() {
        for (SessionLog* const log : {&server, &client})
            if (log->session)
                evws_connection_free(log->session);
    }
    SocketPair pair;
    SessionLog server, client;
};

size_t output_of(evws_connection* session) {
    return evbuffer_get_length(bufferevent_get_output(evws_connection_get_bufferevent(session)));
}

// "T:" or "B:" before the last part of a message, "t:" or "b:" before the others.
void told_fragment(evws_connection*, int type, const unsigned char* data, size_t size, int last,
                   void* argument) {
    const char kind = type == WS_TEXT_FRAME ? (last ? 'T' : 't') : (last ? 'B' : 'b');
    static_cast<SessionLog*>(argument)->messages.push_back(
        kind + (":" + std::string(reinterpret_cast<const char*>(data), size)));
}

}  // namespace

TEST_CASE("sessions_stand_on_any_bufferevent") {
    for (const bool sockets : {false, true}) {
        Base base;
        TwoSessions two(base, sockets);
        // A pair does not tell that the other end is gone.
        const timeval limit = milliseconds(sockets ? 5000 : 50);
        evlet_ws_set_close_timeout(two.server.session, &limit);
        evws_send_text(two.client.session, "question");
        two.server.on_message = [&] { evws_send_text(two.server.session, "answer"); };
        REQUIRE(run_until(base, [&] { return two.client.messages.size() == 1; }));
        CHECK(two.server.messages[0] == "t:question");
        CHECK(two.client.messages[0] == "t:answer");
        CHECK(evlet_ws_close(two.client.session, 1000, "done") == 0);
        CHECK(run_until(base, [&] { return two.server.closes == 1 && two.client.closes == 1; }));
        CHECK(two.server.reason == "done");
    }
}

TEST_CASE("sides_that_send_much_at_once_do_not_wait_for_each_other") {
    Base base;
    TwoSessions two(base, true);
    const std::string big = bytes_of_size(700000);
    for (int i = 0; i < 8; ++i) {
        for (evws_connection* const session : {two.server.session, two.client.session})
            REQUIRE(evlet_ws_send(session, WS_BINARY_FRAME, big.data(), big.size()) == 0);
    }
    REQUIRE(run_until(
        base, [&] { return two.server.messages.size() == 8 && two.client.messages.size() == 8; }));
    const bool same =
        two.server.messages.back() == "b:" + big && two.client.messages.back() == "b:" + big;
    CHECK(same);
}

TEST_CASE("bytes_that_are_somebody_elses_are_left_as_they_are") {
    Base base;
    bufferevent* ends[2];
    REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
    SessionLog log;
    session_on(base, ends[0], log, false);
    const std::string lent = frame(kText, std::string(5000, 'x')) + frame(kText, "tail");
    const std::string before = lent;
    REQUIRE(evbuffer_add_reference(bufferevent_get_output(ends[1]), lent.data(), lent.size(),
                                   nullptr, nullptr) == 0);
    REQUIRE(run_until(base, [&] { return log.messages.size() == 2; }));
    CHECK(log.messages[1] == "t:tail");
    const bool same = lent == before;
    CHECK(same);
    evws_connection_free(log.session);
    bufferevent_free(ends[1]);
}

TEST_CASE("a_paused_session_takes_nothing_until_it_is_resumed") {
    Base base;
    OpenSession open(base);
    open.log.on_message = [&] { evlet_ws_pause(open.log.session); };
    open.peer.send(frame(kText, "a") + frame(kPing, "p") + frame(kText, "b"));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 1; }));
    open.peer.send(frame(kText, "c"));
    settle(base);
    CHECK(open.log.messages.size() == 1);
    CHECK(open.peer.gets(""));
    evlet_ws_resume(open.log.session);
    CHECK(open.log.messages.size() == 1);  // not from this call
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 2; }));
    CHECK(open.log.messages[1] == "t:b");
    CHECK(open.peer.gets(server_frame(kPong, "p")));
    evlet_ws_resume(open.log.session);
    CHECK(run_until(base, [&] { return open.log.messages.size() == 3; }));
}

TEST_CASE("a_pause_holds_the_peer_up") {
    Base base;
    OpenSession open(base);
    evlet_ws_pause(open.log.session);
    const std::string much = bytes_of_size(30000000);
    size_t sent = 0;
    for (size_t before = 1; sent != before; settle(base)) {
        before = sent;
        sent += send_some(open.peer.fd(), much, sent);
    }
    CHECK(sent < much.size());
    bufferevent* const bev = evws_connection_get_bufferevent(open.log.session);
    CHECK(evbuffer_get_length(bufferevent_get_input(bev)) == 0);
}

TEST_CASE("what_came_before_the_end_is_handed_over_after_a_pause") {
    for (const bool pair : {false, true}) {
        for (const bool again : {false, true}) {
            CAPTURE(pair);
            CAPTURE(again);
            Base base;
            bufferevent* ends[2];
            SocketPair sockets;
            if (pair) {
                REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
            } else {
                for (int i = 0; i < 2; ++i) {
                    ends[i] = bufferevent_socket_new(base, dup(sockets[i]), BEV_OPT_CLOSE_ON_FREE);
                    REQUIRE(ends[i]);
                    sockets.close(i);
                }
            }
            SessionLog log;
            session_on(base, ends[0], log, false);
            log.on_message = [&] {
                if (again || log.messages.size() == 1)
                    evlet_ws_pause(log.session);
            };
            const std::string bytes = frame(kText, "a") + frame(kText, "b") + frame(kText, "c") +
                                      frame(kClose, close_payload(3000));
            REQUIRE(bufferevent_write(ends[1], bytes.data(), bytes.size()) == 0);
            REQUIRE(run_until(base, [&] { return log.messages.size() == 1; }));
            bufferevent_flush(ends[1], EV_WRITE, BEV_FINISHED);
            settle(base);
            if (!pair)
                bufferevent_free(std::exchange(ends[1], nullptr));
            settle(base);
            CHECK(log.closes == 0);
            REQUIRE(run_until(base, [&] {
                if (log.session)
                    evlet_ws_resume(log.session);
                return log.closes == 1;
            }));
            CHECK(log.messages.size() == 3);
            CHECK(log.code == 3000);
            if (ends[1])
                bufferevent_free(ends[1]);
        }
    }
}

TEST_CASE("closing_ends_a_pause") {
    Base base;
    OpenSession open(base);
    evlet_ws_pause(open.log.session);
    open.peer.send(frame(kText, "unheard") + frame(kClose, close_payload(4001)));
    settle(base);
    CHECK(evlet_ws_close(open.log.session, 1001, nullptr) == 0);
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1001))));
    open.peer.close();
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.code == 4001);
    CHECK(open.log.messages.empty());
}

TEST_CASE("an_echo_that_pauses_holds_little_of_what_its_peer_does_not_read") {
    Base base;
    OpenSession open(base);
    constexpr size_t kEnough = 100000;
    open.log.on_message = [&] {
        const std::string message = open.log.messages.back().substr(2);
        open.log.messages.clear();
        evws_connection* const session = open.log.session;
        CHECK(evlet_ws_send(session, WS_BINARY_FRAME, message.data(), message.size()) == 0);
        if (output_of(session) > kEnough)
            evlet_ws_pause(session);
    };
    evlet_ws_set_drained_cb(
        open.log.session, [](evws_connection* session, void*) { evlet_ws_resume(session); },
        nullptr);
    const std::string one = frame(kBinary, bytes_of_size(10000));
    std::string all, expected;
    for (int i = 0; i < 1500; ++i) {
        all += one;
        expected += server_frame(kBinary, bytes_of_size(10000));
    }
    size_t sent = 0;
    for (size_t before = 1; sent != before; settle(base)) {
        before = sent;
        sent += send_some(open.peer.fd(), all, sent);
        CHECK(output_of(open.log.session) <= kEnough + one.size());
    }
    REQUIRE(sent < all.size());
    // Now it reads.
    std::string got;
    REQUIRE(run_until(base, [&] {
        sent += send_some(open.peer.fd(), all, sent);
        got += receive_all(open.peer.fd());
        return got.size() >= expected.size();
    }));
    const bool same = got == expected;
    CHECK(same);
}

TEST_CASE("parts_of_messages_may_be_taken_as_they_come") {
    Base base;
    OpenSession open(base);
    evlet_ws_set_fragment_cb(open.log.session, told_fragment, &open.log);
    evlet_ws_set_max_message(open.log.session, 5);
    open.peer.send(frame(kBinary, "12345", false));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 1; }));
    // All together may have more than the limit.
    open.peer.send(frame(kContinuation, "6789", false) + frame(kContinuation, "") +
                   frame(kText, "\xe2\x82", false) + frame(kContinuation, "\xac") +
                   frame(kText, "whole"));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 6; }));
    CHECK(open.log.messages ==
          std::vector<std::string>{"b:12345", "b:6789", "B:", "t:\xe2\x82", "T:\xac", "T:whole"});
    open.peer.send(frame(kText, "\xe2\x82", false) + frame(kContinuation, "x"));
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1007))));
    CHECK(open.log.messages.size() == 7);
}

TEST_CASE("a_part_over_the_limit_is_refused") {
    Base base;
    OpenSession open(base);
    evlet_ws_set_fragment_cb(open.log.session, told_fragment, &open.log);
    evlet_ws_set_max_message(open.log.session, 5);
    open.peer.send(frame(kBinary, "123456", false));
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1009))));
    CHECK(open.log.messages.empty());
}

TEST_CASE("a_message_that_was_begun_whole_ends_whole") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kBinary, "12", false) + frame(kPing, ""));
    CHECK(open.peer.gets(server_frame(kPong, "")));
    evlet_ws_set_fragment_cb(open.log.session, told_fragment, &open.log);
    open.peer.send(frame(kContinuation, "34") + frame(kBinary, "5"));
    REQUIRE(run_until(base, [&] { return open.log.messages.size() == 2; }));
    CHECK(open.log.messages[0] == "b:1234");
    CHECK(open.log.messages[1] == "B:5");
}

TEST_CASE("a_session_may_be_freed_when_a_part_has_come") {
    Base base;
    OpenSession open(base);
    evlet_ws_set_fragment_cb(
        open.log.session,
        [](evws_connection* session, int, const unsigned char*, size_t, int, void*) {
            evws_connection_free(session);
        },
        nullptr);
    open.peer.send(frame(kBinary, "1", false) + frame(kContinuation, "2"));
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.peer.ends());
}

TEST_CASE("of_many_pings_that_wait_the_latest_is_answered") {
    Base base;
    OpenSession open(base);
    std::string pings;
    for (int i = 0; i < 200; ++i)
        pings += frame(kPing, std::to_string(i));
    open.peer.send(pings);
    CHECK(run_until(base, [&] {
        open.peer.text += receive_all(open.peer.fd());
        return open.peer.text.find(server_frame(kPong, "199")) != std::string::npos;
    }));
    CHECK(open.peer.text.size() < pings.size() / 4);
    CHECK(open.peer.text.substr(0, 6) == server_frame(kPong, "0") + server_frame(kPong, "1"));
    // Those that come one by one are all answered.
    open.peer.text.clear();
    for (int i = 0; i < 100; ++i) {
        open.peer.send(frame(kPing, "x"));
        CHECK(open.peer.gets(server_frame(kPong, "x")));
    }
    // The text of a ping is not taken for the reason of a close.
    CHECK(evlet_ws_get_close_reason(open.log.session)[0] == 0);
}

TEST_CASE("a_close_code_is_heard_behind_parts_that_are_not_handed_on") {
    Base base;
    OpenSession open(base);
    open.peer.send(frame(kText, "a", false));
    settle(base);
    CHECK(evlet_ws_close(open.log.session, 1000, nullptr) == 0);
    open.peer.send(frame(kContinuation, "\xff") + frame(kBinary, "b", false) +
                   frame(kContinuation, "c") + frame(kClose, close_payload(3000)));
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1000))));
    CHECK(open.peer.ends());
    open.peer.close();
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.code == 3000);
    CHECK(open.log.messages.empty());
}

TEST_CASE("a_peer_that_does_not_answer_a_close_is_not_waited_for") {
    Base base;
    OpenSession open(base);
    const timeval limit = milliseconds(50);
    evlet_ws_set_close_timeout(open.log.session, &limit);
    const long long start = monotonic_us(base);
    CHECK(evlet_ws_close(open.log.session, 1000, nullptr) == 0);
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(monotonic_us(base) - start >= 50000);
    CHECK(open.log.code == 1006);
    CHECK(open.peer.ends());
}

TEST_CASE("a_peer_that_keeps_the_connection_after_a_close_is_not_waited_for") {
    Base base;
    OpenSession open(base);
    const timeval limit = milliseconds(50);
    evlet_ws_set_close_timeout(open.log.session, &limit);
    open.peer.send(frame(kClose, close_payload(1000)));
    CHECK(open.peer.ends());
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    CHECK(open.log.code == 1000);
}

TEST_CASE("a_peer_that_refuses_to_read_its_close_frame_is_not_waited_for") {
    Base base;
    TwoSessions two(base, true);
    evlet_ws_pause(two.client.session);
    const timeval limit = milliseconds(50);
    evlet_ws_set_close_timeout(two.server.session, &limit);
    const std::string big = bytes_of_size(500000);
    CHECK(evlet_ws_send(two.server.session, WS_BINARY_FRAME, big.data(), big.size()) == 0);
    CHECK(evlet_ws_close(two.server.session, 1000, nullptr) == 0);
    CHECK(run_until(base, [&] { return two.server.closes == 1; }));
    CHECK(two.client.closes == 0);
}

TEST_CASE("timeouts_of_the_bufferevent_end_a_session") {
    const timeval limit = milliseconds(50);
    {
        Base base;
        OpenSession open(base);
        bufferevent* const bev = evws_connection_get_bufferevent(open.log.session);
        CHECK(bufferevent_set_timeouts(bev, &limit, nullptr) == 0);
        CHECK(run_until(base, [&] { return open.log.closes == 1; }));
        CHECK(open.log.code == 1006);
    }
    {
        Base base;
        OpenSession open(base);
        make_buffers_small(open.peer.fd());
        bufferevent* const bev = evws_connection_get_bufferevent(open.log.session);
        CHECK(bufferevent_set_timeouts(bev, nullptr, &limit) == 0);
        const std::string big = bytes_of_size(20000000);
        CHECK(evlet_ws_send(open.log.session, WS_BINARY_FRAME, big.data(), big.size()) == 0);
        CHECK(run_until(base, [&] { return open.log.closes == 1; }));
    }
}

TEST_CASE("bytes_of_a_message_that_is_not_complete_keep_a_session_alive") {
    Base base;
    OpenSession open(base);
    const timeval interval = milliseconds(300);
    CHECK(evlet_ws_set_keep_alive(open.log.session, &interval) == 0);
    const std::string bytes = frame(kBinary, bytes_of_size(1000));
    size_t sent = 0;
    TestEvent drip(base, -1, EV_PERSIST, [&](short) {
        if (sent < 100)
            sent += send_some(open.peer.fd(), bytes.substr(0, sent + 1), sent);
    });
    drip.add_ms(10);
    REQUIRE(run_until(base, [&] { return sent == 100; }));
    CHECK(open.log.closes == 0);
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
}

TEST_CASE("a_paused_session_is_kept_alive") {
    Base base;
    OpenSession open(base);
    const timeval interval = milliseconds(20);
    CHECK(evlet_ws_set_keep_alive(open.log.session, &interval) == 0);
    evlet_ws_pause(open.log.session);
    bool over = false;
    TestEvent later(base, -1, 0, [&](short) { over = true; });
    later.add_ms(150);
    REQUIRE(run_until(base, [&] { return over; }));
    CHECK(open.log.closes == 0);
    CHECK(open.peer.gets(""));
    evlet_ws_resume(open.log.session);
    CHECK(run_until(base, [&] { return open.log.closes == 1; }));
}

TEST_CASE("the_largest_limit_is_one_that_fits_a_buffer") {
    Base base;
    OpenSession open(base);
    evlet_ws_set_max_message(open.log.session, SIZE_MAX);
    open.peer.send(frame(kText, "x"));
    CHECK(run_until(base, [&] { return open.log.messages.size() == 1; }));
    open.peer.send(std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04", 14));
    CHECK(open.peer.gets(server_frame(kClose, close_payload(1009))));
}
