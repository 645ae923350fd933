/* SPDX-License-Identifier: BSD-3-Clause */
/* Conditional requests and ranges: RFC 9110 sections 13 and 14. */
#include "http-server.h"

#include <event2/http.h>
#include <event2/util.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void make_tag(char tag[TAG_SIZE], const struct stat *about) {
    evutil_snprintf(tag, TAG_SIZE, "\"%llx-%llx-%lx\"", (unsigned long long)about->st_size,
                    (unsigned long long)about->st_mtim.tv_sec,
                    (unsigned long)about->st_mtim.tv_nsec);
}

static const char *field(struct evhttp_request *request, const char *name) {
    return evhttp_find_header(evhttp_request_get_input_headers(request), name);
}

/* Whether a list of entity tags, or "*", has `tag`. Those marked as weak match only if `weak`. */
static bool has_tag(const char *list, const char *tag, bool weak) {
    size_t length = strlen(tag);

    if (strcmp(list, "*") == 0)
        return true;
    for (;;) {
        const char *end;
        bool is_weak;
        list += strspn(list, " \t,");
        is_weak = strncmp(list, "W/", 2) == 0;
        list += is_weak ? 2 : 0;
        end = *list == '"' ? strchr(list + 1, '"') : NULL;
        if (end == NULL) /* the end, or no list of tags */
            return false;
        end++;
        if ((weak || !is_weak) && (size_t)(end - list) == length && memcmp(list, tag, length) == 0)
            return true;
        list = end;
    }
}

/* Takes a date in any of the three forms that RFC 9110 section 5.6.7 has recipients accept. */
static bool read_date(const char *text, time_t *ret_date) {
    static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                        "%a %b %e %H:%M:%S %Y"};
    size_t i;

    for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct tm parts = {0};
        const char *end = strptime(text, forms[i], &parts);
        if (end != NULL && *end == '\0') {
            *ret_date = timegm(&parts);
            return *ret_date != (time_t)-1;
        }
    }
    return false;
}

int check_conditions(struct evhttp_request *request, const char *tag, time_t modified) {
    const char *match = field(request, "If-Match");
    const char *unmodified = field(request, "If-Unmodified-Since");
    const char *none_match = field(request, "If-None-Match");
    const char *since = field(request, "If-Modified-Since");
    time_t date;

    if (match != NULL) {
        if (!has_tag(match, tag, false))
            return 412;
    } else if (unmodified != NULL && read_date(unmodified, &date) && modified > date) {
        return 412;
    }
    if (none_match != NULL)
        return has_tag(none_match, tag, true) ? HTTP_NOTMODIFIED : HTTP_OK;
    if (since != NULL && read_date(since, &date) && modified <= date)
        return HTTP_NOTMODIFIED;
    return HTTP_OK;
}

/* Takes digits from the front of `*text`, at least one. A number too large becomes the largest. */
static bool read_count(const char **text, long long *ret_count) {
    const char *p = *text;
    long long count = 0;

    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        int digit = *p - '0';
        count = count > (LLONG_MAX - digit) / 10 ? LLONG_MAX : count * 10 + digit;
    }
    *text = p;
    *ret_count = count;
    return true;
}

/* Several ranges, units other than bytes and ill-formed ones are ignored, as a server may. */
int check_range(struct evhttp_request *request, const char *tag, off_t size,
                struct range *ret_range) {
    const char *text = field(request, "Range"), *condition = field(request, "If-Range");
    long long first, last = LLONG_MAX;
    bool suffix;

    if (text == NULL || strncasecmp(text, "bytes=", 6) != 0)
        return HTTP_OK;
    /* A date tells too little: a file may change twice in a second. So only a tag will do. */
    if (condition != NULL && strcmp(condition, tag) != 0)
        return HTTP_OK;
    text += 6;
    suffix = *text == '-';
    if (suffix) {
        text++;
        if (!read_count(&text, &last) || *text != '\0')
            return HTTP_OK;
        if (last == 0)
            return 416;
        if (size == 0) /* all of it; an empty range can not be written down */
            return HTTP_OK;
        first = last < size ? size - last : 0;
        last = LLONG_MAX;
    } else {
        if (!read_count(&text, &first) || *text++ != '-' ||
            (*text != '\0' && !read_count(&text, &last)) || *text != '\0' || last < first)
            return HTTP_OK;
        if (first >= size)
            return 416;
    }
    ret_range->first = (off_t)first;
    ret_range->length = (off_t)((last < size ? last + 1 : (long long)size) - first);
    return 206;
}
