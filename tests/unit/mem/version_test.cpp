// SPDX-License-Identifier: BSD-3-Clause
#include <event2/event.h>
#include <stdio.h>

#include <string>

#include "doctest.h"

TEST_CASE("version_of_the_library_is_that_of_the_headers") {
    CHECK(std::string(event_get_version()) == LIBEVENT_VERSION);
    CHECK(event_get_version_number() == LIBEVENT_VERSION_NUMBER);
}

TEST_CASE("version_text_and_number_agree") {
    unsigned major = 0, minor = 0, patch = 0;
    REQUIRE(sscanf(event_get_version(), "%u.%u.%u", &major, &minor, &patch) == 3);
    const unsigned number = event_get_version_number();
    CHECK((number >> 24) == major);
    CHECK(((number >> 16) & 0xff) == minor);
    CHECK(((number >> 8) & 0xff) == patch);
    CHECK(major == 2);
    CHECK(minor >= 2);
}
