/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evconnlistener: accepts connections and hands each to a callback.
 *
 *     static void on_connect(struct evconnlistener *lev, evutil_socket_t fd,
 *                            struct sockaddr *peer, int socklen, void *arg) {
 *         struct bufferevent *bev = bufferevent_socket_new(
 *             evconnlistener_get_base(lev), fd, BEV_OPT_CLOSE_ON_FREE);
 *         if (!bev) {
 *             evutil_closesocket(fd);
 *             return;
 *         }
 *         bufferevent_setcb(bev, on_read, NULL, on_event, arg);
 *         bufferevent_enable(bev, EV_READ | EV_WRITE);
 *     }
 *     struct sockaddr_in sin;
 *     memset(&sin, 0, sizeof(sin));
 *     sin.sin_family = AF_INET;
 *     sin.sin_port = htons(7);
 *     lev = evconnlistener_new_bind(base, on_connect, NULL,
 *                                   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1,
 *                                   (struct sockaddr *)&sin, sizeof(sin));
 *
 * When no connection can be accepted because descriptors or memory ran out (EMFILE, ENFILE,
 * ENOBUFS, ENOMEM), the error callback is called and accepting pauses for a short time, again and
 * again while that lasts, and
 * then resumes by itself; the loop never spins. Errors of a single connection, which was gone
 * before it was accepted, are not reported.
 *
 * Callbacks run in the thread of the loop and may free the listener, disable it and change its
 * callbacks. With LEV_OPT_THREADSAFE the functions may be called from any thread; without, a
 * listener belongs to the thread of its loop.
 */
#ifndef EVENT2_LISTENER_H_INCLUDED_
#define EVENT2_LISTENER_H_INCLUDED_

#include <event2/event.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct sockaddr;

/** One listening socket and its callbacks. */
struct evconnlistener;

/**
 * Called for each connection. `fd` is the callback's to close from now on; it is nonblocking
 * unless LEV_OPT_LEAVE_SOCKETS_BLOCKING is set. `addr` is the address of the peer, `socklen` bytes,
 * valid during the call. `ptr` is that of evconnlistener_new().
 */
typedef void (*evconnlistener_cb)(struct evconnlistener *lev, evutil_socket_t fd,
                                  struct sockaddr *addr, int socklen, void *ptr);

/** Called when accepting failed. EVUTIL_SOCKET_ERROR() tells why. `ptr` is that of
 *  evconnlistener_new(). */
typedef void (*evconnlistener_errorcb)(struct evconnlistener *lev, void *ptr);

/*
 * Ways a listener may behave. Or-ed together.
 */
/** Leave the connections blocking; otherwise they are made nonblocking. */
#define LEV_OPT_LEAVE_SOCKETS_BLOCKING (1u << 0)
/** Close the listening socket with the listener. */
#define LEV_OPT_CLOSE_ON_FREE (1u << 1)
/** Close the sockets, listening and accepted, in programs started with exec(2). */
#define LEV_OPT_CLOSE_ON_EXEC (1u << 2)
/** For evconnlistener_new_bind(): allow the port of a server that has just ended
 *  (evutil_make_listen_socket_reuseable()). */
#define LEV_OPT_REUSEABLE (1u << 3)
/** Give the listener a lock, so that any thread may use it. Without thread support
 *  (event2/thread.h) there is none, and nothing says so. */
#define LEV_OPT_THREADSAFE (1u << 4)
/** Do not accept until evconnlistener_enable(). */
#define LEV_OPT_DISABLED (1u << 5)
/** Have the system hold a connection back until it has sent data, where it can (TCP_DEFER_ACCEPT).
 *  For protocols in which the client speaks first. */
#define LEV_OPT_DEFERRED_ACCEPT (1u << 6)
/** For evconnlistener_new_bind(): let several sockets listen on the port and share its connections
 *  (SO_REUSEPORT). NULL where the system cannot. */
#define LEV_OPT_REUSEABLE_PORT (1u << 7)
/** For evconnlistener_new_bind() with an IPv6 address: no IPv4 connections (IPV6_V6ONLY). */
#define LEV_OPT_BIND_IPV6ONLY (1u << 8)
/** For evconnlistener_new_bind() with an IPv6 address: IPv4 connections too, as ::ffff:a.b.c.d,
 *  whatever the system's default. Not together with the one above. */
#define LEV_OPT_BIND_IPV4_AND_IPV6 (1u << 9)

/**
 * A listener over a socket that is bound already, and nonblocking.
 *
 * It accepts at once, unless `cb` is NULL or LEV_OPT_DISABLED is set. `backlog` is how many
 * connections may wait to be accepted: above 0 for listen(2) with this number, below 0 with a
 * sensible one, 0 when the socket listens already. NULL: out of memory, listen(2) failed or the
 * flags cannot be had; `fd` stays open and the caller's, whatever the flags.
 */
EVENT2_EXPORT_SYMBOL
struct evconnlistener *evconnlistener_new(struct event_base *base, evconnlistener_cb cb, void *ptr,
                                          unsigned flags, int backlog, evutil_socket_t fd);

/**
 * Make a socket, bind it to the address `sa` of `socklen` bytes, and listen. Port 0 is one that
 * is free; getsockname(2) of evconnlistener_get_fd() tells which. `backlog` as above, but not
 * 0. NULL: as above,
 * or the address is in use or not of this machine; EVUTIL_SOCKET_ERROR() tells.
 */
EVENT2_EXPORT_SYMBOL
struct evconnlistener *evconnlistener_new_bind(struct event_base *base, evconnlistener_cb cb,
                                               void *ptr, unsigned flags, int backlog,
                                               const struct sockaddr *sa, int socklen);

/** Free a listener, and close its socket with LEV_OPT_CLOSE_ON_FREE. Its callbacks do not start
 *  again. Connections that were handed out stay. Allowed in its callbacks. */
EVENT2_EXPORT_SYMBOL
void evconnlistener_free(struct evconnlistener *lev);

/** Accept from now on. Without a callback that begins when it gets one. */
EVENT2_EXPORT_SYMBOL
int evconnlistener_enable(struct evconnlistener *lev);

/** Stop accepting. The socket listens on: connections wait in the system, up to the backlog. */
EVENT2_EXPORT_SYMBOL
int evconnlistener_disable(struct evconnlistener *lev);

/** The base of a listener. */
EVENT2_EXPORT_SYMBOL
struct event_base *evconnlistener_get_base(struct evconnlistener *lev);

/** The listening socket. Do not close it before the listener is freed. */
EVENT2_EXPORT_SYMBOL
evutil_socket_t evconnlistener_get_fd(struct evconnlistener *lev);

/** Set what is called for connections, and the argument of both callbacks. NULL for `cb`: accepting
 *  rests until there is one. */
EVENT2_EXPORT_SYMBOL
void evconnlistener_set_cb(struct evconnlistener *lev, evconnlistener_cb cb, void *arg);

/** Set what is called when accepting fails. NULL, as at first: a warning is logged. */
EVENT2_EXPORT_SYMBOL
void evconnlistener_set_error_cb(struct evconnlistener *lev, evconnlistener_errorcb errorcb);

#ifdef __cplusplus
}
#endif

#endif
