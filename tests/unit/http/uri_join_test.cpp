// SPDX-License-Identifier: BSD-3-Clause
// URIs as text: what was parsed comes out again, and parts that would be read as others do not.
#include "text_support.h"

using namespace evlet_test;

namespace {

// A URI with the parts of the given ones, flags and all; a scheme and so on that is nullptr is not.
struct Made {
    const char* scheme;
    const char* userinfo;
    const char* host;
    const char* unixsocket;
    int port;
    const char* path;
    unsigned flags;
};

std::string made_and_joined(const Made& made) {
    const Uri uri;
    evhttp_uri_set_flags(uri, made.flags);
    REQUIRE(evhttp_uri_set_scheme(uri, made.scheme) == 0);
    REQUIRE(evhttp_uri_set_userinfo(uri, made.userinfo) == 0);
    REQUIRE(evhttp_uri_set_host(uri, made.host) == 0);
    REQUIRE(evhttp_uri_set_unixsocket(uri, made.unixsocket) == 0);
    REQUIRE(evhttp_uri_set_port(uri, made.port) == 0);
    REQUIRE(evhttp_uri_set_path(uri, made.path) == 0);
    return joined(uri);
}

constexpr const char* kNone = nullptr;

// Puts in place of each one several, with these values.
template <class Value>
void vary(std::vector<Made>& all, Value Made::*member, const std::vector<Value>& values) {
    std::vector<Made> more;
    for (Made made : all) {
        for (const Value& value : values) {
            made.*member = value;
            more.push_back(made);
        }
    }
    all = more;
}

void check_read_back(const Made& made, const std::string& text) {
    // A socket that was set needs the flag to be found again.
    const Uri uri(text.c_str(), made.flags | (made.unixsocket ? EVHTTP_URI_UNIX_SOCKET : 0));
    REQUIRE(static_cast<evhttp_uri*>(uri));
    CHECK(shown(evhttp_uri_get_scheme(uri)) == shown(made.scheme));
    CHECK(shown(evhttp_uri_get_userinfo(uri)) == shown(made.userinfo));
    CHECK(shown(evhttp_uri_get_unixsocket(uri)) == shown(made.unixsocket));
    CHECK((evhttp_uri_get_host(uri) != nullptr) == (made.host != nullptr));
    CHECK(evhttp_uri_get_port(uri) == made.port);
    CHECK(shown(evhttp_uri_get_path(uri)) == shown(made.path));
    CHECK(joined(uri) == shown(text.c_str()));
}

}  // namespace

TEST_CASE("what_was_parsed_is_joined_to_the_same_text") {
    for (const char* text : {"",
                             "a",
                             "/",
                             "//",
                             "///",
                             "?",
                             "#",
                             "?#",
                             "a:",
                             "a:b",
                             "a:/",
                             "a://",
                             "a:///",
                             "a:////b",
                             "http://a/b/c/d;p?q",
                             "g:h",
                             "./g",
                             "g/",
                             "/g",
                             "//g",
                             "?y",
                             "g?y",
                             "#s",
                             "g#s",
                             "g?y#s",
                             ";x",
                             "g;x",
                             "g;x?y#s",
                             ".",
                             "./",
                             "..",
                             "../g",
                             "../..",
                             "../../g",
                             "/./g",
                             "/../g",
                             "g.",
                             ".g",
                             "g..",
                             "..g",
                             "./../g",
                             "./g/.",
                             "g/./h",
                             "g;x=1/../y",
                             "g?y/../x",
                             "g#s/./x",
                             "http:g",
                             "foo://example.com:8042/over/there?name=ferret#nose",
                             "urn:example:animal:ferret:nose",
                             "mailto:John.Doe@example.com",
                             "tel:+1-816-555-1212",
                             "ldap://[2001:db8::7]/c=GB?objectClass?one",
                             "telnet://192.0.2.16:80/",
                             "http://u:p@h:65535",
                             "http://@h",
                             "http://[v1.a:b]:0/",
                             "file:///etc/motd",
                             "a/b:c",
                             "./a:b",
                             "http://h?q",
                             "http://h#f",
                             "%41?%42#%43"}) {
        CAPTURE(text);
        const Uri uri(text);
        REQUIRE(static_cast<evhttp_uri*>(uri));
        CHECK(joined(uri) == shown(text));
    }
}

TEST_CASE("an_empty_port_and_leading_zeros_of_one_do_not_come_back") {
    CHECK(joined(Uri("http://h:/x")) == "'http://h/x'");
    CHECK(joined(Uri("http://h:0080/x")) == "'http://h:80/x'");
    CHECK(joined(Uri("http://h:000")) == "'http://h:0'");
}

TEST_CASE("brackets_that_were_stripped_are_put_back") {
    constexpr unsigned kFlags = EVHTTP_URI_HOST_STRIP_BRACKETS;
    for (const char* text :
         {"http://[::1]/", "//u@[2001:db8::1]:80", "http://[v1.a]/", "http://h/", "http:///"}) {
        CHECK(joined(Uri(text, kFlags)) == shown(text));
        CHECK(joined(Uri(text)) == shown(text));
    }
}

TEST_CASE("unix_sockets_are_joined_as_they_were_parsed") {
    for (const char* text :
         {"http://unix:/run/app.sock:/a?b#c", "http://unix:/s:", "http://u:p@unix:@s:/",
          "//unix:a b:", "http://unix/", "http://unixes:80"})
        CHECK(joined(Uri(text, EVHTTP_URI_UNIX_SOCKET)) == shown(text));
}

TEST_CASE("nonconformant_parts_are_joined_as_they_were_parsed") {
    for (const char* text : {"http://example.com/a b?c d#e f#g", "/%?%#%", "/[\\]\xff", "a b"})
        CHECK(joined(Uri(text, EVHTTP_URI_NONCONFORMANT)) == shown(text));
}

TEST_CASE("a_host_needs_a_path_that_is_empty_or_begins_with_a_slash") {
    CHECK(made_and_joined(Made{"http", kNone, "h", kNone, -1, "path", 0}) == "none");
    CHECK(made_and_joined(Made{kNone, kNone, "", kNone, -1, "path", 0}) == "none");
    CHECK(made_and_joined(Made{"http", kNone, kNone, "/s", -1, "path", 0}) == "none");
    CHECK(made_and_joined(Made{"http", kNone, "h", kNone, -1, "", 0}) == "'http://h'");
    CHECK(made_and_joined(Made{"http", kNone, "h", kNone, -1, "//path", 0}) == "'http://h//path'");
}

TEST_CASE("a_path_that_would_be_read_as_an_authority_or_a_scheme_is_refused") {
    CHECK(made_and_joined(Made{kNone, kNone, kNone, kNone, -1, "//a/b", 0}) == "none");
    CHECK(made_and_joined(Made{"http", kNone, kNone, kNone, -1, "//a/b", 0}) == "none");
    CHECK(made_and_joined(Made{kNone, kNone, kNone, kNone, -1, "a:b", 0}) == "none");
    CHECK(made_and_joined(Made{kNone, kNone, kNone, kNone, -1, ":b", 0}) == "none");
    CHECK(made_and_joined(Made{kNone, kNone, kNone, kNone, -1, "a:b/c", 0}) == "none");
    CHECK(made_and_joined(Made{kNone, kNone, kNone, kNone, -1, "/a:b", 0}) == "'/a:b'");
    CHECK(made_and_joined(Made{kNone, kNone, kNone, kNone, -1, "a/b:c", 0}) == "'a/b:c'");
    CHECK(made_and_joined(Made{"x", kNone, kNone, kNone, -1, "a:b", 0}) == "'x:a:b'");
    CHECK(made_and_joined(Made{"x", kNone, kNone, kNone, -1, "/a//b", 0}) == "'x:/a//b'");
}

TEST_CASE("userinfo_and_port_without_a_host_are_refused") {
    CHECK(made_and_joined(Made{"http", "u", kNone, kNone, -1, "/", 0}) == "none");
    CHECK(made_and_joined(Made{"http", kNone, kNone, kNone, 80, "/", 0}) == "none");
    CHECK(made_and_joined(Made{"http", "u", "", kNone, 80, "/", 0}) == "'http://u@:80/'");
}

TEST_CASE("a_unix_socket_goes_without_host_and_port") {
    CHECK(made_and_joined(Made{"http", kNone, "h", "/s", -1, "/", 0}) == "none");
    CHECK(made_and_joined(Made{"http", kNone, "", "/s", -1, "/", 0}) == "none");
    CHECK(made_and_joined(Made{"http", kNone, kNone, "/s", 80, "/", 0}) == "none");
    CHECK(made_and_joined(Made{"http", "u", kNone, "/s", -1, "/", 0}) == "'http://u@unix:/s:/'");
}

TEST_CASE("what_would_be_read_as_a_unix_socket_is_refused_where_these_are_understood") {
    constexpr unsigned kFlags = EVHTTP_URI_UNIX_SOCKET;
    CHECK(made_and_joined(Made{"http", kNone, "unix", kNone, 80, "/", kFlags}) == "none");
    CHECK(made_and_joined(Made{"http", "u", "unix", kNone, 80, "/", kFlags}) == "none");
    CHECK(made_and_joined(Made{"http", "unix:p", "h", kNone, -1, "/", kFlags}) == "none");
    CHECK(made_and_joined(Made{"http", "unix:p", kNone, "/s", -1, "/", 0}) == "none");
    CHECK(made_and_joined(Made{"http", kNone, "unix", kNone, -1, "/", kFlags}) == "'http://unix/'");
    CHECK(made_and_joined(Made{"http", kNone, "unix", kNone, 80, "/", 0}) == "'http://unix:80/'");
    CHECK(made_and_joined(Made{"http", "unix:p", "h", kNone, -1, "/", 0}) == "'http://unix:p@h/'");
    CHECK(made_and_joined(Made{"http", "unix", "h", kNone, 80, "/", kFlags}) ==
          "'http://unix@h:80/'");
}

TEST_CASE("a_text_that_does_not_fit_leaves_the_buffer_alone") {
    const char* const text = "http://u@[::1]:8080/path?query#fragment";
    const size_t size = strlen(text) + 1;
    const Uri uri(text, EVHTTP_URI_HOST_STRIP_BRACKETS);
    REQUIRE(static_cast<evhttp_uri*>(uri));
    for (size_t limit = 0; limit <= size + 1; ++limit) {
        CAPTURE(limit);
        std::vector<char> buffer(size + 2, '-');
        const char* const result = evhttp_uri_join(uri, buffer.data(), limit);
        if (limit < size) {
            CHECK(result == nullptr);
            CHECK(std::string(buffer.begin(), buffer.end()) == std::string(size + 2, '-'));
        } else {
            CHECK(shown(result) == shown(text));
            CHECK(buffer[size] == '-');
        }
    }
    char byte = '-';
    CHECK(evhttp_uri_join(Uri(), &byte, 1) == &byte);
    CHECK(byte == 0);
    CHECK(evhttp_uri_join(Uri(), &byte, 0) == nullptr);
}

TEST_CASE("parts_that_were_joined_read_back_as_they_were_set") {
    std::vector<Made> all = {Made{}};
    vary(all, &Made::scheme, {kNone, "s"});
    vary(all, &Made::userinfo, {kNone, "", "u:p", "unix:p"});
    vary(all, &Made::host, {kNone, "", "h", "unix", "[::1]", "[v1.a]"});
    vary(all, &Made::unixsocket, {kNone, "/s", "@s"});
    vary(all, &Made::port, {-1, 0, 80});
    vary(all, &Made::path, {"", "/", "//", "//a", "a", "a:b", ":", "/a:b", "a/b:c", "unix:a:"});
    vary(all, &Made::flags,
         {0u, unsigned{EVHTTP_URI_HOST_STRIP_BRACKETS}, unsigned{EVHTTP_URI_UNIX_SOCKET}});
    int accepted = 0;
    for (const Made& made : all) {
        const std::string text = made_and_joined(made);
        if (text == "none")
            continue;
        ++accepted;
        CAPTURE(text);
        check_read_back(made, text.substr(1, text.size() - 2));
    }
    CHECK(accepted > 500);
}
