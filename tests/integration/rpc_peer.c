/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A server and a client of calls that is built twice of the same source and the same generated
 * messages: with Evlet and with libevent. Only what both have is used.
 *
 *     rpc-peer serve          prints "listening on 127.0.0.1:PORT", until it is killed
 *     rpc-peer ask PORT N     makes N calls on two connections, prints how each has ended
 *     rpc-peer write | read   a message to standard output, or from standard input
 */
#include "rpc_peer.gen.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_compat.h>
#include <event2/http.h>
#include <event2/rpc.h>
#include <event2/rpc_struct.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

EVRPC_HEADER(Echo, ask, answer)
EVRPC_GENERATE(Echo, ask, answer)

static struct event_base *base;
static int left;

static void demand(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "rpc-peer: %s\n", what);
        exit(1);
    }
}

/* The n-th question. */
static struct ask *make_ask(unsigned n) {
    static const ev_uint8_t id[4] = {0, 1, 254, 255};
    ev_uint8_t blob[300];
    struct ask *msg = ask_new();
    struct part *part;
    char text[32];
    unsigned i;

    snprintf(text, sizeof text, "question %u", n);
    memset(blob, (int)n, sizeof blob);
    demand(msg != NULL && EVTAG_ASSIGN(msg, text, text) == 0 &&
               EVTAG_ASSIGN(msg, wide, ((ev_uint64_t)n << 40) + 1) == 0 &&
               EVTAG_ASSIGN_WITH_LEN(msg, blob, blob, n * 7 % 300) == 0 &&
               EVTAG_ASSIGN(msg, id, id) == 0 && EVTAG_GET(msg, part, &part) == 0 &&
               EVTAG_ASSIGN(part, name, "only") == 0,
           "no memory");
    for (i = 0; i < n % 20; i++) {
        part = EVTAG_ARRAY_ADD(msg, parts);
        demand(part != NULL && EVTAG_ASSIGN(part, name, "one of many") == 0 &&
                   EVTAG_ASSIGN(part, weight, i << 20) == 0 &&
                   EVTAG_ARRAY_ADD_VALUE(msg, numbers, i * 0x1000001u) != NULL,
               "no memory");
    }
    return msg;
}

static ev_uint64_t sum_of(const struct ask *msg) {
    ev_uint64_t sum = msg->wide_data;
    int i;

    for (i = 0; i < msg->numbers_length; i++)
        sum += msg->numbers_data[i];
    return sum;
}

static void on_echo(EVRPC_STRUCT(Echo) *call, void *arg) {
    int i;

    (void)arg;
    demand(EVTAG_ASSIGN(call->reply, asked, call->request) == 0 &&
               EVTAG_ASSIGN(call->reply, sum, sum_of(call->request)) == 0,
           "no memory");
    for (i = 0; i < EVTAG_ARRAY_LEN(call->request, parts); i++)
        demand(EVTAG_ARRAY_ADD_VALUE(call->reply, names, call->request->parts_data[i]->name_data) !=
                   NULL,
               "no memory");
    EVRPC_REQUEST_DONE(call);
}

static int same(const struct ask *a, const struct ask *b) {
    struct evbuffer *as = evbuffer_new(), *bs = evbuffer_new();
    size_t length;
    int result;

    demand(as != NULL && bs != NULL, "no memory");
    ask_marshal(as, a);
    ask_marshal(bs, b);
    length = evbuffer_get_length(as);
    result = length > 0 && length == evbuffer_get_length(bs) &&
             memcmp(evbuffer_pullup(as, -1), evbuffer_pullup(bs, -1), length) == 0;
    evbuffer_free(as);
    evbuffer_free(bs);
    return result;
}

static void on_answer(struct evrpc_status *status, struct ask *question, struct answer *reply,
                      void *arg) {
    (void)arg;
    if (status->error != EVRPC_STATUS_ERR_NONE)
        printf("error %d\n", status->error);
    else
        printf("%s\n", same(question, reply->asked_data) && reply->sum_data == sum_of(question) &&
                               EVTAG_ARRAY_LEN(reply, names) == EVTAG_ARRAY_LEN(question, parts)
                           ? "good"
                           : "wrong");
    ask_free(question);
    answer_free(reply);
    if (--left == 0)
        event_base_loopexit(base, NULL);
}

static int serve(void) {
    struct evhttp *http = evhttp_new(base);
    struct evrpc_base *rpc = evrpc_init(http);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    struct sockaddr_in here;
    socklen_t length = sizeof here;

    demand(rpc != NULL && bound != NULL &&
               EVRPC_REGISTER(rpc, Echo, ask, answer, on_echo, NULL) == 0 &&
               getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&here, &length) == 0,
           "cannot serve");
    printf("listening on 127.0.0.1:%u\n", ntohs(here.sin_port));
    fflush(stdout);
    event_base_dispatch(base);
    return 1;
}

static int ask_server(int port, int count) {
    /* With a base, libevent would insist on connections that have none, and makes no such ones. */
    struct evrpc_pool *pool = evrpc_pool_new(NULL);
    int i;

    demand(pool != NULL, "no memory");
    for (i = 0; i < 2; i++)
        evrpc_pool_add_connection(
            pool, evhttp_connection_base_new(base, NULL, "127.0.0.1", (unsigned short)port));
    evrpc_pool_set_timeout(pool, 30);
    left = count;
    for (i = 0; i < count; i++)
        demand(EVRPC_MAKE_REQUEST(Echo, pool, make_ask((unsigned)i), answer_new(), on_answer,
                                  NULL) == 0,
               "no call");
    if (left > 0)
        event_base_dispatch(base);
    evrpc_pool_free(pool);
    return left;
}

static int write_message(void) {
    struct evbuffer *buffer = evbuffer_new();
    struct ask *msg = make_ask(19);

    ask_marshal(buffer, msg);
    ask_free(msg);
    while (evbuffer_get_length(buffer) > 0)
        demand(evbuffer_write(buffer, 1) > 0, "cannot write");
    evbuffer_free(buffer);
    return 0;
}

static int read_message(void) {
    struct evbuffer *buffer = evbuffer_new();
    struct ask *msg = make_ask(19), *got = ask_new();
    int result;

    while (evbuffer_read(buffer, 0, 4096) > 0)
        ;
    result = ask_unmarshal(got, buffer) == 0 && same(msg, got) ? 0 : 1;
    ask_free(msg);
    ask_free(got);
    evbuffer_free(buffer);
    return result;
}

int main(int argc, char **argv) {
    int result = 2;

    base = event_init(); /* that of what has none */
    demand(base != NULL, "no memory");
    if (argc == 2 && strcmp(argv[1], "serve") == 0)
        result = serve();
    else if (argc == 2 && strcmp(argv[1], "write") == 0)
        result = write_message();
    else if (argc == 2 && strcmp(argv[1], "read") == 0)
        result = read_message();
    else if (argc == 4 && strcmp(argv[1], "ask") == 0)
        result = ask_server(atoi(argv[2]), atoi(argv[3]));
    event_base_free(base);
    return result;
}
