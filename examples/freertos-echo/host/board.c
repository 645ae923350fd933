/* SPDX-License-Identifier: BSD-3-Clause */
/* A process as the board: lwIP's loopback interface for a network, a test client for the world, and
 * a button that it presses. */
#define _GNU_SOURCE 1

#include "board.h"

#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <evlet_freertos.h>

#include "client.h"
#include "echo.h"
#include <host_kernel.h>

static struct netif loopback;

void board_print(const char *line) {
    printf("%s\n", line);
    fflush(stdout);
}

static err_t send_back(struct netif *netif, struct pbuf *packet, const ip4_addr_t *to) {
    (void)to;
    return netif_loop_output(netif, packet);
}

static err_t prepare(struct netif *netif) {
    netif->name[0] = 'l';
    netif->name[1] = 'o';
    netif->mtu = 1500;
    netif->output = send_back;
    return ERR_OK;
}

void board_add_interface(void) {
    ip4_addr_t address, mask, none;
    IP4_ADDR(&address, 127, 0, 0, 1);
    IP4_ADDR(&mask, 255, 0, 0, 0);
    ip4_addr_set_any(&none);
    netif_add(&loopback, &address, &mask, &none, NULL, prepare, tcpip_input);
    netif_set_default(&loopback);
    netif_set_link_up(&loopback);
    netif_set_up(&loopback);
    client_start();
}

static void press(void) {
    evlet_freertos_raise(ECHO_BUTTON);
}

static void *be_an_interrupt(void *unused) {
    host_interrupt(press);
    return unused;
}

void board_press_button(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, be_an_interrupt, NULL) != 0) {
        exit(1);
    }
    pthread_join(thread, NULL);
}

void board_server_ended(int served) {
    printf("%d connections\n", served);
    fflush(stdout);
    _exit(served == CLIENT_CONNECTIONS && client_join() == 0 ? 0 : 1);
}

void board_init(void) {
    alarm(100); /* whatever hangs, the test ends */
}
