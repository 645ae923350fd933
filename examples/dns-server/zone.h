/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of dns-server offer each other. */
#ifndef DNS_SERVER_ZONE_H_INCLUDED_
#define DNS_SERVER_ZONE_H_INCLUDED_

#include <stdbool.h>
#include <stddef.h>

struct evdns_server_request;

/*
 * ---- name.c ----
 */

#define NAME_SIZE 255       /* bytes of a name in a packet, RFC 1035 section 3.1 */
#define NAME_TEXT_SIZE 1016 /* of any name as text, with NUL: each byte may take four */

/** A name as it is in packets: labels with their lengths before them, an empty one at the end. */
struct name {
    size_t size;
    unsigned char bytes[NAME_SIZE];
};

/** Reads a name of a zone file (RFC 1035 section 5.1): "@" is the origin, and what does not end in
 *  a dot is below it. `origin` may be NULL: every name is whole. Returns NULL, or what is wrong. */
const char *name_read(const char *text, const struct name *origin, struct name *ret_name);

void name_write(const struct name *name, char text[NAME_TEXT_SIZE]);

/** Whether they are the same, in upper or lower case. */
bool name_is(const struct name *a, const struct name *b);

/** Whether `name` is `above` or ends in it. */
bool name_is_below(const struct name *name, const struct name *above);

/*
 * ---- zone.c ----
 */

struct record {
    struct record *next;
    struct name owner;
    int type; /* EVDNS_TYPE_* */
    int ttl;  /* seconds */
    /* A name is kept apart from other data, so that it is compressed in answers. For MX it is there
     * twice: this one is to look for its addresses. */
    bool has_name;
    struct name name;
    size_t size;
    unsigned char data[]; /* what of it is not the name */
};

/** All there is of a zone. */
struct zone {
    struct zone *next;
    struct record *soa; /* the first record; its owner is the name of the zone */
    struct record *records;
    struct record **end;
    int negative_ttl; /* of what is not there, RFC 2308 section 3 */
};

/** Adds a record of the zone; it becomes the zone's if that succeeds. Returns NULL, or why it may
 *  not be there. */
const char *zone_add(struct zone *zone, struct record *record);

/** What a whole zone lacks, or NULL. */
const char *zone_lacks(const struct zone *zone);

/** The zone that a name is in: that with the longest name, or NULL. */
const struct zone *zone_of(const struct zone *zones, const struct name *name);

/** The next record of the name behind `last`, or the first, or NULL. `type`: EVDNS_TYPE_*, or
 *  EVDNS_QTYPE_ALL. */
const struct record *zone_find(const struct zone *zone, const struct name *name, int type,
                               const struct record *last);

/** Whether there is anything at the name or below it. */
bool zone_has(const struct zone *zone, const struct name *name);

void zone_free(struct zone *zone);

/*
 * ---- zone_file.c and record.c ----
 */

/** Reads a zone. NULL, after saying what is wrong on standard error, with the line. */
struct zone *zone_read(const char *path);

/** A word of a zone file, without its quotes. */
struct word {
    const char *text;
    size_t size;
    bool quoted;
};

/** Makes a record from the words behind its type. Returns NULL and leaves what is wrong in
 *  `*ret_fault`. */
struct record *record_read(const char *type, const struct word *words, size_t count,
                           const struct name *origin, const char **ret_fault);

/** The last of the numbers of a SOA record. */
int record_minimum(const struct record *soa);

/*
 * ---- answer.c ----
 */

/** The callback of the server's ports; `zones` is a struct zone. */
void answer(struct evdns_server_request *request, void *zones);

#endif
