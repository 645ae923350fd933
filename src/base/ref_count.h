// SPDX-License-Identifier: BSD-3-Clause
// How many owners share an object that has no lock of its own, such as a block of data that hangs
// in several buffers. Starts at one with init(); the owner whose drop() answers true frees it.
#pragma once

#include "evlet_config.h"

#if EVLET_THREADS
#include <atomic>
#endif

namespace evlet {

class RefCount {
public:
    void init() { set(1); }
#if EVLET_THREADS
    void add() { count_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] bool drop() { return count_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
    [[nodiscard]] bool unique() const { return count_.load(std::memory_order_acquire) == 1; }

private:
    void set(unsigned value) { count_.store(value, std::memory_order_relaxed); }
    std::atomic<unsigned> count_;
#else
    void add() { ++count_; }
    [[nodiscard]] bool drop() { return --count_ == 0; }
    [[nodiscard]] bool unique() const { return count_ == 1; }

private:
    void set(unsigned value) { count_ = value; }
    unsigned count_;
#endif
};

}  // namespace evlet
