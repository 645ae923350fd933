// SPDX-License-Identifier: BSD-3-Clause
#include "net/date.h"

#include <string.h>

namespace evlet {

namespace {

constexpr int64_t kSecondsPerDay = 86400;
constexpr int kDaysPerEra = 146097;      // 400 years of the Gregorian calendar
constexpr int kDaysFromMarch0 = 719468;  // 0000-03-01 to 1970-01-01

[[nodiscard]] bool within(int value, int low, int high) {
    return value >= low && value <= high;
}

char* write_digits(char* next, int value, int count) {
    for (int i = count - 1; i >= 0; --i) {
        next[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return next + count;
}

char* write_text(char* next, const char* text, size_t length) {
    memcpy(next, text, length);
    return next + length;
}

}  // namespace

tm to_utc(Nanos since_1970) {
    int64_t seconds = since_1970 / kNanosPerSecond - (since_1970 % kNanosPerSecond < 0 ? 1 : 0);
    int days = static_cast<int>(seconds / kSecondsPerDay);
    int second_of_day = static_cast<int>(seconds % kSecondsPerDay);
    if (second_of_day < 0) {
        second_of_day += static_cast<int>(kSecondsPerDay);
        --days;
    }
    tm utc;
    memset(&utc, 0, sizeof utc);
    utc.tm_sec = second_of_day % 60;
    utc.tm_min = second_of_day / 60 % 60;
    utc.tm_hour = second_of_day / 3600;
    utc.tm_wday = ((days + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
    // Counted in years that begin in March, so that a leap day is the last of its year.
    const int since_era_0 = days + kDaysFromMarch0;  // positive: the range begins in 1677
    const int era = since_era_0 / kDaysPerEra;
    const int day_of_era = since_era_0 % kDaysPerEra;
    const int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int month = (5 * day_of_year + 2) / 153;  // 0 is March
    utc.tm_mday = day_of_year - (153 * month + 2) / 5 + 1;
    utc.tm_mon = (month + 2) % 12;
    utc.tm_year = era * 400 + year_of_era + (month >= 10 ? 1 : 0) - 1900;
    const int year = utc.tm_year + 1900;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    utc.tm_yday = month >= 10 ? day_of_year - 306 : day_of_year + 59 + (leap ? 1 : 0);
    return utc;
}

Status write_date(const tm& utc, char (&ret_text)[kDateLength]) {
    if (!within(utc.tm_wday, 0, 6) || !within(utc.tm_mday, 1, 31) || !within(utc.tm_mon, 0, 11) ||
        !within(utc.tm_year, -1900, 9999 - 1900) || !within(utc.tm_hour, 0, 23) ||
        !within(utc.tm_min, 0, 59) || !within(utc.tm_sec, 0, 60))
        return Status::invalid;
    char* next = ret_text;
    next = write_text(next, &"SunMonTueWedThuFriSat"[3 * utc.tm_wday], 3);
    next = write_text(next, ", ", 2);
    next = write_digits(next, utc.tm_mday, 2);
    *next++ = ' ';
    next = write_text(next, &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * utc.tm_mon], 3);
    *next++ = ' ';
    next = write_digits(next, utc.tm_year + 1900, 4);
    *next++ = ' ';
    next = write_digits(next, utc.tm_hour, 2);
    *next++ = ':';
    next = write_digits(next, utc.tm_min, 2);
    *next++ = ':';
    next = write_digits(next, utc.tm_sec, 2);
    write_text(next, " GMT", 4);
    return Status::ok;
}

}  // namespace evlet
