// SPDX-License-Identifier: BSD-3-Clause
// Answers of hostile nameservers. The first byte says what is asked for and how; then come packets,
// each behind a byte of kPatch* and its length in two. Each packet is read as the answer to several
// questions, and is given to a resolver whose requests are in flight as what its nameserver said:
// every request ends, once.
#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>

#include "dns/answer_data.h"
#include "dns_fuzz_support.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::dns;
using evlet_test::demand;

namespace {

enum : unsigned {
    kAskIpv4,
    kAskIpv6,
    kAskName,
    kAskBoth,  // getaddrinfo
    kAskMask = 3,
    kAlias = 4,
    kWithSearch = 8,
    kTakeTruncated = 16,
    kMixCase = 32,
    kExtended = 64,
    kTwoServers = 128,
};
enum : unsigned { kPatchId = 1, kPatchName = 2, kOfTheLast = 4 };

// What is read has to be what an honest search of the records finds.
void check_data(const Reader& behind_question, const Header& header, const Name& asked,
                uint16_t type, const Outcome& outcome) {
    std::vector<evlet_test::WireRecord> records;
    Reader reader = behind_question;
    const bool whole = evlet_test::read_records(reader, header.counts[kAnswers], &records);
    demand(whole || (header.flags & kTruncated));
    Name name = asked;
    if (outcome.alias)
        demand(parse_name(Text(outcome.alias), &name));
    std::string data;
    for (const evlet_test::WireRecord& record : records) {
        if (record.owner != evlet_test::plain(name) || record.head.type != type ||
            record.head.dns_class != kInternet)
            continue;
        demand(outcome.ttl <= record.head.ttl);
        if (type == kPtr || record.data.size() == (type == kA ? 4 : 16))
            data += record.data;
    }
    if (type == kPtr) {
        demand(outcome.count == 1 && parse_name(Text(static_cast<char*>(outcome.data)), &name));
        return;
    }
    demand(data.size() == outcome.count * (type == kA ? 4u : 16u) && !data.empty());
    demand(memcmp(data.data(), outcome.data, data.size()) == 0);
}

void read_as_answer(const std::vector<uint8_t>& packet, const char* text, uint16_t type) {
    Name name;
    demand(parse_name(Text(text), &name));
    Reader reader(packet.data(), packet.size());
    const Header header = reader.read_header();
    for (unsigned count = header.counts[kQuestions]; count && reader.ok(); --count) {
        reader.skip_name();
        reader.skip(4);
    }
    if (!reader.ok())
        return;
    Outcome outcome = {};
    switch (read_answer(reader, header, name, type, true, &outcome)) {
    case Found::data:
        check_data(reader, header, name, type, outcome);
        break;
    case Found::broken:
        demand(outcome.ttl == 0);
        [[fallthrough]];
    case Found::nothing:
        demand(!outcome.data && outcome.count == 0 && !outcome.alias);
        break;
    case Found::no_memory:
        abort();
    }
    mem::release(outcome.data);
    mem::release(outcome.alias);
}

// How often was told, but for the name behind the addresses.
struct Told {
    int calls;
    bool data;
};

void on_answer(int result, char type, int count, int ttl, void* addresses, void* argument) {
    auto& told = *static_cast<Told*>(argument);
    demand(ttl >= 0);
    if (type == DNS_CNAME) {
        demand(told.calls == 1 && told.data && strlen(static_cast<char*>(addresses)) > 0);
        return;
    }
    ++told.calls;
    told.data = result == DNS_ERR_NONE;
    if (!told.data) {
        demand(type == 0 && count == 0 && !addresses);
        return;
    }
    demand(count > 0);
    size_t size = 0;
    if (type == DNS_PTR)
        size = strlen(*static_cast<char**>(addresses));
    else
        size = static_cast<size_t>(count) * (type == DNS_IPv4_A ? 4 : 16);
    const char* const bytes =
        type == DNS_PTR ? *static_cast<char**>(addresses) : static_cast<char*>(addresses);
    const std::string copy(bytes, size);
    demand(!copy.empty());
}

void on_list(int result, evutil_addrinfo* list, void* argument) {
    ++static_cast<Told*>(argument)->calls;
    demand((result == 0) == (list != nullptr));
    for (const evutil_addrinfo* entry = list; entry; entry = entry->ai_next)
        demand(entry->ai_addr->sa_family == entry->ai_family);
    if (list)
        evutil_freeaddrinfo(list);
}

// A socket that questions go to; nobody reads them.
struct Sink {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    Sink() {
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        demand(fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
               getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    }
    void drain() const {
        char bytes[2048];
        while (recv(fd, bytes, sizeof bytes, 0) >= 0)
            continue;
    }
};

void set(evdns_base* dns, const char* name, const char* value) {
    demand(evdns_base_set_option(dns, name, value) == 0);
}

evdns_base* make_resolver(event_base* base, const Sink* sinks, unsigned how) {
    evdns_base* const dns = evdns_base_new(base, EVDNS_BASE_NO_CACHE);
    demand(dns != nullptr);
    set(dns, "randomize-case", how & kMixCase ? "1" : "0");
    if (how & kExtended)
        set(dns, "edns-udp-size", "1232");
    if (how & kTakeTruncated)
        set(dns, "ignore-tc", "");
    if (how & kWithSearch) {
        evdns_base_search_add(dns, "example");
        evdns_base_search_add(dns, "example.net");
    }
    for (int i = 0; i < (how & kTwoServers ? 2 : 1); ++i)
        demand(evdns_base_nameserver_sockaddr_add(
                   dns, reinterpret_cast<const sockaddr*>(&sinks[i].address),
                   sizeof sinks[i].address, 0) == 0);
    return dns;
}

void ask(evdns_base* dns, unsigned how, Told& told) {
    const char* const name = how & kWithSearch ? "host" : "host.example";
    const int flags = how & kAlias ? DNS_CNAME_CALLBACK : 0;
    in_addr address;
    address.s_addr = htonl(0x01020304);
    evutil_addrinfo hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = how & kAlias ? EVUTIL_AI_CANONNAME : 0;
    bool asked = false;
    switch (how & kAskMask) {
    case kAskIpv4:
        asked = evdns_base_resolve_ipv4(dns, name, flags, on_answer, &told) != nullptr;
        break;
    case kAskIpv6:
        asked = evdns_base_resolve_ipv6(dns, name, flags, on_answer, &told) != nullptr;
        break;
    case kAskName:
        asked = evdns_base_resolve_reverse(dns, &address, flags, on_answer, &told) != nullptr;
        break;
    default:
        asked = evdns_getaddrinfo(dns, name, "80", &hints, on_list, &told) != nullptr;
    }
    demand(asked);
}

// As if the nameserver that was asked had sent it.
void receive(evdns_base& dns, std::vector<uint8_t> packet, unsigned patch) {
    const Work work(dns);
    pump(dns);
    if (dns.in_flight.empty())
        return;
    const evdns_request& request =
        patch & kOfTheLast ? *dns.in_flight.last() : *dns.in_flight.first();
    if ((patch & kPatchId) && packet.size() >= 2) {
        packet[0] = static_cast<uint8_t>(request.id >> 8);
        packet[1] = static_cast<uint8_t>(request.id);
    }
    if ((patch & kPatchName) && packet.size() >= kHeaderSize + request.name.size)
        memcpy(packet.data() + kHeaderSize, request.name.bytes, request.name.size);
    const std::vector<uint8_t> exact(packet);
    take_packet(*request.server, exact.data(), exact.size(), request.tcp);
    pump(dns);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static event_base* const base = event_base_new();
    static const Sink sinks[2];
    if (size < 4)
        return 0;
    const unsigned how = data[0];
    Told told = {};
    evdns_base* const dns = make_resolver(base, sinks, how);
    ask(dns, how, told);
    for (size_t at = 1; size - at >= 3;) {
        const unsigned patch = data[at];
        const size_t said = static_cast<size_t>(data[at + 1]) << 8 | data[at + 2];
        at += 3;
        const size_t length = said < size - at ? said : size - at;
        const std::vector<uint8_t> packet(data + at, data + at + length);
        read_as_answer(packet, "host.example", kA);
        read_as_answer(packet, "host.example", kAaaa);
        read_as_answer(packet, "4.3.2.1.in-addr.arpa", kPtr);
        receive(*dns, packet, patch);
        at += length;
    }
    event_base_loop(base, EVLOOP_NONBLOCK);
    evdns_base_free(dns, 1);
    event_base_loop(base, EVLOOP_NONBLOCK);
    demand(told.calls == 1);
    for (const Sink& sink : sinks)
        sink.drain();
    return 0;
}
