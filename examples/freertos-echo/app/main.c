/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tasks. lwIP makes one of its own; the server's starts lwIP, waits for its interface and then
 * runs the event loop. Its stack holds the deepest call from a callback; STACK_WORDS is generous,
 * and uxTaskGetStackHighWaterMark() says by how much. Its priority is below lwIP's
 * (TCPIP_THREAD_PRIO), so that what comes in is taken in before it is answered.
 */
#include <FreeRTOS.h>
#include <semphr.h>
#include <task.h>

#include <lwip/tcpip.h>

#include "board.h"
#include "echo.h"

enum { STACK_WORDS = configMINIMAL_STACK_SIZE + 512, PRIORITY = 2 };

static StackType_t server_stack[STACK_WORDS];
static StaticTask_t server_task;
static StaticSemaphore_t network_up_storage;

static void bring_network_up(void *network_up) {
    board_add_interface();
    xSemaphoreGive((SemaphoreHandle_t)network_up);
}

static void run_server(void *unused) {
    SemaphoreHandle_t network_up = xSemaphoreCreateBinaryStatic(&network_up_storage);
    (void)unused;
    tcpip_init(bring_network_up, network_up);
    while (xSemaphoreTake(network_up, portMAX_DELAY) != pdTRUE) {}
    for (;;) {
        board_server_ended(echo_run(ECHO_PORT));
    }
}

int main(void) {
    board_init();
    xTaskCreateStatic(run_server, "server", STACK_WORDS, NULL, PRIORITY, server_stack,
                      &server_task);
    vTaskStartScheduler();
    return 1; /* not reached, unless the kernel could not start */
}
