// SPDX-License-Identifier: BSD-3-Clause
// What the shells of both engines have in common.
#include "base/shell.h"
#include "tls/engine.h"

namespace evlet {

int renegotiate(bufferevent& bev, const TlsEngine& engine) {
    Stream& stream = as_stream(bev);
    StreamGuard guard(stream);
    Tls* const tls = find_tls(bev, engine);
    if (!tls || tls->phase != Phase::open || stream.occupied || stream.freed)
        return to_result(Status::invalid);
    Status begun;
    {
        InEngine scope(stream);
        begun = engine.renegotiate(stream);
    }
    if (failed(begun))
        return to_result(begun);
    tls->renegotiating = true;
    tls->more = true;
    return to_result(watch(stream));
}

void add_tls_error(Tls& tls, uint32_t error) {
    if (tls.error_count < kMostTlsErrors)
        tls.errors[tls.error_count++] = error;
}

uint32_t take_tls_error(bufferevent& bev, const TlsEngine& engine) {
    LockGuard guard(as_stream(bev).mutex);
    Tls* const tls = find_tls(bev, engine);
    return tls && tls->error_count ? tls->errors[--tls->error_count] : 0;
}

int allows_dirty_shutdown(bufferevent& bev) {
    LockGuard guard(as_stream(bev).mutex);
    const Tls* const tls = find_tls(bev);
    return tls ? tls->flags & BUFFEREVENT_SSL_DIRTY_SHUTDOWN : -1;
}

void allow_dirty_shutdown(bufferevent& bev, bool allow) {
    if (allow)
        (void)bufferevent_ssl_set_flags(&bev, BUFFEREVENT_SSL_DIRTY_SHUTDOWN);
    else
        (void)bufferevent_ssl_clear_flags(&bev, BUFFEREVENT_SSL_DIRTY_SHUTDOWN);
}

namespace {

constexpr ev_uint64_t kKnownFlags = BUFFEREVENT_SSL_DIRTY_SHUTDOWN | BUFFEREVENT_SSL_BATCH_WRITE;

ev_uint64_t change_flags(bufferevent& bev, ev_uint64_t set, ev_uint64_t clear) {
    LockGuard guard(as_stream(bev).mutex);
    Tls* const tls = find_tls(bev);
    if (!tls)
        return EV_UINT64_MAX;
    const unsigned char before = tls->flags;
    tls->flags = static_cast<unsigned char>((before | (set & kKnownFlags)) & ~clear);
    return before;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

ev_uint64_t bufferevent_ssl_get_flags(struct bufferevent* bev) {
    return change_flags(*bev, 0, 0);
}

ev_uint64_t bufferevent_ssl_set_flags(struct bufferevent* bev, ev_uint64_t flags) {
    return change_flags(*bev, flags, 0);
}

ev_uint64_t bufferevent_ssl_clear_flags(struct bufferevent* bev, ev_uint64_t flags) {
    return change_flags(*bev, 0, flags);
}

}  // extern "C"
