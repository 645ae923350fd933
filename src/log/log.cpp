// SPDX-License-Identifier: BSD-3-Clause
// Invariant: the two callbacks are set before other threads use the library, so they are read
// without a lock. A line is cut at kLineSize; it is built on the stack, since logging has to work
// when memory is exhausted.
#include "log/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "event2/event.h"
#include "evlet/port_net.h"
#include "evlet/port_os.h"

namespace evlet::log {

#if EVLET_DEBUG
bool g_debug_enabled;
#endif

namespace {

constexpr int kFatalStatus = 1;
#if EVLET_DEBUG
constexpr size_t kLineSize = 1024;
#else
constexpr size_t kLineSize = 160;
#endif

event_log_cb g_log_callback;
event_fatal_cb g_fatal_callback;

// Kept out of line: the buffer must not sit in the frame of callers that only pass through.
__attribute__((noinline)) void emit(int severity, bool with_error, const char* format,
                                    va_list arguments) {
    const int error = errno;
    char line[kLineSize];
    line[0] = '\0';
    const int length = vsnprintf(line, sizeof line, format, arguments);
    if (with_error && length >= 0 && static_cast<size_t>(length) < sizeof line)
        snprintf(line + length, sizeof line - static_cast<size_t>(length), ": %s",
                 evlet_port_error_text(error));
    if (g_log_callback)
        g_log_callback(severity, line);
    else
        evlet_port_log(severity, line);
    errno = error;
}

[[noreturn]] void end_program() {
    if (g_fatal_callback)
        g_fatal_callback(kFatalStatus);
    evlet_port_fatal(kFatalStatus);
}

}  // namespace

#define EVLET_EMIT(severity, with_error)              \
    va_list arguments;                                \
    va_start(arguments, format);                      \
    emit(severity, with_error, format, arguments);    \
    va_end(arguments)

void warn(const char* format, ...) {
    EVLET_EMIT(EVENT_LOG_WARN, true);
}

void warnx(const char* format, ...) {
    EVLET_EMIT(EVENT_LOG_WARN, false);
}

void message(const char* format, ...) {
    EVLET_EMIT(EVENT_LOG_MSG, false);
}

void fatal(const char* format, ...) {
    EVLET_EMIT(EVENT_LOG_ERR, false);
    end_program();
}

#if EVLET_DEBUG
void debug_line(const char* format, ...) {
    EVLET_EMIT(EVENT_LOG_DEBUG, false);
}
#endif

}  // namespace evlet::log

using namespace evlet;

extern "C" {

void event_set_log_callback(event_log_cb callback) {
    log::g_log_callback = callback;
}

void event_set_fatal_callback(event_fatal_cb callback) {
    log::g_fatal_callback = callback;
}

void event_enable_debug_logging(ev_uint32_t which) {
#if EVLET_DEBUG
    log::g_debug_enabled = which != EVENT_DBG_NONE;
#else
    (void)which;
#endif
}

// Declared by no header: code made by event_rpcgen.py declares and calls these two itself.
__attribute__((visibility("default"))) void event_warn(const char* format, ...) EVLET_PRINTF(1, 2);
__attribute__((visibility("default"))) void event_warnx(const char* format, ...) EVLET_PRINTF(1, 2);

void event_warn(const char* format, ...) {
    using log::emit;
    EVLET_EMIT(EVENT_LOG_WARN, true);
}

void event_warnx(const char* format, ...) {
    using log::emit;
    EVLET_EMIT(EVENT_LOG_WARN, false);
}

}  // extern "C"
