/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load of the echo benchmark. Every connection sends the same endless sequence of bytes, of
 * which a message is `size`. The sequence has a period, so that what is at any place of it lies in
 * one piece in `sequence`: what comes back is compared with that, all of it while warming up, both
 * ends of each piece while time is taken.
 *
 * The server's time is read from outside, by the CPU clock of its process. The clock of a process
 * that runs on another processor may be behind, so it is read when nothing is under way and the
 * server has had a moment to go to sleep.
 *
 * Where two servers are compared they take turns in short slices, so that what else the machine
 * does hits both alike.
 */
#include "echo_load.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

enum { PERIOD = 4099, MOST_EVENTS = 256, READ_SIZE = 256 * 1024 };
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
    const struct echo_server *server;
    unsigned idle;
    struct peer *peers;
    struct bench_moment cost;
};

static const struct echo_load *load;
static int set;
static char sequence[PERIOD + ECHO_MOST_IN_FLIGHT];
static char arrived[READ_SIZE];
static uint64_t messages_left; /* to be sent */
static uint64_t messages_out;  /* sent, or about to be, and not back yet */
static bool thorough;

static void fail(const char *what) {
    fprintf(stderr, "echo: %s\n", what);
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
    const uint64_t back = peer->received - peer->received % load->size;
    const uint64_t limit = back + (uint64_t)load->size * load->in_flight;
    ssize_t length;

    while (peer->due < limit && messages_left > 0) {
        peer->due += load->size;
        --messages_left;
        ++messages_out;
    }
    if (peer->sent == peer->due)
        return;
    length = send(peer->fd, sequence + peer->sent % PERIOD, peer->due - peer->sent, MSG_NOSIGNAL);
    if (length < 0 && errno != EAGAIN)
        bench_fail("send");
    if (length > 0)
        peer->sent += (uint64_t)length;
    set_blocked(peer, peer->sent < peer->due);
}

static bool is_echo(const struct peer *peer, size_t length) {
    const char *wanted = sequence + peer->received % PERIOD;
    if (!thorough)
        return arrived[0] == wanted[0] &&
               arrived[length - 1] == sequence[(peer->received + length - 1) % PERIOD];
    return memcmp(arrived, wanted, length) == 0;
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
    if ((uint64_t)length > peer->sent - peer->received)
        fail("more came back than was sent");
    if (!is_echo(peer, (size_t)length))
        fail("what came back is not what was sent");
    before = peer->received / load->size;
    peer->received += (uint64_t)length;
    messages_out -= peer->received / load->size - before;
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

/* The CPU time of a server that has nothing to do. */
static int64_t server_cpu_ns(const struct part *part) {
    const struct timespec moment = {0, SETTLE_NS};
    clockid_t clock;
    if (nanosleep(&moment, NULL) != 0)
        bench_fail("nanosleep");
    if (clock_getcpuclockid(part->server->pid, &clock) != 0)
        fail("the server's CPU clock cannot be read");
    return clock_ns(clock);
}

static void exchange_slice(struct part *part, uint64_t messages) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    exchange(part, messages);
    part->cost.wall_ns += clock_ns(CLOCK_MONOTONIC) - start;
}

/* Finds what `messages` cost each server. */
static void measure(struct part *parts, unsigned count, uint64_t messages) {
    unsigned slice;
    unsigned i;

    thorough = true;
    for (i = 0; i < count; ++i)
        exchange(&parts[i], (uint64_t)WARM_UP * load->connections);
    thorough = false;
    for (i = 0; i < count; ++i)
        parts[i].cost.cpu_ns = -server_cpu_ns(&parts[i]);
    for (slice = 0; slice < SLICES; ++slice) {
        const uint64_t share = messages / SLICES + (slice < messages % SLICES ? 1 : 0);
        for (i = 0; i < count; ++i)
            exchange_slice(&parts[(i + slice) % count], share);
    }
    for (i = 0; i < count; ++i)
        parts[i].cost.cpu_ns += server_cpu_ns(&parts[i]);
}

/* A connection over which one byte has gone and come back: the server has accepted it. */
static int connected(const struct sockaddr_in *address) {
    const struct timeval patience = {PATIENCE_S, 0};
    const struct linger reset = {.l_onoff = 1, .l_linger = 0}; /* leave no port in TIME_WAIT */
    const int on = 1;
    char byte = 'x';
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        bench_fail("socket");
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
        bench_fail("connect");
    if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1 || byte != 'x')
        bench_fail("first echo");
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

void echo_load_run(const struct echo_load *wanted, const struct echo_server *servers,
                   uint64_t operations) {
    struct part parts[2] = {{.server = &servers[0]}, {.server = &servers[1], .idle = wanted->idle}};
    const unsigned count = wanted->idle > 0 ? 2 : 1;
    const struct part *last = &parts[count - 1];
    size_t i;

    load = wanted;
    set = epoll_create1(EPOLL_CLOEXEC);
    if (set < 0)
        bench_fail("epoll_create1");
    for (i = 0; i < sizeof sequence; ++i)
        sequence[i] = i < PERIOD ? (char)bench_random() : sequence[i - PERIOD];
    for (i = 0; i < count; ++i)
        part_open(&parts[i]);
    measure(parts, count, operations);
    if (count > 1)
        printf("alone_cpu_ns %" PRId64 "\nidle %u\n", parts[0].cost.cpu_ns, wanted->idle);
    printf("ops %" PRIu64 "\ncpu_ns %" PRId64 "\nwall_ns %" PRId64 "\n", operations,
           last->cost.cpu_ns, last->cost.wall_ns);
}
