/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The smallest client that finds the addresses of a name without waiting: the system's nameservers,
 * one evdns_getaddrinfo(). What it links of the library is measured.
 */
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>

#include <stddef.h>

static void on_addresses(int error, struct evutil_addrinfo *list, void *argument) {
    int *result = argument;
    *result = error != 0;
    if (error == 0)
        evutil_freeaddrinfo(list);
}

int main(int count, char **arguments) {
    struct event_base *base = event_base_new();
    struct evdns_base *dns = base != NULL
                                 ? evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS |
                                                            EVDNS_BASE_DISABLE_WHEN_INACTIVE)
                                 : NULL;
    int result = 1;

    if (dns == NULL || count != 2)
        return 2;
    evdns_getaddrinfo(dns, arguments[1], "80", NULL, on_addresses, &result);
    event_base_dispatch(base);
    evdns_base_free(dns, 0);
    event_base_free(base);
    return result;
}
