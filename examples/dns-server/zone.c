/* SPDX-License-Identifier: BSD-3-Clause */
/* The records of a zone: few enough to be looked through from the first to the last. */
#include "zone.h"

#include <event2/dns.h>

#include <stdlib.h>
#include <string.h>

static bool same_record(const struct record *a, const struct record *b) {
    return a->type == b->type && a->size == b->size && memcmp(a->data, b->data, a->size) == 0 &&
           (!a->has_name || name_is(&a->name, &b->name));
}

/* What two records of the same name may not be, or NULL. */
static const char *conflict(const struct record *there, const struct record *record) {
    if (same_record(there, record))
        return "this record is there already";
    if (there->type == EVDNS_TYPE_CNAME || record->type == EVDNS_TYPE_CNAME)
        return "a CNAME is the only record of its name";
    if (there->type == record->type && there->ttl != record->ttl)
        return "records of one name and type need the same TTL";
    return NULL;
}

const char *zone_add(struct zone *zone, struct record *record) {
    const struct record *other = NULL;
    const char *fault;

    if (zone->soa == NULL && record->type != EVDNS_TYPE_SOA)
        return "the SOA record has to be the first";
    if (zone->soa != NULL && record->type == EVDNS_TYPE_SOA)
        return "a second SOA record";
    if (zone->soa != NULL && !name_is_below(&record->owner, &zone->soa->owner))
        return "the name is outside of the zone";
    if (record->type == EVDNS_TYPE_NS && !name_is(&record->owner, &zone->soa->owner))
        return "NS records of parts of the zone are not supported";
    while ((other = zone_find(zone, &record->owner, EVDNS_QTYPE_ALL, other)) != NULL) {
        fault = conflict(other, record);
        if (fault != NULL)
            return fault;
    }
    if (zone->soa == NULL) {
        zone->soa = record;
        zone->end = &zone->records;
        zone->negative_ttl = record_minimum(record);
        if (record->ttl < zone->negative_ttl)
            zone->negative_ttl = record->ttl;
    }
    *zone->end = record;
    zone->end = &record->next;
    return NULL;
}

const char *zone_lacks(const struct zone *zone) {
    if (zone->soa == NULL)
        return "there is no SOA record";
    if (zone_find(zone, &zone->soa->owner, EVDNS_TYPE_NS, NULL) == NULL)
        return "there is no NS record of the zone";
    return NULL;
}

const struct zone *zone_of(const struct zone *zones, const struct name *name) {
    const struct zone *best = NULL;
    for (; zones != NULL; zones = zones->next) {
        if (name_is_below(name, &zones->soa->owner) &&
            (best == NULL || zones->soa->owner.size > best->soa->owner.size))
            best = zones;
    }
    return best;
}

const struct record *zone_find(const struct zone *zone, const struct name *name, int type,
                               const struct record *last) {
    const struct record *record = last != NULL ? last->next : zone->records;
    for (; record != NULL; record = record->next) {
        if ((type == EVDNS_QTYPE_ALL || type == record->type) && name_is(&record->owner, name))
            return record;
    }
    return NULL;
}

bool zone_has(const struct zone *zone, const struct name *name) {
    const struct record *record = zone->records;
    while (record != NULL && !name_is_below(&record->owner, name))
        record = record->next;
    return record != NULL;
}

void zone_free(struct zone *zone) {
    struct record *record = zone->records;
    while (record != NULL) {
        struct record *next = record->next;
        free(record);
        record = next;
    }
    free(zone);
}
