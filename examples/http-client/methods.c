/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of methods, which are case-sensitive (RFC 9110 section 9.1). */
#include "http-client.h"

#include <string.h>

static const struct {
    const char *name;
    enum evhttp_cmd_type method;
} methods[] = {
    {"GET", EVHTTP_REQ_GET},           {"HEAD", EVHTTP_REQ_HEAD},
    {"POST", EVHTTP_REQ_POST},         {"PUT", EVHTTP_REQ_PUT},
    {"DELETE", EVHTTP_REQ_DELETE},     {"OPTIONS", EVHTTP_REQ_OPTIONS},
    {"TRACE", EVHTTP_REQ_TRACE},       {"PATCH", EVHTTP_REQ_PATCH},
    {"PROPFIND", EVHTTP_REQ_PROPFIND}, {"PROPPATCH", EVHTTP_REQ_PROPPATCH},
    {"MKCOL", EVHTTP_REQ_MKCOL},       {"LOCK", EVHTTP_REQ_LOCK},
    {"UNLOCK", EVHTTP_REQ_UNLOCK},     {"COPY", EVHTTP_REQ_COPY},
    {"MOVE", EVHTTP_REQ_MOVE},
};
#define COUNT (sizeof methods / sizeof methods[0])

enum evhttp_cmd_type method_of(const char *name) {
    size_t i;
    for (i = 0; i < COUNT; i++) {
        if (strcmp(name, methods[i].name) == 0)
            return methods[i].method;
    }
    return (enum evhttp_cmd_type)0;
}

const char *method_name(enum evhttp_cmd_type method) {
    size_t i;
    for (i = 0; i < COUNT; i++) {
        if (method == methods[i].method)
            return methods[i].name;
    }
    return "?";
}
