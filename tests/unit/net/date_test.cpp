// SPDX-License-Identifier: BSD-3-Clause
// evutil_date_rfc1123 and the calendar behind it.
#include <event2/util.h>
#include <locale.h>
#include <stdlib.h>

#include <string>

#include "doctest.h"
#include "generators.h"
#include "net/date.h"

using namespace evlet_test;
using evlet::kNanosPerSecond;

namespace {

tm november_1994() {
    tm date;
    memset(&date, 0, sizeof date);
    date.tm_year = 94;
    date.tm_mon = 10;
    date.tm_mday = 6;
    date.tm_hour = 8;
    date.tm_min = 49;
    date.tm_sec = 37;
    date.tm_wday = 0;
    return date;
}

std::string written(const tm& date) {
    char text[40];
    return evutil_date_rfc1123(text, sizeof text, &date) < 0 ? "refused" : text;
}

std::string written_at(int64_t seconds) {
    return written(evlet::to_utc(seconds * kNanosPerSecond));
}

}  // namespace

TEST_CASE("a_date_is_written_as_http_wants_it") {
    CHECK(written(november_1994()) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("a_date_is_cut_to_its_room_and_the_whole_length_returned") {
    const tm date = november_1994();
    const std::string whole = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (size_t room = 0; room <= 40; ++room) {
        char text[42];
        memset(text, 'x', sizeof text);
        CHECK(evutil_date_rfc1123(text, room, &date) == 29);
        const std::string expected = whole.substr(0, room == 0 ? 0 : room - 1);
        if (room > 0)
            CHECK(std::string(text) == expected);
        for (size_t i = room == 0 ? 0 : expected.size() + 1; i < sizeof text; ++i)
            CHECK(text[i] == 'x');
    }
}

TEST_CASE("a_null_buffer_is_allowed_without_room") {
    const tm date = november_1994();
    CHECK(evutil_date_rfc1123(nullptr, 0, &date) == 29);
}

TEST_CASE("the_locale_does_not_change_a_date") {
    const std::string before = setlocale(LC_ALL, nullptr);
    for (const char* name : {"de_DE.UTF-8", "ja_JP.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) {
        setlocale(LC_ALL, name);  // where it is not installed the test is weaker, not wrong
        CHECK(written(november_1994()) == "Sun, 06 Nov 1994 08:49:37 GMT");
    }
    setlocale(LC_ALL, before.c_str());
}

TEST_CASE("dates_behind_2038_are_right_whatever_the_width_of_time_t") {
    CHECK(written_at(INT64_C(2147483647)) == "Tue, 19 Jan 2038 03:14:07 GMT");
    CHECK(written_at(INT64_C(2147483648)) == "Tue, 19 Jan 2038 03:14:08 GMT");
    CHECK(written_at(INT64_C(4294967295)) == "Sun, 07 Feb 2106 06:28:15 GMT");
    CHECK(written_at(INT64_C(4107542400)) == "Mon, 01 Mar 2100 00:00:00 GMT");
    CHECK(written_at(INT64_C(9214646400)) == "Wed, 01 Jan 2262 00:00:00 GMT");
    tm date = november_1994();
    date.tm_year = 3000 - 1900;
    CHECK(written(date) == "Sun, 06 Nov 3000 08:49:37 GMT");
}

TEST_CASE("old_dates_are_right") {
    CHECK(written_at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(written_at(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
    CHECK(written_at(INT64_C(-2208988800)) == "Mon, 01 Jan 1900 00:00:00 GMT");
    CHECK(written(evlet::to_utc(-1)) == "Wed, 31 Dec 1969 23:59:59 GMT");
    CHECK(written(evlet::to_utc(INT64_MIN)) == "Tue, 21 Sep 1677 00:12:43 GMT");
    CHECK(written(evlet::to_utc(INT64_MAX)) == "Fri, 11 Apr 2262 23:47:16 GMT");
}

TEST_CASE("the_calendar_agrees_with_the_c_library") {
    Generator generator(1582);
    for (int i = 0; i < 20000; ++i) {
        // Within 32 bits, so that this also runs where time_t is no wider.
        const auto seconds = static_cast<int32_t>(generator.next() & 0xffffffff);
        const auto moment = static_cast<time_t>(seconds);
        tm theirs;
        REQUIRE(gmtime_r(&moment, &theirs));
        const tm ours = evlet::to_utc(seconds * kNanosPerSecond);
        INFO("seconds ", seconds);
        CHECK((ours.tm_year == theirs.tm_year && ours.tm_mon == theirs.tm_mon &&
               ours.tm_mday == theirs.tm_mday && ours.tm_hour == theirs.tm_hour &&
               ours.tm_min == theirs.tm_min && ours.tm_sec == theirs.tm_sec &&
               ours.tm_wday == theirs.tm_wday && ours.tm_yday == theirs.tm_yday));
    }
}

TEST_CASE("without_a_date_it_is_now") {
    const time_t before = time(nullptr);
    char text[30];
    REQUIRE(evutil_date_rfc1123(text, sizeof text, nullptr) == 29);
    // time() may be a tick behind the clock that tells more than seconds.
    const time_t after = time(nullptr) + 1;
    bool found = false;
    for (time_t moment = before; moment <= after && !found; ++moment)
        found = written_at(moment) == text;
    CHECK(found);
}

TEST_CASE("what_no_calendar_has_is_refused") {
    int tm::*const fields[] = {&tm::tm_wday, &tm::tm_mon, &tm::tm_mday, &tm::tm_hour,
                               &tm::tm_min,  &tm::tm_sec, &tm::tm_year};
    for (int tm::*field : fields) {
        for (int value : {INT32_MIN, -100000, INT32_MAX, 100000}) {
            tm date = november_1994();
            date.*field = value;
            char text[40] = "untouched";
            CHECK(evutil_date_rfc1123(text, sizeof text, &date) == -1);
            CHECK(std::string(text) == "untouched");
        }
    }
    tm date = november_1994();
    date.tm_wday = 7;
    CHECK(written(date) == "refused");
    date.tm_wday = 6;
    date.tm_mon = 12;
    CHECK(written(date) == "refused");
    date.tm_mon = 11;
    date.tm_sec = 60;
    CHECK(written(date) == "Sat, 06 Dec 1994 08:49:60 GMT");
}
