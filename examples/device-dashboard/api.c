/* SPDX-License-Identifier: BSD-3-Clause */
/* The device's state for programs, as JSON. */
#include "dashboard.h"

#include <event2/buffer.h>
#include <event2/http.h>

#include <string.h>
#include <strings.h>

#define HTTP_UNSUPPORTED_TYPE 415

static void send_json(struct evhttp_request *request, int code, const char *text) {
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    struct evbuffer *body = evbuffer_new();

    if (body == NULL || evbuffer_add(body, text, strlen(text)) != 0 ||
        evhttp_add_header(fields, "Content-Type", "application/json") != 0 ||
        evhttp_add_header(fields, "Cache-Control", "no-store") != 0)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else
        evhttp_send_reply(request, code, NULL, body);
    if (body != NULL)
        evbuffer_free(body);
}

void refuse_method(struct evhttp_request *request, const char *allowed) {
    if (evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", allowed) != 0)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else
        send_json(request, HTTP_BADMETHOD, "{\"error\":\"method not allowed\"}\n");
}

static void send_status(struct dashboard *dashboard, struct evhttp_request *request) {
    char text[STATUS_SIZE];
    device_status(dashboard, text);
    send_json(request, HTTP_OK, text);
}

void on_status(struct evhttp_request *request, void *arg) {
    struct dashboard *dashboard = arg;
    enum evhttp_cmd_type method = evhttp_request_get_command(request);

    if (!guard_request(dashboard, request))
        return;
    if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD)
        refuse_method(request, "GET, HEAD");
    else
        send_status(dashboard, request);
}

/* Whether a Content-Type, which may have parameters, is this one. */
static bool is_type(const char *field, const char *type) {
    size_t length = strlen(type);
    return field != NULL && strncasecmp(field, type, length) == 0 &&
           strchr("; \t", field[length]) != NULL; /* the NUL is found too */
}

/* Returns the status code: 200 with a value, or 400 or 415. */
static int read_value(struct evhttp_request *request, unsigned *ret_value) {
    const char *type =
        evhttp_find_header(evhttp_request_get_input_headers(request), "Content-Type");
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    char body[MAX_BODY + 1];
    ev_ssize_t length = evbuffer_copyout(input, body, MAX_BODY);
    bool good;

    if (length < 0)
        return HTTP_BADREQUEST;
    body[length] = '\0';
    if (is_type(type, "application/json"))
        good = value_from_json(body, (size_t)length, ret_value);
    else if (is_type(type, "application/x-www-form-urlencoded"))
        good = strlen(body) == (size_t)length && value_from_form(body, ret_value);
    else
        return HTTP_UNSUPPORTED_TYPE;
    return good ? HTTP_OK : HTTP_BADREQUEST;
}

void on_value(struct evhttp_request *request, void *arg) {
    struct dashboard *dashboard = arg;
    unsigned value;
    int code;

    if (!guard_request(dashboard, request))
        return;
    if (evhttp_request_get_command(request) != EVHTTP_REQ_POST) {
        refuse_method(request, "POST");
        return;
    }
    code = read_value(request, &value);
    if (code == HTTP_OK) {
        device_set(dashboard, value);
        send_status(dashboard, request);
    } else {
        send_json(request, code,
                  code == HTTP_BADREQUEST
                      ? "{\"error\":\"the value is a whole number from 0 to 100\"}\n"
                      : "{\"error\":\"send application/json or a form\"}\n");
    }
}
