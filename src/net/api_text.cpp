// SPDX-License-Identifier: BSD-3-Clause
// Text that does not depend on the locale: words, numbers, dates, formatting.
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/shell.h"
#include "base/text.h"
#include "event2/util.h"
#include "evlet/port_os.h"
#include "net/date.h"

using namespace evlet;

extern "C" {

int evutil_ascii_strcasecmp(const char* str1, const char* str2) {
    return compare_ignoring_case(str1, str2, SIZE_MAX);
}

int evutil_ascii_strncasecmp(const char* str1, const char* str2, size_t n) {
    return compare_ignoring_case(str1, str2, n);
}

ev_int64_t evutil_strtoll(const char* s, char** endptr, int base) {
    const Number number = parse_number(s, base);
    if (endptr)
        *endptr = const_cast<char*>(number.end);
    if (number.outcome == NumberOutcome::out_of_range)
        errno = ERANGE;
    else if (number.outcome == NumberOutcome::bad_base)
        errno = EINVAL;
    return number.value;
}

int evutil_vsnprintf(char* buf, size_t buflen, const char* format, va_list ap) {
    // Some C libraries refuse a size that an int does not hold.
    const int length = vsnprintf(buf, buflen > INT_MAX ? INT_MAX : buflen, format, ap);
    if (length < 0 && buflen > 0)
        buf[0] = '\0';
    return length;
}

int evutil_snprintf(char* buf, size_t buflen, const char* format, ...) {
    va_list ap;
    va_start(ap, format);
    const int length = evutil_vsnprintf(buf, buflen, format, ap);
    va_end(ap);
    return length;
}

int evutil_date_rfc1123(char* date, const size_t datelen, const struct tm* tm) {
    char text[kDateLength];
    const Status status = write_date(tm ? *tm : to_utc(evlet_port_wall_ns()), text);
    if (failed(status))
        return to_result(status);
    if (datelen > 0) {
        const size_t length = datelen <= kDateLength ? datelen - 1 : kDateLength;
        memcpy(date, text, length);
        date[length] = '\0';
    }
    return static_cast<int>(kDateLength);
}

#ifndef evutil_gettimeofday
// Where <sys/time.h> has no gettimeofday() for the macro to name.
int evutil_gettimeofday(struct timeval* tv, struct timezone*) {
    if (!tv)
        return to_result(Status::invalid);
    *tv = to_timeval(evlet_port_wall_ns());
    return 0;
}
#endif

}  // extern "C"
