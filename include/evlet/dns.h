/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Evlet adds to event2/dns.h.
 */
#ifndef EVLET_DNS_H
#define EVLET_DNS_H

#include <event2/dns.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Follow a file like /etc/resolv.conf: when a request is made, and `every` has passed since the last
 * look, the file is read, and if it has changed its nameservers and its search list take the place of
 * those in force; the options it has are set. Requests in flight are asked again of the new
 * nameservers, and what the cache has learned is not believed any more. A file that cannot be read
 * changes nothing. The first look takes the file as it is. `flags`: DNS_OPTION_SEARCH,
 * DNS_OPTION_NAMESERVERS, DNS_OPTION_MISC, DNS_OPTION_NAMESERVERS_NO_DEFAULT or-ed. A NULL `filename`
 * ends it. 0; -1: `every` is not above 0, or out of memory. Requests have to be made in the loop's
 * thread then.
 */
EVENT2_EXPORT_SYMBOL
int evlet_dns_follow_resolv_conf(struct evdns_base *base, int flags, const char *filename,
                                 const struct timeval *every);

#ifdef __cplusplus
}
#endif

#endif
