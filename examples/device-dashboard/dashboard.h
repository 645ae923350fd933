/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of device-dashboard offer each other. */
#ifndef DASHBOARD_H_INCLUDED_
#define DASHBOARD_H_INCLUDED_

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;
struct event;
struct event_base;
struct evhttp;
struct evhttp_request;
struct evutil_monotonic_timer;
struct viewer;

#define MAX_VALUE 100
/** Bytes of a request's body, at the most. */
#define MAX_BODY 256
/** Bytes of a status as JSON, with its NUL, at the most. */
#define STATUS_SIZE 200

struct dashboard {
    struct event_base *base;
    struct evhttp *http;
    struct evutil_monotonic_timer *clock;
    long long start_ms;     /* by that clock */
    unsigned value;         /* 0 to MAX_VALUE */
    unsigned long requests; /* so far */
    const char *name;       /* a host name that it is called by, or NULL */

    struct viewer *viewers; /* the open WebSockets */
    unsigned viewer_count;
    struct event *each_second; /* sends the status */
    struct event *change;      /* sends it after a change, soon */
};

/*
 * ---- device.c: the device itself ----
 */

/** Starts the clock. False: there is none. */
bool device_start(struct dashboard *dashboard);

/** Writes the status as JSON. */
void device_status(struct dashboard *dashboard, char text[STATUS_SIZE]);

/** Sets the value, and has all viewers told. */
void device_set(struct dashboard *dashboard, unsigned value);

/*
 * ---- value.c: what clients send ----
 */

/** Takes {"value": N}, with N from 0 to MAX_VALUE, and nothing else. */
bool value_from_json(const char *text, size_t length, unsigned *ret_value);

/** Takes "value=N" out of a form. */
bool value_from_form(const char *text, unsigned *ret_value);

/*
 * ---- guard.c ----
 */

/** Counts the request. False: it was refused, because another site's page may have sent it. */
bool guard_request(struct dashboard *dashboard, struct evhttp_request *request);

/*
 * ---- pages.c, api.c, live.c: what answers requests ----
 */

/** The files in the image; for evhttp_set_gencb(). */
void on_page(struct evhttp_request *request, void *arg);

/** GET /api/status. */
void on_status(struct evhttp_request *request, void *arg);

/** Answers 405. `allowed`: the methods for Allow. */
void refuse_method(struct evhttp_request *request, const char *allowed);

/** POST /api/value. */
void on_value(struct evhttp_request *request, void *arg);

/** GET /live: a WebSocket. */
void on_live(struct evhttp_request *request, void *arg);

/** Prepares for viewers. False: out of memory. */
bool live_start(struct dashboard *dashboard);

/** Has all viewers told of a change, with others that follow at once. */
void live_change(struct dashboard *dashboard);

/** After evhttp_free(), which closes the WebSockets. */
void live_stop(struct dashboard *dashboard);

#endif
