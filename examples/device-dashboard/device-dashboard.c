/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A firmware with a face: a page that shows the device's live figures and sets a value, served from
 * the image itself. Prints "listening on ADDR:PORT" once clients can connect; ends on SIGINT or
 * SIGTERM.
 *
 *     GET  /             the page; its files are linked into the program (embed-assets.py)
 *     GET  /live         a WebSocket: the status each second and after changes; takes {"value": N}
 *     GET  /api/status   the status as JSON
 *     POST /api/value    {"value": N} as JSON, or a form with a field "value"
 *
 * Shows: evhttp and WebSocket sessions on one server, files without a file system, entity tags, one
 * state that many pages share, limits that fit a small device.
 */
#include "dashboard.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A browser opens some six connections to a host, and then its WebSocket. */
#define MAX_CONNECTIONS 32
#define BACKLOG 16
#define MAX_HEADERS 8192
#define IDLE_SECONDS 20

struct arguments {
    const char *address, *name;
    long port;
};

static int report(const char *what, const char *why) {
    fprintf(stderr, "device-dashboard: %s: %s\n", what, why);
    return -1;
}

static int report_socket(const char *what) {
    return report(what, evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
}

/* The listener tries again by itself after a while, so this is only to be told. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
    (void)listener;
    (void)arg;
    report_socket("accept, pausing");
}

static int print_address(struct evconnlistener *listener) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) != 0)
        return report_socket("getsockname");
    if (address.ss_family == AF_INET6) {
        evutil_inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
        printf("listening on [%s]:%u\n", host, ntohs(ipv6->sin6_port));
    } else {
        evutil_inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
        printf("listening on %s:%u\n", host, ntohs(ipv4->sin_port));
    }
    fflush(stdout);
    return 0;
}

/* Returns 0, or -1 after saying what failed. */
static int listen_on(struct dashboard *dashboard, const char *text, long port) {
    struct sockaddr_storage address;
    struct sockaddr *any = (struct sockaddr *)&address;
    struct evconnlistener *listener;
    in_port_t *where = NULL;
    int length = sizeof address;

    if (evutil_parse_sockaddr_port(text, any, &length) == 0)
        where = any->sa_family == AF_INET6 ? &((struct sockaddr_in6 *)&address)->sin6_port
                                           : &((struct sockaddr_in *)&address)->sin_port;
    if (where == NULL || *where != 0)
        return report(text, "not an address without a port");
    *where = htons((in_port_t)port);
    listener = evconnlistener_new_bind(
        dashboard->base, NULL, NULL,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG, any, length);
    if (listener == NULL)
        return report_socket("bind");
    if (evhttp_bind_listener(dashboard->http, listener) == NULL) {
        evconnlistener_free(listener);
        return report("listener", "out of memory");
    }
    evconnlistener_set_error_cb(listener, on_accept_error);
    return print_address(listener);
}

static bool set_up_http(struct dashboard *dashboard) {
    struct evhttp *http = dashboard->http = evhttp_new(dashboard->base);
    if (http == NULL)
        return false;
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
    evhttp_set_max_body_size(http, MAX_BODY);
    evhttp_set_max_headers_size(http, MAX_HEADERS);
    evhttp_set_max_connections(http, MAX_CONNECTIONS);
    evhttp_set_timeout(http, IDLE_SECONDS);
    evhttp_set_gencb(http, on_page, dashboard);
    return evhttp_set_cb(http, "/api/status", on_status, dashboard) == 0 &&
           evhttp_set_cb(http, "/api/value", on_value, dashboard) == 0 &&
           evhttp_set_cb(http, "/live", on_live, dashboard) == 0;
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

/* Returns 0, or -1 after saying what failed. */
static int run(struct dashboard *dashboard, const struct arguments *arguments) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    struct event *signals[2] = {NULL, NULL};
    int i, result = 0;

    for (i = 0; i < 2; i++) {
        signals[i] = evsignal_new(dashboard->base, numbers[i], on_signal, dashboard->base);
        if (signals[i] == NULL || event_add(signals[i], NULL) != 0)
            result = report_socket("signals");
    }
    if (result == 0)
        result = listen_on(dashboard, arguments->address, arguments->port);
    if (result == 0 && event_base_dispatch(dashboard->base) < 0)
        result = report("loop", "failed");
    for (i = 0; i < 2; i++) {
        if (signals[i] != NULL)
            event_free(signals[i]);
    }
    return result;
}

static void stop(struct dashboard *dashboard) {
    if (dashboard->http != NULL)
        evhttp_free(dashboard->http);
    live_stop(dashboard);
    if (dashboard->clock != NULL)
        evutil_monotonic_timer_free(dashboard->clock);
    if (dashboard->base != NULL)
        event_base_free(dashboard->base);
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments) {
    int i;
    for (i = 1; i + 1 < argc; i += 2) {
        char *value = argv[i + 1], *end;
        if (strcmp(argv[i], "-b") == 0) {
            arguments->address = value;
        } else if (strcmp(argv[i], "-a") == 0) {
            arguments->name = value;
        } else if (strcmp(argv[i], "-p") == 0) {
            arguments->port = strtol(value, &end, 10);
            if (end == value || *end != '\0' || arguments->port < 0 || arguments->port > 65535)
                return false;
        } else {
            return false;
        }
    }
    return i >= argc;
}

int main(int argc, char **argv) {
    struct arguments arguments = {.address = "127.0.0.1", .port = 8080};
    struct dashboard dashboard = {.value = 40};
    int result = -1;

    if (!read_arguments(argc, argv, &arguments)) {
        fputs("usage: device-dashboard [-b ADDR] [-p PORT] [-a NAME]\n"
              "  -b  IPv4 or IPv6 address to listen on, default 127.0.0.1\n"
              "  -p  port, default 8080; 0 for one of the system's choice\n"
              "  -a  a host name that browsers may use for it, beside addresses and localhost\n",
              stderr);
        return 2;
    }
    dashboard.name = arguments.name;
    dashboard.base = event_base_new();
    if (dashboard.base != NULL && device_start(&dashboard) && live_start(&dashboard) &&
        set_up_http(&dashboard))
        result = run(&dashboard, &arguments);
    else
        report("start", "out of memory");
    stop(&dashboard);
    return result < 0 ? 1 : 0;
}
