// SPDX-License-Identifier: BSD-3-Clause
// A port without names: addresses and numbers work, everything else is unknown.
#include "event2/util.h"
#include "net/system_names.h"

namespace evlet {

unsigned interface_index(Text) {
    return 0;
}

int service_port(const char*, const char*) {
    return -1;
}

unsigned configured_families() {
    return 0;
}

int look_up_host(const char*, const AddrinfoRequest&, AddrinfoList&) {
    return EVUTIL_EAI_FAIL;
}

}  // namespace evlet
