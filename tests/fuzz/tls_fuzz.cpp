// SPDX-License-Identifier: BSD-3-Clause
// What stands between an engine of TLS and a bufferevent, with an engine of the test's own
// (toy_tls.h), which stops wherever the input says. The first byte chooses transport and options; each
// that follows is something that a program, a peer or a network does to two ends of a connection.
// Beyond not crashing: bytes arrive as they were sent, the engine is called by its rules, nothing is
// told after an error, and as long as nobody has cut the connection all arrives in the end.
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "toy_tls.h"

using namespace evlet_fuzz;

namespace {

// The bytes at one place of what each end sends.
char byte_at(size_t place, int end) {
    return static_cast<char>(place * 7 + place / 251 + static_cast<size_t>(end));
}

class Connection;

struct End {
    End(Connection& connection, Choices& choices, int number)
        : connection(connection), toy(choices), number(number) {}
    Connection& connection;
    Toy toy;
    int number;
    bufferevent* bev = nullptr;
    bufferevent* below = nullptr;  // or null: on a socket
    size_t sent = 0, received = 0;
    bool connected = false;
    bool ended = false;   // has seen the peer's close
    bool broken = false;  // was told of an error
    bool finishing = false;
    bool triggered = false;
    unsigned frees_in = 0;  // in which callback it is freed
};

class Connection {
public:
    explicit Connection(Choices& choices);
    ~Connection();
    void run();

    void told_read(End& end);
    void told_event(End& end, short what);
    void told_write(End& end) { may_free(end, 3); }

private:
    void make_over_pair(int options);
    void make_over_sockets(int options);
    void take(End& end, size_t most);
    void may_free(End& end, unsigned callback);
    void free_end(End& end);
    void act(unsigned what, End& end);
    void cut(End& end);
    void inject(End& end);
    void meet_again();
    void pass(unsigned times);
    [[nodiscard]] bool is_done(const End& end, const End& peer) const;
    void finish();

    Choices& choices_;
    event_base* base_;
    bool cut_ = false;    // the transport, or somebody is gone: not all need arrive
    bool loose_ = false;  // nor need it, for another reason
    End ends_[2];
};

const evlet::Tls& tls_of(const End& end) {
    return evlet::tls_of(evlet::as_stream(*end.bev));
}

void on_read(bufferevent*, void* argument) {
    End& end = *static_cast<End*>(argument);
    end.connection.told_read(end);
}

void on_write(bufferevent*, void* argument) {
    End& end = *static_cast<End*>(argument);
    end.connection.told_write(end);
}

void on_event(bufferevent*, short what, void* argument) {
    End& end = *static_cast<End*>(argument);
    end.connection.told_event(end, what);
}

event_base* shared_base() {
    static event_base* const base = event_base_new();
    demand(base);
    return base;
}

Connection::Connection(Choices& choices)
    : choices_(choices), base_(shared_base()), ends_{{*this, choices, 0}, {*this, choices, 1}} {
    const unsigned how = choices_.next();
    int options = how & 1 ? BEV_OPT_CLOSE_ON_FREE : 0;
    options |= how & 2 ? BEV_OPT_DEFER_CALLBACKS : 0;
    ends_[0].toy.reads_ahead = how & 4;
    ends_[1].toy.reads_ahead = how & 8;
    if (how & 16)
        make_over_sockets(options | BEV_OPT_CLOSE_ON_FREE);
    else
        make_over_pair(options);
    for (End& end : ends_) {
        demand(end.bev);
        bufferevent_setcb(end.bev, on_read, on_write, on_event, &end);
        bufferevent_ssl_set_flags(end.bev, (how & 32 ? BUFFEREVENT_SSL_BATCH_WRITE : 0u) |
                                               (how & 64 ? BUFFEREVENT_SSL_DIRTY_SHUTDOWN : 0u));
        demand(bufferevent_enable(end.bev, EV_READ) == 0);
    }
}

evlet::TlsPlan plan_of(End& end, int options) {
    return {&toy_engine, &end.toy,
            end.number ? BUFFEREVENT_SSL_ACCEPTING : BUFFEREVENT_SSL_CONNECTING, options, nullptr};
}

void Connection::make_over_pair(int options) {
    bufferevent* below[2];
    demand(bufferevent_pair_new(base_, 0, below) == 0);
    for (End& end : ends_) {
        end.below = below[end.number];
        end.bev = evlet::make_tls_on_stream(*end.below, plan_of(end, options));
    }
}

void Connection::make_over_sockets(int options) {
    evutil_socket_t fd[2];
    demand(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    for (End& end : ends_) {
        demand(evutil_make_socket_nonblocking(fd[end.number]) == 0);
        end.bev = evlet::make_tls_on_socket(base_, fd[end.number], plan_of(end, options));
    }
}

Connection::~Connection() {
    for (End& end : ends_)
        free_end(end);
    // What was freed goes when the loop has its turn.
    pass(3);
    for (const End& end : ends_)
        demand(end.toy.released);
}

void Connection::free_end(End& end) {
    if (!end.bev)
        return;
    cut_ = true;
    const bool owns = evlet::as_stream(*end.bev).options & BEV_OPT_CLOSE_ON_FREE;
    bufferevent_free(end.bev);
    end.bev = nullptr;
    if (end.below && !owns)
        bufferevent_free(end.below);
    end.below = nullptr;
}

void Connection::may_free(End& end, unsigned callback) {
    if (end.frees_in == callback)
        free_end(end);
}

void Connection::take(End& end, size_t most) {
    const End& peer = ends_[!end.number];
    evbuffer* const input = bufferevent_get_input(end.bev);
    size_t count = evbuffer_get_length(input);
    if (count > most)
        count = most;
    std::string bytes(count, '-');
    demand(bufferevent_read(end.bev, &bytes[0], count) == count);
    demand(end.received + count <= peer.sent);
    for (const char byte : bytes)
        demand(byte == byte_at(end.received++, peer.number));
}

void Connection::told_read(End& end) {
    demand(end.bev && (end.triggered || (end.connected && !end.broken)));
    if (!choices_.happens(4))
        take(end, choices_.happens(2) ? 1 + choices_.next() : SIZE_MAX);
    may_free(end, 1);
}

void Connection::told_event(End& end, short what) {
    demand(end.bev && !end.broken);
    if (what == BEV_EVENT_CONNECTED) {
        demand(!end.connected);
        end.connected = true;
    } else if (what & BEV_EVENT_ERROR) {
        // A close where an answer was due.
        demand(cut_ || ends_[!end.number].finishing);
        end.broken = loose_ = true;
    } else {
        demand(what & BEV_EVENT_EOF);
        // The end of the transport is told so too where that is allowed.
        demand(ends_[!end.number].finishing || cut_);
        end.ended = true;
    }
    may_free(end, 2);
}

void Connection::pass(unsigned times) {
    for (unsigned i = 0; i < times; ++i)
        event_base_loop(base_, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

// The peer sees the end of the transport.
void Connection::cut(End& end) {
    cut_ = true;
    if (end.below)
        bufferevent_flush(end.below, EV_WRITE, BEV_FINISHED);
    else
        demand(shutdown(bufferevent_getfd(end.bev), SHUT_WR) == 0 || errno == ENOTCONN);
}

// Something in the stream that is none of the engine's.
void Connection::inject(End& end) {
    cut_ = true;
    std::string bytes;
    for (unsigned left = 1 + choices_.next() % 8; left; --left)
        bytes += static_cast<char>(choices_.next());
    if (end.below)
        demand(bufferevent_write(end.below, bytes.data(), bytes.size()) == 0);
    else
        (void)send(bufferevent_getfd(end.bev), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// Both go on with another connection.
void Connection::meet_again() {
    if (!ends_[0].bev || !ends_[1].bev || ends_[0].below)
        return;
    evutil_socket_t fd[2];
    demand(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
    for (End& end : ends_) {
        take(end, SIZE_MAX);
        evbuffer* const output = bufferevent_get_output(end.bev);
        demand(evbuffer_unfreeze(output, 1) == 0);
        demand(evbuffer_drain(output, evbuffer_get_length(output)) == 0);
        demand(evbuffer_freeze(output, 1) == 0);
        demand(evutil_make_socket_nonblocking(fd[end.number]) == 0);
        const evutil_socket_t before = bufferevent_getfd(end.bev);
        demand(bufferevent_setfd(end.bev, fd[end.number]) == 0);
        evutil_closesocket(before);
        demand(bufferevent_enable(end.bev, EV_READ | EV_WRITE) == 0);
        end.connected = end.ended = end.broken = end.finishing = false;
    }
    for (End& end : ends_) {
        end.sent = end.received = 0;
        // What was put off is still told.
        end.triggered = true;
    }
    cut_ = loose_ = false;
}

// Watermarks of the transport, or the room in the kernel.
void narrow(End& end, unsigned size) {
    if (end.below) {
        bufferevent_setwatermark(end.below, EV_WRITE, 0, size);
        bufferevent_setwatermark(end.below, EV_READ, 0, size);
    } else {
        const int room = static_cast<int>(size) * 64;
        (void)setsockopt(bufferevent_getfd(end.bev), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    }
}

void send_some(End& end, size_t count) {
    std::string bytes(count, '-');
    for (char& byte : bytes)
        byte = byte_at(end.sent++, end.number);
    demand(bufferevent_write(end.bev, bytes.data(), count) == 0);
}

void Connection::act(unsigned what, End& end) {
    const short both[] = {EV_READ, EV_WRITE, EV_READ | EV_WRITE};
    switch (what) {
    case 0:
    case 1:
        // Behind the close nothing is sent.
        loose_ |= end.finishing;
        if (!end.broken)
            send_some(end, what ? choices_.next() : size_t(200) * choices_.next());
        break;
    case 2:
        bufferevent_setwatermark(end.bev, EV_READ, choices_.next(), choices_.next());
        break;
    case 3:
        narrow(end, choices_.next());
        break;
    case 4:
        bufferevent_disable(end.bev, both[choices_.next() % 3]);
        break;
    case 5:
        demand(bufferevent_enable(end.bev, both[choices_.next() % 3]) == 0 || end.broken);
        break;
    case 6:
        bufferevent_flush(end.bev, EV_READ | EV_WRITE, BEV_FLUSH);
        break;
    case 7:
        end.finishing = true;
        bufferevent_flush(end.bev, EV_WRITE, BEV_FINISHED);
        break;
    case 8:
        bufferevent_set_max_single_read(end.bev, choices_.next());
        bufferevent_set_max_single_write(end.bev, choices_.next());
        break;
    case 9:
        take(end, choices_.next());
        break;
    case 10:
        end.triggered = true;
        bufferevent_trigger(end.bev, EV_READ | EV_WRITE, 0);
        break;
    case 11:
        cut(end);
        break;
    case 12:
        inject(end);
        break;
    case 13:
        end.frees_in = choices_.next() % 4;
        break;
    case 14:
        free_end(end);
        break;
    case 15:
        meet_again();
        break;
    default:
        pass(1 + choices_.next() % 4);
    }
}

bool Connection::is_done(const End& end, const End& peer) const {
    return end.connected && end.received == peer.sent && (!peer.finishing || end.ended);
}

// Nothing is in the way any more.
void Connection::finish() {
    for (End& end : ends_) {
        end.frees_in = 0;
        bufferevent_setwatermark(end.bev, EV_READ, 0, 0);
        bufferevent_set_max_single_read(end.bev, 0);
        bufferevent_set_max_single_write(end.bev, 0);
        narrow(end, end.below ? 0 : 4096);
        demand(bufferevent_enable(end.bev, EV_READ | EV_WRITE) == 0);
    }
    constexpr unsigned kAmple = 20000;
    for (unsigned i = 0; i < kAmple; ++i) {
        if (loose_ || (is_done(ends_[0], ends_[1]) && is_done(ends_[1], ends_[0])))
            return;
        pass(1);
        for (End& end : ends_)
            take(end, SIZE_MAX);
    }
    // Or the engines stand in each other's way: neither takes anything before it has sent something.
    demand(tls_of(ends_[0]).read_wants == EV_WRITE && tls_of(ends_[1]).read_wants == EV_WRITE);
}

void Connection::run() {
    while (!choices_.ended()) {
        const unsigned what = choices_.next();
        End& end = ends_[what & 1];
        if (end.bev)
            act(what / 2 % 18, end);
    }
    if (!cut_ && !loose_)
        finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    Choices choices(data, size);
    Connection(choices).run();
    return 0;
}
