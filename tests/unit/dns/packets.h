// SPDX-License-Identifier: BSD-3-Clause
// Packets put together byte by byte, so that they may also be wrong, and names to compare. Used by
// the tests of what needs no loop.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "dns/wire.h"

namespace evlet_test {

inline evlet::Text text_of(const std::string& text) {
    return {text.data(), text.size()};
}

// The name that a text stands for; the root's for what is no name.
inline evlet::dns::Name name_of(const std::string& text) {
    evlet::dns::Name name;
    if (!evlet::dns::parse_name(text_of(text), &name))
        name = {1, {0}};
    return name;
}

inline std::string shown(const evlet::dns::Name& name) {
    char text[evlet::dns::kNameTextSize];
    const size_t size = evlet::dns::write_name(name, text);
    return {text, size};
}

// 4 * 63 labels' bytes do not fit into a name: this is the longest there is, 255 bytes on the wire.
inline std::string longest_name() {
    const std::string label(63, 'x');
    return label + "." + label + "." + label + "." + std::string(61, 'x');
}

class Packet {
public:
    Packet() = default;
    // A header with these counts.
    Packet(uint16_t flags, std::initializer_list<unsigned> counts) {
        u16(0x1234).u16(flags);
        for (const unsigned count : counts)
            u16(count);
        while (bytes.size() < evlet::dns::kHeaderSize)
            u16(0);
    }

    Packet& u8(unsigned value) {
        bytes.push_back(static_cast<uint8_t>(value));
        return *this;
    }
    Packet& u16(unsigned value) { return u8(value >> 8).u8(value); }
    Packet& u32(uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
    Packet& raw(const std::string& text) {
        bytes.insert(bytes.end(), text.begin(), text.end());
        return *this;
    }
    Packet& label(const std::string& text) {
        return u8(static_cast<unsigned>(text.size())).raw(text);
    }
    // Without compression.
    Packet& name(const std::string& text) {
        const evlet::dns::Name name = name_of(text);
        bytes.insert(bytes.end(), name.bytes, name.bytes + name.size);
        return *this;
    }
    Packet& pointer(size_t target) { return u16(0xc000 | static_cast<unsigned>(target)); }
    Packet& question(const std::string& text, unsigned type) {
        return name(text).u16(type).u16(evlet::dns::kInternet);
    }
    // What follows the owner's name.
    Packet& record(unsigned type, uint32_t ttl, const std::string& data,
                   unsigned dns_class = evlet::dns::kInternet) {
        return u16(type).u16(dns_class).u32(ttl).u16(static_cast<unsigned>(data.size())).raw(data);
    }
    [[nodiscard]] size_t size() const { return bytes.size(); }
    // Of exactly these bytes, so that a sanitizer sees a read behind them.
    [[nodiscard]] evlet::dns::Reader reader() const { return {bytes.data(), bytes.size()}; }

    std::vector<uint8_t> bytes;
};

// A name as the data of a record.
inline std::string wire(const std::string& text) {
    const evlet::dns::Name name = name_of(text);
    return {reinterpret_cast<const char*>(name.bytes), name.size};
}

inline std::string pointer_to(size_t target) {
    return {static_cast<char>(0xc0 | target >> 8), static_cast<char>(target)};
}

}  // namespace evlet_test
