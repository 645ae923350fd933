/* SPDX-License-Identifier: BSD-3-Clause */
/* What the program needs of the device: written once for each board. */
#ifndef BOARD_H
#define BOARD_H

/* Clocks, pins, interrupts; before the scheduler runs. */
void board_init(void);

/* Adds the network interface and brings it up. In lwIP's thread. */
void board_add_interface(void);

/* Shows a line of text. From any task. */
void board_print(const char *line);

/* The server has ended, after that many connections, or could not start (< 0). A device would
 * restart it; what comes back here starts it again. */
void board_server_ended(int served);

#endif
