// SPDX-License-Identifier: BSD-3-Clause
// What began as a request of a server and speaks another protocol now. The server counts it as a
// connection and closes it when it is freed. Used by the room `ws`.
#pragma once

#include "event2/http.h"

namespace evlet::http {

// Embedded in the object of the other protocol.
struct Session {
    Session* next;
    Session** prev;
    evhttp* server;
    // Ends it: at once, when it has been taken out of the list, or as its protocol does it.
    void (*close)(Session& session, bool at_once);
};

void add_session(evhttp& server, Session& session);
// If it is in a list.
void remove_session(Session& session);

}  // namespace evlet::http
