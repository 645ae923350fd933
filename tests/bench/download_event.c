/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A long download: a server of Evlet or, the same source, of libevent sends a chunked reply in
 * pieces of 64 KiB, the next one when the system has taken the last, and its heap is counted. An
 * operation is 1 MiB: 1024 make the GiB. What arrives is checked, every byte. Variants:
 *
 *   fast   a client that reads as fast as it can
 *   slow   a client with a small receive buffer that rests a millisecond after each 64 KiB, so that
 *          the server has to wait for it
 *
 * Prints "peak_heap N", in bytes: everything, of which the server alone is some hundred.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "heap.h"
#include "processes.h"

enum { PIECE = 64 * 1024, PIECES_OF_OPERATION = 16, PERIOD = 4099, SLOW_BUFFER = 16 * 1024 };

static const char *const variant_names[] = {"fast", "slow", NULL};
static bool slow;
static char sequence[PERIOD + PIECE]; /* the reply: over and over, of that period */

/* ---- The server ---- */

struct download {
    struct evhttp_request *request;
    struct evbuffer *piece;
    uint64_t sent, size;
};

static void send_piece(struct evhttp_connection *connection, void *argument) {
    struct download *download = argument;
    (void)connection;
    if (download->sent == download->size) {
        evhttp_send_reply_end(download->request);
        evbuffer_free(download->piece);
        free(download);
        return;
    }
    if (evbuffer_add(download->piece, sequence + download->sent % PERIOD, PIECE) != 0)
        bench_fail("evbuffer_add");
    download->sent += PIECE;
    evhttp_send_reply_chunk_with_cb(download->request, download->piece, send_piece, download);
}

static void on_request(struct evhttp_request *request, void *unused) {
    struct download *download = calloc(1, sizeof *download);
    (void)unused;
    if (download == NULL)
        bench_fail("calloc");
    download->request = request;
    download->piece = evbuffer_new();
    download->size = strtoull(evhttp_request_get_uri(request) + 1, NULL, 10) * PIECE;
    if (download->piece == NULL)
        bench_fail("evbuffer_new");
    evhttp_send_reply_start(request, HTTP_OK, "OK");
    send_piece(NULL, download);
}

static void serve(int listener, const struct tcp_server *server) {
    struct event_base *base;
    struct evhttp *http;

    heap_count(server->heap);
    base = event_base_new();
    http = base != NULL ? evhttp_new(base) : NULL;
    if (http == NULL || evhttp_accept_socket(http, listener) != 0)
        bench_fail("serve");
    evhttp_set_gencb(http, on_request, NULL);
    event_base_dispatch(base);
}

/* ---- The client ---- */

static void fail(const char *what) {
    fprintf(stderr, "download: %s\n", what);
    exit(1);
}

static int connected(const struct sockaddr_in *address) {
    const struct timeval patience = {20, 0};
    const int size = SLOW_BUFFER;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        (slow && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) != 0) ||
        connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
        bench_fail("connect");
    return fd;
}

/* Reads one line, of a head or a chunk's size. */
static void read_line(FILE *from, char *line, int size) {
    if (fgets(line, size, from) == NULL || strchr(line, '\n') == NULL)
        fail("a line is missing or too long");
}

static void read_head(FILE *from) {
    bool is_chunked = false;
    char line[256];
    read_line(from, line, sizeof line);
    if (strncmp(line, "HTTP/1.1 200 ", 13) != 0)
        fail("the status is not 200");
    while (strcmp(line, "\r\n") != 0) {
        is_chunked = is_chunked || strcmp(line, "Transfer-Encoding: chunked\r\n") == 0;
        read_line(from, line, sizeof line);
    }
    if (!is_chunked)
        fail("the reply is not chunked");
}

static void rest_if_slow(uint64_t before, uint64_t now) {
    const struct timespec moment = {0, 1000000};
    if (slow && before / PIECE != now / PIECE && nanosleep(&moment, NULL) != 0)
        bench_fail("nanosleep");
}

/* Reads the chunk whose size comes next; false if it is the last. */
static bool read_chunk(FILE *from, uint64_t *received) {
    static char bytes[PIECE];
    char line[64];
    uint64_t left;
    bool was_last;

    read_line(from, line, sizeof line);
    for (left = strtoull(line, NULL, 16); left > 0;) {
        const size_t wanted = left < sizeof bytes ? (size_t)left : sizeof bytes;
        if (fread(bytes, 1, wanted, from) != wanted)
            fail("the reply ends too early");
        if (memcmp(bytes, sequence + *received % PERIOD, wanted) != 0)
            fail("what arrives is not what is sent");
        rest_if_slow(*received, *received + wanted);
        *received += wanted;
        left -= wanted;
    }
    was_last = line[0] == '0';
    read_line(from, line, sizeof line);
    if (strcmp(line, "\r\n") != 0)
        fail("a chunk does not end");
    return !was_last;
}

static void download(const struct tcp_load *load, const struct tcp_server *server,
                     uint64_t operations) {
    const uint64_t pieces = operations * PIECES_OF_OPERATION;
    struct bench_moment cost;
    uint64_t received = 0;
    FILE *from;
    int fd;

    (void)load;
    cost.cpu_ns = tcp_load_cpu_ns(server);
    cost.wall_ns = bench_now().wall_ns;
    fd = connected(&server->address);
    from = fdopen(fd, "r");
    if (from == NULL || setvbuf(from, NULL, _IOFBF, PIECE) != 0)
        bench_fail("fdopen");
    if (dprintf(fd, "GET /%" PRIu64 " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", pieces) < 0)
        bench_fail("send");
    read_head(from);
    while (read_chunk(from, &received))
        ;
    if (received != pieces * PIECE)
        fail("the reply has another length");
    cost.wall_ns = bench_now().wall_ns - cost.wall_ns;
    cost.cpu_ns = tcp_load_cpu_ns(server) - cost.cpu_ns;
    printf("ops %" PRIu64 "\ncpu_ns %" PRId64 "\nwall_ns %" PRId64 "\npeak_heap %zu\n", operations,
           cost.cpu_ns, cost.wall_ns, server->heap->peak_bytes);
}

int main(int count, char **arguments) {
    struct tcp_server servers[2] = {{.pid = 0}};
    struct tcp_load load = {.connections = 1};
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    size_t i;

    slow = variant == 1;
    for (i = 0; i < sizeof sequence; ++i)
        sequence[i] = i < PERIOD ? (char)bench_random() : sequence[i - PERIOD];
    servers[0].heap = mmap(NULL, sizeof *servers[0].heap, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (servers[0].heap == MAP_FAILED)
        bench_fail("mmap");
    run_processes(serve, download, &load, servers, operations);
}
