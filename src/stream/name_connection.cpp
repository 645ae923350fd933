// SPDX-License-Identifier: BSD-3-Clause
// A connection by name: first the resolver is waited for, then addresses are tried as RFC 8305
// says, IPv6 and IPv4 by turns, the next one kAttemptDelay after the last or as soon as one has
// failed. The first to connect wins, the others are closed. A bufferevent that has a descriptor
// connects that one, to one address of its family after the other.
//
// Invariants: StreamExtras::naming points here until `ended` is set, which any thread may do, with
// the stream's lock. From then on nothing is watched and nothing is open, and every handler that
// was on its way does nothing. The memory, and a reference on the stream with it, goes in the
// loop's thread, in a call of `due` or after the resolver's answer, when no handler can be on its
// way.
#include "stream/name_connection.h"

#include <errno.h>
#include <stddef.h>

#include "loop/deferred.h"
#include "mem/mem.h"
#include "net/address_types.h"
#include "net/async_resolver.h"
#include "net/connecting.h"
#include "stream/hooks.h"
#include "stream/socket.h"

namespace evlet {

namespace {

constexpr timeval kAttemptDelay = {0, 250000};  // RFC 8305 section 5
constexpr unsigned kMostAddresses = 64;

struct Attempt {
    event ev;  // for its socket
    Attempt* next;
    NameConnection* owner;
};

}  // namespace

struct NameConnection {
    Stream* stream;
    event_callback due;  // to begin when the addresses are known, and to end
    event delay;         // until the next address is tried
    event limit;         // connect_limit()
    evutil_addrinfo* list;
    const evutil_addrinfo* next[2];  // of IPv6, of IPv4: what to try next
    Attempt* attempts;
    void* request;  // the resolver's, or null
    int resolve_error;
    int last_error;         // of the attempt that failed last
    evutil_socket_t given;  // the descriptor that the bufferevent had, or -1
    int given_family;
    unsigned char considered;  // how many addresses
    bool resolving;            // the resolver's answer is still to come
    bool ipv4_next;
    bool ended;
};

namespace {

void assign(event& ev, NameConnection& connection, evutil_socket_t fd, short events,
            event_callback_fn call, void* argument) {
    event& shown = connection.stream->shown.ev_write;
    evlet_event_assign_no_signal(&ev, connection.stream->base(), fd, events, call, argument);
    event_priority_set(&ev, event_get_priority(&shown));
}

void stop_attempt(const NameConnection& connection, Attempt& attempt) {
    event_del_noblock(&attempt.ev);
    if (attempt.ev.ev_fd != connection.given)
        close_socket(attempt.ev.ev_fd);
}

// In the loop's thread.
void free_attempt(Attempt* attempt) {
    event_debug_unassign(&attempt->ev);
    mem::release(attempt);
}

void unlink_attempt(NameConnection& connection, const Attempt& attempt) {
    Attempt** link = &connection.attempts;
    while (*link != &attempt)
        link = &(*link)->next;
    *link = attempt.next;
}

// In the loop's thread; the caller holds a StreamGuard of its own.
void release(NameConnection& connection) {
    // Ended by another thread while a call of `due` was on its way, it has been asked for again.
    cancel_deferred(*connection.stream->base(), connection.due);
    while (Attempt* attempt = connection.attempts) {
        connection.attempts = attempt->next;
        free_attempt(attempt);
    }
    if (connection.list)
        evutil_freeaddrinfo(connection.list);
    event_debug_unassign(&connection.delay);
    event_debug_unassign(&connection.limit);
    --connection.stream->refs;
    mem::release(&connection);
}

void end(NameConnection& connection) {
    connection.ended = true;
    connection.stream->extras->naming = nullptr;
    event_del_noblock(&connection.delay);
    event_del_noblock(&connection.limit);
    for (Attempt* attempt = connection.attempts; attempt; attempt = attempt->next)
        stop_attempt(connection, *attempt);
    if (!connection.resolving)
        defer(*connection.stream->base(), connection.due, Turn::next, Counts::no);
    else if (connection.request)
        g_async_resolver->cancel(connection.request);
}

void win(NameConnection& connection, evutil_socket_t fd) {
    Stream& stream = *connection.stream;
    end(connection);
    socket_connected(stream, fd);
}

// ---- Addresses ----

bool usable(const NameConnection& connection, const evutil_addrinfo& entry) {
    if (entry.ai_socktype != SOCK_STREAM || !entry.ai_addr)
        return false;
    return connection.given < 0 || entry.ai_family == connection.given_family;
}

// The first usable entry of a family from `entry` on.
const evutil_addrinfo* find(const NameConnection& connection, const evutil_addrinfo* entry,
                            bool ipv4) {
    const int family = ipv4 ? AF_INET : AF_INET6;
    while (entry && (entry->ai_family != family || !usable(connection, *entry)))
        entry = entry->ai_next;
    return entry;
}

const evutil_addrinfo* next_address(NameConnection& connection) {
    if (connection.considered == kMostAddresses)
        return nullptr;
    bool ipv4 = connection.ipv4_next;
    if (!connection.next[ipv4])
        ipv4 = !ipv4;
    const evutil_addrinfo* const entry = connection.next[ipv4];
    if (!entry)
        return nullptr;
    ++connection.considered;
    connection.next[ipv4] = find(connection, entry->ai_next, ipv4);
    connection.ipv4_next = !ipv4;
    return entry;
}

// ---- Attempts ----

void on_attempt(evutil_socket_t fd, short what, void* argument);

// A descriptor that was refused before is told so once more by Linux (ECONNABORTED), and can then
// connect again.
Connect start(evutil_socket_t fd, const evutil_addrinfo& entry) {
    const int size = static_cast<int>(entry.ai_addrlen);
    const Connect outcome = start_connect(fd, entry.ai_addr, size);
    if (outcome != Connect::failed || last_error() != ECONNABORTED)
        return outcome;
    return start_connect(fd, entry.ai_addr, size);
}

// Watches a descriptor that is connecting.
bool watch(NameConnection& connection, evutil_socket_t fd) {
    auto* const attempt = mem::make<Attempt>();
    if (!attempt) {
        connection.last_error = ENOMEM;
        return false;
    }
    attempt->owner = &connection;
    assign(attempt->ev, connection, fd, EV_WRITE | EV_PERSIST, on_attempt, attempt);
    if (event_add(&attempt->ev, nullptr) != 0) {
        connection.last_error = last_error();
        free_attempt(attempt);
        return false;
    }
    attempt->next = connection.attempts;
    connection.attempts = attempt;
    return true;
}

// Failed: last_error says why, and nothing remains of it. In progress: it is watched. Done: the
// descriptor is the caller's.
Connect begin_attempt(NameConnection& connection, const evutil_addrinfo& entry,
                      evutil_socket_t& ret_fd) {
    const bool given = connection.given >= 0;
    const evutil_socket_t fd = given ? connection.given : open_stream_socket(entry.ai_family);
    const Connect outcome = fd < 0 ? Connect::failed : start(fd, entry);
    if (outcome == Connect::done)
        ret_fd = fd;
    else if (outcome != Connect::in_progress)
        connection.last_error = last_error();
    if (outcome == Connect::done || (outcome == Connect::in_progress && watch(connection, fd)))
        return outcome;
    if (!given)
        close_socket(fd);
    return Connect::failed;
}

// Whether the next address has to wait. Without memory for the timer it need not.
bool put_off_next(NameConnection& connection) {
    const bool has_next = connection.next[0] || connection.next[1];
    return connection.given >= 0 || !has_next || event_add(&connection.delay, &kAttemptDelay) == 0;
}

// Goes on with the next address; fails when there is none left and nothing going on.
void try_next(NameConnection& connection) {
    while (const evutil_addrinfo* entry = next_address(connection)) {
        evutil_socket_t fd = -1;
        const Connect outcome = begin_attempt(connection, *entry, fd);
        if (outcome == Connect::done)
            return win(connection, fd);
        if (outcome == Connect::in_progress && put_off_next(connection))
            return;
    }
    if (connection.attempts)
        return;
    end(connection);
    socket_connect_failed(*connection.stream, connection.last_error);
}

void on_attempt(evutil_socket_t fd, short, void* argument) {
    auto& attempt = *static_cast<Attempt*>(argument);
    NameConnection& connection = *attempt.owner;
    HandlerScope scope(*connection.stream);
    if (connection.ended)
        return;
    const Connect outcome = finish_connect(fd);
    if (outcome == Connect::in_progress)
        return;
    if (outcome == Connect::done) {
        unlink_attempt(connection, attempt);
        event_del_noblock(&attempt.ev);
        free_attempt(&attempt);
        return win(connection, fd);
    }
    connection.last_error = last_error();
    unlink_attempt(connection, attempt);
    stop_attempt(connection, attempt);
    free_attempt(&attempt);
    try_next(connection);
}

void on_delay(evutil_socket_t, short, void* argument) {
    auto& connection = *static_cast<NameConnection*>(argument);
    HandlerScope scope(*connection.stream);
    if (!connection.ended)
        try_next(connection);
}

void on_limit(evutil_socket_t, short, void* argument) {
    auto& connection = *static_cast<NameConnection*>(argument);
    Stream& stream = *connection.stream;
    HandlerScope scope(stream);
    if (connection.ended)
        return;
    end(connection);
    connecting_timed_out(stream);
}

// ---- Names ----

void begin(NameConnection& connection) {
    Stream& stream = *connection.stream;
    HandlerScope scope(stream);
    if (connection.resolve_error) {
        stream.extras->dns_error = connection.resolve_error;
        end(connection);
        socket_connect_failed(stream, 0);
        return;
    }
    connection.next[0] = find(connection, connection.list, false);
    connection.next[1] = find(connection, connection.list, true);
    connection.last_error = EAFNOSUPPORT;  // of a list without any address that will do
    try_next(connection);
}

// The loop calls, with a null argument if the base is being freed.
void on_due(event_callback* self, void* argument) {
    auto& connection = *reinterpret_cast<NameConnection*>(reinterpret_cast<char*>(self) -
                                                          offsetof(NameConnection, due));
    StreamGuard guard(*connection.stream);
    if (!connection.ended && argument)
        return begin(connection);
    if (!connection.ended)
        connection.stream->extras->naming = nullptr;
    release(connection);
}

void on_resolved(int result, evutil_addrinfo* list, void* argument) {
    auto& connection = *static_cast<NameConnection*>(argument);
    StreamGuard guard(*connection.stream);
    connection.resolving = false;
    connection.request = nullptr;
    connection.list = list;
    connection.resolve_error = result;
    defer(*connection.stream->base(), connection.due, Turn::next,
          connection.ended ? Counts::no : Counts::yes);
}

const NameConnectionKind kKind = {end};

NameConnection* make_connection(Stream& stream) {
    StreamExtras* const extras = need_extras(stream);
    auto* const connection = extras ? mem::make<NameConnection>() : nullptr;
    if (!connection)
        return nullptr;
    connection->stream = &stream;
    connection->given = socket_of(stream);
    connection->given_family = connection->given < 0 ? -1 : family_of(connection->given);
    add_ref(stream);
    assign(connection->delay, *connection, -1, 0, on_delay, connection);
    assign(connection->limit, *connection, -1, 0, on_limit, connection);
    init_deferred(connection->due, on_due, connection, event_get_priority(&connection->delay));
    const timeval* const limit = connect_limit(stream).timeout;
    if (limit && event_add(&connection->limit, limit) != 0) {
        release(*connection);
        return nullptr;
    }
    extras->naming_kind = &kKind;
    extras->naming = connection;
    extras->dns_error = 0;
    return connection;
}

}  // namespace

Status connect_by_name(Stream& stream, const ResolvedName& name, evdns_base* resolver,
                       const char* host, const char* service, const evutil_addrinfo& hints) {
    const bool possible = stream.base() && !stream.occupied;
    if (possible)
        cancel_naming(stream);
    NameConnection* const connection = possible ? make_connection(stream) : nullptr;
    if (!connection) {
        if (name.list)
            evutil_freeaddrinfo(name.list);
        return possible ? Status::no_memory : Status::invalid;
    }
    // What was begun on the descriptor before it is connected came too soon.
    if (const auto assign = stream.shown.be_ops->assign)
        assign(stream, connection->given);
    begin_connecting(stream);
    if (name.pending) {
        connection->resolving = true;
        void* const request =
            g_async_resolver->start(resolver, host, service, &hints, on_resolved, connection);
        // If the answer has come already there is nothing to cancel.
        if (connection->resolving)
            connection->request = request;
        return Status::ok;
    }
    connection->list = name.list;
    connection->resolve_error = name.error;
    defer(*stream.base(), connection->due, Turn::next, Counts::yes);
    return Status::ok;
}

}  // namespace evlet
