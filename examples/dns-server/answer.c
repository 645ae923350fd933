/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers from zones (RFC 1034 section 4.3.2). */
#include "zone.h"

#include <event2/dns.h>
#include <event2/dns_struct.h>

#define CLASS_ANY 255
#define MOST_ALIASES 16 /* one behind the other; more are a circle */

/* Codes that event2/dns.h has for a resolver; for a server they are the same. */
enum {
    OK = DNS_ERR_NONE,
    NO_NAME = DNS_ERR_NOTEXIST,
    FORMAT = DNS_ERR_FORMAT,
    FAILED = DNS_ERR_SERVERFAILED,
    NOT_MINE = DNS_ERR_REFUSED
};

/* `owner`: the name as it was asked for, so that its letters keep their case, or NULL. */
static int add(struct evdns_server_request *request, int section, const struct record *record,
               const char *owner, int ttl) {
    char name[NAME_TEXT_SIZE], text[NAME_TEXT_SIZE];
    if (owner == NULL) {
        name_write(&record->owner, text);
        owner = text;
    }
    if (!record->has_name || record->type == EVDNS_TYPE_MX)
        return evdns_server_request_add_reply(request, section, owner, record->type,
                                              EVDNS_CLASS_INET, ttl, (int)record->size, 0,
                                              (const char *)record->data);
    name_write(&record->name, name);
    return evdns_server_request_add_reply(request, section, owner, record->type, EVDNS_CLASS_INET,
                                          ttl, 0, 1, name);
}

/* The addresses of a nameserver or a mail server save a question (RFC 1035 section 3.3). */
static int add_addresses(struct evdns_server_request *request, const struct zone *zone,
                         const struct name *name) {
    static const int types[] = {EVDNS_TYPE_A, EVDNS_TYPE_AAAA};
    const struct record *record = NULL;
    int result = 0;
    size_t i;
    for (i = 0; i < 2; i++) {
        while ((record = zone_find(zone, name, types[i], record)) != NULL && result == 0)
            result = add(request, EVDNS_ADDITIONAL_SECTION, record, NULL, record->ttl);
    }
    return result;
}

/* All records of the type. Returns how many, or -1. */
static int add_all(struct evdns_server_request *request, const struct zone *zone,
                   const struct name *name, int type, const char *owner) {
    const struct record *record = NULL;
    int count = 0;
    while ((record = zone_find(zone, name, type, record)) != NULL) {
        if (add(request, EVDNS_ANSWER_SECTION, record, owner, record->ttl) != 0)
            return -1;
        if ((record->type == EVDNS_TYPE_NS || record->type == EVDNS_TYPE_MX) &&
            add_addresses(request, zone, &record->name) != 0)
            return -1;
        count++;
    }
    return count;
}

/* What is not there is told with the SOA record, whose TTL is how long that may be believed. */
static int add_nothing(struct evdns_server_request *request, const struct zone *zone,
                       const struct name *name) {
    if (add(request, EVDNS_AUTHORITY_SECTION, zone->soa, NULL, zone->negative_ttl) != 0)
        return FAILED;
    return zone_has(zone, name) ? OK : NO_NAME;
}

/* Follows aliases as long as they stay in the zone. Returns the code of the answer. */
static int look_up(struct evdns_server_request *request, const struct zone *zone,
                   const struct name *name, int type, const char *owner) {
    int aliases, count;
    for (aliases = 0; aliases <= MOST_ALIASES; aliases++) {
        const struct record *alias = zone_find(zone, name, EVDNS_TYPE_CNAME, NULL);
        if (alias == NULL || type == EVDNS_TYPE_CNAME || type == EVDNS_QTYPE_ALL) {
            count = add_all(request, zone, name, type, owner);
            return count > 0 ? OK : count < 0 ? FAILED : add_nothing(request, zone, name);
        }
        if (add(request, EVDNS_ANSWER_SECTION, alias, owner, alias->ttl) != 0)
            return FAILED;
        name = &alias->name;
        owner = NULL;
        if (!name_is_below(name, &zone->soa->owner))
            return OK;
    }
    return FAILED;
}

void answer(struct evdns_server_request *request, void *zones) {
    const struct evdns_server_question *question = request->questions[0];
    const struct zone *zone;
    struct name name;
    int result;

    if (request->nquestions != 1 || name_read(question->name, NULL, &name) != NULL) {
        evdns_server_request_respond(request, FORMAT);
        return;
    }
    zone = zone_of(zones, &name);
    /* Whole zones, and what is no type of a record, are given to nobody. */
    if (zone == NULL || (question->type >= 128 && question->type <= 254) ||
        (question->class != EVDNS_CLASS_INET && question->class != CLASS_ANY)) {
        evdns_server_request_respond(request, NOT_MINE);
        return;
    }
    evdns_server_request_set_flags(request, EVDNS_FLAGS_AA);
    result = look_up(request, zone, &name, question->type, question->name);
    evdns_server_request_respond(request, result);
}
