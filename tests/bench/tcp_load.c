/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load of the echo and HTTP benchmarks. Every connection sends the same endless sequence of
 * bytes, of which a message is `size`, and gets an endless sequence of replies. Both have a period,
 * so that what is at any place of the first lies in one piece in `sequence`. What comes back is
 * compared, all of it while warming up, both ends of each piece while time is taken: with what was
 * sent, or, of HTTP, with the first reply of all but for the date.
 *
 * The server's time is read from outside, by the CPU clock of its process. The clock of a process
 * that runs on another processor may be behind, so it is read when nothing is under way and the
 * server has had a moment to go to sleep.
 *
 * Where two servers are compared they take turns in short slices, so that what else the machine
 * does hits both alike.
 */
#include "tcp_load.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "heap_figures.h"

enum { MOST_PERIOD = 4099, MOST_EVENTS = 256, READ_SIZE = 256 * 1024 };
enum { WARM_UP = 20 }; /* messages of each connection */
enum { SLICES = 10 };  /* even: servers change places after each */
enum { PATIENCE_S = 20, SETTLE_NS = 5000000 };

struct peer {
    int fd;
    bool blocked;      /* the kernel takes no more: watched for writing */
    uint64_t due;      /* bytes that may be sent: whole messages */
    uint64_t sent;     /* bytes */
    uint64_t received; /* bytes */
};

/* The load of one server. */
struct part {
    const struct tcp_server *server;
    unsigned idle;
    struct peer *peers;
    struct bench_moment cost;
    struct heap_figures heap; /* its requests while time is taken */
};

/* What comes back. */
struct replies {
    const char *bytes;
    size_t period;
    size_t size;     /* of one */
    size_t date;     /* where bytes begin that may be any, */
    size_t date_end; /* and where they end */
};

static const struct tcp_load *load;
static int set;
static char sequence[MOST_PERIOD + LOAD_MOST_IN_FLIGHT];
static size_t period;
static struct replies replies;
static char first_reply[MOST_PERIOD];
static char arrived[READ_SIZE];
static uint64_t messages_left; /* to be sent */
static uint64_t messages_out;  /* sent, or about to be, and not back yet */
static bool thorough;

static void fail(const char *what) {
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static void watch(struct peer *peer, int how, uint32_t events) {
    struct epoll_event request = {.events = events, .data = {.ptr = peer}};
    if (epoll_ctl(set, how, peer->fd, &request) != 0)
        bench_fail("epoll_ctl");
}

static void set_blocked(struct peer *peer, bool blocked) {
    if (peer->blocked == blocked)
        return;
    peer->blocked = blocked;
    watch(peer, EPOLL_CTL_MOD, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* Sends what the limit of messages in flight and those left to send allow. */
static void peer_send(struct peer *peer) {
    const uint64_t back = peer->received / replies.size;
    const uint64_t limit = load->size * (back + load->in_flight);
    ssize_t length;

    while (peer->due < limit && messages_left > 0) {
        peer->due += load->size;
        --messages_left;
        ++messages_out;
    }
    if (peer->sent == peer->due)
        return;
    length = send(peer->fd, sequence + peer->sent % period, peer->due - peer->sent, MSG_NOSIGNAL);
    if (length < 0 && errno != EAGAIN)
        bench_fail("send");
    if (length > 0)
        peer->sent += (uint64_t)length;
    set_blocked(peer, peer->sent < peer->due);
}

static bool is_expected(const struct peer *peer, size_t at) {
    const size_t place = (peer->received + at) % replies.period;
    return arrived[at] == replies.bytes[place] ||
           (place >= replies.date && place < replies.date_end);
}

static bool are_expected(const struct peer *peer, size_t length) {
    size_t at;
    if (!thorough)
        return is_expected(peer, 0) && is_expected(peer, length - 1);
    for (at = 0; at < length; ++at) {
        if (!is_expected(peer, at))
            return false;
    }
    return true;
}

static void peer_receive(struct peer *peer) {
    const ssize_t length = recv(peer->fd, arrived, sizeof arrived, 0);
    uint64_t before;
    if (length < 0 && errno == EAGAIN)
        return;
    if (length < 0)
        bench_fail("recv");
    if (length == 0)
        fail("the server closed a connection");
    before = peer->received / replies.size;
    if (!are_expected(peer, (size_t)length))
        fail("what came back is not what is expected");
    peer->received += (uint64_t)length;
    if (peer->received * load->size > peer->sent * replies.size)
        fail("more came back than was asked for");
    messages_out -= peer->received / replies.size - before;
    peer_send(peer);
}

/* Sends messages and returns when all of them are back. */
static void exchange(struct part *part, uint64_t messages) {
    struct epoll_event events[MOST_EVENTS];
    unsigned i;

    messages_left = messages;
    for (i = 0; i < load->connections; ++i)
        peer_send(&part->peers[i]);
    while (messages_out > 0) {
        const int found = epoll_wait(set, events, MOST_EVENTS, PATIENCE_S * 1000);
        int at;
        if (found < 0 && errno != EINTR)
            bench_fail("epoll_wait");
        if (found == 0)
            fail("the server does not answer");
        for (at = 0; at < found; ++at) {
            struct peer *peer = events[at].data.ptr;
            if (events[at].events & EPOLLOUT)
                peer_send(peer);
            if (events[at].events & ~(uint32_t)EPOLLOUT)
                peer_receive(peer);
        }
    }
}

static int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        bench_fail("clock_gettime");
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t tcp_load_cpu_ns(const struct tcp_server *server) {
    const struct timespec moment = {0, SETTLE_NS};
    clockid_t clock;
    if (nanosleep(&moment, NULL) != 0)
        bench_fail("nanosleep");
    if (clock_getcpuclockid(server->pid, &clock) != 0)
        fail("the server's CPU clock cannot be read");
    return clock_ns(clock);
}

static void exchange_slice(struct part *part, uint64_t messages) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    exchange(part, messages);
    part->cost.wall_ns += clock_ns(CLOCK_MONOTONIC) - start;
}

/* What a server has asked for so far, which must have nothing to do. */
static struct heap_figures heap_of(const struct tcp_server *server) {
    static const struct heap_figures none = {0};
    return server->heap != NULL ? *server->heap : none;
}

/* Finds what `messages` cost each server. */
static void measure(struct part *parts, unsigned count, uint64_t messages) {
    unsigned slice;
    unsigned i;

    thorough = true;
    for (i = 0; i < count; ++i)
        exchange(&parts[i], (uint64_t)WARM_UP * load->connections);
    thorough = false;
    for (i = 0; i < count; ++i) {
        parts[i].cost.cpu_ns = -tcp_load_cpu_ns(parts[i].server);
        parts[i].heap = heap_of(parts[i].server);
    }
    for (slice = 0; slice < SLICES; ++slice) {
        const uint64_t share = messages / SLICES + (slice < messages % SLICES ? 1 : 0);
        for (i = 0; i < count; ++i)
            exchange_slice(&parts[(i + slice) % count], share);
    }
    for (i = 0; i < count; ++i) {
        parts[i].cost.cpu_ns += tcp_load_cpu_ns(parts[i].server);
        parts[i].heap.requests = heap_of(parts[i].server).requests - parts[i].heap.requests;
        parts[i].heap.programs = heap_of(parts[i].server).programs - parts[i].heap.programs;
    }
}

static void send_all(int fd, const char *bytes, size_t size) {
    if (send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
        bench_fail("first send");
}

static void receive_all(int fd, char *bytes, size_t size) {
    if (recv(fd, bytes, size, MSG_WAITALL) != (ssize_t)size)
        bench_fail("first receive");
}

/* Takes the first reply of all, of which only the end is known, as the measure of the others. */
static void learn_reply(int fd) {
    const size_t body = strlen(load->body);
    const char *date;
    size_t size = 0;

    while (size < body || memcmp(first_reply + size - body, load->body, body) != 0) {
        if (size == sizeof first_reply)
            fail("the first reply does not end");
        receive_all(fd, first_reply + size, 1);
        ++size;
    }
    date = memmem(first_reply, size, "\r\nDate: ", 8);
    if (memcmp(first_reply, "HTTP/1.1 200 ", 13) != 0 || date == NULL)
        fail("the first reply is none of HTTP/1.1, or has no date");
    replies = (struct replies){.bytes = first_reply, .period = size, .size = size};
    replies.date = (size_t)(date + 8 - first_reply);
    replies.date_end = replies.date + strlen("Fri, 27 Nov 2026 19:37:50 GMT");
}

/* The server has accepted a connection over which it has answered. */
static void answer_first(int fd) {
    static char bytes[MOST_PERIOD];
    if (load->request == NULL) {
        send_all(fd, "x", 1);
        receive_all(fd, bytes, 1);
        if (bytes[0] != 'x')
            fail("the first echo is not what was sent");
        return;
    }
    send_all(fd, load->request, load->size);
    if (replies.size == 0)
        learn_reply(fd);
    else
        receive_all(fd, bytes, replies.size);
}

/* A connection that the server has accepted. */
static int connected(const struct sockaddr_in *address) {
    const struct timeval patience = {PATIENCE_S, 0};
    const struct linger reset = {.l_onoff = 1, .l_linger = 0}; /* leave no port in TIME_WAIT */
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        bench_fail("socket");
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
        bench_fail("connect");
    answer_first(fd);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        bench_fail("fcntl");
    return fd;
}

static void part_open(struct part *part) {
    const struct sockaddr_in *address = &part->server->address;
    unsigned i;
    unsigned silent;

    part->peers = calloc(load->connections, sizeof *part->peers);
    if (part->peers == NULL)
        bench_fail("calloc");
    for (i = 0; i < load->connections; ++i) {
        part->peers[i].fd = connected(address);
        watch(&part->peers[i], EPOLL_CTL_ADD, EPOLLIN);
        /* Spread, so that those that talk do not lie together in the server's memory. */
        for (silent = 0; silent < part->idle / load->connections; ++silent)
            connected(address);
    }
}

static void fill_sequence(void) {
    size_t i;
    period = load->request != NULL ? load->size : MOST_PERIOD;
    if (period > MOST_PERIOD || (size_t)load->size * load->in_flight > LOAD_MOST_IN_FLIGHT)
        fail("messages are too long");
    for (i = 0; i < sizeof sequence; ++i) {
        if (i >= period)
            sequence[i] = sequence[i - period];
        else
            sequence[i] = load->request != NULL ? load->request[i] : (char)bench_random();
    }
    if (load->request == NULL)
        replies = (struct replies){.bytes = sequence, .period = period, .size = load->size};
}

static void report(const struct part *parts, unsigned count, uint64_t operations) {
    const struct part *last = &parts[count - 1];
    if (count > 1)
        printf("alone_cpu_ns %" PRId64 "\nidle %u\n", parts[0].cost.cpu_ns, last->idle);
    if (last->server->heap != NULL)
        printf("allocations %zu\nprogram_allocations %zu\n",
               last->heap.requests - last->heap.programs, last->heap.programs);
    if (count > 1 && last->server->heap != NULL)
        printf("idle_heap %zu\n",
               last->server->heap->live_bytes - parts[0].server->heap->live_bytes);
    printf("ops %" PRIu64 "\ncpu_ns %" PRId64 "\nwall_ns %" PRId64 "\n", operations,
           last->cost.cpu_ns, last->cost.wall_ns);
}

void tcp_load_run(const struct tcp_load *wanted, const struct tcp_server *servers,
                  uint64_t operations) {
    struct part parts[2] = {{.server = &servers[0]}, {.server = &servers[1], .idle = wanted->idle}};
    const unsigned count = wanted->idle > 0 ? 2 : 1;
    unsigned i;

    load = wanted;
    set = epoll_create1(EPOLL_CLOEXEC);
    if (set < 0)
        bench_fail("epoll_create1");
    fill_sequence();
    for (i = 0; i < count; ++i)
        part_open(&parts[i]);
    measure(parts, count, operations);
    report(parts, count, operations);
}
