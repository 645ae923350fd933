// SPDX-License-Identifier: BSD-3-Clause
// Lines end in CR LF and nothing else: a recipient that takes a bare LF or CR for an end reads
// another message than one that does not (RFC 9112 section 2.2 allows both to refuse).
#include "http/head_scan.h"

namespace evlet::http {
namespace {

// Robustness of RFC 9112 section 2.2: empty lines before a request are skipped, so many bytes at
// most. Before a reply they are none of it: what a client skips may be the end of another reply.
constexpr size_t kMostBefore = 16;

bool is_forbidden(uint8_t c) {
    return (c < ' ' && c != '\t') || c == 0x7f;
}

// An LF behind a CR ends the line.
Scanned end_line(HeadScan& scan, const HeadLimits& limits, Start start) {
    constexpr size_t kEndOfLine = 2;
    const size_t length = scan.scanned - scan.line - kEndOfLine;
    const bool is_first = scan.lines == 0;
    scan.line = scan.scanned;
    if (length) {
        ++scan.lines;
        return scan.lines - (start == Start::none ? 0u : 1u) > limits.count ? Scanned::too_large
                                                                            : Scanned::more;
    }
    if (start == Start::none || !is_first)
        return Scanned::complete;
    if (start == Start::status_line)
        return Scanned::bad;
    scan.start = scan.scanned;
    return scan.start > kMostBefore ? Scanned::bad : Scanned::more;
}

Scanned check_limits(const HeadScan& scan, const HeadLimits& limits) {
    const size_t size = scan.scanned - scan.start;
    if (scan.lines == 0 && size > limits.first_line)
        return Scanned::line_too_large;
    return size > limits.size ? Scanned::too_large : Scanned::more;
}

// Looks at the bytes of one chain.
Scanned scan_piece(HeadScan& scan, const uint8_t* at, size_t size, const HeadLimits& limits,
                   Start start) {
    for (const uint8_t* const end = at + size; at != end; ++at) {
        const uint8_t c = *at;
        ++scan.scanned;
        if (scan.after_cr) {
            if (c != '\n')
                return Scanned::bad;
            scan.after_cr = false;
            const Scanned ended = end_line(scan, limits, start);
            if (ended != Scanned::more)
                return ended;
        } else if (is_forbidden(c)) {
            if (c != '\r')
                return Scanned::bad;
            scan.after_cr = true;
        }
    }
    return Scanned::more;
}

}  // namespace

Scanned scan_head(HeadScan& scan, const evbuffer& buffer, const HeadLimits& limits, Start start) {
    Place at = find_place(buffer, scan.scanned);
    for (; at.chain; at = {at.chain->next, 0}) {
        if (failed(load(*at.chain)))
            return Scanned::bad;
        const size_t size = at.chain->length - at.offset;
        const Scanned outcome =
            scan_piece(scan, at.chain->begin() + at.offset, size, limits, start);
        if (outcome != Scanned::more && outcome != Scanned::complete)
            return outcome;
        const Scanned limit = check_limits(scan, limits);
        if (limit != Scanned::more)
            return limit;
        if (outcome == Scanned::complete)
            return outcome;
    }
    return Scanned::more;
}

}  // namespace evlet::http
