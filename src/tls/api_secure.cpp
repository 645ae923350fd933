// SPDX-License-Identifier: BSD-3-Clause
// Bufferevents made from a context, what is asked of them, and kept sessions; whatever the engine.
//
// A bufferevent's Tls leads to its Connection (TlsOwner), which is freed behind it. The bufferevent
// frees the engine's session if the caller's options say BEV_OPT_CLOSE_ON_FREE; else the session is
// `lent` to it, and freed with the Connection.
#include <errno.h>
#include <string.h>

#include "base/shell.h"
#include "event2/bufferevent.h"
#include "event2/util.h"
#include "mem/mem.h"
#include "stream/stream.h"
#include "tls/context.h"

namespace evlet {
namespace {

Connection& connection_of(TlsOwner& owner) {
    return reinterpret_cast<Connection&>(owner);
}

void begins(TlsOwner& owner) {
    Connection& connection = connection_of(owner);
    connection.verdict = 0;
    connection.was_verified = false;
    if (connection.resume)
        connection.context->engine->use(connection, connection.resume->kept);
}

void release_connection(Connection& connection) {
    evlet_tls_session_free(connection.resume);
    evlet_tls_context_free(connection.context);
    mem::release(&connection);
}

void released(TlsOwner& owner) {
    Connection& connection = connection_of(owner);
    if (connection.lent)
        connection.context->engine->free_session(connection.session);
    release_connection(connection);
}

// Without a text once other threads may be reading the context.
Status refuse(evlet_tls_context& context, const char* what) {
    if (context.used.load(std::memory_order_relaxed))
        return Status::invalid;
    return fail_context(context, Status::invalid, what);
}

// Whether a connection can be made; sets the name.
Status check(evlet_tls_context& context, const char* name, Connection& connection) {
    if (context.is_server)
        return context.has_certificate
                   ? Status::ok
                   : refuse(context, "a server needs a certificate");
    if (!name)
        return context.accepts_any
                   ? Status::ok
                   : refuse(context, "a client has to say whom it expects");
    if (parse_host_name(name, &connection.name))
        return Status::ok;
    return refuse(context, "neither a host name nor an address");
}

Connection* make_connection(evlet_tls_context& context, const char* name, int options) {
    auto* const connection = mem::make<Connection>();
    Status status = connection ? check(context, name, *connection) : Status::no_memory;
    if (!failed(status)) {
        connection->owner = {begins, released};
        connection->context = &context;
        connection->lent = !(options & BEV_OPT_CLOSE_ON_FREE);
        context.used.store(true, std::memory_order_relaxed);
        connection->session = context.engine->make_session(*connection);
        if (connection->session) {
            (void)evlet_tls_context_ref(&context);
            return connection;
        }
        status = Status::no_memory;
    }
    mem::release(connection);
    (void)to_result(status);
    return nullptr;
}

// The connection belongs to the bufferevent that is made for it.
TlsPlan plan_of(Connection& connection, int options) {
    return {connection.context->engine->tls, connection.session,
            connection.context->is_server ? BUFFEREVENT_SSL_ACCEPTING : BUFFEREVENT_SSL_CONNECTING,
            options, &connection.owner};
}

bufferevent* made_or_freed(bufferevent* bev, Connection& connection) {
    if (bev)
        return bev;
    const int error = errno;
    connection.context->engine->free_session(connection.session);
    release_connection(connection);
    errno = error;
    return nullptr;
}

// nullptr unless a context made it.
Connection* find_connection(bufferevent& bev) {
    Tls* const tls = find_tls(bev);
    return tls && tls->owner ? &connection_of(*tls->owner) : nullptr;
}

// The same if hands have been shaken; of a connection that failed the engine knows.
Connection* find_open(bufferevent& bev) {
    const Tls* const tls = find_tls(bev);
    return tls && (tls->phase == Phase::open || tls->phase == Phase::broken) ? find_connection(bev)
                                                                             : nullptr;
}

void explain_transport(const Tls& tls, char* ret_text, size_t room) {
    if (tls.transport_error)
        evutil_snprintf(ret_text, room, "%s", evutil_socket_error_to_string(tls.transport_error));
    else if (tls.phase == Phase::broken && tls.cut_off)
        evutil_snprintf(ret_text, room, "the peer ended the connection without saying so");
}

evlet_tls_session* keep_session(Connection& connection) {
    auto* const session = mem::make<evlet_tls_session>();
    if (!session)
        return nullptr;
    session->kept = connection.context->engine->keep(connection.session);
    if (!session->kept) {
        mem::release(session);
        return nullptr;
    }
    session->context = evlet_tls_context_ref(connection.context);
    session->owners.init();
    session->name = connection.name;
    return session;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

struct bufferevent* evlet_tls_socket_new(struct event_base* base, evutil_socket_t fd,
                                         struct evlet_tls_context* context, const char* name,
                                         int options) {
    Connection* const connection = make_connection(*context, name, options);
    if (!connection)
        return nullptr;
    return made_or_freed(make_tls_on_socket(base, fd, plan_of(*connection, options)), *connection);
}

struct bufferevent* evlet_tls_filter_new(struct event_base*, struct bufferevent* underlying,
                                         struct evlet_tls_context* context, const char* name,
                                         int options) {
    if (!underlying) {
        (void)to_result(Status::invalid);
        return nullptr;
    }
    Connection* const connection = make_connection(*context, name, options);
    if (!connection)
        return nullptr;
    return made_or_freed(make_tls_on_stream(*underlying, plan_of(*connection, options)), *connection);
}

struct bufferevent* evlet_tls_bevcb(struct event_base* base, void* context) {
    bufferevent* const bev = evlet_tls_socket_new(
        base, -1, static_cast<evlet_tls_context*>(context), nullptr, BEV_OPT_CLOSE_ON_FREE);
    if (!bev)
        errno = ENOMEM;  // which keeps evhttp from serving in clear text
    return bev;
}

const char* evlet_tls_get_alpn(struct bufferevent* bev) {
    const LockGuard guard(as_stream(*bev).mutex);
    const Connection* const connection = find_open(*bev);
    const char* protocol = connection ? connection->context->protocols : nullptr;
    if (!protocol)
        return nullptr;
    const Text selected = connection->context->engine->alpn(connection->session);
    for (; protocol; protocol = next_protocol(protocol)) {
        if (strlen(protocol) == selected.size && memcmp(protocol, selected.data, selected.size) == 0)
            return protocol;
    }
    return nullptr;
}

const char* evlet_tls_get_version(struct bufferevent* bev) {
    const LockGuard guard(as_stream(*bev).mutex);
    const Connection* const connection = find_open(*bev);
    return connection ? connection->context->engine->version(connection->session) : nullptr;
}

int evlet_tls_was_resumed(struct bufferevent* bev) {
    const LockGuard guard(as_stream(*bev).mutex);
    const Connection* const connection = find_open(*bev);
    return connection ? connection->context->engine->was_resumed(*connection) : -1;
}

int evlet_tls_uses_ktls(struct bufferevent* bev) {
    const LockGuard guard(as_stream(*bev).mutex);
    const Connection* const connection = find_open(*bev);
    return connection && connection->context->engine->uses_ktls(connection->session);
}

const char* evlet_tls_get_error(struct bufferevent* bev, char* text, size_t size) {
    const LockGuard guard(as_stream(*bev).mutex);
    if (size == 0)
        return text;
    text[0] = 0;
    const Connection* const connection = find_connection(*bev);
    if (!connection)
        return text;
    const Tls& tls = *find_tls(*bev);
    connection->context->engine->explain(*connection, tls.error_count ? tls.errors[0] : 0, text, size);
    if (!text[0])
        explain_transport(tls, text, size);
    return text;
}

struct evlet_tls_session* evlet_tls_session_keep(struct bufferevent* bev) {
    const LockGuard guard(as_stream(*bev).mutex);
    Connection* const connection = find_open(*bev);
    return connection && !connection->context->is_server ? keep_session(*connection) : nullptr;
}

int evlet_tls_session_use(struct bufferevent* bev, struct evlet_tls_session* session) {
    const LockGuard guard(as_stream(*bev).mutex);
    Connection* const connection = find_connection(*bev);
    if (!connection || (session && (session->context != connection->context ||
                                    !same_host(session->name, connection->name) ||
                                    find_tls(*bev)->phase == Phase::handshake)))
        return to_result(Status::invalid);
    if (session)
        session->owners.add();
    evlet_tls_session_free(connection->resume);
    connection->resume = session;
    return 0;
}

void evlet_tls_session_free(struct evlet_tls_session* session) {
    if (!session || !session->owners.drop())
        return;
    session->context->engine->free_kept(session->kept);
    evlet_tls_context_free(session->context);
    mem::release(session);
}

}  // extern "C"
