// SPDX-License-Identifier: BSD-3-Clause
// The parts of a URI set one by one: shells over uri_grammar.cpp.
#include <string.h>

#include "base/shell.h"
#include "http/uri.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::http;

namespace {

using Part = char* evhttp_uri::*;

int set_part(evhttp_uri& uri, Part part, Text text, bool valid) {
    if (!valid)
        return to_result(Status::invalid);
    auto* const copy = static_cast<char*>(mem::allocate(text.size + 1));
    if (!copy)
        return to_result(Status::no_memory);
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    replace_part(uri, part, copy);
    return 0;
}

int take_away(evhttp_uri& uri, Part part) {
    replace_part(uri, part, nullptr);
    return 0;
}

}  // namespace

extern "C" {

int evhttp_uri_set_scheme(struct evhttp_uri* uri, const char* scheme) {
    if (!scheme)
        return take_away(*uri, &evhttp_uri::scheme);
    const Text text(scheme);
    return set_part(*uri, &evhttp_uri::scheme, text, is_scheme(text));
}

int evhttp_uri_set_userinfo(struct evhttp_uri* uri, const char* userinfo) {
    if (!userinfo)
        return take_away(*uri, &evhttp_uri::userinfo);
    const Text text(userinfo);
    return set_part(*uri, &evhttp_uri::userinfo, text, is_userinfo(text));
}

int evhttp_uri_set_host(struct evhttp_uri* uri, const char* host) {
    if (!host)
        return take_away(*uri, &evhttp_uri::host);
    const Text text(host);
    return set_part(*uri, &evhttp_uri::host, kept_host(text, uri->flags), is_host(text));
}

int evhttp_uri_set_unixsocket(struct evhttp_uri* uri, const char* unixsocket) {
    if (!unixsocket)
        return take_away(*uri, &evhttp_uri::unixsocket);
    const Text text(unixsocket);
    return set_part(*uri, &evhttp_uri::unixsocket, text, is_unix_socket(text));
}

int evhttp_uri_set_port(struct evhttp_uri* uri, int port) {
    constexpr int kMostPort = 65535;
    if (port < -1 || port > kMostPort)
        return to_result(Status::invalid);
    uri->port = port;
    return 0;
}

int evhttp_uri_set_path(struct evhttp_uri* uri, const char* path) {
    // A URI always has a path. An empty one needs no memory.
    if (!path || !*path) {
        replace_part(*uri, &evhttp_uri::path, uri->end - 1);
        return 0;
    }
    const Text text(path);
    return set_part(*uri, &evhttp_uri::path, text, is_path(text, uri->flags));
}

int evhttp_uri_set_query(struct evhttp_uri* uri, const char* query) {
    if (!query)
        return take_away(*uri, &evhttp_uri::query);
    const Text text(query);
    return set_part(*uri, &evhttp_uri::query, text, is_query(text, uri->flags));
}

int evhttp_uri_set_fragment(struct evhttp_uri* uri, const char* fragment) {
    if (!fragment)
        return take_away(*uri, &evhttp_uri::fragment);
    const Text text(fragment);
    return set_part(*uri, &evhttp_uri::fragment, text, is_fragment(text, uri->flags));
}

}  // extern "C"
