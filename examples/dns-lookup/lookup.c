/* SPDX-License-Identifier: BSD-3-Clause */
/* Look-ups: sets a resolver up, asks it, prints what it says. */
#include "dns-lookup.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Invariant: `left` look-ups have still to end, and the loop runs until none has. */
struct lookups {
    const struct options *options;
    struct event_base *base;
    struct evdns_base *dns;
    size_t left;
    enum status status;
};

struct lookup {
    struct lookups *all;
    const struct question *question;
};

static const char *const type_names[] = {"A", "AAAA", "PTR", "addresses"};

static int report(const char *what, const char *why) {
    fprintf(stderr, "dns-lookup: %s: %s\n", what, why);
    return -1;
}

static void lookup_end(struct lookup *lookup, enum status status) {
    struct lookups *all = lookup->all;
    if (status > all->status)
        all->status = status;
    if (--all->left == 0)
        event_base_loopbreak(all->base);
}

static void lookup_fail(struct lookup *lookup, enum status status, const char *why, int ttl) {
    fprintf(stderr, "dns-lookup: %s %s: %s", lookup->question->name,
            type_names[lookup->question->type], why);
    if (ttl > 0)
        fprintf(stderr, ", for %d s", ttl);
    fputc('\n', stderr);
    lookup_end(lookup, status);
}

static enum status status_of(int error) {
    switch (error) {
    case DNS_ERR_NONE:
        return STATUS_FOUND;
    case DNS_ERR_NOTEXIST:
        return STATUS_NO_NAME;
    case DNS_ERR_NODATA:
        return STATUS_NO_DATA;
    case DNS_ERR_TIMEOUT:
        return STATUS_TIMEOUT;
    default:
        return STATUS_FAILED;
    }
}

static void print_addresses(const char *name, int family, int count, int ttl,
                            const unsigned char *bytes) {
    char text[INET6_ADDRSTRLEN];
    int i;
    for (i = 0; i < count; i++, bytes += family == AF_INET ? 4 : 16)
        printf("%s\t%d\t%s\t%s\n", name, ttl, family == AF_INET ? "A" : "AAAA",
               evutil_inet_ntop(family, bytes, text, sizeof text));
}

static void on_answer(int result, char type, int count, int ttl, void *data, void *arg) {
    struct lookup *lookup = arg;
    const char *name = lookup->question->name;

    if (result != DNS_ERR_NONE) {
        lookup_fail(lookup, status_of(result), evdns_err_to_string(result), ttl);
        return;
    }
    switch (type) {
    case DNS_CNAME: /* comes after the addresses of the name, and is the end */
        printf("%s\t%d\tCNAME\t%s\n", name, ttl, (const char *)data);
        return;
    case DNS_PTR:
        printf("%s\t%d\tPTR\t%s\n", name, ttl, *(char **)data);
        break;
    default:
        print_addresses(name, type == DNS_IPv4_A ? AF_INET : AF_INET6, count, ttl, data);
    }
    lookup_end(lookup, STATUS_FOUND);
}

static void on_addrinfo(int error, struct evutil_addrinfo *list, void *arg) {
    struct lookup *lookup = arg;
    const struct evutil_addrinfo *one;
    char text[INET6_ADDRSTRLEN];

    if (error != 0) {
        lookup_fail(lookup,
                    error == EVUTIL_EAI_NONAME   ? STATUS_NO_NAME
                    : error == EVUTIL_EAI_NODATA ? STATUS_NO_DATA
                    : error == EVUTIL_EAI_AGAIN  ? STATUS_TIMEOUT
                                                 : STATUS_FAILED,
                    evutil_gai_strerror(error), 0);
        return;
    }
    for (one = list; one != NULL; one = one->ai_next) {
        const struct sockaddr_in *ipv4 = (const void *)one->ai_addr;
        const struct sockaddr_in6 *ipv6 = (const void *)one->ai_addr;
        if (one->ai_family == AF_INET)
            printf("%s\t%s:%u\n", list->ai_canonname,
                   evutil_inet_ntop(AF_INET, &ipv4->sin_addr, text, sizeof text),
                   ntohs(ipv4->sin_port));
        else
            printf("%s\t[%s]:%u\n", list->ai_canonname,
                   evutil_inet_ntop(AF_INET6, &ipv6->sin6_addr, text, sizeof text),
                   ntohs(ipv6->sin6_port));
    }
    evutil_freeaddrinfo(list);
    lookup_end(lookup, STATUS_FOUND);
}

/* A name that is asked for as it is, "1.2.0.192.in-addr.arpa", back to the address. */
static bool address_in(const char *name, struct in_addr *ret_address) {
    unsigned a, b, c, d;
    int size = 0;
    if (sscanf(name, "%3u.%3u.%3u.%3u.in-addr.arpa%n", &a, &b, &c, &d, &size) != 4 || size == 0 ||
        (name[size] != '\0' && strcmp(name + size, ".") != 0) || (a | b | c | d) > 255)
        return false;
    ret_address->s_addr = htonl((uint32_t)d << 24 | c << 16 | b << 8 | a);
    return true;
}

static struct evdns_request *ask_reverse(struct evdns_base *dns, struct lookup *lookup) {
    const struct question *question = lookup->question;
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (question->reverse ? evutil_inet_pton(AF_INET, question->name, &ipv4) == 1
                          : address_in(question->name, &ipv4))
        return evdns_base_resolve_reverse(dns, &ipv4, 0, on_answer, lookup);
    if (evutil_inet_pton(AF_INET6, question->name, &ipv6) == 1)
        return evdns_base_resolve_reverse_ipv6(dns, &ipv6, 0, on_answer, lookup);
    return NULL;
}

/* Begins a look-up, which may end before this returns. */
static void ask(struct lookup *lookup) {
    const struct options *options = lookup->all->options;
    const struct question *question = lookup->question;
    const int flags = DNS_CNAME_CALLBACK | (options->no_search ? DNS_QUERY_NO_SEARCH : 0);
    struct evutil_addrinfo hints = {
        .ai_flags = EVUTIL_AI_CANONNAME, .ai_family = options->family, .ai_socktype = SOCK_STREAM};
    struct evdns_base *dns = lookup->all->dns;
    struct evdns_request *request = NULL;

    switch (question->type) {
    case TYPE_A:
        request = evdns_base_resolve_ipv4(dns, question->name, flags, on_answer, lookup);
        break;
    case TYPE_AAAA:
        request = evdns_base_resolve_ipv6(dns, question->name, flags, on_answer, lookup);
        break;
    case TYPE_PTR:
        request = ask_reverse(dns, lookup);
        break;
    case TYPE_ADDRINFO:
        evdns_getaddrinfo(dns, question->name, options->service, &hints, on_addrinfo, lookup);
        return;
    }
    if (request == NULL)
        lookup_fail(lookup, STATUS_FAILED, "not a name that can be asked for", 0);
}

static int set_option(struct evdns_base *dns, const char *option, const char *value) {
    if (value == NULL || evdns_base_set_option(dns, option, value) == 0)
        return 0;
    return report(option, "the resolver does not take this value");
}

/* What the command line says goes before what the files say. */
static int set_up(struct evdns_base *dns, const struct options *options) {
    int flags = DNS_OPTION_MISC | DNS_OPTION_NAMESERVERS_NO_DEFAULT, result;
    size_t i;

    flags |= options->server_count == 0 ? DNS_OPTION_NAMESERVERS : 0;
    flags |= options->domain_count == 0 && !options->no_search ? DNS_OPTION_SEARCH : 0;
    result = evdns_base_resolv_conf_parse(dns, flags, options->config);
    if (result != EVDNS_ERROR_NONE && options->server_count == 0)
        return report(options->config, result == EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED
                                           ? "no nameserver in it"
                                           : "cannot be read");
    for (i = 0; i < options->server_count; i++) {
        if (evdns_base_nameserver_ip_add(dns, options->servers[i]) != 0)
            return report(options->servers[i], "not an address to ask at, or there twice");
    }
    for (i = 0; i < options->domain_count; i++)
        evdns_base_search_add(dns, options->domains[i]);
    if (options->hosts == NULL)
        evdns_base_load_hosts(dns, "/etc/hosts");
    else if (evdns_base_load_hosts(dns, options->hosts) != 0)
        return report(options->hosts, "cannot be read");
    return set_option(dns, "timeout", options->timeout) ||
                   set_option(dns, "attempts", options->attempts) ||
                   set_option(dns, "edns-udp-size", options->udp_size) ||
                   set_option(dns, "use-vc", options->tcp ? "" : NULL) ||
                   set_option(dns, "ignore-tc", options->ignore_truncation ? "" : NULL)
               ? -1
               : 0;
}

int lookup_run(const struct options *options) {
    struct lookups all = {.options = options, .left = options->question_count};
    struct lookup *lookups = calloc(options->question_count, sizeof *lookups);
    int result = -1;
    size_t i;

    all.base = event_base_new();
    all.dns = all.base != NULL ? evdns_base_new(all.base, 0) : NULL;
    if (lookups == NULL || all.dns == NULL) {
        report("start", "out of memory, or of random bytes");
    } else if (set_up(all.dns, options) == 0) {
        for (i = 0; i < options->question_count; i++) {
            lookups[i] = (struct lookup){.all = &all, .question = &options->questions[i]};
            ask(&lookups[i]);
        }
        result = all.left > 0 ? event_base_dispatch(all.base) : 0;
    }
    if (all.dns != NULL)
        evdns_base_free(all.dns, 0);
    if (all.base != NULL)
        event_base_free(all.base);
    free(lookups);
    return result < 0 ? STATUS_FAILED : (int)all.status;
}
