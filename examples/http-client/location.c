/* SPDX-License-Identifier: BSD-3-Clause */
/* URIs: where to connect to, what to ask for there, and where a redirection leads. */
#include "http-client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HTTP_PORT 80

/* Takes "." and ".." out of a path that begins with "/", in place (RFC 3986 section 5.2.4). */
static void remove_dot_segments(char *path) {
    const char *from = path;
    char *to = path;

    while (*from != '\0') {
        size_t length = 1 + strcspn(from + 1, "/"); /* of "/segment" */
        bool last = from[length] == '\0';
        if (length == 2 && from[1] == '.') {
            if (last)
                *to++ = '/';
        } else if (length == 3 && from[1] == '.' && from[2] == '.') {
            while (to > path && *--to != '/')
                ;
            if (last)
                *to++ = '/';
        } else {
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    *to = '\0';
}

/* Sets the path of `uri` to `path`, relative to that of the base if it does not begin with "/". */
static bool set_path(struct evhttp_uri *uri, const struct evhttp_uri *base, const char *path) {
    const char *before = evhttp_uri_get_path(base);
    const char *slash = strrchr(before, '/');
    size_t kept = *path == '/' || slash == NULL ? 0 : (size_t)(slash - before);
    size_t length = strlen(path);
    char *whole = malloc(kept + length + 2);
    bool good = false;

    if (whole != NULL) {
        memcpy(whole, before, kept);
        if (*path != '/')
            whole[kept++] = '/';
        memcpy(whole + kept, path, length + 1);
        remove_dot_segments(whole);
        good = evhttp_uri_set_path(uri, whole) == 0;
        free(whole);
    }
    return good;
}

/* Gives a reference without a host that of the base. */
static bool set_authority(struct evhttp_uri *uri, const struct evhttp_uri *base) {
    const char *unix_path = evhttp_uri_get_unixsocket(base);
    if (unix_path != NULL)
        return evhttp_uri_set_unixsocket(uri, unix_path) == 0;
    return evhttp_uri_set_host(uri, evhttp_uri_get_host(base)) == 0 &&
           evhttp_uri_set_port(uri, evhttp_uri_get_port(base)) == 0;
}

static bool resolve(struct evhttp_uri *uri, const struct evhttp_uri *base) {
    const char *path = evhttp_uri_get_path(uri);
    bool no_path = *path == '\0';

    if (evhttp_uri_get_scheme(uri) == NULL) {
        if (evhttp_uri_set_scheme(uri, evhttp_uri_get_scheme(base)) != 0)
            return false;
    } else if (evhttp_uri_get_host(uri) == NULL) {
        return true; /* something like mailto: */
    }
    if (evhttp_uri_get_host(uri) != NULL)
        return no_path || set_path(uri, base, path);
    if (no_path && evhttp_uri_get_query(uri) == NULL &&
        evhttp_uri_set_query(uri, evhttp_uri_get_query(base)) != 0)
        return false;
    if (!set_authority(uri, base))
        return false;
    return no_path ? evhttp_uri_set_path(uri, evhttp_uri_get_path(base)) == 0
                   : set_path(uri, base, path);
}

struct evhttp_uri *location_resolve(const struct evhttp_uri *base, const char *reference) {
    /* Not with EVHTTP_URI_UNIX_SOCKET: no server may send us to a socket of this machine. */
    struct evhttp_uri *uri = evhttp_uri_parse(reference);

    if (uri != NULL && !resolve(uri, base)) {
        evhttp_uri_free(uri);
        uri = NULL;
    }
    return uri;
}

int location_port(const struct evhttp_uri *uri) {
    int port = evhttp_uri_get_port(uri);
    return port < 0 ? HTTP_PORT : port;
}

bool location_same_origin(const struct evhttp_uri *a, const struct evhttp_uri *b) {
    const char *unix_a = evhttp_uri_get_unixsocket(a), *unix_b = evhttp_uri_get_unixsocket(b);
    if (unix_a != NULL || unix_b != NULL)
        return unix_a != NULL && unix_b != NULL && strcmp(unix_a, unix_b) == 0;
    if (evhttp_uri_get_host(a) == NULL || evhttp_uri_get_host(b) == NULL)
        return false;
    return strcasecmp(evhttp_uri_get_host(a), evhttp_uri_get_host(b)) == 0 &&
           location_port(a) == location_port(b);
}

char *location_target(const struct evhttp_uri *uri) {
    const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
    size_t room = strlen(path) + (query != NULL ? strlen(query) : 0) + 3;
    char *target = malloc(room);

    if (target != NULL)
        evutil_snprintf(target, room, "%s%s%s", *path == '\0' ? "/" : path,
                        query != NULL ? "?" : "", query != NULL ? query : "");
    return target;
}

char *location_host(const struct evhttp_uri *uri) {
    const char *host =
        evhttp_uri_get_unixsocket(uri) != NULL ? "localhost" : evhttp_uri_get_host(uri);
    size_t room = strlen(host) + sizeof ":65535";
    char *field = malloc(room);

    if (field != NULL && location_port(uri) == HTTP_PORT)
        evutil_snprintf(field, room, "%s", host);
    else if (field != NULL)
        evutil_snprintf(field, room, "%s:%d", host, location_port(uri));
    return field;
}
