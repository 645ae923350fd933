/* SPDX-License-Identifier: BSD-3-Clause */
/* The data of records: from the words of a zone file to what is sent. */
#include "zone.h"

#include <event2/dns.h>
#include <event2/util.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define DATA_SIZE 65535
#define STRING_SIZE 255
#define SOA_NUMBERS 5 /* serial, refresh, retry, expire, minimum */

/* Data while it is put together. */
struct data {
    size_t size;
    unsigned char bytes[DATA_SIZE];
    bool has_name;
    struct name name;
};

typedef const char *reader(const struct word *words, size_t count, const struct name *origin,
                           struct data *data);

static bool put(struct data *data, const void *bytes, size_t size) {
    if (size > DATA_SIZE - data->size)
        return false;
    memcpy(data->bytes + data->size, bytes, size);
    data->size += size;
    return true;
}

static const char *put_number(struct data *data, const char *text, unsigned size,
                              unsigned long most) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                              (unsigned char)(value >> 8), (unsigned char)value};
    if (*text < '0' || *text > '9' || *end != '\0' || value > most || strlen(text) > 10)
        return "a number that is none or too large";
    return put(data, bytes + 4 - size, size) ? NULL : "too much data";
}

static const char *put_name(struct data *data, const char *text, const struct name *origin) {
    struct name name;
    const char *fault = name_read(text, origin, &name);
    if (fault == NULL && !put(data, name.bytes, name.size))
        fault = "too much data";
    return fault;
}

static const char *read_a(const struct word *words, size_t count, const struct name *origin,
                          struct data *data) {
    (void)origin;
    data->size = 4;
    return count == 1 && evutil_inet_pton(AF_INET, words->text, data->bytes) == 1
               ? NULL
               : "A needs an IPv4 address";
}

static const char *read_aaaa(const struct word *words, size_t count, const struct name *origin,
                             struct data *data) {
    (void)origin;
    data->size = 16;
    return count == 1 && evutil_inet_pton(AF_INET6, words->text, data->bytes) == 1
               ? NULL
               : "AAAA needs an IPv6 address";
}

/* NS, CNAME, PTR. */
static const char *read_name(const struct word *words, size_t count, const struct name *origin,
                             struct data *data) {
    if (count != 1)
        return "one name is needed";
    data->has_name = true;
    return name_read(words->text, origin, &data->name);
}

static const char *read_mx(const struct word *words, size_t count, const struct name *origin,
                           struct data *data) {
    const char *fault;
    if (count != 2)
        return "MX needs a preference and a name";
    fault = put_number(data, words[0].text, 2, 65535);
    if (fault == NULL)
        fault = read_name(words + 1, 1, origin, data);
    if (fault == NULL && !put(data, data->name.bytes, data->name.size))
        fault = "too much data";
    return fault;
}

static const char *read_soa(const struct word *words, size_t count, const struct name *origin,
                            struct data *data) {
    const char *fault;
    size_t i;
    if (count != 2 + SOA_NUMBERS)
        return "SOA needs two names and five numbers";
    fault = put_name(data, words[0].text, origin);
    if (fault == NULL)
        fault = put_name(data, words[1].text, origin);
    for (i = 2; i < count && fault == NULL; i++)
        fault = put_number(data, words[i].text, 4, i == 2 ? 0xffffffff : 0x7fffffff);
    return fault;
}

static const char *read_txt(const struct word *words, size_t count, const struct name *origin,
                            struct data *data) {
    size_t i;
    (void)origin;
    if (count == 0)
        return "TXT needs a string";
    for (i = 0; i < count; i++) {
        unsigned char size = (unsigned char)words[i].size;
        if (words[i].size > STRING_SIZE)
            return "a string of more than 255 bytes";
        if (!words[i].quoted && strchr(words[i].text, '\\') != NULL)
            return "a string with a backslash has to be in quotes";
        if (!put(data, &size, 1) || !put(data, words[i].text, size))
            return "too much data";
    }
    return NULL;
}

static const struct {
    const char *name;
    int type;
    reader *read;
} types[] = {
    {"A", EVDNS_TYPE_A, read_a},       {"AAAA", EVDNS_TYPE_AAAA, read_aaaa},
    {"NS", EVDNS_TYPE_NS, read_name},  {"CNAME", EVDNS_TYPE_CNAME, read_name},
    {"MX", EVDNS_TYPE_MX, read_mx},    {"PTR", EVDNS_TYPE_PTR, read_name},
    {"SOA", EVDNS_TYPE_SOA, read_soa}, {"TXT", EVDNS_TYPE_TXT, read_txt},
};

struct record *record_read(const char *type, const struct word *words, size_t count,
                           const struct name *origin, const char **ret_fault) {
    static struct data data;
    struct record *record;
    size_t i = 0;

    while (i < sizeof types / sizeof *types && strcasecmp(types[i].name, type) != 0)
        i++;
    if (i == sizeof types / sizeof *types) {
        *ret_fault = "not a type that is known here";
        return NULL;
    }
    /* Only a string may hold a NUL. */
    for (size_t word = 0; word < count && types[i].read != read_txt; word++) {
        if (words[word].quoted) {
            *ret_fault = "quotes are for TXT";
            return NULL;
        }
    }
    data.size = 0;
    data.has_name = false;
    *ret_fault = types[i].read(words, count, origin, &data);
    if (*ret_fault != NULL)
        return NULL;
    record = calloc(1, sizeof *record + data.size);
    if (record == NULL) {
        *ret_fault = "out of memory";
        return NULL;
    }
    record->type = types[i].type;
    record->has_name = data.has_name;
    if (data.has_name)
        record->name = data.name;
    record->size = data.size;
    memcpy(record->data, data.bytes, data.size);
    return record;
}

int record_minimum(const struct record *soa) {
    const unsigned char *at = soa->data + soa->size - 4;
    return at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}
