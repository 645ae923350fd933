// SPDX-License-Identifier: BSD-3-Clause
#include "ws/utf8.h"

#include <string.h>

namespace evlet::ws {
namespace {

// How many bytes at the beginning are surely ASCII; looked at by words.
size_t ascii_size(const uint8_t* bytes, size_t size) {
    size_t count = 0;
    for (uintptr_t word; size - count >= sizeof word; count += sizeof word) {
        memcpy(&word, bytes + count, sizeof word);
        if (word & (UINTPTR_MAX / 0xff * 0x80))
            break;
    }
    return count;
}

}  // namespace

bool Utf8::take(const uint8_t* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) {
        if (!left_) {
            i += ascii_size(bytes + i, size - i);
            if (i == size)
                break;
        }
        const uint8_t c = bytes[i];
        if (left_) {
            if (c < lowest_ || c > highest_)
                return false;
            --left_;
            lowest_ = 0x80;
            highest_ = 0xbf;
        } else if (c >= 0x80) {
            if (c < 0xc2 || c > 0xf4)
                return false;
            // RFC 3629 section 4: the second byte is limited behind some first ones.
            left_ = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
            lowest_ = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
            highest_ = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        }
    }
    return true;
}

}  // namespace evlet::ws
