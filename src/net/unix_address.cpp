// SPDX-License-Identifier: BSD-3-Clause
#include "net/unix_address.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

namespace evlet {

bool make_unix_address(const char* path, UnixAddress* ret_address) {
    sockaddr_un address = {};
    const size_t size = strlen(path);
    if (size == 0 || size >= sizeof address.sun_path)
        return false;
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path, size);
    static_assert(sizeof address <= sizeof ret_address->storage);
    memcpy(&ret_address->storage, &address, sizeof address);
    ret_address->size = static_cast<int>(offsetof(sockaddr_un, sun_path) + size + 1);
    return true;
}

}  // namespace evlet
