// SPDX-License-Identifier: BSD-3-Clause
// What the tests of HTTP servers and clients share: a server on loopback, and a peer that is a
// plain socket, in the same loop.
#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <evlet/http.h>

#include "stream/socket_support.h"

namespace evlet_test {

inline std::string text_of(evbuffer* buffer) {
    std::string text(evbuffer_get_length(buffer), '?');
    evbuffer_copyout(buffer, text.data(), text.size());
    return text;
}

// A server that answers with what on_request puts together; "ok" if there is no such thing.
class HttpServer {
public:
    explicit HttpServer(event_base* base) : http_(evhttp_new(base)) {
        REQUIRE(http_);
        evhttp_bound_socket* const bound = evhttp_bind_socket_with_handle(http_, "127.0.0.1", 0);
        REQUIRE(bound);
        port_ = local_address(evhttp_bound_socket_get_fd(bound)).port();
        evhttp_set_gencb(http_, told, this);
    }
    ~HttpServer() { free(); }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    void free() {
        if (http_)
            evhttp_free(std::exchange(http_, nullptr));
    }
    operator evhttp*() const { return http_; }
    [[nodiscard]] int port() const { return port_; }
    static void reply(evhttp_request* request, int code, const std::string& body) {
        evbuffer* const buffer = evbuffer_new();
        if (buffer) {
            evbuffer_add(buffer, body.data(), body.size());
            evhttp_send_reply(request, code, nullptr, buffer);
            evbuffer_free(buffer);
        } else {
            evhttp_send_error(request, 503, nullptr);
        }
    }
    std::function<void(evhttp_request*)> on_request;
    int requests = 0;

private:
    static void told(evhttp_request* request, void* argument) {
        auto& self = *static_cast<HttpServer*>(argument);
        ++self.requests;
        const auto body = self.on_request;
        if (body)
            body(request);
        else
            reply(request, 200, "ok");
    }
    evhttp* http_;
    int port_;
};

// A plain socket, nonblocking.
class HttpPeer {
public:
    HttpPeer(event_base* base, int port) : base_(base), fd_(connect_to(Address(AF_INET, port))) {}
    HttpPeer(event_base* base, Fd fd) : base_(base), fd_(std::move(fd)) {
        REQUIRE(evutil_make_socket_nonblocking(fd_) == 0);
    }
    void send(const std::string& bytes) {
        size_t sent = 0;
        REQUIRE(run_until(base_, [&] {
            sent += send_some(fd_, bytes, sent);
            return sent == bytes.size();
        }));
    }
    // Whether the bytes received contain this by now or soon.
    bool gets(const std::string& part) {
        return run_until(base_, [&] {
            text += receive_all(fd_);
            return text.find(part) != std::string::npos;
        });
    }
    // Whether the stream ends.
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

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

inline size_t count_of(const std::string& text, const std::string& part) {
    size_t count = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
        ++count;
    return count;
}

}  // namespace evlet_test
