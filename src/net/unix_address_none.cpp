// SPDX-License-Identifier: BSD-3-Clause
#include "net/unix_address.h"

namespace evlet {

bool make_unix_address(const char*, UnixAddress*) {
    return false;
}

}  // namespace evlet
