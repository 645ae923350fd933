/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform hooks of the conformance suite on FreeRTOS. Tasks are made through the kernel's API;
 * interrupts and the end of the program are those of a kernel that runs on the host. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <semphr.h>
#include <task.h>

#include "conformance_platform.h"
#include "evlet_freertos.h"
#include "host_kernel.h"

enum { STACK_WORDS = configMINIMAL_STACK_SIZE + 512, PRIORITY = 1 };

/* ---- Tasks ----------------------------------------------------------------------------------- */

static struct {
    void (*body)(void *);
    void *argument;
    SemaphoreHandle_t ended; /* NULL: free */
    StaticSemaphore_t storage;
} threads[CONFORMANCE_MAX_THREADS];

static void run_thread(void *slot) {
    const int handle = (int)(intptr_t)slot;
    threads[handle].body(threads[handle].argument);
    xSemaphoreGive(threads[handle].ended);
    vTaskDelete(NULL);
}

int conformance_thread_start(void (*body)(void *), void *argument) {
    int i;
    for (i = 0; i < CONFORMANCE_MAX_THREADS && threads[i].ended != NULL; i++) {}
    if (i == CONFORMANCE_MAX_THREADS) {
        return -1;
    }
    threads[i].body = body;
    threads[i].argument = argument;
    threads[i].ended = xSemaphoreCreateBinaryStatic(&threads[i].storage);
    if (xTaskCreate(run_thread, "case", STACK_WORDS, (void *)(intptr_t)i, PRIORITY, NULL) !=
        pdPASS) {
        vSemaphoreDelete(threads[i].ended);
        threads[i].ended = NULL;
        return -1;
    }
    return i;
}

void conformance_thread_join(int handle) {
    while (xSemaphoreTake(threads[handle].ended, portMAX_DELAY) != pdTRUE) {}
    vSemaphoreDelete(threads[handle].ended);
    threads[handle].ended = NULL;
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static struct {
    int64_t delay_ns;
    void (*handler)(void);
} interrupt;
static int raised_number;

static void raise_number(void) {
    evlet_freertos_raise(raised_number);
}

static void *be_an_interrupt(void *unused) {
    (void)unused;
    if (interrupt.delay_ns > 0) {
        usleep((useconds_t)(interrupt.delay_ns / 1000));
    }
    host_interrupt(interrupt.handler);
    return NULL;
}

int conformance_interrupt_in(int64_t delay_ns, void (*handler)(void)) {
    pthread_t thread;
    interrupt.delay_ns = delay_ns;
    interrupt.handler = handler;
    if (pthread_create(&thread, NULL, be_an_interrupt, NULL) != 0) {
        return -1;
    }
    return delay_ns == 0 ? pthread_join(thread, NULL) : pthread_detach(thread);
}

/* At once: from a task, which may do so too, since the handler has to have run on return. */
int conformance_raise_in(int64_t delay_ns, int signo) {
    if (delay_ns == 0) {
        evlet_freertos_raise(signo);
        return 0;
    }
    raised_number = signo;
    return conformance_interrupt_in(delay_ns, raise_number);
}

int conformance_signal_number(void) {
    return EVLET_FREERTOS_SOURCES - 1;
}

/* ---- Processes ------------------------------------------------------------------------------- */

int conformance_exit_status(void (*body)(void)) {
    pid_t child;
    int status;
    fflush(stdout); /* or the child prints it again */
    child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return child < 0 ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}
