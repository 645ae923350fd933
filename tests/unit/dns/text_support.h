// SPDX-License-Identifier: BSD-3-Clause
// A resolver whose loop never runs, and files. Used by the tests of configuration.
#pragma once

#include <event2/dns.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <initializer_list>
#include <string>

#include "dns/base.h"
#include "dns/search.h"
#include "support/test_base.h"

#include "doctest.h"
#include "packets.h"

namespace evlet_test {

class Resolver {
public:
    explicit Resolver(int flags = 0) : dns_(evdns_base_new(base_, flags)) { REQUIRE(dns_); }
    ~Resolver() { evdns_base_free(dns_, 0); }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    operator evdns_base*() const { return dns_; }
    evdns_base* operator->() const { return dns_; }
    evdns_base& operator*() const { return *dns_; }

private:
    Base base_;
    evdns_base* dns_;
};

// "a b": the search list.
inline std::string domains(const evdns_base& dns) {
    std::string all;
    for (unsigned i = 0; dns.search && i < dns.search->count; ++i)
        all += (i ? " " : "") + shown(dns.search->names[i]);
    return all;
}

inline int ndots(const evdns_base& dns) {
    return dns.search ? dns.search->ndots : evlet::dns::kDefaultDots;
}

inline std::string text_of(const evlet::SocketAddress& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.generic.sa_family == AF_INET6) {
        evutil_inet_ntop(AF_INET6, &address.ipv6.sin6_addr, text, sizeof text);
        return "[" + std::string(text) + "]:" + std::to_string(ntohs(address.ipv6.sin6_port));
    }
    evutil_inet_ntop(AF_INET, &address.ipv4.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(ntohs(address.ipv4.sin_port));
}

// "1.2.3.4:53 [::1]:53": the nameservers.
inline std::string servers(const evdns_base& dns) {
    std::string all;
    for (const evlet::dns::Nameserver* server = dns.servers; server; server = server->next)
        all += (all.empty() ? "" : " ") + text_of(server->address);
    return all;
}

// A list of addresses, made of text; all of its entries are freed with it.
class List {
public:
    List(std::initializer_list<const char*> addresses, int socktype = SOCK_STREAM) {
        for (const char* const text : addresses) {
            evutil_addrinfo hints = {};
            hints.ai_flags = EVUTIL_AI_NUMERICHOST;
            hints.ai_socktype = socktype;
            evutil_addrinfo* entry = nullptr;
            REQUIRE(evutil_getaddrinfo(text, nullptr, &hints, &entry) == 0);
            *end_ = entry;
            while (*end_)
                end_ = &(*end_)->ai_next;
        }
    }
    ~List() {
        while (evutil_addrinfo* const entry = first_) {
            first_ = entry->ai_next;
            entry->ai_next = nullptr;
            evutil_freeaddrinfo(entry);
        }
    }
    List(const List&) = delete;
    List& operator=(const List&) = delete;
    operator evutil_addrinfo*() const { return first_; }
    evutil_addrinfo* operator->() const { return first_; }
    evutil_addrinfo*& first() { return first_; }

private:
    evutil_addrinfo* first_ = nullptr;
    evutil_addrinfo** end_ = &first_;
};

// A file with this content, which is gone at the end of the scope.
class File {
public:
    explicit File(const std::string& content) {
        const int fd = mkstemp(&path_[0]);
        REQUIRE(fd >= 0);
        for (size_t at = 0; at < content.size();) {
            const ssize_t put = write(fd, content.data() + at, content.size() - at);
            REQUIRE(put > 0);
            at += static_cast<size_t>(put);
        }
        close(fd);
    }
    ~File() { unlink(path()); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] const char* path() const { return path_.c_str(); }

private:
    std::string path_ = P_tmpdir "/evlet-dns-XXXXXX";
};

}  // namespace evlet_test
