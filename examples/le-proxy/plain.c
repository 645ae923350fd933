/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams without anything around them. */
#include "le-proxy.h"

#include <event2/bufferevent.h>

#include <sys/socket.h>

const char program_name[] = "le-proxy";
const char streams_usage[] = "", streams_usage_lines[] = "";

bool streams_option(const char *option, const char *value) {
    (void)option;
    (void)value;
    return false;
}

bool streams_complete(void) {
    return true;
}

bool streams_start(void) {
    return true;
}

void streams_stop(void) {}

struct bufferevent *streams_new(struct event_base *base, int fd, bool is_target,
                                bool *ret_connected) {
    *ret_connected = !is_target;
    return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
}

void streams_end(struct bufferevent *stream) {
    shutdown(bufferevent_getfd(stream), SHUT_WR);
}

bool streams_explain(struct bufferevent *stream, char *ret_text, size_t size) {
    (void)stream;
    (void)ret_text;
    (void)size;
    return false;
}
