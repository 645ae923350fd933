// SPDX-License-Identifier: BSD-3-Clause
// Sessions of clients: against a peer that says what a test wants, and against a server of our own.
#include "ws/accept_key.h"
#include "ws_support.h"

using namespace evlet_test;

namespace {

// A client, and whoever it meets at a listening socket.
struct WsClient {
    explicit WsClient(event_base* base, const char* subprotocols = nullptr)
        : WsClient(base, -1, subprotocols) {}
    WsClient(event_base* base, int other_port, const char* subprotocols)
        : base(base), listener(Peer::listens, AF_INET) {
        const int port = other_port < 0 ? listener.port() : other_port;
        connection =
            evhttp_connection_base_new(base, nullptr, "127.0.0.1", static_cast<ev_uint16_t>(port));
        REQUIRE(connection);
        REQUIRE(evlet_ws_connect(connection, "/ws", nullptr, subprotocols, told_open, told_message,
                                 this) == 0);
    }
    ~WsClient() {
        if (log.session)
            evws_connection_free(log.session);
        if (connection)
            evhttp_connection_free(connection);
    }
    static void told_open(evws_connection* evws, int status, void* argument) {
        auto& self = *static_cast<WsClient*>(argument);
        ++self.opens;
        self.status = status;
        if (evws)
            self.log.watch(evws);
    }
    static void told_message(evws_connection* evws, int type, const unsigned char* data,
                             size_t size, void* argument) {
        SessionLog::told_message(evws, type, data, size, &static_cast<WsClient*>(argument)->log);
    }
    // Takes the request; the answer is to it.
    std::string accept() {
        REQUIRE(run_until(base, [&] { return is_ready(listener.fd(), POLLIN, 0); }));
        fd = listener.accept();
        REQUIRE(evutil_make_socket_nonblocking(fd) == 0);
        std::string request;
        REQUIRE(run_until(base, [&] {
            request += receive_all(fd);
            return request.find("\r\n\r\n") != std::string::npos;
        }));
        return request;
    }
    void send(const std::string& bytes) { REQUIRE(send_some(fd, bytes) == bytes.size()); }
    bool opened() {
        return run_until(base, [&] { return opens == 1; });
    }
    event_base* base;
    Peer listener;
    evhttp_connection* connection;
    Fd fd;
    SessionLog log;
    int opens = 0;
    int status = -1;
};

std::string key_in(const std::string& request) {
    const std::string name = "Sec-WebSocket-Key: ";
    const size_t at = request.find(name);
    REQUIRE(at != std::string::npos);
    return request.substr(at + name.size(), evlet::ws::kKeySize);
}

std::string agreement(const std::string& request, const std::string& more = "") {
    char accept[evlet::ws::kAcceptSize + 1];
    evlet::ws::make_accept(evlet::Text(key_in(request).c_str()), accept);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           std::string(accept) + "\r\n" + more + "\r\n";
}

void check_no_agreement(const std::function<std::string(const std::string&)>& answer, int status) {
    Base base;
    WsClient client(base, "v1");
    client.send(answer(client.accept()));
    CHECK(client.opened());
    CHECK(client.log.session == nullptr);
    CHECK(client.status == status);
    CHECK(run_until(base, [&] { return at_end(client.fd); }));
}

// What was sent by a client, unmasked.
std::string unmasked(const std::string& bytes, std::string* ret_mask = nullptr) {
    evlet::ws::Frame header;
    const auto* const at = reinterpret_cast<const uint8_t*>(bytes.data());
    REQUIRE(evlet::ws::parse_header(at, bytes.size(), &header) == evlet::ws::Header::good);
    REQUIRE(header.masked);
    REQUIRE(bytes.size() == header.header_size + header.length);
    std::string text(static_cast<size_t>(header.length), '?');
    evlet::ws::apply_mask(header.mask, 0, at + header.header_size,
                          reinterpret_cast<uint8_t*>(text.data()), text.size());
    if (ret_mask)
        ret_mask->assign(reinterpret_cast<const char*>(header.mask), 4);
    return text;
}

}  // namespace

TEST_CASE("a_client_asks_as_the_rfc_says") {
    Base base;
    WsClient client(base, "v1, v2");
    const std::string request = client.accept();
    CHECK(request.rfind("GET /ws HTTP/1.1\r\n", 0) == 0);
    for (const char* line : {"Upgrade: websocket", "Connection: Upgrade",
                             "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: v1, v2"})
        CHECK(request.find(std::string("\r\n") + line + "\r\n") != std::string::npos);
    CHECK(request.find("\r\nHost: 127.0.0.1:") != std::string::npos);
    CHECK(evlet::ws::is_key(evlet::Text(key_in(request).c_str())));
    WsClient other(base);
    CHECK(key_in(other.accept()) != key_in(request));
}

TEST_CASE("a_client_takes_what_comes_with_the_answer") {
    Base base;
    WsClient client(base, "v1, v2");
    client.send(agreement(client.accept(), "Sec-WebSocket-Protocol: v2\r\n") +
                server_frame(kText, "early"));
    REQUIRE(client.opened());
    CHECK(client.status == 101);
    REQUIRE(client.log.session);
    CHECK(std::string(evlet_ws_get_subprotocol(client.log.session)) == "v2");
}

TEST_CASE("an_answer_that_does_not_fit_is_no_session") {
    const auto changed = [](const char* from, const char* to) {
        return [=](const std::string& request) {
            std::string answer = agreement(request);
            const size_t at = answer.find(from);
            REQUIRE(at != std::string::npos);
            return answer.replace(at, strlen(from), to);
        };
    };
    check_no_agreement(changed("Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: x"), 101);
    check_no_agreement(changed("Sec-WebSocket-Accept", "Other"), 101);
    check_no_agreement(changed("Upgrade: websocket", "Upgrade: other"), 101);
    check_no_agreement(changed("Connection: Upgrade", "Connection: other"), 101);
    check_no_agreement(
        [](const std::string& request) {
            return agreement(request, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        },
        101);
    check_no_agreement(
        [](const std::string& request) {
            return agreement(request, "Sec-WebSocket-Protocol: v2\r\n");
        },
        101);
    check_no_agreement(
        [](const std::string&) {
            return std::string("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n"
                               "Connection: close\r\n\r\n");
        },
        403);
}

TEST_CASE("a_client_without_an_answer_is_told_so") {
    Base base;
    Peer nobody(Peer::refuses, AF_INET);
    WsClient refused(base, nobody.port(), nullptr);
    CHECK(refused.opened());
    CHECK(refused.status == 0);
    WsClient client(base);
    client.accept();
    client.fd = Fd();
    CHECK(client.opened());
    CHECK(client.status == 0);
}

TEST_CASE("a_connection_that_is_freed_before_the_answer_tells_nothing") {
    Base base;
    WsClient client(base);
    client.accept();
    evhttp_connection_free(std::exchange(client.connection, nullptr));
    settle(base);
    CHECK(client.opens == 0);
}

TEST_CASE("a_client_masks_each_frame_with_a_key_of_its_own") {
    Base base;
    WsClient client(base);
    client.send(agreement(client.accept()));
    REQUIRE(client.opened());
    std::string masks[2];
    for (std::string& mask : masks) {
        evws_send_text(client.log.session, "same text");
        std::string bytes;
        REQUIRE(run_until(base, [&] { return (bytes += receive_all(client.fd)).size() == 15; }));
        CHECK(unmasked(bytes, &mask) == "same text");
    }
    CHECK(masks[0] != masks[1]);
}

TEST_CASE("a_client_refuses_frames_that_are_masked") {
    Base base;
    WsClient client(base);
    client.send(agreement(client.accept()));
    REQUIRE(client.opened());
    client.send(frame(kText, "x"));
    std::string bytes;
    REQUIRE(run_until(base, [&] { return (bytes += receive_all(client.fd)).size() >= 8; }));
    CHECK(unmasked(bytes) == close_payload(1002));
    CHECK(client.log.messages.empty());
}

TEST_CASE("both_sides_understand_each_other") {
    Base base;
    WsServer server(base);
    WsClient client(base, server.port(), nullptr);
    REQUIRE(client.opened());
    REQUIRE(server.log.session);
    const std::string big = bytes_of_size(300000);
    CHECK(evlet_ws_send(client.log.session, WS_BINARY_FRAME, big.data(), big.size()) == 0);
    evws_send_text(server.log.session, "hello");
    REQUIRE(run_until(
        base, [&] { return server.log.messages.size() == 1 && client.log.messages.size() == 1; }));
    const bool same = server.log.messages[0] == "b:" + big;
    CHECK(same);
    CHECK(client.log.messages[0] == "t:hello");
    CHECK(evlet_ws_close(client.log.session, 1000, "done") == 0);
    CHECK(run_until(base, [&] { return server.log.closes == 1 && client.log.closes == 1; }));
    CHECK(server.log.code == 1000);
    CHECK(server.log.reason == "done");
    CHECK(client.log.code == 1000);
}

TEST_CASE("an_invalid_target_or_name_is_refused_at_once") {
    Base base;
    evhttp_connection* const connection = evhttp_connection_base_new(base, nullptr, "127.0.0.1", 1);
    const auto open = [](evws_connection*, int, void*) { FAIL("nothing is called"); };
    CHECK(evlet_ws_connect(connection, "/a b", nullptr, nullptr, open, nullptr, nullptr) == -1);
    CHECK(evlet_ws_connect(connection, "/", nullptr, "a\r\nb", open, nullptr, nullptr) == -1);
    evhttp_connection_free(connection);
}
