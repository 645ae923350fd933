// SPDX-License-Identifier: BSD-3-Clause
#include "dns/wire.h"

namespace evlet::dns {
namespace {

constexpr size_t kFarthest = 0x3fff;  // that a pointer reaches
constexpr uint16_t kPointer = 0xc000;
constexpr size_t kNowhere = 0;  // the header is there, never a name

}  // namespace

// Where `size` bytes go, or null.
uint8_t* Writer::room(size_t size) {
    if (!ok_ || capacity_ - size_ < size) {
        ok_ = false;
        return nullptr;
    }
    uint8_t* const at = packet_ + size_;
    size_ += size;
    return at;
}

void Writer::put_u16(uint16_t value) {
    if (uint8_t* const at = room(2)) {
        at[0] = static_cast<uint8_t>(value >> 8);
        at[1] = static_cast<uint8_t>(value);
    }
}

void Writer::put_u32(uint32_t value) {
    put_u16(static_cast<uint16_t>(value >> 16));
    put_u16(static_cast<uint16_t>(value));
}

void Writer::put_bytes(const void* bytes, size_t size) {
    uint8_t* const at = room(size);
    if (at && size)
        memcpy(at, bytes, size);
}

// Whether the name at `offset`, which was written here, is this one, without regard to case.
bool Writer::is_at(size_t offset, const uint8_t* suffix) const {
    for (;;) {
        while ((packet_[offset] & 0xc0) == 0xc0)
            offset = static_cast<size_t>(packet_[offset] & 0x3f) << 8 | packet_[offset + 1];
        const size_t length = packet_[offset];
        if (length != *suffix)
            return false;
        if (length == 0)
            return true;
        for (size_t i = 1; i <= length; ++i) {
            if (to_lower(static_cast<char>(packet_[offset + i])) !=
                to_lower(static_cast<char>(suffix[i])))
                return false;
        }
        offset += 1 + length;
        suffix += 1 + length;
    }
}

size_t Writer::find_suffix(const uint8_t* suffix, size_t count) const {
    for (size_t i = 0; i < count; ++i) {
        if (is_at(offsets_[i], suffix))
            return offsets_[i];
    }
    return kNowhere;
}

void Writer::put_name(const Name& name) {
    const uint8_t* label = name.bytes;
    const size_t whole = suffixes_;  // those of this name are not
    while (ok_ && *label) {
        const size_t known = find_suffix(label, whole);
        if (known != kNowhere)
            return put_u16(static_cast<uint16_t>(kPointer | known));
        const size_t at = size_;
        put_bytes(label, size_t(1) + *label);
        if (ok_ && at <= kFarthest && suffixes_ < kMostSuffixes)
            offsets_[suffixes_++] = static_cast<uint16_t>(at);
        label += size_t(1) + *label;
    }
    put_bytes(label, 1);
}

void Writer::put_header(const Header& header) {
    put_u16(header.id);
    put_u16(header.flags);
    for (const uint16_t count : header.counts)
        put_u16(count);
}

void Writer::put_record(const Name& name, uint16_t type, uint16_t dns_class, uint32_t ttl) {
    put_name(name);
    put_u16(type);
    put_u16(dns_class);
    put_u32(ttl);
}

size_t Writer::begin_data() {
    put_u16(0);
    return size_;
}

void Writer::end_data(size_t begin) {
    if (ok_)
        patch_u16(begin - 2, static_cast<uint16_t>(size_ - begin));
}

void Writer::patch_u16(size_t at, uint16_t value) {
    if (at + 2 <= size_) {
        packet_[at] = static_cast<uint8_t>(value >> 8);
        packet_[at + 1] = static_cast<uint8_t>(value);
    }
}

void Writer::rewind(size_t size) {
    size_ = size;
    ok_ = true;
    while (suffixes_ && offsets_[suffixes_ - 1] >= size)
        --suffixes_;
}

}  // namespace evlet::dns
