// SPDX-License-Identifier: BSD-3-Clause
// What the tests of servers share: ports on loopback whose requests go to a lambda, a client that
// is a plain socket, and a reader of answers.
#pragma once

#include <event2/dns_struct.h>
#include <event2/listener.h>

#include "dns_support.h"

namespace evlet_test {

inline std::string question(const std::string& name, unsigned type = kTypeA,
                            unsigned dns_class = 1) {
    return wire(name) + u16(type) + u16(dns_class);
}
inline std::string opt_record(unsigned size, unsigned version = 0) {
    return u8(0) + u16(kTypeOpt) + u16(size) + u32(version << 16) + u16(0);
}
inline std::string query(const std::string& name, unsigned type = kTypeA, unsigned id = 0x1234,
                         unsigned flags = 0) {
    return header(id, flags, 1, 0) + question(name, type);
}
// Of a client that knows EDNS.
inline std::string edns_query(const std::string& name, unsigned size, unsigned version = 0) {
    return header(0x1234, 0, 1, 0, 0, 1) + question(name) + opt_record(size, version);
}

struct ReplyRecord {
    int section;  // EVDNS_*_SECTION
    std::string owner;
    unsigned type, dns_class, ttl;
    std::string data;
    std::string name;  // the data, if it is one
};

// An answer as a client reads it.
struct ReplyPacket {
    explicit ReplyPacket(std::string bytes) : packet(std::move(bytes)) {
        REQUIRE(packet.size() >= 12);
        size_t at = 12;
        for (unsigned i = 0; i < count(0); ++i) {
            questions.push_back(read_name(at));
            at += 4;
        }
        for (int section = 0; section < 3; ++section) {
            for (unsigned i = 0; i < count(section + 1); ++i) {
                ReplyRecord record;
                record.section = section;
                record.owner = read_name(at);
                record.type = u16_at(packet, at);
                record.dns_class = u16_at(packet, at + 2);
                record.ttl = u16_at(packet, at + 4) << 16 | u16_at(packet, at + 6);
                const size_t size = u16_at(packet, at + 8);
                at += 10;
                record.data = packet.substr(at, size);
                REQUIRE(record.data.size() == size);
                size_t inside = at;
                if (record.type == kTypeCname || record.type == kTypePtr ||
                    record.type == kTypeNs) {
                    record.name = read_name(inside);
                    CHECK(inside == at + size);
                }
                at += size;
                if (record.type == kTypeOpt)
                    opt.push_back(record);
                else
                    records.push_back(record);
            }
        }
        CHECK(at == packet.size());
    }
    [[nodiscard]] unsigned id() const { return u16_at(packet, 0); }
    [[nodiscard]] unsigned flags() const { return u16_at(packet, 2); }
    // With the bits of EDNS.
    [[nodiscard]] unsigned code() const {
        return (flags() & 15) | (opt.empty() ? 0 : opt[0].ttl >> 24 << 4);
    }
    [[nodiscard]] bool cut_off() const { return (flags() & kCutOff) != 0; }
    [[nodiscard]] unsigned count(int section) const {
        return u16_at(packet, 4 + 2 * static_cast<size_t>(section));
    }
    std::string packet;
    std::vector<std::string> questions;
    std::vector<ReplyRecord> records, opt;

private:
    std::string read_name(size_t& at) const {
        std::string text;
        size_t from = at;
        bool jumped = false;
        for (int steps = 0;; ++steps) {
            REQUIRE(steps < 200);
            const unsigned size = static_cast<unsigned char>(packet.at(from));
            if (size >= 0xc0) {
                const size_t to = u16_at(packet, from) & 0x3fff;
                REQUIRE(to < from);
                if (!jumped)
                    at = from + 2;
                jumped = true;
                from = to;
                continue;
            }
            from += 1 + size;
            if (size == 0)
                break;
            text += (text.empty() ? "" : ".") + packet.substr(from - size, size);
        }
        if (!jumped)
            at = from;
        return text;
    }
};

// A port, over UDP or over TCP.
class TestServer {
public:
    using Body = std::function<void(evdns_server_request*)>;
    enum Kind { udp, tcp };
    TestServer(event_base* base, Body body, Kind kind = udp) : on_request(std::move(body)) {
        if (kind == udp) {
            fd_ = Fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            const Address any(AF_INET);
            REQUIRE(bind(fd_, any.get(), any.size) == 0);
            address_ = local_address(fd_);
            port_ = evdns_add_server_port_with_base(base, fd_, 0, told, this);
        } else {
            const Address any(AF_INET);
            evconnlistener* const listener = evconnlistener_new_bind(
                base, nullptr, nullptr, LEV_OPT_CLOSE_ON_FREE, 16, any.get(), any.length());
            REQUIRE(listener);
            address_ = local_address(evconnlistener_get_fd(listener));
            port_ = evdns_add_server_port_with_listener(base, listener, 0, told, this);
        }
        REQUIRE(port_);
    }
    ~TestServer() { close(); }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    operator evdns_server_port*() const { return port_; }
    [[nodiscard]] const Address& address() const { return address_; }
    [[nodiscard]] int fd() const { return fd_; }
    void close() {
        if (port_)
            evdns_close_server_port(std::exchange(port_, nullptr));
    }
    Body on_request;
    int requests = 0;

private:
    static void told(evdns_server_request* request, void* argument) {
        auto& self = *static_cast<TestServer*>(argument);
        ++self.requests;
        const Body body = self.on_request;
        body(request);
    }
    Fd fd_;
    Address address_;
    evdns_server_port* port_;
};

inline void respond(evdns_server_request* request, int code = 0) {
    CHECK(evdns_server_request_respond(request, code) == 0);
}

// Who asks over UDP.
class UdpClient {
public:
    UdpClient(event_base* base, const Address& server)
        : base_(base), fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        REQUIRE(connect(fd_, server.get(), server.size) == 0);
    }
    void send(const std::string& packet) const {
        REQUIRE(::send(fd_, packet.data(), packet.size(), 0) ==
                static_cast<ssize_t>(packet.size()));
    }
    [[nodiscard]] bool has_answer() const { return is_ready(fd_, POLLIN, 0); }
    [[nodiscard]] ReplyPacket receive() const {
        REQUIRE(run_until(base_, [&] { return has_answer(); }));
        char bytes[65536];
        const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
        REQUIRE(got > 0);
        return ReplyPacket(std::string(bytes, static_cast<size_t>(got)));
    }
    [[nodiscard]] ReplyPacket ask(const std::string& packet) const {
        send(packet);
        return receive();
    }
    [[nodiscard]] int fd() const { return fd_; }

private:
    event_base* base_;
    Fd fd_;
};

// Who asks over TCP.
class TcpClient {
public:
    TcpClient(event_base* base, const Address& server) : base_(base), fd_(connect_to(server)) {}
    void send_bytes(const std::string& bytes) {
        size_t sent = 0;
        REQUIRE(run_until(base_,
                          [&] { return (sent += send_some(fd_, bytes, sent)) == bytes.size(); }));
    }
    void send(const std::string& packet) {
        send_bytes(u16(static_cast<unsigned>(packet.size())) + packet);
    }
    [[nodiscard]] ReplyPacket receive() {
        REQUIRE(run_until(base_, [&] {
            text_ += receive_all(fd_);
            return text_.size() >= 2 && text_.size() >= 2 + u16_at(text_, 0);
        }));
        const size_t size = u16_at(text_, 0);
        const std::string packet = text_.substr(2, size);
        text_.erase(0, 2 + size);
        return ReplyPacket(packet);
    }
    [[nodiscard]] bool has_bytes() {
        text_ += receive_all(fd_);
        return !text_.empty();
    }
    [[nodiscard]] bool ends() {
        return run_until(base_, [&] {
            text_ += receive_all(fd_);
            char byte;
            const ssize_t got = ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
            return got == 0 || (got < 0 && errno != EAGAIN && errno != EINPROGRESS);
        });
    }
    [[nodiscard]] int fd() const { return fd_; }
    void end_sending() const { REQUIRE(shutdown(fd_, SHUT_WR) == 0); }
    void close() { fd_ = Fd(); }

private:
    event_base* base_;
    Fd fd_;
    std::string text_;
};

}  // namespace evlet_test
