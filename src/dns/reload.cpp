// SPDX-License-Identifier: BSD-3-Clause
// Follows a resolv.conf that changes. Looked at when a request is made, so that nothing wakes a
// device that asks for nothing; compared by its bytes, since times of files are coarse and lie.
#include <string.h>

#include "dns/base.h"
#include "dns/resolv_conf.h"
#include "dns/search.h"
#include "dns/system.h"
#include "evlet/dns.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr size_t kMostFile = 65536;

// The path is behind it.
struct Reload {
    char* text;  // as it was taken; null: it could not be read
    size_t size;
    Nanos every;
    Nanos next;
    int flags;

    [[nodiscard]] char* path() { return reinterpret_cast<char*>(this + 1); }
};

Reload* reload_of(evdns_base& base) {
    return static_cast<Reload*>(base.reload);
}

void free_reload(evdns_base& base) {
    Reload* const reload = reload_of(base);
    base.reload = nullptr;
    base.before_request = nullptr;
    base.free_reload = nullptr;
    mem::release(reload->text);
    mem::release(reload);
}

// A file that is being written, or has gone for a moment, changes nothing.
void check(evdns_base& base) {
    Reload& reload = *reload_of(base);
    const Nanos now = now_of(base);
    if (now < reload.next || base.suspended)
        return;
    reload.next = add_saturated(now, reload.every);
    char* text = nullptr;
    size_t size = 0;
    if (read_file(reload.path(), kMostFile, &text, &size) != FileOutcome::ok)
        return;
    if (reload.text && reload.size == size && memcmp(reload.text, text, size) == 0) {
        mem::release(text);
        return;
    }
    mem::release(reload.text);
    reload.text = text;
    reload.size = size;
    ++base.epoch;
    if (reload.flags & DNS_OPTION_NAMESERVERS)
        remove_nameservers(base);
    if (reload.flags & DNS_OPTION_SEARCH)
        clear_domains(base);
    // Whatever did not fit into memory is tried again at the next look.
    if (take_resolv_conf(base, {text, size}, reload.flags) == EVDNS_ERROR_OUT_OF_MEMORY)
        reload.size = SIZE_MAX;  // no file is like that
}

}  // namespace
}  // namespace evlet::dns

using namespace evlet;
using namespace evlet::dns;

extern "C" int evlet_dns_follow_resolv_conf(struct evdns_base* base, int flags,
                                            const char* filename, const struct timeval* every) {
    const LockGuard lock(base->mutex);
    const Nanos interval = every ? from_timeval(*every) : 0;
    if (filename && interval <= 0)
        return -1;
    Reload* reload = nullptr;
    if (filename) {
        const size_t size = strlen(filename) + 1;
        reload = static_cast<Reload*>(mem::allocate_zeroed(sizeof(Reload) + size));
        if (!reload)
            return -1;
        memcpy(reload->path(), filename, size);
        reload->every = interval;
        reload->flags = flags;
        // What is in force is not known: the first look takes the file as it is.
    }
    if (base->reload)
        free_reload(*base);
    if (reload) {
        base->reload = reload;
        base->before_request = check;
        base->free_reload = free_reload;
    }
    return 0;
}
