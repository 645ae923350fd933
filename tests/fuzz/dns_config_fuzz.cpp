// SPDX-License-Identifier: BSD-3-Clause
// resolv.conf and hosts of any text. The first byte is DNS_OPTION_*. A file has to mean what its
// lines mean one by one, without those that have a NUL; what it sets is in range; and each name of
// a line with an address is found.
#include <event2/dns.h>
#include <event2/event.h>
#include <string.h>

#include <algorithm>

#include "dns/hosts.h"
#include "dns/resolv_conf.h"
#include "dns/search.h"
#include "dns_fuzz_support.h"

using namespace evlet;
using namespace evlet::dns;
using evlet_test::demand;

namespace {

constexpr int kFlags = DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC;
constexpr unsigned kMostLookups = 50;  // each goes through all names
constexpr size_t kFewSockets = 1024;   // bytes of text that cannot name many nameservers

class Resolver {
public:
    Resolver() {
        static event_base* const base = event_base_new();
        dns_ = evdns_base_new(base, 0);
        base_ = base;
        demand(dns_ != nullptr);
    }
    ~Resolver() {
        evdns_base_free(dns_, 0);
        event_base_loop(base_, EVLOOP_NONBLOCK);
    }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    evdns_base& operator*() const { return *dns_; }

private:
    evdns_base* dns_;
    event_base* base_;
};

// Text without a NUL behind, in a block of its size.
class Exact {
public:
    explicit Exact(const std::string& text) : bytes_(text.begin(), text.end()) {}
    [[nodiscard]] Text text() const { return {bytes_.empty() ? "" : bytes_.data(), bytes_.size()}; }

private:
    std::vector<char> bytes_;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (line.find('\0') == std::string::npos)
            lines.push_back(line);
        at = end + 1;
    }
    return lines;
}

std::vector<std::string> words_of(const std::string& line) {
    constexpr char kBlanks[] = " \t\r\v\f";
    const std::string text = line.substr(0, line.find_first_of("#;"));
    std::vector<std::string> words;
    for (size_t at = text.find_first_not_of(kBlanks); at < text.size();) {
        const size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(kBlanks, end);
    }
    return words;
}

// What the options, the search list and the nameservers are; all of it has to be in range.
std::string state(const evdns_base& dns) {
    const Options& options = dns.options;
    demand(options.timeout > 0 && options.first_probe > 0 && options.last_probe > 0);
    demand(options.skew >= 0 && options.idle > 0 && options.attempts > 0);
    demand(options.most_in_flight > 0 && options.most_in_flight <= 32768);
    demand(options.udp_size >= kClassicSize && options.probe_factor > 0);
    std::string all;
    for (const int64_t value :
         {int64_t{options.timeout}, int64_t{options.first_probe}, int64_t{options.last_probe},
          int64_t{options.skew}, int64_t{options.idle}, int64_t{options.probe_factor},
          int64_t{options.most_timeouts}, int64_t{options.most_in_flight},
          int64_t{options.attempts}, int64_t{options.receive_buffer}, int64_t{options.send_buffer},
          int64_t{options.udp_size}, int64_t{options.query_flags}, int64_t{options.mix_case},
          int64_t{options.rotate}, static_cast<int64_t>(options.local.size),
          int64_t{dns.server_count}})
        all += std::to_string(value) + " ";
    const Search* const search = dns.search;
    if (search) {
        demand(search->count <= kMostDomains && search->ndots >= 0 && search->ndots <= 15);
        all += std::to_string(search->ndots);
    } else {
        all += std::to_string(kDefaultDots);
    }
    for (unsigned i = 0; search && i < search->count; ++i) {
        demand(search->names[i].size > 1);
        all += "/" + evlet_test::plain(search->names[i]);
    }
    return all;
}

// Each with a resolver of its own, one after another, since `bind-to` may name a port.
std::string state_of(const std::vector<std::string>& pieces, int flags) {
    const Resolver resolver;
    for (const std::string& piece : pieces) {
        const Exact exact(piece);
        const int error = take_resolv_conf(*resolver, exact.text(), flags);
        demand(error == EVDNS_ERROR_NONE || error == EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED);
    }
    return state(*resolver);
}

void take_as_resolv_conf(const std::string& text, int flags) {
    demand(state_of({text}, flags) == state_of(lines_of(text), flags));
}

std::string look_up(const evdns_base& dns, const std::string& name, int family) {
    AddrinfoRequest request = {};
    request.family = family;
    request.use_count = 1;
    AddrinfoList list;
    const Exact exact(name);
    if (look_up_hosts(dns, exact.text(), request, list) != 0)
        return "";
    std::string all;
    evutil_addrinfo* const first = list.release();
    for (const evutil_addrinfo* entry = first; entry; entry = entry->ai_next) {
        demand(entry->ai_family == family);
        char shown[INET6_ADDRSTRLEN];
        const void* const bytes =
            family == AF_INET ? static_cast<const void*>(
                                    &reinterpret_cast<sockaddr_in*>(entry->ai_addr)->sin_addr)
                              : &reinterpret_cast<sockaddr_in6*>(entry->ai_addr)->sin6_addr;
        demand(evutil_inet_ntop(family, bytes, shown, sizeof shown) != nullptr);
        all += " " + std::string(shown) + " ";
    }
    evutil_freeaddrinfo(first);
    return all;
}

void take_as_hosts(const std::string& text) {
    const Resolver resolver;
    const Exact exact(text);
    demand(take_hosts(*resolver, exact.text()));
    unsigned lookups = 0;
    for (const std::string& line : lines_of(text)) {
        const std::vector<std::string> words = words_of(line);
        uint8_t bytes[16];
        char shown[INET6_ADDRSTRLEN];
        for (const int family : {AF_INET, AF_INET6}) {
            if (words.size() < 2 || evutil_inet_pton(family, words[0].c_str(), bytes) != 1)
                continue;
            demand(evutil_inet_ntop(family, bytes, shown, sizeof shown) != nullptr);
            const std::string wanted = " " + std::string(shown) + " ";
            for (size_t i = 1; i < words.size() && ++lookups < kMostLookups; ++i)
                demand(look_up(*resolver, words[i], family).find(wanted) != std::string::npos);
        }
    }
    demand(look_up(*resolver, text.substr(0, 100) + "\n", AF_INET).empty());
    evdns_base_clear_host_addresses(&*resolver);
    demand((*resolver).hosts == nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0)
        return 0;
    int flags = (data[0] & kFlags) | DNS_OPTION_NAMESERVERS_NO_DEFAULT;
    if (size > kFewSockets)
        flags &= ~DNS_OPTION_NAMESERVERS;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    take_as_resolv_conf(text, flags);
    take_as_hosts(text);
    return 0;
}
