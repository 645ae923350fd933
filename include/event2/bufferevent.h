/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bufferevent: a connection with a buffer for each direction.
 *
 * Long file: the API keeps all kinds of bufferevents and the rate limits in one header.
 *
 * The library reads what arrives into the input buffer and calls the read callback; what
 * the program puts into the output buffer is sent when the peer takes it. Partial reads and
 * writes, waiting, timeouts and flow control are the library's business. An echo server's
 * part for one connection:
 *
 *     static void on_read(struct bufferevent *bev, void *arg) {
 *         bufferevent_write_buffer(bev, bufferevent_get_input(bev));
 *     }
 *     static void on_event(struct bufferevent *bev, short what, void *arg) {
 *         if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
 *             bufferevent_free(bev);
 *     }
 *     evutil_make_socket_nonblocking(fd);
 *     bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
 *     bufferevent_setcb(bev, on_read, NULL, on_event, NULL);
 *     bufferevent_enable(bev, EV_READ | EV_WRITE);
 *
 * A client:
 *
 *     static void on_event(struct bufferevent *bev, short what, void *arg) {
 *         if (what & BEV_EVENT_CONNECTED)
 *             evbuffer_add_printf(bufferevent_get_output(bev), "GET / HTTP/1.0\r\n\r\n");
 *         else if (what & BEV_EVENT_ERROR)
 *             ...;                                 // bufferevent_socket_get_dns_error(), errno
 *     }
 *     bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
 *     bufferevent_setcb(bev, on_read, NULL, on_event, NULL);
 *     bufferevent_socket_connect_hostname(bev, NULL, AF_UNSPEC, "www.example.org", 80);
 *     bufferevent_enable(bev, EV_READ);
 *
 * Sending without end must wait for the peer: fill the output in the write callback, which comes
 * when the output has run empty (or down to the low watermark), not in a loop.
 *
 * Kinds of bufferevents:
 *
 *     socket     over a connected stream socket
 *     pair       two that are connected to each other, within the program
 *     filter     changes what passes through another bufferevent: compression, framing
 *     TLS        event2/bufferevent_ssl.h
 *
 * Callbacks run in the thread of the loop. They may do anything with any bufferevent, also free the
 * one they are called for: its memory goes when the callback has returned.
 *
 * Rules that hold for the whole file unless a function says otherwise:
 *  - An int result is 0 for success and -1 for failure; a failure changes nothing.
 *  - "events" of bufferevents are EV_READ and EV_WRITE of event2/event.h, or both or-ed together.
 *  - A bufferevent passed in may not be NULL.
 *  - With BEV_OPT_THREADSAFE every call may come from any thread, and the buffers share the
 *    bufferevent's lock. Without, a bufferevent belongs to the thread of its loop.
 *  - A callback has the bufferevent's lock, if there is one, unless BEV_OPT_UNLOCK_CALLBACKS is
 *    set. Never wait in it for a thread that needs the same bufferevent.
 */
#ifndef EVENT2_BUFFEREVENT_H_INCLUDED_
#define EVENT2_BUFFEREVENT_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct evbuffer;
struct evdns_base;
struct evutil_addrinfo;
struct sockaddr;

/** A connection with its buffers. event2/bufferevent_struct.h shows its layout. */
struct bufferevent;

/*
 * What an event callback is told, or-ed together: what happened, and while doing what.
 */
/** It happened while reading. */
#define BEV_EVENT_READING 0x01
/** It happened while writing. */
#define BEV_EVENT_WRITING 0x02
/** The peer has closed its side; it may still receive. Data that came before is in the input. */
#define BEV_EVENT_EOF 0x10
/** An error that ends this direction. On sockets EVUTIL_SOCKET_ERROR() in the callback tells which;
 *  after a connection by name ask bufferevent_socket_get_dns_error() first. */
#define BEV_EVENT_ERROR 0x20
/** A timeout of bufferevent_set_timeouts() has passed. */
#define BEV_EVENT_TIMEOUT 0x40
/** A connection that was asked for is there. Comes alone. */
#define BEV_EVENT_CONNECTED 0x80

/** Called when data was read, or when output was sent: see bufferevent_setcb(). `ctx` is its
 *  cbarg. */
typedef void (*bufferevent_data_cb)(struct bufferevent *bev, void *ctx);

/** Called when something else happened. `what`: BEV_EVENT_* values or-ed together. After EOF,
 *  ERROR and TIMEOUT the direction that `what` names is disabled (bufferevent_disable());
 *  the bufferevent is freed by nobody but the program. */
typedef void (*bufferevent_event_cb)(struct bufferevent *bev, short what, void *ctx);

/** Ways a bufferevent may behave. Or-ed together. */
enum bufferevent_options {
    /** Close the socket, or free the bufferevent underneath, when this one is freed. */
    BEV_OPT_CLOSE_ON_FREE = 1 << 0,
    /** Have a lock, so that any thread may use it. Needs thread support (event2/thread.h). */
    BEV_OPT_THREADSAFE = 1 << 1,
    /** Call callbacks from the loop, never inside a call of the program. Several reasons for
     *  the same callback in one turn make one call. */
    BEV_OPT_DEFER_CALLBACKS = 1 << 2,
    /** Do not hold the lock in callbacks. Only together with DEFER_CALLBACKS. */
    BEV_OPT_UNLOCK_CALLBACKS = 1 << 3
};

/*
 * ---- Sockets ----
 */

/**
 * A bufferevent over a stream socket. `fd` is nonblocking; -1: there will be one later
 * (bufferevent_socket_connect(), bufferevent_setfd()). `options` are BEV_OPT_* values or-ed
 * together. Writing is enabled, reading is not. NULL: out of memory, no locks where
 * BEV_OPT_THREADSAFE asks for one, or UNLOCK_CALLBACKS without DEFER_CALLBACKS; `fd` stays open.
 */
EVENT2_EXPORT_SYMBOL
struct bufferevent *bufferevent_socket_new(struct event_base *base, evutil_socket_t fd,
                                           int options);

/**
 * Connect to the address `addr` of `socklen` bytes. A bufferevent without socket makes one, which
 * BEV_OPT_CLOSE_ON_FREE closes. NULL for `addr`: the socket is connecting already, wait for it.
 *
 * 0: under way; the event callback gets BEV_EVENT_CONNECTED or BEV_EVENT_ERROR, for which only
 * writing has to be enabled, as it is. What is in the output is sent when connected. -1: no
 * socket, no memory or not a socket bufferevent; nothing will be called.
 */
EVENT2_EXPORT_SYMBOL
int bufferevent_socket_connect(struct bufferevent *bev, const struct sockaddr *addr, int socklen);

/**
 * Look up a host and connect to it.
 *
 * All its addresses are tried until one connects: IPv6 and IPv4 by turns, IPv6 first, the next
 * one starting when the one before failed or after 250 ms beside it (RFC 8305). Only when
 * all have failed, or the name has no address, the event callback gets BEV_EVENT_ERROR, once:
 * bufferevent_socket_get_dns_error() is not 0 when the name was the reason, otherwise
 * EVUTIL_SOCKET_ERROR() is the last connection's.
 *
 * `evdns_base` resolves beside the loop (event2/dns.h). NULL: the system's resolver, which BLOCKS
 * the loop until it has an answer; numeric addresses never block. `family` is AF_INET, AF_INET6 or
 * AF_UNSPEC for either. `hostname` is copied. `port` is 1 to 65535. -1: nothing was started and
 * nothing will be called. Freeing the bufferevent ends lookup and attempts.
 */
EVENT2_EXPORT_SYMBOL
int bufferevent_socket_connect_hostname(struct bufferevent *bev, struct evdns_base *evdns_base,
                                        int family, const char *hostname, int port);

/** bufferevent_socket_connect_hostname() with hints for the lookup as evutil_getaddrinfo()
 *  takes them: ai_family, ai_flags, ai_protocol; ai_socktype should be SOCK_STREAM. They are
 * copied.
 */
EVENT2_EXPORT_SYMBOL
int bufferevent_socket_connect_hostname_hints(struct bufferevent *bev,
                                              struct evdns_base *evdns_base,
                                              const struct evutil_addrinfo *hints_in,
                                              const char *hostname, int port);

/** Why the last lookup failed: an EVUTIL_EAI_* code for evutil_gai_strerror(); 0: it did not
 *  fail, or there was none. */
EVENT2_EXPORT_SYMBOL
int bufferevent_socket_get_dns_error(struct bufferevent *bev);

/** Use another socket from now on, nonblocking, or none, -1. The one before is NOT closed; nor are
 *  the buffers emptied. -1: this kind has no socket. */
EVENT2_EXPORT_SYMBOL
int bufferevent_setfd(struct bufferevent *bev, evutil_socket_t fd);

/** bufferevent_setfd() that closes the socket before, if BEV_OPT_CLOSE_ON_FREE is set. */
EVENT2_EXPORT_SYMBOL
int bufferevent_replacefd(struct bufferevent *bev, evutil_socket_t fd);

/** The socket in use; -1: none. It stays the bufferevent's. */
EVENT2_EXPORT_SYMBOL
evutil_socket_t bufferevent_getfd(struct bufferevent *bev);

/*
 * ---- Base, priority, end ----
 */

/** Move a socket bufferevent to another base. Not while one of the two loops runs in another
 *  thread. What is due moves along. -1: another kind, its events are added, it has or had a rate
 *  limit, or a connection by name is under way. */
EVENT2_EXPORT_SYMBOL
int bufferevent_base_set(struct event_base *base, struct bufferevent *bev);

/** The base of a bufferevent; NULL: a bufferevent_new() that has none yet. */
EVENT2_EXPORT_SYMBOL
struct event_base *bufferevent_get_base(struct bufferevent *bev);

/** Set the priority of the events of a bufferevent, and of its deferred callbacks: 0, the most
 *  urgent, up to one less than event_base_get_npriorities(). -1: a number beyond those, or an
 *  event is active. */
EVENT2_EXPORT_SYMBOL
int bufferevent_priority_set(struct bufferevent *bev, int pri);

/** The priority of a bufferevent. */
EVENT2_EXPORT_SYMBOL
int bufferevent_get_priority(const struct bufferevent *bev);

/**
 * End a bufferevent. What is in its buffers is dropped, also output that was not sent: a program
 * that wants to say goodbye disables EV_READ, sets a write callback that frees, and writes. Allowed
 * in any callback. When it returns in the thread of the loop no callback will be called again; in
 * another thread one that runs may still be at it. The memory goes when nobody uses it any more.
 */
EVENT2_EXPORT_SYMBOL
void bufferevent_free(struct bufferevent *bev);

/** Keep the memory of a bufferevent through a bufferevent_free() of others. */
EVENT2_EXPORT_SYMBOL
void bufferevent_incref(struct bufferevent *bev);

/** Undo bufferevent_incref(). 1: it was the last one, the bufferevent is gone. 0: it is still
 *  there. */
EVENT2_EXPORT_SYMBOL
int bufferevent_decref(struct bufferevent *bev);

/** Take the lock of a bufferevent, which its buffers share, and keep it alive. The holder may do so
 *  again. Without BEV_OPT_THREADSAFE there is nothing to lock. */
EVENT2_EXPORT_SYMBOL
void bufferevent_lock(struct bufferevent *bev);

/** Give back what bufferevent_lock() took. */
EVENT2_EXPORT_SYMBOL
void bufferevent_unlock(struct bufferevent *bev);

/*
 * ---- Callbacks, enabling, timeouts, watermarks ----
 */

/**
 * Set the callbacks and their argument; NULL: not called.
 *
 * `readcb`: data was read and the input holds the low read watermark or more. `writecb`: data was
 * sent and the output holds the low write watermark or less. `eventcb`: anything else,
 * see BEV_EVENT_*. The read callback is not called again for data it left; more has to come.
 *
 * When writing is enabled on a socket, or a socket is set, while there is nothing to send, the
 * write callback is called once as soon as the socket takes data: a program that fills the output
 * whenever it is asked to begins there. Not so after BEV_EVENT_CONNECTED, which says as much.
 */
EVENT2_EXPORT_SYMBOL
void bufferevent_setcb(struct bufferevent *bev, bufferevent_data_cb readcb,
                       bufferevent_data_cb writecb, bufferevent_event_cb eventcb, void *cbarg);

/** What bufferevent_setcb() set. Each of the pointers may be NULL. */
EVENT2_EXPORT_SYMBOL
void bufferevent_getcb(struct bufferevent *bev, bufferevent_data_cb *readcb_ptr,
                       bufferevent_data_cb *writecb_ptr, bufferevent_event_cb *eventcb_ptr,
                       void **cbarg_ptr);

/** Read, or send, from now on. -1: the event could not be added; the direction is enabled all
 *  the same. */
EVENT2_EXPORT_SYMBOL
int bufferevent_enable(struct bufferevent *bev, short event);

/** Do not read, or send, until bufferevent_enable(). What is in the buffers stays. */
EVENT2_EXPORT_SYMBOL
int bufferevent_disable(struct bufferevent *bev, short event);

/** What is enabled: EV_READ, EV_WRITE, both or 0. */
EVENT2_EXPORT_SYMBOL
short bufferevent_get_enabled(struct bufferevent *bev);

/**
 * Limit how long a direction may stand still; NULL: no limit, as at first. Afterwards the event
 * callback gets BEV_EVENT_TIMEOUT with BEV_EVENT_READING or BEV_EVENT_WRITING. A limit counts from
 * the last byte moved, and only while the direction is enabled and has something to wait for:
 * writing while there is output, reading while no watermark or rate limit holds it back. While a
 * connection is being made the shorter of the two limits it, that of reading if reading is enabled;
 * what times out so is over. Copied.
 */
EVENT2_EXPORT_SYMBOL
int bufferevent_set_timeouts(struct bufferevent *bev, const struct timeval *timeout_read,
                             const struct timeval *timeout_write);

/**
 * Set watermarks, in bytes, for the directions in `events`; all are 0 at first.
 *
 * Reading: the read callback is called only when the input holds `lowmark` bytes or more. Reading
 * stops when the input holds `highmark` bytes or more, and goes on when it is below again; 0: no
 * limit. The input may go beyond the mark by what one read brings on filters, never on sockets.
 *
 * Writing: the write callback is called when the output is down to `lowmark` bytes or less.
 * `highmark` holds for filters and pairs: how much may pile up in the next buffer; 0: no limit.
 *
 * A high mark below the low one of reading would wait for ever: the callback never comes.
 */
EVENT2_EXPORT_SYMBOL
void bufferevent_setwatermark(struct bufferevent *bev, short events, size_t lowmark,
                              size_t highmark);

/** The watermarks of one direction, EV_READ or EV_WRITE. Each pointer may be NULL. -1: `events` is
 *  not exactly one of them. */
EVENT2_EXPORT_SYMBOL
int bufferevent_getwatermark(struct bufferevent *bev, short events, size_t *lowmark,
                             size_t *highmark);

/*
 * ---- Data ----
 *
 * What a callback of a socket bufferevent adds to the output leaves at the end of that callback,
 * as far as the peer takes it, in one send and with no turn of the loop between. What is added
 * elsewhere leaves in the next turn. In either case no call here sends by itself.
 */

/** Copy `size` bytes to the end of the output. */
EVENT2_EXPORT_SYMBOL
int bufferevent_write(struct bufferevent *bev, const void *data, size_t size);

/** Move all bytes of a buffer to the end of the output, without a copy. */
EVENT2_EXPORT_SYMBOL
int bufferevent_write_buffer(struct bufferevent *bev, struct evbuffer *buf);

/** Take up to `size` bytes off the front of the input. Returns how many; 0: there are none. */
EVENT2_EXPORT_SYMBOL
size_t bufferevent_read(struct bufferevent *bev, void *data, size_t size);

/** Move all of the input to the end of a buffer, without a copy. */
EVENT2_EXPORT_SYMBOL
int bufferevent_read_buffer(struct bufferevent *bev, struct evbuffer *buf);

/** The input: take bytes off its front. It lives as long as the bufferevent; its back is the
 *  library's. */
EVENT2_EXPORT_SYMBOL
struct evbuffer *bufferevent_get_input(struct bufferevent *bev);

/** The output: add bytes at its back. It lives as long as the bufferevent; its front is the
 *  library's. */
EVENT2_EXPORT_SYMBOL
struct evbuffer *bufferevent_get_output(struct bufferevent *bev);

/** How urgently data should move on. */
enum bufferevent_flush_mode {
    /** What is worth it: a filter may keep some back to do better later. */
    BEV_NORMAL = 0,
    /** All there is: nothing is kept back. */
    BEV_FLUSH = 1,
    /** All there is, and no more will come. */
    BEV_FINISHED = 2
};

/** Have data in the directions of `iotype` moved on as far as it goes: through filters, to the
 *  partner of a pair, which with BEV_FINISHED gets BEV_EVENT_EOF. Sockets have nothing to do. 1:
 *  data moved, 0: none did, -1: failure. */
EVENT2_EXPORT_SYMBOL
int bufferevent_flush(struct bufferevent *bev, short iotype, enum bufferevent_flush_mode mode);

/** How bufferevent_trigger() calls. Or-ed together. */
enum bufferevent_trigger_options {
    /** Call also where the watermarks say no. */
    BEV_TRIG_IGNORE_WATERMARKS = 1 << 16,
    /** Call from the loop, not at once. */
    BEV_TRIG_DEFER_CALLBACKS = BEV_OPT_DEFER_CALLBACKS
};

/** Call the read and write callbacks for `iotype`, if the watermarks allow: for data put into the
 *  input by hand, or left there. `options` are BEV_TRIG_* values or-ed together, or 0. */
EVENT2_EXPORT_SYMBOL
void bufferevent_trigger(struct bufferevent *bev, short iotype, int options);

/** Call the event callback with `what`. `options`: BEV_TRIG_DEFER_CALLBACKS or 0. */
EVENT2_EXPORT_SYMBOL
void bufferevent_trigger_event(struct bufferevent *bev, short what, int options);

/*
 * ---- Filters ----
 *
 * Data that comes in through the bufferevent underneath passes the input filter to the filter's
 * input; what the program adds to the filter's output passes the output filter downwards. Filters
 * may stand on filters.
 *
 *     static enum bufferevent_filter_result upper(struct evbuffer *src, struct evbuffer *dst,
 *                                                 ev_ssize_t limit,
 *                                                 enum bufferevent_flush_mode mode, void *ctx) {
 *         char bytes[256];
 *         int i, n = evbuffer_remove(src, bytes, sizeof(bytes));
 *         for (i = 0; i < n; ++i)
 *             bytes[i] = (char)toupper((unsigned char)bytes[i]);
 *         if (n <= 0)
 *             return BEV_NEED_MORE;
 *         return evbuffer_add(dst, bytes, (size_t)n) == 0 ? BEV_OK : BEV_ERROR;
 *     }
 */

/** What a filter says. */
enum bufferevent_filter_result {
    /** It moved something on, and may be called again at once. */
    BEV_OK = 0,
    /** It needs more in `src` before anything can move on. */
    BEV_NEED_MORE = 1,
    /** The data makes no sense: the event callback gets BEV_EVENT_ERROR. */
    BEV_ERROR = 2
};

/**
 * Take bytes off `src`, and add what becomes of them to `dst`: at most `dst_limit` bytes, -1: any
 * number. `mode` says whether something may be kept back. `ctx` is that of
 * bufferevent_filter_new(). Runs with the locks of both bufferevents held; may not free them.
 */
typedef enum bufferevent_filter_result (*bufferevent_filter_cb)(struct evbuffer *src,
                                                                struct evbuffer *dst,
                                                                ev_ssize_t dst_limit,
                                                                enum bufferevent_flush_mode mode,
                                                                void *ctx);

/**
 * A filter on `underlying`, whose callbacks and watermarks of reading are the filter's from now on:
 * the program uses the filter alone. NULL for a filter function: data passes unchanged.
 * `free_context(ctx)` (may be NULL) is called when the filter goes. With BEV_OPT_CLOSE_ON_FREE
 * `underlying` is freed with it; otherwise it stays the program's, to be freed after the filter.
 * Writing is enabled, reading is not. NULL: as bufferevent_socket_new(), `ctx` is not freed then.
 */
EVENT2_EXPORT_SYMBOL
struct bufferevent *bufferevent_filter_new(struct bufferevent *underlying,
                                           bufferevent_filter_cb input_filter,
                                           bufferevent_filter_cb output_filter, int options,
                                           void (*free_context)(void *), void *ctx);

/** The bufferevent that a filter, or TLS, stands on. NULL: it stands on none. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *bufferevent_get_underlying(struct bufferevent *bev);

/*
 * ---- Pairs ----
 */

/**
 * Two bufferevents that are connected: what is written to one is read from the other. Data
 * moves while the writer is enabled for EV_WRITE and the reader for EV_READ, in memory, without
 * copies. Writing is enabled in both, reading is not. Each is freed on its own.
 * BEV_OPT_CLOSE_ON_FREE has no meaning here. -1: as
 * bufferevent_socket_new(); `pair` is left as it was.
 */
EVENT2_EXPORT_SYMBOL
int bufferevent_pair_new(struct event_base *base, int options, struct bufferevent *pair[2]);

/** The other one of a pair. NULL: it has been freed, or `bev` is of no pair. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *bufferevent_pair_get_partner(struct bufferevent *bev);

/*
 * ---- Size of one read and write ----
 *
 * How much one turn of the loop reads adapts: from 512 bytes on a connection that trickles to 256
 * KiB on one that brings more than was asked for, and back. Writes are not limited.
 */

/** Read at most `size` bytes at once. 0, or more than EV_SSIZE_MAX: the default again. */
EVENT2_EXPORT_SYMBOL
int bufferevent_set_max_single_read(struct bufferevent *bev, size_t size);

/** Send at most `size` bytes at once. 0, or more than EV_SSIZE_MAX: no limit again. */
EVENT2_EXPORT_SYMBOL
int bufferevent_set_max_single_write(struct bufferevent *bev, size_t size);

/** The most that is read at once: what was set, or that of the default, 256 KiB. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_single_read(struct bufferevent *bev);

/** The most that is sent at once: what was set, or EV_SSIZE_MAX. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_single_write(struct bufferevent *bev);

/** What would be read at once now: the above, within the rate limits. 0 or less: nothing, the
 *  limits are used up. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_to_read(struct bufferevent *bev);

/** What would be sent at once now. As bufferevent_get_max_to_read(). */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_max_to_write(struct bufferevent *bev);

/*
 * ---- Rate limits ----
 *
 * Token buckets, one for each direction. With each tick a bucket gains `rate` bytes, up to `burst`;
 * each byte that passes takes one out, and at 0 the direction rests until the next tick. Limits
 * count bytes of the socket, and hold for bufferevents that have one. A bufferevent may have a
 * limit of its own and share that of a group; both hold.
 *
 *     const struct timeval tick = {0, 100000};
 *     cfg = ev_token_bucket_cfg_new(10240, 20480, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, &tick);
 *     bufferevent_set_rate_limit(bev, cfg);        // 100 KiB a second in, no limit out
 */

/** A rate, as ev_token_bucket_cfg_new() describes it. */
struct ev_token_bucket_cfg;

/** Bufferevents that share a rate. */
struct bufferevent_rate_limit_group;

/** The highest rate and burst: no limit. */
#define EV_RATE_LIMIT_MAX EV_SSIZE_MAX

/** A rate: bytes a tick and at most at once, for each direction. A tick is `tick_len` long; NULL:
 *  one second; less than a millisecond counts as one. NULL: out of memory, a rate of 0 or above its
 *  burst, or a number beyond EV_RATE_LIMIT_MAX. */
EVENT2_EXPORT_SYMBOL
struct ev_token_bucket_cfg *ev_token_bucket_cfg_new(size_t read_rate, size_t read_burst,
                                                    size_t write_rate, size_t write_burst,
                                                    const struct timeval *tick_len);

/** Free a rate, which no bufferevent may have any more. Groups copied it. NULL is allowed. */
EVENT2_EXPORT_SYMBOL
void ev_token_bucket_cfg_free(struct ev_token_bucket_cfg *cfg);

/** Limit a bufferevent; NULL: do not. `cfg` is not copied: it may serve any number of
 *  bufferevents and has to outlive them. The buckets are full at first. */
EVENT2_EXPORT_SYMBOL
int bufferevent_set_rate_limit(struct bufferevent *bev, struct ev_token_bucket_cfg *cfg);

/** What bufferevent_set_rate_limit() set; NULL: nothing. */
EVENT2_EXPORT_SYMBOL
const struct ev_token_bucket_cfg *bufferevent_get_token_bucket_cfg(const struct bufferevent *bev);

/** Bytes left in the read bucket of a bufferevent, negative when overdrawn; EV_SSIZE_MAX without a
 *  limit. The group is not looked at. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_read_limit(struct bufferevent *bev);

/** Bytes left in the write bucket. As bufferevent_get_read_limit(). */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_get_write_limit(struct bufferevent *bev);

/** Take `decr` bytes out of the read bucket, for data that came another way; negative: put them
 *  back. Reading rests or goes on accordingly. -1: there is no limit, or no memory. */
EVENT2_EXPORT_SYMBOL
int bufferevent_decrement_read_limit(struct bufferevent *bev, ev_ssize_t decr);

/** bufferevent_decrement_read_limit() for writing. */
EVENT2_EXPORT_SYMBOL
int bufferevent_decrement_write_limit(struct bufferevent *bev, ev_ssize_t decr);

/*
 * Groups. The members share the buckets: each may move its part of what is left, and at least the
 * minimum share, at once. Members that had to rest take turns, so that none starves.
 */

/** A group with the rate `cfg`, which is copied. Its ticks come from `base`. NULL: out of memory.
 */
EVENT2_EXPORT_SYMBOL
struct bufferevent_rate_limit_group *
bufferevent_rate_limit_group_new(struct event_base *base, const struct ev_token_bucket_cfg *cfg);

/** Give a group another rate, which is copied. What is in the buckets beyond the new burst is
 *  lost. */
EVENT2_EXPORT_SYMBOL
int bufferevent_rate_limit_group_set_cfg(struct bufferevent_rate_limit_group *grp,
                                         const struct ev_token_bucket_cfg *cfg);

/** Let members move `share` bytes at once at least, 64 at first, and never more than the rate: with
 *  many members, few larger pieces instead of single bytes. -1: more than EV_SSIZE_MAX. */
EVENT2_EXPORT_SYMBOL
int bufferevent_rate_limit_group_set_min_share(struct bufferevent_rate_limit_group *grp,
                                               size_t share);

/** Free a group that has no members any more. */
EVENT2_EXPORT_SYMBOL
void bufferevent_rate_limit_group_free(struct bufferevent_rate_limit_group *grp);

/** Make a bufferevent a member, and no longer one of another group. -1: out of memory. */
EVENT2_EXPORT_SYMBOL
int bufferevent_add_to_rate_limit_group(struct bufferevent *bev,
                                        struct bufferevent_rate_limit_group *grp);

/** Let a bufferevent leave its group, if it has one. bufferevent_free() does the same. */
EVENT2_EXPORT_SYMBOL
int bufferevent_remove_from_rate_limit_group(struct bufferevent *bev);

/** Bytes left in the read bucket of a group, negative when overdrawn. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_rate_limit_group_get_read_limit(struct bufferevent_rate_limit_group *grp);

/** Bytes left in the write bucket of a group. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t bufferevent_rate_limit_group_get_write_limit(struct bufferevent_rate_limit_group *grp);

/** Take `decr` bytes out of the read bucket of a group; negative: put them back. Members rest
 *  or go on accordingly. */
EVENT2_EXPORT_SYMBOL
int bufferevent_rate_limit_group_decrement_read(struct bufferevent_rate_limit_group *grp,
                                                ev_ssize_t decr);

/** bufferevent_rate_limit_group_decrement_read() for writing. */
EVENT2_EXPORT_SYMBOL
int bufferevent_rate_limit_group_decrement_write(struct bufferevent_rate_limit_group *grp,
                                                 ev_ssize_t decr);

/** Bytes that members have read and sent since the group was made or its totals were reset. Each
 *  pointer may be NULL. */
EVENT2_EXPORT_SYMBOL
void bufferevent_rate_limit_group_get_totals(struct bufferevent_rate_limit_group *grp,
                                             ev_uint64_t *total_read_out,
                                             ev_uint64_t *total_written_out);

/** Count from 0 again. */
EVENT2_EXPORT_SYMBOL
void bufferevent_rate_limit_group_reset_totals(struct bufferevent_rate_limit_group *grp);

#ifdef __cplusplus
}
#endif

#endif
