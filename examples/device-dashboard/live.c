/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pages that are open, each with a WebSocket: all get the status each second and soon after
 * each change, as JSON, and may send {"value": N}.
 *
 * Changes are collected for CHANGE_MS before they are told, so that one page that sends as fast as
 * it can is no flood for the others. A page that does not read what it is sent is let go, which
 * bounds the memory that waits for it.
 *
 * Invariant: a viewer is in the list exactly as long as its WebSocket is open; on_close() ends
 * both.
 */
#include "dashboard.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/ws.h>
#include <evlet/ws.h>

#include <stdlib.h>

#define CHANGE_MS 30
#define MAX_UNSENT 8192
#define MAX_MESSAGE 128
#define SILENCE_SECONDS 20

struct viewer {
    struct dashboard *dashboard;
    struct evws_connection *socket;
    struct viewer *next, **link; /* `link`: where the pointer to this one is */
};

static bool keeps_up(const struct viewer *viewer) {
    struct bufferevent *stream = evws_connection_get_bufferevent(viewer->socket);
    return evbuffer_get_length(bufferevent_get_output(stream)) < MAX_UNSENT;
}

static void send_to_all(struct dashboard *dashboard) {
    char text[STATUS_SIZE];
    struct viewer *viewer = dashboard->viewers, *next;

    if (viewer != NULL)
        device_status(dashboard, text);
    for (; viewer != NULL; viewer = next) {
        next = viewer->next;
        if (keeps_up(viewer))
            evws_send_text(viewer->socket, text);
        else
            evws_connection_free(viewer->socket);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    send_to_all(arg);
}

void live_change(struct dashboard *dashboard) {
    static const struct timeval soon = {0, CHANGE_MS * 1000};
    /* Should this fail, the status of the next second tells. */
    if (!evtimer_pending(dashboard->change, NULL))
        evtimer_add(dashboard->change, &soon);
}

static void on_message(struct evws_connection *socket, int type, const unsigned char *data,
                       size_t length, void *arg) {
    struct viewer *viewer = arg;
    unsigned value;

    if (type == WS_TEXT_FRAME && value_from_json((const char *)data, length, &value))
        device_set(viewer->dashboard, value);
    else if (keeps_up(viewer))
        evws_send_text(socket, "{\"error\":\"the value is a whole number from 0 to 100\"}");
    else
        evws_connection_free(socket);
}

static void on_close(struct evws_connection *socket, void *arg) {
    struct viewer *viewer = arg;
    (void)socket;
    *viewer->link = viewer->next;
    if (viewer->next != NULL)
        viewer->next->link = viewer->link;
    viewer->dashboard->viewer_count--;
    free(viewer);
}

static void add_viewer(struct dashboard *dashboard, struct viewer *viewer) {
    viewer->next = dashboard->viewers;
    viewer->link = &dashboard->viewers;
    if (viewer->next != NULL)
        viewer->next->link = &viewer->next;
    dashboard->viewers = viewer;
    dashboard->viewer_count++;
}

void on_live(struct evhttp_request *request, void *arg) {
    static const struct timeval silence = {SILENCE_SECONDS, 0};
    struct dashboard *dashboard = arg;
    struct viewer *viewer;
    char text[STATUS_SIZE];

    if (!guard_request(dashboard, request))
        return;
    viewer = calloc(1, sizeof *viewer);
    if (viewer == NULL) {
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
        return;
    }
    viewer->dashboard = dashboard;
    viewer->socket = evws_new_session(request, on_message, viewer, 0);
    if (viewer->socket == NULL) { /* no WebSocket was asked for, which it has answered */
        free(viewer);
        return;
    }
    evws_connection_set_closecb(viewer->socket, on_close, viewer);
    evlet_ws_set_max_message(viewer->socket, MAX_MESSAGE);
    add_viewer(dashboard, viewer);
    if (evlet_ws_set_keep_alive(viewer->socket, &silence) != 0) {
        evws_connection_free(viewer->socket);
        return;
    }
    device_status(dashboard, text);
    evws_send_text(viewer->socket, text);
}

bool live_start(struct dashboard *dashboard) {
    static const struct timeval second = {1, 0};
    dashboard->each_second = event_new(dashboard->base, -1, EV_PERSIST, on_timer, dashboard);
    dashboard->change = evtimer_new(dashboard->base, on_timer, dashboard);
    return dashboard->each_second != NULL && dashboard->change != NULL &&
           evtimer_add(dashboard->each_second, &second) == 0;
}

void live_stop(struct dashboard *dashboard) {
    if (dashboard->each_second != NULL)
        event_free(dashboard->each_second);
    if (dashboard->change != NULL)
        event_free(dashboard->change);
}
