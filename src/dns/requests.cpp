// SPDX-License-Identifier: BSD-3-Clause
// Requests on their way: waiting, in flight, over.
// Invariant: a request in flight has a server, is in `in_flight` and in the table of ids; one that
// waits has neither.
#include "dns/base.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr unsigned kMostIds = 65536;
constexpr unsigned kMostChains = 4096;
constexpr unsigned kTriesForId = 64;

evdns_request*& chain_of(evdns_base& base, uint16_t id) {
    return base.by_id[id & base.id_mask];
}

// An id that nobody can guess and no request has. False: so many are in flight that none was found.
bool take_id(evdns_request& request) {
    evdns_base& base = *request.base;
    for (unsigned i = 0; i < kTriesForId; ++i) {
        const uint16_t id = random_u16(base);
        if (find_request(base, id))
            continue;
        request.id = id;
        evdns_request*& chain = chain_of(base, id);
        request.same_hash = chain;
        chain = &request;
        return true;
    }
    return false;
}

void drop_id(evdns_request& request) {
    evdns_request** link = &chain_of(*request.base, request.id);
    while (*link != &request)
        link = &(*link)->same_hash;
    *link = request.same_hash;
}

// Behind those whose time is up before.
void insert_by_deadline(evdns_base& base, evdns_request& request) {
    evdns_request* before = base.in_flight.empty() ? nullptr : base.in_flight.last();
    while (before && before->deadline > request.deadline)
        before = Requests::previous(before);
    if (before)
        base.in_flight.insert_after(before, &request);
    else
        base.in_flight.push_front(&request);
}

void count_in_flight(evdns_request& request, int change) {
    request.base->in_flight_count += static_cast<unsigned>(change);
    if (!request.tcp) {
        request.server->in_flight += static_cast<unsigned>(change);
        watch(*request.server);
    }
}

// False: it goes on waiting, and so do all behind it.
bool send(evdns_request& request, Nanos now) {
    evdns_base& base = *request.base;
    if (!request.probe && !(request.stay && request.server && request.server->up))
        request.server = choose_nameserver(base, request.server);
    request.stay = false;
    Nameserver* const server = request.server;
    if (!server)
        return false;
    if (!take_id(request)) {
        request.stay = true;
        return false;
    }
    base.waiting.remove(&request);
    request.in_flight = true;
    request.deadline = add_saturated(now, base.options.timeout);
    ++request.attempts;
    insert_by_deadline(base, request);
    count_in_flight(request, 1);
    if (request.tcp) {
        if (!send_tcp(*server, request))
            ask_again(request, DNS_ERR_TIMEOUT);
        return true;
    }
    const Sent sent = send_udp(*server, request);
    if (sent == Sent::later) {
        ask_same(request);
        return false;
    }
    if (sent == Sent::failed)
        nameserver_failed(*server);
    return true;
}

}  // namespace

bool resize_ids(evdns_base& base, unsigned count) {
    unsigned chains = 16;
    while (chains < count && chains < kMostChains)
        chains *= 2;
    if (base.by_id && base.id_mask == chains - 1)
        return true;
    auto** const table =
        static_cast<evdns_request**>(mem::allocate_zeroed(chains * sizeof(evdns_request*)));
    if (!table)
        return false;
    mem::release(base.by_id);
    base.by_id = table;
    base.id_mask = chains - 1;
    for (evdns_request* request = base.in_flight.first(); request;
         request = Requests::next(request)) {
        evdns_request*& chain = chain_of(base, request->id);
        request->same_hash = chain;
        chain = request;
    }
    return true;
}

evdns_request* find_request(evdns_base& base, uint16_t id) {
    evdns_request* request = chain_of(base, id);
    while (request && request->id != id)
        request = request->same_hash;
    return request;
}

evdns_request* make_request(evdns_base& base, uint16_t type, int flags, Done done, void* argument) {
    auto* const request = mem::make<evdns_request>();
    if (!request)
        return nullptr;
    request->base = &base;
    request->type = type;
    request->flags = flags | base.options.query_flags;
    request->on_done = done;
    request->argument = argument;
    return request;
}

void free_request(evdns_request& request) {
    mem::release(request.outcome.data);
    mem::release(request.outcome.alias);
    release_search(request.search);
    mem::release(&request);
}

void submit(evdns_request& request) {
    evdns_base& base = *request.base;
    request.tcp = (request.flags & DNS_QUERY_USEVC) != 0;
    request.attempts = request.lame = 0;
    request.stay = false;
    request.server = request.probe ? request.server : nullptr;
    base.waiting.push_back(&request);
    call_work(base);
}

void pump(evdns_base& base) {
    const auto most = static_cast<unsigned>(base.options.most_in_flight);
    if (base.waiting.empty() || base.suspended)
        return;
    while (!base.servers && !base.waiting.empty())
        finish(*base.waiting.first(), DNS_ERR_SERVERFAILED);
    go_on_probing(base);
    const Nanos now = now_of(base);
    while (evdns_request* const request = base.waiting.first()) {
        if (base.in_flight_count >= most || base.in_flight_count >= kMostIds / 2 ||
            !send(*request, now))
            break;
    }
    set_timer(base);
}

void set_timer(evdns_base& base) {
    if (base.in_flight.empty())
        return;
    // Later ones may have less time: the option has changed.
    const Nanos deadline = base.in_flight.first()->deadline;
    if (base.timer_set && base.timer_at <= deadline)
        return;
    base.timer_at = deadline;
    const Nanos left = deadline - now_of(base);
    const timeval time = to_timeval(left > 0 ? left + kNanosPerMicro : 0);
    base.timer_set = event_add(&base.timer, &time) == 0;
    // They might wait for ever.
    while (!base.timer_set && !base.in_flight.empty())
        finish(*base.in_flight.first(), DNS_ERR_UNKNOWN);
}

void take_back(evdns_request& request) {
    evdns_base& base = *request.base;
    if (request.in_flight) {
        drop_id(request);
        base.in_flight.remove(&request);
        request.in_flight = false;
        count_in_flight(request, -1);
    } else {
        base.waiting.remove(&request);
    }
    base.waiting.push_front(&request);
}

void finish(evdns_request& request, int error) {
    evdns_base& base = *request.base;
    take_back(request);
    base.waiting.remove(&request);
    request.outcome.error = error;
    request.over = true;
    base.done.push_back(&request);
}

void cancel(evdns_request& request) {
    if (request.over)
        return;
    finish(request, DNS_ERR_CANCEL);
    call_work(*request.base);
}

void ask_again(evdns_request& request, int error) {
    if (request.probe || request.attempts >= request.base->options.attempts)
        finish(request, error);
    else
        take_back(request);
}

void ask_same(evdns_request& request) {
    take_back(request);
    request.stay = true;
    --request.attempts;
}

void no_answer(evdns_request& request, int error, uint32_t ttl) {
    take_back(request);
    if (error == DNS_ERR_NODATA)
        request.no_data = true;
    else if (error != DNS_ERR_NOTEXIST && !request.unknown)
        request.unknown = error;
    if (ttl < request.least_ttl)
        request.least_ttl = ttl;
    const bool stop = error == DNS_ERR_NODATA && (request.flags & kStopAtNoData);
    ++request.step;
    if (!stop && request.search && take_candidate(request)) {
        request.base->waiting.remove(&request);
        submit(request);
        return;
    }
    request.outcome.ttl = request.least_ttl;
    finish(request, request.no_data ? DNS_ERR_NODATA : request.unknown ? request.unknown : error);
}

}  // namespace evlet::dns
