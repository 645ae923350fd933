// SPDX-License-Identifier: BSD-3-Clause
// Ids, ports and case from the system's entropy, some bytes at a time. That there is any has been
// asked when the base was made; if it fails later the program ends (evutil_secure_rng_get_bytes):
// what can be guessed is never sent.
#include "dns/base.h"
#include "event2/util.h"

namespace evlet::dns {

uint8_t random_byte(evdns_base& base) {
    if (base.random_left == 0) {
        evutil_secure_rng_get_bytes(base.random, sizeof base.random);
        base.random_left = sizeof base.random;
    }
    return base.random[--base.random_left];
}

uint16_t random_u16(evdns_base& base) {
    const unsigned high = random_byte(base);
    return static_cast<uint16_t>(high << 8 | random_byte(base));
}

}  // namespace evlet::dns
