// SPDX-License-Identifier: BSD-3-Clause
// Dates as HTTP and mail write them. Called by api_text.cpp and by the HTTP server.
#pragma once

#include <stddef.h>
#include <time.h>

#include "base/shared.h"
#include "base/status.h"
#include "base/time.h"

namespace evlet {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), always as long as that.
constexpr size_t kDateLength = 29;

// Broken-down UTC time of a moment since 1970, in years 1678 to 2262, whatever the width of
// time_t.
[[nodiscard]] EVLET_SHARED tm to_utc(Nanos since_1970);

// Without a NUL. `invalid` for a time that no calendar has, or a year of more than four digits.
EVLET_SHARED Status write_date(const tm& utc, char (&ret_text)[kDateLength]);

}  // namespace evlet
