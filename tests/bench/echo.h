/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a contestant of the echo benchmark defines between including this and echo_driver.h:
 *
 *     server_open(listener)        makes the loop and gets ready to accept connections, whose bytes
 *                                  it sends back. `listener` listens already and does not block;
 *                                  TCP_NODELAY is set on it, which what it accepts inherits
 *     server_run()                 runs the loop; it need not return, the process is ended
 *
 * A connection that ends or fails is closed and forgotten. A peer that reads slower than it sends
 * must not cost the server more than waiting for it.
 */
#ifndef EVLET_BENCH_ECHO_H
#define EVLET_BENCH_ECHO_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

/*
 * What a server without buffers of its own reads into at most. Larger brings nothing, since no load
 * has more than this under way on a connection; 64 KiB costs a fifth more CPU in `bulk`.
 */
enum { ECHO_READ_SIZE = 128 * 1024 };

static void server_open(int listener);
static void server_run(void);

#endif
