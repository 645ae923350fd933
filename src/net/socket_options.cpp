// SPDX-License-Identifier: BSD-3-Clause
#include "net/socket_options.h"

#include <errno.h>

namespace evlet {

Status set_option_if_known(evlet_fd fd, evlet_socket_option option, int value) {
    const int before = evlet_port_last_error();
    if (evlet_port_set_option(fd, option, value) == 0)
        return Status::ok;
    const int error = evlet_port_last_error();
    if (error != ENOTSUP && error != EOPNOTSUPP)
        return Status::system;
    evlet_port_set_last_error(before);
    return Status::ok;
}

Status set_keepalive(evlet_fd fd, bool on, int idle_seconds) {
    constexpr int kOff = 0, kSystemTimes = -1;
    int value = kOff;
    if (on)
        value = idle_seconds > 0 ? idle_seconds : kSystemTimes;
    return evlet_port_set_option(fd, EVLET_SO_KEEPALIVE, value) == 0 ? Status::ok : Status::system;
}

}  // namespace evlet
