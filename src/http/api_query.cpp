// SPDX-License-Identifier: BSD-3-Clause
// Queries taken apart: shells over query.cpp.
#include "base/shell.h"
#include "event2/http.h"
#include "http/fields.h"
#include "http/query.h"
#include "http/uri.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::http;

namespace {

// `query` is nullptr if there is none.
int fill(evkeyvalq& pairs, const char* query, unsigned flags) {
    reset(pairs);
    const Status status =
        query ? parse_query(pairs, Text(query), flags & EVHTTP_URI_QUERY_NONCONFORMANT)
              : Status::ok;
    if (failed(status))
        clear_fields(pairs);
    return to_result(status);
}

}  // namespace

extern "C" {

int evhttp_parse_query(const char* uri, struct evkeyvalq* headers) {
    reset(*headers);
    evhttp_uri* const parsed = make_uri(Text(uri), 0);
    if (!parsed)
        return -1;
    const int result = fill(*headers, parsed->query, 0);
    mem::release(parsed);
    return result;
}

int evhttp_parse_query_str(const char* uri, struct evkeyvalq* headers) {
    return fill(*headers, uri, 0);
}

int evhttp_parse_query_str_flags(const char* uri, struct evkeyvalq* headers, unsigned flags) {
    const int result = fill(*headers, uri, flags);
    if (flags & EVHTTP_URI_QUERY_LAST_VAL)
        keep_last_values(*headers);
    return result;
}

}  // extern "C"
