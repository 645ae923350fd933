// SPDX-License-Identifier: BSD-3-Clause
// The outcome of an internal operation. Every room's core returns it; the extern "C" shells turn
// it into libevent's 0/-1 convention and errno.
#pragma once

namespace evlet {

enum class [[nodiscard]] Status : signed char {
    ok = 0,
    no_memory = -1,    // an allocation failed; nothing has changed
    invalid = -2,      // the caller's argument or the object's state does not allow it
    unsupported = -3,  // this build or this machine cannot do it
    system = -4,       // the port refused; its error number is still set
};

[[nodiscard]] inline bool failed(Status status) {
    return status != Status::ok;
}

}  // namespace evlet
