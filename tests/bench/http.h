/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a contestant of the HTTP benchmark defines between including this and http_driver.h:
 *
 *     server_open(listener, heap)  makes the loop and gets ready to accept connections, on which it
 *                                  answers every request of HTTP/1.1 with status 200 and HTTP_BODY,
 *                                  and with a Date and a Content-Type. `listener` listens already
 *                                  and does not block; TCP_NODELAY is set on it, which what it
 *                                  accepts inherits. `heap`, unless NULL: counts what the library
 *                                  allocates
 *     server_run()                 runs the loop; it need not return, the process is ended
 *
 * Connections stay open, and may bring requests one behind the other without waiting.
 */
#ifndef EVLET_BENCH_HTTP_H
#define EVLET_BENCH_HTTP_H

#include "bench.h"
#include "heap_figures.h"

#define HTTP_BODY "Hello, World!"
#define HTTP_CONTENT_TYPE "text/plain"

static void server_open(int listener, struct heap_figures *heap);
static void server_run(void);

#endif
