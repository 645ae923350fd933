// SPDX-License-Identifier: BSD-3-Clause
#include "dns/wire.h"

namespace evlet::dns {
namespace {

// The two highest bits of a label's length (RFC 1035 section 4.1.4).
constexpr uint8_t kKind = 0xc0;
constexpr uint8_t kPointer = 0xc0;
// More than a name has labels would be there to keep the reader busy.
constexpr unsigned kMostPointers = kMostName / 2;

}  // namespace

uint16_t Reader::read_u16() {
    if (left() < 2) {
        at_ = fail();
        return 0;
    }
    const uint8_t* const bytes = here();
    at_ += 2;
    return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

uint32_t Reader::read_u32() {
    const uint32_t high = read_u16();
    return high << 16 | read_u16();
}

void Reader::skip(size_t count) {
    at_ = count <= left() ? at_ + count : fail();
}

void Reader::read_name(Name* ret_name) {
    size_t size = 0;
    size_t piece = at_;  // where the labels being read began
    size_t next = at_;   // of these
    size_t behind = 0;   // the name in the packet; 0: no pointer yet
    unsigned pointers = 0;
    for (;;) {
        const uint8_t length = next < size_ ? packet_[next] : kMostLabel + 1;
        if ((length & kKind) == kPointer && size_ - next >= 2) {
            const size_t target = static_cast<size_t>(length & ~kKind) << 8 | packet_[next + 1];
            if (!behind)
                behind = next + 2;
            if (target >= piece || ++pointers > kMostPointers)
                break;
            piece = next = target;
            continue;
        }
        // With the root's byte behind.
        if (length > kMostLabel || size_ - next <= length ||
            size + length + (length ? 2 : 1) > kMostName)
            break;
        memcpy(ret_name->bytes + size, packet_ + next, size_t(1) + length);
        size += size_t(1) + length;
        next += size_t(1) + length;
        if (length == 0) {
            ret_name->size = static_cast<uint8_t>(size);
            at_ = behind ? behind : next;
            return;
        }
    }
    ret_name->size = 1;
    ret_name->bytes[0] = 0;
    at_ = fail();
}

void Reader::skip_name() {
    while (at_ < size_) {
        const uint8_t length = packet_[at_];
        if ((length & kKind) == kPointer)
            return skip(2);
        if (length > kMostLabel)
            break;
        skip(size_t(1) + length);
        if (length == 0)
            return;
    }
    at_ = fail();
}

Header Reader::read_header() {
    Header header;
    header.id = read_u16();
    header.flags = read_u16();
    for (uint16_t& count : header.counts)
        count = read_u16();
    return header;
}

Record Reader::read_record() {
    Record record;
    record.type = read_u16();
    record.dns_class = read_u16();
    record.ttl = read_u32();
    if (record.ttl & 0x80000000)
        record.ttl = 0;
    record.size = read_u16();
    if (record.size > left())
        at_ = fail();
    return record;
}

}  // namespace evlet::dns
