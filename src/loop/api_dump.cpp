// SPDX-License-Identifier: BSD-3-Clause
// event_base_dump_events(): a listing for people who debug.
#include <stdio.h>

#include "evlet/port_os.h"
#include "loop/base.h"
#include "loop/visit.h"

using namespace evlet;

namespace {

struct Flag {
    int bit;
    const char* name;
};
constexpr Flag kEventFlags[] = {{EV_READ, "Read"},       {EV_WRITE, "Write"},
                                {EV_CLOSED, "Closed"},   {EV_SIGNAL, "Signal"},
                                {EV_PERSIST, "Persist"}, {EV_ET, "ET"},
                                {EV_TIMEOUT, "Timeout"}};

void print_flags(FILE* output, int what) {
    for (const Flag& flag : kEventFlags) {
        if (what & flag.bit)
            fprintf(output, " %s", flag.name);
    }
}

void print_name(FILE* output, const event& ev) {
    fprintf(output, "  %p [%s %ld]", static_cast<const void*>(&ev),
            ev.ev_events & EV_SIGNAL ? "sig" : "fd", static_cast<long>(ev.ev_fd));
}

int print_inserted(const event_base*, const event* ev, void* output) {
    if (!(flags(*ev) & (EVLIST_INSERTED | EVLIST_TIMEOUT)))
        return 0;
    auto* out = static_cast<FILE*>(output);
    print_name(out, *ev);
    print_flags(out, ev->ev_events);
    if (flags(*ev) & EVLIST_INTERNAL)
        fputs(" Internal", out);
    if (flags(*ev) & EVLIST_TIMEOUT) {
        const Nanos to_go = add_saturated(deadline(*ev), -evlet_port_monotonic_ns());
        const timeval left = to_timeval(to_go > 0 ? to_go : 0);
        fprintf(out, " Timeout in %ld.%06ld s", static_cast<long>(left.tv_sec),
                static_cast<long>(left.tv_usec));
    }
    fputc('\n', out);
    return 0;
}

int print_active(const event_base*, const event* ev, void* output) {
    if (!(flags(*ev) & EVLIST_ACTIVE))
        return 0;
    auto* out = static_cast<FILE*>(output);
    print_name(out, *ev);
    fprintf(out, " priority %d:", ev->ev_evcallback.evcb_pri);
    print_flags(out, ev->ev_res);
    fputs(" active\n", out);
    return 0;
}

}  // namespace

extern "C" void event_base_dump_events(struct event_base* base, FILE* output) {
    if (!base || !output)
        return;
    LockGuard guard(base->mutex);
    fputs("Inserted events:\n", output);
    visit_events(*base, print_inserted, output);
    fputs("Active events:\n", output);
    visit_events(*base, print_active, output);
}
