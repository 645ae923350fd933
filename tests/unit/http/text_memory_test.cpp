// SPDX-License-Identifier: BSD-3-Clause
// Every call about text that allocates, with its first, second, third ... allocation failing: it
// says so, has changed nothing and leaks nothing.
#include <functional>

#include "http/fields.h"
#include "support/test_base.h"
#include "text_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS

namespace {

// What calls work on: a URI of which one part was set, and a list of fields.
struct Things {
    Things() : uri("http://u@h:1/p?q#f") {
        REQUIRE(static_cast<evhttp_uri*>(uri));
        REQUIRE(evhttp_uri_set_query(uri, "set") == 0);
        REQUIRE(evhttp_add_header(fields, "A", "1") == 0);
        REQUIRE(evhttp_add_header(fields, "B", "2") == 0);
    }
    std::string content() { return shown(uri) + joined(uri) + shown(fields.list); }

    Uri uri;
    Pairs fields;
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
        errno = 0;
        memory.fail_at(n, and_all_after);
        const bool succeeded = call(things);
        met = memory.failed();
        const int error = errno;
        memory.stop_failing();
        CHECK(succeeded == !met);
        if (met) {
            CHECK(error == ENOMEM);
            CHECK(things.content() == content);
            CHECK(memory.outstanding() == inside);
        }
    }
    CHECK(memory.outstanding() == before);
    return met;
}

// Returns how many allocations the call makes.
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

bool release(void* block) {
    evlet::mem::release(block);
    return block != nullptr;
}

bool free_uri(evhttp_uri* uri) {
    if (uri)
        evhttp_uri_free(uri);
    return uri != nullptr;
}

// Whether the pairs were parsed; a list that was not is empty.
bool parse(int (*parser)(const char*, evkeyvalq*), const char* text) {
    Pairs pairs;
    const bool parsed = parser(text, pairs) == 0;
    CHECK(shown(pairs.list).empty() == !parsed);
    return parsed;
}

}  // namespace

TEST_CASE("adding_a_field_takes_one_block_and_fails_without_a_trace") {
    CHECK(fail_each([](Things& things) {
              return evhttp_add_header(things.fields, "Name", "value") == 0;
          }) == 1);
}

TEST_CASE("a_uri_is_one_block_and_fails_without_a_trace") {
    CHECK(fail_each([](Things&) { return free_uri(evhttp_uri_new()); }) == 1);
    CHECK(fail_each([](Things&) {
              return free_uri(evhttp_uri_parse("http://u@[::1]:80/path?query#fragment"));
          }) == 1);
    CHECK(fail_each([](Things&) {
              return free_uri(evhttp_uri_parse_with_flags(
                  "http://u@unix:/s:/p?q", EVHTTP_URI_UNIX_SOCKET | EVHTTP_URI_NONCONFORMANT));
          }) == 1);
}

TEST_CASE("a_text_that_is_no_uri_leaves_no_block_behind") {
    FailingMemory memory;
    const long before = memory.outstanding();
    for (const char* text : {"1:", "http://h:x/", "http://u@h\\", "http://h/?q#\x7f"})
        CHECK_FALSE(parses(text));
    Pairs pairs;
    CHECK(evhttp_parse_query("/?a=1&b=2&c", pairs) == -1);
    CHECK(evhttp_parse_query("http://h:x/?a=1", pairs) == -1);
    CHECK(evhttp_parse_query_str("a=1&b=2&c", pairs) == -1);
    CHECK(memory.outstanding() == before);
}

TEST_CASE("setting_a_part_fails_without_a_trace") {
    using Setter = int (*)(evhttp_uri*, const char*);
    for (const Setter set : {evhttp_uri_set_scheme, evhttp_uri_set_userinfo, evhttp_uri_set_host,
                             evhttp_uri_set_query, evhttp_uri_set_fragment})
        CHECK(fail_each([set](Things& things) { return set(things.uri, "new") == 0; }) == 1);
    CHECK(fail_each([](Things& things) { return evhttp_uri_set_path(things.uri, "/new") == 0; }) ==
          1);
    CHECK(fail_each([](Things& things) {
              return evhttp_uri_set_unixsocket(things.uri, "/new") == 0;
          }) == 1);
}

TEST_CASE("taking_a_part_away_needs_no_memory") {
    CHECK(fail_each([](Things& things) {
              return evhttp_uri_set_query(things.uri, nullptr) == 0 &&
                     evhttp_uri_set_path(things.uri, nullptr) == 0 &&
                     evhttp_uri_set_path(things.uri, "") == 0 &&
                     evhttp_uri_set_host(things.uri, nullptr) == 0;
          }) == 0);
}

TEST_CASE("encoding_and_decoding_take_one_block_and_fail_without_a_trace") {
    CHECK(fail_each([](Things&) { return release(evhttp_encode_uri("a b")); }) == 1);
    CHECK(fail_each([](Things&) { return release(evhttp_uriencode("a b", 2, 1)); }) == 1);
    CHECK(fail_each([](Things&) { return release(evhttp_decode_uri("a?%20")); }) == 1);
    CHECK(fail_each([](Things&) { return release(evhttp_htmlescape("<a>")); }) == 1);
    CHECK(fail_each([](Things&) {
              size_t size = 77;
              char* const block = evhttp_uridecode("a%20b", 1, &size);
              CHECK(size == (block ? 3 : 77));
              return release(block);
          }) == 1);
}

TEST_CASE("a_query_takes_one_block_a_pair_and_fails_with_an_empty_list") {
    CHECK(fail_each([](Things&) { return parse(evhttp_parse_query_str, "a=1&b=2&c=3"); }) == 3);
    CHECK(fail_each([](Things&) { return parse(evhttp_parse_query, "/p?a=1&b=2&c=3"); }) == 4);
    CHECK(fail_each([](Things&) {
              return parse(
                  [](const char* text, evkeyvalq* list) {
                      return evhttp_parse_query_str_flags(
                          text, list, EVHTTP_URI_QUERY_LAST_VAL | EVHTTP_URI_QUERY_NONCONFORMANT);
                  },
                  "a=1&b&&a=3&b");
          }) == 4);
}

#endif
