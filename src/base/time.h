// SPDX-License-Identifier: BSD-3-Clause
// Time inside Evlet: signed 64-bit nanoseconds. Everybody who takes or gives a timeval converts
// here, at the API's edge; arithmetic saturates, so that "for ever" stays in the future.
#pragma once

#include <stdint.h>
#include <sys/time.h>

#include "base/shared.h"

namespace evlet {

using Nanos = int64_t;

constexpr Nanos kNanosPerSecond = 1000000000;
constexpr Nanos kNanosPerMicro = 1000;
constexpr Nanos kNanosPerMilli = 1000000;
constexpr Nanos kForever = INT64_MAX;

[[nodiscard]] inline Nanos add_saturated(Nanos a, Nanos b) {
    Nanos sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b < 0 ? INT64_MIN : kForever;
    return sum;
}

// Any timeval, also one that is negative or not normalised; clamped to the range of Nanos.
[[nodiscard]] EVLET_SHARED Nanos from_timeval(const timeval& tv);

// Rounds down to a whole microsecond; tv_usec is in [0, 999999] for negative times too.
[[nodiscard]] EVLET_SHARED timeval to_timeval(Nanos ns);

// Rounded up, as a wait has to be, and clamped to `limit` milliseconds; negative (for ever) is -1.
[[nodiscard]] int to_wait_milliseconds(Nanos ns, int limit);

}  // namespace evlet
