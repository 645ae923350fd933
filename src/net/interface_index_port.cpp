// SPDX-License-Identifier: BSD-3-Clause
// In a file of its own: a program that only reads addresses must not link the system's resolver.
#include <errno.h>
#include <string.h>

#include "evlet/port_net.h"
#include "net/system_names.h"

namespace evlet {

// A name that does not fit is of no interface: it is refused, not cut.
unsigned interface_index(Text name) {
    char terminated[64];
    if (name.empty() || name.size >= sizeof terminated)
        return 0;
    memcpy(terminated, name.data, name.size);
    terminated[name.size] = '\0';
    const int error = errno;
    const unsigned index = evlet_port_interface_index(terminated);
    errno = error;
    return index;
}

}  // namespace evlet
