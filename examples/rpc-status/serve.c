/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server of rpc-status. It is for a trusted network: a call is not authenticated. What anybody
 * may send is bounded all the same: connections, time, the size of a message, and a name.
 */
#include "rpc-status.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <evlet/http.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/time.h>

#define MOST_BODY 4096
#define MOST_CONNECTIONS 32
#define IDLE_SECONDS 30

struct device {
    struct event_base *base;
    char name[32];
    struct timeval start;
    ev_uint32_t calls;
};

/* A real device would ask its sensors. */
static const struct {
    const char *name;
    ev_uint64_t micros;
} sensors[] = {{"temperature", 21500000}, {"humidity", 40250000}};

static int add_sensor(struct status_report *report, size_t at) {
    struct sensor_value *value = EVTAG_ARRAY_ADD(report, sensors);

    return value != NULL && EVTAG_ASSIGN(value, name, sensors[at].name) == 0 &&
                   EVTAG_ASSIGN(value, micros, sensors[at].micros) == 0
               ? 0
               : -1;
}

static ev_uint64_t uptime_ms(const struct device *device) {
    struct timeval now, since;

    event_base_gettimeofday_cached(device->base, &now);
    if (evutil_timercmp(&now, &device->start, <))
        return 0; /* the clock was set back */
    evutil_timersub(&now, &device->start, &since);
    return (ev_uint64_t)since.tv_sec * 1000 + (ev_uint64_t)since.tv_usec / 1000;
}

/* A member that finds no memory stays unset, and a reply that lacks one is sent as an error. */
static void on_status(EVRPC_STRUCT(Status) *call, void *arg) {
    struct device *device = arg;
    char *wanted = NULL;
    int whole = EVTAG_ASSIGN(call->reply, device, device->name) == 0 &&
                EVTAG_ASSIGN(call->reply, uptime_ms, uptime_ms(device)) == 0;
    size_t at;

    if (EVTAG_HAS(call->request, sensor))
        EVTAG_GET(call->request, sensor, &wanted);
    for (at = 0; whole && at < sizeof sensors / sizeof *sensors; at++) {
        if (wanted == NULL || strcmp(wanted, sensors[at].name) == 0)
            whole = add_sensor(call->reply, at) == 0;
    }
    if (whole)
        EVTAG_ASSIGN(call->reply, calls, ++device->calls);
    EVRPC_REQUEST_DONE(call);
}

static int is_name(const char *text) {
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    size_t length = strlen(text);

    return length > 0 && length < sizeof ((struct device *)0)->name &&
           strspn(text, good) == length;
}

static void on_rename(EVRPC_STRUCT(Rename) *call, void *arg) {
    struct device *device = arg;
    char *name;

    if (EVTAG_GET(call->request, device, &name) == 0 &&
        EVTAG_ASSIGN(call->reply, before, device->name) == 0) {
        int good = is_name(name);

        if (good)
            strcpy(device->name, name);
        EVTAG_ASSIGN(call->reply, accepted, good ? 1 : 0);
    }
    EVRPC_REQUEST_DONE(call);
}

static void on_signal(evutil_socket_t number, short events, void *arg) {
    (void)number;
    (void)events;
    event_base_loopexit(arg, NULL);
}

static int listen_on(struct evhttp *http, unsigned short port) {
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", port);
    struct sockaddr_in here;
    socklen_t length = sizeof here;

    if (bound == NULL || getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&here,
                                     &length) != 0) {
        perror("rpc-status");
        return -1;
    }
    printf("listening on 127.0.0.1:%u\n", ntohs(here.sin_port));
    fflush(stdout);
    return 0;
}

int serve(struct event_base *base, unsigned short port) {
    struct device device = {base, "unnamed", {0, 0}, 0};
    struct event *interrupt = evsignal_new(base, SIGINT, on_signal, base);
    struct event *terminate = evsignal_new(base, SIGTERM, on_signal, base);
    struct evhttp *http = evhttp_new(base);
    struct evrpc_base *rpc = http != NULL ? evrpc_init(http) : NULL;
    int status = 1;

    event_base_gettimeofday_cached(base, &device.start);
    if (interrupt == NULL || terminate == NULL || rpc == NULL ||
        event_add(interrupt, NULL) != 0 || event_add(terminate, NULL) != 0 ||
        EVRPC_REGISTER(rpc, Status, status_query, status_report, on_status, &device) != 0 ||
        EVRPC_REGISTER(rpc, Rename, rename_query, rename_result, on_rename, &device) != 0) {
        fputs("rpc-status: no memory\n", stderr);
    } else {
        evhttp_set_max_body_size(http, MOST_BODY);
        evhttp_set_max_connections(http, MOST_CONNECTIONS);
        evhttp_set_timeout(http, IDLE_SECONDS);
        if (listen_on(http, port) == 0)
            status = event_base_dispatch(base) == 0 ? 0 : 1;
    }
    if (rpc != NULL)
        evrpc_free(rpc);
    if (http != NULL)
        evhttp_free(http);
    if (interrupt != NULL)
        event_free(interrupt);
    if (terminate != NULL)
        event_free(terminate);
    return status;
}
