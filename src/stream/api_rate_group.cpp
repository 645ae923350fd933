// SPDX-License-Identifier: BSD-3-Clause
// Rate limits of groups of bufferevents.
#include "base/shell.h"
#include "stream/rate_group.h"

using namespace evlet;

namespace {

ev_ssize_t get_limit(RateGroup& group, int index) {
    LockGuard guard(group.mutex);
    refresh(group);
    return group.bucket.tokens[index];
}

int decrement(RateGroup& group, int index, ev_ssize_t count) {
    LockGuard guard(group.mutex);
    take_group_tokens(group, index, count);
    return 0;
}

}  // namespace

extern "C" {

struct bufferevent_rate_limit_group*
bufferevent_rate_limit_group_new(struct event_base* base, const struct ev_token_bucket_cfg* cfg) {
    if (!base || !cfg) {
        errno = EINVAL;
        return nullptr;
    }
    return make_rate_group(*base, *cfg);
}

int bufferevent_rate_limit_group_set_cfg(struct bufferevent_rate_limit_group* grp,
                                         const struct ev_token_bucket_cfg* cfg) {
    if (!grp || !cfg)
        return to_result(Status::invalid);
    LockGuard guard(grp->mutex);
    set_group_cfg(*grp, *cfg);
    return 0;
}

int bufferevent_rate_limit_group_set_min_share(struct bufferevent_rate_limit_group* grp,
                                               size_t share) {
    if (!grp || share > static_cast<size_t>(EV_SSIZE_MAX))
        return to_result(Status::invalid);
    LockGuard guard(grp->mutex);
    grp->min_share = share;
    return 0;
}

void bufferevent_rate_limit_group_free(struct bufferevent_rate_limit_group* grp) {
    if (grp)
        free_rate_group(*grp);
}

int bufferevent_add_to_rate_limit_group(struct bufferevent* bev,
                                        struct bufferevent_rate_limit_group* grp) {
    if (!bev || !grp)
        return to_result(Status::invalid);
    StreamGuard guard(as_stream(*bev));
    return to_result(join_rate_group(as_stream(*bev), *grp));
}

int bufferevent_remove_from_rate_limit_group(struct bufferevent* bev) {
    if (!bev)
        return to_result(Status::invalid);
    StreamGuard guard(as_stream(*bev));
    leave_rate_group(as_stream(*bev));
    return 0;
}

ev_ssize_t bufferevent_rate_limit_group_get_read_limit(struct bufferevent_rate_limit_group* grp) {
    return get_limit(*grp, index_of(EV_READ));
}

ev_ssize_t bufferevent_rate_limit_group_get_write_limit(struct bufferevent_rate_limit_group* grp) {
    return get_limit(*grp, index_of(EV_WRITE));
}

int bufferevent_rate_limit_group_decrement_read(struct bufferevent_rate_limit_group* grp,
                                                ev_ssize_t decr) {
    return decrement(*grp, index_of(EV_READ), decr);
}

int bufferevent_rate_limit_group_decrement_write(struct bufferevent_rate_limit_group* grp,
                                                 ev_ssize_t decr) {
    return decrement(*grp, index_of(EV_WRITE), decr);
}

void bufferevent_rate_limit_group_get_totals(struct bufferevent_rate_limit_group* grp,
                                             ev_uint64_t* total_read_out,
                                             ev_uint64_t* total_written_out) {
    LockGuard guard(grp->mutex);
    if (total_read_out)
        *total_read_out = grp->lanes[index_of(EV_READ)].total;
    if (total_written_out)
        *total_written_out = grp->lanes[index_of(EV_WRITE)].total;
}

void bufferevent_rate_limit_group_reset_totals(struct bufferevent_rate_limit_group* grp) {
    LockGuard guard(grp->mutex);
    for (GroupLane& lane : grp->lanes)
        lane.total = 0;
}

}  // extern "C"
