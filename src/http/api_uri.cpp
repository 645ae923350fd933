// SPDX-License-Identifier: BSD-3-Clause
// URIs made, read and freed: shells over uri.cpp.
#include "http/uri.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::http;

extern "C" {

struct evhttp_uri* evhttp_uri_new(void) {
    return make_uri(Text("", 0), 0);
}

struct evhttp_uri* evhttp_uri_parse_with_flags(const char* source_uri, unsigned flags) {
    return make_uri(Text(source_uri), flags);
}

struct evhttp_uri* evhttp_uri_parse(const char* source_uri) {
    return make_uri(Text(source_uri), 0);
}

void evhttp_uri_free(struct evhttp_uri* uri) {
    clear_uri(*uri);
    mem::release(uri);
}

void evhttp_uri_set_flags(struct evhttp_uri* uri, unsigned flags) {
    uri->flags = flags;
}

const char* evhttp_uri_get_scheme(const struct evhttp_uri* uri) {
    return uri->scheme;
}

const char* evhttp_uri_get_userinfo(const struct evhttp_uri* uri) {
    return uri->userinfo;
}

const char* evhttp_uri_get_host(const struct evhttp_uri* uri) {
    return uri->host;
}

const char* evhttp_uri_get_unixsocket(const struct evhttp_uri* uri) {
    return uri->unixsocket;
}

int evhttp_uri_get_port(const struct evhttp_uri* uri) {
    return uri->port;
}

const char* evhttp_uri_get_path(const struct evhttp_uri* uri) {
    return uri->path;
}

const char* evhttp_uri_get_query(const struct evhttp_uri* uri) {
    return uri->query;
}

const char* evhttp_uri_get_fragment(const struct evhttp_uri* uri) {
    return uri->fragment;
}

}  // extern "C"
