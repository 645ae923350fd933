/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DNS with Evlet or libevent: evdns with nothing adjusted but the size of answers, which libevent
 * 2.1 does not ask about and does not know how to set.
 */
#include <event2/dns.h>
#include <event2/event.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void look_up_ended(bool found, unsigned addresses);

static struct event_base *base;
static struct evdns_base *dns;

static void on_answer(int result, char type, int count, int ttl, void *addresses, void *argument) {
    (void)ttl;
    (void)addresses;
    (void)argument;
    look_up_ended(result == DNS_ERR_NONE && type == DNS_IPv4_A, (unsigned)count);
}

static void resolver_ask(const char *name) {
    if (evdns_base_resolve_ipv4(dns, name, DNS_QUERY_NO_SEARCH, on_answer, NULL) == NULL)
        exit(1);
}

static void resolver_stop(void) {
    event_base_loopbreak(base);
}

static void resolver_open(uint16_t port) {
    char address[32];
    base = event_base_new();
    dns = base != NULL ? evdns_base_new(base, 0) : NULL;
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    if (dns == NULL)
        exit(1);
    evdns_base_set_option(dns, "edns-udp-size", "1232");
    if (evdns_base_nameserver_ip_add(dns, address) != 0)
        exit(1);
}

static void resolver_run(void) {
    if (event_base_dispatch(base) < 0)
        exit(1);
}

#include "dns_driver.h"
