/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DNS with c-ares, in a loop of its own made of epoll: sockets are registered as c-ares tells of
 * them, and each that is ready is handed to it. A query and the parser for its answer, which is
 * what c-ares does with the least work.
 */
#include <ares.h>

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "dns_answer.h"

enum { MOST_READY = 16, CLASS_IN = 1, TYPE_A = 1 };

static void look_up_ended(bool found, unsigned addresses);

static ares_channel channel;
static int epoll_fd;
static bool stopped;

static void on_answer(void *argument, int status, int timeouts, unsigned char *packet, int size) {
    struct ares_addrttl addresses[DNS_ANSWER_MOST];
    int count = DNS_ANSWER_MOST;
    (void)argument;
    (void)timeouts;

    if (status == ARES_SUCCESS)
        status = ares_parse_a_reply(packet, size, NULL, addresses, &count);
    look_up_ended(status == ARES_SUCCESS, (unsigned)count);
}

static void resolver_ask(const char *name) {
    ares_query(channel, name, CLASS_IN, TYPE_A, on_answer, NULL);
}

static void resolver_stop(void) {
    stopped = true;
}

static void on_socket(void *argument, ares_socket_t fd, int readable, int writable) {
    struct epoll_event event = {.data = {.fd = fd}};
    (void)argument;
    event.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
    if (event.events == 0)
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    else if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event) != 0 &&
             epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        exit(1);
}

static void resolver_open(uint16_t port) {
    struct ares_options options = {.flags = ARES_FLAG_EDNS, .ednspsz = 1232};
    char address[32];

    options.sock_state_cb = on_socket;
    epoll_fd = epoll_create1(0);
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    if (epoll_fd < 0 || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS ||
        ares_init_options(&channel, &options,
                          ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB) !=
            ARES_SUCCESS ||
        ares_set_servers_ports_csv(channel, address) != ARES_SUCCESS)
        exit(1);
}

static void resolver_run(void) {
    stopped = false;
    while (!stopped) {
        struct epoll_event events[MOST_READY];
        struct timeval most, time;
        const struct timeval *left = ares_timeout(channel, NULL, &time);
        int i, count;

        most = left != NULL ? *left : (struct timeval){1, 0};
        count = epoll_wait(epoll_fd, events, MOST_READY,
                           (int)(most.tv_sec * 1000 + (most.tv_usec + 999) / 1000));
        if (count == 0)
            ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        for (i = 0; i < count; ++i)
            ares_process_fd(channel,
                            events[i].events & EPOLLIN ? events[i].data.fd : ARES_SOCKET_BAD,
                            events[i].events & EPOLLOUT ? events[i].data.fd : ARES_SOCKET_BAD);
    }
}

#include "dns_driver.h"
