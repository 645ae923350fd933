// SPDX-License-Identifier: BSD-3-Clause
// Linked into a test program, makes it one that uses threads, before its first test.
#include <event2/thread.h>

#include "doctest.h"

namespace {
const int g_result = evthread_use_pthreads();
}

TEST_CASE("this_program_uses_locks") {
    CHECK(g_result == 0);
}
