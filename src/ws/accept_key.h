// SPDX-License-Identifier: BSD-3-Clause
// The proof that a server has read a handshake (RFC 6455 section 4.2.2): SHA-1 (RFC 3174) of the
// key and a fixed text, in base64 (RFC 4648). Nothing secret depends on either.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

namespace evlet::ws {

constexpr size_t kSha1Size = 20;
constexpr size_t kKeyBytes = 16;

constexpr size_t base64_size(size_t bytes) {
    return (bytes + 2) / 3 * 4;
}
constexpr size_t kKeySize = base64_size(kKeyBytes);
constexpr size_t kAcceptSize = base64_size(kSha1Size);

void sha1(const void* bytes, size_t size, uint8_t (&ret_digest)[kSha1Size]);
// Writes base64_size(size) characters.
void write_base64(const uint8_t* bytes, size_t size, char* to);

// Whether it is what stands for 16 bytes.
[[nodiscard]] bool is_key(Text text);
// The answer to a key, with a NUL.
void make_accept(Text key, char (&ret_text)[kAcceptSize + 1]);

}  // namespace evlet::ws
