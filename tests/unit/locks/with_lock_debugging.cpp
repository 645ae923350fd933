// SPDX-License-Identifier: BSD-3-Clause
// Linked into a test program, has every lock of it watched, before its first test.
#include <event2/thread.h>

#include "doctest.h"

namespace {

int enable() {
    evthread_enable_lock_debugging();
    return evthread_use_pthreads();
}

const int g_result = enable();

}  // namespace

TEST_CASE("this_program_has_its_locks_watched") {
    CHECK(g_result == 0);
}
