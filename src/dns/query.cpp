// SPDX-License-Identifier: BSD-3-Clause
// Questions (RFC 1035 section 4.1.2), with EDNS0 (RFC 6891).
#include "dns/base.h"

namespace evlet::dns {

void mix_case(evdns_base& base, Name& name) {
    uint8_t bits = 0;
    unsigned left = 0;
    for (size_t at = 0; at < name.size; ++at) {
        uint8_t& byte = name.bytes[at];
        if (!is_letter(static_cast<char>(byte)))
            continue;
        if (left == 0) {
            bits = random_byte(base);
            left = 8;
        }
        byte = static_cast<uint8_t>((byte & ~0x20) | (bits & 1) << 5);
        bits = static_cast<uint8_t>(bits >> 1);
        --left;
    }
}

size_t write_query(const evdns_request& request, uint16_t udp_size,
                   uint8_t (&ret_packet)[kMostQuery]) {
    // No more than that is nothing to tell a server.
    const bool extended = udp_size > kClassicSize && !request.plain;
    Writer writer(ret_packet, sizeof ret_packet);
    writer.put_header(
        {request.id, kRecursionDesired, {1, 0, 0, static_cast<uint16_t>(extended ? 1 : 0)}});
    writer.put_name(request.name);
    writer.put_u16(request.type);
    writer.put_u16(kInternet);
    if (extended) {
        const Name root = {1, {0}};
        writer.put_record(root, kOpt, udp_size, 0);
        writer.put_u16(0);
    }
    return writer.size();
}

}  // namespace evlet::dns
