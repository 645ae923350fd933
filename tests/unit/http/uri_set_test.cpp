// SPDX-License-Identifier: BSD-3-Clause
// The parts of a URI set one by one. What a setter takes is what the parser takes in that place.
#include <limits.h>

#include "text_support.h"

using namespace evlet_test;

namespace {

constexpr unsigned kAllFlags[] = {0, EVHTTP_URI_NONCONFORMANT, EVHTTP_URI_HOST_STRIP_BRACKETS,
                                  EVHTTP_URI_UNIX_SOCKET};

using Setter = int (*)(evhttp_uri*, const char*);
using Getter = const char* (*)(const evhttp_uri*);

struct Part {
    const char* name;
    Setter set;
    Getter get;
    const char* before;  // what makes a whole URI of the part alone
    const char* behind;
    const char* ends;  // what cannot be in the part since it would end it
};

const Part kParts[] = {
    {"scheme", evhttp_uri_set_scheme, evhttp_uri_get_scheme, "", "://h/", ":/?#"},
    {"userinfo", evhttp_uri_set_userinfo, evhttp_uri_get_userinfo, "//", "@h/", "@/?#"},
    {"host", evhttp_uri_set_host, evhttp_uri_get_host, "//", "/", "@/?#"},
    {"path", evhttp_uri_set_path, evhttp_uri_get_path, "//h", "", "?#"},
    {"query", evhttp_uri_set_query, evhttp_uri_get_query, "?", "", "#"},
    {"fragment", evhttp_uri_set_fragment, evhttp_uri_get_fragment, "#", "", ""},
};

// Whether the text in its place reads back as this part and nothing else.
bool parses_as(const Part& part, const std::string& text, unsigned flags) {
    if (text.find_first_of(part.ends) != std::string::npos)
        return false;
    const Uri uri((part.before + text + part.behind).c_str(), flags);
    if (!uri)
        return false;
    const std::string found = part.get(uri);
    return found == text || "[" + found + "]" == text;
}

void check_like_the_parser(const Part& part, const std::string& text) {
    for (const unsigned flags : kAllFlags) {
        CAPTURE(part.name);
        CAPTURE(text);
        CAPTURE(flags);
        const Uri uri;
        evhttp_uri_set_flags(uri, flags);
        REQUIRE(part.set(uri, part.set == evhttp_uri_set_path ? "/before" : "before") == 0);
        errno = 0;
        const int result = part.set(uri, text.c_str());
        const int error = errno;
        CHECK((result == 0) == parses_as(part, text, flags));
        if (result == 0)
            continue;
        CHECK(error == EINVAL);
        CHECK(std::string(part.get(uri)).find("before") != std::string::npos);
    }
}

}  // namespace

TEST_CASE("parts_that_were_set_are_answered_and_joined") {
    const Uri uri;
    CHECK(evhttp_uri_set_scheme(uri, "http") == 0);
    CHECK(evhttp_uri_set_userinfo(uri, "u:p") == 0);
    CHECK(evhttp_uri_set_host(uri, "example.com") == 0);
    CHECK(evhttp_uri_set_port(uri, 8080) == 0);
    CHECK(evhttp_uri_set_path(uri, "/a/b") == 0);
    CHECK(evhttp_uri_set_query(uri, "c=d") == 0);
    CHECK(evhttp_uri_set_fragment(uri, "e") == 0);
    CHECK(shown(uri) == shown(UriParts{"http", "u:p", "example.com", 8080, "/a/b", "c=d", "e"}));
    CHECK(joined(uri) == "'http://u:p@example.com:8080/a/b?c=d#e'");
}

TEST_CASE("parts_of_a_parsed_uri_are_replaced_again_and_again") {
    const Uri uri("http://u@h:1/p?q#f");
    REQUIRE(static_cast<evhttp_uri*>(uri));
    for (const char* text : {"a-much-longer-text-than-there-was", "b", "c"}) {
        CHECK(evhttp_uri_set_scheme(uri, text) == 0);
        CHECK(evhttp_uri_set_userinfo(uri, text) == 0);
        CHECK(evhttp_uri_set_host(uri, text) == 0);
        CHECK(evhttp_uri_set_path(uri, (std::string("/") + text).c_str()) == 0);
        CHECK(evhttp_uri_set_query(uri, text) == 0);
        CHECK(evhttp_uri_set_fragment(uri, text) == 0);
    }
    CHECK(joined(uri) == "'c://c@c:1/c?c#c'");
}

TEST_CASE("a_part_may_be_set_to_what_was_read_from_the_same_uri") {
    const Uri uri("http://h/p?q");
    REQUIRE(static_cast<evhttp_uri*>(uri));
    CHECK(evhttp_uri_set_query(uri, evhttp_uri_get_query(uri)) == 0);
    CHECK(evhttp_uri_set_query(uri, evhttp_uri_get_query(uri)) == 0);
    CHECK(evhttp_uri_set_fragment(uri, evhttp_uri_get_host(uri)) == 0);
    CHECK(evhttp_uri_set_host(uri, evhttp_uri_get_fragment(uri)) == 0);
    CHECK(joined(uri) == "'http://h/p?q#h'");
}

TEST_CASE("null_takes_a_part_away_and_the_path_becomes_empty") {
    for (const char* text : {"http://u@h:1/p?q#f", ""}) {
        const Uri uri(text);
        REQUIRE(static_cast<evhttp_uri*>(uri));
        for (int round = 0; round < 2; ++round) {
            for (const Part& part : kParts)
                CHECK(part.set(uri, nullptr) == 0);
            CHECK(evhttp_uri_set_unixsocket(uri, nullptr) == 0);
            CHECK(evhttp_uri_set_port(uri, -1) == 0);
            CHECK(shown(uri) ==
                  shown(UriParts{nullptr, nullptr, nullptr, -1, "", nullptr, nullptr}));
            CHECK(joined(uri) == "''");
            REQUIRE(evhttp_uri_set_path(uri, "/again") == 0);
            REQUIRE(evhttp_uri_set_query(uri, "") == 0);
            CHECK(joined(uri) == "'/again?'");
        }
    }
}

TEST_CASE("the_strings_that_are_set_are_copies") {
    const Uri uri;
    char host[] = "host";
    REQUIRE(evhttp_uri_set_host(uri, host) == 0);
    memset(host, '-', sizeof host - 1);
    CHECK(shown(evhttp_uri_get_host(uri)) == "'host'");
}

TEST_CASE("ports_from_minus_one_to_65535_are_set") {
    const Uri uri;
    for (const int port : {0, 1, 80, 65535, -1}) {
        CHECK(evhttp_uri_set_port(uri, port) == 0);
        CHECK(evhttp_uri_get_port(uri) == port);
    }
    REQUIRE(evhttp_uri_set_port(uri, 8080) == 0);
    for (const int port : {-2, 65536, INT_MAX, INT_MIN}) {
        CAPTURE(port);
        errno = 0;
        CHECK(evhttp_uri_set_port(uri, port) == -1);
        CHECK(errno == EINVAL);
        CHECK(evhttp_uri_get_port(uri) == 8080);
    }
}

TEST_CASE("setters_take_every_byte_that_the_parser_takes_and_no_other") {
    for (const Part& part : kParts) {
        for (int code = 1; code < 256; ++code) {
            const std::string c(1, static_cast<char>(code));
            const std::string front = part.set == evhttp_uri_set_path ? "/" : "";
            check_like_the_parser(part, front + "a" + c + "b");
            check_like_the_parser(part, front + "a" + c);
            if (part.set != evhttp_uri_set_host || (c != ":" && c != "["))
                check_like_the_parser(part, front + c);
        }
    }
}

TEST_CASE("setters_take_the_texts_that_the_parser_takes_and_no_other") {
    for (const Part& part : kParts) {
        const std::string front = part.set == evhttp_uri_set_path ? "/" : "";
        for (const char* text : {"", "%", "%4", "%41", "%4g", "a%41b", "%00", "a b", "a\r\nb",
                                 "a\tb", "a?b", "a#b", "a@b", "a/b", "//", "..", "\xc3\xa4"})
            check_like_the_parser(part, front + text);
    }
    for (const char* host : {"[::1]", "[::1", "::1]", "[]", "[v1.a]", "[v1]", "[1::2::3]", "[::1]a",
                             "192.0.2.1", "[192.0.2.1]", "[fe80::1%25eth0]"})
        check_like_the_parser(kParts[2], host);
}

TEST_CASE("an_address_without_brackets_or_with_a_port_is_no_host") {
    const Uri uri;
    for (const char* host : {"::1", "2001:db8::1", "h:80", "[::1]:80", ":", "[", "]", "[[::1]]"})
        CHECK_MESSAGE(evhttp_uri_set_host(uri, host) == -1, host);
    CHECK(evhttp_uri_get_host(uri) == nullptr);
    CHECK(evhttp_uri_set_host(uri, ("[" + std::string(5000, ':') + "]").c_str()) == -1);
}

TEST_CASE("flags_hold_for_what_is_set_from_then_on") {
    const Uri uri;
    REQUIRE(evhttp_uri_set_host(uri, "[::1]") == 0);
    CHECK(evhttp_uri_set_path(uri, "/a b") == -1);
    evhttp_uri_set_flags(uri, EVHTTP_URI_NONCONFORMANT | EVHTTP_URI_HOST_STRIP_BRACKETS);
    CHECK(shown(evhttp_uri_get_host(uri)) == "'[::1]'");
    CHECK(evhttp_uri_set_path(uri, "/a b") == 0);
    REQUIRE(evhttp_uri_set_host(uri, "[::2]") == 0);
    CHECK(shown(evhttp_uri_get_host(uri)) == "'::2'");
    evhttp_uri_set_flags(uri, 0);
    CHECK(shown(evhttp_uri_get_path(uri)) == "'/a b'");
    CHECK(joined(uri) == "'//[::2]/a b'");
}

TEST_CASE("a_unix_socket_is_set_if_it_can_stand_between_colons") {
    const Uri uri;
    for (const char* socket : {"/run/app.sock", "@abstract", "a b", "/a?b#c[d]%", "\xc3\xa4"}) {
        CAPTURE(socket);
        CHECK(evhttp_uri_set_unixsocket(uri, socket) == 0);
        CHECK(shown(evhttp_uri_get_unixsocket(uri)) == shown(socket));
        CHECK(joined(uri) == "'//unix:" + std::string(socket) + ":'");
    }
    for (const char* socket : {"", ":", "/a:b", "/a\n", "/a\x7f", "\x01"}) {
        CAPTURE(socket);
        CHECK(evhttp_uri_set_unixsocket(uri, socket) == -1);
    }
    CHECK(shown(evhttp_uri_get_unixsocket(uri)) == "'\xc3\xa4'");
}
