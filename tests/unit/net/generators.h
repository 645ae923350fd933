// SPDX-License-Identifier: BSD-3-Clause
// Inputs for property tests: the same ones in every run. Used by the tests of this room.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <string>

namespace evlet_test {

// xorshift64: good enough to visit many shapes, and reproducible.
class Generator {
public:
    explicit Generator(uint64_t seed) : state_(seed) {}
    uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }
    size_t below(size_t limit) { return static_cast<size_t>(next() >> 11) % limit; }
    bool one_in(size_t n) { return below(n) == 0; }
    char pick(const char* alphabet) { return alphabet[below(strlen(alphabet))]; }

    std::string text(const char* alphabet, size_t longest) {
        std::string result;
        for (size_t count = below(longest + 1); count > 0; --count)
            result += pick(alphabet);
        return result;
    }

    std::string decimal_octet() { return std::to_string(below(one_in(8) ? 400 : 256)); }

    std::string ipv4() {
        std::string result = decimal_octet();
        for (size_t parts = one_in(16) ? below(6) : 3; parts > 0; --parts)
            result += "." + decimal_octet();
        return result;
    }

    // Groups, perhaps with "::" in some place, perhaps with a dotted end.
    std::string ipv6() {
        std::string result;
        const size_t groups = one_in(3) ? 8 : below(10);
        const size_t gap = below(12);
        for (size_t i = 0; i < groups; ++i) {
            if (i > 0)
                result += ":";
            if (i == gap)
                result += i > 0 ? ":" : "::";
            result += one_in(3) ? "0" : text("0123456789abcdefABCDEF", one_in(8) ? 5 : 4);
        }
        if (gap == groups)
            result += "::";
        if (one_in(4))
            result += (result.empty() || result.back() == ':' ? "" : ":") + ipv4();
        return result;
    }

    // The text with a character changed, inserted or removed now and then.
    std::string damaged(std::string original, const char* alphabet) {
        if (!one_in(3))
            return original;
        const size_t place = below(original.size() + 1);
        if (one_in(2))
            original.insert(place, 1, pick(alphabet));
        else if (place < original.size())
            original.erase(place, 1);
        return original;
    }

private:
    uint64_t state_;
};

}  // namespace evlet_test
