// SPDX-License-Identifier: BSD-3-Clause
// Linked into a test program, has every use of an event checked, from before its first test.
#include <event2/event.h>

#include "doctest.h"
#include "loop/debug_registry.h"

namespace {

bool enable() {
    event_enable_debug_mode();
    return true;
}

const bool g_enabled = enable();

}  // namespace

TEST_CASE("this_program_has_its_events_checked") {
    CHECK(g_enabled);
    CHECK(evlet::debug::g_mode_on);
}
