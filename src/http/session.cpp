// SPDX-License-Identifier: BSD-3-Clause
#include "http/session.h"

#include "http/server.h"

namespace evlet::http {
namespace {

void unlink(Session& session) {
    *session.prev = session.next;
    if (session.next)
        session.next->prev = session.prev;
    session.server = nullptr;
}

void close_sessions(evhttp& server) {
    while (Session* const session = server.sessions) {
        unlink(*session);
        session->close(*session);
        count_out(server);
    }
}

}  // namespace

void add_session(evhttp& server, Session& session) {
    server.close_sessions = close_sessions;
    session.server = &server;
    session.next = server.sessions;
    session.prev = &server.sessions;
    if (session.next)
        session.next->prev = &session.next;
    server.sessions = &session;
    ++server.connection_count;
}

void remove_session(Session& session) {
    evhttp* const server = session.server;
    if (!server)
        return;
    unlink(session);
    count_out(*server);
}

}  // namespace evlet::http
