// SPDX-License-Identifier: BSD-3-Clause
// What the shells of this room share.
#pragma once

#include "loop/base.h"

namespace evlet {

// add() for a timeout given as a timeval, null for none, or as a common timeout's handle.
Status add_with_timeval(event_base& base, event& ev, const timeval* timeout);

}  // namespace evlet
