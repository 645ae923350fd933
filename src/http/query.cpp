// SPDX-License-Identifier: BSD-3-Clause
#include "http/query.h"

#include "http/fields.h"
#include "http/uri.h"

namespace evlet::http {
namespace {

Status add_pair(evkeyvalq& pairs, Text name, Text value) {
    const Status status = add_field(pairs, name, value);
    if (failed(status))
        return status;
    char* const placed = last_field(pairs).value;
    placed[percent_decode(value, placed, true)] = 0;
    return Status::ok;
}

}  // namespace

Status parse_query(evkeyvalq& pairs, Text query, bool lenient) {
    while (!query.empty()) {
        const size_t size = query.find('&');
        const Text pair = query.before(size);
        query = query.from(size < query.size ? size + 1 : size);
        const size_t name_size = pair.find('=');
        const bool has_value = name_size < pair.size;
        if (!lenient && (!has_value || name_size == 0))
            return Status::invalid;
        if (name_size == 0)
            continue;
        const Text value = pair.from(has_value ? name_size + 1 : name_size);
        const Status status = add_pair(pairs, pair.before(name_size), value);
        if (failed(status))
            return status;
    }
    return Status::ok;
}

}  // namespace evlet::http
