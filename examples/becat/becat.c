/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cat over TCP: sends standard input to a peer and writes what the peer sends to standard output,
 * until both have ended; then says on standard error how much that was and how fast. The end of
 * the input is passed on to the peer as the end of the stream, while its answer still comes in.
 *
 * Shows: connecting by name, waiting for one connection, bufferevents on standard input and output
 * with back-pressure in both directions, and a base for descriptors that are no sockets
 * (EV_FEATURE_FDS; epoll does not take plain files).
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Unsent bytes of one direction: reading pauses at the upper limit and goes on at the lower. */
#define HIGH_WATERMARK (256 * 1024)
#define LOW_WATERMARK (64 * 1024)

/* One direction: what can be read from `from` is written to `to`. */
struct flow {
    struct bufferevent *from, *to;
    ev_uint64_t bytes;
    bool ended; /* `from` has sent all that it will */
    bool done;  /* and `to` has taken all of it */
};

struct becat {
    struct event_base *base;
    struct evconnlistener *listener; /* with -l, until the peer is there */
    struct bufferevent *input, *output, *peer;
    struct flow sent, received;
    struct event *signals[2];
    struct event *every_second; /* with -v */
    struct evutil_monotonic_timer *clock;
    struct timeval start; /* of the connection */
    int flags_before[2];  /* of descriptors 0 and 1 */
    bool connected;
    bool failed;
};

static void fail(struct becat *becat, const char *what, const char *why) {
    fprintf(stderr, "becat: %s: %s\n", what, why);
    becat->failed = true;
    if (becat->base != NULL)
        event_base_loopbreak(becat->base);
}

static const char *last_error(void) {
    return evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR());
}

static void print_throughput(const struct becat *becat) {
    struct timeval now;
    double seconds;
    evutil_gettime_monotonic(becat->clock, &now);
    evutil_timersub(&now, &becat->start, &now);
    seconds = (double)now.tv_sec + (double)now.tv_usec / 1e6;
    if (seconds < 1e-6)
        seconds = 1e-6;
    fprintf(stderr,
            "becat: sent %llu bytes (%.2f MB/s), received %llu bytes (%.2f MB/s) in %.2f s\n",
            (unsigned long long)becat->sent.bytes, (double)becat->sent.bytes / seconds / 1e6,
            (unsigned long long)becat->received.bytes,
            (double)becat->received.bytes / seconds / 1e6, seconds);
}

static void on_second(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    print_throughput(arg);
}

/* Moves what has been read to the output of the other; stops reading while that is long. */
static void forward(struct becat *becat, struct flow *flow) {
    struct evbuffer *output = bufferevent_get_output(flow->to);
    flow->bytes += evbuffer_get_length(bufferevent_get_input(flow->from));
    if (bufferevent_read_buffer(flow->from, output) != 0)
        fail(becat, "buffer", last_error());
    else if (evbuffer_get_length(output) >= HIGH_WATERMARK)
        bufferevent_disable(flow->from, EV_READ);
}

/* Little is left to write: reads on or, after the end, passes it on. */
static void go_on(struct becat *becat, struct flow *flow) {
    if (!flow->ended) {
        if (bufferevent_enable(flow->from, EV_READ) != 0)
            fail(becat, "reading", last_error());
        return;
    }
    if (flow->done || evbuffer_get_length(bufferevent_get_output(flow->to)) > 0)
        return;
    flow->done = true;
    if (flow == &becat->sent)
        shutdown(bufferevent_getfd(becat->peer), SHUT_WR);
    if (becat->sent.done && becat->received.done)
        event_base_loopbreak(becat->base);
}

static void on_input(struct bufferevent *stream, void *arg) {
    struct becat *becat = arg;
    forward(becat, stream == becat->input ? &becat->sent : &becat->received);
}

static void on_output_low(struct bufferevent *stream, void *arg) {
    struct becat *becat = arg;
    go_on(becat, stream == becat->peer ? &becat->sent : &becat->received);
}

static void on_file_event(struct bufferevent *stream, short what, void *arg) {
    struct becat *becat = arg;
    if (stream == becat->output) {
        fail(becat, "standard output", last_error());
    } else if (what & BEV_EVENT_EOF) {
        becat->sent.ended = true;
        go_on(becat, &becat->sent);
    } else {
        fail(becat, "standard input", last_error());
    }
}

/* The peer is there; only now is standard input read, and the clock starts. */
static void on_connected(struct becat *becat) {
    static const struct timeval second = {1, 0};
    becat->connected = true;
    evutil_gettime_monotonic(becat->clock, &becat->start);
    if (bufferevent_enable(becat->peer, EV_READ) != 0 ||
        bufferevent_enable(becat->input, EV_READ) != 0 ||
        (becat->every_second != NULL && event_add(becat->every_second, &second) != 0))
        fail(becat, "start", last_error());
}

static void on_peer_event(struct bufferevent *stream, short what, void *arg) {
    struct becat *becat = arg;
    int name_error = bufferevent_socket_get_dns_error(stream);

    if (what & BEV_EVENT_CONNECTED) {
        on_connected(becat);
    } else if (what & BEV_EVENT_EOF) {
        becat->received.ended = true;
        go_on(becat, &becat->received);
    } else {
        fail(becat, becat->connected ? "peer" : "connect",
             name_error != 0 ? evutil_gai_strerror(name_error) : last_error());
    }
}

static bool start_peer(struct becat *becat, evutil_socket_t fd) {
    becat->peer = bufferevent_socket_new(becat->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (becat->peer == NULL)
        return false;
    bufferevent_setcb(becat->peer, on_input, on_output_low, on_peer_event, becat);
    bufferevent_setwatermark(becat->peer, EV_READ, 0, HIGH_WATERMARK);
    bufferevent_setwatermark(becat->peer, EV_WRITE, LOW_WATERMARK, 0);
    becat->sent = (struct flow){.from = becat->input, .to = becat->peer};
    becat->received = (struct flow){.from = becat->peer, .to = becat->output};
    return true;
}

/* The one peer of -l: nobody else is waited for. */
static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *arg) {
    struct becat *becat = arg;
    (void)address;
    (void)length;
    evconnlistener_free(listener);
    becat->listener = NULL;
    if (start_peer(becat, fd)) {
        on_connected(becat);
    } else {
        fail(becat, "peer", last_error());
        evutil_closesocket(fd);
    }
}

static void on_accept_error(struct evconnlistener *listener, void *arg) {
    (void)listener;
    fail(arg, "accept", last_error());
}

/* On standard error, since the peer's bytes own the output. */
static void print_address(struct becat *becat) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(evconnlistener_get_fd(becat->listener), (struct sockaddr *)&address, &length) !=
        0) {
        fail(becat, "getsockname", last_error());
    } else if (address.ss_family == AF_INET6) {
        evutil_inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
        fprintf(stderr, "listening on [%s]:%u\n", host, ntohs(ipv6->sin6_port));
    } else {
        evutil_inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
        fprintf(stderr, "listening on %s:%u\n", host, ntohs(ipv4->sin_port));
    }
}

static void listen_on(struct becat *becat, const char *text, int port) {
    struct sockaddr_storage address;
    struct sockaddr *any = (struct sockaddr *)&address;
    int length = sizeof address;
    in_port_t *where = NULL;

    if (evutil_parse_sockaddr_port(text, any, &length) == 0)
        where = any->sa_family == AF_INET6 ? &((struct sockaddr_in6 *)&address)->sin6_port
                                           : &((struct sockaddr_in *)&address)->sin_port;
    if (where == NULL || *where != 0) {
        fail(becat, text, "not an address without a port");
        return;
    }
    *where = htons((in_port_t)port);
    becat->listener = evconnlistener_new_bind(
        becat->base, on_connection, becat,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, 1, any, length);
    if (becat->listener == NULL) {
        fail(becat, "bind", last_error());
        return;
    }
    evconnlistener_set_error_cb(becat->listener, on_accept_error);
    print_address(becat);
}

/* Without a resolver of its own (evdns) this asks the system, and waits for it. */
static void connect_to(struct becat *becat, const char *host, int port) {
    if (!start_peer(becat, -1))
        fail(becat, "peer", last_error());
    else if (bufferevent_socket_connect_hostname(becat->peer, NULL, AF_UNSPEC, host, port) != 0 &&
             !becat->failed)
        fail(becat, "connect", last_error());
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

/* A bufferevent on standard input or output. Its descriptor must not block, which whoever shares
 * it notices too: becat_stop() puts that back. */
static struct bufferevent *open_file(struct becat *becat, int fd) {
    becat->flags_before[fd] = fcntl(fd, F_GETFL);
    if (becat->flags_before[fd] < 0)
        return NULL;
    return bufferevent_socket_new(becat->base, fd, 0);
}

static bool becat_start(struct becat *becat, bool verbose) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    struct event_config *config = event_config_new();
    int i;

    if (config != NULL && event_config_require_features(config, EV_FEATURE_FDS) == 0)
        becat->base = event_base_new_with_config(config);
    if (config != NULL)
        event_config_free(config);
    becat->clock = evutil_monotonic_timer_new();
    if (becat->base == NULL || becat->clock == NULL ||
        evutil_configure_monotonic_time(becat->clock, 0) < 0)
        return false;
    becat->input = open_file(becat, STDIN_FILENO);
    becat->output = open_file(becat, STDOUT_FILENO);
    if (becat->input == NULL || becat->output == NULL ||
        evutil_make_socket_nonblocking(STDIN_FILENO) != 0 ||
        evutil_make_socket_nonblocking(STDOUT_FILENO) != 0)
        return false;
    bufferevent_setcb(becat->input, on_input, NULL, on_file_event, becat);
    bufferevent_setcb(becat->output, NULL, on_output_low, on_file_event, becat);
    bufferevent_setwatermark(becat->input, EV_READ, 0, HIGH_WATERMARK);
    bufferevent_setwatermark(becat->output, EV_WRITE, LOW_WATERMARK, 0);
    for (i = 0; i < 2; i++) {
        becat->signals[i] = evsignal_new(becat->base, numbers[i], on_signal, becat->base);
        if (becat->signals[i] == NULL || event_add(becat->signals[i], NULL) != 0)
            return false;
    }
    if (verbose)
        becat->every_second = event_new(becat->base, -1, EV_PERSIST, on_second, becat);
    return !verbose || becat->every_second != NULL;
}

static void becat_stop(struct becat *becat) {
    struct bufferevent *streams[3] = {becat->input, becat->output, becat->peer};
    struct event *events[3] = {becat->signals[0], becat->signals[1], becat->every_second};
    int i;

    for (i = 0; i < 3; i++) {
        if (streams[i] != NULL)
            bufferevent_free(streams[i]);
        if (events[i] != NULL)
            event_free(events[i]);
    }
    if (becat->listener != NULL)
        evconnlistener_free(becat->listener);
    if (becat->base != NULL)
        event_base_free(becat->base);
    if (becat->clock != NULL)
        evutil_monotonic_timer_free(becat->clock);
    for (i = 0; i < 2; i++) {
        if (becat->flags_before[i] >= 0)
            fcntl(i, F_SETFL, becat->flags_before[i]);
    }
}

static int usage(void) {
    fputs("usage: becat [-l] [-v] HOST PORT\n"
          "  -l  listen on the address HOST and serve one peer, instead of connecting to the name\n"
          "      or address HOST; port 0 is one of the system's choice\n"
          "  -v  print the throughput each second, not only at the end\n",
          stderr);
    return 2;
}

int main(int argc, char **argv) {
    struct becat becat = {.flags_before = {-1, -1}};
    bool listening = false, verbose = false;
    char *end = NULL;
    long port;
    int i;

    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-l") == 0)
            listening = true;
        else if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else
            return usage();
    }
    if (argc - i != 2)
        return usage();
    port = strtol(argv[i + 1], &end, 10);
    if (end == argv[i + 1] || *end != '\0' || port < (listening ? 0 : 1) || port > 65535)
        return usage();
    if (!becat_start(&becat, verbose))
        fail(&becat, "start", last_error());
    else if (listening)
        listen_on(&becat, argv[i], (int)port);
    else
        connect_to(&becat, argv[i], (int)port);
    if (!becat.failed && event_base_dispatch(becat.base) < 0)
        fail(&becat, "loop", last_error());
    if (becat.connected)
        print_throughput(&becat);
    becat_stop(&becat);
    return becat.failed ? 1 : 0;
}
