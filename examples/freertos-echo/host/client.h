/* SPDX-License-Identifier: BSD-3-Clause */
/* What the world does to the server on the host. */
#ifndef CLIENT_H
#define CLIENT_H

enum { CLIENT_CONNECTIONS = 10 };

/* A task that connects so often, more clients at a time than the server takes, checks what comes
 * back and presses the button. */
void client_start(void);
/* Waits until it has ended. How much was wrong. */
int client_join(void);

/* Given by the board: an interrupt. */
void board_press_button(void);

#endif
