// SPDX-License-Identifier: BSD-3-Clause
// struct evhttp_uri: a URI taken apart by RFC 3986. Called by the shells in api_uri.cpp and
// api_uri_set.cpp, and by the server for request targets.
//
// The strings lie in the block that the URI was parsed into, or, once they were set, in blocks of
// their own: a string is freed by itself exactly if it is not between the URI and `end`.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "event2/http.h"

struct evhttp_uri {
    unsigned flags;  // EVHTTP_URI_*
    int port;        // -1: none
    char* scheme;    // each is null where the URI has no such part, but the path
    char* userinfo;
    char* host;
    char* unixsocket;
    char* path;
    char* query;
    char* fragment;
    char* end;  // of the block that was parsed into
};

namespace evlet::http {

// How many bytes behind a struct evhttp_uri parse_uri() may write for a text of this size.
constexpr size_t uri_room(size_t text_size) {
    return text_size + 8;  // a NUL for each part, of which some take the place of a delimiter
}

// Takes `text` apart into `uri`, whose strings go to the uri_room(text.size) bytes right behind the
// structure. A URI or a relative reference, with EVHTTP_URI_* flags. False if it is neither; `uri`
// then holds nothing to free.
[[nodiscard]] bool parse_uri(evhttp_uri& uri, Text text, unsigned flags);
// The target of a request in origin form, absolute-path [ "?" query ] (RFC 9112 section 3.2.1),
// into `uri` likewise: two slashes at the front do not make an authority, and there is no fragment.
// Takes all visible ASCII characters as they are, since browsers leave "[]" and others of them
// unencoded in a path or query; a "%" has to be followed by two hexadecimal digits.
[[nodiscard]] bool parse_path_target(evhttp_uri& uri, Text text);
// A target in absolute-form (RFC 9112 section 3.2.2) with the scheme http or https, into `uri`
// likewise. User information in one is a disguise (RFC 9110 section 4.2.4), and a fragment is no
// part of a target: both are refused.
[[nodiscard]] bool parse_absolute_target(evhttp_uri& uri, Text text);
// The target of a request about the server as a whole (RFC 9112 section 3.2.4).
void make_asterisk(evhttp_uri& uri);
// The same as parse_uri() with a block of its own, or nullptr with errno set. Freed by clear_uri()
// and mem::release().
[[nodiscard]] evhttp_uri* make_uri(Text text, unsigned flags);
// host[:port], as in the target of CONNECT and the Host field (RFC 9110 section 7.2), into `uri`
// likewise. The host may be empty only if the whole text is.
[[nodiscard]] bool parse_authority(evhttp_uri& uri, Text text);

// Whether a part is what parse_uri() takes for it, with EVHTTP_URI_* flags where they matter.
[[nodiscard]] bool is_scheme(Text text);
[[nodiscard]] bool is_userinfo(Text text);
[[nodiscard]] bool is_host(Text text);  // an IP literal is in brackets
[[nodiscard]] bool is_unix_socket(Text text);
[[nodiscard]] bool is_path(Text text, unsigned flags);
[[nodiscard]] bool is_query(Text text, unsigned flags);
[[nodiscard]] bool is_fragment(Text text, unsigned flags);
// What the host of a URI with these flags is kept as: EVHTTP_URI_HOST_STRIP_BRACKETS.
[[nodiscard]] Text kept_host(Text host, unsigned flags);

// Where one of these characters is first, or the size.
[[nodiscard]] size_t find_any(Text text, const char* wanted);

// Frees the strings that were set, not the structure.
void clear_uri(evhttp_uri& uri);
// Puts a block of its own, or nullptr, in place of a string, which is freed if it was set.
void replace_part(evhttp_uri& uri, char* evhttp_uri::*part, char* text);

// Writes a URI with its NUL, unless that takes more than `limit` bytes or would read as another
// one.
[[nodiscard]] bool join_uri(const evhttp_uri& uri, char* to, size_t limit);

// Whether there is a "%" with two hexadecimal digits at an index (RFC 3986 section 2.1).
[[nodiscard]] inline bool is_encoded_byte(Text text, size_t at) {
    constexpr unsigned kHex = 16;
    return text.size - at > 2 && text[at] == '%' && digit_value(text[at + 1]) < kHex &&
           digit_value(text[at + 2]) < kHex;
}
// Undoes percent-encoding in place or elsewhere (`to` has room for text.size bytes); "+" becomes a
// space if `plus`. An ill-formed "%" stays. The length of the result.
size_t percent_decode(Text text, char* to, bool plus);

}  // namespace evlet::http
