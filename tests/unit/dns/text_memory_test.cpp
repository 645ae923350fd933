// SPDX-License-Identifier: BSD-3-Clause
// Every call about text, settings and answers that allocates, with its first, second, third ...
// allocation failing: it says so, has changed nothing and leaks nothing.
#include <arpa/inet.h>
#include <evlet/dns.h>

#include <functional>

#include "answer_support.h"
#include "dns/cache.h"
#include "dns/hosts.h"
#include "dns/options.h"
#include "dns/resolv_conf.h"
#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

#if EVLET_MEM_HOOKS

namespace {

// What calls work on: a resolver that has a domain, a host, an entry in its cache and a nameserver.
class Things {
public:
    Things() {
        evdns_base_search_add(dns, "example.org");
        evdns_base_search_ndots_set(dns, 2);
        REQUIRE(take_hosts(*dns, Text("10.0.0.1 host\n")));
        const List list({"10.0.0.2"});
        REQUIRE(write_cache(*dns, Text("cached"), AF_INET, list, nullptr, 0, 3600, kAnyEpoch));
        REQUIRE(evdns_base_nameserver_ip_add(dns, "127.0.0.1:5353") == 0);
    }

    std::string content() const {
        return domains(*dns) + std::to_string(ndots(*dns)) + "/" + servers(*dns) + "/" +
               found(look_up_hosts) + "/" + found(look_up_cache) + "/" +
               std::to_string(dns->id_mask) + "/" + std::to_string(dns->options.most_in_flight) +
               "/" + std::to_string(dns->reload != nullptr);
    }

    Resolver dns;

private:
    // How many addresses there are of the names that the tests use.
    template <class LookUp>
    std::string found(LookUp look_up) const {
        std::string counts;
        for (const char* const name : {"host", "cached", "new"}) {
            AddrinfoRequest request = {};
            request.family = AF_INET;
            request.use_count = 1;
            AddrinfoList list;
            counts += std::to_string(look_up(*dns, Text(name), request, list) == 0);
        }
        return counts;
    }
};

// Answers whether it succeeded, and has freed what it made.
using Call = std::function<bool(Things&)>;

// One try with the n-th allocation failing. False: there were fewer.
bool try_once(FailingMemory& memory, const Call& call, int n, bool and_all_after) {
    CAPTURE(n);
    CAPTURE(and_all_after);
    const long before = memory.outstanding();
    bool met;
    {
        Things things;
        const std::string content = things.content();
        const long inside = memory.outstanding();
        memory.fail_at(n, and_all_after);
        const bool succeeded = call(things);
        met = memory.failed();
        memory.stop_failing();
        CHECK(succeeded == !met);
        if (met) {
            CHECK(things.content() == content);
            CHECK(memory.outstanding() == inside);
        }
    }
    CHECK(memory.outstanding() == before);
    return met;
}

// How many allocations the call makes.
int fail_each(const Call& call) {
    FailingMemory memory;
    for (const bool and_all_after : {true, false}) {
        int n = 1;
        while (try_once(memory, call, n, and_all_after)) {
            ++n;
            REQUIRE(n < 100);
        }
        if (!and_all_after)
            return n - 1;
    }
    return 0;
}

void on_nothing(int, char, int, int, void*, void*) {}

// Whether a request was made; it ends with its resolver.
bool made(const evdns_request* request) {
    return request != nullptr;
}

Packet answer_with_alias() {
    Packet packet = asked("host.example", kA, 2);
    packet.pointer(12).record(kCname, 60, wire("a.example"));
    packet.name("a.example").record(kA, 60, "1234");
    return packet;
}

Packet answer_with_name() {
    Packet packet = asked("4.3.2.1.in-addr.arpa", kPtr, 1);
    packet.pointer(12).record(kPtr, 60, wire("host.example"));
    return packet;
}

}  // namespace

TEST_CASE("an_answer_takes_a_block_for_its_data_and_one_for_its_alias") {
    const Packet addresses = answer_with_alias();
    const Packet name = answer_with_name();
    const auto read = [](const Packet& packet, const char* asked_for, uint16_t type, bool alias) {
        return fail_each([&, type, alias](Things&) {
            const Found found = answer(packet, asked_for, type, alias).found;
            CHECK((found == Found::data || found == Found::no_memory));
            return found == Found::data;
        });
    };
    CHECK(read(addresses, "host.example", kA, false) == 1);
    CHECK(read(addresses, "host.example", kA, true) == 2);
    CHECK(read(name, "4.3.2.1.in-addr.arpa", kPtr, false) == 1);
}

TEST_CASE("a_domain_and_ndots_take_one_block_and_fail_without_a_trace") {
    CHECK(fail_each([](Things& things) {
              return add_domain(*things.dns, Text("example.net")) == Status::ok;
          }) == 1);
    CHECK(fail_each([](Things& things) { return set_ndots(*things.dns, 5) == Status::ok; }) == 1);
    CHECK(fail_each([](Things& things) {
              return evdns_base_set_option(things.dns, "ndots", "5") == 0;
          }) == 1);
}

TEST_CASE("a_domain_that_was_not_added_for_want_of_memory_is_told_of_in_the_log") {
    FailingMemory memory;
    const Resolver dns;
    const CapturedLog log;
    memory.fail_at(1);
    evdns_base_search_add(dns, "example.org");
    memory.fail_at(1);
    evdns_base_search_ndots_set(dns, 5);
    memory.stop_failing();
    CHECK(log.lines().size() == 2);
    CHECK(domains(*dns).empty());
    CHECK(ndots(*dns) == 1);
}

TEST_CASE("a_search_list_can_be_emptied_without_memory") {
    FailingMemory memory;
    const Things things;
    memory.fail_at(1, true);
    evdns_base_search_clear(things.dns);
    memory.stop_failing();
    CHECK(domains(*things.dns).empty());
}

TEST_CASE("an_option_fails_without_a_trace") {
    CHECK(fail_each([](Things& things) {
              return evdns_base_set_option(things.dns, "max-inflight", "1000") == 0;
          }) == 1);
    for (const char* const option : {"timeout", "attempts", "max-timeouts", "edns-udp-size"}) {
        CHECK(fail_each([option](Things& things) {
                  return evdns_base_set_option(things.dns, option,
                                               strcmp(option, "edns-udp-size") == 0 ? "1232"
                                                                                    : "5") == 0;
              }) == 0);
    }
}

TEST_CASE("hosts_take_a_block_a_name_and_keep_what_came_before_it") {
    FailingMemory memory;
    for (int n = 1; n <= 3; ++n) {
        const Things things;
        memory.fail_at(n);
        CHECK_FALSE(take_hosts(*things.dns, Text("10.0.0.3 a b c\n")));
        memory.stop_failing();
        CHECK(things.content() == Things().content());
        CHECK(take_hosts(*things.dns, Text("10.0.0.3 d\n")));
        AddrinfoRequest request = {};
        request.family = AF_INET;
        request.use_count = 1;
        for (const char* const name : {"a", "b", "c", "d"}) {
            AddrinfoList list;
            const bool taken = look_up_hosts(*things.dns, Text(name), request, list) == 0;
            CHECK(taken == (*name == 'd' || *name - 'a' < n - 1));
        }
    }
}

TEST_CASE("the_first_hosts_fail_without_a_trace") {
    FailingMemory memory;
    for (int n = 1; n <= 2; ++n) {
        const Resolver dns;
        memory.fail_at(n, true);
        CHECK(evdns_base_load_hosts(dns, nullptr) == -1);
        memory.stop_failing();
        CHECK(evdns_base_load_hosts(dns, nullptr) == 0);
    }
}

TEST_CASE("without_memory_for_a_hosts_file_localhost_is_known") {
    NEEDS(files);
    FailingMemory memory;
    const File file("10.0.0.3 new\n");
    const Things things;
    memory.fail_at(1);
    CHECK(evdns_base_load_hosts(things.dns, file.path()) == -1);
    CHECK(memory.failed());
    memory.stop_failing();
    CHECK(things.content() == Things().content());
    AddrinfoRequest request = {};
    request.use_count = 1;
    AddrinfoList list;
    CHECK(look_up_hosts(*things.dns, Text("localhost"), request, list) == 0);
}

TEST_CASE("looking_up_says_that_there_is_no_memory") {
    const auto look_up = [](auto function, const char* name) {
        return fail_each([function, name](Things& things) {
            AddrinfoRequest request = {};
            request.family = AF_INET;
            request.use_count = 1;
            AddrinfoList list;
            const int error = function(*things.dns, Text(name), request, list);
            CHECK((error == 0 || error == EVUTIL_EAI_MEMORY));
            return error == 0;
        });
    };
    CHECK(look_up(look_up_hosts, "host") == 1);
    CHECK(look_up(look_up_cache, "cached") == 1);
    CHECK(fail_each([](Things& things) {
              evutil_addrinfo hints = {};
              hints.ai_family = AF_INET;
              hints.ai_socktype = SOCK_STREAM;
              evutil_addrinfo* found = nullptr;
              const int error = evdns_cache_lookup(things.dns, "cached", &hints, 80, &found);
              CHECK((found != nullptr) == (error == 0));
              CHECK((error == 0 || error == EVUTIL_EAI_MEMORY));
              if (found)
                  evutil_freeaddrinfo(found);
              return error == 0;
          }) == 1);
}

TEST_CASE("an_entry_of_the_cache_is_one_block_and_fails_without_a_trace") {
    const List list({"10.0.0.3"});
    for (const char* const name : {"new", "cached"}) {
        CHECK(fail_each([&list, name](Things& things) {
                  return write_cache(*things.dns, Text(name), AF_INET, list, nullptr, 0, 60,
                                     kAnyEpoch);
              }) == 1);
    }
    FailingMemory memory;
    for (int n = 1; n <= 2; ++n) {
        const Resolver dns;
        memory.fail_at(n);
        CHECK_FALSE(write_cache(*dns, Text("new"), AF_INET, list, nullptr, 0, 60, kAnyEpoch));
        memory.stop_failing();
        CHECK(write_cache(*dns, Text("new"), AF_INET, list, nullptr, 0, 60, kAnyEpoch));
    }
}

TEST_CASE("a_resolver_fails_without_a_trace") {
    CHECK(fail_each([](Things& things) {
              evdns_base* const dns = evdns_base_new(things.dns->base, 0);
              evdns_base_free(dns, 0);
              return dns != nullptr;
          }) == 2);
}

TEST_CASE("a_request_is_one_block_and_fails_without_a_trace") {
    in_addr v4 = {};
    in6_addr v6 = {};
    CHECK(fail_each([](Things& things) {
              return made(evdns_base_resolve_ipv4(things.dns, "new", 0, on_nothing, nullptr));
          }) == 1);
    CHECK(fail_each([](Things& things) {
              return made(evdns_base_resolve_ipv6(things.dns, "new", 0, on_nothing, nullptr));
          }) == 1);
    CHECK(fail_each([&v4](Things& things) {
              return made(evdns_base_resolve_reverse(things.dns, &v4, 0, on_nothing, nullptr));
          }) == 1);
    CHECK(fail_each([&v6](Things& things) {
              return made(evdns_base_resolve_reverse_ipv6(things.dns, &v6, 0, on_nothing, nullptr));
          }) == 1);
}

TEST_CASE("a_name_that_is_none_leaves_no_block_behind") {
    FailingMemory memory;
    const Things things;
    const long before = memory.outstanding();
    for (const std::string& name :
         {std::string(), std::string(".."), std::string("a..b"), std::string(65536, 'x')})
        CHECK_FALSE(evdns_base_resolve_ipv4(things.dns, name.c_str(), 0, on_nothing, nullptr));
    CHECK(memory.outstanding() == before);
}

TEST_CASE("getaddrinfo_says_that_there_is_no_memory_and_leaves_no_block_behind") {
    // A host of the file, an entry of the cache, and one that has to be asked for.
    for (const char* const name : {"host", "cached", "new"}) {
        CAPTURE(name);
        const int count = fail_each([name](Things& things) {
            evutil_addrinfo hints = {};
            hints.ai_family = AF_INET;
            hints.ai_socktype = SOCK_STREAM;
            hints.ai_flags = EVUTIL_AI_CANONNAME;
            int error = -1;
            const evdns_getaddrinfo_request* const request = evdns_getaddrinfo(
                things.dns, name, "80", &hints,
                [](int result, evutil_addrinfo* list, void* out) {
                    *static_cast<int*>(out) = result;
                    if (list)
                        evutil_freeaddrinfo(list);
                },
                &error);
            CHECK((request || error == 0 || error == EVUTIL_EAI_MEMORY));
            CHECK((!request || error == -1));
            return request || error == 0;
        });
        CHECK(count == 2);
    }
}

TEST_CASE("resolv_conf_says_that_there_was_no_memory_for_all_of_it") {
    const std::string text = "search a.example b.example\noptions ndots:4 max-inflight:1000\n";
    FailingMemory memory;
    for (int n = 1;; ++n) {
        CAPTURE(n);
        REQUIRE(n < 20);
        const long before = memory.outstanding();
        bool met;
        {
            const Resolver dns;
            memory.fail_at(n);
            const int error =
                take_resolv_conf(*dns, text_of(text), DNS_OPTION_SEARCH | DNS_OPTION_MISC);
            met = memory.failed();
            memory.stop_failing();
            CHECK(error == (met ? EVDNS_ERROR_OUT_OF_MEMORY : EVDNS_ERROR_NONE));
            // The rest is taken.
            CHECK((domains(*dns) == "a.example b.example" || domains(*dns) == "a.example" ||
                   domains(*dns) == "b.example"));
            CHECK((ndots(*dns) == 4) + (dns->options.most_in_flight == 1000) +
                      (domains(*dns).size() == 19) ==
                  (met ? 2 : 3));
        }
        CHECK(memory.outstanding() == before);
        if (!met) {
            CHECK(n == 5);
            break;
        }
    }
}

TEST_CASE("without_memory_for_the_file_nothing_of_it_is_taken") {
    NEEDS(files);
    FailingMemory memory;
    const File file("nameserver 127.0.0.3\nsearch a.example\noptions attempts:5\n");
    const Resolver dns;
    memory.fail_at(1);
    CHECK(evdns_base_resolv_conf_parse(dns,
                                       DNS_OPTION_NAMESERVERS | DNS_OPTION_SEARCH | DNS_OPTION_MISC,
                                       file.path()) == EVDNS_ERROR_OUT_OF_MEMORY);
    memory.stop_failing();
    CHECK(servers(*dns) == "127.0.0.1:53");
    CHECK(domains(*dns).empty());
    CHECK(dns->options.attempts == 3);
}

TEST_CASE("following_resolv_conf_takes_one_block_and_fails_without_a_trace") {
    const timeval every = {1, 0};
    CHECK(fail_each([&every](Things& things) {
              return evlet_dns_follow_resolv_conf(things.dns, DNS_OPTION_SEARCH, "/nowhere",
                                                  &every) == 0;
          }) == 1);
}

#endif
