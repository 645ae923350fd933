// SPDX-License-Identifier: BSD-3-Clause
// What evdns_getaddrinfo keeps, what files of hosts say, and how a resolv.conf is followed.
#include <evlet/dns.h>
#include <stdio.h>
#include <stdlib.h>

#include "addrinfo_support.h"

using namespace evlet_test;

namespace {

// A file with a name of its own, gone at the end of the scope.
class File {
public:
    explicit File(const std::string& text) {
        const int fd = mkstemp(path_);
        REQUIRE(fd >= 0);
        ::close(fd);
        write(text);
    }
    ~File() { remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    void write(const std::string& text) const {
        FILE* const file = fopen(path_, "w");
        REQUIRE(file);
        CHECK(fwrite(text.data(), 1, text.size(), file) == text.size());
        CHECK(fclose(file) == 0);
    }
    operator const char*() const { return path_; }

private:
    char path_[64] = P_tmpdir "/evlet-dns-test-XXXXXX";
};

struct Entries {
    explicit Entries(std::initializer_list<const char*> addresses) {
        evutil_addrinfo hints = {};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = EVUTIL_AI_NUMERICHOST;
        evutil_addrinfo** end = &list;
        for (const char* const text : addresses) {
            REQUIRE(evutil_getaddrinfo(text, "1", &hints, end) == 0);
            end = &(*end)->ai_next;
        }
    }
    ~Entries() {
        if (list)
            evutil_freeaddrinfo(list);
    }
    Entries(const Entries&) = delete;
    Entries& operator=(const Entries&) = delete;
    evutil_addrinfo* list = nullptr;
};

int cached(evdns_base* dns, const char* name, Found& found, int family = AF_UNSPEC,
           ev_uint16_t port = 7) {
    evutil_addrinfo hints = {};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    evutil_addrinfo* list = nullptr;
    const int error = evdns_cache_lookup(dns, name, &hints, port, &list);
    CHECK((list != nullptr) == (error == 0));
    found.take(list);
    if (list)
        evutil_freeaddrinfo(list);
    return error;
}

int keep(evdns_base* dns, const char* name, evutil_addrinfo* list, int ttl = 600) {
    std::string copy = name;
    return evdns_cache_write(dns, copy.data(), list, ttl);
}

std::string nameserver_line(const FakeNameserver& server) {
    return "nameserver 127.0.0.1:" + std::to_string(server.address().port()) + "\n";
}

}  // namespace

TEST_CASE("addresses_are_asked_for_once_as_long_as_they_may_be_kept") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("192.0.2.1", 600);
    zone.v6["host.example"] = address("2001:db8::1", 600);
    Found found;
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK_FALSE(found.at_once);
    const size_t count = found.count();
    CHECK(found.get(base, zone.dns, "HOST.example", "81", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK(found.at_once);
    CHECK(found.count() == count);
    CHECK(found.has("192.0.2.1:81"));
    CHECK(found.has("[2001:db8::1]:81"));
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.at_once);
    CHECK(found.text() == "192.0.2.1:80");
    CHECK(zone.server.asked() == 2);
}

TEST_CASE("half_of_what_is_wanted_is_no_answer") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("192.0.2.1", 600);
    zone.v6["host.example"] = address("2001:db8::1", 600);
    Found found;
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK_FALSE(found.at_once);
    CHECK(found.count() == 2);
}

TEST_CASE("what_may_not_be_kept_is_asked_for_again") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("192.0.2.1", 0);
    Found found;
    for (int i = 0; i < 2; ++i) {
        CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET) == 0);
        CHECK_FALSE(found.at_once);
    }
    Zone without(base, EVDNS_BASE_NO_CACHE);
    without.v4["host.example"] = address("192.0.2.1", 600);
    for (int i = 0; i < 2; ++i) {
        CHECK(found.get(base, without.dns, "host.example", "80", AF_INET) == 0);
        CHECK_FALSE(found.at_once);
    }
    CHECK(keep(without.dns, "host.example", Entries{"192.0.2.1"}.list) == -1);
    CHECK(cached(without.dns, "host.example", found) == -1);
}

TEST_CASE("what_was_kept_is_forgotten_when_its_time_is_over") {
    Base base;
    Zone zone(base);
    zone.v4["host.example"] = address("192.0.2.1", 1);
    Found found;
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET) == 0);
    const long long begin = monotonic_us(base);
    REQUIRE(run_until(base, [&] { return monotonic_us(base) - begin > 1000000; }));
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET) == 0);
    CHECK_FALSE(found.at_once);
}

TEST_CASE("that_there_is_nothing_is_kept_as_long_as_the_zone_says") {
    Base base;
    for (const bool with_soa : {true, false}) {
        for (const unsigned code : {0u, unsigned{kNxDomain}}) {
            Zone zone(base);
            zone.codes[kTypeA] = zone.codes[kTypeAaaa] = code;
            if (with_soa)
                zone.authority = start_of_authority(300, 300);
            Found found;
            const int error = code ? EVUTIL_EAI_NONAME : EVUTIL_EAI_NODATA;
            CHECK(found.get(base, zone.dns, "host.example", "80") == error);
            CHECK(found.get(base, zone.dns, "host.example", "80") == error);
            CHECK(found.at_once == with_soa);
            CHECK(cached(zone.dns, "host.example", found) == (with_soa ? error : -1));
        }
    }
}

TEST_CASE("what_a_search_list_led_to_is_not_kept_for_another") {
    Base base;
    Zone zone(base);
    zone.codes[kTypeA] = kNxDomain;
    zone.authority = start_of_authority(600, 600);
    zone.v4["host.a.test"] = address("192.0.2.1", 600);
    const Entries entries({"192.0.2.9"});
    CHECK(keep(zone.dns, "written", entries.list) == 0);
    Found found;
    CHECK(found.get(base, zone.dns, "host", "80", AF_INET, SOCK_STREAM) == EVUTIL_EAI_NONAME);
    evdns_base_search_add(zone.dns, "a.test");
    for (const bool kept : {false, true}) {
        CHECK(found.get(base, zone.dns, "host", "80", AF_INET, SOCK_STREAM) == 0);
        CHECK(found.text() == "192.0.2.1:80");
        CHECK(found.at_once == kept);
    }
    evdns_base_search_clear(zone.dns);
    CHECK(found.get(base, zone.dns, "host", "80", AF_INET, SOCK_STREAM) == EVUTIL_EAI_NONAME);
    CHECK_FALSE(found.at_once);
    // What the program wrote has nothing to do with it.
    CHECK(cached(zone.dns, "written", found, AF_INET) == 0);
}

TEST_CASE("failures_are_not_kept") {
    Base base;
    Zone zone(base);
    zone.authority = start_of_authority(300, 300);
    zone.codes[kTypeA] = kServFail;
    Found found;
    for (int i = 0; i < 2; ++i) {
        CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET) == EVUTIL_EAI_AGAIN);
        CHECK_FALSE(found.at_once);
    }
}

TEST_CASE("programs_may_write_and_read_the_cache") {
    Base base;
    Zone zone(base);
    Found found;
    CHECK(cached(zone.dns, "host.example", found) == -1);
    const Entries entries{"192.0.2.1", "2001:db8::1", "192.0.2.1"};
    CHECK(keep(zone.dns, "host.example", entries.list) == 0);
    CHECK(cached(zone.dns, "Host.Example", found) == 0);
    CHECK(found.count() == 2);
    CHECK(found.has("192.0.2.1:7"));
    CHECK(found.has("[2001:db8::1]:7"));
    CHECK(cached(zone.dns, "host.example", found, AF_INET, 0) == 0);
    CHECK(found.text() == "192.0.2.1:0");
    CHECK(cached(zone.dns, "other.example", found) == -1);
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.at_once);
    CHECK(found.text() == "192.0.2.1:80");
    // Written anew; and of no life at all.
    CHECK(keep(zone.dns, "host.example", Entries{"192.0.2.2"}.list) == 0);
    CHECK(cached(zone.dns, "host.example", found, AF_INET) == 0);
    CHECK(found.text() == "192.0.2.2:7");
    CHECK(cached(zone.dns, "host.example", found, AF_INET6) == EVUTIL_EAI_NODATA);
    CHECK(keep(zone.dns, "short.example", Entries{"192.0.2.2"}.list, 0) == 0);
    CHECK(cached(zone.dns, "short.example", found) == -1);
    CHECK(zone.server.asked() == 0);
}

TEST_CASE("the_cache_does_not_grow_for_ever_and_drops_what_ends_first") {
    Base base;
    Resolver dns(base);
    const Entries entries{"192.0.2.1", "2001:db8::1"};
    for (int i = 0; i < 2000; ++i)
        CHECK(keep(dns, ("host" + std::to_string(i)).c_str(), entries.list, 600 + i) == 0);
    Found found;
    int kept = 0;
    for (int i = 0; i < 2000; ++i)
        kept += cached(dns, ("host" + std::to_string(i)).c_str(), found) == 0;
    CHECK(kept > 100);
    CHECK(kept < 1000);
    CHECK(cached(dns, "host1999", found) == 0);
    CHECK(cached(dns, "host0", found) == -1);
}

TEST_CASE("hosts_files_come_before_cache_and_nameservers") {
    NEEDS(files);
    Base base;
    Zone zone(base);
    const File file("# a comment\n"
                    "192.0.2.10 host.example alias.example # and another\n"
                    "2001:db8::10\thost.example.\n"
                    "192.0.2.11 HOST.example\n"
                    "192.0.2.12:80 port.example\n"
                    "[2001:db8::12] bracket.example\n"
                    "nonsense bad.example\n"
                    "192.0.2.13\n"
                    "\n   192.0.2.14   indented.example   \r\n"
                    "192.0.2.15 last.example");
    CHECK(evdns_base_load_hosts(zone.dns, file) == 0);
    CHECK(keep(zone.dns, "host.example", Entries{"192.0.2.99"}.list) == 0);
    Found found;
    CHECK(found.get(base, zone.dns, "Host.Example", "80", AF_UNSPEC, SOCK_STREAM) == 0);
    CHECK(found.at_once);
    CHECK(found.count() == 3);
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.10:80 192.0.2.11:80");
    for (const char* const name : {"alias.example", "indented.example", "last.example."}) {
        CHECK(found.get(base, zone.dns, name, "80", AF_INET, SOCK_STREAM) == 0);
        CHECK(found.at_once);
    }
    CHECK(zone.server.asked() == 0);
    zone.codes[kTypeA] = kNxDomain;
    for (const char* const name : {"port.example", "bracket.example", "bad.example"})
        CHECK(found.get(base, zone.dns, name, "80", AF_INET) == EVUTIL_EAI_NONAME);
    evdns_base_clear_host_addresses(zone.dns);
    CHECK(found.get(base, zone.dns, "alias.example", "80", AF_INET) == EVUTIL_EAI_NONAME);
    CHECK(found.get(base, zone.dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.99:80");
}

TEST_CASE("without_a_hosts_file_localhost_is_known_at_least") {
    Base base;
    for (const char* const path : {"/nonexistent/hosts", static_cast<const char*>(nullptr)}) {
        Resolver dns(base);
        CHECK(evdns_base_load_hosts(dns, path) == (path ? -1 : 0));
        Found found;
        CHECK(found.get(base, dns, "localhost", "80", AF_INET, SOCK_STREAM) == 0);
        CHECK(found.text() == "127.0.0.1:80");
        CHECK(found.get(base, dns, "localhost", "80", AF_INET6, SOCK_STREAM) == 0);
        CHECK(found.text() == "[::1]:80");
    }
}

TEST_CASE("a_nul_in_a_file_ends_nothing_and_is_no_part_of_a_name") {
    NEEDS(files);
    Base base;
    Zone zone(base);
    zone.codes[kTypeA] = kNxDomain;
    const File hosts(std::string("192.0.2.1 a\0b.example\n192.0.2.2 good.example\n", 45));
    CHECK(evdns_base_load_hosts(zone.dns, hosts) == 0);
    Found found;
    CHECK(found.get(base, zone.dns, "good.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.2:80");
    CHECK(found.get(base, zone.dns, "a", "80", AF_INET) == EVUTIL_EAI_NONAME);
    const File conf(std::string("nameserver 127.0.0.1\0.9\nnameserver 127.0.0.2\n", 45));
    Resolver dns(base);
    CHECK(evdns_base_resolv_conf_parse(dns, DNS_OPTION_NAMESERVERS, conf) == 0);
    CHECK(evdns_base_count_nameservers(dns) == 1);
}

TEST_CASE("a_resolv_conf_that_changes_is_followed_when_requests_are_made") {
    NEEDS(files);
    Base base;
    FakeNameserver old(base);
    FakeNameserver fresh(base);
    old.on_question = [&](const Question& question) {
        old.send(question, answer(question, address("192.0.2.1")));
    };
    const File file(nameserver_line(old));
    Resolver dns(base);
    CHECK(evdns_base_resolv_conf_parse(dns, DNS_OPTION_NAMESERVERS | DNS_OPTION_SEARCH, file) == 0);
    const timeval every = {0, 1};
    CHECK(evlet_dns_follow_resolv_conf(dns, DNS_OPTION_NAMESERVERS | DNS_OPTION_SEARCH, file,
                                       &every) == 0);
    CHECK(resolve(base, dns, "host").all() == "192.0.2.1");
    CHECK(old.last().text == "host");
    // What is in flight is asked of the new ones.
    old.on_question = nullptr;
    Result flying, next;
    ask(dns, "a.example", flying);
    REQUIRE(sees(base, old, 2));
    fresh.on_question = [&](const Question& question) {
        fresh.send(question, answer(question, address("192.0.2.2")));
    };
    file.write(nameserver_line(fresh) + "search a.test\n");
    ask(dns, "b", next);
    REQUIRE(ends(base, flying));
    REQUIRE(ends(base, next));
    CHECK(flying.all() == "192.0.2.2");
    CHECK(next.all() == "192.0.2.2");
    CHECK(fresh.asked() == 2);
    CHECK((fresh.questions[0].text == "b.a.test" || fresh.questions[1].text == "b.a.test"));
    CHECK(evdns_base_count_nameservers(dns) == 1);
    // A file that cannot be read changes nothing.
    REQUIRE(remove(file) == 0);
    CHECK(resolve(base, dns, "c.example").all() == "192.0.2.2");
    // It is not looked at any more.
    file.write(nameserver_line(old));
    CHECK(evlet_dns_follow_resolv_conf(dns, 0, nullptr, nullptr) == 0);
    CHECK(resolve(base, dns, "d.example").all() == "192.0.2.2");
}

TEST_CASE("a_resolv_conf_is_followed_by_lookups_and_not_looked_at_too_often") {
    NEEDS(files);
    Base base;
    Zone old(base);
    Zone fresh(base);
    old.v4["host.example"] = address("192.0.2.1", 0);
    fresh.v4["host.example"] = address("192.0.2.2", 0);
    const File file(nameserver_line(old.server));
    Resolver dns(base);
    const timeval hour = {3600, 0};
    CHECK(evlet_dns_follow_resolv_conf(dns, DNS_OPTION_NAMESERVERS, file, &hour) == 0);
    Found found;
    CHECK(found.get(base, dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.1:80");
    file.write(nameserver_line(fresh.server));
    CHECK(found.get(base, dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.1:80");
    const timeval none = {0, 0};
    CHECK(evlet_dns_follow_resolv_conf(dns, DNS_OPTION_NAMESERVERS, file, &none) == -1);
    CHECK(evlet_dns_follow_resolv_conf(dns, DNS_OPTION_NAMESERVERS, file, nullptr) == -1);
    // Followed anew, the first look takes it.
    CHECK(evlet_dns_follow_resolv_conf(dns, DNS_OPTION_NAMESERVERS, file, &hour) == 0);
    CHECK(found.get(base, dns, "host.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.2:80");
}
