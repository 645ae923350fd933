/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of dns-lookup offer each other. */
#ifndef DNS_LOOKUP_H_INCLUDED_
#define DNS_LOOKUP_H_INCLUDED_

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses; of several look-ups the largest. */
enum status {
    STATUS_FOUND = 0,
    STATUS_FAILED = 1, /* also: the nameserver refused, or could not tell */
    STATUS_USAGE = 2,
    STATUS_NO_NAME = 3,
    STATUS_NO_DATA = 4, /* the name is there, and has no such record */
    STATUS_TIMEOUT = 5,
};

enum type { TYPE_A, TYPE_AAAA, TYPE_PTR, TYPE_ADDRINFO };

struct question {
    const char *name; /* or an address, where `reverse` */
    enum type type;
    bool reverse;
};

/* What the command line says. */
struct options {
    struct question *questions;
    size_t question_count;
    const char **servers;
    size_t server_count;
    const char **domains; /* the search list, instead of that of `config` */
    size_t domain_count;
    const char *config;
    const char *hosts; /* NULL: the system's */
    const char *service;
    const char *timeout, *attempts, *udp_size; /* NULL: the resolver's own */
    int family;                                /* of getaddrinfo */
    bool tcp, no_search, ignore_truncation;
};

/** Looks everything up at once and prints what comes. Returns an exit status. */
int lookup_run(const struct options *options);

#endif
