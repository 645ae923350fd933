// SPDX-License-Identifier: BSD-3-Clause
// An event can be known to the base in three ways: inserted, pending, active. It is visited where
// it is met first in that order, so later passes skip what has the flag of an earlier one.
#include "loop/visit.h"

#include "base/shell.h"
#include "loop/signals.h"

namespace evlet {
namespace {

struct Visit {
    event_base& base;
    int (*visitor)(const event_base*, const event*, void*);
    void* argument;

    [[nodiscard]] int call(const event& ev) const { return visitor(&base, &ev, argument); }
    [[nodiscard]] int list(const event* ev) const {
        int answer = 0;
        for (; ev && answer == 0; ev = next_event(*ev))
            answer = call(*ev);
        return answer;
    }
    [[nodiscard]] int inserted() const {
        int answer = list(base.without_fd);
        for (unsigned i = 0; answer == 0 && i < base.fds.count(); ++i)
            answer = list(base.fds.at(i).first);
        for (int signo = 1; answer == 0 && base.signals && signo < base.signals->count; ++signo)
            answer = list(base.signals->entries()[signo].first);
        return answer;
    }
    [[nodiscard]] int pending() const {
        int answer = 0;
        for (unsigned i = 0; answer == 0 && i < base.timers.size(); ++i) {
            if (!(flags(base.timers.at(i)) & EVLIST_INSERTED))
                answer = call(base.timers.at(i));
        }
        for (int i = 0; answer == 0 && base.common && i < base.common->count; ++i) {
            event* ev = base.common->queues[i]->events.first();
            for (; ev && answer == 0; ev = CommonLink::next(ev)) {
                if (!(flags(*ev) & EVLIST_INSERTED))
                    answer = call(*ev);
            }
        }
        return answer;
    }
    [[nodiscard]] int active() const {
        int answer = 0;
        for (int i = 0; answer == 0 && i < base.queue_count; ++i) {
            event_callback* cb = base.queues[i].first();
            for (; cb && answer == 0; cb = ActiveLink::next(cb)) {
                if (is_event(*cb) && !(flags(*cb) & (EVLIST_INSERTED | EVLIST_TIMEOUT)))
                    answer = call(as_event(*cb));
            }
        }
        return answer;
    }
};

}  // namespace

int visit_events(event_base& base,
                 int (*visitor)(const event_base* base, const event* ev, void* argument),
                 void* argument) {
    const Visit visit = {base, visitor, argument};
    int answer = visit.inserted();
    if (answer == 0)
        answer = visit.pending();
    if (answer == 0)
        answer = visit.active();
    return answer;
}

}  // namespace evlet

using namespace evlet;

extern "C" int event_base_foreach_event(struct event_base* base,
                                        event_base_foreach_event_cb visitor, void* argument) {
    if (!base || !visitor)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    return visit_events(*base, visitor, argument);
}
