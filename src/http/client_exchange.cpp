// SPDX-License-Identifier: BSD-3-Clause
// An exchange of a client: the request goes out, the reply comes in, the program is told.
#include <string.h>

#include "event2/buffer.h"
#include "event2/event.h"
#include "http/chunk_writer.h"
#include "http/client.h"
#include "http/fields.h"
#include "http/head.h"
#include "http/head_writer.h"
#include "http/message_length.h"
#include "http/methods.h"
#include "mem/mem.h"
#include "net/connecting.h"

namespace evlet::http {
namespace {

// Replies of status 1xx that may come before the one that counts.
constexpr unsigned char kMostInterim = 32;
// How long a server may take to ask for a body that waits for it (RFC 9110 section 10.1.1).
constexpr uint32_t kContinueMs = 1000;
constexpr uint16_t kUsualPort = 80;

// ---- The request ----

// The authority of a target that has one (RFC 9112 section 3.2): then Host repeats it, without what
// it may say of a user. Empty: it has none.
Text authority_of(const Request& request) {
    Text rest(request.shown.uri);
    if (request.shown.type != EVHTTP_REQ_CONNECT) {
        const size_t colon = rest.find(':');
        if (*rest.data == '/' || rest.size - colon < 3 || memcmp(rest.data + colon, "://", 3) != 0)
            return {"", 0};
        rest = rest.from(colon + 3);
    }
    for (const char* end = "/?#"; *end; ++end)
        rest = rest.before(rest.find(*end));
    const size_t user = rest.find('@');
    return user == rest.size ? rest : rest.from(user + 1);
}

void put_host(HeadWriter& writer, const Client& client, const Request& request) {
    const Text authority = authority_of(request);
    if (!authority.empty()) {
        writer.put("Host: ");
        writer.put(authority);
        writer.put("\r\n");
        return;
    }
    const char* const address = client.address && !client.is_unix ? client.address : "localhost";
    const bool bare_v6 = Text(address).find(':') != strlen(address) && *address != '[';
    writer.put("Host: ");
    if (bare_v6)
        writer.put("[");
    writer.put(address);
    if (bare_v6)
        writer.put("]");
    const uint16_t port = client.connection.peer_port;
    if (port && port != kUsualPort) {
        writer.put(":");
        writer.put_number(port);
    }
    writer.put("\r\n");
}

// Writes the program's fields but those that frame the message. Whether Host was among them.
bool put_fields(HeadWriter& writer, Request& request) {
    bool has_host = false;
    for (const evkeyval* field = request.output_fields.tqh_first; field;
         field = field->next.tqe_next) {
        const char* const name = field->key;
        if (same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding"))
            continue;
        has_host |= same_name(name, "Host");
        if (same_name(name, "Connection") && list_has(field->value, "close"))
            request.wants_close = true;
        if (same_name(name, "Expect"))
            request.expects_continue = same_name(field->value, "100-continue");
        writer.put_field(field->key, field->value);
    }
    return has_host;
}

void put_framing(HeadWriter& writer, Request& request, const Method& method) {
    if (!request.producer) {
        request.sending = Sending::length;
        request.send_left = static_cast<int64_t>(request.output.length);
    }
    if (request.sending == Sending::chunked) {
        writer.put("Transfer-Encoding: chunked\r\n");
    } else if (request.send_left || (method.flags & EVHTTP_METHOD_HAS_BODY)) {
        writer.put("Content-Length: ");
        writer.put_number(request.send_left);
        writer.put("\r\n");
    }
}

bool has_body(const Request& request) {
    return request.producer || request.output.length;
}

// Sends the body, or the first piece of it. The buffer keeps a copy of nothing: a request whose
// body has left cannot be sent again.
bool send_request_body(Client& client, Request& request) {
    client.body_held = false;
    if (request.producer)
        return request.producer->produce(client, request);
    return bufferevent_write_buffer(client.connection.bev, request.shown.output_buffer) == 0;
}

// ---- The reply ----

// Takes what was received of a head into the request.
enum class Taken : unsigned char { good, malformed, no_memory };
Taken take_head(Request& request, Text head, unsigned lines, int* ret_code) {
    evhttp_request& shown = request.shown;
    StatusLine line = {{1, 1}, 0, {"", 0}};
    Text block = head;
    if (!parse_status_line(take_line(block), &line))
        return Taken::malformed;
    auto* const memory =
        static_cast<char*>(mem::allocate(fields_room(block.size, lines) + line.reason.size + 1));
    if (!memory)
        return Taken::no_memory;
    // That of an interim reply before it goes.
    clear_fields(request.input_fields);
    mem::release(request.head);
    request.head = memory;
    char* room = memory;
    const bool good = parse_fields(block, request.input_fields, room);
    memcpy(room, line.reason.data, line.reason.size);
    room[line.reason.size] = 0;
    shown.response_code_line = room;
    shown.kind = EVHTTP_RESPONSE;
    shown.major = line.version.major;
    shown.minor = line.version.minor;
    shown.headers_size = head.size;
    request.at_least_11 = line.version.at_least_11();
    *ret_code = line.code;
    return good ? Taken::good : Taken::malformed;
}

bool asked_for_upgrade(const Request& request) {
    return find_field(request.output_fields.tqh_first, "Upgrade") != nullptr;
}

// Whether the reply ends HTTP on the connection.
bool ends_http(const Request& request, int code) {
    return code == HTTP_SWITCH_PROTOCOLS ||
           (request.shown.type == EVHTTP_REQ_CONNECT && code / 100 == 2);
}

Kind kind_of(const Request& request, int code) {
    const bool bodyless = request.is_head || code < HTTP_OK || code == HTTP_NOCONTENT ||
                          code == HTTP_NOTMODIFIED || ends_http(request, code);
    return bodyless ? Kind::bodyless_reply : Kind::reply;
}

bool request_was_sent(const Client& client, const Request& request) {
    return !client.body_held && output_of(client.connection).length == 0 &&
           (!request.producer || request.producer->ended);
}

// The reply is complete.
void finish_exchange(Client& client) {
    evhttp_connection& connection = client.connection;
    Request& request = *current(connection);
    const bool keep = !request.wants_close && !connection.until_close && !client.write_failed &&
                      request_was_sent(client, request);
    connection.reading = Reading::nothing;
    disarm(connection);
    ++connection.served;
    request.delivered = true;
    client.in_callback = true;
    {
        const CallGuard guard(request);
        if (request.shown.cb)
            request.shown.cb(&request.shown, request.shown.cb_arg);
    }
    client.in_callback = false;
    if (connection.life.gone)
        return;
    connection.requests.remove(&request.shown);
    let_go(request);
    client.state = State::ready;
    if (!keep || !connection.bev || connection.peer_ended)
        disconnect(client);
    else
        event_del(&connection.timer);
    if (!connection.life.gone)
        go_on(client);
}

Step begin_reply_body(Client& client, Request& request, int code) {
    evhttp_connection& connection = client.connection;
    const MessageLength body =
        message_length(request.input_fields, kind_of(request, code), request.at_least_11);
    switch (body.framing) {
    case Framing::bad:
    case Framing::unknown_coding:
        fail_exchange(client, EVREQ_HTTP_INVALID_HEADER);
        return Step::wait;
    case Framing::none:
        connection.until_close = false;
        finish_exchange(client);
        return Step::again;
    default:
        break;
    }
    if (expect_body(connection, request, body.framing == Framing::chunked,
                    body.framing == Framing::until_close, body.length))
        return Step::again;
    fail_exchange(client, EVREQ_HTTP_DATA_TOO_LONG);
    return Step::wait;
}

// 1xx: the reply that counts is still to come.
Step on_interim(Client& client, Request& request, int code) {
    if (++client.interim > kMostInterim) {
        fail_exchange(client, EVREQ_HTTP_INVALID_HEADER);
        return Step::wait;
    }
    expect_head(client.connection);
    if (code == HTTP_CONTINUE && client.body_held) {
        arm(client.connection, client.connection.read_ms);
        if (!send_request_body(client, request)) {
            fail_exchange(client, EVREQ_HTTP_BUFFER_ERROR);
            return Step::wait;
        }
    }
    return Step::again;
}

Step on_head(evhttp_connection& connection, size_t size) {
    Client& client = as_client(connection);
    Request* const request = current(connection);
    evbuffer& input = input_of(connection);
    const size_t start = connection.scan.start;
    const auto* const text =
        reinterpret_cast<const char*>(evbuffer_pullup(&input, static_cast<ev_ssize_t>(size)));
    int code = 0;
    const Taken taken =
        !text ? Taken::no_memory
              : take_head(*request, {text + start, size - start}, connection.scan.lines, &code);
    const bool unasked = code == HTTP_SWITCH_PROTOCOLS && !asked_for_upgrade(*request);
    if (taken != Taken::good || unasked) {
        fail_exchange(client, taken == Taken::no_memory ? EVREQ_HTTP_BUFFER_ERROR
                                                        : EVREQ_HTTP_INVALID_HEADER);
        return Step::wait;
    }
    evbuffer_drain(&input, size);
    if (code < HTTP_OK && code != HTTP_SWITCH_PROTOCOLS)
        return on_interim(client, *request, code);
    request->shown.response_code = code;
    request->may_detach = ends_http(*request, code);
    if (says_close(request->input_fields, request->at_least_11))
        request->wants_close = true;
    if (request->may_detach)
        request->wants_close = true;
    // What follows until the body begins is not to be taken for anything.
    connection.reading = Reading::nothing;
    if (request->shown.header_cb) {
        const CallGuard guard(*request);
        const int answer = request->shown.header_cb(&request->shown, request->shown.cb_arg);
        if (connection.life.gone || current(connection) != request)
            return Step::wait;
        if (answer < 0) {
            fail_exchange(client, EVREQ_HTTP_EOF);
            return Step::wait;
        }
    }
    return begin_reply_body(client, *request, code);
}

Step on_body_end(evhttp_connection& connection) {
    finish_exchange(as_client(connection));
    return Step::again;
}

void on_failure(evhttp_connection& connection, const Failure& failure) {
    fail_exchange(as_client(connection), failure.error);
}

// A connection that had rested was perhaps closed by the server just when the request was sent.
// What changes nothing on the server may be sent again (RFC 9110 section 9.2.2).
bool may_retry(const Client& client, const Request& request) {
    constexpr int kIdempotent = EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_OPTIONS |
                                EVHTTP_REQ_TRACE | EVHTTP_REQ_PROPFIND;
    const evhttp_connection& connection = client.connection;
    return client.address && connection.served && !request.was_retried &&
           (request.shown.type & kIdempotent) && request.send_left == 0 && !request.producer &&
           connection.reading == Reading::head && connection.scan.scanned == 0 && !client.interim;
}

void on_end(evhttp_connection& connection) {
    Client& client = as_client(connection);
    Request* const request = current(connection);
    if (client.state != State::exchanging || !request) {
        disconnect(client);
        if (!connection.life.gone)
            go_on(client);
    } else if (connection.reading == Reading::body && connection.until_close) {
        finish_exchange(client);
    } else if (may_retry(client, *request)) {
        request->was_retried = true;
        disconnect(client);
        if (!connection.life.gone)
            go_on(client);
    } else {
        fail_exchange(client, EVREQ_HTTP_EOF);
    }
}

void on_error(evhttp_connection& connection, short what) {
    Client& client = as_client(connection);
    const bool timed_out = (what & BEV_EVENT_TIMEOUT) != 0;
    if (client.state == State::connecting) {
        connecting_failed(client);
    } else if (client.state != State::exchanging) {
        on_end(connection);
    } else if (timed_out) {
        fail_exchange(client, EVREQ_HTTP_TIMEOUT);
    } else if ((what & BEV_EVENT_WRITING) && (connection.flags & EVHTTP_CON_READ_ON_WRITE_ERROR)) {
        client.write_failed = true;
    } else if (connection.reading == Reading::body) {
        // Also where the end of the connection is that of the body: this one is no good end.
        fail_exchange(client, EVREQ_HTTP_EOF);
    } else {
        on_end(connection);
    }
}

void on_timeout(evhttp_connection& connection) {
    Client& client = as_client(connection);
    if (client.state == State::connecting) {
        connecting_failed(client);
    } else if (client.state == State::waiting) {
        client.state = State::disconnected;
        go_on(client);
    } else if (client.state == State::exchanging) {
        Request& request = *current(connection);
        const bool in_body = connection.reading != Reading::head;
        if (client.body_held) {
            // A server that does not know the expectation waits too.
            arm(connection, connection.read_ms);
            if (!send_request_body(client, request))
                fail_exchange(client, EVREQ_HTTP_BUFFER_ERROR);
        } else if (!in_body && !client.write_failed && !request_was_sent(client, request)) {
            arm(connection, connection.read_ms);  // time for the reply begins when all has left
        } else if (!in_body || !body_progressed(connection, 1)) {
            fail_exchange(client, EVREQ_HTTP_TIMEOUT);
        }
    }
}

void on_drained(evhttp_connection& connection) {
    Client& client = as_client(connection);
    Request* const request = current(connection);
    if (client.state != State::exchanging || !request || client.body_held)
        return;
    if (request->producer && !request->producer->ended && !request->producer->waiting) {
        if (!request->producer->produce(client, *request) && !connection.life.gone)
            fail_exchange(client, EVREQ_HTTP_BUFFER_ERROR);
    } else if (connection.reading == Reading::head && !connection.head_timed) {
        arm(connection, connection.read_ms);
    }
}

void on_connected(evhttp_connection& connection) {
    Client& client = as_client(connection);
    // A bufferevent that was given as connected was not yet: what waits in its output leaves now.
    if (client.state != State::connecting)
        return;
    client.state = State::ready;
    client.retries = 0;
    connection.connected = true;
    int size = sizeof client.peer;
    if (peer_of(bufferevent_getfd(connection.bev), reinterpret_cast<sockaddr*>(&client.peer),
                &size))
        client.peer_size = size;
    disarm(connection);
    apply_write_timeout(connection);
    go_on(client);
}

void tell_error(Request& request, evhttp_request_error why) {
    if (request.shown.error_cb)
        request.shown.error_cb(why, request.shown.cb_arg);
}

void destroy_client(evhttp_connection& connection) {
    Client& client = as_client(connection);
    const bool in_progress = client.state == State::exchanging;
    tell_end(connection);
    for (bool first = in_progress; Request* const request = current(connection); first = false) {
        connection.requests.remove(&request->shown);
        request->shown.evcon = nullptr;  // a callback that cancels it finds it gone
        // Who owns one that waits has to learn that nothing will come of it.
        if ((first || (request->shown.flags & kOwned)) && !request->delivered)
            tell_error(*request, EVREQ_HTTP_REQUEST_CANCEL);
        let_go(*request);
    }
    mem::release(client.address);
    mem::release(client.local_address);
}

}  // namespace

const Role client_role = {on_head,    on_body_end, on_failure,   on_end,        on_error,
                          on_drained, on_timeout,  on_connected, destroy_client};

void begin_exchange(Client& client) {
    evhttp_connection& connection = client.connection;
    // What came behind the last reply, or since, is no reply to this request: RFC 9112 section 9.2.
    if (input_of(connection).length) {
        disconnect(client);
        if (!connection.life.gone)
            go_on(client);
        return;
    }
    Request& request = *current(connection);
    const Method method =
        find_method(static_cast<ev_uint32_t>(request.shown.type), client.more_methods);
    client.state = State::exchanging;
    client.interim = 0;
    if (failed(start_timer(connection))) {
        fail_exchange(client, EVREQ_HTTP_BUFFER_ERROR);
        return;
    }
    expect_head(connection);
    HeadWriter writer(connection.bev);
    writer.put(method.name);
    writer.put(" ");
    writer.put(request.shown.uri);
    writer.put(" HTTP/1.1\r\n");
    if (!put_fields(writer, request))
        put_host(writer, client, request);
    put_framing(writer, request, method);
    client.body_held = request.expects_continue && has_body(request);
    arm(connection, client.body_held ? kContinueMs : connection.read_ms);
    bool written = writer.finish(nullptr);
    // A producer may end the exchange, or the connection; then it is no failure.
    if (written && !client.body_held && has_body(request))
        written = send_request_body(client, request);
    if (!written)
        fail_exchange(client, EVREQ_HTTP_BUFFER_ERROR);
}

void fail_exchange(Client& client, evhttp_request_error why) {
    evhttp_connection& connection = client.connection;
    const CallGuard guard(connection);
    Request& request = *current(connection);
    connection.requests.remove(&request.shown);
    request.shown.evcon = nullptr;
    client.in_callback = true;
    disconnect(client);
    {
        const CallGuard request_guard(request);
        tell_error(request, connection.life.gone ? EVREQ_HTTP_REQUEST_CANCEL : why);
        // Who has cancelled it, or freed the connection, knows.
        if (why != EVREQ_HTTP_REQUEST_CANCEL && !connection.life.gone && request.shown.cb)
            request.shown.cb(nullptr, request.shown.cb_arg);
    }
    client.in_callback = false;
    let_go(request);
    if (!connection.life.gone)
        go_on(client);
}

}  // namespace evlet::http
