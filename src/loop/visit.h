// SPDX-License-Identifier: BSD-3-Clause
// Visiting every event of a base once. Used by event_base_foreach_event() and by the dump.
#pragma once

#include "loop/base.h"

namespace evlet {

// Calls `visitor` with the mutex held until it answers something else than 0; answers that.
int visit_events(event_base& base,
                 int (*visitor)(const event_base* base, const event* ev, void* argument),
                 void* argument);

}  // namespace evlet
