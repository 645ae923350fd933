// SPDX-License-Identifier: BSD-3-Clause
// The client's half of the handshake (RFC 6455 section 4.1). What it has to remember is part of the
// request's block, so that it goes with the request however that ends.
#include <string.h>

#include "event2/http.h"
#include "event2/util.h"
#include "evlet/http.h"
#include "http/fields.h"
#include "http/request.h"
#include "ws/accept_key.h"
#include "ws/names.h"
#include "ws/session.h"

namespace evlet::ws {
namespace {

struct Attempt {
    evlet_ws_open_cb on_open;
    ws_on_msg_cb on_message;
    void* argument;
    char accept[kAcceptSize + 1];
    char offered[1];  // subprotocols, with a NUL; longer than this
};

bool has_field(const evkeyvalq& fields, const char* name) {
    return http::find_field(fields.tqh_first, name) != nullptr;
}

// What the server has chosen. False if it was not offered.
bool take_subprotocol(const evkeyvalq& fields, const Attempt& attempt, Text* ret_name) {
    if (!has_field(fields, "Sec-WebSocket-Protocol"))
        return true;
    const char* const name = only_value(fields, "Sec-WebSocket-Protocol");
    if (!name || !*name)
        return false;
    *ret_name = Text(name);
    return has_name(Text(attempt.offered), *ret_name);
}

bool is_agreement(const http::Request& request, const Attempt& attempt, Text* ret_subprotocol) {
    const evkeyvalq& fields = request.input_fields;
    const char* const upgrade = only_value(fields, "Upgrade");
    const char* const accept = only_value(fields, "Sec-WebSocket-Accept");
    return request.shown.response_code == HTTP_SWITCH_PROTOCOLS && upgrade &&
           http::same_name(upgrade, "websocket") && any_has(fields, "Connection", "upgrade") &&
           accept && strcmp(accept, attempt.accept) == 0 &&
           !has_field(fields, "Sec-WebSocket-Extensions") &&  // none was asked for
           take_subprotocol(fields, attempt, ret_subprotocol);
}

void on_answer(evhttp_request* shown, void* argument) {
    const auto& attempt = *static_cast<const Attempt*>(argument);
    if (!shown) {
        attempt.on_open(nullptr, 0, attempt.argument);
        return;
    }
    Text subprotocol("", 0);
    evws_connection* session = nullptr;
    if (is_agreement(http::as_request(*shown), attempt, &subprotocol)) {
        event_base* const base = evhttp_connection_get_base(shown->evcon);
        session = make_session(
            {base, attempt.on_message, attempt.argument, subprotocol, evutil_secure_rng_get_bytes});
    }
    bufferevent* const bev = session ? evlet_http_request_detach(shown) : nullptr;
    if (session && !bev) {
        http::dispose(*session);
        session = nullptr;
    }
    if (!session) {
        attempt.on_open(nullptr, shown->response_code, attempt.argument);
        return;
    }
    start_session(*session, bev);
    attempt.on_open(session, HTTP_SWITCH_PROTOCOLS, attempt.argument);
}

bool add_fields(http::Request& request, const evkeyvalq* more, const char* key,
                const Attempt& attempt) {
    evkeyvalq* const fields = &request.output_fields;
    bool good = evhttp_add_header(fields, "Upgrade", "websocket") == 0 &&
                evhttp_add_header(fields, "Connection", "Upgrade") == 0 &&
                evhttp_add_header(fields, "Sec-WebSocket-Version", "13") == 0 &&
                evhttp_add_header(fields, "Sec-WebSocket-Key", key) == 0;
    if (good && *attempt.offered)
        good = evhttp_add_header(fields, "Sec-WebSocket-Protocol", attempt.offered) == 0;
    for (const evkeyval* field = more ? more->tqh_first : nullptr; field && good;
         field = field->next.tqe_next)
        good = evhttp_add_header(fields, field->key, field->value) == 0;
    return good;
}

// A request for a session; nullptr without memory or with an invalid name.
http::Request* make_attempt(const Attempt& given, const evkeyvalq* fields, Text offered) {
    if (!offered.empty() && !is_list_of_names(offered))
        return nullptr;
    http::Request* const request = http::make_request(sizeof(Attempt) + offered.size);
    if (!request)
        return nullptr;
    auto& attempt = *reinterpret_cast<Attempt*>(request + 1);
    attempt = given;
    memcpy(attempt.offered, offered.data, offered.size);
    attempt.offered[offered.size] = 0;
    uint8_t bytes[kKeyBytes];
    char key[kKeySize + 1];
    evutil_secure_rng_get_bytes(bytes, sizeof bytes);
    write_base64(bytes, sizeof bytes, key);
    key[kKeySize] = 0;
    make_accept(Text(key), attempt.accept);
    request->shown.cb = on_answer;
    request->shown.cb_arg = &attempt;
    if (add_fields(*request, fields, key, attempt))
        return request;
    http::dispose(*request);
    return nullptr;
}

}  // namespace
}  // namespace evlet::ws

using namespace evlet;
using namespace evlet::ws;

extern "C" int evlet_ws_connect(struct evhttp_connection* conn, const char* target,
                                const struct evkeyvalq* fields, const char* subprotocols,
                                evlet_ws_open_cb on_open, ws_on_msg_cb on_message, void* arg) {
    const Attempt attempt = {on_open, on_message, arg, {}, {}};
    http::Request* const request =
        make_attempt(attempt, fields, Text(subprotocols ? subprotocols : ""));
    if (!request)
        return -1;
    return evhttp_make_request(conn, &request->shown, EVHTTP_REQ_GET, target);
}
