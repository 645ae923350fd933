/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parsing benchmark, included at the end of each dnsparse_*: an answer with 60 addresses is
 * read, from the bytes of the packet to an array of addresses with the time they may be kept. An
 * operation is one packet. One variant, "a60".
 */
#ifndef EVLET_BENCH_DNSPARSE_H
#define EVLET_BENCH_DNSPARSE_H

#include "bench.h"
#include "dns_answer.h"

static const char *const variant_names[] = {"a60", NULL};

int main(int count, char **arguments) {
    static unsigned char packet[DNS_ANSWER_SIZE] =
        "\0\7\1\0\0\1\0\0\0\0\0\0\3www\7example\4test\0\0\1\0\1";
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    const size_t size = dns_answer(packet, DNS_ANSWER_MOST);
    struct bench_moment start;
    uint64_t i;

    start = bench_now();
    for (i = 0; i < operations; ++i) {
        if (parse(packet, size) != DNS_ANSWER_MOST) {
            fprintf(stderr, "the answer was not read\n");
            return 1;
        }
    }
    bench_report(operations, start);
    return 0;
}

#endif
