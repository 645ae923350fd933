// SPDX-License-Identifier: BSD-3-Clause
// Socket options whose meaning needs more than one call of the port. Called by api_socket.cpp; the
// rest of the options are the port's functions as they are.
#pragma once

#include "base/status.h"
#include "evlet/port_net.h"

namespace evlet {

// Sets an option that is an improvement and no promise: a stack without it is fine.
Status set_option_if_known(evlet_fd fd, evlet_socket_option option, int value);

// Probes a silent connection after `idle_seconds`, or, if that is 0 or less, after the time that
// the system has for it.
Status set_keepalive(evlet_fd fd, bool on, int idle_seconds);

}  // namespace evlet
