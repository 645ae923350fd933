// SPDX-License-Identifier: BSD-3-Clause
#include "ws/utf8.h"

namespace evlet::ws {

bool Utf8::take(const uint8_t* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) {
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
