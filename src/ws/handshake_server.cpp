// SPDX-License-Identifier: BSD-3-Clause
// The server's half of the handshake (RFC 6455 section 4.2).
#include "event2/http.h"
#include "evlet/http.h"
#include "http/fields.h"
#include "http/head_writer.h"
#include "http/request.h"
#include "http/server.h"
#include "log/log.h"
#include "stream/locked.h"
#include "ws/accept_key.h"
#include "ws/names.h"
#include "ws/session.h"

namespace evlet::ws {
namespace {

constexpr int kUpgradeRequired = 426;

// Section 4.2.1. 0, or the status that refuses it.
int find_fault(const http::Request& request) {
    const evkeyvalq& fields = request.input_fields;
    if (request.shown.type != EVHTTP_REQ_GET)
        return HTTP_BADMETHOD;
    const char* const version = only_value(fields, "Sec-WebSocket-Version");
    // Who speaks another version, or nothing but HTTP, is told what is spoken here.
    if (!any_has(fields, "Upgrade", "websocket") || !version || !http::same_name(version, "13"))
        return kUpgradeRequired;
    const char* const key = only_value(fields, "Sec-WebSocket-Key");
    return request.at_least_11 && any_has(fields, "Connection", "upgrade") && key &&
                   is_key(Text(key))
               ? 0
               : HTTP_BADREQUEST;
}

// Without memory the answer has fewer fields.
void refuse(evhttp_request* request, int status) {
    evkeyvalq* const fields = evhttp_request_get_output_headers(request);
    if (status == HTTP_BADMETHOD) {
        (void)evhttp_add_header(fields, "Allow", "GET");
    } else if (status == kUpgradeRequired) {
        (void)evhttp_add_header(fields, "Upgrade", "websocket");
        (void)evhttp_add_header(fields, "Connection", "Upgrade");
        (void)evhttp_add_header(fields, "Sec-WebSocket-Version", "13");
    }
    evhttp_send_reply(request, status, nullptr, nullptr);
}

// The first name that the client offers of those that are spoken here.
Text choose(const http::Request& request, Text spoken) {
    const evkeyval* field = request.input_fields.tqh_first;
    while ((field = http::find_field(const_cast<evkeyval*>(field), "Sec-WebSocket-Protocol"))) {
        Text offered(field->value);
        while (!offered.empty()) {
            const Text name = take_name(offered);
            if (!name.empty() && has_name(spoken, name))
                return name;
        }
        field = field->next.tqe_next;
    }
    return {"", 0};
}

bool write_answer(bufferevent* bev, const http::Request& request, const evws_connection& session) {
    char accept[kAcceptSize + 1];
    make_accept(Text(only_value(request.input_fields, "Sec-WebSocket-Key")), accept);
    http::HeadWriter writer(bev);
    writer.put("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    writer.put_field("Sec-WebSocket-Accept", accept);
    if (session.subprotocol)
        writer.put_field("Sec-WebSocket-Protocol", session.subprotocol);
    for (const evkeyval* field = request.output_fields.tqh_first; field;
         field = field->next.tqe_next)
        writer.put_field(field->key, field->value);
    return writer.finish(nullptr);
}

// The bufferevent that the session will have if it is not that of HTTP, in `*ret_bev`. 0 or a
// status.
int prepare_lock(bufferevent& bev, int options, bufferevent** ret_bev) {
    if (!(options & BEV_OPT_THREADSAFE) || has_lock(bev))
        return 0;
    *ret_bev = make_locked(bev);
    if (*ret_bev)
        return 0;
    log::warnx("evws: there is no lock for BEV_OPT_THREADSAFE");
    return HTTP_INTERNAL;
}

// From here on HTTP has let go of the connection: it becomes the session's, or ends.
evws_connection* begin(evws_connection& session, const http::Request& request, evhttp& server,
                       bufferevent* bev, bufferevent* locked) {
    if (locked)
        bev = move_socket(*locked, *bev);
    session.bev = bev;
    if (!bev || !write_answer(bev, request, session)) {
        http::dispose(session);
        return nullptr;
    }
    http::add_session(server, session.entry);
    start_session(session, bev);
    return &session;
}

evws_connection* accept(evhttp_request* shown, Text subprotocols, const Setup& given, int options) {
    http::Request& request = http::as_request(*shown);
    evhttp_connection* const connection = shown->evcon;
    bufferevent* const bev = connection ? evhttp_connection_get_bufferevent(connection) : nullptr;
    bufferevent* locked = nullptr;
    int status = bev ? find_fault(request) : HTTP_INTERNAL;
    if (!status && connection->server->refusing)
        status = HTTP_SERVUNAVAIL;
    if (!status)
        status = prepare_lock(*bev, options, &locked);
    if (status) {
        refuse(shown, status);
        return nullptr;
    }
    Setup setup = given;
    setup.base = evhttp_connection_get_base(connection);
    setup.subprotocol = choose(request, subprotocols);
    evws_connection* const session = make_session(setup);
    // The request stays until its fields have been written.
    const http::CallGuard guard(request);
    evhttp* const server = evhttp_connection_get_server(connection);
    if (session && evlet_http_request_detach(shown))
        return begin(*session, request, *server, bev, locked);
    if (session)
        http::dispose(*session);
    if (locked)
        bufferevent_free(locked);
    refuse(shown, session ? HTTP_INTERNAL : HTTP_SERVUNAVAIL);
    return nullptr;
}

}  // namespace
}  // namespace evlet::ws

using namespace evlet;
using namespace evlet::ws;

extern "C" {

struct evws_connection* evlet_ws_accept(struct evhttp_request* req, const char* subprotocols,
                                        ws_on_msg_cb cb, void* arg, int options) {
    const Setup setup = {nullptr, cb, arg, {"", 0}, nullptr};
    return accept(req, Text(subprotocols ? subprotocols : ""), setup, options);
}

struct evws_connection* evws_new_session(struct evhttp_request* req, ws_on_msg_cb cb, void* arg,
                                         int options) {
    return evlet_ws_accept(req, nullptr, cb, arg, options);
}

}  // extern "C"
