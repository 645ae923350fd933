// SPDX-License-Identifier: BSD-3-Clause
// What the tests of sessions share: a server with sessions that are remembered, and a peer that is
// a plain socket and says what a test wants, in the same loop.
#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <evlet/http.h>
#include <evlet/ws.h>

#include <memory>

#include "http/session.h"
#include "stream/socket_support.h"
#include "ws/frame.h"

namespace evlet_test {

using evlet::ws::kBinary;
using evlet::ws::kClose;
using evlet::ws::kContinuation;
using evlet::ws::kPing;
using evlet::ws::kPong;
using evlet::ws::kText;

constexpr char kHandshake[] =
    "GET /ws HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// A frame as a client sends it (masked), or as a server does.
inline std::string frame(uint8_t opcode, const std::string& payload, bool final = true,
                         bool masked = true) {
    const evlet::ws::Frame header = {payload.size(),           opcode, 0,
                                     {0x11, 0x22, 0x33, 0x44}, final,  masked};
    uint8_t bytes[evlet::ws::kMostHeader];
    const size_t size = evlet::ws::write_header(header, bytes);
    std::string text(reinterpret_cast<char*>(bytes), size);
    std::string body = payload;
    if (masked)
        for (size_t i = 0; i < body.size(); ++i)
            body[i] = static_cast<char>(body[i] ^ header.mask[i % 4]);
    return text + body;
}

inline std::string server_frame(uint8_t opcode, const std::string& payload, bool final = true) {
    return frame(opcode, payload, final, false);
}

inline std::string close_payload(unsigned code, const std::string& reason = "") {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason;
}

// One end as the program sees it.
struct SessionLog {
    evws_connection* session = nullptr;
    int closes = 0;
    unsigned code = 0, sent_code = 0;
    std::string reason;
    std::vector<std::string> messages;  // "t:..." and "b:..."
    std::vector<std::string> pongs;
    std::function<void()> on_message, on_close;

    void watch(evws_connection* evws) {
        session = evws;
        evws_connection_set_closecb(evws, told_close, this);
        evlet_ws_set_pong_cb(evws, told_pong, this);
    }
    static void told_message(evws_connection*, int type, const unsigned char* data, size_t size,
                             void* argument) {
        CHECK(data != nullptr);
        auto& self = *static_cast<SessionLog*>(argument);
        self.messages.push_back((type == WS_TEXT_FRAME ? "t:" : "b:") +
                                std::string(reinterpret_cast<const char*>(data), size));
        if (self.on_message)
            self.on_message();
    }
    static void told_close(evws_connection* evws, void* argument) {
        auto& self = *static_cast<SessionLog*>(argument);
        ++self.closes;
        self.code = evlet_ws_get_close_code(evws);
        self.sent_code = evlet_ws_get_sent_close_code(evws);
        self.reason = evlet_ws_get_close_reason(evws);
        self.session = nullptr;
        if (self.on_close)
            self.on_close();
    }
    static void told_pong(evws_connection*, const unsigned char* data, size_t size,
                          void* argument) {
        static_cast<SessionLog*>(argument)->pongs.emplace_back(reinterpret_cast<const char*>(data),
                                                               size);
    }
};

// A server on loopback, one session of which is watched.
class WsServer {
public:
    explicit WsServer(event_base* base) : base_(base), http_(evhttp_new(base)) {
        REQUIRE(http_);
        evhttp_bound_socket* const bound = evhttp_bind_socket_with_handle(http_, "127.0.0.1", 0);
        REQUIRE(bound);
        port_ = local_address(evhttp_bound_socket_get_fd(bound)).port();
        evhttp_set_gencb(http_, told_request, this);
    }
    ~WsServer() { free(); }
    void free() {
        if (http_)
            evhttp_free(std::exchange(http_, nullptr));
    }
    WsServer(const WsServer&) = delete;
    WsServer& operator=(const WsServer&) = delete;
    operator evhttp*() const { return http_; }
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] event_base* base() const { return base_; }
    SessionLog log;
    int requests = 0;
    int options = 0;
    const char* subprotocols = nullptr;
    std::function<void(evhttp_request*)> before;
    std::function<void()> after;

private:
    static void told_request(evhttp_request* request, void* argument) {
        auto& self = *static_cast<WsServer*>(argument);
        ++self.requests;
        if (self.before)
            self.before(request);
        evws_connection* const session = evlet_ws_accept(
            request, self.subprotocols, SessionLog::told_message, &self.log, self.options);
        if (session)
            self.log.watch(session);
        if (self.after)
            self.after();
    }
    event_base* base_;
    evhttp* http_;
    int port_;
};

// The other end, byte by byte.
class RawPeer {
public:
    RawPeer(event_base* base, int port) : base_(base), fd_(connect_to(Address(AF_INET, port))) {}
    void send(const std::string& bytes) {
        size_t sent = 0;
        REQUIRE(run_until(base_,
                          [&] { return (sent += send_some(fd_, bytes, sent)) == bytes.size(); }));
    }
    // Whether so many bytes have come, which are in `text` then.
    bool wait_for(size_t count) {
        return run_until(base_, [&] {
            text += receive_all(fd_);
            return text.size() >= count;
        });
    }
    // The HTTP answer, taken out of the text.
    std::string answer() {
        size_t end = std::string::npos;
        REQUIRE(run_until(base_, [&] {
            text += receive_all(fd_);
            end = text.find("\r\n\r\n");
            return end != std::string::npos;
        }));
        const std::string head = text.substr(0, end + 4);
        text.erase(0, end + 4);
        return head;
    }
    void open() {
        send(kHandshake);
        REQUIRE(answer().rfind("HTTP/1.1 101 ", 0) == 0);
    }
    // Whether exactly these bytes come, and then nothing for a few passes.
    bool gets(const std::string& bytes) {
        const bool came = wait_for(bytes.size());
        settle(base_);
        text += receive_all(fd_);
        const bool same = came && text == bytes;
        text.clear();
        return same;
    }
    // Whether the stream ends after what was received.
    bool ends() {
        return run_until(base_, [&] {
            text += receive_all(fd_);
            return at_end(fd_);
        });
    }
    void close() { fd_ = Fd(); }
    [[nodiscard]] int fd() const { return fd_; }
    std::string text;

private:
    event_base* base_;
    Fd fd_;
};

// A session that stands, and its peer.
struct OpenSession {
    explicit OpenSession(event_base* base) : server(base), peer(base, server.port()) {
        peer.open();
        REQUIRE(server.log.session);
    }
    WsServer server;
    RawPeer peer;
    SessionLog& log = server.log;
};

}  // namespace evlet_test
