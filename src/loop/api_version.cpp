// SPDX-License-Identifier: BSD-3-Clause
#include "event2/event.h"

extern "C" {

const char* event_get_version(void) {
    return EVENT__VERSION;
}

ev_uint32_t event_get_version_number(void) {
    return EVENT__NUMERIC_VERSION;
}

}  // extern "C"
