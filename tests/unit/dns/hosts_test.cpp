// SPDX-License-Identifier: BSD-3-Clause
// Hosts files: addresses of names.
#include "dns/hosts.h"

#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

bool take(const Resolver& dns, const std::string& text) {
    const std::vector<char> exact(text.begin(), text.end());
    return take_hosts(*dns, {exact.data(), exact.size()});
}

// "1.2.3.4 ::1": the addresses of a name; "" if there are none.
std::string look_up(const Resolver& dns, const std::string& name, int family = AF_UNSPEC) {
    AddrinfoRequest request = {};
    request.family = family;
    request.uses[0].socktype = SOCK_STREAM;
    request.use_count = 1;
    AddrinfoList list;
    const int error = look_up_hosts(*dns, text_of(name), request, list);
    CHECK(error == (list.empty() ? kNeedsLookup : 0));
    if (list.empty())
        return "";
    std::string all;
    evutil_addrinfo* const first = list.release();
    for (const evutil_addrinfo* entry = first; entry; entry = entry->ai_next) {
        SocketAddress address;
        memcpy(&address, entry->ai_addr, entry->ai_addrlen);
        std::string text = text_of(address);
        text.resize(text.rfind(':'));  // the port, 0
        all += (all.empty() ? "" : " ") + text;
    }
    evutil_freeaddrinfo(first);
    return all;
}

int load(const Resolver& dns, const std::string& content) {
    const File file(content);
    return evdns_base_load_hosts(dns, file.path());
}

}  // namespace

TEST_CASE("each_name_of_a_line_has_its_address") {
    const Resolver dns;
    CHECK(take(dns, "10.0.0.1 host.example host\n10.0.0.2\tother\n::1 host ip6-host\n"));
    CHECK(look_up(dns, "host.example") == "10.0.0.1");
    CHECK(look_up(dns, "host") == "10.0.0.1 [::1]");
    CHECK(look_up(dns, "host", AF_INET) == "10.0.0.1");
    CHECK(look_up(dns, "host", AF_INET6) == "[::1]");
    CHECK(look_up(dns, "other") == "10.0.0.2");
    CHECK(look_up(dns, "other", AF_INET6).empty());
    CHECK(look_up(dns, "hos").empty());
    CHECK(look_up(dns, "hostt").empty());
    CHECK(look_up(dns, "").empty());
}

TEST_CASE("names_of_hosts_are_found_without_regard_to_case_and_to_a_dot_at_the_end") {
    const Resolver dns;
    CHECK(take(dns, "10.0.0.1 Host.Example.\n"));
    for (const char* const name : {"host.example", "HOST.EXAMPLE.", "Host.Example"})
        CHECK(look_up(dns, name) == "10.0.0.1");
    CHECK(look_up(dns, "host.example..").empty());
}

TEST_CASE("lines_without_an_address_are_passed_over") {
    const Resolver dns;
    for (const std::string& word :
         {std::string("x"), std::string("10.0.0"), std::string("10.0.0.256"),
          std::string("10.0.0.1:53"), std::string("[::1]"), std::string("[::1]:53"),
          std::string("[::1"), std::string("["), "[" + std::string(65536, ':') + "]",
          "[" + std::string(65536, '1'), std::string(65536, '1'), std::string(65536, 'x')})
        CHECK(take(dns, word + " host\n"));
    CHECK(take(dns, "10.0.0.9\n"));
    CHECK(look_up(dns, "host").empty());
    CHECK(dns->hosts == nullptr);
}

TEST_CASE("comments_CRLF_and_a_last_line_without_an_end_are_no_part_of_a_name") {
    const Resolver dns;
    CHECK(take(dns, "#10.0.0.1 host\n10.0.0.2 a # host\r\n10.0.0.3 b\r\n\r\n10.0.0.4 c;host\n"
                    " 10.0.0.5   d"));
    CHECK(look_up(dns, "host").empty());
    CHECK(look_up(dns, "a") == "10.0.0.2");
    CHECK(look_up(dns, "b") == "10.0.0.3");
    CHECK(look_up(dns, "c") == "10.0.0.4");
    CHECK(look_up(dns, "d") == "10.0.0.5");
}

TEST_CASE("a_line_of_hosts_with_a_NUL_is_none") {
    const std::string nul(1, '\0');
    const Resolver dns;
    CHECK(take(dns, nul));
    CHECK(take(dns, nul + "10.0.0.1 host\n"));
    CHECK(take(dns, "10.0.0.1 host" + nul + "\n10.0.0.1" + nul + " host\n"));
    CHECK(take(dns, "10.0.0.1 host" + nul + ".evil"));
    CHECK(look_up(dns, "host").empty());
    NEEDS(files);
    CHECK(load(dns, "10.0.0.1 host" + nul + "\n10.0.0.2 other\n") == 0);
    CHECK(look_up(dns, "host").empty());
    CHECK(look_up(dns, "other") == "10.0.0.2");
}

TEST_CASE("names_of_any_length_are_kept_whole") {
    const Resolver dns;
    const std::string name(65536, 'n');
    CHECK(take(dns, "10.0.0.1 " + name + " " + name + "x\n"));
    CHECK(look_up(dns, name) == "10.0.0.1");
    CHECK(look_up(dns, name.substr(1)).empty());
    CHECK(look_up(dns, name.substr(0, 256)).empty());
}

TEST_CASE("files_add_to_each_other_until_they_are_forgotten") {
    NEEDS(files);
    const Resolver dns;
    CHECK(load(dns, "10.0.0.1 host\n") == 0);
    CHECK(load(dns, "10.0.0.2 host\n") == 0);
    CHECK(look_up(dns, "host") == "10.0.0.1 10.0.0.2");
    evdns_base_clear_host_addresses(dns);
    CHECK(look_up(dns, "host").empty());
    evdns_base_clear_host_addresses(dns);
    CHECK(load(dns, "10.0.0.3 host\n") == 0);
    CHECK(look_up(dns, "host") == "10.0.0.3");
}

TEST_CASE("without_a_file_localhost_is_known") {
    const Resolver null;
    CHECK(evdns_base_load_hosts(null, nullptr) == 0);
    CHECK(look_up(null, "localhost") == "127.0.0.1 [::1]");
    const Resolver missing;
    CHECK(evdns_base_load_hosts(missing, "/nowhere/at/all") == -1);
    CHECK(look_up(missing, "localhost") == "127.0.0.1 [::1]");
    const Resolver directory;
    CHECK(evdns_base_load_hosts(directory, "/") == -1);
    CHECK(look_up(directory, "localhost") == "127.0.0.1 [::1]");
    const Resolver empty;
    NEEDS(files);
    CHECK(load(empty, "") == 0);
    CHECK(look_up(empty, "localhost").empty());
}

TEST_CASE("hosts_may_have_1_MiB") {
    NEEDS(files);
    constexpr size_t kMost = size_t(1) << 20;
    const std::string end = "\n10.0.0.1 host";
    const Resolver dns;
    CHECK(load(dns, std::string(kMost - end.size() + 1, '#') + end) == -1);
    CHECK(look_up(dns, "host").empty());
    CHECK(load(dns, std::string(kMost - end.size(), '#') + end) == 0);
    CHECK(look_up(dns, "host") == "10.0.0.1");
}
