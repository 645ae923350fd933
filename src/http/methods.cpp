// SPDX-License-Identifier: BSD-3-Clause
#include "http/methods.h"

#include <string.h>

namespace evlet::http {
namespace {

// In the order of their bits, each with its NUL; an empty one ends the list.
constexpr char kNames[] = "GET\0POST\0HEAD\0PUT\0DELETE\0OPTIONS\0TRACE\0CONNECT\0PATCH\0"
                          "PROPFIND\0PROPPATCH\0MKCOL\0LOCK\0UNLOCK\0COPY\0MOVE\0";

// Those whose requests usually have a body.
constexpr ev_uint32_t kWithBody = EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH;

Method known(const char* name, ev_uint32_t type) {
    const bool has_body = (type & kWithBody) != 0;
    return {Text(name), type, static_cast<ev_uint16_t>(has_body ? EVHTTP_METHOD_HAS_BODY : 0)};
}

bool is_single_bit_above(ev_uint32_t type) {
    return type > EVHTTP_REQ_MAX && (type & (type - 1)) == 0;
}

constexpr size_t kLongestName = 31;

}  // namespace

Method find_method(Text name, evhttp_ext_method_cb more) {
    ev_uint32_t type = 1;
    for (const char* at = kNames; *at; at += strlen(at) + 1, type <<= 1) {
        if (strlen(at) == name.size && memcmp(at, name.data, name.size) == 0)
            return known(at, type);
    }
    char terminated[kLongestName + 1];
    if (more && name.size <= kLongestName) {
        memcpy(terminated, name.data, name.size);
        terminated[name.size] = 0;
        evhttp_ext_method found = {terminated, 0, 0};
        if (more(&found) == 0 && is_single_bit_above(found.type))
            return {name, found.type, found.flags};
    }
    return {Text("", 0), 0, 0};
}

Method find_method(ev_uint32_t type, evhttp_ext_method_cb more) {
    ev_uint32_t bit = 1;
    for (const char* at = kNames; *at; at += strlen(at) + 1, bit <<= 1) {
        if (bit == type)
            return known(at, type);
    }
    evhttp_ext_method found = {nullptr, type, 0};
    if (more && more(&found) == 0 && found.method)
        return {Text(found.method), type, found.flags};
    return {Text("", 0), 0, 0};
}

}  // namespace evlet::http
