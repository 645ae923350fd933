// SPDX-License-Identifier: BSD-3-Clause
#include "base/shell.h"
#include "loop/base.h"

using namespace evlet;

extern "C" const struct timeval* event_base_init_common_timeout(struct event_base* base,
                                                                const struct timeval* duration) {
    if (!base)
        base = g_current_base;
    if (!base || !duration) {
        errno = EINVAL;
        return nullptr;
    }
    LockGuard guard(base->mutex);
    const int known = base->common ? base->common->find(*base, *duration) : 0;
    const Nanos length = known ? base->common->queues[known - 1]->duration : from_timeval(*duration);
    if (length < 0) {
        errno = EINVAL;
        return nullptr;
    }
    return make_common_queue(*base, length);
}
