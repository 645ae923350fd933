/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls between devices: a server that tells its status, and a client that asks for it.
 *
 *     rpc-status -l [PORT]                           serves on 127.0.0.1; 8081 without PORT
 *     rpc-status [-n NAME] [-s SENSOR] ADDRESS PORT  asks; -n renames the device first
 *
 * The messages are in status.rpc. serve.c is the server's side, ask.c the client's.
 */
#include "rpc-status.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void) {
    fputs("usage: rpc-status -l [PORT]\n"
          "       rpc-status [-n NAME] [-s SENSOR] ADDRESS PORT\n",
          stderr);
    return 2;
}

/* -1: it is none. */
static long to_port(const char *text) {
    char *end;
    unsigned long port = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 65536;

    return port > 65535 || *end != '\0' ? -1 : (long)port;
}

int main(int argc, char **argv) {
    const char *name = NULL, *sensor = NULL;
    int at = 1, status, serves = argc > 1 && strcmp(argv[1], "-l") == 0;
    long port = 8081;
    struct event_base *base;

    if (serves) {
        if (argc > 3 || (argc == 3 && (port = to_port(argv[2])) < 0))
            return usage();
    } else {
        for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
            if (strcmp(argv[at], "-n") == 0)
                name = argv[at + 1];
            else if (strcmp(argv[at], "-s") == 0)
                sensor = argv[at + 1];
            else
                return usage();
        }
        if (argc - at != 2 || (port = to_port(argv[at + 1])) < 1)
            return usage();
    }
    base = event_base_new();
    if (base == NULL) {
        fputs("rpc-status: no memory\n", stderr);
        return 1;
    }
    status = serves ? serve(base, (unsigned short)port)
                    : ask(base, argv[at], (unsigned short)port, sensor, name);
    event_base_free(base);
    return status;
}
