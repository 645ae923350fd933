// SPDX-License-Identifier: BSD-3-Clause
// Lock debugging in a build with no-debug: the calls exist, so that a program need not change,
// and say that they do nothing.
#include "event2/thread.h"
#include "log/log.h"

extern "C" {

void evthread_enable_lock_debugging(void) {
    evlet::log::warnx("lock debugging is not in this build (no-debug)");
}

void evthread_enable_lock_debuging(void) {
    evthread_enable_lock_debugging();
}

}  // extern "C"
