// SPDX-License-Identifier: BSD-3-Clause
// Queries from hostile clients. The first byte is of kOver* and how the program answers; the rest
// is one packet, or what comes over a TCP connection in pieces. Each answer has to be well formed,
// belong to a query, and keep to the size that the client takes.
#include <errno.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns/server.h"
#include "dns_fuzz_support.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::dns;
using evlet_test::demand;

namespace {

enum : unsigned {
    kOverTcp = 1,
    kLater = 2,  // what is asked is answered when all has come
    kMany = 4,   // with more records than fit
    kDrop = 8,
    kInPieces = 16,
};

unsigned g_how;
unsigned g_asked;
std::vector<evdns_server_request*> g_kept;

void add_replies(evdns_server_request* request, const evdns_server_question& question) {
    constexpr char kAddresses[16 * 100] = "0123456789abcde";
    const int count = g_how & kMany ? 100 : 1;
    switch (question.type) {
    case kOpt:  // only the server makes such records
        break;
    case EVDNS_TYPE_A:
        demand(evdns_server_request_add_a_reply(request, question.name, count, kAddresses, 60) ==
               0);
        break;
    case EVDNS_TYPE_AAAA:
        demand(evdns_server_request_add_aaaa_reply(request, question.name, count, kAddresses, 60) ==
               0);
        break;
    case EVDNS_TYPE_PTR:
        demand(evdns_server_request_add_ptr_reply(request, nullptr, question.name, "host.example",
                                                  60) == 0);
        break;
    case EVDNS_TYPE_CNAME:
        demand(evdns_server_request_add_cname_reply(request, question.name, question.name, 60) ==
               0);
        break;
    default:
        for (int section = EVDNS_ANSWER_SECTION; section <= EVDNS_ADDITIONAL_SECTION; ++section)
            demand(evdns_server_request_add_reply(request, section, question.name, question.type,
                                                  question.dns_question_class, 60, count * 4, 0,
                                                  kAddresses) == 0);
    }
}

void respond(evdns_server_request* request) {
    for (int i = 0; i < request->nquestions; ++i) {
        // A name that came in is a name that goes out.
        Name name;
        demand(parse_name(Text(request->questions[i]->name), &name));
        add_replies(request, *request->questions[i]);
    }
    evdns_server_request_set_flags(request, EVDNS_FLAGS_AA);
    (void)evdns_server_request_respond(request, 0);
}

void on_request(evdns_server_request* request, void*) {
    ++g_asked;
    demand(request->nquestions > 0 && request->nquestions <= 16);
    if (g_how & kDrop)
        evdns_server_request_drop(request);
    else if (g_how & kLater)
        g_kept.push_back(request);
    else
        respond(request);
}

void answer_kept() {
    const std::vector<evdns_server_request*> kept(std::move(g_kept));
    g_kept.clear();
    for (evdns_server_request* const request : kept)
        respond(request);
}

// Reads a whole answer. An OPT record is the last, and the server's own.
void check_answer(const uint8_t* packet, size_t size, size_t most) {
    demand(size <= most);
    Reader reader(packet, size);
    const Header header = reader.read_header();
    demand(reader.ok() && (header.flags & kResponse));
    for (unsigned count = header.counts[kQuestions]; count; --count) {
        Name name;
        reader.read_name(&name);
        reader.skip(4);
        demand(reader.ok());
    }
    std::vector<evlet_test::WireRecord> records;
    for (const Section section : {kAnswers, kAuthorities, kAdditionals})
        demand(evlet_test::read_records(reader, header.counts[section], &records));
    demand(reader.left() == 0);
    for (size_t i = 0; i < records.size(); ++i)
        demand(records[i].head.type != kOpt ||
               (i + 1 == records.size() && records[i].owner.size() == 1 &&
                records[i].head.dns_class == kMostDatagram));
}

// ---- over UDP, without a socket ----

unsigned g_sent;
uint16_t g_id;
size_t g_most;

const Transport kCapture = {
    [](ServerRequest&, const uint8_t* packet, size_t size) {
        ++g_sent;
        check_answer(packet, size, g_most);
        demand(size >= 2 && (packet[0] << 8 | packet[1]) == g_id);
        return true;
    },
    [](ServerRequest&) {},
    [](evdns_server_port&) {},
    [](evdns_server_port&, unsigned, size_t) { return false; },
};

// What the client takes: 512, or what an OPT record anywhere says, at most 1232.
size_t most_of(const std::vector<uint8_t>& packet) {
    Reader reader(packet.data(), packet.size());
    const Header header = reader.read_header();
    for (unsigned count = header.counts[kQuestions]; count && reader.ok(); --count) {
        reader.skip_name();
        reader.skip(4);
    }
    size_t most = kClassicSize;
    for (unsigned count = unsigned(header.counts[kAnswers]) + header.counts[kAuthorities] +
                          header.counts[kAdditionals];
         count && reader.ok(); --count) {
        reader.skip_name();
        const Record record = reader.read_record();
        if (reader.ok() && record.type == kOpt && record.dns_class > most)
            most = record.dns_class < kMostDatagram ? record.dns_class : kMostDatagram;
        reader.skip(record.size);
    }
    return most;
}

void take_datagram(const std::vector<uint8_t>& packet) {
    auto* const port = mem::make<evdns_server_port>();
    demand(port != nullptr);
    *port = {nullptr, &kCapture, on_request, nullptr, 1, false};
    SocketAddress from = {};
    from.size = sizeof from.ipv4;
    g_id = packet.size() < 2 ? 0 : static_cast<uint16_t>(packet[0] << 8 | packet[1]);
    g_most = most_of(packet);
    take_query(*port, packet.data(), packet.size(), from, nullptr);
    answer_kept();
    // Whoever sends an answer, or no header, hears nothing.
    const bool silent = packet.size() < kHeaderSize || (packet[2] & 0x80);
    demand(g_sent == (silent || ((g_how & kDrop) && g_asked) ? 0u : 1u));
    demand(g_asked <= 1 && (!silent || g_asked == 0));
    evdns_close_server_port(port);
}

// ---- over TCP ----

struct Server {
    event_base* base = event_base_new();
    sockaddr_in address = {};
    Server() {
        socklen_t size = sizeof address;
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        evconnlistener* const listener = evconnlistener_new_bind(
            base, nullptr, nullptr, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16,
            reinterpret_cast<sockaddr*>(&address), size);
        demand(listener && getsockname(evconnlistener_get_fd(listener),
                                       reinterpret_cast<sockaddr*>(&address), &size) == 0);
        demand(evdns_add_server_port_with_listener(base, listener, 0, on_request, nullptr) !=
               nullptr);
    }
};

void receive(int fd, std::string& bytes, bool& ended) {
    char part[4096];
    for (;;) {
        const ssize_t got = recv(fd, part, sizeof part, MSG_DONTWAIT);
        ended = ended || got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
        if (got <= 0)
            return;
        bytes.append(part, static_cast<size_t>(got));
    }
}

void check_stream(const std::string& bytes, size_t most_messages) {
    size_t at = 0;
    for (; bytes.size() - at >= 2; --most_messages) {
        const auto* const here = reinterpret_cast<const uint8_t*>(bytes.data()) + at;
        const size_t size = static_cast<size_t>(here[0] << 8 | here[1]);
        demand(most_messages > 0 && bytes.size() - at - 2 >= size);
        check_answer(here + 2, size, kMostPacket);
        at += 2 + size;
    }
    demand(at == bytes.size());
}

void take_stream(const std::vector<uint8_t>& bytes) {
    static Server server;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    demand(fd >= 0 &&
           connect(fd, reinterpret_cast<sockaddr*>(&server.address), sizeof server.address) == 0);
    const size_t step = g_how & kInPieces ? (bytes.size() > 40 ? 1 + bytes.size() / 20 : 1) : 65536;
    std::string answers;
    bool ended = false;
    for (size_t at = 0; at < bytes.size() && !ended; at += step) {
        const size_t left = bytes.size() - at;
        if (send(fd, bytes.data() + at, left < step ? left : step, MSG_NOSIGNAL) < 0)
            break;
        event_base_loop(server.base, EVLOOP_NONBLOCK);
        receive(fd, answers, ended);
    }
    shutdown(fd, SHUT_WR);
    for (int turns = 0; !ended && turns < 100000; ++turns) {
        event_base_loop(server.base, EVLOOP_NONBLOCK);
        answer_kept();
        receive(fd, answers, ended);
    }
    demand(ended && g_kept.empty());
    const linger at_once = {1, 0};  // leaves no port behind that waits
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    check_stream(answers, bytes.size() / (2 + kHeaderSize));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0)
        return 0;
    g_how = data[0];
    g_asked = g_sent = 0;
    const std::vector<uint8_t> rest(data + 1, data + size);
    if (g_how & kOverTcp)
        take_stream(rest);
    else
        take_datagram(rest);
    return 0;
}
