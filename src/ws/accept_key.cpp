// SPDX-License-Identifier: BSD-3-Clause
#include "ws/accept_key.h"

#include <string.h>

namespace evlet::ws {
namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kFixed[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kBlock = 64;

uint32_t rotate(uint32_t value, unsigned by) {
    return value << by | value >> (32 - by);
}

uint32_t read_word(const uint8_t* at) {
    return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
           static_cast<uint32_t>(at[2]) << 8 | at[3];
}

// RFC 3174 section 6.1.
void process(uint32_t (&state)[5], const uint8_t* block) {
    uint32_t words[80];
    for (size_t i = 0; i < 16; ++i)
        words[i] = read_word(block + 4 * i);
    for (size_t i = 16; i < 80; ++i)
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (size_t i = 0; i < 80; ++i) {
        uint32_t mixed, constant;
        if (i < 20) {
            mixed = (b & c) | (~b & d);
            constant = 0x5a827999;
        } else if (i < 40) {
            mixed = b ^ c ^ d;
            constant = 0x6ed9eba1;
        } else if (i < 60) {
            mixed = (b & c) | (b & d) | (c & d);
            constant = 0x8f1bbcdc;
        } else {
            mixed = b ^ c ^ d;
            constant = 0xca62c1d6;
        }
        const uint32_t next = rotate(a, 5) + mixed + e + words[i] + constant;
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

}  // namespace

void sha1(const void* bytes, size_t size, uint8_t (&ret_digest)[kSha1Size]) {
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const auto* at = static_cast<const uint8_t*>(bytes);
    size_t left = size;
    for (; left >= kBlock; left -= kBlock, at += kBlock)
        process(state, at);
    uint8_t block[kBlock] = {};
    if (left)
        memcpy(block, at, left);
    block[left] = 0x80;
    if (left >= kBlock - 8) {
        process(state, block);
        memset(block, 0, sizeof block);
    }
    const uint64_t bits = static_cast<uint64_t>(size) * 8;
    for (size_t i = 0; i < 8; ++i)
        block[kBlock - 1 - i] = static_cast<uint8_t>(bits >> (8 * i));
    process(state, block);
    for (size_t i = 0; i < kSha1Size; ++i)
        ret_digest[i] = static_cast<uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
}

void write_base64(const uint8_t* bytes, size_t size, char* to) {
    for (size_t i = 0; i < size; i += 3) {
        const uint32_t second = i + 1 < size ? bytes[i + 1] : 0;
        const uint32_t third = i + 2 < size ? bytes[i + 2] : 0;
        const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 | second << 8 | third;
        *to++ = kBase64[group >> 18];
        *to++ = kBase64[group >> 12 & 63];
        *to++ = i + 1 < size ? kBase64[group >> 6 & 63] : '=';
        *to++ = i + 2 < size ? kBase64[group & 63] : '=';
    }
}

bool is_key(Text text) {
    constexpr size_t kDigits = kKeySize - 2;
    if (text.size != kKeySize || text[kDigits] != '=' || text[kDigits + 1] != '=')
        return false;
    for (size_t i = 0; i < kDigits; ++i) {
        if (!text[i] || !strchr(kBase64, text[i]))
            return false;
    }
    return true;
}

void make_accept(Text key, char (&ret_text)[kAcceptSize + 1]) {
    char joined[kKeySize + sizeof kFixed - 1];
    memcpy(joined, key.data, kKeySize);
    memcpy(joined + kKeySize, kFixed, sizeof kFixed - 1);
    uint8_t digest[kSha1Size];
    sha1(joined, sizeof joined, digest);
    write_base64(digest, kSha1Size, ret_text);
    ret_text[kAcceptSize] = 0;
}

}  // namespace evlet::ws
