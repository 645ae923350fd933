// SPDX-License-Identifier: BSD-3-Clause
#include "http/uri.h"

namespace evlet::http {

size_t percent_decode(Text text, char* to, bool plus) {
    size_t size = 0;
    for (size_t i = 0; i < text.size; ++i) {
        char c = text[i];
        if (is_encoded_byte(text, i)) {
            c = static_cast<char>(digit_value(text[i + 1]) << 4 | digit_value(text[i + 2]));
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        to[size++] = c;
    }
    return size;
}

}  // namespace evlet::http
