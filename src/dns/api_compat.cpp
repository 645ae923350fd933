// SPDX-License-Identifier: BSD-3-Clause
// One resolver for the whole process: event2/dns_compat.h.
#include "dns/async.h"
#include "dns/base.h"
#include "dns/options.h"
#include "event2/dns_compat.h"

using namespace evlet;
using namespace evlet::dns;

namespace {

// The base that event_init() made last, or null: an event that names none gets it.
event_base* current_event_base() {
    event probe;
    evlet_event_assign_no_signal(
        &probe, nullptr, -1, 0, [](evutil_socket_t, short, void*) {}, nullptr);
    event_base* const base = event_get_base(&probe);
    event_debug_unassign(&probe);
    return base;
}

evdns_base* need_base() {
    event_base* const base = g_current_base ? nullptr : current_event_base();
    if (base)
        g_current_base = evdns_base_new(base, 0);
    return g_current_base;
}

}  // namespace

extern "C" {

int evdns_init(void) {
    if (g_current_base)
        return 0;
    event_base* const base = current_event_base();
    g_current_base = base ? evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS) : nullptr;
    return g_current_base ? 0 : -1;
}

struct evdns_base* evdns_get_global_base(void) {
    return g_current_base;
}

void evdns_shutdown(int fail_requests) {
    evdns_base* const base = g_current_base;
    g_current_base = nullptr;
    evdns_base_free(base, fail_requests);
}

int evdns_nameserver_add(unsigned long int address) {
    return need_base() ? evdns_base_nameserver_add(g_current_base, address) : -1;
}

int evdns_count_nameservers(void) {
    return g_current_base ? evdns_base_count_nameservers(g_current_base) : 0;
}

int evdns_clear_nameservers_and_suspend(void) {
    return g_current_base ? evdns_base_clear_nameservers_and_suspend(g_current_base) : -1;
}

int evdns_resume(void) {
    return g_current_base ? evdns_base_resume(g_current_base) : -1;
}

int evdns_nameserver_ip_add(const char* ip_as_string) {
    return need_base() ? evdns_base_nameserver_ip_add(g_current_base, ip_as_string) : -1;
}

int evdns_resolve_ipv4(const char* name, int flags, evdns_callback_type callback, void* ptr) {
    return g_current_base && evdns_base_resolve_ipv4(g_current_base, name, flags, callback, ptr)
               ? 0
               : -1;
}

int evdns_resolve_ipv6(const char* name, int flags, evdns_callback_type callback, void* ptr) {
    return g_current_base && evdns_base_resolve_ipv6(g_current_base, name, flags, callback, ptr)
               ? 0
               : -1;
}

int evdns_resolve_reverse(const struct in_addr* in, int flags, evdns_callback_type callback,
                          void* ptr) {
    return g_current_base && evdns_base_resolve_reverse(g_current_base, in, flags, callback, ptr)
               ? 0
               : -1;
}

int evdns_resolve_reverse_ipv6(const struct in6_addr* in, int flags, evdns_callback_type callback,
                               void* ptr) {
    return g_current_base &&
                   evdns_base_resolve_reverse_ipv6(g_current_base, in, flags, callback, ptr)
               ? 0
               : -1;
}

int evdns_set_option(const char* option, const char* val, int flags) {
    evdns_base* const base = need_base();
    if (!base)
        return -1;
    const LockGuard lock(base->mutex);
    return failed(set_option(*base, Text(option), Text(val ? val : ""), flags)) ? -1 : 0;
}

int evdns_resolv_conf_parse(int flags, const char* const filename) {
    return need_base() ? evdns_base_resolv_conf_parse(g_current_base, flags, filename) : -1;
}

void evdns_search_clear(void) {
    if (g_current_base)
        evdns_base_search_clear(g_current_base);
}

void evdns_search_add(const char* domain) {
    if (need_base())
        evdns_base_search_add(g_current_base, domain);
}

void evdns_search_ndots_set(const int ndots) {
    if (need_base())
        evdns_base_search_ndots_set(g_current_base, ndots);
}

struct evdns_server_port* evdns_add_server_port(evutil_socket_t socket, int flags,
                                                evdns_request_callback_fn_type callback,
                                                void* user_data) {
    return evdns_add_server_port_with_base(current_event_base(), socket, flags, callback,
                                           user_data);
}

}  // extern "C"
