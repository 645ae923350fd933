// SPDX-License-Identifier: BSD-3-Clause
// The cache, with a clock of its own: what is kept, how long, and how much of it.

// The file under test once more, under names of its own, so that its clock is this file's.
#define now_of now_of_this_test
#define write_cache write_cache_with_clock
#define look_up_cache look_up_cache_with_clock
#include "dns/cache.cpp"

#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

Nanos g_now;

}  // namespace

namespace evlet::dns {

Nanos now_of(evdns_base&) {
    return g_now;
}

}  // namespace evlet::dns

namespace {

void pass(int64_t seconds) {
    g_now += seconds * kNanosPerSecond;
}

// Addresses with a blank between; a number for an error; "-" for what is not known.
std::string look_up(const Resolver& dns, const std::string& name, int family = AF_UNSPEC,
                    int uses = 1) {
    AddrinfoRequest request = {};
    request.family = family;
    request.use_count = uses;
    request.uses[0] = {SOCK_STREAM, IPPROTO_TCP, 80};
    request.uses[1] = {SOCK_DGRAM, IPPROTO_UDP, 80};
    AddrinfoList list;
    const int error = look_up_cache(*dns, text_of(name), request, list);
    if (error != 0)
        return error == kNeedsLookup ? "-" : std::to_string(error);
    std::string all;
    evutil_addrinfo* const first = list.release();
    for (const evutil_addrinfo* entry = first; entry; entry = entry->ai_next) {
        SocketAddress address;
        memcpy(&address, entry->ai_addr, entry->ai_addrlen);
        all += (all.empty() ? "" : " ") + text_of(address);
    }
    evutil_freeaddrinfo(first);
    return all;
}

bool write(const Resolver& dns, const std::string& name, int family, const evutil_addrinfo* list,
           uint32_t ttl, int error = 0) {
    return write_cache(*dns, text_of(name), family, list, nullptr, error, ttl, kAnyEpoch);
}

const std::string kNoName = std::to_string(EVUTIL_EAI_NONAME);
const std::string kNoData = std::to_string(EVUTIL_EAI_NODATA);

}  // namespace

TEST_CASE("what_was_written_is_found_with_the_port_that_is_wanted") {
    const Resolver dns;
    CHECK(look_up(dns, "host", AF_INET) == "-");
    const List list({"10.0.0.1", "10.0.0.2"});
    CHECK(write(dns, "host", AF_INET, list, 60));
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80 10.0.0.2:80");
    CHECK(look_up(dns, "host", AF_INET, 2) == "10.0.0.1:80 10.0.0.1:80 10.0.0.2:80 10.0.0.2:80");
    CHECK(look_up(dns, "hos", AF_INET) == "-");
    CHECK(look_up(dns, "host.example", AF_INET) == "-");
    CHECK(look_up(dns, "", AF_INET) == "-");
}

TEST_CASE("an_entry_is_believed_for_its_ttl") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    CHECK(write(dns, "host", AF_INET, list, 60));
    pass(59);
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80");
    pass(1);
    CHECK(look_up(dns, "host", AF_INET) == "-");
    CHECK(dns->cache->count == 0);
}

TEST_CASE("a_ttl_of_0_keeps_nothing") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    CHECK(write(dns, "host", AF_INET, list, 0));
    CHECK(look_up(dns, "host", AF_INET) == "-");
}

TEST_CASE("no_address_is_believed_for_more_than_a_day") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    CHECK(write(dns, "host", AF_INET, list, UINT32_MAX));
    pass(24 * 3600 - 1);
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80");
    pass(1);
    CHECK(look_up(dns, "host", AF_INET) == "-");
}

TEST_CASE("that_there_is_nothing_is_believed_for_a_quarter_of_an_hour_at_most") {
    const Resolver dns;
    CHECK(write(dns, "host", AF_INET, nullptr, 60, EVUTIL_EAI_NODATA));
    CHECK(write(dns, "other", AF_INET, nullptr, UINT32_MAX, EVUTIL_EAI_NONAME));
    pass(59);
    CHECK(look_up(dns, "host", AF_INET) == kNoData);
    pass(1);
    CHECK(look_up(dns, "host", AF_INET) == "-");
    pass(15 * 60 - 61);
    CHECK(look_up(dns, "other", AF_INET) == kNoName);
    pass(1);
    CHECK(look_up(dns, "other", AF_INET) == "-");
}

TEST_CASE("that_a_list_has_no_address_of_a_family_is_believed_as_long_as_the_list") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    CHECK(write(dns, "host", AF_INET, list, 3600));
    CHECK(write(dns, "host", AF_INET6, list, 3600, EVUTIL_EAI_NODATA));
    pass(3599);
    CHECK(look_up(dns, "host") == "10.0.0.1:80");
    pass(1);
    CHECK(look_up(dns, "host") == "-");
}

TEST_CASE("an_address_may_have_more_room_than_it_needs_and_with_less_it_is_none") {
    const Resolver dns;
    sockaddr_storage room[2] = {};
    evutil_addrinfo entries[2] = {};
    for (int i = 0; i < 2; ++i) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(0x0a000001u + static_cast<unsigned>(i));
        memcpy(&room[i], &address, sizeof address);
        entries[i].ai_family = AF_INET;
        entries[i].ai_addr = reinterpret_cast<sockaddr*>(&room[i]);
        entries[i].ai_addrlen = sizeof room[i];
    }
    entries[0].ai_next = &entries[1];
    CHECK(write(dns, "host", AF_INET, entries, 60));
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80 10.0.0.2:80");
    entries[1].ai_addrlen = sizeof(sockaddr_in) - 1;
    CHECK(write(dns, "host", AF_INET, entries, 60));
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80");
}

TEST_CASE("names_of_entries_are_found_without_regard_to_case") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    CHECK(write(dns, "Host.EXAMPLE", AF_INET, list, 60));
    CHECK(look_up(dns, "hOST.example", AF_INET) == "10.0.0.1:80");
    CHECK(write(dns, "HOST.example", AF_INET, list, 60));
    CHECK(dns->cache->count == 1);
}

TEST_CASE("a_dot_at_the_end_makes_another_name_since_a_search_list_does") {
    const Resolver dns;
    const List of_search({"10.0.0.1"});
    CHECK(write(dns, "host", AF_INET, of_search, 60));
    CHECK(look_up(dns, "host.", AF_INET) == "-");
    const List itself({"10.0.0.2"});
    CHECK(write(dns, "host.", AF_INET, itself, 60));
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80");
    CHECK(look_up(dns, "host.", AF_INET) == "10.0.0.2:80");
}

TEST_CASE("half_of_what_is_asked_for_is_no_answer") {
    const Resolver dns;
    const List list({"10.0.0.1", "::1", "10.0.0.2"});
    CHECK(write(dns, "host", AF_INET, list, 60));
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80 10.0.0.2:80");
    CHECK(look_up(dns, "host", AF_INET6) == "-");
    CHECK(look_up(dns, "host") == "-");
    CHECK(write(dns, "host", AF_INET6, list, 30));
    CHECK(look_up(dns, "host") == "[::1]:80 10.0.0.1:80 10.0.0.2:80");
    pass(30);
    CHECK(look_up(dns, "host") == "-");
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1:80 10.0.0.2:80");
}

TEST_CASE("one_family_with_addresses_is_enough_if_the_other_is_known_to_have_none") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    CHECK(write(dns, "host", AF_INET, list, 60));
    CHECK(write(dns, "host", AF_INET6, nullptr, 60, EVUTIL_EAI_NODATA));
    CHECK(look_up(dns, "host") == "10.0.0.1:80");
    CHECK(look_up(dns, "host", AF_INET6) == kNoData);
}

TEST_CASE("no_name_says_more_than_no_data") {
    const Resolver dns;
    CHECK(write(dns, "host", AF_INET, nullptr, 60, EVUTIL_EAI_NODATA));
    CHECK(write(dns, "host", AF_INET6, nullptr, 60, EVUTIL_EAI_NODATA));
    CHECK(look_up(dns, "host") == kNoData);
    CHECK(write(dns, "host", AF_INET6, nullptr, 60, EVUTIL_EAI_NONAME));
    CHECK(look_up(dns, "host") == kNoName);
}

TEST_CASE("a_new_entry_takes_the_place_of_the_old") {
    const Resolver dns;
    const List first({"10.0.0.1", "10.0.0.2"});
    CHECK(write(dns, "host", AF_INET, first, 600));
    const List second({"10.0.0.3"});
    CHECK(write(dns, "host", AF_INET, second, 60));
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.3:80");
    CHECK(write(dns, "host", AF_INET, nullptr, 60, EVUTIL_EAI_NODATA));
    CHECK(look_up(dns, "host", AF_INET) == kNoData);
    CHECK(dns->cache->count == 1);
    pass(60);
    CHECK(look_up(dns, "host", AF_INET) == "-");
}

TEST_CASE("an_address_for_several_kinds_of_socket_counts_once") {
    const Resolver dns;
    const List list({"10.0.0.1", "::1"}, 0);
    REQUIRE(list->ai_next);
    CHECK(write(dns, "host", AF_INET, list, 60));
    CHECK(write(dns, "host", AF_INET6, list, 60));
    CHECK(look_up(dns, "host") == "[::1]:80 10.0.0.1:80");
}

TEST_CASE("the_entry_that_would_be_the_first_to_go_makes_room") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    for (unsigned i = 0; i < kMostEntries; ++i)
        CHECK(write(dns, "host" + std::to_string(i), AF_INET, list, 1000 + i * 7 % kMostEntries));
    CHECK(dns->cache->count == kMostEntries);
    CHECK(look_up(dns, "host0", AF_INET) == "10.0.0.1:80");
    CHECK(write(dns, "another", AF_INET, list, 2000));
    CHECK(dns->cache->count == kMostEntries);
    CHECK(look_up(dns, "another", AF_INET) == "10.0.0.1:80");
    CHECK(look_up(dns, "host0", AF_INET) == "-");
    unsigned left = 0;
    for (unsigned i = 0; i < kMostEntries; ++i)
        left += look_up(dns, "host" + std::to_string(i), AF_INET) == "10.0.0.1:80";
    CHECK(left == kMostEntries - 1);
    for (unsigned i = 0; i < 2000; ++i)
        CHECK(write(dns, "more" + std::to_string(i), AF_INET, list, 3000));
    CHECK(dns->cache->count == kMostEntries);
}

TEST_CASE("an_entry_that_takes_the_place_of_another_pushes_nobody_out") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    for (unsigned i = 0; i < kMostEntries; ++i)
        CHECK(write(dns, "host" + std::to_string(i), AF_INET, list, 1000 + i));
    CHECK(write(dns, "host9", AF_INET, list, 60));
    CHECK(dns->cache->count == kMostEntries);
    CHECK(look_up(dns, "host0", AF_INET) == "10.0.0.1:80");
}

TEST_CASE("names_of_any_length_have_entries_of_their_own") {
    const Resolver dns;
    const List list({"10.0.0.1"});
    const std::string name(65536, 'n');
    CHECK(write(dns, name, AF_INET, list, 60));
    CHECK(look_up(dns, name, AF_INET) == "10.0.0.1:80");
    CHECK(look_up(dns, name.substr(1), AF_INET) == "-");
}

TEST_CASE("a_resolver_without_a_cache_keeps_nothing") {
    const Resolver dns(EVDNS_BASE_NO_CACHE);
    const List list({"10.0.0.1"});
    CHECK(write(dns, "host", AF_INET, list, 60));
    CHECK(look_up(dns, "host", AF_INET) == "-");
    char name[] = "host";
    CHECK(evdns_cache_write(dns, name, list, 60) == -1);
}

TEST_CASE("the_program_writes_and_looks_up_both_families") {
    const Resolver dns;
    const List list({"10.0.0.1", "::1"});
    char name[] = "host";
    evutil_addrinfo* found = nullptr;
    CHECK(evdns_cache_lookup(dns, name, nullptr, 80, &found) == -1);
    CHECK(found == nullptr);
    CHECK(evdns_cache_write(dns, name, list, 3600) == 0);
    evutil_addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    REQUIRE(evdns_cache_lookup(dns, "HOST", &hints, 80, &found) == 0);
    REQUIRE(found);
    CHECK(found->ai_family == AF_INET6);
    REQUIRE(found->ai_next);
    CHECK(found->ai_next->ai_family == AF_INET);
    CHECK(found->ai_next->ai_next == nullptr);
    evutil_freeaddrinfo(found);
    found = nullptr;
    hints.ai_family = 77;
    CHECK(evdns_cache_lookup(dns, "host", &hints, 80, &found) == EVUTIL_EAI_FAMILY);
    CHECK(found == nullptr);
    const List only_ipv4({"10.0.0.2"});
    CHECK(evdns_cache_write(dns, name, only_ipv4, 3600) == 0);
    hints.ai_family = AF_INET6;
    CHECK(evdns_cache_lookup(dns, "host", &hints, 80, &found) == EVUTIL_EAI_NODATA);
    CHECK(evdns_cache_write(dns, name, only_ipv4, -5) == 0);
}
