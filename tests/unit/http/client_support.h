// SPDX-License-Identifier: BSD-3-Clause
// What the tests of HTTP clients share: a connection whose callbacks are lambdas and are
// remembered, and a peer that has read a request.
#pragma once

#include <unistd.h>

#include "http_support.h"

namespace evlet_test {

// A connection, and what became of its requests. It is freed at the end of the scope, unless free()
// came before.
struct HttpClient {
    explicit HttpClient(evhttp_connection* made) : connection(made) {
        REQUIRE(connection);
        evhttp_connection_set_closecb(connection, told_close, this);
    }
    HttpClient(event_base* base, int port)
        : HttpClient(evhttp_connection_base_new(base, nullptr, "127.0.0.1",
                                                static_cast<ev_uint16_t>(port))) {}
    ~HttpClient() { free(); }
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    void free() {
        if (connection)
            evhttp_connection_free(std::exchange(connection, nullptr));
    }
    // One that tells all it is told to this object.
    evhttp_request* prepare(const std::string& body = "") {
        evhttp_request* const request = evhttp_request_new(told, this);
        REQUIRE(request);
        evhttp_request_set_error_cb(request, told_error);
        if (on_header)
            evhttp_request_set_header_cb(request, told_header);
        if (on_chunk)
            evhttp_request_set_chunked_cb(request, told_chunk);
        REQUIRE(evbuffer_add(evhttp_request_get_output_buffer(request), body.data(), body.size()) ==
                0);
        return request;
    }
    evhttp_request* make(const char* target, evhttp_cmd_type type = EVHTTP_REQ_GET,
                         const std::string& body = "") {
        return send(prepare(body), target, type);
    }
    evhttp_request* send(evhttp_request* request, const char* target = "/",
                         evhttp_cmd_type type = EVHTTP_REQ_GET) {
        REQUIRE(evhttp_make_request(connection, request, type, target) == 0);
        return request;
    }
    static void add_field(evhttp_request* request, const char* name, const char* value) {
        REQUIRE(evhttp_add_header(evhttp_request_get_output_headers(request), name, value) == 0);
    }
    // Whether there are so many results, by now or soon.
    bool has(size_t count) {
        return run_until(evhttp_connection_get_base(connection),
                         [&] { return results.size() >= count; }) &&
               results.size() == count;
    }

    evhttp_connection* connection;
    std::vector<std::string> results;  // "200 body", "none"
    std::vector<int> errors;
    int closes = 0;
    // Copies of these are called, since what they do may replace them.
    std::function<void(evhttp_request*)> on_reply;
    std::function<void(evhttp_request_error)> on_error;
    std::function<void()> on_close;
    std::function<int(evhttp_request*)> on_header;
    std::function<void(evhttp_request*)> on_chunk;

    static void told(evhttp_request* request, void* argument) {
        auto& self = *static_cast<HttpClient*>(argument);
        self.results.push_back(request ? std::to_string(evhttp_request_get_response_code(request)) +
                                             " " + text_of(evhttp_request_get_input_buffer(request))
                                       : "none");
        const auto body = self.on_reply;
        if (body)
            body(request);
    }
    static void told_error(evhttp_request_error error, void* argument) {
        auto& self = *static_cast<HttpClient*>(argument);
        self.errors.push_back(error);
        const auto body = self.on_error;
        if (body)
            body(error);
    }
    static void told_close(evhttp_connection*, void* argument) {
        auto& self = *static_cast<HttpClient*>(argument);
        ++self.closes;
        const auto body = self.on_close;
        if (body)
            body();
    }
    static int told_header(evhttp_request* request, void* argument) {
        const auto body = static_cast<HttpClient*>(argument)->on_header;
        return body ? body(request) : 0;
    }
    static void told_chunk(evhttp_request* request, void* argument) {
        const auto body = static_cast<HttpClient*>(argument)->on_chunk;
        if (body)
            body(request);
    }
};

constexpr char kShort[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

inline std::string short_reply(const char* body) {
    return kShort + std::string(body);
}

// Whoever connects to the listener.
inline HttpPeer accept_peer(event_base* base, Peer& listener) {
    REQUIRE(run_until(base, [&] { return is_ready(listener.fd(), POLLIN, 0); }));
    return {base, listener.accept()};
}

// Whoever connects and has sent a head.
inline HttpPeer accept_request(event_base* base, Peer& listener) {
    HttpPeer peer = accept_peer(base, listener);
    REQUIRE(peer.gets("\r\n\r\n"));
    return peer;
}

// Whether nobody connects for now.
inline bool is_left_alone(event_base* base, const Peer& listener) {
    settle(base);
    return !is_ready(listener.fd(), POLLIN, 0);
}

inline std::string host_of(const Peer& listener) {
    return "Host: 127.0.0.1:" + std::to_string(listener.port()) + "\r\n";
}

using Errors = std::vector<int>;
using Results = std::vector<std::string>;

}  // namespace evlet_test
