/* SPDX-License-Identifier: BSD-3-Clause */
/* Error numbers. What real failures are sorted into is checked where they are provoked. */
#include <errno.h>
#include <limits.h>

#include "conformance.h"

static void last_error_is_what_was_set(void) {
    evlet_port_set_last_error(5);
    CHECK(evlet_port_last_error() == 5);
    evlet_port_set_last_error(0);
    CHECK(evlet_port_last_error() == 0);
}

static void well_known_numbers_have_their_class(void) {
    CHECK(evlet_port_error_class(0) == EVLET_ERR_NONE);
    CHECK(evlet_port_error_class(INT_MAX) == EVLET_ERR_OTHER);
    CHECK(evlet_port_error_class(-1) == EVLET_ERR_OTHER);
#ifdef EINTR
    CHECK(evlet_port_error_class(EINTR) == EVLET_ERR_AGAIN);
#endif
#ifdef EINVAL
    CHECK(evlet_port_error_class(EINVAL) == EVLET_ERR_OTHER);
#endif
#ifdef ENOMEM
    CHECK(evlet_port_error_class(ENOMEM) == EVLET_ERR_EXHAUSTED);
#endif
#ifdef ECONNREFUSED
    CHECK(evlet_port_error_class(ECONNREFUSED) == EVLET_ERR_REFUSED);
#endif
}

static void every_number_has_a_text(void) {
    static const int numbers[] = {INT_MIN, -1, 0, 1, 2, 11, 104, 111, 4711, INT_MAX};
    size_t i;
    for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const char *text = evlet_port_error_text(numbers[i]);
        NEED(text != NULL);
        CHECK(text[0] != '\0');
    }
}

void error_cases(void) {
    CASE(last_error_is_what_was_set);
    CASE(well_known_numbers_have_their_class);
    CASE(every_number_has_a_text);
}
