// SPDX-License-Identifier: BSD-3-Clause
// A URI put together: RFC 3986 section 5.3, with the rules of section 3 that keep each part where
// it can be found again.
#include <string.h>

#include "http/uri.h"

namespace evlet::http {
namespace {

// The text is put together twice: without `at`, to see whether it fits, and then to write it.
class Joiner {
public:
    Joiner(char* at, size_t room) : at_(at), room_(room) {}
    Joiner& put(const char* text) {
        const size_t size = strlen(text);
        fits_ = fits_ && size <= room_;
        if (!fits_)
            return *this;
        room_ -= size;
        if (at_) {
            memcpy(at_, text, size);
            at_ += size;
        }
        return *this;
    }
    // With what divides it from its neighbours, if there is such a part.
    Joiner& put(const char* before, const char* part, const char* behind) {
        return part ? put(before).put(part).put(behind) : *this;
    }
    void end() {
        if (at_)
            *at_ = 0;
    }
    [[nodiscard]] bool fits() const { return fits_; }

private:
    char* at_;
    size_t room_;
    bool fits_ = true;
};

void put_uri(Joiner& out, const evhttp_uri& uri) {
    out.put("", uri.scheme, ":");
    if (uri.host || uri.unixsocket)
        out.put("//").put("", uri.userinfo, "@").put("unix:", uri.unixsocket, ":");
    // An IPv6 address whose brackets were stripped; no other host has a colon without them.
    if (uri.host && *uri.host != '[' && strchr(uri.host, ':'))
        out.put("[", uri.host, "]");
    else
        out.put("", uri.host, "");
    if (uri.port >= 0)
        out.put(":", PortText(uri.port).text, "");
    out.put(uri.path).put("?", uri.query, "").put("#", uri.fragment, "");
    out.end();
}

bool is_unix_prefix(const char* text) {
    return strncmp(text, "unix:", sizeof "unix:" - 1) == 0;
}

// Whether the authority reads back as it is.
bool is_authority_sound(const evhttp_uri& uri) {
    if (uri.unixsocket && (uri.host || uri.port >= 0))
        return false;
    if (!uri.unixsocket && !(uri.flags & EVHTTP_URI_UNIX_SOCKET))
        return true;
    if (uri.userinfo && is_unix_prefix(uri.userinfo))
        return false;
    return uri.unixsocket || uri.port < 0 || strcmp(uri.host, "unix") != 0;
}

bool is_sound(const evhttp_uri& uri) {
    const char* const path = uri.path;
    if (uri.host || uri.unixsocket)
        return (!*path || *path == '/') && is_authority_sound(uri);
    if (uri.userinfo || uri.port >= 0 || (path[0] == '/' && path[1] == '/'))
        return false;
    // What is in front of a colon in the first segment would be a scheme (section 4.2).
    return uri.scheme || path[strcspn(path, ":/")] != ':';
}

}  // namespace

bool join_uri(const evhttp_uri& uri, char* to, size_t limit) {
    if (limit == 0 || !is_sound(uri))
        return false;
    Joiner measured(nullptr, limit - 1);
    put_uri(measured, uri);
    if (!measured.fits())
        return false;
    Joiner written(to, limit - 1);
    put_uri(written, uri);
    return true;
}

}  // namespace evlet::http
