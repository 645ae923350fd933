// SPDX-License-Identifier: BSD-3-Clause
// Listeners for connections: shells over listener.h.
#include "base/shell.h"
#include "net/listener.h"

using namespace evlet;

static int set_enabled(struct evconnlistener* lev, bool enabled) {
    LockGuard guard(lev->mutex);
    lev->enabled = enabled;
    if (enabled)
        return to_result(start_accepting(*lev));
    stop_accepting(*lev);
    return 0;
}

extern "C" {

struct evconnlistener* evconnlistener_new(struct event_base* base, evconnlistener_cb cb, void* ptr,
                                          unsigned flags, int backlog, evutil_socket_t fd) {
    if (!base || fd < 0) {
        errno = EINVAL;
        return nullptr;
    }
    return make_listener({base, cb, ptr, flags, backlog}, fd);
}

struct evconnlistener* evconnlistener_new_bind(struct event_base* base, evconnlistener_cb cb,
                                               void* ptr, unsigned flags, int backlog,
                                               const struct sockaddr* sa, int socklen) {
    constexpr unsigned kContradiction = LEV_OPT_BIND_IPV6ONLY | LEV_OPT_BIND_IPV4_AND_IPV6;
    if (!base || !sa || backlog == 0 || (flags & kContradiction) == kContradiction) {
        errno = EINVAL;
        return nullptr;
    }
    return bind_listener({base, cb, ptr, flags, backlog}, sa, socklen);
}

void evconnlistener_free(struct evconnlistener* lev) {
    if (lev)
        free_listener(*lev);
}

int evconnlistener_enable(struct evconnlistener* lev) {
    return set_enabled(lev, true);
}

int evconnlistener_disable(struct evconnlistener* lev) {
    return set_enabled(lev, false);
}

struct event_base* evconnlistener_get_base(struct evconnlistener* lev) {
    return lev->ev.ev_base;
}

evutil_socket_t evconnlistener_get_fd(struct evconnlistener* lev) {
    return lev->ev.ev_fd;
}

void evconnlistener_set_cb(struct evconnlistener* lev, evconnlistener_cb cb, void* arg) {
    LockGuard guard(lev->mutex);
    const bool had_callback = lev->callback != nullptr;
    lev->callback = cb;
    lev->argument = arg;
    if (cb && !had_callback)
        (void)start_accepting(*lev);
    else if (!cb)
        stop_accepting(*lev);
}

void evconnlistener_set_error_cb(struct evconnlistener* lev, evconnlistener_errorcb errorcb) {
    LockGuard guard(lev->mutex);
    lev->error_callback = errorcb;
}

}  // extern "C"
