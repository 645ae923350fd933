/* SPDX-License-Identifier: BSD-3-Clause */
/* The header fields of a request: the user's, and those that it takes beside them. */
#include "http-client.h"

#include <event2/keyvalq_struct.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Adds "Name: value" as the user gave it. Credentials are for the server that the user named, and
 * what describes a body goes only with one. */
static bool add_user_field(struct evkeyvalq *fields, const struct asked *asked, const char *text) {
    static const char *const private_fields[] = {"Authorization", "Cookie", "Host",
                                                 "Proxy-Authorization"};
    const char *colon = strchr(text, ':');
    char *name = strdup(text);
    bool wanted = asked->with_body || strncasecmp(text, "Content-", 8) != 0;
    bool good = name != NULL;
    size_t i;

    if (good) {
        name[colon - text] = '\0';
        for (i = 0; i < sizeof private_fields / sizeof private_fields[0]; i++)
            wanted = wanted && (asked->at_home || strcasecmp(name, private_fields[i]) != 0);
        colon++;
        colon += strspn(colon, " \t");
        good = !wanted || evhttp_add_header(fields, name, colon) == 0;
    }
    free(name);
    return good;
}

static bool add_field(struct evkeyvalq *fields, const char *name, const char *value) {
    return evhttp_find_header(fields, name) != NULL || evhttp_add_header(fields, name, value) == 0;
}

bool fields_add(struct evkeyvalq *fields, const struct options *options,
                const struct asked *asked) {
    char *host = location_host(asked->uri);
    bool good = host != NULL;
    int i;

    for (i = 0; good && i < options->header_count; i++)
        good = add_user_field(fields, asked, options->headers[i]);
    good = good && add_field(fields, "Host", host) &&
           add_field(fields, "User-Agent", "evlet-http-client") &&
           add_field(fields, "Accept", "*/*");
    if (good && asked->with_body && options->data != NULL)
        good = add_field(fields, "Content-Type", "application/x-www-form-urlencoded");
    free(host);
    return good;
}

void fields_print(FILE *file, const char *before, const struct evkeyvalq *fields) {
    const struct evkeyval *field;
    for (field = fields->tqh_first; field != NULL; field = field->next.tqe_next)
        fprintf(file, "%s%s: %s\n", before, field->key, field->value);
}
