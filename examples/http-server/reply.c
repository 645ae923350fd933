/* SPDX-License-Identifier: BSD-3-Clause */
/* Replies other than files and listings. They leave the connection open, which
 * evhttp_send_error() would close. */
#include "http-server.h"

#include <event2/buffer.h>
#include <event2/http.h>

static const char *meaning(int status) {
    switch (status) {
    case HTTP_MOVEPERM:
        return "Moved Permanently";
    case HTTP_BADREQUEST:
        return "Bad Request";
    case HTTP_FORBIDDEN:
        return "Forbidden";
    case HTTP_NOTFOUND:
        return "Not Found";
    case HTTP_BADMETHOD:
        return "Method Not Allowed";
    case 412:
        return "Precondition Failed";
    case 416:
        return "Range Not Satisfiable";
    case HTTP_SERVUNAVAIL:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

void reply_status(struct evhttp_request *request, int status) {
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    struct evbuffer *body = evbuffer_new();

    if (body == NULL ||
        evbuffer_add_printf(body,
                            "<!DOCTYPE html><html lang=\"en\"><title>%d %s</title>"
                            "<h1>%d %s</h1></html>\n",
                            status, meaning(status), status, meaning(status)) < 0 ||
        evhttp_add_header(fields, "Content-Type", "text/html; charset=utf-8") != 0)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else
        evhttp_send_reply(request, status, meaning(status), body);
    if (body != NULL)
        evbuffer_free(body);
}

void reply_moved(struct evhttp_request *request, const char *location) {
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    reply_status(request, evhttp_add_header(fields, "Location", location) == 0 ? HTTP_MOVEPERM
                                                                               : HTTP_SERVUNAVAIL);
}

void reply_methods(struct evhttp_request *request) {
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    if (evhttp_add_header(fields, "Allow", "GET, HEAD, OPTIONS") != 0)
        reply_status(request, HTTP_SERVUNAVAIL);
    else if (evhttp_request_get_command(request) == EVHTTP_REQ_OPTIONS)
        evhttp_send_reply(request, HTTP_NOCONTENT, NULL, NULL);
    else
        reply_status(request, HTTP_BADMETHOD);
}
