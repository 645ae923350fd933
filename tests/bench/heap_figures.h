/* SPDX-License-Identifier: BSD-3-Clause */
/* What heap.h finds out. Loads read it in memory that they share with a server. */
#ifndef EVLET_BENCH_HEAP_FIGURES_H
#define EVLET_BENCH_HEAP_FIGURES_H

#include <stddef.h>

struct heap_figures {
    size_t live_bytes;
    size_t peak_bytes;
    size_t requests; /* calls that asked for memory, */
    size_t programs; /* of which the program made so many for itself: see heap_aside() */
};

#endif
