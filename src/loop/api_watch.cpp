// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>

#include <initializer_list>

#include "loop/base.h"
#include "loop/watchers.h"
#include "mem/mem.h"

using namespace evlet;

namespace {

// Calls every watcher of one kind, outside the lock. A watcher may free any watcher, itself too,
// and make new ones.
void run_watchers(event_base& base, bool check, Nanos timeout) {
    Watchers& watchers = *base.watchers;
    auto& queue = check ? watchers.check : watchers.prepare;
    const evwatch_prepare_cb_info prepare_info = {timeout};
    const evwatch_check_cb_info check_info = {};
    for (watchers.cursor = queue.first(); watchers.cursor;) {
        evwatch* watcher = watchers.cursor;
        watchers.cursor = watcher->next;
        const auto callback = watcher->callback;
        void* const argument = watcher->argument;
        UnlockGuard unlocked(base.mutex);
        if (check)
            callback.check(watcher, &check_info, argument);
        else
            callback.prepare(watcher, &prepare_info, argument);
    }
}

void release_watchers(event_base& base) {
    for (auto* queue : {&base.watchers->prepare, &base.watchers->check}) {
        while (evwatch* watcher = queue->first()) {
            queue->remove(watcher);
            mem::release(watcher);
        }
    }
    mem::release(base.watchers);
    base.watchers = nullptr;
}

evwatch* make_watcher(event_base* base, void* argument) {
    if (!base) {
        errno = EINVAL;
        return nullptr;
    }
    auto* watcher = mem::make<evwatch>();
    if (!watcher)
        return nullptr;
    watcher->base = base;
    watcher->argument = argument;
    LockGuard guard(base->mutex);
    if (!base->watchers) {
        auto* watchers = mem::make<Watchers>();
        if (!watchers) {
            mem::release(watcher);
            return nullptr;
        }
        watchers->run = run_watchers;
        watchers->release = release_watchers;
        watchers->prepare.reset();
        watchers->check.reset();
        base->watchers = watchers;
    }
    return watcher;
}

}  // namespace

extern "C" {

struct evwatch* evwatch_prepare_new(struct event_base* base, evwatch_prepare_cb callback,
                                    void* argument) {
    evwatch* watcher = make_watcher(callback ? base : nullptr, argument);
    if (watcher) {
        watcher->callback.prepare = callback;
        LockGuard guard(base->mutex);
        base->watchers->prepare.push_back(watcher);
    }
    return watcher;
}

struct evwatch* evwatch_check_new(struct event_base* base, evwatch_check_cb callback,
                                  void* argument) {
    evwatch* watcher = make_watcher(callback ? base : nullptr, argument);
    if (watcher) {
        watcher->check = true;
        watcher->callback.check = callback;
        LockGuard guard(base->mutex);
        base->watchers->check.push_back(watcher);
    }
    return watcher;
}

struct event_base* evwatch_base(struct evwatch* watcher) {
    return watcher->base;
}

void evwatch_free(struct evwatch* watcher) {
    if (!watcher)
        return;
    {
        LockGuard guard(watcher->base->mutex);
        Watchers& watchers = *watcher->base->watchers;
        if (watchers.cursor == watcher)
            watchers.cursor = watcher->next;
        (watcher->check ? watchers.check : watchers.prepare).remove(watcher);
    }
    mem::release(watcher);
}

int evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info* info,
                                struct timeval* timeout) {
    if (info->timeout < 0)
        return 0;
    *timeout = to_timeval(info->timeout);
    return 1;
}

}  // extern "C"
