// SPDX-License-Identifier: BSD-3-Clause
// Random bytes: the operating system's, every time. There is no generator here, hence nothing to
// seed, to stir or to reseed after fork().
// Invariant: bytes are handed out only if the port vouches for all of them.
#include "base/shell.h"
#include "event2/util.h"
#include "evlet/port_os.h"
#include "log/log.h"
#include "thread/lock.h"

using namespace evlet;

// The lock keeps the name of the device from changing under a reader.
static Status fill(void* buffer, size_t size) {
    if (size == 0)
        return Status::ok;
    LockGuard guard(global_mutex(GlobalLock::entropy));
    return evlet_port_entropy(buffer, size) == 0 ? Status::ok : Status::system;
}

extern "C" {

int evutil_secure_rng_init(void) {
    unsigned char probe[16];
    return to_result(fill(probe, sizeof probe));
}

void evutil_secure_rng_get_bytes(void* buf, size_t n) {
    if (failed(fill(buf, n)))
        log::fatal("no source of random bytes");
}

int evutil_secure_rng_set_urandom_device_file(char* fname) {
    if (!fname)
        return to_result(Status::invalid);
    LockGuard guard(global_mutex(GlobalLock::entropy));
    return evlet_port_entropy_set_device(fname);
}

void evutil_secure_rng_add_bytes(const char*, size_t) {}

}  // extern "C"
