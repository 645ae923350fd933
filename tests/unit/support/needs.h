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

// False, once it was noted that the test that runs is skipped, unless the need is met.
bool has(const Need& need);

}  // namespace evlet_test

#define NEEDS(need)                                                                                \
    do {                                                                                           \
        if (!evlet_test::has(evlet_test::need))                                                    \
            return;                                                                                \
    } while (0)
