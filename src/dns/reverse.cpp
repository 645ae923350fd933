// SPDX-License-Identifier: BSD-3-Clause
#include "dns/reverse.h"

#include <string.h>

#include "base/text.h"

namespace evlet::dns {

void write_reverse_ipv4(const uint8_t* bytes, char (&ret_text)[kReverseTextSize]) {
    char* at = ret_text;
    for (int i = 3; i >= 0; --i) {
        const PortText number(bytes[i]);
        const size_t size = strlen(number.text);
        memcpy(at, number.text, size);
        at += size;
        *at++ = '.';
    }
    memcpy(at, "in-addr.arpa", sizeof "in-addr.arpa");
}

void write_reverse_ipv6(const uint8_t* bytes, char (&ret_text)[kReverseTextSize]) {
    constexpr char kDigits[] = "0123456789abcdef";
    char* at = ret_text;
    for (int i = 15; i >= 0; --i) {
        *at++ = kDigits[bytes[i] & 15];
        *at++ = '.';
        *at++ = kDigits[bytes[i] >> 4];
        *at++ = '.';
    }
    memcpy(at, "ip6.arpa", sizeof "ip6.arpa");
}

}  // namespace evlet::dns
