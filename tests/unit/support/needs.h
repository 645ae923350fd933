// SPDX-License-Identifier: BSD-3-Clause
// What a test needs of the port under the library. A test that cannot run for want of it says
// NEEDS(...) first: it then ends at once, which is shown with its name, and counted at the end of
// the program. The facts are those of evlet_port_types.h, never the name of a port.
#pragma once

#include <evlet_port_types.h>

#include "evlet_config.h"

namespace evlet_test {

struct Need {
    const char* what;
    bool met;
};

inline constexpr Need system_descriptors = {"descriptors of the operating system",
                                            EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need files = {"files", EVLET_PORT_HAS_FILES != 0};
inline constexpr Need fork_with_sockets = {"fork()", EVLET_PORT_HAS_FORK != 0};
inline constexpr Need signals = {"signals", EVLET_SIGNALS != 0};
inline constexpr Need system_names = {"getaddrinfo()", EVLET_PORT_HAS_GETADDRINFO != 0};
inline constexpr Need unix_sockets = {"UNIX sockets", EVLET_PORT_HAS_UNIX_SOCKETS != 0};
// What a kernel's sockets do, and a small stack's may not.
inline constexpr Need all_loopback = {"all of 127.0.0.0/8", EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need buffer_sizes = {"SO_SNDBUF and SO_RCVBUF that hold back the sender",
                                      EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need deferred_accept = {"TCP_DEFER_ACCEPT", EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need duplicates = {"dup()", EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need refused_datagrams = {"refusals of datagrams",
                                           EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need resets = {"connections that SO_LINGER resets", EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need reuse_port = {"SO_REUSEPORT", EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need second_attempts = {"sockets that connect again when they were refused",
                                         EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need unreachable_networks = {"networks without a route",
                                              EVLET_PORT_SYSTEM_DESCRIPTORS != 0};
inline constexpr Need watched_closes = {"sockets that may be closed while another thread waits for them",
                                        EVLET_PORT_SYSTEM_DESCRIPTORS != 0};

// False, once it was noted that the test that runs is skipped, unless the need is met.
bool has(const Need& need);

}  // namespace evlet_test

#define NEEDS(need)                                                                                \
    do {                                                                                           \
        if (!evlet_test::has(evlet_test::need))                                                    \
            return;                                                                                \
    } while (0)
