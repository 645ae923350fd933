// SPDX-License-Identifier: BSD-3-Clause
// Answers of a nameserver, and what is read out of them. Used by the tests of answer_data.h.
#pragma once

#include "dns/answer_data.h"
#include "mem/mem.h"
#include "packets.h"

namespace evlet_test {

// The ttl of an outcome that was not touched.
constexpr uint32_t kUntouched = 0xdeadbeef;

struct Result {
    evlet::dns::Found found;
    unsigned count = 0;
    uint32_t ttl = 0;
    std::string data;         // of addresses
    std::string text = "-";   // of a name
    std::string alias = "-";  // "-": none
};

// A response that has its question at byte 12, and these counts.
inline Packet asked(const std::string& name, unsigned type, unsigned answers,
                    unsigned authorities = 0) {
    Packet packet(0x8180, {1, answers, authorities, 0});
    packet.question(name, type);
    return packet;
}

inline std::string soa(uint32_t minimum) {
    Packet data;
    data.name("ns.example").name("admin.example").u32(1).u32(2).u32(3).u32(4).u32(minimum);
    return {data.bytes.begin(), data.bytes.end()};
}

// Also checks that what is not meant to be touched was not.
inline Result answer(const Packet& packet, const std::string& name, uint16_t type,
                     bool want_alias = false) {
    using namespace evlet::dns;
    Reader reader = packet.reader();
    const Header header = reader.read_header();
    reader.skip_name();
    reader.skip(4);
    Outcome outcome = {};
    outcome.ttl = kUntouched;
    Result result;
    result.found = read_answer(reader, header, name_of(name), type, want_alias, &outcome);
    result.ttl = outcome.ttl;
    result.count = outcome.count;
    if (outcome.data && type == kPtr)
        result.text = static_cast<const char*>(outcome.data);
    else if (outcome.data)
        result.data = {static_cast<const char*>(outcome.data),
                       outcome.count * (type == kA ? 4u : 16u)};
    if (outcome.alias)
        result.alias = outcome.alias;
    evlet::mem::release(outcome.data);
    evlet::mem::release(outcome.alias);
    return result;
}

}  // namespace evlet_test
