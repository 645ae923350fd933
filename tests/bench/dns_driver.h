/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The DNS benchmark's workload, included at the end of each dns_*.c: look-ups of names, each
 * another one, from a nameserver over loopback. An operation is one look-up; the time is that of
 * the resolver's process, its event loop included. The nameserver is a process of its own, on
 * another processor where there are two: it puts the same records behind whatever question comes.
 * Variants:
 *
 *   parallel  64 look-ups at a time, one address each
 *   single    one at a time
 *   many      16 at a time, 60 addresses each, in one packet of 1,000 bytes
 */
#ifndef EVLET_BENCH_DNS_DRIVER_H
#define EVLET_BENCH_DNS_DRIVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "dns_answer.h"
#include "machine.h"

static const char *const variant_names[] = {"parallel", "single", "many", NULL};
static const struct {
    unsigned in_flight;
    unsigned addresses;
} variants[] = {{64, 1}, {1, 1}, {16, DNS_ANSWER_MOST}};

static uint64_t left_to_ask, left_to_end;
static unsigned wanted_addresses;

static bool ask_next(void) {
    char name[32];
    if (left_to_ask == 0)
        return false;
    snprintf(name, sizeof name, "n%" PRIu64 ".bench.test", left_to_ask--);
    resolver_ask(name);
    return true;
}

/* What a contestant calls when a look-up has ended. */
static void look_up_ended(bool found, unsigned addresses) {
    if (!found || addresses < 1 || addresses > wanted_addresses) {
        fprintf(stderr, "a look-up failed\n");
        exit(1);
    }
    if (--left_to_end == 0)
        resolver_stop();
    else
        ask_next();
}

static void serve(int fd, unsigned addresses) {
    unsigned char packet[DNS_ANSWER_SIZE];
    for (;;) {
        struct sockaddr_in client;
        socklen_t length = sizeof client;
        const ssize_t got =
            recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&client, &length);
        if (got >= 12)
            sendto(fd, packet, dns_answer(packet, addresses), 0, (struct sockaddr *)&client,
                   length);
    }
}

/* Its port. It ends with this process. */
static uint16_t start_nameserver(unsigned addresses) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int processors[2];
    pid_t child;

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        bench_fail("nameserver");
    if (bench_processors(processors, 2) < 2)
        processors[1] = processors[0];
    child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
            bench_fail("child");
        bench_pin(processors[1]);
        serve(fd, addresses);
    }
    bench_pin(processors[0]);
    close(fd);
    return ntohs(address.sin_port);
}

int main(int count, char **arguments) {
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    struct bench_moment start;
    unsigned i;

    wanted_addresses = variants[variant].addresses;
    resolver_open(start_nameserver(wanted_addresses));
    /* The sockets are there, and what is done once has been done. */
    left_to_ask = left_to_end = 64;
    ask_next();
    resolver_run();
    left_to_ask = left_to_end = operations;
    start = bench_now();
    for (i = 0; i < variants[variant].in_flight && ask_next(); ++i)
        ;
    resolver_run();
    bench_report(operations, start);
    return 0;
}

#endif
