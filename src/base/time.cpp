// SPDX-License-Identifier: BSD-3-Clause
#include "base/time.h"

namespace evlet {
namespace {

Nanos multiply_saturated(int64_t count, Nanos unit) {
    Nanos product;
    if (__builtin_mul_overflow(count, unit, &product))
        return count < 0 ? INT64_MIN : kForever;
    return product;
}

}  // namespace

Nanos from_timeval(const timeval& tv) {
    return add_saturated(multiply_saturated(tv.tv_sec, kNanosPerSecond),
                         multiply_saturated(tv.tv_usec, kNanosPerMicro));
}

timeval to_timeval(Nanos ns) {
    Nanos seconds = ns / kNanosPerSecond;
    Nanos rest = ns % kNanosPerSecond;
    if (rest < 0) {
        rest += kNanosPerSecond;
        --seconds;
    }
    timeval tv;
    using Seconds = decltype(tv.tv_sec);
    if (sizeof(Seconds) < sizeof(Nanos)) {
        // A 32-bit time_t stays at its ends.
        if (seconds > INT32_MAX)
            return {static_cast<Seconds>(INT32_MAX), 999999};
        if (seconds < INT32_MIN)
            return {static_cast<Seconds>(INT32_MIN), 0};
    }
    tv.tv_sec = static_cast<Seconds>(seconds);
    tv.tv_usec = static_cast<decltype(tv.tv_usec)>(static_cast<int32_t>(rest) / 1000);
    return tv;
}

int to_wait_milliseconds(Nanos ns, int limit) {
    if (ns < 0)
        return -1;
    if (ns >= limit * kNanosPerMilli)
        return limit;
    return static_cast<int>((ns + kNanosPerMilli - 1) / kNanosPerMilli);
}

}  // namespace evlet
