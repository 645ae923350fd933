// SPDX-License-Identifier: BSD-3-Clause
#include "http/uri.h"

#include <errno.h>
#include <string.h>

#include "http/fields.h"
#include "mem/mem.h"

namespace evlet::http {
namespace {

constexpr uint32_t kMostPort = 65535;

bool begins_with(Text text, Text start) {
    return text.size >= start.size && memcmp(text.data, start.data, start.size) == 0;
}

// Cuts off what is in front of `size`.
Text take(Text& text, size_t size) {
    const Text front = text.before(size);
    text = text.from(size);
    return front;
}

// Puts parts behind the structure, each with its NUL. There are seven at most.
class Parts {
public:
    Parts(evhttp_uri& uri, Text text, unsigned flags)
        : uri_(uri), at_(reinterpret_cast<char*>(&uri + 1)) {
        memset(&uri, 0, sizeof uri);
        uri.flags = flags;
        uri.port = -1;
        uri.end = at_ + uri_room(text.size);
        // The empty path of a URI that has none.
        uri.path = uri.end - 1;
        *uri.path = 0;
    }
    char* put(Text text) {
        char* const part = at_;
        memcpy(part, text.data, text.size);
        part[text.size] = 0;
        at_ += text.size + 1;
        return part;
    }
    bool read_authority(Text& rest);
    bool read_host_and_port(Text text);
    bool read_path_and_behind(Text rest);
    bool read_target(Text rest);

private:
    bool read_unix_socket(Text& rest);

    evhttp_uri& uri_;
    char* at_;
};

// host [ ":" port ]; a port without digits is none.
bool Parts::read_host_and_port(Text text) {
    const bool bracketed = !text.empty() && text[0] == '[';
    const size_t bracket = bracketed ? text.find(']') : 0;
    if (bracketed && bracket == text.size)
        return false;
    const Text host = take(text, bracketed ? bracket + 1 : text.find(':'));
    if (!is_host(host))
        return false;
    uint32_t port;
    if (text.size > 1) {
        if (!parse_decimal(text.from(1), kMostPort, &port))
            return false;
        uri_.port = static_cast<int>(port);
    }
    if (!text.empty() && text[0] != ':')
        return false;
    uri_.host = put(kept_host(host, uri_.flags));
    return true;
}

// "unix:" path ":", and at most a path behind it.
bool Parts::read_unix_socket(Text& rest) {
    take(rest, sizeof "unix:" - 1);
    const Text socket = take(rest, rest.find(':'));
    if (rest.empty() || !is_unix_socket(socket))
        return false;
    uri_.unixsocket = put(socket);
    take(rest, 1);
    return find_any(rest, "/?#") == 0 || rest.empty();
}

// [ userinfo "@" ] host [ ":" port ], up to where a path can begin.
bool Parts::read_authority(Text& rest) {
    const bool unix_sockets = uri_.flags & EVHTTP_URI_UNIX_SOCKET;
    const Text unix_start("unix:");
    if (unix_sockets && begins_with(rest, unix_start))
        return read_unix_socket(rest);
    Text authority = rest.before(find_any(rest, "/?#"));
    const size_t at = authority.find('@');
    if (at != authority.size) {
        const Text userinfo = take(rest, at);
        if (!is_userinfo(userinfo))
            return false;
        uri_.userinfo = put(userinfo);
        take(rest, 1);
        authority = authority.from(at + 1);
        if (unix_sockets && begins_with(rest, unix_start))
            return read_unix_socket(rest);
    }
    take(rest, authority.size);
    return read_host_and_port(authority);
}

// path [ "?" query ], of bytes that browsers send.
bool Parts::read_target(Text rest) {
    for (size_t i = 0; i < rest.size; ++i) {
        const char c = rest[i];
        if (c < '!' || c > '~' || c == '#' || (c == '%' && !is_encoded_byte(rest, i)))
            return false;
    }
    const Text path = take(rest, rest.find('?'));
    uri_.path = put(path);
    if (!rest.empty())
        uri_.query = put(rest.from(1));
    return true;
}

// path [ "?" query ] [ "#" fragment ]
bool Parts::read_path_and_behind(Text rest) {
    const Text path = take(rest, find_any(rest, "?#"));
    if (!is_path(path, uri_.flags))
        return false;
    uri_.path = put(path);
    if (!rest.empty() && rest[0] == '?') {
        take(rest, 1);
        const Text query = take(rest, rest.find('#'));
        if (!is_query(query, uri_.flags))
            return false;
        uri_.query = put(query);
    }
    if (rest.empty())
        return true;
    const Text fragment = rest.from(1);
    if (!is_fragment(fragment, uri_.flags))
        return false;
    uri_.fragment = put(fragment);
    return true;
}

}  // namespace

bool parse_uri(evhttp_uri& uri, Text text, unsigned flags) {
    Parts parts(uri, text, flags);
    // A colon in the first segment can only end a scheme (RFC 3986 section 4.2).
    const size_t end = find_any(text, ":/?#");
    if (end < text.size && text[end] == ':') {
        const Text scheme = take(text, end);
        if (!is_scheme(scheme))
            return false;
        uri.scheme = parts.put(scheme);
        take(text, 1);
    }
    if (begins_with(text, Text("//"))) {
        take(text, 2);
        if (!parts.read_authority(text))
            return false;
    }
    return parts.read_path_and_behind(text);
}

evhttp_uri* make_uri(Text text, unsigned flags) {
    auto* const uri =
        static_cast<evhttp_uri*>(mem::allocate(sizeof(evhttp_uri) + uri_room(text.size)));
    if (!uri || parse_uri(*uri, text, flags))
        return uri;
    mem::release(uri);
    errno = EINVAL;
    return nullptr;
}

bool parse_authority(evhttp_uri& uri, Text text) {
    Parts parts(uri, text, 0);
    return parts.read_host_and_port(text) && (*uri.host || text.empty());
}

bool parse_path_target(evhttp_uri& uri, Text text) {
    Parts parts(uri, text, 0);
    return !text.empty() && text[0] == '/' && parts.read_target(text);
}

bool parse_absolute_target(evhttp_uri& uri, Text text) {
    Parts parts(uri, text, 0);
    const Text scheme = take(text, text.find(':'));
    if ((!same_name(scheme, Text("http")) && !same_name(scheme, Text("https"))) ||
        !begins_with(text, Text("://")))
        return false;
    uri.scheme = parts.put(scheme);
    take(text, sizeof "://" - 1);
    const Text authority = take(text, find_any(text, "/?"));
    return parts.read_host_and_port(authority) && *uri.host && parts.read_target(text);
}

void make_asterisk(evhttp_uri& uri) {
    Parts parts(uri, {"*", 1}, 0);
    uri.path = parts.put({"*", 1});
}

void clear_uri(evhttp_uri& uri) {
    constexpr char* evhttp_uri::*kParts[] = {
        &evhttp_uri::scheme, &evhttp_uri::userinfo, &evhttp_uri::host,    &evhttp_uri::unixsocket,
        &evhttp_uri::path,   &evhttp_uri::query,    &evhttp_uri::fragment};
    for (char* evhttp_uri::*part : kParts)
        replace_part(uri, part, nullptr);
}

void replace_part(evhttp_uri& uri, char* evhttp_uri::*part, char* text) {
    const auto first = reinterpret_cast<uintptr_t>(&uri);
    const auto old = reinterpret_cast<uintptr_t>(uri.*part);
    if (old < first || old >= reinterpret_cast<uintptr_t>(uri.end))
        mem::release(uri.*part);
    uri.*part = text;
}

}  // namespace evlet::http
