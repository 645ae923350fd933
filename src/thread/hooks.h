// SPDX-License-Identifier: BSD-3-Clause
// The lock hooks in force. Shared by this room's files only: hooks.cpp owns them, lock.cpp calls
// through them, lock_debug.cpp slips its checks between.
#pragma once

#include "event2/thread.h"
#include "evlet_config.h"

namespace evlet::thread {

struct Hooks {
    evthread_lock_callbacks lock;
    evthread_condition_callbacks condition;
    unsigned long (*id)(void);
};

// What every lock operation calls. Read without a lock: set before the program starts threads.
extern Hooks g_hooks;

// Makes the process-wide locks through g_hooks.lock. False if one could not be made; then there
// are none.
[[nodiscard]] bool create_global_mutexes();

#if EVLET_DEBUG
// While lock debugging is on, g_hooks holds the checks and these are the program's own hooks,
// which the checks forward to.
extern bool g_lock_debugging;
extern evthread_lock_callbacks g_checked_lock;
extern evthread_condition_callbacks g_checked_condition;
#endif

}  // namespace evlet::thread
