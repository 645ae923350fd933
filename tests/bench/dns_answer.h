/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers of the DNS benchmarks: a question with A records behind it, in C and C++.
 */
#ifndef EVLET_BENCH_DNS_ANSWER_H
#define EVLET_BENCH_DNS_ANSWER_H

#include <stddef.h>
#include <string.h>

enum { DNS_ANSWER_MOST = 60, DNS_ANSWER_SIZE = 1500 };

/* Makes an answer of the query in `packet`, which has one question, and room. The size. */
static inline size_t dns_answer(unsigned char *packet, unsigned addresses) {
    static const unsigned char record[16] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 0};
    size_t size = 12;
    unsigned i;

    while (packet[size] != 0)
        size += packet[size] + 1u;
    size += 5;
    packet[2] = 0x85; /* an answer, with authority */
    packet[3] = 0x80;
    memset(packet + 6, 0, 6);
    packet[7] = (unsigned char)addresses;
    for (i = 0; i < addresses; ++i, size += sizeof record) {
        memcpy(packet + size, record, sizeof record);
        packet[size + sizeof record - 1] = (unsigned char)(i + 1);
    }
    return size;
}

#endif
