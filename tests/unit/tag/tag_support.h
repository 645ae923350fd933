// SPDX-License-Identifier: BSD-3-Clause
// What the tests of tagged data share: buffers with bytes given as hexadecimal digits.
#pragma once

#include <event2/buffer.h>
#include <event2/tag.h>

#include <string.h>

#include <memory>
#include <string>
#include <vector>

#include "doctest.h"

namespace evlet_test {

inline std::string hex_of(const std::string& bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += text.empty() ? "" : " ";
        text += kDigits[byte / 16];
        text += kDigits[byte % 16];
    }
    return text;
}

inline std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (size_t at = 0; at < hex.size(); at += 3)
        bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    return bytes;
}

// A buffer. Its bytes may come in chains of `piece` bytes each, of which each is a block of its own,
// so that a checker of memory sees what reads behind one.
class Buffer {
public:
    Buffer() : buffer_(evbuffer_new()) { REQUIRE(buffer_); }
    explicit Buffer(const std::string& hex, size_t piece = SIZE_MAX) : Buffer() {
        const std::string bytes = bytes_of(hex);
        for (size_t at = 0; at < bytes.size(); at += piece) {
            piece = piece < bytes.size() - at ? piece : bytes.size() - at;
            blocks_.push_back(std::make_unique<char[]>(piece));
            char* const block = blocks_.back().get();
            memcpy(block, bytes.data() + at, piece);
            REQUIRE(evbuffer_add_reference(buffer_, block, piece, nullptr, nullptr) == 0);
        }
    }
    ~Buffer() { evbuffer_free(buffer_); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    operator evbuffer*() const { return buffer_; }
    [[nodiscard]] std::string hex() const {
        std::string bytes(evbuffer_get_length(buffer_), '?');
        evbuffer_copyout(buffer_, bytes.data(), bytes.size());
        return hex_of(bytes);
    }
    [[nodiscard]] size_t length() const { return evbuffer_get_length(buffer_); }

private:
    evbuffer* buffer_;
    std::vector<std::unique_ptr<char[]>> blocks_;
};

}  // namespace evlet_test
