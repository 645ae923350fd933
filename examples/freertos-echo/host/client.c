/* SPDX-License-Identifier: BSD-3-Clause */
#include "client.h"

#include <FreeRTOS.h>
#include <lwip/sockets.h>
#include <stdio.h>
#include <string.h>
#include <task.h>

#include "echo.h"

enum { MESSAGE = 5000, STACK_WORDS = configMINIMAL_STACK_SIZE + 2048, PRIORITY = 1 };

static StackType_t stack[STACK_WORDS];
static StaticTask_t task;
static unsigned char sent[MESSAGE], received[MESSAGE];
static int failures, ended;

int client_join(void) {
    while (!__atomic_load_n(&ended, __ATOMIC_SEQ_CST)) {
        vTaskDelay(1);
    }
    return failures;
}

/* Until the server listens. */
static int connect_to_server(void) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(ECHO_PORT);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (;;) {
        const int fd = lwip_socket(AF_INET, SOCK_STREAM, 0);
        if (fd >= 0 && lwip_connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
            return fd;
        }
        lwip_close(fd);
        vTaskDelay(10);
    }
}

static void expect(int condition, const char *what) {
    if (!condition) {
        printf("not so: %s\n", what);
        failures++;
    }
}

static void exchange(int fd, size_t size, int seed) {
    size_t i, total = 0;
    for (i = 0; i < size; i++) {
        sent[i] = (unsigned char)(i * 7 + (size_t)seed);
    }
    expect(lwip_send(fd, sent, size, 0) == (ssize_t)size, "all of it was sent");
    while (total < size) {
        const ssize_t got = lwip_recv(fd, received + total, size - total, 0);
        if (got <= 0) {
            break;
        }
        total += (size_t)got;
    }
    expect(total == size && memcmp(sent, received, size) == 0, "what was sent comes back");
}

static void run(void *unused) {
    int fds[CLIENT_CONNECTIONS], i;
    char byte;
    (void)unused;
    for (i = 0; i < 5; i++) { /* the fifth waits until a place is free */
        fds[i] = connect_to_server();
    }
    for (i = 0; i < 4; i++) {
        exchange(fds[i], 100, i);
    }
    lwip_close(fds[0]);
    exchange(fds[4], MESSAGE, 4);
    for (i = 5; i < CLIENT_CONNECTIONS; i++) {
        lwip_close(fds[i - 4]);
        fds[i] = connect_to_server();
        exchange(fds[i], MESSAGE, i);
    }
    board_press_button();
    expect(lwip_recv(fds[CLIENT_CONNECTIONS - 1], &byte, 1, 0) == 0, "the server ends connections");
    __atomic_store_n(&ended, 1, __ATOMIC_SEQ_CST);
    vTaskDelete(NULL);
}

void client_start(void) {
    xTaskCreateStatic(run, "client", STACK_WORDS, NULL, PRIORITY, stack, &task);
}
