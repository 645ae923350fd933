// SPDX-License-Identifier: BSD-3-Clause
// Encoding and decoding of text: shells over escape.cpp and percent.cpp.
#include "event2/http.h"
#include "http/escape.h"
#include "http/uri.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::http;

namespace {

// Decodes "+" from `plus_from` on, an index.
char* decode(Text text, size_t plus_from, size_t* ret_size) {
    auto* const decoded = static_cast<char*>(mem::allocate(text.size + 1));
    if (!decoded)
        return nullptr;
    size_t size = percent_decode(text.before(plus_from), decoded, false);
    size += percent_decode(text.from(plus_from), decoded + size, true);
    decoded[size] = 0;
    if (ret_size)
        *ret_size = size;
    return decoded;
}

}  // namespace

extern "C" {

char* evhttp_encode_uri(const char* str) {
    return percent_encode(Text(str), false);
}

char* evhttp_uriencode(const char* str, ev_ssize_t size, int space_to_plus) {
    const Text text = size < 0 ? Text(str) : Text(str, static_cast<size_t>(size));
    return percent_encode(text, space_to_plus != 0);
}

char* evhttp_decode_uri(const char* uri) {
    const Text text(uri);
    return decode(text, text.find('?'), nullptr);
}

char* evhttp_uridecode(const char* uri, int decode_plus, size_t* size_out) {
    const Text text(uri);
    return decode(text, decode_plus ? 0 : text.size, size_out);
}

char* evhttp_htmlescape(const char* html) {
    return escape_html(Text(html));
}

}  // extern "C"
