// SPDX-License-Identifier: BSD-3-Clause
// Translation at the API's edge: Status to 0/-1 with errno. Used by every api_*.cpp.
#pragma once

#include <errno.h>

#include "base/status.h"

namespace evlet {

// 0, or -1 with errno set. A `system` failure keeps the errno that the port left.
[[nodiscard]] inline int to_result(Status status) {
    if (status == Status::ok)
        return 0;
    if (status == Status::no_memory)
        errno = ENOMEM;
    else if (status == Status::invalid)
        errno = EINVAL;
    else if (status == Status::unsupported)
        errno = ENOTSUP;
    return -1;
}

}  // namespace evlet
