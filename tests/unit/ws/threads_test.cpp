// SPDX-License-Identifier: BSD-3-Clause
// Sessions that other threads send on and close while the loop runs in one of its own. Their
// bufferevents are made without locks, as a server makes them.
#include <atomic>

#include "thread/thread_support.h"
#include "ws_support.h"

using namespace evlet_test;

namespace {

// A peer in the test's own thread.
class BlockingPeer {
public:
    explicit BlockingPeer(int port) : fd_(connect_to(Address(AF_INET, port))) {
        REQUIRE(is_ready(fd_, POLLOUT));
        send(kHandshake);
        while (text.find("\r\n\r\n") == std::string::npos)
            REQUIRE(receive());
        answer = text.substr(0, text.find("\r\n\r\n") + 4);
        text.erase(0, answer.size());
    }
    void send(const std::string& bytes) { REQUIRE(send_some(fd_, bytes) == bytes.size()); }
    // Waits for more; false at the end.
    bool receive() {
        REQUIRE(is_ready(fd_, POLLIN));
        const std::string more = receive_all(fd_);
        text += more;
        return !more.empty();
    }
    // The payload of the next frame, which is a whole message.
    std::string next_frame() {
        evlet::ws::Frame header;
        while (parse_header(reinterpret_cast<const uint8_t*>(text.data()), text.size(), &header) !=
                   evlet::ws::Header::good ||
               text.size() < header.header_size + header.length)
            REQUIRE(receive());
        REQUIRE_FALSE(header.masked);
        REQUIRE(header.final);
        const std::string payload =
            text.substr(header.header_size, static_cast<size_t>(header.length));
        text.erase(0, header.header_size + payload.size());
        return payload;
    }
    void close() { fd_ = Fd(); }
    std::string answer;
    std::string text;

private:
    Fd fd_;
};

}  // namespace

TEST_CASE("threads_may_send_on_a_session_whose_bufferevent_had_no_lock") {
    use_threads();
    Base base;
    WsServer server(base);
    server.options = BEV_OPT_THREADSAFE;
    Flag opened;
    server.after = [&] { opened.set(); };
    LoopThread loop(base);
    BlockingPeer peer(server.port());
    REQUIRE(peer.answer.rfind("HTTP/1.1 101 ", 0) == 0);
    REQUIRE(opened.wait());
    evws_connection* const session = server.log.session;
    constexpr int kRounds = 300;
    std::atomic<int> failures{0};
    const auto send = [&](char letter, size_t size) {
        const std::string message(size, letter);
        for (int i = 0; i < kRounds; ++i) {
            if (evlet_ws_send(session, WS_BINARY_FRAME, message.data(), size) != 0 ||
                evlet_ws_ping(session, &letter, 1) != 0)
                ++failures;
        }
    };
    std::thread first(send, 'a', 10);
    std::thread second(send, 'b', 3000);
    int counts[2] = {0, 0};
    for (int pings = 0; pings + counts[0] + counts[1] < 4 * kRounds;) {
        const std::string payload = peer.next_frame();
        REQUIRE_FALSE(payload.empty());
        const bool whole = payload == std::string(payload.size(), payload[0]);
        REQUIRE(whole);
        if (payload.size() == 1)
            ++pings;
        else
            ++counts[payload[0] - 'a'];
    }
    first.join();
    second.join();
    CHECK(failures == 0);
    CHECK(counts[0] == kRounds);
    CHECK(counts[1] == kRounds);
    CHECK(loop.stop() == 0);
}

TEST_CASE("threads_may_send_and_close_where_callbacks_are_called_without_the_lock") {
    use_threads();
    for (int round = 0; round < 20; ++round) {
        Base base;
        WsServer server(base);
        evhttp_set_bevcb(
            server,
            [](event_base* of, void*) {
                return bufferevent_socket_new(of, -1,
                                              BEV_OPT_CLOSE_ON_FREE | BEV_OPT_THREADSAFE |
                                                  BEV_OPT_DEFER_CALLBACKS |
                                                  BEV_OPT_UNLOCK_CALLBACKS);
            },
            nullptr);
        server.options = BEV_OPT_THREADSAFE;
        Flag opened, closed;
        server.after = [&] { opened.set(); };
        server.log.on_close = [&] { closed.set(); };
        LoopThread loop(base);
        BlockingPeer peer(server.port());
        REQUIRE(opened.wait());
        evws_connection* const session = server.log.session;
        std::thread talker([session] {
            for (int i = 0; i < 20; ++i)
                (void)evlet_ws_send(session, WS_TEXT_FRAME, "text", 4);
            (void)evlet_ws_close(session, 1000, nullptr);
        });
        // Pongs and messages of two threads between each other.
        for (int i = 0; i < 20; ++i)
            peer.send(frame(kPing, "ping"));
        int texts = 0;
        std::string payload;
        while ((payload = peer.next_frame()) != close_payload(1000))
            texts += payload == "text";
        CHECK(texts == 20);
        talker.join();
        peer.close();
        CHECK(closed.wait());
        CHECK(loop.stop() == 0);
    }
}

TEST_CASE("a_thread_may_close_a_session_and_the_loop_ends_it") {
    use_threads();
    for (const bool told : {true, false}) {
        Base base;
        WsServer server(base);
        server.options = BEV_OPT_THREADSAFE;
        Flag opened, closed;
        server.after = [&] { opened.set(); };
        std::thread::id closer;
        server.log.on_close = [&] {
            closer = std::this_thread::get_id();
            closed.set();
        };
        LoopThread loop(base);
        BlockingPeer peer(server.port());
        REQUIRE(opened.wait());
        // 1006 may not be sent: the connection just ends.
        evws_close(server.log.session, told ? 1000 : 1006);
        if (told) {
            CHECK(peer.next_frame() == close_payload(1000));
            peer.send(frame(kClose, close_payload(1000)));
        }
        CHECK_FALSE(peer.receive());
        peer.close();
        CHECK(closed.wait());
        CHECK(loop.stop() == 0);
        const bool elsewhere = closer != std::this_thread::get_id();
        CHECK(elsewhere);
    }
}

TEST_CASE("what_came_with_the_handshake_moves_to_the_bufferevent_with_the_lock") {
    use_threads();
    Base base;
    WsServer server(base);
    server.options = BEV_OPT_THREADSAFE;
    RawPeer peer(base, server.port());
    peer.send(kHandshake + frame(kText, "early") + frame(kPing, "p"));
    CHECK(peer.answer().rfind("HTTP/1.1 101 ", 0) == 0);
    CHECK(run_until(base, [&] { return server.log.messages.size() == 1; }));
    CHECK(peer.gets(server_frame(kPong, "p")));
    evws_connection_free(server.log.session);
    CHECK(peer.ends());
}

TEST_CASE("a_session_with_a_lock_may_be_freed_in_each_of_its_callbacks") {
    use_threads();
    for (int which = 0; which < 4; ++which) {
        CAPTURE(which);
        Base base;
        WsServer server(base);
        server.options = BEV_OPT_THREADSAFE;
        RawPeer peer(base, server.port());
        peer.open();
        evws_connection* const session = server.log.session;
        REQUIRE(session);
        const timeval soon = milliseconds(10);
        if (which == 0) {
            server.log.on_message = [&] { evws_connection_free(session); };
            peer.send(frame(kText, "x"));
        } else if (which == 1) {
            evlet_ws_set_drained_cb(
                session, [](evws_connection* ws, void*) { evws_connection_free(ws); }, nullptr);
            evws_send_text(session, "x");
        } else if (which == 2) {
            server.log.on_close = [&] { evws_connection_free(session); };
            peer.close();
        } else {
            // From the timer, which is none of the bufferevent's.
            server.log.on_close = [&] { evws_connection_free(session); };
            CHECK(evlet_ws_set_keep_alive(session, &soon) == 0);
        }
        CHECK(run_until(base, [&] { return server.log.closes == 1; }));
        CHECK(evhttp_get_connection_count(server) == 0);
    }
}

#if EVLET_MEM_HOOKS
TEST_CASE("without_memory_for_a_lock_the_server_goes_on") {
    use_threads();
    FailingMemory memory;
    Base base;
    CapturedLog log;
    const std::string handshake = kHandshake;
    for (int n = 1;; ++n) {
        REQUIRE(n < 80);
        CAPTURE(n);
        WsServer server(base);
        server.options = BEV_OPT_THREADSAFE;
        RawPeer peer(base, server.port());
        settle(base);
        memory.fail_at(n);
        send_some(peer.fd(), handshake);
        for (int i = 0; i < 8; ++i)
            pass(base);
        const bool met = memory.failed();
        memory.stop_failing();
        settle(base);
        peer.close();
        CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
        CHECK(server.log.session == nullptr);
        RawPeer next(base, server.port());
        next.open();
        if (!met)
            break;
    }
}
#endif
