// SPDX-License-Identifier: BSD-3-Clause
// resolv.conf: what is taken from which lines, and what is passed over.
#include "dns/resolv_conf.h"

#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

constexpr int kNoDefault = DNS_OPTIONS_ALL | DNS_OPTION_NAMESERVERS_NO_DEFAULT;

int take(const Resolver& dns, const std::string& text, int flags = kNoDefault) {
    // Of exactly this size, without a NUL behind.
    const std::vector<char> exact(text.begin(), text.end());
    return take_resolv_conf(*dns, {exact.data(), exact.size()}, flags);
}

// The nameservers that a text has.
std::string servers_of(const std::string& text) {
    const Resolver dns;
    const int error = take(dns, text);
    CHECK(error ==
          (servers(*dns).empty() ? EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED : EVDNS_ERROR_NONE));
    return servers(*dns);
}

std::string domains_of(const std::string& text) {
    const Resolver dns;
    (void)take(dns, text);
    return domains(*dns);
}

int attempts_of(const std::string& text) {
    const Resolver dns;
    (void)take(dns, text);
    return dns->options.attempts;
}

int parse(const Resolver& dns, const std::string& content, int flags = kNoDefault) {
    const File file(content);
    return evdns_base_resolv_conf_parse(dns, flags & ~DNS_OPTION_HOSTSFILE, file.path());
}

}  // namespace

TEST_CASE("nameservers_domains_and_options_are_taken") {
    const Resolver dns;
    CHECK(take(dns, "nameserver 127.0.0.1\n"
                    "nameserver\t::1 \n"
                    "search example.org example.net\n"
                    "options ndots:3 timeout:2 attempts:5 rotate use-vc edns-udp-size:1232\n") ==
          EVDNS_ERROR_NONE);
    CHECK(servers(*dns).find("127.0.0.1:53") == 0);
    CHECK(domains(*dns) == "example.org example.net");
    CHECK(ndots(*dns) == 3);
    CHECK(dns->options.timeout == 2 * kNanosPerSecond);
    CHECK(dns->options.attempts == 5);
    CHECK(dns->options.rotate);
    CHECK(dns->options.query_flags == DNS_QUERY_USEVC);
    CHECK(dns->options.udp_size == 1232);
}

TEST_CASE("nameservers_may_have_a_port_and_count_once") {
    CHECK(servers_of("nameserver 127.0.0.1:5353\nnameserver 127.0.0.1\nnameserver 127.0.0.1:53\n"
                     "nameserver 127.0.0.2\n") == "127.0.0.1:5353 127.0.0.1:53 127.0.0.2:53");
}

TEST_CASE("what_is_no_address_is_passed_over") {
    for (const std::string& word :
         {std::string("x"), std::string("127.0.0"), std::string("127.0.0.1.2"),
          std::string("127.0.0.256"), std::string("127.0.0.1:65536"), std::string("127.0.0.1:x"),
          std::string("["), std::string("[::1"), std::string("[]"), std::string("[::1]x"),
          std::string("[::1]:"), std::string(1000, '1'), std::string(60000, 'x'),
          "[" + std::string(60000, ':') + "]", "[" + std::string(60000, '1'),
          "127.0.0.1:" + std::string(60000, '0') + "53x"})
        CHECK(servers_of("nameserver " + word + "\nnameserver 127.0.0.3\n") == "127.0.0.3:53");
}

TEST_CASE("a_bracketed_address_is_one_of_a_nameserver") {
    const std::string found = servers_of("nameserver [::1]:5353\nnameserver 127.0.0.1\n");
    // A machine may be without IPv6.
    CHECK((found == "[::1]:5353 127.0.0.1:53" || found == "127.0.0.1:53"));
}

TEST_CASE("only_the_first_word_behind_nameserver_and_domain_counts") {
    CHECK(servers_of("nameserver 127.0.0.1 127.0.0.2\n") == "127.0.0.1:53");
    CHECK(domains_of("domain example.org example.net\n") == "example.org");
}

TEST_CASE("the_last_line_with_a_search_list_counts") {
    CHECK(domains_of("search a.example b.example\ndomain c.example\n") == "c.example");
    CHECK(domains_of("domain c.example\nsearch a.example b.example\n") == "a.example b.example");
    CHECK(domains_of("search a.example\nsearch\n").empty());
}

TEST_CASE("a_search_list_has_no_more_domains_than_fit") {
    std::string line = "search";
    for (int i = 0; i < 100; ++i)
        line += " d" + std::to_string(i) + ".example";
    const Resolver dns;
    (void)take(dns, line);
    REQUIRE(dns->search);
    CHECK(dns->search->count == kMostDomains);
    CHECK(shown(dns->search->names[63]) == "d63.example");
}

TEST_CASE("options_that_make_no_sense_are_passed_over") {
    CHECK(attempts_of("options ndots:16 attempts: attempts:0 attempts:x attempts:256 unknown "
                      "attempts unknown:5 : :: attempts:4\n") == 4);
    CHECK(attempts_of("options attempts:" + std::string(60000, '9') + " attempts:4\n") == 4);
    CHECK(attempts_of("options " + std::string(60000, 'x') + " attempts:4\n") == 4);
    CHECK(attempts_of("options attempts :4\n") == 3);
}

TEST_CASE("unknown_lines_are_passed_over") {
    CHECK(servers_of("sortlist 130.155.160.0/255.255.240.0\nfamily inet4\n\nnameserver\n"
                     "Nameserver 127.0.0.1\nnameservers 127.0.0.1\nname server 127.0.0.1\n" +
                     std::string(60000, 'x') + "\nnameserver 127.0.0.3") == "127.0.0.3:53");
}

TEST_CASE("comments_are_passed_over") {
    CHECK(servers_of("# nameserver 127.0.0.1\n;nameserver 127.0.0.2\n"
                     "  # nameserver 127.0.0.4\n"
                     "nameserver 127.0.0.3 # 127.0.0.5\nnameserver 127.0.0.6;x\n"
                     "nameserver #127.0.0.7\n") == "127.0.0.3:53 127.0.0.6:53");
    CHECK(domains_of("search a.example # b.example\n") == "a.example");
    CHECK(domains_of("search a.example ;b.example c.example\n") == "a.example");
}

TEST_CASE("lines_may_end_with_CRLF_and_the_last_without_anything") {
    CHECK(servers_of("nameserver 127.0.0.1\r\nnameserver 127.0.0.2\r\n\r\nnameserver 127.0.0.3") ==
          "127.0.0.1:53 127.0.0.2:53 127.0.0.3:53");
    CHECK(domains_of("search a.example b.example\r") == "a.example b.example");
    CHECK(attempts_of("options attempts:4\r\n") == 4);
}

TEST_CASE("any_blanks_may_be_around_words") {
    CHECK(servers_of(" \t nameserver \t\v\f 127.0.0.1 \t\n") == "127.0.0.1:53");
}

TEST_CASE("a_line_of_resolv_conf_with_a_NUL_is_none") {
    const std::string nul(1, '\0');
    CHECK(servers_of(nul) == "");
    CHECK(servers_of(nul + "nameserver 127.0.0.1\nnameserver 127.0.0.3\n") == "127.0.0.3:53");
    CHECK(servers_of("nameserver 127.0.0.1" + nul + "\nnameserver 127.0.0.3\n") == "127.0.0.3:53");
    CHECK(servers_of("nameserver 127.0.0.1" + nul + ".evil\nnameserver 127.0.0.3") ==
          "127.0.0.3:53");
    CHECK(servers_of("nameserver" + nul + "127.0.0.1\n" + nul + "\nnameserver 127.0.0.3") ==
          "127.0.0.3:53");
    CHECK(domains_of("search a.example\nsearch b.example" + nul + "\n") == "a.example");
    CHECK(attempts_of("options attempts:5\noptions attempts:4" + nul) == 5);
    // In a file, too.
    const Resolver dns;
    NEEDS(files);
    CHECK(parse(dns, "nameserver 127.0.0.1" + nul + "\nnameserver 127.0.0.3\n") ==
          EVDNS_ERROR_NONE);
    CHECK(servers(*dns) == "127.0.0.3:53");
}

TEST_CASE("only_what_the_flags_ask_for_is_taken") {
    const std::string text = "nameserver 127.0.0.3\nsearch a.example\n"
                             "options ndots:3 attempts:5 bind-to:127.0.0.1\n";
    for (int flags = 0; flags < 8; ++flags) {
        CAPTURE(flags);
        const Resolver dns;
        CHECK(take(dns, text, flags) == EVDNS_ERROR_NONE);
        const bool nameservers = (flags & DNS_OPTION_NAMESERVERS) != 0;
        CHECK(servers(*dns) == (nameservers ? "127.0.0.3:53" : ""));
        CHECK((dns->options.local.size != 0) == nameservers);
        CHECK(domains(*dns) == (flags & DNS_OPTION_SEARCH ? "a.example" : ""));
        CHECK(ndots(*dns) == (flags & DNS_OPTION_SEARCH ? 3 : 1));
        CHECK(dns->options.attempts == (flags & DNS_OPTION_MISC ? 5 : 3));
    }
}

TEST_CASE("without_a_nameserver_it_is_127_0_0_1_unless_that_is_not_wanted") {
    const Resolver dns;
    CHECK(take(dns, "options attempts:5\n", DNS_OPTIONS_ALL) ==
          EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED);
    CHECK(servers(*dns) == "127.0.0.1:53");
    CHECK(dns->options.attempts == 5);
    const Resolver none;
    CHECK(take(none, "options attempts:5\n", kNoDefault) == EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED);
    CHECK(servers(*none).empty());
    CHECK(none->options.attempts == 5);
}

TEST_CASE("a_file_is_read") {
    NEEDS(files);
    const Resolver dns;
    CHECK(parse(dns, "nameserver 127.0.0.3\n") == EVDNS_ERROR_NONE);
    CHECK(servers(*dns) == "127.0.0.3:53");
    CHECK(parse(dns, "") == EVDNS_ERROR_NONE);  // it has one already
    const Resolver empty;
    CHECK(parse(empty, "") == EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED);
    CHECK(servers(*empty).empty());
}

TEST_CASE("a_file_that_is_not_there_cannot_be_opened") {
    const Resolver dns;
    const int flags = DNS_OPTIONS_ALL & ~DNS_OPTION_HOSTSFILE;
    CHECK(evdns_base_resolv_conf_parse(dns, flags | DNS_OPTION_NAMESERVERS_NO_DEFAULT,
                                       "/nowhere/at/all") == EVDNS_ERROR_FAILED_TO_OPEN_FILE);
    CHECK(servers(*dns).empty());
    CHECK(evdns_base_resolv_conf_parse(dns, flags, "/nowhere/at/all") ==
          EVDNS_ERROR_FAILED_TO_OPEN_FILE);
    CHECK(servers(*dns) == "127.0.0.1:53");
}

TEST_CASE("what_is_no_file_has_no_size") {
    NEEDS(files);
    const Resolver dns;
    for (const char* const path : {"/", "/dev/null"})
        CHECK(evdns_base_resolv_conf_parse(dns, kNoDefault & ~DNS_OPTION_HOSTSFILE, path) ==
              EVDNS_ERROR_FAILED_TO_STAT_FILE);
    CHECK(servers(*dns).empty());
}

TEST_CASE("resolv_conf_may_have_64_KiB") {
    NEEDS(files);
    const std::string end = "\nnameserver 127.0.0.3";
    const Resolver dns;
    CHECK(parse(dns, std::string(65536 - end.size() + 1, '#') + end) == EVDNS_ERROR_FILE_TOO_LARGE);
    CHECK(servers(*dns).empty());
    CHECK(parse(dns, std::string(65536 - end.size(), '#') + end) == EVDNS_ERROR_NONE);
    CHECK(servers(*dns) == "127.0.0.3:53");
}
