// SPDX-License-Identifier: BSD-3-Clause
// Queries taken apart into pairs.
#include <event2/util.h>

#include <algorithm>
#include <map>

#include "text_support.h"

using namespace evlet_test;

namespace {

constexpr unsigned kLenient = EVHTTP_URI_QUERY_NONCONFORMANT;
constexpr unsigned kLast = EVHTTP_URI_QUERY_LAST_VAL;

// The pairs, or "refused". The list is one that nobody set up.
std::string pairs(const std::string& query, unsigned flags = 0) {
    Pairs list;
    list.list.tqh_first = reinterpret_cast<evkeyval*>(&list);
    list.list.tqh_last = nullptr;
    errno = 0;
    const int result = evhttp_parse_query_str_flags(query.c_str(), list, flags);
    if (result == 0)
        return shown(list.list);
    CHECK(result == -1);
    CHECK(errno == EINVAL);
    CHECK(shown(list.list).empty());
    return "refused";
}

std::string pairs_of_uri(const char* uri) {
    Pairs list;
    list.list.tqh_first = reinterpret_cast<evkeyval*>(&list);
    list.list.tqh_last = nullptr;
    const int result = evhttp_parse_query(uri, list);
    if (result == 0)
        return shown(list.list);
    CHECK(shown(list.list).empty());
    return "refused";
}

}  // namespace

TEST_CASE("pairs_come_in_their_order") {
    CHECK(pairs("a=1") == "a=1 ");
    CHECK(pairs("b=2&a=1&c=3") == "b=2 a=1 c=3 ");
    CHECK(pairs("a=1&a=2&A=3") == "a=1 a=2 A=3 ");
    CHECK(pairs("a=") == "a= ");
    CHECK(pairs("a=&b=&c=") == "a= b= c= ");
    CHECK(pairs("a=b=c&d==") == "a=b=c d== ");
    CHECK(pairs("a=1;b=2") == "a=1;b=2 ");
    CHECK(pairs("a=?/:@") == "a=?/:@ ");
}

TEST_CASE("values_are_decoded_and_names_are_not") {
    CHECK(pairs("q=a+b%20c") == "q=a b c ");
    CHECK(pairs("q=%26%3D%2b%25") == "q=&=+% ");
    CHECK(pairs("q=%0d%0a") == "q=\r\n ");
    CHECK(pairs("q=100%&r=%zz%4") == "q=100% r=%zz%4 ");
    CHECK(pairs("a%20b+c=1") == "a%20b+c=1 ");
    CHECK(pairs("Name=Value") == "Name=Value ");
    CHECK(pairs("q=\xc3\xa4%c3%A4") == "q=\xc3\xa4\xc3\xa4 ");
    // A NUL hides what is behind, and nothing else.
    CHECK(pairs("a=x%00y&b=z") == "a=x b=z ");
}

TEST_CASE("no_query_is_no_pairs") {
    CHECK(pairs("").empty());
    CHECK(pairs("", kLenient | kLast).empty());
    Pairs list;
    CHECK(evhttp_parse_query_str(nullptr, list) == 0);
    CHECK(shown(list.list).empty());
    CHECK(evhttp_parse_query_str_flags(nullptr, list, kLenient | kLast) == 0);
    CHECK(shown(list.list).empty());
}

TEST_CASE("an_ampersand_at_the_end_begins_no_pair") {
    CHECK(pairs("a=1&") == "a=1 ");
    CHECK(pairs("a=1&&") == "refused");
}

TEST_CASE("a_pair_without_a_name_or_an_equals_sign_is_refused_with_the_whole_query") {
    for (const char* query : {"a", "=", "=1", "&", "&a=1", "a=1&b", "a&b=1", "a=1&&b=2", "a=1&=2",
                              "a=1&b&", "%3d", "a%3D1"})
        CHECK_MESSAGE(pairs(query) == "refused", query);
}

TEST_CASE("a_lenient_parser_takes_names_alone_and_skips_what_has_none") {
    CHECK(pairs("a", kLenient) == "a= ");
    CHECK(pairs("a&b=1&c", kLenient) == "a= b=1 c= ");
    CHECK(pairs("&&a=1&&&b=2&&", kLenient) == "a=1 b=2 ");
    CHECK(pairs("=1&a=2&=", kLenient) == "a=2 ");
    CHECK(pairs("&", kLenient).empty());
    CHECK(pairs("=", kLenient).empty());
}

TEST_CASE("the_last_value_of_a_name_stays_where_it_is") {
    CHECK(pairs("a=1&b=2&a=3", kLast) == "b=2 a=3 ");
    CHECK(pairs("a=1&a=2&a=3", kLast) == "a=3 ");
    CHECK(pairs("c=1&b=2&a=3", kLast) == "c=1 b=2 a=3 ");
    CHECK(pairs("a=1&A=2&b=3&B=4&c=5", kLast) == "A=2 B=4 c=5 ");
    CHECK(pairs("a=1&ab=2&a=3&abc=4&ab=", kLast) == "a=3 abc=4 ab= ");
    CHECK(pairs("a=1", kLast) == "a=1 ");
    CHECK(pairs("a=1&a=2&b", kLast) == "refused");
    CHECK(pairs("a=1&&b&a", kLast | kLenient) == "b= a= ");
}

TEST_CASE("the_last_values_are_those_of_a_simple_model_for_many_pairs") {
    unsigned state = 1;
    for (const int count : {2, 3, 4, 7, 8, 9, 100, 1000, 1023}) {
        CAPTURE(count);
        std::string query, expected;
        std::map<std::string, int> last;
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i) {
            state = state * 1664525 + 1013904223;
            names.push_back("n" + std::to_string((state >> 16) % static_cast<unsigned>(count)));
            query += (i ? "&" : "") + names.back() + "=" + std::to_string(i);
            last[names.back()] = i;
        }
        for (int i = 0; i < count; ++i)
            if (last[names[static_cast<size_t>(i)]] == i)
                expected += names[static_cast<size_t>(i)] + "=" + std::to_string(i) + " ";
        CHECK(pairs(query, kLast) == expected);
    }
}

TEST_CASE("a_hundred_thousand_names_are_sorted_out_without_comparing_each_with_each") {
    std::string query;
    for (int i = 0; i < 100000; ++i)
        query += std::to_string(i) + "=" + (i % 2 ? "a&" : "b&");
    Pairs list;
    REQUIRE(evhttp_parse_query_str_flags((query + query).c_str(), list, kLast) == 0);
    int count = 0;
    for (const evkeyval* pair = list.list.tqh_first; pair; pair = pair->next.tqe_next)
        CHECK(pair->key == std::to_string(count++));
    CHECK(count == 100000);
}

TEST_CASE("the_query_of_a_uri_is_found_and_the_uri_checked") {
    CHECK(pairs_of_uri("http://www.example.com/?q=a&r=b") == "q=a r=b ");
    CHECK(pairs_of_uri("/path?q=a+b#q=fragment") == "q=a b ");
    CHECK(pairs_of_uri("?q=1") == "q=1 ");
    CHECK(pairs_of_uri("http://h/?a=1?b=2") == "a=1?b=2 ");
    CHECK(pairs_of_uri("/path").empty());
    CHECK(pairs_of_uri("/path?").empty());
    CHECK(pairs_of_uri("").empty());
    CHECK(pairs_of_uri("/path#?q=1").empty());
    for (const char* uri : {"/?q", "/?=1", "/?a=1&&b=2", "/?a=b c", "/?a=%zz", "/?a=\n",
                            "http://h:x/?a=1", "q=1\x7f", "/ ?a=1", "1:?a=1"})
        CHECK_MESSAGE(pairs_of_uri(uri) == "refused", uri);
}

TEST_CASE("the_list_of_pairs_is_one_of_header_fields") {
    Pairs list;
    REQUIRE(evhttp_parse_query_str("Name=a&other=b", list) == 0);
    CHECK(shown(evhttp_find_header(list, "name")) == "'a'");
    CHECK(evhttp_remove_header(list, "NAME") == 0);
    CHECK(evhttp_add_header(list, "more", "c") == 0);
    CHECK(shown(list.list) == "other=b more=c ");
}
