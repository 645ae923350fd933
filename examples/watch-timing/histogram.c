/* SPDX-License-Identifier: BSD-3-Clause */
#include "histogram.h"

#include <stdio.h>

#define BAR_WIDTH 40UL

/* The largest value of a bucket. */
static unsigned long upper_bound(unsigned bucket) {
    return (1UL << bucket) - 1;
}

void histogram_add(struct histogram *histogram, long long us) {
    unsigned long value = us < 0 ? 0 : us > 0x7fffffff ? 0x7fffffffUL : (unsigned long)us;
    unsigned bucket = 0;
    while (bucket < HISTOGRAM_BUCKETS - 1 && upper_bound(bucket) < value)
        bucket++;
    histogram->buckets[bucket]++;
    histogram->count++;
    if (histogram->max_us < value)
        histogram->max_us = value;
}

unsigned long histogram_percentile(const struct histogram *histogram, unsigned percent) {
    /* The rank of the sample that is asked for, rounded up; in an order that cannot overflow. */
    unsigned long rank =
        histogram->count / 100 * percent + (histogram->count % 100 * percent + 99) / 100;
    unsigned long seen = 0;
    unsigned bucket;
    for (bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen >= rank && seen > 0)
            break;
    }
    if (bucket == HISTOGRAM_BUCKETS || upper_bound(bucket) > histogram->max_us)
        return histogram->max_us;
    return upper_bound(bucket);
}

void histogram_print(const struct histogram *histogram, const char *title) {
    unsigned first = 0, last = HISTOGRAM_BUCKETS - 1, bucket;
    printf("%s: %lu samples, p50 %lu us, p90 %lu us, p99 %lu us, max %lu us\n", title,
           histogram->count, histogram_percentile(histogram, 50),
           histogram_percentile(histogram, 90), histogram_percentile(histogram, 99),
           histogram->max_us);
    if (histogram->count == 0)
        return;
    while (histogram->buckets[first] == 0)
        first++;
    while (histogram->buckets[last] == 0)
        last--;
    for (bucket = first; bucket <= last; bucket++) {
        unsigned long count = histogram->buckets[bucket];
        /* Divided before it is multiplied where the product might not fit. */
        unsigned long bar = histogram->count > 1000000 ? count / (histogram->count / BAR_WIDTH)
                                                       : count * BAR_WIDTH / histogram->count;
        printf("  up to %10lu us %8lu ", upper_bound(bucket), count);
        while (bar-- > 0)
            putchar('#');
        putchar('\n');
    }
}
