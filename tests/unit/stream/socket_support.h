// SPDX-License-Identifier: BSD-3-Clause
// What the tests of socket bufferevents share: a bufferevent whose callbacks are lambdas and are
// remembered, a loop that runs until something has happened, and the peer's end as a plain socket.
#pragma once

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "doctest.h"
#include "loopback.h"
#include "support/test_base.h"
#include "support/test_event.h"

namespace evlet_test {

// Every combination of BEV_OPT_* that this program may use. Locks are there or not for the whole
// program, so a second program runs the same tests with them.
inline bool has_locks() {
    evbuffer* const probe = evbuffer_new();
    const bool locked = evbuffer_enable_locking(probe, nullptr) == 0;
    evbuffer_free(probe);
    return locked;
}

inline std::vector<int> all_options() {
    const bool locks = has_locks();
    std::vector<int> result;
    for (int options = 0; options < 16; ++options) {
        if ((options & BEV_OPT_THREADSAFE) && !locks)
            continue;
        if ((options & BEV_OPT_UNLOCK_CALLBACKS) && !(options & BEV_OPT_DEFER_CALLBACKS))
            continue;
        result.push_back(options);
    }
    return result;
}

// A bufferevent on a socket, with callbacks that count and then do what the test asks for. It is
// freed at the end of the scope, unless free() came before.
class SocketStream {
public:
    SocketStream(event_base* base, int fd, int options = 0)
        : bev_(bufferevent_socket_new(base, fd, options)) {
        REQUIRE(bev_);
        listen_to_all();
    }
    explicit SocketStream(bufferevent* bev) : bev_(bev) {
        REQUIRE(bev_);
        listen_to_all();
    }
    ~SocketStream() { free(); }
    SocketStream(const SocketStream&) = delete;
    SocketStream& operator=(const SocketStream&) = delete;
    operator bufferevent*() const { return bev_; }
    bufferevent* get() const { return bev_; }
    [[nodiscard]] evbuffer* input() const { return bufferevent_get_input(bev_); }
    [[nodiscard]] evbuffer* output() const { return bufferevent_get_output(bev_); }
    [[nodiscard]] size_t input_length() const { return evbuffer_get_length(input()); }
    [[nodiscard]] size_t output_length() const { return evbuffer_get_length(output()); }
    void listen_to_all() { bufferevent_setcb(bev_, told_read, told_write, told_event, this); }
    void enable(short what) const { REQUIRE(bufferevent_enable(bev_, what) == 0); }
    void write(const std::string& text) const {
        REQUIRE(bufferevent_write(bev_, text.data(), text.size()) == 0);
    }
    // All of the input, which is taken.
    std::string take() const {
        std::string text(input_length(), '?');
        REQUIRE(bufferevent_read(bev_, text.data(), text.size()) == text.size());
        return text;
    }
    void free() {
        if (bev_)
            bufferevent_free(std::exchange(bev_, nullptr));
    }
    // Somebody else frees it.
    bufferevent* disown() { return std::exchange(bev_, nullptr); }
    [[nodiscard]] bool saw(short what) const {
        for (const short event : events)
            if (event == what)
                return true;
        return false;
    }
    [[nodiscard]] int calls() const { return reads + writes + static_cast<int>(events.size()); }

    std::function<void()> on_read, on_write;
    std::function<void(short)> on_event;
    int reads = 0, writes = 0;
    std::vector<short> events;
    std::vector<int> errors;  // errno in the event callback
    std::string order;        // r, w, e as they came

private:
    // Copies of what is called, since that may end this object.
    static void told_read(bufferevent*, void* argument) {
        auto& self = *static_cast<SocketStream*>(argument);
        ++self.reads;
        self.order += 'r';
        const auto body = self.on_read;
        if (body)
            body();
    }
    static void told_write(bufferevent*, void* argument) {
        auto& self = *static_cast<SocketStream*>(argument);
        ++self.writes;
        self.order += 'w';
        const auto body = self.on_write;
        if (body)
            body();
    }
    static void told_event(bufferevent*, short what, void* argument) {
        const int error = EVUTIL_SOCKET_ERROR();
        auto& self = *static_cast<SocketStream*>(argument);
        self.events.push_back(what);
        self.errors.push_back(error);
        self.order += 'e';
        const auto body = self.on_event;
        if (body)
            body(what);
    }

    bufferevent* bev_;
};

// A few passes: what is ready is done after them, and what comes of it too.
inline void settle(event_base* base) {
    for (int i = 0; i < 4; ++i)
        pass(base);
}

// What a plain nonblocking socket has to say now.
inline std::string receive_all(int fd) {
    std::string text;
    char part[16384];
    for (;;) {
        const ssize_t got = ::recv(fd, part, sizeof part, MSG_DONTWAIT);
        if (got <= 0)
            return text;
        text.append(part, static_cast<size_t>(got));
    }
}

// Sends all that the kernel takes; returns how much that was.
inline size_t send_some(int fd, const std::string& text, size_t from = 0) {
    size_t sent = from;
    while (sent < text.size()) {
        const ssize_t count =
            ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count <= 0)
            break;
        sent += static_cast<size_t>(count);
    }
    return sent - from;
}

inline bool at_end(int fd) {
    char byte;
    return ::recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

// Whether it has ended or was reset, which some systems tell once.
inline bool is_over(int fd) {
    return at_end(fd) || errno == ECONNRESET || errno == ENOTCONN;
}

// Bytes in which a shift or a gap is seen.
inline std::string bytes_of_size(size_t size) {
    std::string result(size, '\0');
    unsigned state = 12345;
    for (char& byte : result) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<char>(state >> 24);
    }
    return result;
}

inline void make_buffers_small(int fd) {
    const int size = 4096;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

// Two ends of a TCP connection, which can be reset.
class TcpPair {
public:
    TcpPair() {
        Peer listener(Peer::listens, AF_INET);
        ends_[0] = connect_to(listener.address()).release();
        ends_[1] = listener.accept().release();
        REQUIRE(ends_[1] >= 0);
        REQUIRE(evutil_make_socket_nonblocking(ends_[1]) == 0);
    }
    ~TcpPair() {
        close(0);
        close(1);
    }
    TcpPair(const TcpPair&) = delete;
    TcpPair& operator=(const TcpPair&) = delete;
    int operator[](int end) const { return ends_[end]; }
    void close(int end) {
        if (ends_[end] >= 0)
            ::close(ends_[end]);
        ends_[end] = -1;
    }
    // The other end learns that the connection is gone, by a reset.
    void reset(int end) {
        const linger at_once = {1, 0};
        setsockopt(ends_[end], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(end);
    }

private:
    int ends_[2];
};

}  // namespace evlet_test
