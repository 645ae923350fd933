// SPDX-License-Identifier: BSD-3-Clause
#include "http/paths.h"

#include <string.h>

#include "http/uri.h"
#include "mem/mem.h"

namespace evlet::http {
namespace {

constexpr unsigned kHex = 16;

// The next byte of a path, percent-decoded.
char next_byte(const char*& at) {
    const char c = *at++;
    if (c != '%' || digit_value(at[0]) >= kHex || digit_value(at[1]) >= kHex)
        return c;
    const unsigned value = digit_value(at[0]) * kHex + digit_value(at[1]);
    at += 2;
    return static_cast<char>(value);
}

}  // namespace

bool path_is(const Request& request, const char* path) {
    const evhttp_uri* const uri = request.shown.uri_elems;
    const char* at = uri ? uri->path : nullptr;
    if (!at)
        return false;
    // "http://host" asks for its root (RFC 9110 section 4.2.3).
    if (!*at && uri->scheme)
        at = "/";
    while (*at) {
        // An encoded NUL is no end.
        const char c = next_byte(at);
        if (c == 0 || c != *path++)
            return false;
    }
    return *path == 0;
}

PathCallback** find_path(evhttp& server, const char* path, bool head) {
    for (PathCallback** link = &server.callbacks; *link; link = &(*link)->next) {
        if (((*link)->on_head != nullptr) == head && strcmp((*link)->path, path) == 0)
            return link;
    }
    return nullptr;
}

PathCallback* add_path(evhttp& server, const char* path) {
    const size_t size = strlen(path);
    auto* const entry =
        static_cast<PathCallback*>(mem::allocate_zeroed(sizeof(PathCallback) + size));
    if (!entry)
        return nullptr;
    memcpy(entry->path, path, size);
    entry->next = server.callbacks;
    server.callbacks = entry;
    return entry;
}

void free_paths(evhttp& server) {
    while (PathCallback* const entry = server.callbacks) {
        server.callbacks = entry->next;
        mem::release(entry);
    }
}

}  // namespace evlet::http

using namespace evlet;
using namespace evlet::http;

extern "C" {

int evhttp_set_cb(struct evhttp* http, const char* path, void (*cb)(struct evhttp_request*, void*),
                  void* cb_arg) {
    constexpr int kNoMemory = -2;
    if (find_path(*http, path, false))
        return -1;
    PathCallback* const entry = add_path(*http, path);
    if (!entry)
        return kNoMemory;
    entry->call = cb;
    entry->argument = cb_arg;
    return 0;
}

int evhttp_del_cb(struct evhttp* http, const char* path) {
    PathCallback** const link = find_path(*http, path, false);
    if (!link)
        return -1;
    PathCallback* const entry = *link;
    *link = entry->next;
    mem::release(entry);
    return 0;
}

void evhttp_set_gencb(struct evhttp* http, void (*cb)(struct evhttp_request*, void*), void* arg) {
    http->general = cb;
    http->general_argument = arg;
}

}  // extern "C"
