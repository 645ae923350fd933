/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One transfer: the request, the requests that redirections ask for, and the final reply.
 *
 * Invariant: `connection` stands for the server of `asked.uri`. Between the end of one request and
 * the next the loop is returned to (`again`), so that nothing is freed below a callback that uses
 * it.
 */
#include "http-client.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct transfer {
    const struct options *options;
    struct event_base *base;
    struct event *deadline, *again;
    struct evhttp_connection *connection;
    struct asked asked;      /* for now */
    struct evhttp_uri *next; /* where a redirection leads, or NULL */
    struct upload *upload;
    struct output output;
    enum status status;
    long redirects;
    bool head_came; /* of the reply to the current request */
    bool keep_body; /* of that reply */
    bool told;      /* the error of the current request has been reported */
};

void report(const char *what, const char *why) {
    fprintf(stderr, "http-client: %s: %s\n", what, why);
}

/* The end. The first reason counts. */
static void finish(struct transfer *transfer, enum status status, const char *what,
                   const char *why) {
    if (what != NULL && !transfer->told)
        report(what, why);
    transfer->told = true;
    if (transfer->status == STATUS_OK)
        transfer->status = status;
    event_base_loopbreak(transfer->base);
}

static const char *url_of(const struct transfer *transfer) {
    return transfer->redirects == 0 ? transfer->options->url : "redirected";
}

static bool is_redirect(int code) {
    return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
}

/* What the next request is like: RFC 9110 section 15.4. */
static void adapt_method(struct transfer *transfer, int code) {
    bool to_get = code == 303
                      ? transfer->asked.method != EVHTTP_REQ_HEAD
                      : (code == 301 || code == 302) && transfer->asked.method == EVHTTP_REQ_POST;
    if (to_get) {
        transfer->asked.method = EVHTTP_REQ_GET;
        transfer->asked.with_body = false;
    }
}

/* Prepares for following the reply if that is what it asks for and what the user wants. */
static void look_for_redirect(struct transfer *transfer, struct evhttp_request *request, int code) {
    const char *location =
        evhttp_find_header(evhttp_request_get_input_headers(request), "Location");

    if (!transfer->options->follow || !is_redirect(code) || location == NULL)
        return;
    transfer->next = location_resolve(transfer->asked.uri, location);
    if (transfer->next == NULL)
        finish(transfer, STATUS_BAD_URL, location, "not a URL to be redirected to");
    else
        adapt_method(transfer, code);
}

static void write_head(struct transfer *transfer, struct evhttp_request *request) {
    const char *reason = evhttp_request_get_response_code_line(request);
    const struct evkeyval *field = evhttp_request_get_input_headers(request)->tqh_first;
    struct evbuffer *head = evbuffer_new();
    bool good = head != NULL &&
                evbuffer_add_printf(head, "HTTP/%d.%d %d %s\r\n", request->major, request->minor,
                                    evhttp_request_get_response_code(request),
                                    reason != NULL ? reason : "") >= 0;

    for (; good && field != NULL; field = field->next.tqe_next)
        good = evbuffer_add_printf(head, "%s: %s\r\n", field->key, field->value) >= 0;
    if (good && evbuffer_add(head, "\r\n", 2) == 0)
        output_write(&transfer->output, head);
    else
        finish(transfer, STATUS_FAILED, "reply", "out of memory");
    if (head != NULL)
        evbuffer_free(head);
}

/* The status and the fields of a reply have come. */
static int on_head(struct evhttp_request *request, void *arg) {
    struct transfer *transfer = arg;
    int code = evhttp_request_get_response_code(request);

    transfer->head_came = true;
    if (transfer->options->verbose) {
        const char *reason = evhttp_request_get_response_code_line(request);
        fprintf(stderr, "< HTTP/%d.%d %d %s\n", request->major, request->minor, code,
                reason != NULL ? reason : "");
        fields_print(stderr, "< ", evhttp_request_get_input_headers(request));
        fputs("<\n", stderr);
    }
    look_for_redirect(transfer, request, code);
    transfer->keep_body = transfer->next == NULL && !(transfer->options->fail && code >= 400);
    if (transfer->options->show_head || transfer->options->only_head)
        write_head(transfer, request);
    return 0;
}

static void on_body(struct evhttp_request *request, void *arg) {
    struct transfer *transfer = arg;
    if (!transfer->keep_body)
        return;
    output_write(&transfer->output, evhttp_request_get_input_buffer(request));
    if (transfer->output.failed)
        finish(transfer, STATUS_WRITE, NULL, NULL);
}

/* Called before on_reply(), which gets no request then. */
static void on_error(enum evhttp_request_error error, void *arg) {
    struct transfer *transfer = arg;
    const char *url = url_of(transfer);

    switch (error) {
    case EVREQ_HTTP_TIMEOUT:
        finish(transfer, STATUS_TIMEOUT, url, "the server is silent");
        break;
    case EVREQ_HTTP_EOF:
        if (transfer->head_came)
            finish(transfer, STATUS_CUT_SHORT, url, "the connection ended before the reply did");
        else
            finish(transfer, STATUS_NO_REPLY, url, "the connection ended without a reply");
        break;
    case EVREQ_HTTP_INVALID_HEADER:
        finish(transfer, STATUS_PROTOCOL, url, "the reply breaks the protocol");
        break;
    case EVREQ_HTTP_DATA_TOO_LONG:
        finish(transfer, STATUS_PROTOCOL, url, "the reply is too long");
        break;
    case EVREQ_HTTP_REQUEST_CANCEL:
        break; /* by us */
    case EVREQ_HTTP_BUFFER_ERROR:
        if (transfer->upload != NULL && upload_failed(transfer->upload))
            finish(transfer, STATUS_READ, transfer->options->upload, "can not be read to its end");
        else
            finish(transfer, STATUS_TRANSFER, url, "sending or receiving failed");
        break;
    }
}

/* With -f: the server's answer is an error. */
static void finish_refused(struct transfer *transfer, int code) {
    char text[32];
    evutil_snprintf(text, sizeof text, "the server answers %d", code);
    finish(transfer, STATUS_HTTP_ERROR, url_of(transfer), text);
}

/* The whole reply is there, or there is none. */
static void on_reply(struct evhttp_request *request, void *arg) {
    struct transfer *transfer = arg;
    int code = request != NULL ? evhttp_request_get_response_code(request) : 0;

    if (transfer->upload != NULL)
        upload_stop(transfer->upload);
    if (request == NULL)
        finish(transfer, STATUS_TRANSFER, url_of(transfer), "failed");
    else if (code == 0)
        finish(transfer, STATUS_NO_CONNECTION, url_of(transfer), "no connection");
    else if (transfer->next != NULL)
        event_active(transfer->again, EV_TIMEOUT, 1);
    else if (transfer->options->fail && code >= 400)
        finish_refused(transfer, code);
    else
        event_base_loopbreak(transfer->base);
}

/* Returns STATUS_OK, or what failed, which was reported. */
static enum status add_body(struct transfer *transfer, struct evhttp_request *request) {
    const struct options *options = transfer->options;

    if (!transfer->asked.with_body)
        return STATUS_OK;
    if (options->data != NULL && evbuffer_add(evhttp_request_get_output_buffer(request),
                                              options->data, strlen(options->data)) != 0) {
        report("request", "out of memory");
        return STATUS_FAILED;
    }
    if (transfer->upload != NULL && upload_start(transfer->upload, request) != 0) {
        report(options->upload, "can not be sent a second time");
        return STATUS_READ;
    }
    return STATUS_OK;
}

/* Has the request made; from then on it is the connection's. */
static enum status make_request(struct transfer *transfer, struct evhttp_request *request) {
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    char *target = location_target(transfer->asked.uri);
    enum status status = STATUS_OK;

    evhttp_request_set_header_cb(request, on_head);
    evhttp_request_set_chunked_cb(request, on_body);
    evhttp_request_set_error_cb(request, on_error);
    if (target == NULL || !fields_add(fields, transfer->options, &transfer->asked)) {
        report("request", "a header field is ill-formed, or out of memory");
        status = STATUS_FAILED;
    } else {
        status = add_body(transfer, request);
    }
    if (status != STATUS_OK) {
        evhttp_request_free(request);
    } else {
        if (transfer->options->verbose) {
            fprintf(stderr, "> %s %s HTTP/1.1\n", method_name(transfer->asked.method), target);
            fields_print(stderr, "> ", fields);
            fputs(">\n", stderr);
        }
        if (evhttp_make_request(transfer->connection, request, transfer->asked.method, target) !=
            0) {
            /* Its parts have been looked at before, so it is the system that refuses, as it does at
             * once where there is no such UNIX socket. */
            report(url_of(transfer), "no connection");
            status = STATUS_NO_CONNECTION;
        }
    }
    free(target);
    return status;
}

/* A connection for the current URI. NULL: out of memory. */
static struct evhttp_connection *open_connection(struct transfer *transfer) {
    const char *unix_path = evhttp_uri_get_unixsocket(transfer->asked.uri);
    char *host;
    size_t length;
    struct evhttp_connection *connection = NULL;

    if (unix_path != NULL)
        return evhttp_connection_base_bufferevent_unix_new(transfer->base, NULL, unix_path);
    host = strdup(evhttp_uri_get_host(transfer->asked.uri));
    if (host != NULL) {
        length = strlen(host);
        if (host[0] == '[' && host[length - 1] == ']') {
            memmove(host, host + 1, length - 2);
            host[length - 2] = '\0';
        }
        /* Without a resolver of its own (evdns) this asks the system for names, and waits for it.
         */
        connection = evhttp_connection_base_new(transfer->base, NULL, host,
                                                (ev_uint16_t)location_port(transfer->asked.uri));
        free(host);
    }
    return connection;
}

static bool usable(const struct evhttp_uri *uri) {
    const char *scheme = evhttp_uri_get_scheme(uri), *host = evhttp_uri_get_host(uri);
    if (scheme == NULL || strcasecmp(scheme, "http") != 0 || evhttp_uri_get_userinfo(uri) != NULL)
        return false;
    return evhttp_uri_get_unixsocket(uri) != NULL ||
           (host != NULL && *host != '\0' && location_port(uri) > 0);
}

/* Starts the request for the current URI. */
static void start_request(struct transfer *transfer) {
    struct evhttp_request *request;
    enum status status = STATUS_FAILED;

    transfer->head_came = transfer->told = false;
    if (!usable(transfer->asked.uri)) {
        finish(transfer, STATUS_BAD_URL, url_of(transfer),
               "only http://HOST[:PORT]/... and http://unix:SOCKET:/... can be asked for");
        return;
    }
    if (transfer->connection == NULL) {
        transfer->connection = open_connection(transfer);
        if (transfer->connection != NULL)
            evhttp_connection_set_flags(transfer->connection, EVHTTP_CON_READ_ON_WRITE_ERROR);
    }
    request = transfer->connection != NULL ? evhttp_request_new(on_reply, transfer) : NULL;
    if (request != NULL)
        status = make_request(transfer, request);
    else
        report("request", "out of memory");
    if (status != STATUS_OK)
        finish(transfer, status, NULL, NULL);
}

/* Follows a redirection. */
static void on_again(evutil_socket_t fd, short what, void *arg) {
    struct transfer *transfer = arg;
    (void)fd;
    (void)what;

    if (transfer->redirects == transfer->options->most_redirects) {
        finish(transfer, STATUS_REDIRECTS, transfer->options->url, "too many redirections");
        return;
    }
    transfer->redirects++;
    if (!location_same_origin(transfer->asked.uri, transfer->next)) {
        evhttp_connection_free(transfer->connection);
        transfer->connection = NULL;
        transfer->asked.at_home = false;
    }
    evhttp_uri_free(transfer->asked.uri);
    transfer->asked.uri = transfer->next;
    transfer->next = NULL;
    start_request(transfer);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    struct transfer *transfer = arg;
    (void)fd;
    (void)what;
    finish(transfer, STATUS_TIMEOUT, transfer->options->url, "not done in time");
}

static enum status prepare(struct transfer *transfer) {
    const struct options *options = transfer->options;

    transfer->base = event_base_new();
    transfer->again =
        transfer->base != NULL ? event_new(transfer->base, -1, 0, on_again, transfer) : NULL;
    if (transfer->again == NULL) {
        report("start", "out of memory");
        return STATUS_FAILED;
    }
    transfer->asked.uri = evhttp_uri_parse_with_flags(options->url, EVHTTP_URI_UNIX_SOCKET);
    if (transfer->asked.uri == NULL) {
        report(options->url, "not a URL");
        return STATUS_BAD_URL;
    }
    if (options->upload != NULL) {
        transfer->upload = upload_open(transfer->base, options->upload);
        if (transfer->upload == NULL) {
            report(options->upload, strerror(errno));
            return STATUS_READ;
        }
    }
    if (options->most_time.tv_sec > 0 || options->most_time.tv_usec > 0) {
        transfer->deadline = evtimer_new(transfer->base, on_deadline, transfer);
        if (transfer->deadline == NULL ||
            evtimer_add(transfer->deadline, &options->most_time) != 0) {
            report("start", "out of memory");
            return STATUS_FAILED;
        }
    }
    return STATUS_OK;
}

static void release(struct transfer *transfer) {
    if (transfer->connection != NULL)
        evhttp_connection_free(transfer->connection);
    if (transfer->upload != NULL)
        upload_close(transfer->upload);
    if (transfer->asked.uri != NULL)
        evhttp_uri_free(transfer->asked.uri);
    if (transfer->next != NULL)
        evhttp_uri_free(transfer->next);
    if (transfer->deadline != NULL)
        event_free(transfer->deadline);
    if (transfer->again != NULL)
        event_free(transfer->again);
    if (transfer->base != NULL)
        event_base_free(transfer->base);
}

enum status transfer_run(const struct options *options) {
    struct transfer transfer = {
        .options = options,
        .asked = {.method = options->method,
                  .with_body = options->data != NULL || options->upload != NULL,
                  .at_home = true},
        .output = {options->output, -1, false},
    };

    transfer.status = prepare(&transfer);
    if (transfer.status == STATUS_OK) {
        start_request(&transfer);
        if (transfer.status == STATUS_OK && event_base_dispatch(transfer.base) < 0)
            finish(&transfer, STATUS_FAILED, "loop", "failed");
    }
    release(&transfer);
    if (transfer.status == STATUS_OK && !output_close(&transfer.output))
        transfer.status = STATUS_WRITE;
    return transfer.status;
}
