// SPDX-License-Identifier: BSD-3-Clause
// For a port without EVLET_PORT_HAS_FILES.
#include "dns/system.h"

namespace evlet::dns {

FileOutcome read_file(const char*, size_t, char**, size_t*) {
    return FileOutcome::cannot_open;
}

}  // namespace evlet::dns
