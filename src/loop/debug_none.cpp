// SPDX-License-Identifier: BSD-3-Clause
// A build with no-debug: the calls of debug mode exist and the first one says that it does nothing.
#include "event2/event.h"
#include "event2/event_struct.h"
#include "log/log.h"

extern "C" {

void event_enable_debug_mode(void) {
    evlet::log::warnx("debug mode is not in this build (no-debug)");
}

void event_debug_unassign(struct event* ev) {
    if (ev)
        ev->ev_evcallback.evcb_flags =
            static_cast<short>(ev->ev_evcallback.evcb_flags & ~EVLIST_INIT);
}

void event_base_dump_events(struct event_base*, FILE* output) {
    if (output)
        fputs("the event dump is not in this build (no-debug)\n", output);
}

}  // extern "C"
