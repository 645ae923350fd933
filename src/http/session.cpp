// SPDX-License-Identifier: BSD-3-Clause
#include "http/session.h"

#include "http/server.h"

namespace evlet::http {
namespace {

void link(Session*& list, Session& session) {
    session.next = list;
    session.prev = &list;
    if (list)
        list->prev = &session.next;
    list = &session;
}

void unlink(Session& session) {
    *session.prev = session.next;
    if (session.next)
        session.next->prev = session.prev;
}

void close_sessions(evhttp& server, bool at_once) {
    // Any of them may leave the list while one is told.
    Session* rest = server.sessions;
    server.sessions = nullptr;
    if (rest)
        rest->prev = &rest;
    while (Session* const session = rest) {
        unlink(*session);
        if (!at_once && !server.life.gone) {
            link(server.sessions, *session);
            session->close(*session, false);
            continue;
        }
        session->server = nullptr;
        session->close(*session, true);
        count_out(server);
    }
}

}  // namespace

void add_session(evhttp& server, Session& session) {
    server.close_sessions = close_sessions;
    session.server = &server;
    link(server.sessions, session);
    ++server.connection_count;
}

void remove_session(Session& session) {
    evhttp* const server = session.server;
    if (!server)
        return;
    unlink(session);
    session.server = nullptr;
    count_out(*server);
}

}  // namespace evlet::http
