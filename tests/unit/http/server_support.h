// SPDX-License-Identifier: BSD-3-Clause
// What the tests of HTTP servers share: requests and replies as text, whole exchanges, and peers
// that leave rudely.
#pragma once

#include <stdlib.h>

#include "http_support.h"

namespace evlet_test {

// ---- Requests ----

inline std::string request_for(const std::string& target, const std::string& fields = "",
                               const std::string& body = "", const std::string& method = "GET") {
    return method + " " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

inline std::string post_of(const std::string& body, const std::string& fields = "") {
    return request_for("/", "Content-Length: " + std::to_string(body.size()) + "\r\n" + fields,
                       body, "POST");
}

constexpr char kGetAndClose[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

// ---- Replies ----

inline int status_of(const std::string& reply) {
    return reply.rfind("HTTP/1.1 ", 0) == 0 ? atoi(reply.c_str() + 9) : 0;
}

inline std::string status_line_of(const std::string& reply) {
    return reply.substr(0, reply.find("\r\n"));
}

inline std::string body_of(const std::string& reply) {
    const size_t end = reply.find("\r\n\r\n");
    return end == std::string::npos ? "no head" : reply.substr(end + 4);
}

// The value of a field of the first reply, "none" without it.
inline std::string field_of(const std::string& reply, const std::string& name) {
    const std::string head = reply.substr(0, reply.find("\r\n\r\n") + 2);
    const std::string begin = "\r\n" + name + ": ";
    const size_t at = head.find(begin);
    if (at == std::string::npos)
        return "none";
    const size_t value = at + begin.size();
    return head.substr(value, head.find("\r\n", value) - value);
}

// The status codes of all replies, in their order.
inline std::vector<int> statuses_of(const std::string& replies) {
    std::vector<int> result;
    for (size_t at = 0; (at = replies.find("HTTP/1.1 ", at)) != std::string::npos; ++at)
        result.push_back(status_of(replies.substr(at)));
    return result;
}
using Statuses = std::vector<int>;

// ---- Exchanges ----

// All that comes back, up to the end of the stream, for bytes sent on a connection of their own.
inline std::string talk(event_base* base, int port, const std::string& bytes) {
    HttpPeer peer(base, port);
    peer.send(bytes);
    REQUIRE(peer.ends());
    return peer.text;
}

// The same for a GET that is the last request.
inline std::string get(event_base* base, int port, const std::string& target = "/") {
    return talk(base, port, request_for(target, "Connection: close\r\n"));
}

// What comes back to a request when a server replies so.
inline std::string reply_to(const std::string& request,
                     const std::function<void(evhttp_request*)>& reply) {
    Base base;
    HttpServer server(base);
    server.on_request = reply;
    return talk(base, server.port(), request);
}

inline std::string reply_of(const std::function<void(evhttp_request*)>& reply) {
    return reply_to(kGetAndClose, reply);
}

inline bool has_connections(event_base* base, evhttp* server, int count) {
    return run_until(base, [&] { return evhttp_get_connection_count(server) == count; });
}

inline void reset(HttpPeer& peer) {
    const linger at_once = {1, 0};
    REQUIRE(setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    peer.close();
}

// ---- What callbacks do ----

inline void add_reply_field(evhttp_request* request, const char* name, const char* value) {
    REQUIRE(evhttp_add_header(evhttp_request_get_output_headers(request), name, value) == 0);
}

inline void send_piece(evhttp_request* request, const std::string& bytes) {
    evbuffer* const piece = evbuffer_new();
    REQUIRE(piece);
    REQUIRE(evbuffer_add(piece, bytes.data(), bytes.size()) == 0);
    evhttp_send_reply_chunk(request, piece);
    CHECK(evbuffer_get_length(piece) == 0);
    evbuffer_free(piece);
}

// A callback of a path or a general one, which answers with its argument.
inline void reply_with_text(evhttp_request* request, void* text) {
    HttpServer::reply(request, 200, static_cast<const char*>(text));
}

}  // namespace evlet_test
