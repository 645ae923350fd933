// SPDX-License-Identifier: BSD-3-Clause
// Taking a connection out of HTTP's hands.
#include "event2/bufferevent.h"
#include "event2/event.h"
#include "http/connection.h"

using namespace evlet::http;

namespace {

bool may_detach(const evhttp_connection& connection, const Request& request) {
    if (!connection.bev || current(connection) != &request)
        return false;
    if (!connection.server)
        return request.may_detach;
    return request.delivered && !request.reply_begun && connection.reading == Reading::nothing;
}

}  // namespace

extern "C" {

struct bufferevent* evlet_http_request_detach(struct evhttp_request* req) {
    Request& request = as_request(*req);
    evhttp_connection* const connection = req->evcon;
    if (!connection || !may_detach(*connection, request))
        return nullptr;
    bufferevent* const bev = connection->bev;
    bufferevent_disable(bev, EV_READ);
    bufferevent_setcb(bev, nullptr, nullptr, nullptr, nullptr);
    bufferevent_set_timeouts(bev, nullptr, nullptr);
    bufferevent_setwatermark(bev, EV_READ, 0, 0);
    connection->bev = nullptr;
    disarm(*connection);
    connection->told = true;  // it has not ended
    // A client's connection goes on, and has the request until its callback returns.
    if (connection->server) {
        connection->requests.remove(req);
        let_go(request);
        dispose(*connection);
    }
    return bev;
}

}  // extern "C"
