/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps pages of other sites, open in a browser that can reach the device, from using it.
 *
 * They may not read what it answers, but they may send: a form to /api/value, or a WebSocket, which
 * they even may read. A browser tells whose page it is in Origin, and that has to be the host that
 * is asked. And a name of theirs may be made to lead here (DNS rebinding), which makes the device
 * their own site: so the host is an address, "localhost", or the name that the command line gives.
 *
 * Who is at the network itself needs no browser. A device that has something to protect wants TLS
 * and a password beside this.
 */
#include "dashboard.h"

#include <event2/http.h>
#include <event2/util.h>

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define HTTP_MISDIRECTED 421

static bool is_own_name(const struct dashboard *dashboard, const char *host) {
    struct sockaddr_storage address;
    int length = sizeof address;

    return strcasecmp(host, "localhost") == 0 ||
           (dashboard->name != NULL && strcasecmp(host, dashboard->name) == 0) ||
           evutil_parse_sockaddr_port(host, (struct sockaddr *)&address, &length) == 0;
}

static bool is_own_page(struct evhttp_request *request) {
    const struct evkeyvalq *fields = evhttp_request_get_input_headers(request);
    const char *origin = evhttp_find_header(fields, "Origin");
    const char *host = evhttp_find_header(fields, "Host");

    if (origin == NULL) /* no page, or nothing that could do harm */
        return true;
    origin = strstr(origin, "://"); /* whatever stands before: TLS may end in front of us */
    return origin != NULL && host != NULL && strcasecmp(origin + 3, host) == 0;
}

bool guard_request(struct dashboard *dashboard, struct evhttp_request *request) {
    const char *host = evhttp_request_get_host(request);

    dashboard->requests++;
    if (host != NULL && !is_own_name(dashboard, host))
        evhttp_send_error(request, HTTP_MISDIRECTED, "Misdirected Request");
    else if (!is_own_page(request))
        evhttp_send_error(request, HTTP_FORBIDDEN, NULL);
    else
        return true;
    return false;
}
