/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Durations in microseconds, counted in buckets that double: any number of samples in fixed
 * memory, percentiles right to a factor of two. Used by watch-timing.c.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#define HISTOGRAM_BUCKETS 32

struct histogram {
    /* Bucket 0 counts 0 us; bucket k counts 2^(k-1) us to 2^k - 1 us, the last one whatever is
     * above. */
    unsigned long buckets[HISTOGRAM_BUCKETS];
    unsigned long count;
    unsigned long max_us; /* exact */
};

/* Counts one sample; a negative one counts as 0. `histogram` starts out zeroed. */
void histogram_add(struct histogram *histogram, long long us);

/* What `percent` (1 to 100) of the samples do not exceed, in microseconds; 0 without samples. */
unsigned long histogram_percentile(const struct histogram *histogram, unsigned percent);

/* Prints a line of percentiles, and a line for each bucket between the first and last used. */
void histogram_print(const struct histogram *histogram, const char *title);

#endif
