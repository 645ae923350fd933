/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of the resolver that older programs use: they work on one evdns_base of the whole process,
 * which the first of evdns_init(), evdns_nameserver_add(), evdns_nameserver_ip_add(),
 * evdns_resolv_conf_parse(), evdns_set_option() and evdns_search_add() makes on the base that
 * event_init() made last. Not for use from several threads. New code has an evdns_base of its own
 * (event2/dns.h), whose functions say what these mean.
 */
#ifndef EVENT2_DNS_COMPAT_H_INCLUDED_
#define EVENT2_DNS_COMPAT_H_INCLUDED_

#include <event2/dns.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Make the evdns_base, with the system's configuration. 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evdns_init(void);

/** The evdns_base; NULL: there is none yet. */
EVENT2_EXPORT_SYMBOL
struct evdns_base *evdns_get_global_base(void);

/** Free it: evdns_base_free(). */
EVENT2_EXPORT_SYMBOL
void evdns_shutdown(int fail_requests);

EVENT2_EXPORT_SYMBOL
int evdns_nameserver_add(unsigned long int address);

EVENT2_EXPORT_SYMBOL
int evdns_count_nameservers(void);

EVENT2_EXPORT_SYMBOL
int evdns_clear_nameservers_and_suspend(void);

EVENT2_EXPORT_SYMBOL
int evdns_resume(void);

EVENT2_EXPORT_SYMBOL
int evdns_nameserver_ip_add(const char *ip_as_string);

/** These return 0 when the request was made, -1 when not. */
EVENT2_EXPORT_SYMBOL
int evdns_resolve_ipv4(const char *name, int flags, evdns_callback_type callback, void *ptr);

EVENT2_EXPORT_SYMBOL
int evdns_resolve_ipv6(const char *name, int flags, evdns_callback_type callback, void *ptr);

EVENT2_EXPORT_SYMBOL
int evdns_resolve_reverse(const struct in_addr *in, int flags, evdns_callback_type callback,
                          void *ptr);

EVENT2_EXPORT_SYMBOL
int evdns_resolve_reverse_ipv6(const struct in6_addr *in, int flags, evdns_callback_type callback,
                               void *ptr);

/** `flags`: DNS_OPTION_*, which of the options are to be set. */
EVENT2_EXPORT_SYMBOL
int evdns_set_option(const char *option, const char *val, int flags);

EVENT2_EXPORT_SYMBOL
int evdns_resolv_conf_parse(int flags, const char *const filename);

EVENT2_EXPORT_SYMBOL
void evdns_search_clear(void);

EVENT2_EXPORT_SYMBOL
void evdns_search_add(const char *domain);

EVENT2_EXPORT_SYMBOL
void evdns_search_ndots_set(const int ndots);

/** evdns_add_server_port_with_base() with the base of event_init(). */
EVENT2_EXPORT_SYMBOL
struct evdns_server_port *evdns_add_server_port(evutil_socket_t socket, int flags,
                                                evdns_request_callback_fn_type callback,
                                                void *user_data);

#ifdef __cplusplus
}
#endif

#endif
