// SPDX-License-Identifier: BSD-3-Clause
// Settings: shells over options.h and search.h. What goes wrong is logged without the mutex: the
// program's log function may come back.
#include "dns/note.h"
#include "dns/options.h"
#include "dns/resolv_conf.h"
#include "dns/search.h"

using namespace evlet;
using namespace evlet::dns;

extern "C" {

int evdns_base_set_option(struct evdns_base* base, const char* option, const char* val) {
    const LockGuard lock(base->mutex);
    return failed(set_option(*base, Text(option), Text(val ? val : ""), DNS_OPTIONS_ALL)) ? -1 : 0;
}

int evdns_base_resolv_conf_parse(struct evdns_base* base, int flags, const char* const filename) {
    return read_resolv_conf(*base, filename, flags);
}

void evdns_base_search_clear(struct evdns_base* base) {
    const LockGuard lock(base->mutex);
    clear_domains(*base);
}

void evdns_base_search_add(struct evdns_base* base, const char* domain) {
    base->mutex.lock();
    const Status status = add_domain(*base, Text(domain));
    base->mutex.unlock();
    if (failed(status))
        warn("not added to the search list: ", domain);
}

void evdns_base_search_ndots_set(struct evdns_base* base, const int ndots) {
    base->mutex.lock();
    const Status status = set_ndots(*base, ndots);
    base->mutex.unlock();
    if (failed(status))
        warn("out of memory", "");
}

}  // extern "C"
