// SPDX-License-Identifier: BSD-3-Clause
#include "ws/frame.h"

#include <string.h>

namespace evlet::ws {
namespace {

constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kReserved = 0x70;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kLength16 = 126;
constexpr uint8_t kLength64 = 127;

uint64_t read_number(const uint8_t* bytes, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i)
        value = value << 8 | bytes[i];
    return value;
}

bool is_known(uint8_t opcode) {
    return opcode <= kBinary || (opcode >= kClose && opcode <= kPong);
}

}  // namespace

Header parse_header(const uint8_t* bytes, size_t size, Frame* ret_frame) {
    if (size < 2)
        return Header::more;
    const uint8_t opcode = bytes[0] & 15;
    const uint8_t short_length = bytes[1] & 0x7f;
    const bool final = (bytes[0] & kFinal) != 0;
    if ((bytes[0] & kReserved) || !is_known(opcode) ||
        (is_control(opcode) && (!final || short_length > kMostControl)))
        return Header::bad;
    const size_t extra = short_length == kLength16 ? 2 : short_length == kLength64 ? 8 : 0;
    const bool masked = (bytes[1] & kMasked) != 0;
    const size_t header = 2 + extra + (masked ? kMaskSize : 0);
    if (size < header)
        return Header::more;
    const uint64_t length = extra ? read_number(bytes + 2, extra) : short_length;
    // The shortest form, and no sign bit.
    if ((extra == 2 && length < kLength16) || (extra == 8 && length <= UINT16_MAX) ||
        length > INT64_MAX)
        return Header::bad;
    *ret_frame = {length, opcode, static_cast<uint8_t>(header), {}, final, masked};
    if (masked)
        memcpy(ret_frame->mask, bytes + 2 + extra, kMaskSize);
    return Header::good;
}

size_t write_header(const Frame& frame, uint8_t* to) {
    const uint8_t masked = frame.masked ? kMasked : 0;
    to[0] = static_cast<uint8_t>((frame.final ? kFinal : 0) | frame.opcode);
    size_t extra = 0;
    if (frame.length < kLength16) {
        to[1] = static_cast<uint8_t>(masked | frame.length);
    } else {
        extra = frame.length <= UINT16_MAX ? 2 : 8;
        to[1] = static_cast<uint8_t>(masked | (extra == 2 ? kLength16 : kLength64));
    }
    for (size_t i = 0; i < extra; ++i)
        to[2 + i] = static_cast<uint8_t>(frame.length >> (8 * (extra - 1 - i)));
    if (!frame.masked)
        return 2 + extra;
    memcpy(to + 2 + extra, frame.mask, kMaskSize);
    return 2 + extra + kMaskSize;
}

void apply_mask(const uint8_t (&mask)[kMaskSize], size_t offset, const uint8_t* from, uint8_t* to,
                size_t size) {
    uint8_t turned[8];
    for (size_t i = 0; i < sizeof turned; ++i)
        turned[i] = mask[(offset + i) % kMaskSize];
    uint64_t wide;
    memcpy(&wide, turned, sizeof wide);
    size_t i = 0;
    for (; size - i >= sizeof wide; i += sizeof wide) {
        uint64_t word;
        memcpy(&word, from + i, sizeof word);
        word ^= wide;
        memcpy(to + i, &word, sizeof word);
    }
    for (; i < size; ++i)
        to[i] = static_cast<uint8_t>(from[i] ^ turned[i % sizeof turned]);
}

}  // namespace evlet::ws
