// SPDX-License-Identifier: BSD-3-Clause
// A descriptor that is closed when its scope ends, unless it was handed on. For code that opens
// several and has to give all of them back when one fails.
#pragma once

#include "evlet/port_net.h"

namespace evlet {

class Descriptor {
public:
    explicit Descriptor(evlet_fd fd) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool valid() const { return fd_ != kNone; }
    [[nodiscard]] evlet_fd get() const { return fd_; }
    // Closes the present one and takes over `fd`.
    void reset(evlet_fd fd) {
        close();
        fd_ = fd;
    }
    // The caller owns it from now on.
    [[nodiscard]] evlet_fd release() {
        const evlet_fd fd = fd_;
        fd_ = kNone;
        return fd;
    }

private:
    static constexpr evlet_fd kNone = -1;

    // Keeps the error that made the caller give up.
    void close() {
        if (fd_ == kNone)
            return;
        const int error = evlet_port_last_error();
        evlet_port_close(fd_);
        evlet_port_set_last_error(error);
        fd_ = kNone;
    }

    evlet_fd fd_;
};

}  // namespace evlet
