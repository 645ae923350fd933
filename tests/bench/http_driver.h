/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The HTTP benchmark's workload, included at the end of each http_*.c: a server that answers every
 * request with 13 bytes, over loopback, and a load for it. An operation is one request answered;
 * the time is the server's. Connections are kept alive. Variants:
 *
 *   wrk           64 connections of wrk, the load of most published figures. It runs for a time,
 * not for a count: a second for each 50,000 operations, one at least keepalive     the same with
 * the load of tcp_load.c, which counts and checks single        one connection pipelined     64
 * connections, 16 requests on their way on each browser       64 connections, ten header fields in
 * a request post          64 connections, a body of 1 KiB in a request idle          100
 * connections to each of two servers that take turns: one has no others, one has 10,000 that are
 * silent after one request each, or as many as the limit of descriptors allows counted keepalive,
 * but the library's allocations are counted, which takes time counted-idle  idle, likewise
 */
#ifndef EVLET_BENCH_HTTP_DRIVER_H
#define EVLET_BENCH_HTTP_DRIVER_H

#include <sys/mman.h>

#include "processes.h"

enum { WRK_OPERATIONS_S = 50000, POST_SIZE = 1024 };

enum kind { WRK = 1, COUNTED = 2, BROWSER = 4, POST = 8 };

static const char *const variant_names[] = {"wrk",          "keepalive", "single", "pipelined",
                                            "browser",      "post",      "idle",   "counted",
                                            "counted-idle", NULL};
static const struct {
    unsigned connections;
    unsigned in_flight;
    unsigned idle;
    unsigned kind;
} variants[] = {
    {64, 1, 0, WRK},          /* wrk */
    {64, 1, 0, 0},            /* keepalive */
    {1, 1, 0, 0},             /* single */
    {64, 16, 0, 0},           /* pipelined */
    {64, 1, 0, BROWSER},      /* browser */
    {64, 1, 0, POST},         /* post */
    {100, 1, 10000, 0},       /* idle */
    {64, 1, 0, COUNTED},      /* counted */
    {100, 1, 10000, COUNTED}, /* counted-idle */
};

#define HTTP_HOST "Host: 127.0.0.1\r\n"
static const char plain_request[] = "GET / HTTP/1.1\r\n" HTTP_HOST "\r\n";
static const char browser_request[] =
    "GET /index.html?page=1 HTTP/1.1\r\n" HTTP_HOST "Connection: keep-alive\r\n"
    "Cache-Control: max-age=0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: http://127.0.0.1/\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
    "Upgrade-Insecure-Requests: 1\r\n\r\n";

static void serve(int listener, const struct tcp_server *server) {
    server_open(listener, server->heap);
    server_run();
}

static const char *post_request(void) {
    static char request[POST_SIZE + 256];
    const int size =
        snprintf(request, sizeof request,
                 "POST / HTTP/1.1\r\n" HTTP_HOST "Content-Length: %d\r\n\r\n", POST_SIZE);
    memset(request + size, 'x', POST_SIZE);
    return request;
}

/* Takes what a line of wrk's report says. A reply that took long is one all the same. */
static void read_report(const char *line, uint64_t *ret_requests, double *ret_rate) {
    unsigned not_connected, not_read, not_written;
    uint64_t requests;
    double rate;

    if (strstr(line, "requests in") != NULL && sscanf(line, "%" SCNu64, &requests) == 1)
        *ret_requests = requests;
    if (sscanf(line, "Requests/sec: %lf", &rate) == 1)
        *ret_rate = rate;
    if (strstr(line, "Non-2xx") != NULL ||
        (sscanf(line, " Socket errors: connect %u, read %u, write %u", &not_connected, &not_read,
                &not_written) == 3 &&
         not_connected + not_read + not_written > 0)) {
        fprintf(stderr, "wrk: %s", line);
        exit(1);
    }
}

static void wrk_run(const struct tcp_load *load, const struct tcp_server *servers,
                    uint64_t operations) {
    const unsigned seconds =
        operations < WRK_OPERATIONS_S ? 1 : (unsigned)(operations / WRK_OPERATIONS_S);
    const unsigned port = ntohs(servers->address.sin_port);
    uint64_t requests = 0;
    double rate = 0;
    char line[256];
    int64_t cpu_ns;
    int status;
    FILE *report;

    snprintf(line, sizeof line, "wrk -t1 -c%u -d%us http://127.0.0.1:%u/ 2>&1", load->connections,
             seconds, port);
    cpu_ns = tcp_load_cpu_ns(servers);
    report = popen(line, "r");
    if (report == NULL)
        bench_fail("popen");
    while (fgets(line, sizeof line, report) != NULL)
        read_report(line, &requests, &rate);
    status = pclose(report);
    cpu_ns = tcp_load_cpu_ns(servers) - cpu_ns;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        fprintf(stderr, "wrk is missing (Debian: apt-get install wrk)\n");
        exit(BENCH_SKIP);
    }
    if (status != 0 || requests == 0 || rate <= 0)
        bench_fail("wrk");
    printf("ops %" PRIu64 "\ncpu_ns %" PRId64 "\nwall_ns %.0f\n", requests, cpu_ns,
           (double)requests / rate * 1e9);
}

int main(int count, char **arguments) {
    struct tcp_server servers[2] = {{.pid = 0}};
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    const unsigned kind = variants[variant].kind;
    struct tcp_load load = {.connections = variants[variant].connections,
                            .in_flight = variants[variant].in_flight,
                            .idle = variants[variant].idle,
                            .body = HTTP_BODY};

    load.request = kind & POST ? post_request() : kind & BROWSER ? browser_request : plain_request;
    load.size = (unsigned)strlen(load.request);
    if (kind & COUNTED) {
        struct heap_figures *heap =
            mmap(NULL, 2 * sizeof *heap, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (heap == MAP_FAILED)
            bench_fail("mmap");
        servers[0].heap = &heap[0];
        servers[1].heap = &heap[1];
    }
    run_processes(serve, kind & WRK ? wrk_run : tcp_load_run, &load, servers, operations);
}

#endif
