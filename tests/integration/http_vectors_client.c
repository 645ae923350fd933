/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client of http_vectors.py. Each line of standard input, PORT, METHOD, TARGET, BODY and at
 * most one FIELD with tabs between, makes it ask 127.0.0.1:PORT, and on the same connection for
 * "/again". Prints a line for each: the status and the body in hexadecimal, or the error.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/util.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BODY = 100000, MAX_LINE = 4096 };

struct exchange {
    struct event_base *base;
    struct evhttp_connection *connection;
    struct evbuffer
        *outcome; /* printed at the end: who reads it answers the second request first */
    const char *error;
    int left;
};

static const struct {
    const char *name;
    enum evhttp_cmd_type type;
} methods[] = {
    {"GET", EVHTTP_REQ_GET},
    {"HEAD", EVHTTP_REQ_HEAD},
    {"POST", EVHTTP_REQ_POST},
    {"CONNECT", EVHTTP_REQ_CONNECT},
};

static enum evhttp_cmd_type find_method(const char *name) {
    size_t i = 0;

    while (strcmp(methods[i].name, name) != 0)
        i++;
    return methods[i].type;
}

static const char *name_of(enum evhttp_request_error error) {
    switch (error) {
    case EVREQ_HTTP_TIMEOUT:
        return "EVREQ_HTTP_TIMEOUT";
    case EVREQ_HTTP_EOF:
        return "EVREQ_HTTP_EOF";
    case EVREQ_HTTP_INVALID_HEADER:
        return "EVREQ_HTTP_INVALID_HEADER";
    case EVREQ_HTTP_BUFFER_ERROR:
        return "EVREQ_HTTP_BUFFER_ERROR";
    case EVREQ_HTTP_REQUEST_CANCEL:
        return "EVREQ_HTTP_REQUEST_CANCEL";
    case EVREQ_HTTP_DATA_TOO_LONG:
        return "EVREQ_HTTP_DATA_TOO_LONG";
    }
    return "?";
}

static void on_error(enum evhttp_request_error error, void *arg) {
    struct exchange *exchange = arg;

    exchange->error = name_of(error);
}

static void on_reply(struct evhttp_request *request, void *arg);

static void ask(struct exchange *exchange, const char *method, const char *target, const char *body,
                char *field) {
    struct evhttp_request *request = evhttp_request_new(on_reply, exchange);
    char *value = field != NULL ? strchr(field, ':') : NULL;

    evhttp_request_set_error_cb(request, on_error);
    evbuffer_add(evhttp_request_get_output_buffer(request), body, strlen(body));
    if (value != NULL) {
        *value++ = '\0';
        evhttp_add_header(evhttp_request_get_output_headers(request), field,
                          value + strspn(value, " "));
    }
    evhttp_make_request(exchange->connection, request, find_method(method), target);
}

static void note_reply(struct evbuffer *outcome, struct evhttp_request *request) {
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    size_t size = evbuffer_get_length(body), i;
    const unsigned char *bytes = evbuffer_pullup(body, -1);

    evbuffer_add_printf(outcome, "%d ", evhttp_request_get_response_code(request));
    for (i = 0; i < size; i++)
        evbuffer_add_printf(outcome, "%02x", bytes[i]);
    evbuffer_add_printf(outcome, "\n");
}

static void on_reply(struct evhttp_request *request, void *arg) {
    struct exchange *exchange = arg;

    if (request != NULL)
        note_reply(exchange->outcome, request);
    else
        evbuffer_add_printf(exchange->outcome, "%s\n", exchange->error);
    if (--exchange->left > 0)
        ask(exchange, "GET", "/again", "", NULL);
    else
        event_base_loopbreak(exchange->base);
}

/* Cuts the next word off. */
static char *take_word(char **line) {
    char *word = *line;
    char *end = word + strcspn(word, "\t\n");

    *line = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

static void run_line(struct event_base *base, char *line) {
    struct exchange exchange = {base, NULL, evbuffer_new(), "?", 2};
    int port = atoi(take_word(&line));
    const char *method = take_word(&line), *target = take_word(&line), *body = take_word(&line);
    char *field = take_word(&line);

    exchange.connection = evhttp_connection_base_new(base, NULL, "127.0.0.1", (ev_uint16_t)port);
    evhttp_connection_set_max_body_size(exchange.connection, MAX_BODY);
    ask(&exchange, method, target, body, *field != '\0' ? field : NULL);
    event_base_dispatch(base);
    evhttp_connection_free(exchange.connection);
    fwrite(evbuffer_pullup(exchange.outcome, -1), 1, evbuffer_get_length(exchange.outcome), stdout);
    fflush(stdout);
    evbuffer_free(exchange.outcome);
}

int main(void) {
    struct event_base *base = event_base_new();
    char line[MAX_LINE];

    while (fgets(line, sizeof line, stdin) != NULL)
        run_line(base, line);
    event_base_free(base);
    return 0;
}
