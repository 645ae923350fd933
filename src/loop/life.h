// SPDX-License-Identifier: BSD-3-Clause
// Making, freeing and re-initialising a base, and finalizing events. Called by the API shells.
#pragma once

#include "base/status.h"
#include "event2/event.h"

namespace evlet {

// nullptr with errno when memory, descriptors or event mechanisms are lacking. The configuration
// may be null and is not kept.
[[nodiscard]] event_base* make_base(const event_config* config);
// Takes everything out of the base and frees it. `finalize`: finalizers that are still to run are
// run now. A base that is in its loop is left as it is, with a warning.
void free_base(event_base* base, bool finalize);
// In the child after fork(): separates the base from what it shares with the parent.
Status reinit_base(event_base& base);

// Calls the finalizer of an event that is out of all queues, with the mutex released, and frees
// the event if that was asked for.
void call_finalizer(event_base& base, event& ev);

}  // namespace evlet
