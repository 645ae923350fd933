/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform hooks for systems with POSIX processes, threads and signals, but for those about
 * descriptors, which may be of another kind: see platform_posix_descriptors.c. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance_platform.h"

/* ---- Threads -------------------------------------------------------------------------------- */

static struct {
    pthread_t thread;
    int used;
    void (*body)(void *);
    void *argument;
} threads[CONFORMANCE_MAX_THREADS];

static void *run_thread(void *slot) {
    int handle = (int)(intptr_t)slot;
    threads[handle].body(threads[handle].argument);
    return NULL;
}

/* Signals go to the thread that runs the cases, never to one of these. */
static int start_deaf_thread(int handle) {
    sigset_t all, before;
    int error;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&threads[handle].thread, NULL, run_thread, (void *)(intptr_t)handle);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

int conformance_thread_start(void (*body)(void *), void *argument) {
    int i;
    for (i = 0; i < CONFORMANCE_MAX_THREADS; i++) {
        if (!threads[i].used) {
            threads[i].body = body;
            threads[i].argument = argument;
            if (start_deaf_thread(i) != 0) {
                return -1;
            }
            threads[i].used = 1;
            return i;
        }
    }
    return -1;
}

void conformance_thread_join(int handle) {
    pthread_join(threads[handle].thread, NULL);
    threads[handle].used = 0;
}

/* ---- Interrupts ----------------------------------------------------------------------------- */

static void (*volatile interrupt_handler)(void);

static void on_alarm(int signo) {
    (void)signo;
    interrupt_handler();
}

int conformance_raise_in(int64_t delay_ns, int signo) {
    struct itimerval timer;
    if (delay_ns == 0) {
        return raise(signo);
    }
    if (signo != SIGALRM) {
        return -1;
    }
    memset(&timer, 0, sizeof timer);
    timer.it_value.tv_sec = (time_t)(delay_ns / 1000000000);
    timer.it_value.tv_usec = (suseconds_t)(delay_ns % 1000000000 / 1000 + 1);
    return setitimer(ITIMER_REAL, &timer, NULL);
}

/* Without SA_RESTART: it is for the port to withstand interrupted calls. */
int conformance_interrupt_in(int64_t delay_ns, void (*handler)(void)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigemptyset(&action.sa_mask);
    interrupt_handler = handler;
    return sigaction(SIGALRM, &action, NULL) == 0 ? conformance_raise_in(delay_ns, SIGALRM) : -1;
}

int conformance_signal_number(void) {
    return SIGALRM;
}

int conformance_broken_pipe_signal(void) {
    return SIGPIPE;
}

int conformance_uncatchable_signal(void) {
    return SIGKILL;
}

/* ---- Processes ------------------------------------------------------------------------------ */

const char *conformance_known_variable(const char **ret_value) {
    *ret_value = "a value";
    return setenv("EVLET_CONFORMANCE_VARIABLE", *ret_value, 1) == 0 ? "EVLET_CONFORMANCE_VARIABLE"
                                                                    : NULL;
}

int conformance_exit_status(void (*body)(void)) {
    pid_t child;
    int status;
    fflush(stdout); /* or the child prints it again */
    child = fork();
    if (child < 0) {
        return -1;
    }
    if (child == 0) {
        body();
        _exit(0);
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}
