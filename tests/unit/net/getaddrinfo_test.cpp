// SPDX-License-Identifier: BSD-3-Clause
// evutil_getaddrinfo as far as no nameserver is needed: hints, numbers, no host.
#include <arpa/inet.h>
#include <event2/util.h>
#include <netdb.h>
#include <netinet/in.h>

#include "doctest.h"
#include "generators.h"
#include "support/test_base.h"

using namespace evlet_test;

namespace {

evutil_addrinfo hints(int family, int socktype, int flags = 0, int protocol = 0) {
    evutil_addrinfo result;
    memset(&result, 0, sizeof result);
    result.ai_family = family;
    result.ai_socktype = socktype;
    result.ai_protocol = protocol;
    result.ai_flags = flags;
    return result;
}

evutil_addrinfo* const kUntouched = reinterpret_cast<evutil_addrinfo*>(16);

// Resolves; the list is freed at the end of the scope.
class Resolved {
public:
    Resolved(const char* node, const char* service, const evutil_addrinfo& wanted)
        : error(evutil_getaddrinfo(node, service, &wanted, &list)) {
        CHECK((error == 0) == (list != kUntouched));
    }
    ~Resolved() {
        if (error == 0)
            evutil_freeaddrinfo(list);
    }
    Resolved(const Resolved&) = delete;
    Resolved& operator=(const Resolved&) = delete;
    // "1.2.3.4:80/stream ::1:80/dgram": everything about the list in one line.
    std::string text() const {
        std::string result = error == 0 ? "" : "error";
        for (const evutil_addrinfo* entry = error == 0 ? list : nullptr; entry;
             entry = entry->ai_next)
            result += (entry == list ? "" : " ") + describe(*entry);
        return result;
    }

    evutil_addrinfo* list = kUntouched;
    int error;

private:
    static std::string describe(const evutil_addrinfo& entry) {
        char host[46] = "?";
        const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(entry.ai_addr);
        const auto* ipv6 = reinterpret_cast<const sockaddr_in6*>(entry.ai_addr);
        const bool four = entry.ai_family == AF_INET;
        CHECK(entry.ai_addr->sa_family == entry.ai_family);
        CHECK(entry.ai_addrlen == (four ? sizeof *ipv4 : sizeof *ipv6));
        inet_ntop(entry.ai_family,
                  four ? static_cast<const void*>(&ipv4->sin_addr) : &ipv6->sin6_addr, host,
                  sizeof host);
        const char* type = entry.ai_socktype == SOCK_STREAM  ? "stream"
                           : entry.ai_socktype == SOCK_DGRAM ? "dgram"
                           : entry.ai_socktype == SOCK_RAW   ? "raw"
                                                             : "?";
        return std::string(host) + ":" +
               std::to_string(ntohs(four ? ipv4->sin_port : ipv6->sin6_port)) + "/" + type + "/" +
               std::to_string(entry.ai_protocol);
    }
};

std::string resolve(const char* node, const char* service, int family, int socktype = SOCK_STREAM,
                    int flags = 0, int protocol = 0) {
    return Resolved(node, service, hints(family, socktype, flags, protocol)).text();
}

int error_of(const char* node, const char* service, int family, int socktype = SOCK_STREAM,
             int flags = 0, int protocol = 0) {
    return Resolved(node, service, hints(family, socktype, flags, protocol)).error;
}

}  // namespace

TEST_CASE("numeric_hosts_need_no_nameserver") {
    CHECK(resolve("1.2.3.4", "80", AF_UNSPEC) == "1.2.3.4:80/stream/6");
    CHECK(resolve("1.2.3.4", "80", AF_INET, SOCK_DGRAM) == "1.2.3.4:80/dgram/17");
    CHECK(resolve("::1", "53", AF_UNSPEC) == "::1:53/stream/6");
    CHECK(resolve("2001:db8::7", nullptr, AF_INET6) == "2001:db8::7:0/stream/6");
    CHECK(resolve("1.2.3.4", "0", AF_INET) == "1.2.3.4:0/stream/6");
    CHECK(resolve("1.2.3.4", "65535", AF_INET) == "1.2.3.4:65535/stream/6");
    CHECK(resolve("1.2.3.4", "0080", AF_INET) == "1.2.3.4:80/stream/6");
}

TEST_CASE("without_a_socket_type_there_is_an_entry_for_each") {
    CHECK(resolve("1.2.3.4", "80", AF_UNSPEC, 0) == "1.2.3.4:80/stream/6 1.2.3.4:80/dgram/17");
    CHECK(resolve(nullptr, "80", AF_INET6, 0) == "::1:80/stream/6 ::1:80/dgram/17");
}

TEST_CASE("socket_type_and_protocol_complete_each_other") {
    CHECK(resolve("1.2.3.4", "80", AF_INET, 0, 0, IPPROTO_TCP) == "1.2.3.4:80/stream/6");
    CHECK(resolve("1.2.3.4", "80", AF_INET, 0, 0, IPPROTO_UDP) == "1.2.3.4:80/dgram/17");
    CHECK(resolve("1.2.3.4", "80", AF_INET, 0, 0, 132) == "1.2.3.4:80/stream/132");
    CHECK(resolve("1.2.3.4", nullptr, AF_INET, 0, 0, IPPROTO_ICMP) == "1.2.3.4:0/raw/1");
    CHECK(resolve("1.2.3.4", nullptr, AF_INET, SOCK_RAW, 0, 0) == "1.2.3.4:0/raw/0");
    CHECK(error_of("1.2.3.4", "80", AF_INET, SOCK_STREAM, 0, IPPROTO_UDP) == EVUTIL_EAI_SOCKTYPE);
    CHECK(error_of("1.2.3.4", "80", AF_INET, SOCK_DGRAM, 0, IPPROTO_TCP) == EVUTIL_EAI_SOCKTYPE);
    CHECK(error_of("1.2.3.4", "80", AF_INET, 4711) == EVUTIL_EAI_SOCKTYPE);
}

TEST_CASE("no_host_is_loopback_or_the_address_to_bind_to") {
    CHECK(resolve(nullptr, "80", AF_INET) == "127.0.0.1:80/stream/6");
    CHECK(resolve(nullptr, "80", AF_INET6) == "::1:80/stream/6");
    CHECK(resolve(nullptr, "80", AF_UNSPEC) == "127.0.0.1:80/stream/6 ::1:80/stream/6");
    const int passive = EVUTIL_AI_PASSIVE;
    CHECK(resolve(nullptr, "80", AF_INET, SOCK_STREAM, passive) == "0.0.0.0:80/stream/6");
    CHECK(resolve(nullptr, "80", AF_UNSPEC, SOCK_STREAM, passive) ==
          "0.0.0.0:80/stream/6 :::80/stream/6");
    CHECK(resolve("1.2.3.4", "80", AF_UNSPEC, SOCK_STREAM, passive) == "1.2.3.4:80/stream/6");
}

TEST_CASE("null_hints_mean_anything") {
    evutil_addrinfo* list = nullptr;
    REQUIRE(evutil_getaddrinfo("1.2.3.4", "80", nullptr, &list) == 0);
    REQUIRE(list->ai_next);
    CHECK(list->ai_next->ai_next == nullptr);
    evutil_freeaddrinfo(list);
    evutil_freeaddrinfo(nullptr);
}

TEST_CASE("addresses_of_the_other_family_are_refused") {
    CHECK(error_of("1.2.3.4", "80", AF_INET6) == EVUTIL_EAI_ADDRFAMILY);
    CHECK(error_of("::1", "80", AF_INET) == EVUTIL_EAI_ADDRFAMILY);
}

TEST_CASE("ipv4_is_mapped_when_ipv6_is_wanted_and_mapping_allowed") {
    CHECK(resolve("1.2.3.4", "80", AF_INET6, SOCK_STREAM, EVUTIL_AI_V4MAPPED) ==
          "::ffff:1.2.3.4:80/stream/6");
    CHECK(resolve("1.2.3.4", "80", AF_INET6, SOCK_STREAM, EVUTIL_AI_V4MAPPED | EVUTIL_AI_ALL) ==
          "::ffff:1.2.3.4:80/stream/6");
    CHECK(resolve("1.2.3.4", "80", AF_UNSPEC, SOCK_STREAM, EVUTIL_AI_V4MAPPED) ==
          "1.2.3.4:80/stream/6");
    CHECK(error_of("1.2.3.4", "80", AF_INET6, SOCK_STREAM, EVUTIL_AI_ALL) == EVUTIL_EAI_ADDRFAMILY);
}

TEST_CASE("a_scope_reaches_the_entry") {
    const Resolved resolved("fe80::1%17", "80", hints(AF_UNSPEC, SOCK_STREAM));
    REQUIRE(resolved.error == 0);
    CHECK(reinterpret_cast<const sockaddr_in6*>(resolved.list->ai_addr)->sin6_scope_id == 17);
}

TEST_CASE("configured_families_never_make_a_request_fail") {
    const int flags = EVUTIL_AI_ADDRCONFIG | EVUTIL_AI_PASSIVE;
    CHECK(resolve(nullptr, "80", AF_INET, SOCK_STREAM, flags) == "0.0.0.0:80/stream/6");
    CHECK(resolve(nullptr, "80", AF_INET6, SOCK_STREAM, flags) == ":::80/stream/6");
    CHECK(error_of(nullptr, "80", AF_UNSPEC, SOCK_STREAM, flags) == 0);
    CHECK(resolve("::1", "80", AF_UNSPEC, SOCK_STREAM, flags) == "::1:80/stream/6");
}

TEST_CASE("the_canonical_name_of_an_address_is_the_address") {
    const Resolved with("1.2.3.4", "80", hints(AF_UNSPEC, 0, EVUTIL_AI_CANONNAME));
    REQUIRE(with.error == 0);
    REQUIRE(with.list->ai_canonname);
    CHECK(std::string(with.list->ai_canonname) == "1.2.3.4");
    REQUIRE(with.list->ai_next);
    CHECK(with.list->ai_next->ai_canonname == nullptr);
    const Resolved without("1.2.3.4", "80", hints(AF_UNSPEC, SOCK_STREAM));
    CHECK(without.list->ai_canonname == nullptr);
}

TEST_CASE("hints_that_make_no_sense_are_refused") {
    CHECK(error_of(nullptr, nullptr, AF_UNSPEC) == EVUTIL_EAI_NONAME);
    CHECK(error_of("1.2.3.4", "80", AF_UNIX) == EVUTIL_EAI_FAMILY);
    CHECK(error_of("1.2.3.4", "80", 4711) == EVUTIL_EAI_FAMILY);
    CHECK(error_of("1.2.3.4", "80", -1) == EVUTIL_EAI_FAMILY);
    CHECK(error_of(nullptr, "80", AF_INET, SOCK_STREAM, EVUTIL_AI_CANONNAME) ==
          EVUTIL_EAI_BADFLAGS);
    CHECK(error_of("1.2.3.4", "80", AF_INET, SOCK_STREAM, INT32_MIN) == EVUTIL_EAI_BADFLAGS);
    CHECK(error_of("1.2.3.4", "80", AF_INET, SOCK_STREAM, 0x40000000) == EVUTIL_EAI_BADFLAGS);
}

TEST_CASE("services_that_are_no_numbers_are_refused_where_a_number_is_wanted") {
    for (const char* service : {"", "http", "65536", "-1", "+80", " 80", "80 ", "80x", "0x50",
                                "4294967376", "18446744073709551696"}) {
        INFO(service);
        CHECK(error_of("1.2.3.4", service, AF_INET, SOCK_STREAM, EVUTIL_AI_NUMERICSERV) ==
              EVUTIL_EAI_NONAME);
    }
    for (const char* service : {"", "65536", "-1", "+80", " 80", "80 ", "4294967376"}) {
        INFO(service);
        CHECK(error_of("1.2.3.4", service, AF_INET) == EVUTIL_EAI_SERVICE);
    }
}

TEST_CASE("hosts_that_are_no_addresses_are_refused_where_one_is_wanted") {
    const std::string long_host(100000, 'a');
    for (const char* host : {"", "localhost", "1.2.3", "127.1", "0x7f.1", "2130706433", "1.2.3.4 ",
                             "[::1]", "::1%", "fe80::1%no-such", long_host.c_str()}) {
        CHECK(error_of(host, "80", AF_UNSPEC, SOCK_STREAM, EVUTIL_AI_NUMERICHOST) ==
              EVUTIL_EAI_NONAME);
    }
}

TEST_CASE("generated_numeric_requests_agree_with_the_c_library") {
    Generator generator(3493);
    const int flags = EVUTIL_AI_NUMERICHOST | EVUTIL_AI_NUMERICSERV;
    int succeeded = 0;
    for (int i = 0; i < 5000; ++i) {
        const bool six = generator.one_in(2);
        const std::string host =
            generator.damaged(six ? generator.ipv6() : generator.ipv4(), "01:.f");
        const std::string service = std::to_string(generator.below(65536));
        const evutil_addrinfo wanted = hints(AF_UNSPEC, SOCK_STREAM, flags);
        INFO(host, " ", service);
        const Resolved ours(host.c_str(), service.c_str(), wanted);
        unsigned char bytes[16];
        const bool strict = inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
                            inet_pton(AF_INET6, host.c_str(), bytes) == 1;
        REQUIRE((ours.error == 0) == strict);
        if (ours.error != 0)
            continue;
        ++succeeded;
        addrinfo* theirs = nullptr;
        REQUIRE(getaddrinfo(host.c_str(), service.c_str(), &wanted, &theirs) == 0);
        CHECK(ours.list->ai_family == theirs->ai_family);
        CHECK(ours.list->ai_socktype == theirs->ai_socktype);
        CHECK(ours.list->ai_protocol == theirs->ai_protocol);
        REQUIRE(ours.list->ai_addrlen == theirs->ai_addrlen);
        CHECK(memcmp(ours.list->ai_addr, theirs->ai_addr, theirs->ai_addrlen) == 0);
        freeaddrinfo(theirs);
    }
    CHECK(succeeded > 1000);
}

#if EVLET_MEM_HOOKS
TEST_CASE("every_allocation_of_a_numeric_request_may_fail") {
    FailingMemory memory;
    const struct {
        const char* node;
        int flags;
    } cases[] = {{"1.2.3.4", EVUTIL_AI_CANONNAME}, {"::1", 0}, {nullptr, 0}};
    for (const auto& request : cases) {
        const evutil_addrinfo wanted = hints(AF_UNSPEC, 0, request.flags);
        for (long nth = 1;; ++nth) {
            const long before = memory.outstanding();
            evutil_addrinfo* list = kUntouched;
            memory.fail_at(nth);
            const int error = evutil_getaddrinfo(request.node, "80", &wanted, &list);
            memory.stop_failing();
            if (!memory.failed()) {
                REQUIRE(error == 0);
                CHECK(nth > 2);
                evutil_freeaddrinfo(list);
                CHECK(memory.outstanding() == before);
                break;
            }
            CHECK(error == EVUTIL_EAI_MEMORY);
            CHECK(list == kUntouched);
            CHECK(memory.outstanding() == before);
        }
    }
}
#endif
