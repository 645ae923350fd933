/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legacy umbrella: the resolver as one header offered it before the API was split up under
 * event2/. New programs include <event2/dns.h>.
 */
#ifndef EVENT1_EVDNS_H_INCLUDED_
#define EVENT1_EVDNS_H_INCLUDED_

#include <event.h>

#include <event2/dns.h>
#include <event2/dns_compat.h>
#include <event2/dns_struct.h>

#endif
