// SPDX-License-Identifier: BSD-3-Clause
// The life of a resolver: see base.h.
#include "dns/base.h"

#include <stddef.h>

#include "dns/async.h"
#include "dns/note.h"
#include "event2/util.h"
#include "loop/deferred.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr unsigned kFirstInFlight = 64;

void destroy(evdns_base& base) {
    base.mutex.destroy();
    mem::release(base.by_id);
    mem::release(base.packet);
    mem::release(&base);
}

void free_all(Requests& requests) {
    while (evdns_request* const request = requests.first()) {
        requests.remove(request);
        free_request(*request);
    }
}

// Calls back for what is over, one after another: each may do anything, also end the rest.
void tell(evdns_base& base) {
    while (evdns_request* const request = base.done.first()) {
        base.done.remove(request);
        {
            const UnlockGuard unlocked(base.mutex);
            request->on_done(*request, request->argument);
        }
        free_request(*request);
    }
}

void on_work(event_callback* self, void* argument) {
    auto& base =
        *reinterpret_cast<evdns_base*>(reinterpret_cast<char*>(self) - offsetof(evdns_base, work));
    if (!argument) {  // the event_base is being freed, and nobody is called any more
        base.work_due = false;
        if (base.gone && base.end_lookups)
            base.end_lookups(base);
        free_all(base.done);
        if (--base.guards == 0 && base.gone)
            destroy(base);
        return;
    }
    const Work work(base);
    base.work_due = false;
    --base.guards;
    if (!base.gone)
        pump(base);
}

void on_timer(evutil_socket_t, short, void* argument) {
    auto& base = *static_cast<evdns_base*>(argument);
    const Work work(base);
    base.timer_set = false;
    const Nanos now = now_of(base);
    while (evdns_request* const request = base.in_flight.first()) {
        if (request->deadline > now)
            break;
        Nameserver* const server = request->server;
        const bool tcp = request->tcp;
        ask_again(*request, DNS_ERR_TIMEOUT);
        if (tcp)
            tcp_timed_out(*server);
        nameserver_timed_out(*server);
    }
    pump(base);
    set_timer(base);
}

void set_defaults(Options& options) {
    options.timeout = 5 * kNanosPerSecond;
    options.first_probe = 10 * kNanosPerSecond;
    options.last_probe = 3600 * kNanosPerSecond;
    options.skew = 3 * kNanosPerSecond;
    options.idle = 10 * kNanosPerSecond;
    options.probe_factor = 3;
    options.most_timeouts = 3;
    options.most_in_flight = static_cast<int>(kFirstInFlight);
    options.attempts = 3;
    options.udp_size = kClassicSize;
    options.mix_case = true;
}

// Made of memory and a lock alone, so that what fails leaves nothing.
evdns_base* make_empty(event_base* event_loop) {
    auto* const base = mem::make<evdns_base>();
    if (!base)
        return nullptr;
    base->base = event_loop;
    set_defaults(base->options);
    base->waiting.reset();
    base->in_flight.reset();
    base->done.reset();
    if (!resize_ids(*base, kFirstInFlight) || failed(base->mutex.init(Mutex::plain))) {
        mem::release(base->by_id);
        mem::release(base);
        return nullptr;
    }
    return base;
}

}  // namespace

Work::Work(evdns_base& base) : base_(base) {
    base.mutex.lock();
    ++base.guards;
}

Work::~Work() {
    tell(base_);
    if (base_.sleepy && !base_.gone && base_.in_flight.empty() && base_.waiting.empty())
        rest(base_);
    const bool last = --base_.guards == 0 && base_.gone;
    base_.mutex.unlock();
    if (last)
        destroy(base_);
}

Nanos now_of(evdns_base& base) {
    timeval time;
    (void)event_gettime_monotonic(base.base, &time);
    return from_timeval(time);
}

void call_work(evdns_base& base) {
    if (base.work_due)
        return;
    base.work_due = true;
    ++base.guards;
    defer(*base.base, base.work, Turn::soon, Counts::yes);
}

evdns_base* make_base(event_base* event_loop, int flags) {
    if (evutil_secure_rng_init() != 0) {
        warn("no source of random bytes", "");
        return nullptr;
    }
    evdns_base* const base = make_empty(event_loop);
    if (!base)
        return nullptr;
    base->sleepy = (flags & EVDNS_BASE_DISABLE_WHEN_INACTIVE) != 0;
    base->no_cache = (flags & EVDNS_BASE_NO_CACHE) != 0;
    evlet_event_assign_no_signal(&base->timer, event_loop, -1, 0, on_timer, base);
    init_deferred(base->work, on_work, base, event_get_priority(&base->timer));
    set_async_resolver(&kAsyncResolver);
    return base;
}

void free_base(evdns_base& base, bool fail_requests) {
    base.mutex.lock();
    ++base.guards;
    base.gone = true;
    remove_nameservers(base);
    event_del(&base.timer);
    event_debug_unassign(&base.timer);
    if (fail_requests) {
        while (evdns_request* const request = base.waiting.first())
            finish(*request, DNS_ERR_SHUTDOWN);
    } else {
        if (base.end_lookups)
            base.end_lookups(base);
        free_all(base.waiting);
        free_all(base.done);
    }
    if (base.free_hosts)
        base.free_hosts(base);
    if (base.free_cache)
        base.free_cache(base);
    if (base.free_reload)
        base.free_reload(base);
    release_search(base.search);
    base.search = nullptr;
    if (!base.done.empty())
        call_work(base);
    const bool last = --base.guards == 0;
    base.mutex.unlock();
    if (last)
        destroy(base);
}

}  // namespace evlet::dns
