/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client of ws_client.py: ws-client PORT TARGET ORIGIN SUBPROTOCOLS opens a WebSocket to
 * 127.0.0.1:PORT, has messages of several sizes echoed one by one, then a text in parts with a ping
 * between them, and closes. Prints what happens, a line each.
 */
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/ws.h>
#include <evlet/ws.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

static const size_t sizes[] = {0, 1, 125, 126, 65535, 65536, 300000};
enum { SIZES = sizeof sizes / sizeof *sizes, BIGGEST = 300000 };
static const char text[] = "Gr\xc3\xbc\xc3\x9f"
                           "e aus \xe6\x9d\xb1\xe4\xba\xac";

struct client {
    struct event_base *base;
    size_t echoed; /* messages */
    unsigned char bytes[BIGGEST];
};

static void check(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "ws-client: %s\n", what);
    exit(1);
}

/* In parts that cut characters. */
static void send_text(struct evws_connection *ws) {
    check(evlet_ws_send_fragment(ws, WS_TEXT_FRAME, text, 3, 0) == 0, "first part");
    check(evlet_ws_ping(ws, "ping", 4) == 0, "ping");
    check(evlet_ws_send_fragment(ws, WS_TEXT_FRAME, text + 3, 11, 0) == 0, "second part");
    check(evlet_ws_send_fragment(ws, WS_TEXT_FRAME, text + 14, sizeof text - 15, 1) == 0,
          "last part");
}

static void send_next(struct client *client, struct evws_connection *ws) {
    if (client->echoed < SIZES)
        check(evlet_ws_send(ws, WS_BINARY_FRAME, client->bytes, sizes[client->echoed]) == 0,
              "send");
    else if (client->echoed == SIZES)
        send_text(ws);
    else
        check(evlet_ws_close(ws, 4001, "enough") == 0, "close");
}

static void on_message(struct evws_connection *ws, int type, const unsigned char *data, size_t size,
                       void *arg) {
    struct client *client = arg;
    const bool is_text = client->echoed == SIZES;
    const void *expected = is_text ? (const void *)text : client->bytes;
    const size_t length = is_text ? sizeof text - 1 : sizes[client->echoed];

    check(type == (is_text ? WS_TEXT_FRAME : WS_BINARY_FRAME), "another type came");
    check(size == length && memcmp(data, expected, size) == 0, "other bytes came");
    printf("echoed %zu\n", size);
    client->echoed++;
    send_next(client, ws);
}

static void on_pong(struct evws_connection *ws, const unsigned char *data, size_t size, void *arg) {
    (void)ws;
    (void)arg;
    printf("pong %.*s\n", (int)size, (const char *)data);
}

static void on_close(struct evws_connection *ws, void *arg) {
    struct client *client = arg;
    printf("closed %u %s, told %u\n", evlet_ws_get_close_code(ws), evlet_ws_get_close_reason(ws),
           evlet_ws_get_sent_close_code(ws));
    event_base_loopbreak(client->base);
}

static void on_open(struct evws_connection *ws, int status, void *arg) {
    struct client *client = arg;
    const char *subprotocol;

    if (ws == NULL) {
        printf("refused %d\n", status);
        event_base_loopbreak(client->base);
        return;
    }
    subprotocol = evlet_ws_get_subprotocol(ws);
    printf("open %s\n", subprotocol != NULL ? subprotocol : "-");
    evws_connection_set_closecb(ws, on_close, client);
    evlet_ws_set_pong_cb(ws, on_pong, NULL);
    send_next(client, ws);
}

int main(int argc, char **argv) {
    static struct client client;
    struct evkeyvalq fields;
    struct evhttp_connection *connection;
    size_t i;

    check(argc == 5, "usage: ws-client PORT TARGET ORIGIN SUBPROTOCOLS");
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (i = 0; i < BIGGEST; i++)
        client.bytes[i] = (unsigned char)(i * 7 + i / 256);
    TAILQ_INIT(&fields);
    check(evhttp_add_header(&fields, "Origin", argv[3]) == 0, "no memory");
    client.base = event_base_new();
    check(client.base != NULL, "no memory");
    connection =
        evhttp_connection_base_new(client.base, NULL, "127.0.0.1", (ev_uint16_t)atoi(argv[1]));
    check(connection != NULL, "no memory");
    check(evlet_ws_connect(connection, argv[2], &fields, *argv[4] ? argv[4] : NULL, on_open,
                           on_message, &client) == 0,
          "connect");
    evhttp_clear_headers(&fields);
    check(event_base_dispatch(client.base) >= 0, "loop");
    evhttp_connection_free(connection);
    event_base_free(client.base);
    return 0;
}
