// SPDX-License-Identifier: BSD-3-Clause
#include <stdlib.h>

#include "doctest.h"
#include "log/log.h"
#include "support/fatal.h"

using namespace evlet_test;

namespace {

void fail() {
    evlet::log::fatal("the end of %s", "the program");
}

void silence() {
    event_set_log_callback([](int, const char*) {});
}

}  // namespace

TEST_CASE("fatal_error_is_logged_before_the_callback_is_called") {
    CHECK(ends_fatally(fail, "the end of the program"));
}

TEST_CASE("fatal_callback_decides_the_exit_status") {
    const int status = run_in_child([] {
        silence();
        event_set_fatal_callback([](int) { _exit(17); });
        fail();
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 17);
}

TEST_CASE("fatal_callback_gets_a_status_that_means_failure") {
    const int status = run_in_child([] {
        silence();
        event_set_fatal_callback([](int error) { _exit(error != 0 ? 18 : 19); });
        fail();
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 18);
}

TEST_CASE("program_ends_with_a_failure_when_there_is_no_fatal_callback") {
    const int status = run_in_child([] {
        silence();
        fail();
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) != 0);
}

TEST_CASE("program_ends_even_if_the_fatal_callback_returns") {
    const int status = run_in_child([] {
        silence();
        event_set_fatal_callback([](int) {});
        fail();
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) != 0);
}

TEST_CASE("fatal_callback_that_is_taken_back_is_not_called") {
    const int status = run_in_child([] {
        silence();
        event_set_fatal_callback([](int) { _exit(17); });
        event_set_fatal_callback(nullptr);
        fail();
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) != 0);
    CHECK(WEXITSTATUS(status) != 17);
}
