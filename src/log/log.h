// SPDX-License-Identifier: BSD-3-Clause
// Warnings, errors and debug lines, on their way to the program's log callback or the port's log.
// Called by every room above; names follow the err(3) family: the plain ones append the text of
// errno, those with an x do not.
#pragma once

#include "base/shared.h"
#include "evlet_config.h"

namespace evlet::log {

#define EVLET_PRINTF(format_index, first_argument)                                                 \
    __attribute__((format(printf, format_index, first_argument)))

EVLET_SHARED void warn(const char* format, ...) EVLET_PRINTF(1, 2);
EVLET_SHARED void warnx(const char* format, ...) EVLET_PRINTF(1, 2);
void message(const char* format, ...) EVLET_PRINTF(1, 2);
// The program broke a rule that cannot be survived: logs, then calls the fatal callback, which
// must not return; if it does, or there is none, the port ends the program.
[[noreturn]] void fatal(const char* format, ...) EVLET_PRINTF(1, 2);

#if EVLET_DEBUG
EVLET_SHARED extern bool g_debug_enabled;
EVLET_SHARED void debug_line(const char* format, ...) EVLET_PRINTF(1, 2);
#define EVLET_LOG_DEBUG(...)                                                                       \
    do {                                                                                           \
        if (__builtin_expect(::evlet::log::g_debug_enabled, 0))                                    \
            ::evlet::log::debug_line(__VA_ARGS__);                                                 \
    } while (0)
#else
#define EVLET_LOG_DEBUG(...)                                                                       \
    do {                                                                                           \
    } while (0)
#endif

}  // namespace evlet::log
