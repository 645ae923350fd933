/* SPDX-License-Identifier: BSD-3-Clause */
/* Log, fatal end, environment. */
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

static void every_severity_can_be_logged(void) {
    char long_line[2000];
    int severity;
    for (severity = -1; severity <= 4; severity++) {
        evlet_port_log(severity, "a line of the port conformance suite");
    }
    memset(long_line, 'x', sizeof long_line - 1);
    long_line[sizeof long_line - 1] = '\0';
    evlet_port_log(1, long_line);
    evlet_port_log(1, "");
}

static void logging_leaves_the_last_error_alone(void) {
    evlet_port_set_last_error(3);
    evlet_port_log(1, "the last error is 3");
    CHECK(evlet_port_last_error() == 3);
}

static void end_with_71(void) {
    evlet_port_fatal(71);
}

static void fatal_ends_with_its_status(void) {
    int status = conformance_exit_status(end_with_71);
    if (status < 0) {
        conformance_absent("fatal", "the platform has no processes");
        return;
    }
    CHECK(status == 71);
}

static void environment_finds_what_is_there_and_nothing_else(void) {
    const char *value, *found, *name = conformance_known_variable(&value);
    CHECK(evlet_port_getenv("EVLET_CONFORMANCE_NO_SUCH_VARIABLE") == NULL);
    if (name == NULL) {
        conformance_absent("environment", "the platform has none");
        return;
    }
    found = evlet_port_getenv(name);
    NEED(found != NULL);
    CHECK(strcmp(found, value) == 0);
}

void diagnostics_cases(void) {
    CASE(every_severity_can_be_logged);
    CASE(logging_leaves_the_last_error_alone);
    CASE(fatal_ends_with_its_status);
    CASE(environment_finds_what_is_there_and_nothing_else);
}
