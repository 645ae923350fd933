/* SPDX-License-Identifier: BSD-3-Clause */
/* What le-proxy.c needs of the streams that it connects: plain.c or tls.c. */
#ifndef LE_PROXY_H_INCLUDED_
#define LE_PROXY_H_INCLUDED_

#include <stdbool.h>
#include <stddef.h>

struct bufferevent;
struct event_base;

extern const char program_name[];
extern const char streams_usage[], streams_usage_lines[];

/** Takes an option. False: there is no such one. */
bool streams_option(const char *option, const char *value);

/** Whether the options go together. */
bool streams_complete(void);

/** False after saying what is wrong. streams_stop() has to follow in either case. */
bool streams_start(void);
void streams_stop(void);

/** A stream to a client, on its socket, or to the target, not connected yet; it closes the socket.
 *  `*ret_connected`: it is ready, without an event that says so. */
struct bufferevent *streams_new(struct event_base *base, int fd, bool is_target,
                                bool *ret_connected);

/** Tells the peer that nothing more will come. */
void streams_end(struct bufferevent *stream);

/** What made a stream fail. False: the socket's error did. */
bool streams_explain(struct bufferevent *stream, char *ret_text, size_t size);

#endif
