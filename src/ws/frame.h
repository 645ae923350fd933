// SPDX-License-Identifier: BSD-3-Clause
// The header of a frame (RFC 6455 section 5.2) and masking. Called by receive.cpp, send.cpp and the
// fuzz target.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace evlet::ws {

enum Opcode : uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10,
};

constexpr size_t kMostHeader = 14;
constexpr size_t kMaskSize = 4;
constexpr size_t kMostControl = 125;

struct Frame {
    uint64_t length;  // of the payload
    uint8_t opcode;
    uint8_t header_size;
    uint8_t mask[kMaskSize];
    bool final;
    bool masked;
};

enum class Header : uint8_t {
    more,  // bytes are missing
    good,
    bad,  // reserved bits, unknown opcode, a length that is not the shortest, a control frame that
          // is long or a fragment
};

// Takes a header apart; the output is complete only if it is good.
[[nodiscard]] Header parse_header(const uint8_t* bytes, size_t size, Frame* ret_frame);
// Writes one into kMostHeader bytes; its size.
size_t write_header(const Frame& frame, uint8_t* to);

// Applies a mask (section 5.3), which undoes it too. `offset` is that of the first byte in the
// payload.
void apply_mask(const uint8_t (&mask)[kMaskSize], size_t offset, const uint8_t* from, uint8_t* to,
                size_t size);

[[nodiscard]] inline bool is_control(uint8_t opcode) {
    return (opcode & 8) != 0;
}

}  // namespace evlet::ws
