// SPDX-License-Identifier: BSD-3-Clause
// Virtual hosts and aliases: whose callbacks a request reaches.
#include "server_support.h"

using namespace evlet_test;

namespace {

// A virtual host that answers with its name. Its server frees it, or free() does.
struct Host {
    Host(event_base* base, const char* name) : http(evhttp_new(base)) {
        REQUIRE(http);
        evhttp_set_gencb(http, reply_with_text, const_cast<char*>(name));
    }
    operator evhttp*() const { return http; }
    evhttp* http;
};

std::string answer_for(event_base* base, const HttpServer& server, const std::string& host,
                       const std::string& target = "/") {
    return body_of(
        talk(base, server.port(),
             "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
}

}  // namespace

TEST_CASE("an_asterisk_stands_for_any_characters_and_case_does_not_matter") {
    struct {
        std::string pattern;
        std::string host;
        bool matches;
    } const cases[] = {
        {"a.test", "a.test", true},
        {"a.test", "A.TEST", true},
        {"A.Test", "a.test", true},
        {"a.test", "aa.test", false},
        {"a.test", "a.testa", false},
        {"a.test", "a.tes", false},
        {"*", "anything", true},
        {"*.test", "a.test", true},
        {"*.test", "a.b.test", true},
        {"*.test", "test", false},
        {"*.test", "a.test.test", true},
        {"*.test", "a.test.other", false},
        {"a.*", "a.test", true},
        {"a.*", "a.", true},
        {"a.*", "b.test", false},
        {"a*b*c", "abc", true},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXcYb", false},
        {"**a**", "bab", true},
        {"*a", "aab", false},
        {"*ab*ab", "abab", true},
        {"*ab*ab", "ab", false},
        {"", "a", false},
    };
    Base base;
    for (const auto& each : cases) {
        CAPTURE(each.pattern);
        CAPTURE(each.host);
        HttpServer server(base);
        const Host host(base, "host");
        CHECK(evhttp_add_virtual_host(server, each.pattern.c_str(), host) == 0);
        CHECK(answer_for(base, server, each.host) == (each.matches ? "host" : "ok"));
    }
}

TEST_CASE("many_asterisks_do_not_take_time_without_end") {
    Base base;
    HttpServer server(base);
    const Host host(base, "host");
    std::string pattern, name(2000, 'a');
    for (int i = 0; i < 1000; ++i)
        pattern += "*a";
    CHECK(evhttp_add_virtual_host(server, (pattern + "*b").c_str(), host) == 0);
    CHECK(answer_for(base, server, name) == "ok");
    CHECK(answer_for(base, server, name + "b") == "host");
}

TEST_CASE("the_first_host_that_matches_counts") {
    Base base;
    HttpServer server(base);
    const Host first(base, "first"), second(base, "second");
    CHECK(evhttp_add_virtual_host(server, "*.test", first) == 0);
    CHECK(evhttp_add_virtual_host(server, "b.*", second) == 0);
    CHECK(answer_for(base, server, "b.test") == "first");
    CHECK(answer_for(base, server, "b.other") == "second");
}

TEST_CASE("a_virtual_host_may_have_virtual_hosts") {
    Base base;
    HttpServer server(base);
    const Host outer(base, "outer"), inner(base, "inner");
    CHECK(evhttp_add_virtual_host(server, "*.test", outer) == 0);
    CHECK(evhttp_add_virtual_host(outer, "b.*", inner) == 0);
    CHECK(answer_for(base, server, "a.test") == "outer");
    CHECK(answer_for(base, server, "b.test") == "inner");
    CHECK(answer_for(base, server, "b.other") == "ok");
}

TEST_CASE("a_port_behind_the_host_is_none_of_it") {
    Base base;
    HttpServer server(base);
    const Host host(base, "host"), six(base, "six");
    CHECK(evhttp_add_virtual_host(server, "a.test", host) == 0);
    CHECK(evhttp_add_virtual_host(server, "[::1]", six) == 0);
    CHECK(answer_for(base, server, "a.test:8080") == "host");
    CHECK(answer_for(base, server, "a.test:") == "host");
    CHECK(answer_for(base, server, "[::1]:8080") == "six");
    CHECK(answer_for(base, server, "[::1]") == "six");
}

TEST_CASE("the_host_of_an_absolute_target_counts_instead_of_the_field") {
    Base base;
    HttpServer server(base);
    const Host host(base, "host");
    CHECK(evhttp_add_virtual_host(server, "a.test", host) == 0);
    CHECK(answer_for(base, server, "other", "http://a.test/") == "host");
    CHECK(answer_for(base, server, "other", "http://A.test:80/x?y") == "host");
    CHECK(answer_for(base, server, "a.test", "http://other/") == "ok");
}

TEST_CASE("a_request_without_host_is_for_the_server_itself") {
    Base base;
    HttpServer server(base);
    const Host host(base, "host");
    CHECK(evhttp_add_virtual_host(server, "*", host) == 0);
    CHECK(body_of(talk(base, server.port(), "GET / HTTP/1.0\r\n\r\n")) == "ok");
    CHECK(body_of(talk(base, server.port(), "GET / HTTP/1.0\r\nHost:\r\n\r\n")) == "ok");
}

TEST_CASE("a_virtual_host_has_paths_of_its_own") {
    Base base;
    HttpServer server(base);
    const Host host(base, "host");
    char of_host[] = "path of host", of_server[] = "path of server";
    CHECK(evhttp_add_virtual_host(server, "a.test", host) == 0);
    CHECK(evhttp_set_cb(host, "/x", reply_with_text, of_host) == 0);
    CHECK(evhttp_set_cb(server, "/x", reply_with_text, of_server) == 0);
    CHECK(evhttp_set_cb(server, "/y", reply_with_text, of_server) == 0);
    CHECK(answer_for(base, server, "a.test", "/x") == "path of host");
    CHECK(answer_for(base, server, "b.test", "/x") == "path of server");
    CHECK(answer_for(base, server, "a.test", "/y") == "host");
    evhttp_set_gencb(host, nullptr, nullptr);
    CHECK(status_of(talk(base, server.port(),
                         "GET /y HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")) == 404);
}

TEST_CASE("a_head_callback_of_a_virtual_host_is_called_whichever_came_first") {
    for (const bool before : {false, true}) {
        Base base;
        HttpServer server(base);
        const Host outer(base, "outer"), inner(base, "inner");
        int heads = 0;
        const auto count = [](evhttp_request*, void* counter) {
            return ++*static_cast<int*>(counter) * 0;
        };
        if (before)
            CHECK(evlet_http_set_head_cb(inner, nullptr, count, &heads) == 0);
        CHECK(evhttp_add_virtual_host(server, "*.test", outer) == 0);
        CHECK(evhttp_add_virtual_host(outer, "b.*", inner) == 0);
        if (!before)
            CHECK(evlet_http_set_head_cb(inner, nullptr, count, &heads) == 0);
        CHECK(answer_for(base, server, "b.test") == "inner");
        CHECK(heads == 1);
        CHECK(answer_for(base, server, "a.test") == "outer");
        CHECK(heads == 1);
    }
}

TEST_CASE("an_alias_is_a_name_and_no_pattern") {
    Base base;
    HttpServer server(base);
    const Host host(base, "host");
    CHECK(evhttp_add_virtual_host(server, "a.test", host) == 0);
    CHECK(evhttp_add_server_alias(host, "Also") == 0);
    CHECK(evhttp_add_server_alias(host, "*.star") == 0);
    CHECK(answer_for(base, server, "aLSO:1") == "host");
    CHECK(answer_for(base, server, "x.star") == "ok");
    CHECK(answer_for(base, server, "*.star") == "host");
    CHECK(evhttp_remove_server_alias(host, "ALSO") == 0);
    CHECK(evhttp_remove_server_alias(host, "also") == -1);
    CHECK(answer_for(base, server, "also") == "ok");
}

TEST_CASE("an_alias_of_the_server_keeps_a_name_from_its_virtual_hosts") {
    Base base;
    HttpServer server(base);
    const Host host(base, "host");
    CHECK(evhttp_add_virtual_host(server, "*", host) == 0);
    CHECK(evhttp_add_server_alias(server, "mine") == 0);
    CHECK(answer_for(base, server, "mine") == "ok");
    CHECK(answer_for(base, server, "other") == "host");
    CHECK(evhttp_remove_server_alias(server, "mine") == 0);
    CHECK(answer_for(base, server, "mine") == "host");
    CHECK(evhttp_remove_server_alias(server, "mine") == -1);
}

TEST_CASE("a_server_becomes_a_virtual_host_once_and_not_its_own") {
    Base base;
    HttpServer server(base), other(base);
    evhttp* const host = evhttp_new(base);
    evhttp* const below = evhttp_new(base);
    REQUIRE(host);
    REQUIRE(below);
    CHECK(evhttp_add_virtual_host(server, "a", other) == -1);  // it has a socket
    CHECK(evhttp_add_virtual_host(host, "a", host) == -1);
    CHECK(evhttp_add_virtual_host(host, "a", below) == 0);
    CHECK(evhttp_add_virtual_host(below, "a", host) == -1);   // it is above
    CHECK(evhttp_add_virtual_host(other, "a", below) == -1);  // it is one already
    CHECK(evhttp_remove_virtual_host(other, below) == -1);
    CHECK(evhttp_remove_virtual_host(host, below) == 0);
    CHECK(evhttp_remove_virtual_host(host, below) == -1);
    CHECK(evhttp_add_virtual_host(below, "a", host) == 0);
    evhttp_free(below);  // and the other with it
}

TEST_CASE("a_virtual_host_that_is_freed_leaves_its_server") {
    Base base;
    HttpServer server(base);
    const Host first(base, "first"), second(base, "second");
    CHECK(evhttp_add_virtual_host(server, "*", first) == 0);
    CHECK(evhttp_add_virtual_host(server, "*", second) == 0);
    CHECK(answer_for(base, server, "a") == "first");
    evhttp_free(first);
    CHECK(answer_for(base, server, "a") == "second");
    CHECK(evhttp_remove_virtual_host(server, second) == 0);
    CHECK(answer_for(base, server, "a") == "ok");
    evhttp_free(second);
}

TEST_CASE("a_virtual_host_may_be_freed_in_its_own_callback") {
    Base base;
    HttpServer server(base);
    evhttp* const host = evhttp_new(base);
    REQUIRE(host);
    CHECK(evhttp_add_virtual_host(server, "a", host) == 0);
    CHECK(evhttp_set_cb(
              host, "/",
              [](evhttp_request* request, void* own) {
                  evhttp_free(static_cast<evhttp*>(own));
                  HttpServer::reply(request, 200, "freed");
              },
              host) == 0);
    CHECK(answer_for(base, server, "a") == "freed");
    CHECK(answer_for(base, server, "a") == "ok");
}
