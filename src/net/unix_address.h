// SPDX-License-Identifier: BSD-3-Clause
// Addresses of UNIX sockets. unix_address_none.cpp, for a port without EVLET_PORT_HAS_UNIX_SOCKETS,
// knows none.
#pragma once

#include "base/shared.h"
#include "net/address_types.h"

namespace evlet {

struct UnixAddress {
    sockaddr_storage storage;
    int size;

    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

// False if the path is empty or longer than the system takes; nothing is cut.
[[nodiscard]] EVLET_SHARED bool make_unix_address(const char* path, UnixAddress* ret_address);

}  // namespace evlet
