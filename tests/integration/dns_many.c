/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns-many PORT COUNT: COUNT look-ups at once of a nameserver on loopback, through a relay that
 * loses packets. Prints "in flight" once all have been made, and at the end how many ended how.
 * Exit 0: each has ended exactly once, and with the address that belongs to its name; 1 otherwise.
 */
#include <event2/dns.h>
#include <event2/event.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lookup {
    struct all *all;
    unsigned number;
    unsigned ended;
};

struct all {
    struct event_base *base;
    struct lookup *lookups;
    unsigned count, left, found, timed_out, wrong;
};

/* "n12345.many.test" has the address 10.0.48.57. */
static int is_right(const struct lookup *lookup, int type, int count, const void *data) {
    uint32_t address;
    if (type != DNS_IPv4_A || count != 1)
        return 0;
    memcpy(&address, data, sizeof address);
    return ntohl(address) == (10u << 24 | lookup->number);
}

static void on_answer(int result, char type, int count, int ttl, void *data, void *arg) {
    struct lookup *lookup = arg;
    struct all *all = lookup->all;
    (void)ttl;

    if (lookup->ended++ > 0)
        all->wrong++;
    else
        all->left--;
    if (result == DNS_ERR_NONE && is_right(lookup, type, count, data))
        all->found++;
    else if (result == DNS_ERR_TIMEOUT)
        all->timed_out++;
    else
        all->wrong++;
    if (all->left == 0)
        event_base_loopbreak(all->base);
}

/* No look-up waits for another: all are with the nameserver. */
static int set_up(struct evdns_base *dns, const char *port, const char *count) {
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%s", port);
    return evdns_base_set_option(dns, "max-inflight", count) ||
           evdns_base_set_option(dns, "timeout", "2") ||
           evdns_base_set_option(dns, "attempts", "20") ||
           evdns_base_set_option(dns, "so-rcvbuf", "1048576") ||
           evdns_base_nameserver_ip_add(dns, address);
}

static int ask_all(struct evdns_base *dns, struct all *all) {
    char name[32];
    for (unsigned i = 0; i < all->count; i++) {
        struct lookup *lookup = &all->lookups[i];
        lookup->all = all;
        lookup->number = i;
        snprintf(name, sizeof name, "n%u.many.test", i);
        if (evdns_base_resolve_ipv4(dns, name, DNS_QUERY_NO_SEARCH, on_answer, lookup) == NULL)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv) {
    struct all all = {0};
    struct evdns_base *dns;
    int result = 1;

    if (argc != 3)
        return 2;
    all.count = all.left = (unsigned)strtoul(argv[2], NULL, 10);
    all.lookups = calloc(all.count, sizeof *all.lookups);
    all.base = event_base_new();
    dns = all.base != NULL ? evdns_base_new(all.base, 0) : NULL;
    if (all.lookups == NULL || dns == NULL || set_up(dns, argv[1], argv[2]) != 0 ||
        ask_all(dns, &all) != 0) {
        fputs("dns-many: set-up failed\n", stderr);
    } else {
        puts("in flight");
        fflush(stdout);
        event_base_dispatch(all.base);
        /* What would be told twice would be told now. */
        event_base_loop(all.base, EVLOOP_NONBLOCK);
        printf("%u found, %u timed out, %u wrong, %u left\n", all.found, all.timed_out, all.wrong,
               all.left);
        result = all.found == all.count && all.wrong == 0 && all.left == 0 ? 0 : 1;
    }
    if (dns != NULL)
        evdns_base_free(dns, 0);
    if (all.base != NULL)
        event_base_free(all.base);
    free(all.lookups);
    return result;
}
