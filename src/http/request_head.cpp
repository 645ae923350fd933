// SPDX-License-Identifier: BSD-3-Clause
// What a server requires of a request before anybody looks at it: RFC 9112 sections 3 and 5. The
// request's block has, behind the structure: the fields, the target taken apart, the host taken
// apart, the target as text, the peer's address.
#include "http/request_head.h"

#include <string.h>

#include "http/fields.h"
#include "http/head.h"
#include "http/methods.h"
#include "http/status_text.h"
#include "http/uri.h"

namespace evlet::http {
namespace {

constexpr size_t kUriRoom = sizeof(evhttp_uri) + uri_room(0) + alignof(evhttp_uri);

char* align(char* at) {
    constexpr size_t kMask = alignof(evhttp_uri) - 1;
    return reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(at) + kMask) & ~kMask);
}

char* place_text(char*& room, Text text) {
    char* const placed = room;
    memcpy(placed, text.data, text.size);
    placed[text.size] = 0;
    room += text.size + 1;
    return placed;
}

evhttp_uri& place_uri(char*& room, size_t text_size) {
    char* const placed = align(room);
    room = placed + sizeof(evhttp_uri) + uri_room(text_size);
    return *reinterpret_cast<evhttp_uri*>(placed);
}

// The four forms of RFC 9112 section 3.2.
bool parse_target(evhttp_uri& uri, Text target, ev_uint32_t type) {
    if (type == EVHTTP_REQ_CONNECT)
        return parse_authority(uri, target) && uri.host && uri.port >= 0;
    if (target[0] == '/')
        return parse_path_target(uri, target);
    if (target.size == 1 && target[0] == '*') {
        make_asterisk(uri);
        return type == EVHTTP_REQ_OPTIONS;
    }
    return parse_absolute_target(uri, target);
}

// RFC 9112 section 3.2: exactly one Host in HTTP/1.1, and a valid one. `optional`: or none.
bool check_host(Request& request, char*& room, bool optional) {
    const evkeyval* const field = find_field(request.input_fields.tqh_first, "Host");
    if (!field)
        return optional;
    const Text value(field->value);
    evhttp_uri& host = place_uri(room, value.size);
    if (find_field(field->next.tqe_next, "Host") || !parse_authority(host, value))
        return false;
    // That of an absolute target counts instead.
    if (!request.shown.host_cache && host.host && *host.host)
        request.shown.host_cache = host.host;
    return true;
}

// RFC 9110 section 10.1.1: the only expectation there is.
int check_expectation(Request& request) {
    const evkeyval* const field = find_field(request.input_fields.tqh_first, "Expect");
    if (!field || !request.at_least_11)
        return 0;
    request.expects_continue = same_name(field->value, "100-continue");
    return request.expects_continue ? 0 : HTTP_EXPECTATIONFAILED;
}

}  // namespace

Request* make_received_request(Text head, unsigned lines, Text peer) {
    // Target and host are there twice.
    const size_t extra = 2 * head.size + fields_room(0, lines) + 2 * kUriRoom + peer.size + 4;
    Request* const request = make_request(extra);
    if (!request)
        return nullptr;
    request->block_end = reinterpret_cast<char*>(request + 1) + extra;
    request->shown.kind = EVHTTP_REQUEST;
    // Until it is known better: what is refused ends the connection.
    request->wants_close = true;
    return request;
}

int fill_request(Request& request, Text head, Text peer, size_t target_limit,
                 evhttp_ext_method_cb more_methods,
                 bool (*may_lack_host)(ev_uint32_t type, Text target)) {
    evhttp_request& shown = request.shown;
    shown.headers_size = head.size;
    char* room = reinterpret_cast<char*>(&request + 1);
    RequestLine line = {{"", 0}, {"", 0}, {1, 1}};
    const int refused = parse_request_line(take_line(head), &line);
    shown.major = line.version.major;
    shown.minor = line.version.minor;
    if (refused)
        return refused;
    request.at_least_11 = line.version.at_least_11();
    const bool fields_good = parse_fields(head, request.input_fields, room);
    evhttp_uri& target = place_uri(room, line.target.size);
    const Method method = find_method(line.method, more_methods);
    shown.type = static_cast<evhttp_cmd_type>(method.type);
    request.is_head = method.type == EVHTTP_REQ_HEAD;
    const bool target_good = parse_target(target, line.target, method.type);
    if (target_good)
        shown.host_cache = target.host && *target.host ? target.host : nullptr;
    const bool host_good = check_host(
        request, room,
        !request.at_least_11 || (may_lack_host && may_lack_host(method.type, line.target)));
    shown.uri = place_text(room, line.target);
    shown.remote_host = place_text(room, peer);
    if (line.target.size > target_limit)
        return kUriTooLong;
    if (!fields_good || !target_good || !host_good)
        return HTTP_BADREQUEST;
    shown.uri_elems = &target;
    request.wants_close = says_close(request.input_fields, request.at_least_11);
    if (!method.type)
        return HTTP_NOTIMPLEMENTED;
    return check_expectation(request);
}

}  // namespace evlet::http
