/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Forwards TCP connections: for each client it connects to the target and passes bytes on in both
 * directions. Prints "listening on ADDR:PORT" once clients can connect; ends on SIGINT or SIGTERM.
 *
 * The streams are plain (plain.c), or TLS on one side or both (tls.c: le-proxy-tls).
 *
 * Shows two bufferevents that feed each other: bytes move from one's input to the other's output
 * without being copied, who sends faster than the other side reads is not read from, the end of
 * one direction is passed on while the other goes on, and a failure is passed on as a reset.
 *
 * Invariants:
 *  - A relay is either in the list `free` and has no streams, or it has both. The listener is
 *    enabled exactly while `free` holds a relay.
 *  - A side reads unless it has ended, or is `paused` because the other's output is long.
 */
#include "le-proxy.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Unsent bytes of one direction: reading pauses at the upper limit and goes on at the lower. */
#define HIGH_WATERMARK (64 * 1024)
#define LOW_WATERMARK (16 * 1024)
#define BACKLOG 64

struct side {
    struct relay *relay;
    struct side *other;
    struct bufferevent *stream;
    bool connected;
    bool paused; /* not read from, since the other's output is long */
    bool quiet;  /* has sent nothing for the idle time */
    bool ended;  /* has sent all that it will */
    bool told;   /* knows that the other has ended, and got all of its bytes */
};

struct relay {
    struct proxy *proxy;
    struct side client, target;
    struct relay *next; /* in the list `free` */
};

struct proxy {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *signals[2];
    struct relay *relays;
    struct relay *free;
    long count; /* of `relays` */
    struct sockaddr_storage target;
    int target_length;
    struct timeval idle;
    bool failed;
};

static int report(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", program_name, what,
            evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    return -1;
}

static void report_stream(const char *what, struct bufferevent *stream) {
    char why[160];
    if (streams_explain(stream, why, sizeof why))
        fprintf(stderr, "%s: %s: %s\n", program_name, what, why);
    else
        report(what);
}

static void drop(struct relay *relay) {
    struct proxy *proxy = relay->proxy;
    bool was_full = proxy->free == NULL;

    bufferevent_free(relay->client.stream);
    bufferevent_free(relay->target.stream);
    relay->client.stream = relay->target.stream = NULL;
    relay->next = proxy->free;
    proxy->free = relay;
    if (was_full && evconnlistener_enable(proxy->listener) != 0) {
        report("listener");
        proxy->failed = true;
        event_base_loopbreak(proxy->base);
    }
}

/* So that nobody takes what was cut off for all that there is, both peers get a reset. */
static void reset(struct relay *relay) {
    static const struct linger at_once = {1, 0};
    setsockopt(bufferevent_getfd(relay->client.stream), SOL_SOCKET, SO_LINGER, &at_once,
               sizeof at_once);
    if (bufferevent_getfd(relay->target.stream) >= 0)
        setsockopt(bufferevent_getfd(relay->target.stream), SOL_SOCKET, SO_LINGER, &at_once,
                   sizeof at_once);
    drop(relay);
}

/* Once `side` has got all bytes of the other, which has ended, it gets the end too. The relay is
 * over, and gone, when both have. */
static void pass_end(struct side *side) {
    if (!side->other->ended || side->told || !side->connected ||
        evbuffer_get_length(bufferevent_get_output(side->stream)) > 0)
        return;
    side->told = true;
    if (side->other->told)
        drop(side->relay);
    else
        streams_end(side->stream);
}

static void on_input(struct bufferevent *stream, void *arg) {
    struct side *side = arg;
    struct evbuffer *output = bufferevent_get_output(side->other->stream);

    side->quiet = side->other->quiet = false;
    if (bufferevent_read_buffer(stream, output) != 0) {
        reset(side->relay);
        return;
    }
    if (evbuffer_get_length(output) >= HIGH_WATERMARK) {
        side->paused = true;
        bufferevent_disable(stream, EV_READ);
    }
}

/* The output of this side is down to its low watermark. */
static void on_output_low(struct bufferevent *stream, void *arg) {
    struct side *side = arg;
    (void)stream;

    if (side->other->paused) {
        side->other->paused = false;
        if (bufferevent_enable(side->other->stream, EV_READ) != 0) {
            reset(side->relay);
            return;
        }
    }
    pass_end(side);
}

/* A download leaves the downloading side silent for as long as it takes: only a relay that is
 * silent on both sides is idle. */
static void on_silence(struct side *side) {
    side->quiet = true;
    if (side->other->quiet || side->other->ended || bufferevent_enable(side->stream, EV_READ) != 0)
        reset(side->relay);
}

static void on_event(struct bufferevent *stream, short what, void *arg) {
    struct side *side = arg;

    if (what & BEV_EVENT_CONNECTED) {
        side->connected = true;
        pass_end(side);
    } else if (what & BEV_EVENT_EOF) {
        side->ended = true;
        pass_end(side->other);
    } else if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_READING)) {
        on_silence(side);
    } else {
        const char *who = side == &side->relay->target ? "target" : "client";
        if (!side->connected && (what & BEV_EVENT_TIMEOUT))
            fprintf(stderr, "%s: %s: no answer\n", program_name, who);
        else if (!side->connected)
            report_stream(who, stream);
        reset(side->relay);
    }
}

static bool start_side(struct side *side, struct side *other, struct relay *relay, int fd) {
    const struct timeval *idle = &relay->proxy->idle;
    bool is_target = side == &relay->target;
    *side = (struct side){.relay = relay, .other = other};
    side->stream = streams_new(relay->proxy->base, fd, is_target, &side->connected);
    if (side->stream == NULL)
        return false;
    bufferevent_setcb(side->stream, on_input, on_output_low, on_event, side);
    bufferevent_setwatermark(side->stream, EV_READ, 0, HIGH_WATERMARK);
    bufferevent_setwatermark(side->stream, EV_WRITE, LOW_WATERMARK, 0);
    return bufferevent_set_timeouts(side->stream, idle, idle) == 0 &&
           bufferevent_enable(side->stream, EV_READ | EV_WRITE) == 0;
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *arg) {
    struct proxy *proxy = arg;
    struct relay *relay = proxy->free;
    (void)address;
    (void)length;

    if (!start_side(&relay->client, &relay->target, relay, fd) ||
        !start_side(&relay->target, &relay->client, relay, -1)) {
        report("new connection");
        if (relay->client.stream == NULL)
            evutil_closesocket(fd);
        else
            bufferevent_free(relay->client.stream);
        if (relay->target.stream != NULL)
            bufferevent_free(relay->target.stream);
        relay->client.stream = relay->target.stream = NULL;
        return;
    }
    proxy->free = relay->next;
    if (proxy->free == NULL)
        evconnlistener_disable(listener);
    /* What the client sends before this has succeeded waits in the target's output. */
    if (bufferevent_socket_connect(relay->target.stream, (struct sockaddr *)&proxy->target,
                                   proxy->target_length) != 0) {
        report("target");
        reset(relay);
    }
}

/* The listener tries again by itself after a while, so this is only to be told. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
    (void)listener;
    (void)arg;
    report("accept, pausing");
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

static int watch_signals(struct proxy *proxy) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    int i;
    for (i = 0; i < 2; i++) {
        proxy->signals[i] = evsignal_new(proxy->base, numbers[i], on_signal, proxy->base);
        if (proxy->signals[i] == NULL || event_add(proxy->signals[i], NULL) != 0)
            return report("signals");
    }
    return 0;
}

static int print_address(struct evconnlistener *listener) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) != 0)
        return report("getsockname");
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

/* Returns 0, or -1 after saying what failed. proxy_stop() has to follow in either case. */
static int proxy_start(struct proxy *proxy, const struct sockaddr *address, int length) {
    long i;
    proxy->relays = calloc((size_t)proxy->count, sizeof *proxy->relays);
    proxy->base = event_base_new();
    if (proxy->relays == NULL || proxy->base == NULL)
        return report("start");
    for (i = 0; i < proxy->count; i++) {
        proxy->relays[i].proxy = proxy;
        proxy->relays[i].next = proxy->free;
        proxy->free = &proxy->relays[i];
    }
    proxy->listener =
        evconnlistener_new_bind(proxy->base, on_connection, proxy,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                BACKLOG, address, length);
    if (proxy->listener == NULL)
        return report("bind");
    evconnlistener_set_error_cb(proxy->listener, on_accept_error);
    if (watch_signals(proxy) != 0)
        return -1;
    return print_address(proxy->listener);
}

static void proxy_stop(struct proxy *proxy) {
    long i;
    for (i = 0; proxy->relays != NULL && i < proxy->count; i++) {
        if (proxy->relays[i].client.stream != NULL) {
            bufferevent_free(proxy->relays[i].client.stream);
            bufferevent_free(proxy->relays[i].target.stream);
        }
    }
    for (i = 0; i < 2; i++) {
        if (proxy->signals[i] != NULL)
            event_free(proxy->signals[i]);
    }
    if (proxy->listener != NULL)
        evconnlistener_free(proxy->listener);
    if (proxy->base != NULL)
        event_base_free(proxy->base);
    free(proxy->relays);
}

static int usage(void) {
    fprintf(stderr,
            "usage: %s -l ADDR[:PORT] -t ADDR:PORT [-n RELAYS] [-i IDLE_SECONDS]%s\n"
            "  -l  IPv4 or [IPv6] address to listen on; without a port, the system chooses one\n"
            "  -t  where to forward each connection to\n"
            "  -n  connections at once, default 64; others wait\n"
            "  -i  reset a connection that is silent for about so long, default 300\n"
            "%s",
            program_name, streams_usage, streams_usage_lines);
    return 2;
}

/* Stores a number of `low` to `high` in `*value`. */
static bool read_number(const char *text, long low, long high, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

/* Stores an address. Returns its length, or 0. */
static int read_address(const char *text, struct sockaddr_storage *address, bool need_port) {
    struct sockaddr *any = (struct sockaddr *)address;
    int length = sizeof *address;
    in_port_t port;

    if (evutil_parse_sockaddr_port(text, any, &length) != 0)
        length = 0;
    port = any->sa_family == AF_INET6 ? ((struct sockaddr_in6 *)address)->sin6_port
                                      : ((struct sockaddr_in *)address)->sin_port;
    if (length > 0 && (port != 0 || !need_port))
        return length;
    fprintf(stderr, "%s: %s: not an address%s\n", program_name, text,
            need_port ? " and port" : "");
    return 0;
}

int main(int argc, char **argv) {
    struct proxy proxy = {.count = 64, .idle = {300, 0}};
    const char *listen_text = NULL, *target_text = NULL;
    struct sockaddr_storage local = {0};
    int result = -1, length, i;
    long idle = 300;

    for (i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "-l") == 0)
            listen_text = argv[i + 1];
        else if (strcmp(argv[i], "-t") == 0)
            target_text = argv[i + 1];
        else if (strcmp(argv[i], "-n") == 0 && read_number(argv[i + 1], 1, 100000, &proxy.count))
            continue;
        else if (strcmp(argv[i], "-i") == 0 && read_number(argv[i + 1], 1, 1000000, &idle))
            continue;
        else if (!streams_option(argv[i], argv[i + 1]))
            return usage();
    }
    if (i != argc || listen_text == NULL || target_text == NULL || !streams_complete())
        return usage();
    length = read_address(listen_text, &local, false);
    proxy.target_length = read_address(target_text, &proxy.target, true);
    if (length == 0 || proxy.target_length == 0)
        return 1;
    proxy.idle.tv_sec = idle;
    if (streams_start() && proxy_start(&proxy, (struct sockaddr *)&local, length) == 0)
        result = event_base_dispatch(proxy.base);
    proxy_stop(&proxy);
    streams_stop();
    return result < 0 || proxy.failed ? 1 : 0;
}
