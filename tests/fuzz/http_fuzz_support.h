// SPDX-License-Identifier: BSD-3-Clause
// What the fuzz targets of HTTP share: a head that comes in pieces.
#pragma once

#include <event2/buffer.h>

#include <cstdlib>

#include "http/head.h"
#include "http/head_scan.h"

namespace evlet_test {

inline void require(bool condition) {
    if (!condition)
        abort();
}

// Scans the bytes in pieces of `step`, and at once; both have to say the same.
inline evlet::http::Scanned scan(const uint8_t* data, size_t size, size_t step,
                                 evlet::http::Start start, evlet::http::HeadScan* ret_scan) {
    using namespace evlet::http;
    const HeadLimits limits = {4096, 512, 16};
    evbuffer* const buffer = evbuffer_new();
    HeadScan scan = {};
    Scanned outcome = Scanned::more;
    for (size_t at = 0; at < size && outcome == Scanned::more; at += step) {
        evbuffer_add(buffer, data + at, size - at < step ? size - at : step);
        outcome = scan_head(scan, *buffer, limits, start);
    }
    evbuffer_free(buffer);
    require(scan.scanned <= size);
    require(outcome != Scanned::complete || scan.start < scan.scanned);
    *ret_scan = scan;
    return outcome;
}

}  // namespace evlet_test
