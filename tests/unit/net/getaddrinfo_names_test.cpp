// SPDX-License-Identifier: BSD-3-Clause
// evutil_getaddrinfo for names, which the system resolves: held against the system's own answers,
// whatever its hosts and services files say. And words for the errors.
#include <event2/util.h>
#include <netdb.h>
#include <netinet/in.h>

#include <set>
#include <string>

#include "doctest.h"
#include "support/test_base.h"

using namespace evlet_test;

namespace {

using Addresses = std::multiset<std::string>;

Addresses addresses_of(const addrinfo* list) {
    Addresses result;
    for (; list; list = list->ai_next)
        result.emplace(reinterpret_cast<const char*>(list->ai_addr), list->ai_addrlen);
    return result;
}

addrinfo stream_hints(int family, int flags = 0) {
    addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    return hints;
}

// Whether both succeed, with the same addresses and ports, or neither.
void check_like_the_system(const char* node, const char* service, int family, int flags = 0) {
    const addrinfo hints = stream_hints(family, flags);
    addrinfo *theirs = nullptr, *ours = nullptr;
    const int their_error = getaddrinfo(node, service, &hints, &theirs);
    const int our_error = evutil_getaddrinfo(node, service, &hints, &ours);
    INFO("node ", node, ", service ", service, ", family ", family);
    CHECK((our_error == 0) == (their_error == 0));
    if (our_error == 0 && their_error == 0)
        CHECK(addresses_of(ours) == addresses_of(theirs));
    if (our_error == 0)
        evutil_freeaddrinfo(ours);
    if (their_error == 0)
        freeaddrinfo(theirs);
}

int error_of(const char* node, const char* service) {
    const addrinfo hints = stream_hints(AF_UNSPEC);
    addrinfo* list = nullptr;
    const int error = evutil_getaddrinfo(node, service, &hints, &list);
    evutil_freeaddrinfo(list);
    return error;
}

}  // namespace

TEST_CASE("localhost_has_the_addresses_that_the_system_says") {
    NEEDS(system_names);
    check_like_the_system("localhost", "80", AF_INET);
    check_like_the_system("localhost", "80", AF_INET6);
    check_like_the_system("localhost", "80", AF_UNSPEC);
    check_like_the_system("localhost", nullptr, AF_INET);
    check_like_the_system("localhost", "80", AF_INET6, EVUTIL_AI_V4MAPPED);
}

TEST_CASE("named_services_have_the_ports_that_the_system_says") {
    NEEDS(system_names);
    for (const char* service : {"http", "domain", "ssh", "no-such-service"})
        check_like_the_system("127.0.0.1", service, AF_INET);
}

TEST_CASE("a_named_service_is_listed_for_the_protocols_that_have_it") {
    NEEDS(system_names);
    addrinfo hints = stream_hints(AF_INET), *list = nullptr;
    hints.ai_socktype = 0;
    if (evutil_getaddrinfo("127.0.0.1", "domain", &hints, &list) != 0) {
        MESSAGE("this machine has no list of services");
        return;
    }
    for (const addrinfo* entry = list; entry; entry = entry->ai_next)
        CHECK(ntohs(reinterpret_cast<const sockaddr_in*>(entry->ai_addr)->sin_port) == 53);
    evutil_freeaddrinfo(list);
    CHECK(error_of("127.0.0.1", "no-such-service") == EVUTIL_EAI_SERVICE);
    hints.ai_socktype = SOCK_RAW;
    CHECK(evutil_getaddrinfo("127.0.0.1", "domain", &hints, &list) == EVUTIL_EAI_SERVICE);
}

TEST_CASE("the_canonical_name_of_a_host_is_copied") {
    NEEDS(system_names);
    const addrinfo hints = stream_hints(AF_INET, EVUTIL_AI_CANONNAME);
    addrinfo *theirs = nullptr, *ours = nullptr;
    if (getaddrinfo("localhost", "80", &hints, &theirs) != 0) {
        MESSAGE("this machine does not know localhost");
        return;
    }
    REQUIRE(evutil_getaddrinfo("localhost", "80", &hints, &ours) == 0);
    REQUIRE(ours->ai_canonname);
    CHECK(std::string(ours->ai_canonname) == theirs->ai_canonname);
    freeaddrinfo(theirs);
    evutil_freeaddrinfo(ours);
}

TEST_CASE("hosts_that_cannot_be_names_are_refused_without_asking") {
    CHECK(error_of("", "80") == EVUTIL_EAI_NONAME);
    CHECK(error_of(std::string(256, 'a').c_str(), "80") == EVUTIL_EAI_NONAME);
    CHECK(error_of(std::string(70000, 'a').c_str(), "80") == EVUTIL_EAI_NONAME);
    CHECK(error_of("1:2:3", "80") == EVUTIL_EAI_NONAME);
    CHECK(error_of("[::1]", "80") == EVUTIL_EAI_NONAME);
    CHECK(error_of("fe80::1%no-such", "80") == EVUTIL_EAI_NONAME);
}

#if EVLET_MEM_HOOKS
TEST_CASE("every_allocation_of_a_named_request_may_fail") {
    NEEDS(system_names);
    FailingMemory memory;
    const addrinfo hints = stream_hints(AF_INET, EVUTIL_AI_CANONNAME);
    addrinfo* list = nullptr;
    if (evutil_getaddrinfo("localhost", "80", &hints, &list) != 0) {
        MESSAGE("this machine does not know localhost");
        return;
    }
    evutil_freeaddrinfo(list);
    for (long nth = 1;; ++nth) {
        const long before = memory.outstanding();
        addrinfo* const untouched = list = reinterpret_cast<addrinfo*>(16);
        memory.fail_at(nth);
        const int error = evutil_getaddrinfo("localhost", "80", &hints, &list);
        memory.stop_failing();
        if (!memory.failed()) {
            REQUIRE(error == 0);
            CHECK(nth > 2);
            evutil_freeaddrinfo(list);
            CHECK(memory.outstanding() == before);
            break;
        }
        CHECK(error == EVUTIL_EAI_MEMORY);
        CHECK(list == untouched);
        CHECK(memory.outstanding() == before);
    }
}
#endif

TEST_CASE("every_result_has_words_of_its_own") {
    const int results[] = {0,
                           EVUTIL_EAI_ADDRFAMILY,
                           EVUTIL_EAI_AGAIN,
                           EVUTIL_EAI_BADFLAGS,
                           EVUTIL_EAI_FAIL,
                           EVUTIL_EAI_FAMILY,
                           EVUTIL_EAI_MEMORY,
                           EVUTIL_EAI_NODATA,
                           EVUTIL_EAI_NONAME,
                           EVUTIL_EAI_SERVICE,
                           EVUTIL_EAI_SOCKTYPE,
                           EVUTIL_EAI_SYSTEM,
                           EVUTIL_EAI_CANCEL};
    std::set<std::string> words;
    for (int result : results)
        words.insert(evutil_gai_strerror(result));
    CHECK(words.size() == sizeof results / sizeof results[0]);
    const std::string unknown = evutil_gai_strerror(4711);
    CHECK(words.count(unknown) == 0);
    CHECK(evutil_gai_strerror(INT32_MIN) == unknown);
    CHECK(evutil_gai_strerror(-900) == unknown);
    CHECK(evutil_gai_strerror(-912) == unknown);
}

TEST_CASE("a_program_that_does_not_see_the_codes_of_the_system_gets_the_same_words") {
    CHECK(std::string(evutil_gai_strerror(-901)) == evutil_gai_strerror(EVUTIL_EAI_ADDRFAMILY));
    CHECK(std::string(evutil_gai_strerror(-907)) == evutil_gai_strerror(EVUTIL_EAI_NODATA));
    CHECK(std::string(evutil_gai_strerror(-911)) == evutil_gai_strerror(EVUTIL_EAI_SYSTEM));
}
