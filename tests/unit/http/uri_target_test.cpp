// SPDX-License-Identifier: BSD-3-Clause
// What servers take apart without allocating: request targets and authorities; URIs that name a
// UNIX socket.
#include "http/uri.h"
#include "text_support.h"

using namespace evlet;
using namespace evlet::http;
using namespace evlet_test;

namespace {

constexpr const char* kNone = nullptr;

using Parser = bool (*)(evhttp_uri& uri, Text text);

// What a parser makes of a text, in a room of exactly the size that it may use.
std::string parsed(Parser parser, const std::string& text) {
    std::vector<char> room(sizeof(evhttp_uri) + uri_room(text.size()), '\xa5');
    auto& uri = *reinterpret_cast<evhttp_uri*>(room.data());
    // Without a NUL behind, so that a read there is seen.
    const std::vector<char> exact(text.begin(), text.end());
    const bool good = parser(uri, Text(exact.empty() ? "" : exact.data(), exact.size()));
    const std::string result = good ? shown(&uri) : "refused";
    // Whatever the outcome, nothing of it is a block of its own.
    clear_uri(uri);
    return result;
}

std::string authority(const std::string& text) {
    return parsed(parse_authority, text);
}

std::string target(const std::string& text) {
    return parsed(parse_path_target, text);
}

std::string absolute(const std::string& text) {
    return parsed(parse_absolute_target, text);
}

std::string host_and_port(const char* host, int port) {
    return shown(UriParts{kNone, kNone, host, port, "", kNone, kNone});
}

std::string path_and_query(const char* path, const char* query) {
    return shown(UriParts{kNone, kNone, kNone, -1, path, query, kNone});
}

}  // namespace

TEST_CASE("an_authority_is_a_host_and_perhaps_a_port") {
    CHECK(authority("h") == host_and_port("h", -1));
    CHECK(authority("h:") == host_and_port("h", -1));
    CHECK(authority("example.com:443") == host_and_port("example.com", 443));
    CHECK(authority("192.0.2.1:0") == host_and_port("192.0.2.1", 0));
    CHECK(authority("[::1]") == host_and_port("[::1]", -1));
    CHECK(authority("[::1]:65535") == host_and_port("[::1]", 65535));
    CHECK(authority("a%20b") == host_and_port("a%20b", -1));
    CHECK(authority("a,b") == host_and_port("a,b", -1));
    CHECK(authority("") == host_and_port("", -1));
}

TEST_CASE("an_authority_with_anything_else_is_refused") {
    for (const char* text :
         {":",     ":80",      "u@h",   "@h",      "h/",        "h?",   "h#",    "h:80/",
          "h h",   " h",       "h ",    "h:65536", "h:-1",      "h:+1", "h:8:0", "::1",
          "[::1",  "[]",       "[]:80", "[::1]80", "[::1]:80:", "h\\",  "h\t",   "h\x7f",
          "h\r\n", "\xc3\xa4", "a%",    "//h",     "http://h"})
        CHECK_MESSAGE(authority(text) == "refused", text);
    CHECK(authority(std::string("h\0", 2)) == "refused");
    CHECK(authority(std::string("h:8\0", 4)) == "refused");
    CHECK(authority(std::string("[::1\0]", 6)) == "refused");
    CHECK(authority("[" + std::string(100000, ':') + "]") == "refused");
}

TEST_CASE("a_target_in_origin_form_is_a_path_and_perhaps_a_query") {
    CHECK(target("/") == path_and_query("/", kNone));
    CHECK(target("/a/b;c=1,2") == path_and_query("/a/b;c=1,2", kNone));
    CHECK(target("/?") == path_and_query("/", ""));
    CHECK(target("/a?b=c?d/e") == path_and_query("/a", "b=c?d/e"));
    CHECK(target("/a:b@c") == path_and_query("/a:b@c", kNone));
    CHECK(target("/%00%fF") == path_and_query("/%00%fF", kNone));
}

TEST_CASE("two_slashes_at_the_front_of_a_target_make_no_authority") {
    CHECK(target("//a/b") == path_and_query("//a/b", kNone));
    CHECK(target("//") == path_and_query("//", kNone));
    CHECK(target("//a:80/?x") == path_and_query("//a:80/", "x"));
    CHECK(target("/http://a/") == path_and_query("/http://a/", kNone));
}

TEST_CASE("a_target_may_have_the_visible_characters_that_browsers_leave_unencoded") {
    CHECK(target("/?a[]=1&b={2}|3") == path_and_query("/", "a[]=1&b={2}|3"));
    CHECK(target("/[a]|\"<>\\^`{}") == path_and_query("/[a]|\"<>\\^`{}", kNone));
}

TEST_CASE("every_byte_is_in_a_target_exactly_if_it_is_visible_and_begins_no_fragment") {
    for (int code = 0; code < 256; ++code) {
        CAPTURE(code);
        const char c = static_cast<char>(code);
        const bool expected = code > ' ' && code < 0x7f && c != '#' && c != '%';
        for (const char* before : {"/", "/a", "/?", "/a?b"}) {
            const std::string text = before + std::string(1, c);
            CHECK((target(text) != "refused") == expected);
            CHECK((target(text + "z") != "refused") == expected);
        }
    }
}

TEST_CASE("a_target_that_is_not_in_origin_form_is_refused") {
    for (const char* text : {"",    "a",    "*",    "?",     "?a",    "http://h/", "a/b",
                             "%2f", "#",    " /",   "/ ",    "/%",    "/%2",       "/%2g",
                             "/?%", "/?%a", "/a#b", "/\r\n", "/\x7f", "/\xc3\xa4", "\\a"})
        CHECK_MESSAGE(target(text) == "refused", text);
    CHECK(target(std::string("/a\0b", 4)) == "refused");
    CHECK(target(std::string("\0", 1)) == "refused");
}

TEST_CASE("a_target_in_absolute_form_has_scheme_host_and_what_origin_form_has") {
    CHECK(absolute("http://h") == shown(UriParts{"http", kNone, "h", -1, "", kNone, kNone}));
    CHECK(absolute("HTTPS://example.com:8443/a?b[]=c") ==
          shown(UriParts{"HTTPS", kNone, "example.com", 8443, "/a", "b[]=c", kNone}));
    CHECK(absolute("http://[::1]:/") ==
          shown(UriParts{"http", kNone, "[::1]", -1, "/", kNone, kNone}));
    CHECK(absolute("http://h?q") == shown(UriParts{"http", kNone, "h", -1, "", "q", kNone}));
    CHECK(absolute("http://h//a/b") ==
          shown(UriParts{"http", kNone, "h", -1, "//a/b", kNone, kNone}));
}

TEST_CASE("a_target_that_is_not_in_absolute_form_is_refused") {
    for (const char* text : {"",
                             "/",
                             "*",
                             "http",
                             "http:",
                             "http:/",
                             "http://",
                             "http:///",
                             "http://?q",
                             "http://:80/",
                             "http:h/",
                             "ftp://h/",
                             "//h/",
                             "://h/",
                             "xhttp://h/",
                             "httpss://h/",
                             "http://u@h/",
                             "http://@h/",
                             "http://u:p@h/",
                             "http://h#f",
                             "http://h/#f",
                             "http://h/?#",
                             "http://h:x/",
                             "http://h:65536/",
                             "http://[::1/",
                             "http://::1/",
                             "http://h\\e/",
                             "http://h /",
                             "http://h/ ",
                             "http://h/%",
                             "http://h/?%4",
                             "http://h/\xc3\xa4",
                             "http://h\r\n/",
                             "http://h/\x7f"})
        CHECK_MESSAGE(absolute(text) == "refused", text);
    CHECK(absolute(std::string("http://h\0/", 10)) == "refused");
    CHECK(absolute(std::string("http\0://h/", 11)) == "refused");
}

TEST_CASE("the_asterisk_is_a_path") {
    CHECK(parsed(
              [](evhttp_uri& uri, Text) {
                  make_asterisk(uri);
                  return true;
              },
              "*") == path_and_query("*", kNone));
}

TEST_CASE("a_nul_inside_a_text_of_known_size_is_refused_by_every_part") {
    for (const std::string& text :
         {std::string("\0", 1), std::string("h\0ttp://h/", 10), std::string("http://u\0@h/", 12),
          std::string("http://h\0/", 10), std::string("http://h:8\0/", 12),
          std::string("http://h/\0", 10), std::string("http://h/?\0", 11),
          std::string("http://h/#\0", 11), std::string("http://unix:/a\0b:/", 18)}) {
        CAPTURE(text);
        CHECK(parsed([](evhttp_uri& uri, Text piece) { return parse_uri(uri, piece, 0); }, text) ==
              "refused");
        CHECK(parsed(
                  [](evhttp_uri& uri, Text piece) {
                      return parse_uri(uri, piece,
                                       EVHTTP_URI_NONCONFORMANT | EVHTTP_URI_UNIX_SOCKET);
                  },
                  text) == "refused");
    }
}

TEST_CASE("the_path_of_a_unix_socket_is_between_the_colons") {
    const struct {
        const char* text;
        const char* userinfo;
        const char* socket;
        const char* path;
        const char* query;
    } rows[] = {
        {"http://unix:/run/app.sock:/a?b", kNone, "/run/app.sock", "/a", "b"},
        {"http://unix:/run/app.sock:", kNone, "/run/app.sock", "", kNone},
        {"http://unix:/run/app.sock:?b", kNone, "/run/app.sock", "", "b"},
        {"http://unix:relative:/", kNone, "relative", "/", kNone},
        {"http://unix:@abstract:/", kNone, "@abstract", "/", kNone},
        {"http://unix:/a b?c#d[e]:/", kNone, "/a b?c#d[e]", "/", kNone},
        {"http://user:pass@unix:/s:/x:y", "user:pass", "/s", "/x:y", kNone},
        {"//unix:/s:/", kNone, "/s", "/", kNone},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const Uri uri(row.text, EVHTTP_URI_UNIX_SOCKET);
        REQUIRE(static_cast<evhttp_uri*>(uri));
        CHECK(shown(evhttp_uri_get_unixsocket(uri)) == shown(row.socket));
        CHECK(evhttp_uri_get_host(uri) == nullptr);
        CHECK(evhttp_uri_get_port(uri) == -1);
        CHECK(shown(evhttp_uri_get_userinfo(uri)) == shown(row.userinfo));
        CHECK(shown(evhttp_uri_get_path(uri)) == shown(row.path));
        CHECK(shown(evhttp_uri_get_query(uri)) == shown(row.query));
    }
}

TEST_CASE("a_unix_socket_without_its_end_or_its_path_is_refused") {
    for (const char* text : {"http://unix:/s", "http://unix:", "http://unix::", "http://unix:80/",
                             "http://unix:/s:x", "http://unix:/s:80", "http://u@unix:/s",
                             "http://unix:/s\n:/", "http://unix:/s\x7f:/", "http://u@unix:80/"})
        CHECK_FALSE_MESSAGE(parses(text, EVHTTP_URI_UNIX_SOCKET), text);
}

TEST_CASE("unix_is_a_host_like_any_other_without_the_flag_or_the_colon") {
    const Uri port("http://unix:80/");
    CHECK(shown(port) == shown(UriParts{"http", kNone, "unix", 80, "/", kNone, kNone}));
    const Uri path("http://unix:/run/app.sock:/a");
    CHECK(shown(path) ==
          shown(UriParts{"http", kNone, "unix", -1, "/run/app.sock:/a", kNone, kNone}));
    const Uri host("http://unix/a:b", EVHTTP_URI_UNIX_SOCKET);
    CHECK(shown(host) == shown(UriParts{"http", kNone, "unix", -1, "/a:b", kNone, kNone}));
    const Uri other("http://unixes:80/", EVHTTP_URI_UNIX_SOCKET);
    CHECK(shown(other) == shown(UriParts{"http", kNone, "unixes", 80, "/", kNone, kNone}));
    CHECK(evhttp_uri_get_unixsocket(other) == nullptr);
}
