// SPDX-License-Identifier: BSD-3-Clause
#include "http/chunk.h"

#include "http/fields.h"

namespace evlet::http {
namespace {

constexpr unsigned kHex = 16;

// Takes BWS (RFC 9110 section 5.6.3), a token or a quoted-string (section 5.6.4) off the front.
class Reader {
public:
    explicit Reader(Text text) : rest_(text) {}
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    // Whether there were any.
    bool skip_blanks() {
        const size_t before = rest_.size;
        while (rest_.size && (rest_[0] == ' ' || rest_[0] == '\t'))
            rest_ = rest_.from(1);
        return rest_.size != before;
    }
    [[nodiscard]] bool take(char c) {
        if (rest_.empty() || rest_[0] != c)
            return false;
        rest_ = rest_.from(1);
        return true;
    }
    [[nodiscard]] bool take_token() {
        size_t size = 0;
        while (size < rest_.size && is_token_char(rest_[size]))
            ++size;
        rest_ = rest_.from(size);
        return size > 0;
    }
    // Behind its opening quote. Control bytes have been refused before.
    [[nodiscard]] bool take_quoted() {
        for (size_t i = 0; i < rest_.size; ++i) {
            if (rest_[i] == '\\') {
                ++i;
            } else if (rest_[i] == '"') {
                rest_ = rest_.from(i + 1);
                return true;
            }
        }
        return false;
    }

private:
    Text rest_;
};

// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
bool are_extensions(Text text) {
    Reader reader(text);
    while (!reader.at_end()) {
        reader.skip_blanks();
        if (!reader.take(';'))
            return false;
        reader.skip_blanks();
        if (!reader.take_token())
            return false;
        const bool blanks = reader.skip_blanks();
        if (!reader.take('=')) {
            // Blanks are allowed before what follows, and nothing does.
            if (blanks && reader.at_end())
                return false;
            continue;
        }
        reader.skip_blanks();
        if (!(reader.take('"') ? reader.take_quoted() : reader.take_token()))
            return false;
    }
    return true;
}

bool has_control(Text text) {
    for (size_t i = 0; i < text.size; ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

}  // namespace

int64_t parse_chunk_line(Text line) {
    int64_t size = 0;
    size_t digits = 0;
    while (digits < line.size && digit_value(line[digits]) < kHex) {
        if (size > (INT64_MAX >> 4))
            return -1;
        size = (size << 4) | static_cast<int64_t>(digit_value(line[digits]));
        ++digits;
    }
    const Text rest = line.from(digits);
    if (digits == 0 || has_control(rest) || !are_extensions(rest))
        return -1;
    return size;
}

}  // namespace evlet::http
