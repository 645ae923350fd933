// SPDX-License-Identifier: BSD-3-Clause
// The life of a bufferevent over TLS, and the two kinds: on a socket and on another bufferevent.
#include "base/shell.h"
#include "net/connecting.h"
#include "stream/hooks.h"
#include "stream/socket.h"
#include "tls/engine.h"

namespace evlet {
namespace {

constexpr unsigned char kSmallestRead = 9;  // 512 bytes

Status start(Stream& stream, short directions) {
    Tls& tls = tls_of(stream);
    tls.more |= tls.phase == Phase::handshake && !tls.read_wants;
    if (directions & EV_READ) {
        tls.more |= tls.underlying && tls.underlying->input.length;
        if (tls.underlying)
            restart_generic_timeout(stream, EV_READ);
    }
    if (directions & EV_WRITE) {
        if (stream.output.length && !tls.write_wants)
            make_due(stream, kDueTransfer, true);
        if (tls.underlying)
            restart_generic_timeout(stream, EV_WRITE);
    }
    return watch(stream);
}

void stop(Stream& stream, short directions) {
    if (tls_of(stream).underlying && !stream.freed) {
        if (directions & EV_READ)
            restart_generic_timeout(stream, EV_READ);
        if (directions & EV_WRITE)
            restart_generic_timeout(stream, EV_WRITE);
    }
    (void)watch(stream);
}

void transfer(Stream& stream) {
    pump(stream, 0);
}

// The peer is told if that can be done at once, since nobody will wait for it, and if it is true: with
// bytes left behind the connection is cut off.
void say_farewell(Stream& stream) {
    Tls& tls = tls_of(stream);
    if (!(stream.options & BEV_OPT_CLOSE_ON_FREE) || tls.phase != Phase::open || tls.close_sent ||
        tls.unfinished || stream.output.length || stream.occupied || tls.renegotiating)
        return;
    tls.close_sent = true;
    (void)tls.engine->shutdown(stream);
}

void unlink(Stream& stream) {
    say_farewell(stream);
    stop_watching(stream);
    if (tls_of(stream).underlying)
        leave_underlying(stream);
}

void destruct(Stream& stream) {
    Tls& tls = tls_of(stream);
    if (tls.session)
        tls.engine->release(stream);
    if (tls.owner)
        tls.owner->released(*tls.owner);
    if (tls.underlying)
        drop_underlying(stream);
    else if ((stream.options & BEV_OPT_CLOSE_ON_FREE))
        close_socket(socket_of(stream));
}

int flush(Stream& stream, short directions, bufferevent_flush_mode mode) {
    Tls& tls = tls_of(stream);
    bool moved = false;
    if ((directions & EV_WRITE) && mode != BEV_NORMAL && !stream.occupied && !tls.close_sent) {
        if (tls.phase == Phase::open && can_write(stream) && !tls.write_wants)
            moved = write_some(stream, true);
        if (mode == BEV_FINISHED && !stream.freed) {
            tls.finishing = true;
            finish_output(stream);
        }
        if (!stream.freed)
            (void)watch(stream);
    }
    // The close_notify is the end, and may have to wait; what is below goes on.
    const bufferevent_flush_mode below = mode == BEV_FINISHED ? BEV_FLUSH : mode;
    if (tls.underlying && !tls.underlying->freed && tls.underlying->shown.be_ops->flush)
        (void)tls.underlying->shown.be_ops->flush(*tls.underlying, directions, below);
    return moved;
}

Status set_socket_fd(Stream& stream, evutil_socket_t fd) {
    if (stream.occupied)
        return Status::invalid;
    cancel_naming(stream);
    stream.connecting = 0;
    stream.read_suspended = static_cast<unsigned char>(stream.read_suspended & ~kByConnecting);
    stream.write_suspended = static_cast<unsigned char>(stream.write_suspended & ~kByConnecting);
    assign_tls_events(stream, fd);
    return fd < 0 ? Status::ok : begin_session(stream);
}

Status set_underlying_fd(Stream& stream, evutil_socket_t fd) {
    if (stream.occupied)
        return Status::invalid;
    Stream& underlying = *tls_of(stream).underlying;
    const auto set = underlying.shown.be_ops->set_fd;
    const Status taken = set ? set(underlying, fd) : Status::unsupported;
    if (failed(taken))
        return taken;
    forget_connection(tls_of(stream));
    return fd < 0 ? watch(stream) : begin_session(stream);
}

evutil_socket_t get_socket_fd(Stream& stream) {
    return socket_of(stream);
}

evutil_socket_t get_underlying_fd(Stream& stream) {
    Stream& underlying = *tls_of(stream).underlying;
    const auto get = underlying.shown.be_ops->get_fd;
    return get ? get(underlying) : -1;
}

bufferevent* get_underlying(Stream& stream) {
    return &tls_of(stream).underlying->shown;
}

void forget_errors(Tls& tls) {
    tls.transport_error = 0;
    tls.error_count = 0;
}

void assign_for_connecting(Stream& stream, evutil_socket_t fd) {
    assign_tls_events(stream, fd);
    forget_errors(tls_of(stream));
}

}  // namespace

// A program may have both engines as shared libraries, of which each brings these; they have to be
// the same for both.
EVLET_SHARED extern const bufferevent_ops tls_socket_kind;
EVLET_SHARED extern const bufferevent_ops tls_filter_kind;

const bufferevent_ops tls_socket_kind = {
    "ssl", start,         stop,          nullptr, transfer,     unlink,           destruct,
    flush, set_socket_fd, get_socket_fd, nullptr, renew_limits, assign_for_connecting};
const bufferevent_ops tls_filter_kind = {"ssl",
                                         start,
                                         stop,
                                         nullptr,
                                         transfer,
                                         unlink,
                                         destruct,
                                         flush,
                                         set_underlying_fd,
                                         get_underlying_fd,
                                         get_underlying,
                                         update_generic_timeouts,
                                         nullptr};

Tls* find_tls(bufferevent& bev) {
    const bufferevent_ops* const kind = bev.be_ops;
    return kind == &tls_socket_kind || kind == &tls_filter_kind ? &tls_of(as_stream(bev)) : nullptr;
}

Tls* find_tls(bufferevent& bev, const TlsEngine& engine) {
    Tls* const tls = find_tls(bev);
    return tls && tls->engine == &engine ? tls : nullptr;
}

void forget_connection(Tls& tls) {
    tls.phase = Phase::idle;
    ++tls.round;
    tls.unfinished = 0;
    tls.write_wants = 0;
    tls.more = tls.ended = tls.cut_off = tls.renegotiating = tls.finishing = tls.close_sent = false;
    tls.record_made = false;
}

Status begin_session(Stream& stream) {
    Tls& tls = tls_of(stream);
    const Status begun = tls.engine->begin(stream, tls.used);
    if (failed(begun))
        return begun;
    tls.used = true;
    // What the connection before failed for could be asked until now.
    forget_errors(tls);
    if (tls.owner)
        tls.owner->begins(*tls.owner);
    tls.phase = tls.initial == BUFFEREVENT_SSL_OPEN ? Phase::open : Phase::handshake;
    tls.read_wants = EV_READ;
    // A server has nothing to say first; an open session may hold bytes that came earlier.
    if (tls.initial != BUFFEREVENT_SSL_ACCEPTING || tls.underlying)
        tls.more = true;
    if (tls.phase == Phase::open && stream.output.length)
        make_due(stream, kDueTransfer, true);
    return watch(stream);
}

namespace {

Stream* make(event_base* base, const bufferevent_ops& kind, const TlsPlan& plan,
             Stream* underlying) {
    Stream* const stream = make_stream(base, kind, sizeof(Tls), plan.options, underlying);
    if (!stream)
        return nullptr;
    Tls& tls = tls_of(*stream);
    tls.engine = plan.engine;
    tls.session = plan.session;
    tls.owner = plan.owner;
    tls.initial = static_cast<unsigned char>(plan.state);
    stream->tells_connected = plan.state != BUFFEREVENT_SSL_OPEN;
    stream->read_size = kSmallestRead;
    return stream;
}

// Session, owner and transport are the caller's again, at once: the stream itself may have to wait for
// the loop's thread.
bufferevent* give_up(Stream& stream) {
    const int error = errno;
    Tls& tls = tls_of(stream);
    stream.options &= static_cast<unsigned char>(~BEV_OPT_CLOSE_ON_FREE);
    tls.engine->release(stream);
    tls.session = nullptr;
    tls.owner = nullptr;
    free_stream(stream);
    errno = error;
    return nullptr;
}

}  // namespace

bufferevent* make_tls_on_socket(event_base* base, evutil_socket_t fd, const TlsPlan& plan) {
    if ((plan.options & BEV_OPT_UNLOCK_CALLBACKS) && !(plan.options & BEV_OPT_DEFER_CALLBACKS)) {
        (void)to_result(Status::invalid);
        return nullptr;
    }
    Stream* const stream = make(base, tls_socket_kind, plan, nullptr);
    if (!stream)
        return nullptr;
    int error = 0;
    bool given_up = false;
    {
        // From the first event on the loop's thread may call.
        const StreamGuard guard(*stream);
        assign_tls_events(*stream, fd);
        const Status begun = fd >= 0 ? begin_session(*stream) : Status::ok;
        if (failed(begun)) {
            (void)to_result(begun);
            error = errno;
            (void)give_up(*stream);
            given_up = true;
        }
    }
    if (!given_up)
        return &stream->shown;
    errno = error;
    return nullptr;
}

bufferevent* make_tls_on_stream(bufferevent& below, const TlsPlan& plan) {
    Stream& underlying = as_stream(below);
    const StreamGuard guard(underlying);
    // A lock is shared downwards only: whoever uses what is below would not take one made here.
    const bool lacks_lock =
        (plan.options & BEV_OPT_THREADSAFE) && thread::enabled() && !underlying.mutex.real();
    const bool unlocks_inline =
        (plan.options & BEV_OPT_UNLOCK_CALLBACKS) && !(plan.options & BEV_OPT_DEFER_CALLBACKS);
    if (underlying.freed || lacks_lock || unlocks_inline) {
        (void)to_result(Status::invalid);
        return nullptr;
    }
    Stream* const stream = make(underlying.base(), tls_filter_kind, plan, &underlying);
    if (!stream)
        return nullptr;
    use_generic_timeouts(*stream);
    const Status status = take_underlying(*stream, underlying);
    if (failed(status)) {
        (void)to_result(status);
        return give_up(*stream);
    }
    return &stream->shown;
}

}  // namespace evlet
