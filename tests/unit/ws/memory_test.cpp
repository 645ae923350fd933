// SPDX-License-Identifier: BSD-3-Clause
// Memory that runs out at any moment: a session goes on whole or ends, once, and nothing is leaked.
#include "ws_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS

namespace {

// Both ends on this loop, over one connection: a server, and a client that asks for a session.
struct BothEnds {
    explicit BothEnds(event_base* base) : server(base) {
        connection = evhttp_connection_base_new(base, nullptr, "127.0.0.1",
                                                static_cast<ev_uint16_t>(server.port()));
        REQUIRE(connection);
    }
    ~BothEnds() {
        if (log.session)
            evws_connection_free(log.session);
        evhttp_connection_free(connection);
    }
    int ask() {
        return evlet_ws_connect(connection, "/ws", nullptr, "v1, v2", told_open, told_message,
                                this);
    }
    static void told_open(evws_connection* session, int, void* argument) {
        auto& self = *static_cast<BothEnds*>(argument);
        ++self.opens;
        if (session)
            self.log.watch(session);
    }
    static void told_message(evws_connection* session, int type, const unsigned char* data,
                             size_t size, void* argument) {
        SessionLog::told_message(session, type, data, size, &static_cast<BothEnds*>(argument)->log);
    }
    WsServer server;
    evhttp_connection* connection;
    SessionLog log;
    int opens = 0;
};

// Some passes without anything that allocates in the test itself.
void some_passes(event_base* base) {
    for (int i = 0; i < 12; ++i)
        pass(base);
}

// Whether it is whole frames, the last of which closes with this code.
bool ends_with_close(const std::string& text, unsigned code) {
    std::string left = text;
    evlet::ws::Frame header;
    while (!left.empty() && left != server_frame(kClose, close_payload(code))) {
        const auto found =
            parse_header(reinterpret_cast<const uint8_t*>(left.data()), left.size(), &header);
        REQUIRE(found != evlet::ws::Header::bad);
        if (found == evlet::ws::Header::more || left.size() < header.header_size + header.length)
            return false;
        left.erase(0, header.header_size + static_cast<size_t>(header.length));
    }
    return !left.empty();
}

}  // namespace

TEST_CASE("a_client_without_memory_is_told_or_refused_and_the_next_one_is_well") {
    FailingMemory memory;
    CapturedLog log;
    for (int n = 1;; ++n) {
        REQUIRE(n < 100);
        CAPTURE(n);
        const long before = memory.outstanding();
        {
            Base base;
            BothEnds ends(base);
            ends.server.subprotocols = "v2";
            memory.fail_at(n);
            const int asked = ends.ask();
            some_passes(base);
            const bool met = memory.failed();
            memory.stop_failing();
            if (asked == 0)
                CHECK(run_until(base, [&] { return ends.opens == 1; }));
            else
                CHECK(ends.opens == 0);
            if (ends.log.session) {
                CHECK(std::string(evlet_ws_get_subprotocol(ends.log.session)) == "v2");
                evws_connection_free(ends.log.session);
            }
            const int opens = ends.opens;
            REQUIRE(ends.ask() == 0);
            REQUIRE(run_until(base, [&] { return ends.opens == opens + 1; }));
            CHECK(ends.log.session);
            if (!met)
                n = 0;
        }
        CHECK(memory.outstanding() == before);
        if (n == 0)
            break;
    }
}

TEST_CASE("a_session_that_runs_out_of_memory_goes_on_whole_or_ends_once") {
    FailingMemory memory;
    CapturedLog log;
    const std::string big = bytes_of_size(60000);
    for (int n = 1;; ++n) {
        REQUIRE(n < 200);
        CAPTURE(n);
        const long before = memory.outstanding();
        bool met = false;
        {
            Base base;
            OpenSession open(base);
            evws_connection* const session = open.log.session;
            const timeval interval = {10, 0};
            const std::string bytes = frame(kBinary, big) + frame(kText, "a", false) +
                                      frame(kPing, "p") +
                                      frame(kContinuation, big.substr(0, 1), false);
            std::string rest = frame(kContinuation, "z") + frame(kText, "next");
            open.log.messages.reserve(16);
            memory.fail_at(n);
            REQUIRE(send_some(open.peer.fd(), bytes) == bytes.size());
            some_passes(base);
            if (open.log.session) {
                evws_send_text(session, "one");
                (void)evlet_ws_set_keep_alive(session, &interval);
                if (evlet_ws_send(session, WS_BINARY_FRAME, big.data(), big.size()) == 0)
                    (void)evlet_ws_ping(session, "q", 1);
            }
            some_passes(base);
            met = memory.failed();
            memory.stop_failing();
            settle(base);
            if (open.log.closes == 0) {
                // What was sent is frames and nothing else; the session may be closing already.
                evws_close(session, 1000);
                REQUIRE(run_until(base, [&] {
                    open.peer.text += receive_all(open.peer.fd());
                    return ends_with_close(open.peer.text, 1000) ||
                           ends_with_close(open.peer.text, 1011);
                }));
            }
            open.peer.close();
            CHECK(run_until(base, [&] { return open.log.closes == 1; }));
            CHECK(evhttp_get_connection_count(open.server) == 0);
            for (const std::string& message : open.log.messages) {
                const bool whole = message == "b:" + big;
                CHECK(whole);
            }
        }
        CHECK(memory.outstanding() == before);
        if (!met)
            break;
    }
}

TEST_CASE("a_close_without_memory_ends_the_session_all_the_same") {
    FailingMemory memory;
    CapturedLog log;
    for (const bool all : {false, true}) {
        for (int n = 1; n < 8; ++n) {
            CAPTURE(n);
            Base base;
            OpenSession open(base);
            memory.fail_at(n, all);
            evws_close(open.log.session, 1000);
            some_passes(base);
            memory.stop_failing();
            open.peer.close();
            CHECK(run_until(base, [&] { return open.log.closes == 1; }));
        }
    }
}

#endif
