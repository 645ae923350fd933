// SPDX-License-Identifier: BSD-3-Clause
// Two sockets connected to each other. Called by api_socket.cpp.
#pragma once

#include "base/status.h"
#include "evlet/port_net.h"

namespace evlet {

// As socketpair(2), and for AF_INET with SOCK_STREAM a TCP connection over loopback, which no
// system's socketpair makes. `*ret_pair` is untouched on failure.
Status make_socket_pair(int domain, int type, int protocol, evlet_fd (&ret_pair)[2]);

}  // namespace evlet
