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
    if (on && idle_seconds > 0) {
        // Three probes, spread so that a dead peer is noticed after twice the idle time.
        constexpr int kProbes = 3;
        const int between = idle_seconds < kProbes ? 1 : idle_seconds / kProbes;
        Status set = set_option_if_known(fd, EVLET_SO_KEEPIDLE, idle_seconds);
        if (!failed(set))
            set = set_option_if_known(fd, EVLET_SO_KEEPINTVL, between);
        if (!failed(set))
            set = set_option_if_known(fd, EVLET_SO_KEEPCNT, kProbes);
        if (failed(set))
            return set;
    }
    return evlet_port_set_option(fd, EVLET_SO_KEEPALIVE, on) == 0 ? Status::ok : Status::system;
}

}  // namespace evlet
