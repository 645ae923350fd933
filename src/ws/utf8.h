// SPDX-License-Identifier: BSD-3-Clause
// UTF-8 (RFC 3629), checked piece by piece: no surrogates, nothing above U+10FFFF, no long forms.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace evlet::ws {

class Utf8 {
public:
    void reset() { left_ = 0; }
    // Whether the bytes go on well from those before.
    [[nodiscard]] bool take(const uint8_t* bytes, size_t size);
    // Whether the last character is complete.
    [[nodiscard]] bool complete() const { return left_ == 0; }

private:
    uint8_t left_ = 0;    // continuation bytes that are still to come
    uint8_t lowest_ = 0;  // what the next of them may be
    uint8_t highest_ = 0;
};

[[nodiscard]] inline bool is_utf8(const void* bytes, size_t size) {
    Utf8 checker;
    return checker.take(static_cast<const uint8_t*>(bytes), size) && checker.complete();
}

}  // namespace evlet::ws
