// SPDX-License-Identifier: BSD-3-Clause
// Rate limits of single bufferevents.
#include "base/shell.h"
#include "mem/mem.h"
#include "stream/rate_limit.h"

using namespace evlet;

namespace {

ev_ssize_t get_limit(bufferevent& bev, int index) {
    Stream& stream = as_stream(bev);
    LockGuard guard(stream.mutex);
    return tokens_left(stream, index);
}

ev_ssize_t get_max(bufferevent& bev, int index, ev_ssize_t single) {
    Stream& stream = as_stream(bev);
    LockGuard guard(stream.mutex);
    const ev_ssize_t allowed = rate_allows(stream, index);
    return allowed < single ? allowed : single;
}

int decrement(bufferevent& bev, int index, ev_ssize_t count) {
    StreamGuard guard(as_stream(bev));
    return to_result(take_tokens(as_stream(bev), index, count));
}

[[nodiscard]] bool is_rate(size_t per_tick, size_t burst) {
    return per_tick > 0 && per_tick <= burst && burst <= static_cast<size_t>(EV_RATE_LIMIT_MAX);
}

}  // namespace

extern "C" {

struct ev_token_bucket_cfg* ev_token_bucket_cfg_new(size_t read_rate, size_t read_burst,
                                                    size_t write_rate, size_t write_burst,
                                                    const struct timeval* tick_len) {
    const Nanos tick = tick_len ? from_timeval(*tick_len) : kNanosPerSecond;
    if (!is_rate(read_rate, read_burst) || !is_rate(write_rate, write_burst) || tick <= 0) {
        errno = EINVAL;
        return nullptr;
    }
    auto* const cfg = mem::make<ev_token_bucket_cfg>();
    if (cfg)
        *cfg = {{{static_cast<ev_ssize_t>(read_rate), static_cast<ev_ssize_t>(read_burst)},
                 {static_cast<ev_ssize_t>(write_rate), static_cast<ev_ssize_t>(write_burst)}},
                tick};
    return cfg;
}

void ev_token_bucket_cfg_free(struct ev_token_bucket_cfg* cfg) {
    mem::release(cfg);
}

int bufferevent_set_rate_limit(struct bufferevent* bev, struct ev_token_bucket_cfg* cfg) {
    if (!bev)
        return to_result(Status::invalid);
    StreamGuard guard(as_stream(*bev));
    return to_result(set_rate_limit(as_stream(*bev), cfg));
}

const struct ev_token_bucket_cfg* bufferevent_get_token_bucket_cfg(const struct bufferevent* bev) {
    auto& stream = const_cast<Stream&>(as_stream(*bev));
    LockGuard guard(stream.mutex);
    const RateState* const rate = rate_of(stream);
    return rate ? rate->cfg : nullptr;
}

ev_ssize_t bufferevent_get_read_limit(struct bufferevent* bev) {
    return get_limit(*bev, index_of(EV_READ));
}

ev_ssize_t bufferevent_get_write_limit(struct bufferevent* bev) {
    return get_limit(*bev, index_of(EV_WRITE));
}

ev_ssize_t bufferevent_get_max_to_read(struct bufferevent* bev) {
    return get_max(*bev, index_of(EV_READ), bufferevent_get_max_single_read(bev));
}

ev_ssize_t bufferevent_get_max_to_write(struct bufferevent* bev) {
    return get_max(*bev, index_of(EV_WRITE), bufferevent_get_max_single_write(bev));
}

int bufferevent_decrement_read_limit(struct bufferevent* bev, ev_ssize_t decr) {
    return decrement(*bev, index_of(EV_READ), decr);
}

int bufferevent_decrement_write_limit(struct bufferevent* bev, ev_ssize_t decr) {
    return decrement(*bev, index_of(EV_WRITE), decr);
}

}  // extern "C"
