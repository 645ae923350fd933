// SPDX-License-Identifier: BSD-3-Clause
// Search lists: which names are asked for, and in which order.
#include "dns/search.h"

#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

// The names that are asked for one after another, "-" if there is none.
std::string candidates(const Resolver& dns, const std::string& text, int flags = 0) {
    evdns_request* const request = make_request(*dns, kA, flags, nullptr, nullptr);
    REQUIRE(request);
    std::string all = "-";
    if (set_name(*request, text_of(text)) == Status::ok) {
        all = shown(request->name);
        for (++request->step; take_candidate(*request); ++request->step)
            all += " " + shown(request->name);
    }
    free_request(*request);
    return all;
}

void plain(const Resolver& dns) {
    REQUIRE(evdns_base_set_option(dns, "randomize-case", "0") == 0);
}

// example.org, example.net
void give_domains(const Resolver& dns) {
    plain(dns);
    evdns_base_search_add(dns, "example.org");
    evdns_base_search_add(dns, "example.net");
    REQUIRE(domains(*dns) == "example.org example.net");
}

}  // namespace

TEST_CASE("without_a_search_list_a_name_is_asked_for_as_it_is") {
    const Resolver dns;
    plain(dns);
    for (const char* const name : {"host", "host.sub", "host."})
        CHECK(candidates(dns, name) == (name[4] == '.' && !name[5] ? "host" : name));
}

TEST_CASE("a_name_with_fewer_dots_than_ndots_is_tried_with_the_domains_first") {
    const Resolver dns;
    give_domains(dns);
    CHECK(candidates(dns, "host") == "host.example.org host.example.net host");
    CHECK(candidates(dns, "host.sub") == "host.sub host.sub.example.org host.sub.example.net");
    evdns_base_search_ndots_set(dns, 2);
    CHECK(candidates(dns, "host.sub") == "host.sub.example.org host.sub.example.net host.sub");
    CHECK(candidates(dns, "a.b.c") == "a.b.c a.b.c.example.org a.b.c.example.net");
    evdns_base_search_ndots_set(dns, 0);
    CHECK(candidates(dns, "host") == "host host.example.org host.example.net");
}

TEST_CASE("a_dot_inside_a_label_does_not_count") {
    const Resolver dns;
    give_domains(dns);
    CHECK(candidates(dns, "a\\.b") == "a\\.b.example.org a\\.b.example.net a\\.b");
    CHECK(candidates(dns, "a\\046b") == "a\\.b.example.org a\\.b.example.net a\\.b");
}

TEST_CASE("a_dot_at_the_end_keeps_a_name_out_of_the_search_list") {
    const Resolver dns;
    give_domains(dns);
    CHECK(candidates(dns, "host.") == "host");
    CHECK(candidates(dns, "host.sub.") == "host.sub");
    // The backslash before it stands for itself.
    CHECK(candidates(dns, "host\\\\.") == "host\\\\");
    CHECK(candidates(dns, "host\\092.") == "host\\\\");
    // This dot is of the label.
    CHECK(candidates(dns, "host\\.") == "host\\..example.org host\\..example.net host\\.");
    CHECK(candidates(dns, "host\\\\\\.") ==
          "host\\\\\\..example.org host\\\\\\..example.net host\\\\\\.");
}

TEST_CASE("the_flag_keeps_a_name_out_of_the_search_list") {
    const Resolver dns;
    give_domains(dns);
    CHECK(candidates(dns, "host", DNS_QUERY_NO_SEARCH) == "host");
}

TEST_CASE("an_empty_name_is_none_with_a_search_list_as_well") {
    const Resolver dns;
    CHECK(candidates(dns, "") == "-");
    give_domains(dns);
    CHECK(candidates(dns, "") == "-");
    CHECK(candidates(dns, "..") == "-");
    CHECK(candidates(dns, ".") == ".");
    CHECK(evdns_base_resolve_ipv4(
              dns, "", 0, [](int, char, int, int, void*, void*) {}, nullptr) == nullptr);
}

TEST_CASE("domains_that_would_make_a_name_too_long_are_left_out") {
    const Resolver dns;
    give_domains(dns);
    CHECK(candidates(dns, longest_name()) == longest_name());
    evdns_base_search_ndots_set(dns, 15);
    CHECK(candidates(dns, longest_name()) == longest_name());
    // One domain fits: 242 + 13 bytes, the root's among them.
    const Resolver other;
    plain(other);
    evdns_base_search_add(other, "longer.example.org");
    evdns_base_search_add(other, "example.org");
    evdns_base_search_add(other, "another.example.org");
    const std::string name = longest_name().substr(0, 241);
    CHECK(candidates(other, name) == name + " " + name + ".example.org");
    CHECK(candidates(other, name + "x") == name + "x");
    evdns_base_search_ndots_set(other, 15);
    CHECK(candidates(other, name) == name + ".example.org " + name);
}

TEST_CASE("names_of_64_KiB_are_none") {
    const Resolver dns;
    give_domains(dns);
    CHECK(candidates(dns, std::string(65536, 'x')) == "-");
    std::string labels;
    while (labels.size() < 65536)
        labels += "label.";
    CHECK(candidates(dns, labels) == "-");
}

TEST_CASE("dots_before_a_domain_are_passed_over") {
    const Resolver dns;
    evdns_base_search_add(dns, ".example.org");
    evdns_base_search_add(dns, "...example.net.");
    CHECK(domains(*dns) == "example.org example.net");
}

TEST_CASE("domains_that_are_no_names_are_left_out_with_a_line_in_the_log") {
    const Resolver dns;
    evdns_base_search_add(dns, "example.org");
    const CapturedLog log;
    for (const std::string& domain :
         {std::string(), std::string("."), std::string(".."), std::string("a..b"),
          std::string(64, 'x'), std::string(65536, 'x'), longest_name() + "x"}) {
        const size_t before = log.lines().size();
        evdns_base_search_add(dns, domain.c_str());
        CHECK(log.lines().size() == before + 1);
    }
    CHECK(domains(*dns) == "example.org");
}

TEST_CASE("a_domain_may_be_as_long_as_a_name") {
    const Resolver dns;
    plain(dns);
    evdns_base_search_add(dns, longest_name().c_str());
    CHECK(domains(*dns) == longest_name());
    CHECK(candidates(dns, "host") == "host");
}

TEST_CASE("a_search_list_has_64_domains_at_most") {
    const Resolver dns;
    for (unsigned i = 0; i < kMostDomains; ++i)
        CHECK(add_domain(*dns, Text("example.org")) == Status::ok);
    CHECK(add_domain(*dns, Text("example.org")) == Status::invalid);
    CHECK(dns->search->count == kMostDomains);
}

TEST_CASE("an_emptied_search_list_keeps_ndots") {
    const Resolver dns;
    give_domains(dns);
    evdns_base_search_ndots_set(dns, 3);
    evdns_base_search_clear(dns);
    CHECK(domains(*dns).empty());
    CHECK(ndots(*dns) == 3);
    CHECK(candidates(dns, "host") == "host");
    evdns_base_search_clear(dns);
    evdns_base_search_add(dns, "example.org");
    CHECK(candidates(dns, "a.b.c") == "a.b.c.example.org a.b.c");
}

TEST_CASE("a_request_goes_on_with_the_list_that_it_began_with") {
    const Resolver dns;
    give_domains(dns);
    evdns_request* const request = make_request(*dns, kA, 0, nullptr, nullptr);
    REQUIRE(request);
    REQUIRE(set_name(*request, Text("host")) == Status::ok);
    evdns_base_search_clear(dns);
    evdns_base_search_add(dns, "other.example");
    evdns_base_search_ndots_set(dns, 0);
    CHECK(shown(request->name) == "host.example.org");
    ++request->step;
    CHECK(take_candidate(*request));
    CHECK(shown(request->name) == "host.example.net");
    ++request->step;
    CHECK(take_candidate(*request));
    CHECK(shown(request->name) == "host");
    ++request->step;
    CHECK_FALSE(take_candidate(*request));
    free_request(*request);
}

TEST_CASE("the_case_of_letters_is_mixed_in_each_candidate_and_in_nothing_else") {
    const Resolver dns;
    evdns_base_search_add(dns, "example.org");
    const std::string name = "host-0123456789-abcdefghijklmnopqrstuvwxyz";
    bool upper = false;
    bool lower = false;
    for (int i = 0; i < 20; ++i) {
        evdns_request* const request = make_request(*dns, kA, 0, nullptr, nullptr);
        REQUIRE(request);
        REQUIRE(set_name(*request, text_of(name)) == Status::ok);
        CHECK(same_name(request->name, name_of(name + ".example.org")));
        for (const char c : shown(request->name)) {
            upper = upper || (c >= 'A' && c <= 'Z');
            lower = lower || (c >= 'a' && c <= 'z');
        }
        CHECK(shown(request->given) == name);
        free_request(*request);
    }
    CHECK(upper);
    CHECK(lower);
}

TEST_CASE("warnings_go_to_the_function_that_was_set_and_whole_lines_only") {
    static int lines;
    static std::string last;
    lines = 0;
    const Resolver dns;
    evdns_set_log_fn([](int is_warning, const char* line) {
        CHECK(is_warning == 1);
        last = line;
        ++lines;
    });
    evdns_base_search_add(dns, "example..org");
    CHECK(lines == 1);
    CHECK(last.find("example..org") != std::string::npos);
    evdns_base_search_add(dns, std::string(5000, 'x').c_str());
    CHECK(lines == 2);
    CHECK(last.size() == 255);
    evdns_set_log_fn(nullptr);
    CHECK(domains(*dns).empty());
}
