// SPDX-License-Identifier: BSD-3-Clause
// Making a pair of bufferevents, and asking one for the other.
#include "base/shell.h"
#include "stream/pair.h"

using namespace evlet;

extern "C" {

int bufferevent_pair_new(struct event_base* base, int options, struct bufferevent* pair[2]) {
    Stream* ends[2];
    const Status made = make_pair(base, options, ends);
    if (failed(made))
        return to_result(made);
    pair[0] = &ends[0]->shown;
    pair[1] = &ends[1]->shown;
    return 0;
}

struct bufferevent* bufferevent_pair_get_partner(struct bufferevent* bev) {
    LockGuard guard(as_stream(*bev).mutex);
    Stream* const partner = partner_of(as_stream(*bev));
    return partner ? &partner->shown : nullptr;
}

}  // extern "C"
