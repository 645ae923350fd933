// SPDX-License-Identifier: BSD-3-Clause
// Options by name: the limits of each, and what a value that is none leaves behind.
#include "dns/options.h"

#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

// All that options are kept in.
std::string state(const Resolver& dns) {
    return std::string(reinterpret_cast<const char*>(&dns->options), sizeof dns->options) +
           std::to_string(ndots(*dns)) + domains(*dns) + std::to_string(dns->id_mask);
}

int set(const Resolver& dns, const char* name, const std::string& value) {
    return evdns_base_set_option(dns, name, value.c_str());
}

// Whether it is refused, and nothing has changed.
bool refused(const Resolver& dns, const char* name, const std::string& value) {
    const std::string before = state(dns);
    return set(dns, name, value) == -1 && state(dns) == before;
}

struct NumberOption {
    const char* name;
    long least;
    long most;
    long (*get)(const evdns_base& dns);
};
const NumberOption kNumbers[] = {
    {"ndots", 0, 15, [](const evdns_base& dns) -> long { return ndots(dns); }},
    {"attempts", 1, 255, [](const evdns_base& dns) -> long { return dns.options.attempts; }},
    {"max-timeouts", 0, 255,
     [](const evdns_base& dns) -> long { return dns.options.most_timeouts; }},
    {"max-inflight", 1, 32768,
     [](const evdns_base& dns) -> long { return dns.options.most_in_flight; }},
    {"randomize-case", 0, 1, [](const evdns_base& dns) -> long { return dns.options.mix_case; }},
    {"probe-backoff-factor", 1, 100,
     [](const evdns_base& dns) -> long { return dns.options.probe_factor; }},
    {"so-rcvbuf", 0, 0x7fffffff,
     [](const evdns_base& dns) -> long { return dns.options.receive_buffer; }},
    {"so-sndbuf", 0, 0x7fffffff,
     [](const evdns_base& dns) -> long { return dns.options.send_buffer; }},
    {"edns-udp-size", 512, 65535,
     [](const evdns_base& dns) -> long { return dns.options.udp_size; }},
    {"tcp-flags", 0, DNS_QUERY_USEVC | DNS_QUERY_IGNTC,
     [](const evdns_base& dns) -> long { return dns.options.query_flags; }},
};

struct TimeOption {
    const char* name;
    const char* least;
    const char* below;  // or null
    const char* most;
    const char* above;
    Nanos (*get)(const Options& options);
};
const TimeOption kTimes[] = {
    {"timeout", "0.001", "0.000999999", "3600", "3600.000000001",
     [](const Options& options) { return options.timeout; }},
    {"initial-probe-timeout", "0.001", "0.0009", "3600", "3601",
     [](const Options& options) { return options.first_probe; }},
    {"max-probe-timeout", "0.001", "0", "86400", "86400.000000001",
     [](const Options& options) { return options.last_probe; }},
    {"getaddrinfo-allow-skew", "0", nullptr, "3600", "3601",
     [](const Options& options) { return options.skew; }},
    {"tcp-idle-timeout", "0.001", "0.0", "86400", "86401",
     [](const Options& options) { return options.idle; }},
};

const char* const kNoNumbers[] = {"",
                                  " ",
                                  "-1",
                                  "+1",
                                  "x",
                                  "1x",
                                  " 1",
                                  "1 ",
                                  "0x1",
                                  "1.0",
                                  "1,5",
                                  "4294967296",
                                  "4294967297",
                                  "18446744073709551617",
                                  "99999999999999999999999999999999999999999"};

}  // namespace

TEST_CASE("numbers_are_taken_from_their_least_to_their_most") {
    for (const NumberOption& option : kNumbers) {
        CAPTURE(option.name);
        const Resolver dns;
        for (const long value : {option.most, option.least}) {
            CHECK(set(dns, option.name, std::to_string(value)) == 0);
            CHECK(option.get(*dns) == value);
        }
        CHECK(set(dns, option.name, "000" + std::to_string(option.most)) == 0);
        CHECK(option.get(*dns) == option.most);
    }
}

TEST_CASE("numbers_out_of_range_and_what_is_no_number_change_nothing") {
    for (const NumberOption& option : kNumbers) {
        CAPTURE(option.name);
        const Resolver dns;
        CHECK(refused(dns, option.name, std::to_string(option.most + 1)));
        CHECK(refused(dns, option.name, std::to_string(option.least - 1)));
        for (const char* const text : kNoNumbers) {
            CAPTURE(text);
            CHECK(refused(dns, option.name, text));
        }
        CHECK(evdns_base_set_option(dns, option.name, nullptr) == -1);
    }
}

TEST_CASE("times_are_taken_from_their_least_to_their_most") {
    for (const TimeOption& option : kTimes) {
        CAPTURE(option.name);
        const Resolver dns;
        CHECK(set(dns, option.name, option.least) == 0);
        CHECK(option.get(dns->options) <= kNanosPerMilli);
        CHECK(set(dns, option.name, option.most) == 0);
        CHECK(option.get(dns->options) >= 3600 * kNanosPerSecond);
        CHECK(set(dns, option.name, "2.5") == 0);
        CHECK(option.get(dns->options) == 2500 * kNanosPerMilli);
        CHECK(set(dns, option.name, "1.000000001") == 0);
        CHECK(option.get(dns->options) == kNanosPerSecond + 1);
        CHECK(set(dns, option.name, "1.02") == 0);
        CHECK(option.get(dns->options) == 1020 * kNanosPerMilli);
    }
}

TEST_CASE("times_out_of_range_and_what_is_no_time_change_nothing") {
    for (const TimeOption& option : kTimes) {
        CAPTURE(option.name);
        const Resolver dns;
        if (option.below)
            CHECK(refused(dns, option.name, option.below));
        CHECK(refused(dns, option.name, option.above));
        for (const char* const text :
             {"", "-1", "+1", "x", "1x", "1.", ".5", ".", "1.5.5", "1.x", "1.-5", "1e3", " 1",
              "1.0000000001", "86401", "4294967297", "18446744073709551617"}) {
            CAPTURE(text);
            CHECK(refused(dns, option.name, text));
        }
    }
}

TEST_CASE("options_without_a_value_need_none") {
    const Resolver dns;
    CHECK(evdns_base_set_option(dns, "rotate", nullptr) == 0);
    CHECK(dns->options.rotate);
    CHECK(set(dns, "use-vc", "") == 0);
    CHECK(dns->options.query_flags == DNS_QUERY_USEVC);
    CHECK(set(dns, "ignore-tc", "anything") == 0);
    CHECK(dns->options.query_flags == (DNS_QUERY_USEVC | DNS_QUERY_IGNTC));
}

TEST_CASE("tcp_flags_that_are_none_change_nothing") {
    const Resolver dns;
    for (const char* const value : {"1", "3", "5", "7", "8"})
        CHECK(refused(dns, "tcp-flags", value));
    for (const int value : {0, 2, 4, 6}) {
        CHECK(set(dns, "tcp-flags", std::to_string(value)) == 0);
        CHECK(dns->options.query_flags == value);
    }
}

TEST_CASE("bind_to_takes_an_address_of_either_family") {
    const Resolver dns;
    CHECK(set(dns, "bind-to", "127.0.0.1") == 0);
    CHECK(text_of(dns->options.local) == "127.0.0.1:0");
    CHECK(set(dns, "bind-to", "[::1]:5353") == 0);
    CHECK(text_of(dns->options.local) == "[::1]:5353");
    for (const std::string& value :
         {std::string(), std::string("x"), std::string("1.2.3"), std::string("1.2.3.4:"),
          std::string("1.2.3.4:65536"), std::string("["), std::string("[::1"),
          std::string("[::1]x"), "[" + std::string(65536, ':'),
          "[" + std::string(300, '1') + "]:53"})
        CHECK(refused(dns, "bind-to", value));
    CHECK(text_of(dns->options.local) == "[::1]:5353");
}

TEST_CASE("a_colon_behind_a_name_is_allowed_and_case_does_not_matter") {
    const Resolver dns;
    CHECK(set(dns, "attempts:", "7") == 0);
    CHECK(dns->options.attempts == 7);
    CHECK(set(dns, "ATTempts", "8") == 0);
    CHECK(dns->options.attempts == 8);
}

TEST_CASE("an_option_that_is_none_changes_nothing") {
    const Resolver dns;
    for (const char* const name :
         {"", ":", "attempt", "attemptss", "attempts::", " attempts", "attempts ", "-", "rotate:x"})
        CHECK(refused(dns, name, "5"));
    CHECK(refused(dns, std::string(65536, 'n').c_str(), "5"));
}

TEST_CASE("options_that_are_not_meant_are_left_as_they_are") {
    const struct {
        const char* name;
        const char* value;
        int which;
    } options[] = {{"ndots", "7", DNS_OPTION_SEARCH},
                   {"timeout", "7", DNS_OPTION_MISC},
                   {"attempts", "7", DNS_OPTION_MISC},
                   {"rotate", "", DNS_OPTION_MISC},
                   {"use-vc", "", DNS_OPTION_MISC},
                   {"randomize-case", "0", DNS_OPTION_MISC},
                   {"bind-to", "127.0.0.1", DNS_OPTION_NAMESERVERS}};
    for (const auto& option : options) {
        CAPTURE(option.name);
        const Resolver dns;
        const std::string before = state(dns);
        CHECK(set_option(*dns, Text(option.name), Text(option.value),
                         DNS_OPTIONS_ALL & ~option.which) == Status::ok);
        CHECK(state(dns) == before);
        CHECK(set_option(*dns, Text(option.name), Text(option.value), option.which) == Status::ok);
        CHECK(state(dns) != before);
    }
}

TEST_CASE("the_defaults_are_those_of_the_header") {
    const Resolver dns;
    const Options& options = dns->options;
    CHECK(options.timeout == 5 * kNanosPerSecond);
    CHECK(options.attempts == 3);
    CHECK(options.most_timeouts == 3);
    CHECK(options.most_in_flight == 64);
    CHECK_FALSE(options.rotate);
    CHECK(options.mix_case);
    CHECK(options.local.size == 0);
    CHECK(options.first_probe == 10 * kNanosPerSecond);
    CHECK(options.probe_factor == 3);
    CHECK(options.last_probe == 3600 * kNanosPerSecond);
    CHECK(options.skew == 3 * kNanosPerSecond);
    CHECK(options.receive_buffer == 0);
    CHECK(options.send_buffer == 0);
    CHECK(options.udp_size == 512);
    CHECK(options.query_flags == 0);
    CHECK(options.idle == 10 * kNanosPerSecond);
    CHECK(ndots(*dns) == 1);
}
