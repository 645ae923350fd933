// SPDX-License-Identifier: BSD-3-Clause
#include "event2/event.h"
#include "loop/debug_registry.h"
#include "thread/lock.h"

extern "C" void libevent_global_shutdown(void) {
    evlet::debug::shut_down();
    evlet::destroy_global_mutexes();
}
