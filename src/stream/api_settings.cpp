// SPDX-License-Identifier: BSD-3-Clause
// Settings that few programs touch: descriptors, base, priority, sizes of single reads and writes;
// and the calls of old.
#include "base/shell.h"
#include "event2/bufferevent_compat.h"
#include "event2/event_compat.h"
#include "loop/deferred.h"
#include "net/connecting.h"
#include "stream/hooks.h"
#include "stream/socket.h"

namespace evlet {
namespace {

constexpr ev_ssize_t kDefaultRead = 256 * 1024;

Status set_fd(Stream& stream, evutil_socket_t fd) {
    const auto set = stream.shown.be_ops->set_fd;
    return set ? set(stream, fd) : Status::unsupported;
}

evutil_socket_t get_fd(Stream& stream) {
    const auto get = stream.shown.be_ops->get_fd;
    return get ? get(stream) : -1;
}

Status set_limit(Stream& stream, size_t StreamExtras::*limit, size_t size) {
    if (size > EV_SSIZE_MAX)
        size = 0;
    if (!size && !stream.extras)
        return Status::ok;
    if (!need_extras(stream))
        return Status::no_memory;
    stream.extras->*limit = size;
    return Status::ok;
}

ev_ssize_t get_limit(Stream& stream, size_t StreamExtras::*limit, ev_ssize_t otherwise) {
    LockGuard guard(stream.mutex);
    const size_t size = stream.extras ? stream.extras->*limit : 0;
    return size ? static_cast<ev_ssize_t>(size) : otherwise;
}

// Both events, or none. What is due moves along.
Status move_to_base(Stream& stream, event_base* base) {
    bufferevent& shown = stream.shown;
    if (!stands_on_socket(stream) || !base)
        return Status::invalid;
    // Their timers are in the present base.
    if (stream.extras && (stream.extras->rate_control || stream.extras->naming))
        return Status::invalid;
    event_base* const before = shown.ev_base;
    if (event_base_set(base, &shown.ev_read) != 0)
        return Status::invalid;
    if (event_base_set(base, &shown.ev_write) != 0) {
        event_base_set(before, &shown.ev_read);
        return Status::invalid;
    }
    if (before)
        cancel_deferred(*before, stream.deferred);
    shown.ev_base = base;
    if (stream.due)
        make_due(stream, 0);
    return Status::ok;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

int bufferevent_setfd(struct bufferevent* bev, evutil_socket_t fd) {
    StreamGuard guard(as_stream(*bev));
    return to_result(set_fd(as_stream(*bev), fd));
}

int bufferevent_replacefd(struct bufferevent* bev, evutil_socket_t fd) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    const evutil_socket_t before = get_fd(stream);
    const Status set = set_fd(stream, fd);
    if (!failed(set) && before >= 0 && before != fd && (stream.options & BEV_OPT_CLOSE_ON_FREE))
        close_socket(before);
    return to_result(set);
}

evutil_socket_t bufferevent_getfd(struct bufferevent* bev) {
    StreamGuard guard(as_stream(*bev));
    return get_fd(as_stream(*bev));
}

struct bufferevent* bufferevent_get_underlying(struct bufferevent* bev) {
    StreamGuard guard(as_stream(*bev));
    const auto get = bev->be_ops->get_underlying;
    return get ? get(as_stream(*bev)) : nullptr;
}

int bufferevent_socket_get_dns_error(struct bufferevent* bev) {
    Stream& stream = as_stream(*bev);
    LockGuard guard(stream.mutex);
    return stream.extras ? stream.extras->dns_error : 0;
}

int bufferevent_base_set(struct event_base* base, struct bufferevent* bev) {
    StreamGuard guard(as_stream(*bev));
    return to_result(move_to_base(as_stream(*bev), base));
}

int bufferevent_priority_set(struct bufferevent* bev, int pri) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    const int before = event_get_priority(&bev->ev_read);
    if (event_priority_set(&bev->ev_read, pri) != 0)
        return to_result(Status::invalid);
    if (event_priority_set(&bev->ev_write, pri) != 0) {
        event_priority_set(&bev->ev_read, before);
        return to_result(Status::invalid);
    }
    return 0;
}

int bufferevent_get_priority(const struct bufferevent* bev) {
    return event_get_priority(&bev->ev_read);
}

int bufferevent_set_max_single_read(struct bufferevent* bev, size_t size) {
    StreamGuard guard(as_stream(*bev));
    return to_result(set_limit(as_stream(*bev), &StreamExtras::max_read, size));
}

int bufferevent_set_max_single_write(struct bufferevent* bev, size_t size) {
    StreamGuard guard(as_stream(*bev));
    return to_result(set_limit(as_stream(*bev), &StreamExtras::max_write, size));
}

ev_ssize_t bufferevent_get_max_single_read(struct bufferevent* bev) {
    return get_limit(as_stream(*bev), &StreamExtras::max_read, kDefaultRead);
}

ev_ssize_t bufferevent_get_max_single_write(struct bufferevent* bev) {
    return get_limit(as_stream(*bev), &StreamExtras::max_write, EV_SSIZE_MAX);
}

struct bufferevent* bufferevent_new(evutil_socket_t fd, evbuffercb readcb, evbuffercb writecb,
                                    everrorcb errorcb, void* cbarg) {
    bufferevent* const bev = bufferevent_socket_new(nullptr, fd, 0);
    if (bev)
        bufferevent_setcb(bev, readcb, writecb, errorcb, cbarg);
    return bev;
}

void bufferevent_settimeout(struct bufferevent* bev, int timeout_read, int timeout_write) {
    timeval read = {timeout_read, 0};
    timeval write = {timeout_write, 0};
    bufferevent_set_timeouts(bev, timeout_read ? &read : nullptr, timeout_write ? &write : nullptr);
}

}  // extern "C"
