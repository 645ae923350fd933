/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What has to be remembered of a socket because lwIP forgets it: one byte for each, written only
 * for the socket's own sake, by whoever uses it. A socket beyond the table, which none is where
 * NUM_SOCKETS bounds them, does without.
 */
#include "lwip_internal.h"

static unsigned char notes[EVLET_PORT_SELECT_LIMIT];

static unsigned char *notes_of(evlet_fd fd) {
    const int index = fd - EVLET_PORT_FIRST_FD;
    return index >= 0 && index < (int)sizeof notes ? &notes[index] : NULL;
}

void evlet_lwip_note(evlet_fd fd, unsigned note) {
    unsigned char *of_socket = notes_of(fd);
    if (of_socket) {
        *of_socket = (unsigned char)(*of_socket | note);
    }
}

int evlet_lwip_noted(evlet_fd fd, unsigned note) {
    const unsigned char *of_socket = notes_of(fd);
    return of_socket && (*of_socket & note) != 0;
}

void evlet_lwip_forget(evlet_fd fd, unsigned forgotten) {
    unsigned char *of_socket = notes_of(fd);
    if (of_socket) {
        *of_socket = (unsigned char)(*of_socket & ~forgotten);
    }
}
