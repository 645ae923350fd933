/* SPDX-License-Identifier: BSD-3-Clause */
/* A TCP server that sends everything back. */
#ifndef ECHO_H
#define ECHO_H

enum {
    ECHO_PORT = 7,
    /* The number that the interrupt of the board's button raises:
       evlet_freertos_raise(ECHO_BUTTON). */
    ECHO_BUTTON = 1
};

/* Runs an event loop that serves `port` until the button is pressed. How many connections there
 * were, or -1 if it could not start. */
int echo_run(unsigned short port);

#endif
