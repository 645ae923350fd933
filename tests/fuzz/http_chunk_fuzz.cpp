// SPDX-License-Identifier: BSD-3-Clause
// Lines that begin a chunk, beside a reading of the size that takes its time.
#include <cstdlib>
#include <string>

#include "http/chunk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string line(reinterpret_cast<const char*>(data), size);
    const int64_t chunk = evlet::http::parse_chunk_line({line.data(), line.size()});
    std::string digits = line.substr(0, line.find_first_not_of("0123456789abcdefABCDEF"));
    const size_t significant = digits.find_first_not_of('0');
    digits = significant == std::string::npos ? "" : digits.substr(significant);
    const bool has_digits = !line.empty() && isxdigit(static_cast<unsigned char>(line[0]));
    const bool fits = digits.size() < 16 || (digits.size() == 16 && digits[0] < '8');
    if (chunk >= 0) {
        const auto value = digits.empty() ? 0 : strtoull(digits.c_str(), nullptr, 16);
        if (!has_digits || !fits || value != static_cast<unsigned long long>(chunk))
            abort();
        if (line.find_first_of("\r\n") != std::string::npos)
            abort();
    } else if (has_digits && fits &&
               line.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos) {
        abort();
    }
    return 0;
}
