// SPDX-License-Identifier: BSD-3-Clause
// Making a bufferevent that filters another one.
#include "base/shell.h"
#include "stream/filter.h"

using namespace evlet;

extern "C" {

struct bufferevent* bufferevent_filter_new(struct bufferevent* underlying,
                                           bufferevent_filter_cb input_filter,
                                           bufferevent_filter_cb output_filter, int options,
                                           void (*free_context)(void*), void* ctx) {
    Stream& below = as_stream(*underlying);
    const StreamGuard guard(below);
    // A lock is shared downwards only: whoever uses what is below would not take one made here.
    const bool lacks_lock =
        (options & BEV_OPT_THREADSAFE) && thread::enabled() && !below.mutex.real();
    const bool unlocks_inline =
        (options & BEV_OPT_UNLOCK_CALLBACKS) && !(options & BEV_OPT_DEFER_CALLBACKS);
    if (below.freed || lacks_lock || unlocks_inline) {
        (void)to_result(Status::invalid);
        return nullptr;
    }
    Stream* const filter =
        make_filter(below, {input_filter, output_filter, free_context, ctx}, options);
    return filter ? &filter->shown : nullptr;
}

}  // extern "C"
