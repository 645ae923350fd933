/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parsing with c-ares: addresses and times alone, no hostent.
 */
#include <ares.h>
#include <netdb.h>
#include <stddef.h>

#include "dns_answer.h"

static unsigned parse(const unsigned char *packet, size_t size) {
    struct ares_addrttl addresses[DNS_ANSWER_MOST];
    int count = DNS_ANSWER_MOST;
    return ares_parse_a_reply(packet, (int)size, NULL, addresses, &count) == ARES_SUCCESS
               ? (unsigned)count
               : 0;
}

#include "dnsparse.h"
