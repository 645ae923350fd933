// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the resolver share: packets put together byte by byte, a nameserver that is
// plain sockets in the same loop and says what a test wants, a resolver, and what a request came
// to.
#pragma once

#include <event2/dns.h>
#include <event2/util.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stream/socket_support.h"

namespace evlet_test {

// ---- Packets (RFC 1035 section 4) ----

enum : unsigned {
    kTypeA = 1,
    kTypeNs = 2,
    kTypeCname = 5,
    kTypeSoa = 6,
    kTypePtr = 12,
    kTypeAaaa = 28,
    kTypeOpt = 41
};
enum : unsigned { kAnswerBit = 0x8000, kCutOff = 0x0200 };
enum : unsigned { kFormErr = 1, kServFail = 2, kNxDomain = 3, kNotImp = 4, kRefused = 5 };

inline std::string u8(unsigned value) {
    return std::string(1, static_cast<char>(value));
}
inline std::string u16(unsigned value) {
    return u8(value >> 8 & 255) + u8(value & 255);
}
inline std::string u32(unsigned value) {
    return u16(value >> 16) + u16(value & 0xffff);
}
inline unsigned u16_at(const std::string& bytes, size_t at) {
    REQUIRE(at + 2 <= bytes.size());
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[at]) << 8 |
                                 static_cast<unsigned char>(bytes[at + 1]));
}
// A name without escapes; "" is the root.
inline std::string wire(const std::string& text) {
    std::string bytes;
    for (size_t at = 0; at < text.size();) {
        const size_t dot = std::min(text.find('.', at), text.size());
        bytes += u8(static_cast<unsigned>(dot - at)) + text.substr(at, dot - at);
        at = dot + 1;
    }
    return bytes + u8(0);
}
// What stands for the name of the question.
inline const std::string kAsked = u16(0xc00c);

inline std::string record(const std::string& owner, unsigned type, unsigned ttl,
                          const std::string& data, unsigned dns_class = 1) {
    return owner + u16(type) + u16(dns_class) + u32(ttl) + u16(static_cast<unsigned>(data.size())) +
           data;
}
inline std::string address_bytes(const std::string& text) {
    char bytes[16];
    const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
    REQUIRE(evutil_inet_pton(family, text.c_str(), bytes) == 1);
    return std::string(bytes, family == AF_INET ? 4 : 16);
}
// A or AAAA, for the name that was asked unless there is another.
inline std::string address(const std::string& text, unsigned ttl = 60,
                           const std::string& owner = kAsked) {
    const std::string bytes = address_bytes(text);
    return record(owner, bytes.size() == 4 ? kTypeA : kTypeAaaa, ttl, bytes);
}
inline std::string alias(const std::string& target, unsigned ttl = 60,
                         const std::string& owner = kAsked) {
    return record(owner, kTypeCname, ttl, wire(target));
}
inline std::string start_of_authority(unsigned ttl, unsigned minimum) {
    return record(wire("test"), kTypeSoa, ttl,
                  wire("ns.test") + wire("admin.test") + u32(1) + u32(2) + u32(3) + u32(4) +
                      u32(minimum));
}

// A question as it came.
struct Question {
    std::string packet;
    unsigned id, flags, type, dns_class;
    std::string name;    // as it is on the wire
    std::string text;    // with dots, in lower case
    size_t behind;       // the question
    unsigned edns_size;  // 0: none
    Address from;
    int connection;  // -1: it came over UDP

    [[nodiscard]] bool over_tcp() const { return connection >= 0; }
};

inline Question parse_question(const std::string& packet) {
    Question question = {};
    question.connection = -1;
    question.packet = packet;
    question.id = u16_at(packet, 0);
    question.flags = u16_at(packet, 2);
    CHECK(u16_at(packet, 4) == 1);
    CHECK(u16_at(packet, 6) == 0);
    CHECK(u16_at(packet, 8) == 0);
    size_t at = 12;
    while (packet.at(at)) {
        const size_t size = static_cast<unsigned char>(packet[at]);
        REQUIRE(size < 64);
        if (!question.text.empty())
            question.text += '.';
        for (const char c : packet.substr(at + 1, size))
            question.text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        at += 1 + size;
    }
    question.name = packet.substr(12, at + 1 - 12);
    question.type = u16_at(packet, at + 1);
    question.dns_class = u16_at(packet, at + 3);
    question.behind = at + 5;
    // What an OPT record has for a class is the size (RFC 6891 section 6.1.2).
    if (u16_at(packet, 10) == 1) {
        CHECK(packet.substr(question.behind, 3) == u8(0) + u16(kTypeOpt));
        question.edns_size = u16_at(packet, question.behind + 3);
        CHECK(packet.size() == question.behind + 11);
    } else {
        CHECK(packet.size() == question.behind);
    }
    return question;
}

// The sections of an answer, each a list of records.
struct Sections {
    std::vector<std::string> answers, authority, additional;
};

inline std::string header(unsigned id, unsigned flags, size_t questions, size_t answers,
                          size_t authority = 0, size_t additional = 0) {
    return u16(id) + u16(flags) + u16(static_cast<unsigned>(questions)) +
           u16(static_cast<unsigned>(answers)) + u16(static_cast<unsigned>(authority)) +
           u16(static_cast<unsigned>(additional));
}
// An answer to `question`; `flags` are the code and more.
inline std::string answer(const Question& question, const Sections& sections, unsigned flags = 0) {
    std::string bytes = header(question.id, kAnswerBit | flags, 1, sections.answers.size(),
                               sections.authority.size(), sections.additional.size()) +
                        question.packet.substr(12, question.behind - 12);
    for (const auto* const section : {&sections.answers, &sections.authority, &sections.additional})
        for (const std::string& bytes_of_record : *section)
            bytes += bytes_of_record;
    return bytes;
}
inline std::string answer(const Question& question, const std::string& records_one = "",
                          unsigned flags = 0) {
    Sections sections;
    if (!records_one.empty())
        sections.answers.push_back(records_one);
    return answer(question, sections, flags);
}

// ---- A nameserver ----

// On a port of loopback, over UDP and TCP. Questions are kept, and handed to on_question if there
// is one.
class FakeNameserver {
public:
    using Body = std::function<void(const Question&)>;

    explicit FakeNameserver(event_base* base, Body body = nullptr, int family = AF_INET)
        : on_question(std::move(body)), base_(base), udp_(-1), tcp_(-1) {
        // The system chooses a port for one of them; nobody may have it for the other.
        for (int tries = 0; udp_ < 0; ++tries) {
            REQUIRE(tries < 50);
            tcp_ = bound_socket(family);
            const Address at = local_address(tcp_);
            Fd udp(socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            if (bind(udp, at.get(), at.size) == 0)
                udp_ = std::move(udp);
        }
        address_ = local_address(udp_);
        REQUIRE(listen(tcp_, 16) == 0);
        packets_ = std::make_unique<TestEvent>(base, udp_, EV_READ | EV_PERSIST,
                                               [this](short) { take_packets(); });
        connects_ = std::make_unique<TestEvent>(base, tcp_, EV_READ | EV_PERSIST,
                                                [this](short) { take_connection(); });
        packets_->add();
        connects_->add();
    }
    FakeNameserver(const FakeNameserver&) = delete;
    FakeNameserver& operator=(const FakeNameserver&) = delete;

    [[nodiscard]] const Address& address() const { return address_; }
    [[nodiscard]] size_t asked() const { return questions.size(); }
    [[nodiscard]] const Question& last() const {
        REQUIRE_FALSE(questions.empty());
        return questions.back();
    }
    // Over the way that the question came.
    void send(const Question& to, const std::string& packet) {
        if (to.over_tcp())
            send_stream(to.connection, u16(static_cast<unsigned>(packet.size())) + packet);
        else
            send_packet(to.from, packet);
    }
    void send_packet(const Address& to, const std::string& packet) const {
        REQUIRE(sendto(udp_, packet.data(), packet.size(), 0, to.get(), to.size) ==
                static_cast<ssize_t>(packet.size()));
    }
    void send_stream(int connection, const std::string& bytes) {
        REQUIRE(send_some(connections[static_cast<size_t>(connection)]->fd, bytes) == bytes.size());
    }
    // Nobody listens any more, but the port stays taken: who asks over UDP is refused.
    void stop_udp() {
        packets_.reset();
        // Bound and connected elsewhere: what others send is refused.
        const Address nowhere(address_.storage.ss_family, 9);
        REQUIRE(connect(udp_, nowhere.get(), nowhere.size) == 0);
    }
    void start_udp() {
        sockaddr none = {};
        none.sa_family = AF_UNSPEC;
        REQUIRE(connect(udp_, &none, sizeof none) == 0);
        packets_ = std::make_unique<TestEvent>(base_, udp_, EV_READ | EV_PERSIST,
                                               [this](short) { take_packets(); });
        packets_->add();
    }
    void stop_tcp() {
        connects_.reset();
        tcp_ = Fd();
    }
    void close(int connection) {
        auto& entry = connections[static_cast<size_t>(connection)];
        entry->event.reset();
        entry->fd = Fd();
    }

    struct Connection {
        Fd fd;
        std::unique_ptr<TestEvent> event;
        std::string text;
        bool ended = false;
    };
    std::vector<Question> questions;
    std::vector<std::unique_ptr<Connection>> connections;
    Body on_question;

private:
    void take(Question question) {
        questions.push_back(question);
        const Body body = on_question;
        if (body)
            body(question);
    }
    void take_packets() {
        char bytes[2048];
        for (;;) {
            Address from;
            const ssize_t got =
                recvfrom(udp_, bytes, sizeof bytes, MSG_DONTWAIT, from.get(), &from.size);
            if (got < 0)
                return;
            Question question = parse_question(std::string(bytes, static_cast<size_t>(got)));
            question.from = from;
            take(std::move(question));
            if (!packets_)
                return;
        }
    }
    void take_connection() {
        Fd fd(::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (fd < 0)
            return;
        const int index = static_cast<int>(connections.size());
        connections.push_back(std::make_unique<Connection>());
        Connection& entry = *connections.back();
        entry.fd = std::move(fd);
        entry.event = std::make_unique<TestEvent>(base_, entry.fd, EV_READ | EV_PERSIST,
                                                  [this, index](short) { take_stream(index); });
        entry.event->add();
    }
    void take_stream(int index) {
        Connection& entry = *connections[static_cast<size_t>(index)];
        entry.text += receive_all(entry.fd);
        if (at_end(entry.fd)) {
            entry.ended = true;
            event_del(*entry.event);
        }
        while (entry.text.size() >= 2 && entry.text.size() >= 2 + u16_at(entry.text, 0)) {
            const size_t size = u16_at(entry.text, 0);
            Question question = parse_question(entry.text.substr(2, size));
            question.connection = index;
            entry.text.erase(0, 2 + size);
            take(std::move(question));
        }
    }

    event_base* base_;
    Fd udp_, tcp_;
    Address address_;
    std::unique_ptr<TestEvent> packets_, connects_;
};

// ---- A resolver ----

// Freed at the end of the scope. Questions have so much time that no machine needs more, unless a
// test sets another.
class Resolver {
public:
    explicit Resolver(event_base* base, int flags = 0) : dns_(evdns_base_new(base, flags)) {
        REQUIRE(dns_);
        set("timeout", "60");
    }
    Resolver(event_base* base, const FakeNameserver& server, int flags = 0)
        : Resolver(base, flags) {
        add(server);
    }
    ~Resolver() { free(); }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    operator evdns_base*() const { return dns_; }
    void free(bool fail_requests = false) {
        if (dns_)
            evdns_base_free(std::exchange(dns_, nullptr), fail_requests);
    }
    void set(const char* option, const char* value) {
        REQUIRE(evdns_base_set_option(dns_, option, value) == 0);
    }
    void add(const FakeNameserver& server) {
        const Address& at = server.address();
        REQUIRE(evdns_base_nameserver_sockaddr_add(dns_, at.get(), at.size, 0) == 0);
    }

private:
    evdns_base* dns_;
};

inline std::string address_text(const void* bytes, int family) {
    char text[64];
    return evutil_inet_ntop(family, bytes, text, sizeof text);
}

// What a request came to. It stays where it is until it has been told.
struct Result {
    int calls = 0;
    int error = -1;
    int type = -1;
    int count = -1;
    int ttl = -1;
    std::vector<std::string> data;  // addresses or a name
    std::string alias;
    std::function<void()> body;        // called at the end of each call
    evdns_request* request = nullptr;  // until it is over

    static void told(int error, char type, int count, int ttl, void* data, void* argument) {
        auto& self = *static_cast<Result*>(argument);
        ++self.calls;
        self.request = nullptr;
        if (type == DNS_CNAME) {
            CHECK(error == DNS_ERR_NONE);
            CHECK(count == 1);
            self.alias = static_cast<char*>(data);
        } else {
            self.take(error, type, count, ttl, data);
        }
        const auto body = self.body;
        if (body)
            body();
    }
    [[nodiscard]] std::string all() const {
        std::string text;
        for (const std::string& item : data)
            text += (text.empty() ? "" : " ") + item;
        return text;
    }

private:
    void take(int new_error, char new_type, int new_count, int new_ttl, const void* bytes) {
        error = new_error;
        type = new_type;
        count = new_count;
        ttl = new_ttl;
        data.clear();
        CHECK((bytes == nullptr) == (error != DNS_ERR_NONE));
        for (int i = 0; i < count; ++i) {
            if (type == DNS_PTR)
                data.emplace_back(static_cast<char* const*>(bytes)[i]);
            else if (type == DNS_IPv4_A)
                data.push_back(address_text(static_cast<const char*>(bytes) + 4 * i, AF_INET));
            else if (type == DNS_IPv6_AAAA)
                data.push_back(address_text(static_cast<const char*>(bytes) + 16 * i, AF_INET6));
        }
    }
};

inline evdns_request* ask(evdns_base* dns, const char* name, Result& result, int flags = 0) {
    result.request = evdns_base_resolve_ipv4(dns, name, flags, Result::told, &result);
    REQUIRE(result.request);
    return result.request;
}
inline evdns_request* ask6(evdns_base* dns, const char* name, Result& result, int flags = 0) {
    result.request = evdns_base_resolve_ipv6(dns, name, flags, Result::told, &result);
    REQUIRE(result.request);
    return result.request;
}
inline bool ends(event_base* base, const Result& result) {
    return run_until(base, [&] { return result.calls > 0; });
}
inline bool sees(event_base* base, const FakeNameserver& server, size_t questions = 1) {
    return run_until(base, [&] { return server.asked() >= questions; });
}
// A request from its beginning to its end.
inline Result resolve(event_base* base, evdns_base* dns, const char* name, int flags = 0) {
    Result result;
    ask(dns, name, result, flags);
    REQUIRE(ends(base, result));
    return result;
}

}  // namespace evlet_test
