/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures rate limits: over loopback, -n connections receive as much as they may for -d seconds,
 * each under a limit of its own (-c) and all under the limit of a group (-g); prints the rates
 * that came out and whether they are within -e percent of what the limits make of it.
 *
 * Shows: a limit is a token bucket. Every tick adds the rate's worth of tokens, up to a burst, and
 * each byte takes one. A bufferevent that has none left, or whose group has none, does not read
 * until the next tick; the peer then notices that its output is not taken. Here the receiving end
 * is limited, and the sending one refills its output whenever that is empty.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Who was kept from running for some ticks may catch up on so many of them. */
#define BURST_TICKS 5
#define MAX_CONNECTIONS 256

struct options {
    long connections;
    long each;  /* bytes a second of a connection, 0 for no limit */
    long group; /* of all together, 0 for no limit */
    long share; /* least bytes that a connection may read at once while the group has tokens */
    long seconds;
    long tick_ms;
    long tolerance; /* percent */
};

struct receiver {
    struct measurement *measurement;
    struct bufferevent *stream;
    ev_uint64_t bytes;
};

struct measurement {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *signals[2];
    struct event *end;
    struct evutil_monotonic_timer *clock;
    struct timeval start, duration;
    struct ev_token_bucket_cfg *each, *all;
    struct bufferevent_rate_limit_group *group;
    struct bufferevent *senders[MAX_CONNECTIONS];
    struct receiver receivers[MAX_CONNECTIONS];
    long connections, accepted;
    bool failed;
    bool complete; /* has run its time */
};

/* What everybody sends. Outputs refer to it and copy nothing. */
static const char block[65536];

static int report(const char *what) {
    fprintf(stderr, "ratelimit: %s: %s\n", what,
            evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    return -1;
}

static void give_up(struct measurement *measurement, const char *what) {
    report(what);
    measurement->failed = true;
    event_base_loopbreak(measurement->base);
}

static void on_output_empty(struct bufferevent *stream, void *arg) {
    if (evbuffer_add_reference(bufferevent_get_output(stream), block, sizeof block, NULL, NULL) !=
        0)
        give_up(arg, "output");
}

static void on_input(struct bufferevent *stream, void *arg) {
    struct receiver *receiver = arg;
    struct evbuffer *input = bufferevent_get_input(stream);
    receiver->bytes += evbuffer_get_length(input);
    evbuffer_drain(input, evbuffer_get_length(input));
}

static void on_sender_event(struct bufferevent *stream, short what, void *arg) {
    (void)stream;
    (void)what;
    give_up(arg, "sender");
}

static void on_receiver_event(struct bufferevent *stream, short what, void *arg) {
    struct receiver *receiver = arg;
    (void)stream;
    if (!(what & BEV_EVENT_CONNECTED))
        give_up(receiver->measurement, "receiver");
}

/* The clock starts when the last connection is there. */
static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *arg) {
    struct measurement *measurement = arg;
    struct bufferevent *stream =
        bufferevent_socket_new(measurement->base, fd, BEV_OPT_CLOSE_ON_FREE);
    long i;
    (void)listener;
    (void)address;
    (void)length;

    if (stream == NULL || measurement->accepted == measurement->connections) {
        evutil_closesocket(fd);
        give_up(measurement, "new connection");
        return;
    }
    measurement->senders[measurement->accepted++] = stream;
    bufferevent_setcb(stream, NULL, on_output_empty, on_sender_event, measurement);
    if (measurement->accepted < measurement->connections)
        return;
    printf("measuring for %ld s\n", (long)measurement->duration.tv_sec);
    fflush(stdout);
    evutil_gettime_monotonic(measurement->clock, &measurement->start);
    for (i = 0; i < measurement->accepted; i++)
        on_output_empty(measurement->senders[i], measurement);
    if (event_add(measurement->end, &measurement->duration) != 0)
        give_up(measurement, "timer");
}

static void on_end(evutil_socket_t fd, short events, void *arg) {
    struct measurement *measurement = arg;
    (void)fd;
    (void)events;
    measurement->complete = true;
    event_base_loopbreak(measurement->base);
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

/* Tokens that a tick adds for a rate in bytes a second. */
static size_t per_tick(long rate, long tick_ms) {
    return (size_t)((long long)rate * tick_ms / 1000);
}

/* Limits the receiving direction to `rate` bytes a second; the sending one not at all. */
static struct ev_token_bucket_cfg *limit(long rate, long tick_ms) {
    struct timeval tick = {tick_ms / 1000, tick_ms % 1000 * 1000};
    size_t tokens = per_tick(rate, tick_ms);
    return ev_token_bucket_cfg_new(tokens, BURST_TICKS * tokens, EV_RATE_LIMIT_MAX,
                                   EV_RATE_LIMIT_MAX, &tick);
}

static int make_limits(struct measurement *measurement, const struct options *options) {
    if (options->each > 0) {
        measurement->each = limit(options->each, options->tick_ms);
        if (measurement->each == NULL)
            return report("limit of a connection");
    }
    if (options->group == 0)
        return 0;
    measurement->all = limit(options->group, options->tick_ms);
    if (measurement->all != NULL)
        measurement->group = bufferevent_rate_limit_group_new(measurement->base, measurement->all);
    if (measurement->group == NULL ||
        (options->share > 0 && bufferevent_rate_limit_group_set_min_share(
                                   measurement->group, (size_t)options->share) != 0))
        return report("limit of the group");
    return 0;
}

static int start_receiver(struct measurement *measurement, struct receiver *receiver,
                          const struct sockaddr *address, socklen_t length) {
    struct bufferevent *stream =
        bufferevent_socket_new(measurement->base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (stream == NULL)
        return -1;
    receiver->measurement = measurement;
    receiver->stream = stream;
    bufferevent_setcb(stream, on_input, NULL, on_receiver_event, receiver);
    if (measurement->each != NULL && bufferevent_set_rate_limit(stream, measurement->each) != 0)
        return -1;
    if (measurement->group != NULL &&
        bufferevent_add_to_rate_limit_group(stream, measurement->group) != 0)
        return -1;
    if (bufferevent_socket_connect(stream, address, (int)length) != 0)
        return -1;
    return bufferevent_enable(stream, EV_READ);
}

static int start_connections(struct measurement *measurement) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    long i;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    measurement->listener =
        evconnlistener_new_bind(measurement->base, on_connection, measurement,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, MAX_CONNECTIONS,
                                (struct sockaddr *)&address, sizeof address);
    if (measurement->listener == NULL || getsockname(evconnlistener_get_fd(measurement->listener),
                                                     (struct sockaddr *)&address, &length) != 0)
        return report("listener");
    for (i = 0; i < measurement->connections; i++) {
        if (start_receiver(measurement, &measurement->receivers[i], (struct sockaddr *)&address,
                           length) != 0)
            return report("connection");
    }
    return 0;
}

/* Returns 0, or -1 after saying what failed. clean_up() has to follow in either case. */
static int start(struct measurement *measurement, const struct options *options) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    int i;

    measurement->connections = options->connections;
    measurement->duration.tv_sec = options->seconds;
    measurement->base = event_base_new();
    measurement->clock = evutil_monotonic_timer_new();
    if (measurement->base == NULL || measurement->clock == NULL ||
        evutil_configure_monotonic_time(measurement->clock, 0) < 0)
        return report("start");
    measurement->end = evtimer_new(measurement->base, on_end, measurement);
    if (measurement->end == NULL)
        return report("start");
    for (i = 0; i < 2; i++) {
        measurement->signals[i] =
            evsignal_new(measurement->base, numbers[i], on_signal, measurement->base);
        if (measurement->signals[i] == NULL || event_add(measurement->signals[i], NULL) != 0)
            return report("signals");
    }
    if (make_limits(measurement, options) != 0)
        return -1;
    return start_connections(measurement);
}

/* A limit outlives those that it limits, and a group its members. */
static void clean_up(struct measurement *measurement) {
    struct event *events[3] = {measurement->signals[0], measurement->signals[1], measurement->end};
    long i;

    for (i = 0; i < measurement->connections; i++) {
        if (measurement->senders[i] != NULL)
            bufferevent_free(measurement->senders[i]);
        if (measurement->receivers[i].stream == NULL)
            continue;
        if (measurement->group != NULL)
            bufferevent_remove_from_rate_limit_group(measurement->receivers[i].stream);
        bufferevent_free(measurement->receivers[i].stream);
    }
    if (measurement->group != NULL)
        bufferevent_rate_limit_group_free(measurement->group);
    for (i = 0; i < 3; i++) {
        if (events[i] != NULL)
            event_free(events[i]);
    }
    if (measurement->listener != NULL)
        evconnlistener_free(measurement->listener);
    if (measurement->base != NULL)
        event_base_free(measurement->base);
    if (measurement->clock != NULL)
        evutil_monotonic_timer_free(measurement->clock);
    if (measurement->each != NULL)
        ev_token_bucket_cfg_free(measurement->each);
    if (measurement->all != NULL)
        ev_token_bucket_cfg_free(measurement->all);
}

static double seconds_since(const struct measurement *measurement) {
    struct timeval now;
    evutil_gettime_monotonic(measurement->clock, &now);
    evutil_timersub(&now, &measurement->start, &now);
    return (double)now.tv_sec + (double)now.tv_usec / 1e6;
}

/* What the limits make of it all, in bytes a second; 0 if there is no limit. */
static double expected_total(const struct options *options) {
    double ticks = 1000.0 / (double)options->tick_ms;
    double sum =
        (double)per_tick(options->each, options->tick_ms) * ticks * (double)options->connections;
    double group = (double)per_tick(options->group, options->tick_ms) * ticks;
    if (options->each == 0 || (options->group != 0 && group < sum))
        return group;
    return sum;
}

/* Prints one rate. True if it is as expected. */
static bool judge(const char *what, double rate, double expected, long tolerance) {
    double deviation = expected > 0 ? 100 * (rate / expected - 1) : 0;
    bool within = deviation <= (double)tolerance && -deviation <= (double)tolerance;
    printf("%-14s %12.0f bytes/s", what, rate);
    if (expected > 0)
        printf(", expected %12.0f: %+6.1f %%, %s", expected, deviation,
               within ? "within tolerance" : "OUT OF TOLERANCE");
    putchar('\n');
    return within;
}

static bool print_rates(const struct measurement *measurement, const struct options *options) {
    double seconds = seconds_since(measurement);
    double expected = expected_total(options);
    ev_uint64_t sum = 0;
    bool within = true;
    long i;

    for (i = 0; i < options->connections; i++) {
        char name[32];
        evutil_snprintf(name, sizeof name, "connection %ld", i + 1);
        sum += measurement->receivers[i].bytes;
        within &= judge(name, (double)measurement->receivers[i].bytes / seconds,
                        expected / (double)options->connections, options->tolerance);
    }
    within &= judge("total", (double)sum / seconds, expected, options->tolerance);
    return within;
}

static bool read_option(const char *option, const char *text, struct options *options) {
    const struct {
        const char *name;
        long low, high;
        long *value;
    } known[] = {
        {"-n", 1, MAX_CONNECTIONS, &options->connections},
        {"-c", 0, 1L << 28, &options->each},
        {"-g", 0, 1L << 28, &options->group},
        {"-s", 0, 1L << 28, &options->share},
        {"-d", 1, 3600, &options->seconds},
        {"-k", 10, 1000, &options->tick_ms},
        {"-e", 1, 100, &options->tolerance},
    };
    size_t i;
    for (i = 0; i < sizeof known / sizeof known[0]; i++) {
        char *end;
        if (strcmp(option, known[i].name) != 0)
            continue;
        *known[i].value = strtol(text, &end, 10);
        return end != text && *end == '\0' && *known[i].value >= known[i].low &&
               *known[i].value <= known[i].high;
    }
    return false;
}

static bool read_options(int argc, char **argv, struct options *options) {
    int i;
    for (i = 1; i + 1 < argc; i += 2) {
        if (!read_option(argv[i], argv[i + 1], options))
            return false;
    }
    /* A tick has to add something, or nobody would ever get anything. */
    return i == argc && (options->each == 0 || per_tick(options->each, options->tick_ms) > 0) &&
           (options->group == 0 || per_tick(options->group, options->tick_ms) > 0);
}

int main(int argc, char **argv) {
    static struct measurement measurement;
    struct options options = {.connections = 4,
                              .each = 0,
                              .group = 0,
                              .share = 0,
                              .seconds = 3,
                              .tick_ms = 100,
                              .tolerance = 20};
    bool good = false;

    if (!read_options(argc, argv, &options)) {
        fputs("usage: ratelimit [-n COUNT] [-c BYTES] [-g BYTES] [-s BYTES] [-d SECONDS] [-k MS] "
              "[-e PERCENT]\n"
              "  -n  connections, 1 to 256, default 4\n"
              "  -c  limit of each connection in bytes a second, default 0: none\n"
              "  -g  limit of all together, default 0: none\n"
              "  -s  least share of the group's tokens that a connection gets at once\n"
              "  -d  how long to measure, default 3\n"
              "  -k  length of a tick in milliseconds, 10 to 1000, default 100; one has to be\n"
              "      worth a byte under each limit\n"
              "  -e  tolerance, default 20; status 1 if any rate is further off\n",
              stderr);
        return 2;
    }
    if (start(&measurement, &options) == 0) {
        if (event_base_dispatch(measurement.base) < 0)
            report("loop");
        else if (measurement.complete)
            good = print_rates(&measurement, &options);
        else if (!measurement.failed)
            good = puts("interrupted") >= 0;
    }
    clean_up(&measurement);
    return good ? 0 : 1;
}
