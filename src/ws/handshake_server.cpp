// SPDX-License-Identifier: BSD-3-Clause
// The server's half of the handshake (RFC 6455 section 4.2).
#include "event2/http.h"
#include "evlet/http.h"
#include "http/fields.h"
#include "http/head_writer.h"
#include "http/request.h"
#include "log/log.h"
#include "stream/stream.h"
#include "ws/accept_key.h"
#include "ws/names.h"
#include "ws/session.h"

namespace evlet::ws {
namespace {

constexpr int kUpgradeRequired = 426;

// The only field with this name, or nullptr.
const char* only_value(const http::Request& request, const char* name) {
    const evkeyval* const field = http::find_field(request.input_fields.tqh_first, name);
    return field && !http::find_field(field->next.tqe_next, name) ? field->value : nullptr;
}

bool any_has(const http::Request& request, const char* name, const char* element) {
    const evkeyval* field = request.input_fields.tqh_first;
    while ((field = http::find_field(const_cast<evkeyval*>(field), name))) {
        if (http::list_has(field->value, element))
            return true;
        field = field->next.tqe_next;
    }
    return false;
}

// Section 4.2.1. 0, or the status that refuses it.
int find_fault(const http::Request& request) {
    if (request.shown.type != EVHTTP_REQ_GET || !request.at_least_11 ||
        !any_has(request, "Upgrade", "websocket") || !any_has(request, "Connection", "upgrade"))
        return HTTP_BADREQUEST;
    const char* const version = only_value(request, "Sec-WebSocket-Version");
    if (!version || !http::same_name(version, "13"))
        return kUpgradeRequired;
    const char* const key = only_value(request, "Sec-WebSocket-Key");
    return key && is_key(Text(key)) ? 0 : HTTP_BADREQUEST;
}

void refuse(evhttp_request* request, int status) {
    if (status == kUpgradeRequired)
        (void)evhttp_add_header(evhttp_request_get_output_headers(request), "Sec-WebSocket-Version",
                                "13");
    evhttp_send_reply(request, status, nullptr, nullptr);
}

// The first name that the client offers of those that are spoken here.
Text choose(const http::Request& request, Text spoken) {
    const evkeyval* field = request.input_fields.tqh_first;
    while (
        (field = http::find_field(const_cast<evkeyval*>(field), "Sec-WebSocket-Protocol"))) {
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
    make_accept(Text(only_value(request, "Sec-WebSocket-Key")), accept);
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

evws_connection* accept(evhttp_request* shown, Text subprotocols, const Setup& given, int options) {
    http::Request& request = http::as_request(*shown);
    evhttp_connection* const connection = shown->evcon;
    bufferevent* const bev = connection ? evhttp_connection_get_bufferevent(connection) : nullptr;
    if (!bev)
        return nullptr;
    int status = find_fault(request);
    if (!status && (options & BEV_OPT_THREADSAFE) && !as_stream(*bev).mutex.real()) {
        log::warnx("evws: BEV_OPT_THREADSAFE needs a bufferevent with a lock");
        status = HTTP_INTERNAL;
    }
    Setup setup = given;
    setup.base = evhttp_connection_get_base(connection);
    setup.subprotocol = choose(request, subprotocols);
    evws_connection* const session = status ? nullptr : make_session(setup);
    if (!session) {
        refuse(shown, status ? status : HTTP_SERVUNAVAIL);
        return nullptr;
    }
    // The request stays until its fields have been written.
    const http::CallGuard guard(request);
    evhttp* const server = evhttp_connection_get_server(connection);
    if (!evlet_http_request_detach(shown)) {
        http::dispose(*session);
        return nullptr;
    }
    session->bev = bev;
    if (!write_answer(bev, request, *session)) {
        http::dispose(*session);
        return nullptr;
    }
    http::add_session(*server, session->entry);
    start_session(*session, bev);
    return session;
}

}  // namespace
}  // namespace evlet::ws

using namespace evlet;
using namespace evlet::ws;

extern "C" {

struct evws_connection* evlet_ws_accept(struct evhttp_request* req, const char* subprotocols,
                                        ws_on_msg_cb cb, void* arg, int options) {
    const Setup setup = {nullptr, cb, arg, {"", 0}, false};
    return accept(req, Text(subprotocols ? subprotocols : ""), setup, options);
}

struct evws_connection* evws_new_session(struct evhttp_request* req, ws_on_msg_cb cb, void* arg,
                                         int options) {
    return evlet_ws_accept(req, nullptr, cb, arg, options);
}

}  // extern "C"
