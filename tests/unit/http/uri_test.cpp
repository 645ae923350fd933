// SPDX-License-Identifier: BSD-3-Clause
// URIs and relative references taken apart: what RFC 3986 allows, part by part, and nothing else.
#include "text_support.h"

using namespace evlet_test;

namespace {

constexpr const char* kNone = nullptr;

struct Row {
    const char* text;
    UriParts parts;
};

void check(const std::vector<Row>& rows, unsigned flags = 0) {
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const Uri uri(row.text, flags);
        CHECK(shown(uri) == shown(row.parts));
    }
}

void check_refused(const std::vector<std::string>& texts, unsigned flags = 0) {
    for (const std::string& text : texts) {
        CAPTURE(text);
        errno = 0;
        CHECK_FALSE(parses(text, flags));
        CHECK(errno == EINVAL);
    }
}

// "http://" and a host, which alone is what is looked at.
std::string with_host(const std::string& host) {
    return "http://" + host + "/";
}

}  // namespace

TEST_CASE("the_examples_of_rfc_3986_are_taken_apart") {
    check({
        {"foo://example.com:8042/over/there?name=ferret#nose",
         {"foo", kNone, "example.com", 8042, "/over/there", "name=ferret", "nose"}},
        {"urn:example:animal:ferret:nose",
         {"urn", kNone, kNone, -1, "example:animal:ferret:nose", kNone, kNone}},
        {"ftp://ftp.is.co.za/rfc/rfc1808.txt",
         {"ftp", kNone, "ftp.is.co.za", -1, "/rfc/rfc1808.txt", kNone, kNone}},
        {"http://www.ietf.org/rfc/rfc2396.txt",
         {"http", kNone, "www.ietf.org", -1, "/rfc/rfc2396.txt", kNone, kNone}},
        {"ldap://[2001:db8::7]/c=GB?objectClass?one",
         {"ldap", kNone, "[2001:db8::7]", -1, "/c=GB", "objectClass?one", kNone}},
        {"mailto:John.Doe@example.com",
         {"mailto", kNone, kNone, -1, "John.Doe@example.com", kNone, kNone}},
        {"news:comp.infosystems.www.servers.unix",
         {"news", kNone, kNone, -1, "comp.infosystems.www.servers.unix", kNone, kNone}},
        {"tel:+1-816-555-1212", {"tel", kNone, kNone, -1, "+1-816-555-1212", kNone, kNone}},
        {"telnet://192.0.2.16:80/", {"telnet", kNone, "192.0.2.16", 80, "/", kNone, kNone}},
        {"urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
         {"urn", kNone, kNone, -1, "oasis:names:specification:docbook:dtd:xml:4.1.2", kNone,
          kNone}},
        {"http://a/b/c/d;p?q", {"http", kNone, "a", -1, "/b/c/d;p", "q", kNone}},
    });
}

TEST_CASE("the_relative_references_of_rfc_3986_section_5_4_are_taken_apart") {
    check({
        {"g:h", {"g", kNone, kNone, -1, "h", kNone, kNone}},
        {"g", {kNone, kNone, kNone, -1, "g", kNone, kNone}},
        {"./g", {kNone, kNone, kNone, -1, "./g", kNone, kNone}},
        {"g/", {kNone, kNone, kNone, -1, "g/", kNone, kNone}},
        {"/g", {kNone, kNone, kNone, -1, "/g", kNone, kNone}},
        {"//g", {kNone, kNone, "g", -1, "", kNone, kNone}},
        {"?y", {kNone, kNone, kNone, -1, "", "y", kNone}},
        {"g?y", {kNone, kNone, kNone, -1, "g", "y", kNone}},
        {"#s", {kNone, kNone, kNone, -1, "", kNone, "s"}},
        {"g#s", {kNone, kNone, kNone, -1, "g", kNone, "s"}},
        {"g?y#s", {kNone, kNone, kNone, -1, "g", "y", "s"}},
        {";x", {kNone, kNone, kNone, -1, ";x", kNone, kNone}},
        {"g;x?y#s", {kNone, kNone, kNone, -1, "g;x", "y", "s"}},
        {"", {kNone, kNone, kNone, -1, "", kNone, kNone}},
        {"../../../g", {kNone, kNone, kNone, -1, "../../../g", kNone, kNone}},
        {"g?y/./x", {kNone, kNone, kNone, -1, "g", "y/./x", kNone}},
        {"g#s/../x", {kNone, kNone, kNone, -1, "g", kNone, "s/../x"}},
        {"http:g", {"http", kNone, kNone, -1, "g", kNone, kNone}},
    });
}

TEST_CASE("empty_parts_are_told_from_absent_ones") {
    check({
        {"http://h", {"http", kNone, "h", -1, "", kNone, kNone}},
        {"http://h?", {"http", kNone, "h", -1, "", "", kNone}},
        {"http://h#", {"http", kNone, "h", -1, "", kNone, ""}},
        {"http://h/?#", {"http", kNone, "h", -1, "/", "", ""}},
        {"http://@h/", {"http", "", "h", -1, "/", kNone, kNone}},
        {"file:///etc/motd", {"file", kNone, "", -1, "/etc/motd", kNone, kNone}},
        {"//", {kNone, kNone, "", -1, "", kNone, kNone}},
        {"//@", {kNone, "", "", -1, "", kNone, kNone}},
        {"x:", {"x", kNone, kNone, -1, "", kNone, kNone}},
        {"x://", {"x", kNone, "", -1, "", kNone, kNone}},
        {"x:/", {"x", kNone, kNone, -1, "/", kNone, kNone}},
        {"x:////", {"x", kNone, "", -1, "//", kNone, kNone}},
        {"http://h:", {"http", kNone, "h", -1, "", kNone, kNone}},
        {"http://h:/x", {"http", kNone, "h", -1, "/x", kNone, kNone}},
    });
}

TEST_CASE("the_first_delimiter_that_may_end_a_part_ends_it") {
    check({
        {"a?b?c#d?e", {kNone, kNone, kNone, -1, "a", "b?c", "d?e"}},
        {"a#b?c", {kNone, kNone, kNone, -1, "a", kNone, "b?c"}},
        {"http://h?a/b:c@d", {"http", kNone, "h", -1, "", "a/b:c@d", kNone}},
        {"http://h#a/b:c@d", {"http", kNone, "h", -1, "", kNone, "a/b:c@d"}},
        {"http://h/@:?", {"http", kNone, "h", -1, "/@:", "", kNone}},
        {"http://u:p:q@h:1/", {"http", "u:p:q", "h", 1, "/", kNone, kNone}},
        {"a/b:c", {kNone, kNone, kNone, -1, "a/b:c", kNone, kNone}},
        {"./a:b", {kNone, kNone, kNone, -1, "./a:b", kNone, kNone}},
        {"?a:b", {kNone, kNone, kNone, -1, "", "a:b", kNone}},
        {"a:b:c", {"a", kNone, kNone, -1, "b:c", kNone, kNone}},
        {"http:8080/x", {"http", kNone, kNone, -1, "8080/x", kNone, kNone}},
    });
}

TEST_CASE("a_scheme_begins_with_a_letter") {
    for (const char* text : {"a:", "Z:", "a1+-.:", "HTTP://h"})
        CHECK_MESSAGE(parses(text), text);
    // Else the colon is in the first segment of a relative path, where none may be.
    check_refused({":", ":a", "1:b", "1a:b", "+a:b", "a_b:c", "%41:b", "a%41:b", "h ttp://h",
                   "h\x01ttp://h", "\xc3\xa4:b", "99:99/foo", "1://h", "-:", "a@b:c"});
}

TEST_CASE("hosts_are_names_and_addresses") {
    for (const char* host :
         {"a", "example.com", "192.0.2.1", "999.999.999.999", "1", "a%20b",
          "-._~!$&'()*+,;=", "xn--bcher-kva.example", "[::]", "[::1]", "[2001:DB8::1]",
          "[1:2:3:4:5:6:7:8]", "[::ffff:192.0.2.1]", "[1:2:3:4:5:6:192.0.2.1]", "[1::]", "[v1.a]",
          "[vF0.1:2~!$&'()*+,;=]", "[V7.fe80::1]", ""}) {
        CAPTURE(host);
        const Uri uri(with_host(host).c_str());
        REQUIRE(static_cast<evhttp_uri*>(uri));
        CHECK(shown(evhttp_uri_get_host(uri)) == shown(host));
        CHECK(shown(evhttp_uri_get_path(uri)) == "'/'");
    }
}

TEST_CASE("hosts_that_the_grammar_does_not_have_are_refused") {
    for (const char* host : {"a b",
                             "a\\b",
                             "a<b>",
                             "a\"",
                             "a^b",
                             "a`b",
                             "a{b}",
                             "a|b",
                             "a%",
                             "a%2",
                             "a%2g",
                             "%zz",
                             "\xc3\xa4",
                             "a\x7f",
                             "a\x01",
                             "a\tb",
                             "a\r\nb",
                             "a@b@c",
                             "[",
                             "]",
                             "[]",
                             "[",
                             "[::1",
                             "::1",
                             "[:]",
                             "[:::1]",
                             "[1:2:3:4:5:6:7]",
                             "[1:2:3:4:5:6:7:8:9]",
                             "[g::]",
                             "[::12345]",
                             "[::1%25eth0]",
                             "[::1%eth0]",
                             "[fe80::1%251]",
                             "[::192.0.2]",
                             "[::192.0.2.256]",
                             "[192.0.2.1]",
                             "[a]",
                             "[v]",
                             "[v.]",
                             "[v.a]",
                             "[v1]",
                             "[v1.]",
                             "[vg.a]",
                             "[v1.a%41]",
                             "[v1.a/b]",
                             "[v1.a@b]",
                             "[::1]a",
                             "[::1][::1]",
                             "a[::1]",
                             "[[::1]]",
                             "[::1]]",
                             "[::1] "})
        CHECK_FALSE_MESSAGE(parses(with_host(host)), host);
}

TEST_CASE("bracketed_addresses_of_any_length_are_refused_without_being_copied") {
    for (size_t size : {45, 46, 63, 64, 65, 128, 256, 1024, 100000}) {
        CAPTURE(size);
        for (const char* part : {":", "1", "1:", "0", "a.", "%"}) {
            std::string inside;
            while (inside.size() < size)
                inside += part;
            CHECK_FALSE(parses(with_host("[" + inside + "]")));
            CHECK_FALSE(parses("http://[" + inside));
        }
    }
    // One of the future has no limit.
    CHECK(parses(with_host("[v1." + std::string(100000, 'a') + "]")));
}

TEST_CASE("ports_are_decimal_and_fit_16_bits") {
    const struct {
        std::string text;
        int value;
    } ports[] = {{"0", 0},         {"1", 1},      {"80", 80},
                 {"65535", 65535}, {"00080", 80}, {std::string(1000, '0') + "7", 7},
                 {"", -1}};
    for (const auto& port : ports) {
        CAPTURE(port.text);
        for (const char* host : {"h", "[::1]", "192.0.2.1"}) {
            const Uri uri((std::string("http://") + host + ":" + port.text + "/").c_str());
            REQUIRE(static_cast<evhttp_uri*>(uri));
            CHECK(evhttp_uri_get_port(uri) == port.value);
            CHECK(shown(evhttp_uri_get_host(uri)) == shown(host));
        }
    }
    for (const char* port : {"65536", "100000", "4294967376", "18446744073709551696", "-1", "+80",
                             " 80", "80 ", "0x50", "8a", "a", "80:", ":80", "8%30", "80\n"}) {
        CAPTURE(port);
        CHECK_FALSE(parses(std::string("http://h:") + port + "/"));
        CHECK_FALSE(parses(std::string("http://[::1]:") + port));
    }
}

TEST_CASE("userinfo_has_no_delimiters_but_colons") {
    for (const char* userinfo : {"", "u", "u:p", ":", "u:p:q", "-._~!$&'()*+,;=", "%40%3A"}) {
        CAPTURE(userinfo);
        const Uri uri(with_host(std::string(userinfo) + "@h").c_str());
        REQUIRE(static_cast<evhttp_uri*>(uri));
        CHECK(shown(evhttp_uri_get_userinfo(uri)) == shown(userinfo));
        CHECK(shown(evhttp_uri_get_host(uri)) == "'h'");
    }
    for (const char* userinfo :
         {"u@", "u v", "[u]", "u%", "u%4", "\xc3\xa4", "u\x01", "<u>", "u\\"})
        CHECK_FALSE_MESSAGE(parses(with_host(std::string(userinfo) + "@h")), userinfo);
}

TEST_CASE("every_byte_is_in_a_part_exactly_if_the_grammar_says_so") {
    const std::string shared = "-._~!$&'()*+,;=";
    const struct {
        const char* before;
        const char* behind;
        std::string more;  // beside the shared ones: in the part, or ending it
    } parts[] = {
        {"http://h/x", "y", ":@/?#"}, {"http://h/?x", "y", ":@/?#"}, {"http://h/#x", "y", ":@/?"},
        {"x/", "", ":@/?#"},          {"http://x", "y@h", ":/?#@"},  {"http://x", "y", "/?#@"},
    };
    for (const auto& part : parts) {
        CAPTURE(part.before);
        for (int code = 1; code < 256; ++code) {
            CAPTURE(code);
            const char c = static_cast<char>(code);
            const bool letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
            bool expected = letter || (code >= '0' && code <= '9') ||
                            (shared + part.more).find(c) != std::string::npos;
            // A second "@" is in none of the parts around it.
            if (c == '@' && strchr(part.behind, '@'))
                expected = false;
            CHECK(parses(std::string(part.before) + c + part.behind) == expected);
        }
    }
}

TEST_CASE("a_percent_sign_has_two_hexadecimal_digits_behind_it") {
    for (const char* before : {"", "/", "?", "#", "http://h/", "http://h/?", "http://h/#", "//"}) {
        CAPTURE(before);
        for (const char* good : {"%00", "%fF", "%0a", "a%41b", "%25%32%35", "%252"})
            CHECK_MESSAGE(parses(std::string(before) + good), good);
        for (const char* bad : {"%", "%a", "%%", "%%41", "%g0", "%0g", "a%", "%-1", "%+1", "% 1"})
            CHECK_FALSE_MESSAGE(parses(std::string(before) + bad), bad);
    }
}

TEST_CASE("texts_that_are_no_uri_are_refused_wherever_they_go_wrong") {
    check_refused({" ",
                   "http://h/ b",
                   "http://h/b ",
                   " http://h/",
                   "http://h/a?b c",
                   "http://h/a#b#c",
                   "http://h/a#b c",
                   "a b",
                   "a\\b",
                   "a^b",
                   "a|b",
                   "a<b",
                   "{a}",
                   "[a]",
                   "http://h/[",
                   "http://h/?[",
                   "http://h/#[",
                   "http://h\\@e/",
                   "//a b",
                   "http://h/\xc3\xa4",
                   "http://h/?\xff",
                   "http://h/\x7f",
                   "a\r\nb",
                   "http://h/\r\nHost: e",
                   "http://h/?\n",
                   "http://h/#\r",
                   "http://h:80\r\n/"});
}

TEST_CASE("a_nonconformant_path_query_or_fragment_is_taken_as_it_comes") {
    constexpr unsigned kFlags = EVHTTP_URI_NONCONFORMANT;
    check(
        {
            {"http://example.com/a b", {"http", kNone, "example.com", -1, "/a b", kNone, kNone}},
            {"http://h/%zz?%#%", {"http", kNone, "h", -1, "/%zz", "%", "%"}},
            {"http://h/[\\]^`{|}\"<>", {"http", kNone, "h", -1, "/[\\]^`{|}\"<>", kNone, kNone}},
            {"/a?b[]=c d", {kNone, kNone, kNone, -1, "/a", "b[]=c d", kNone}},
            {"/\xc3\xa4?\xff#\x80", {kNone, kNone, kNone, -1, "/\xc3\xa4", "\xff", "\x80"}},
            {"/a\x01?\x7f#\t", {kNone, kNone, kNone, -1, "/a\x01", "\x7f", "\t"}},
            {"a#b#c", {kNone, kNone, kNone, -1, "a", kNone, "b#c"}},
            {"a?b?c", {kNone, kNone, kNone, -1, "a", "b?c", kNone}},
        },
        kFlags);
    // The other parts are not, and nothing that would end a line is.
    check_refused({"http://a b/", "http://a%/", "http://[/", "http://h:x/", "http://u%@h/",
                   "h ttp://h/", "1:a", "http://h/\r", "http://h/?\n", "http://h/#\r\n", "a\nb"},
                  kFlags);
}

TEST_CASE("stripped_brackets_are_those_of_ipv6") {
    constexpr unsigned kFlags = EVHTTP_URI_HOST_STRIP_BRACKETS;
    check(
        {
            {"http://[::1]:80/", {"http", kNone, "::1", 80, "/", kNone, kNone}},
            {"http://u@[2001:db8::1]", {"http", "u", "2001:db8::1", -1, "", kNone, kNone}},
            {"http://h/", {"http", kNone, "h", -1, "/", kNone, kNone}},
            {"http:///", {"http", kNone, "", -1, "/", kNone, kNone}},
            // What is inside could be a name.
            {"http://[v1.a]/", {"http", kNone, "[v1.a]", -1, "/", kNone, kNone}},
        },
        kFlags);
    check_refused({"http://::1/", "http://[::1/", "http://[]/"}, kFlags);
}

TEST_CASE("a_new_uri_has_no_parts_and_may_be_freed_at_once") {
    const Uri uri;
    CHECK(shown(uri) == shown(UriParts{kNone, kNone, kNone, -1, "", kNone, kNone}));
    CHECK(evhttp_uri_get_unixsocket(uri) == nullptr);
}

TEST_CASE("very_long_uris_are_taken_whole") {
    const std::string part(200000, 'x');
    const std::string text =
        part + "://" + part + "@" + part + ":1/" + part + "?" + part + "#" + part;
    evhttp_uri* const uri = evhttp_uri_parse(text.c_str());
    REQUIRE(uri);
    CHECK(part == evhttp_uri_get_scheme(uri));
    CHECK(part == evhttp_uri_get_userinfo(uri));
    CHECK(part == evhttp_uri_get_host(uri));
    CHECK("/" + part == evhttp_uri_get_path(uri));
    CHECK(part == evhttp_uri_get_query(uri));
    CHECK(part == evhttp_uri_get_fragment(uri));
    std::string again(text.size() + 1, '-');
    CHECK(evhttp_uri_join(uri, &again[0], again.size()) == again.data());
    CHECK(text == again.c_str());
    evhttp_uri_free(uri);
}
