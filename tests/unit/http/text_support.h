// SPDX-License-Identifier: BSD-3-Clause
// What tests of URIs, queries and fields share: owners of what the API answers, and comparison of
// strings that may be absent.
#pragma once

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <string.h>

#include <string>
#include <vector>

#include "doctest.h"
#include "mem/mem.h"

namespace evlet_test {

// A string as tests show it; one that is absent is told from an empty one.
inline std::string shown(const char* text) {
    return text ? std::string("'") + text + "'" : "none";
}

// A string that the library allocated, as a string of ours.
inline std::string taken(char* block) {
    const std::string text = shown(block);
    evlet::mem::release(block);
    return text;
}

class Uri {
public:
    Uri() : uri_(evhttp_uri_new()) { REQUIRE(uri_); }
    explicit Uri(const char* text, unsigned flags = 0)
        : uri_(evhttp_uri_parse_with_flags(text, flags)) {}
    ~Uri() {
        if (uri_)
            evhttp_uri_free(uri_);
    }
    Uri(const Uri&) = delete;
    Uri& operator=(const Uri&) = delete;
    operator evhttp_uri*() const { return uri_; }

private:
    evhttp_uri* uri_;
};

struct UriParts {
    const char* scheme;
    const char* userinfo;
    const char* host;
    int port;
    const char* path;
    const char* query;
    const char* fragment;
};

inline std::string shown(const UriParts& parts) {
    return "scheme " + shown(parts.scheme) + " userinfo " + shown(parts.userinfo) + " host " +
           shown(parts.host) + " port " + std::to_string(parts.port) + " path " +
           shown(parts.path) + " query " + shown(parts.query) + " fragment " +
           shown(parts.fragment);
}

inline std::string shown(const evhttp_uri* uri) {
    if (!uri)
        return "no URI";
    return shown(UriParts{evhttp_uri_get_scheme(uri), evhttp_uri_get_userinfo(uri),
                          evhttp_uri_get_host(uri), evhttp_uri_get_port(uri),
                          evhttp_uri_get_path(uri), evhttp_uri_get_query(uri),
                          evhttp_uri_get_fragment(uri)});
}

// What evhttp_uri_join() answers, in a room that is ample.
inline std::string joined(evhttp_uri* uri) {
    char text[2048];
    const char* const result = evhttp_uri_join(uri, text, sizeof text);
    if (result)
        CHECK(result == text);
    return shown(result);
}

inline bool parses(const std::string& text, unsigned flags = 0) {
    return static_cast<evhttp_uri*>(Uri(text.c_str(), flags)) != nullptr;
}

// A list that is emptied at the end of the scope.
struct Pairs {
    Pairs() { list = {nullptr, &list.tqh_first}; }
    ~Pairs() { evhttp_clear_headers(&list); }
    Pairs(const Pairs&) = delete;
    Pairs& operator=(const Pairs&) = delete;
    operator evkeyvalq*() { return &list; }

    evkeyvalq list;
};

// "name=value" of each, with a blank behind; checks the links on the way.
inline std::string shown(const evkeyvalq& list) {
    std::string text;
    evkeyval* const* link = &list.tqh_first;
    for (const evkeyval* pair = list.tqh_first; pair; pair = pair->next.tqe_next) {
        CHECK(pair->next.tqe_prev == link);
        link = &pair->next.tqe_next;
        text += std::string(pair->key) + "=" + pair->value + " ";
    }
    CHECK(list.tqh_last == link);
    return text;
}

}  // namespace evlet_test
