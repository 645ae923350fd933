// SPDX-License-Identifier: BSD-3-Clause
// The server's side of a connection: from a head to the program's callback, and on to the next
// request when the reply has been written.
//
// Where an exchange is: its request is the head of `requests`. `delivered`: the program has it, and
// is to reply or has begun to. reply_begun, reply_ended: how far the reply has been written to the
// output. An exchange that is over (reply_ended, and the request's body read) makes place for the
// next at once if that cannot be noticed; otherwise when the output has run empty: for
// on_complete_cb, and before the connection is closed. The request of a reply that came outside of
// its callback stays until then too, since programs look at it after they have replied.
#include "event2/event.h"
#include "http/head.h"
#include "http/message_length.h"
#include "http/request_head.h"
#include "http/server.h"
#include "mem/mem.h"
#include "stream/stream.h"

namespace evlet::http {
namespace {

// How long a peer may take to see that the server ends the connection, and how much it may send.
constexpr uint32_t kLingerMs = 2000;
constexpr size_t kLingerBytes = size_t(1) << 20;

void wait_for_request(evhttp_connection& connection) {
    expect_head(connection);
    arm(connection, connection.read_ms);
}

void release_current(evhttp_connection& connection) {
    Request* const request = current(connection);
    connection.requests.remove(&request->shown);
    let_go(*request);
}

// All of the reply has left: the connection closes, so that the peer sees the reply. A peer that
// may still be sending would be answered with a reset, which can destroy what it has not read yet
// (RFC 9112 section 9.6): then what it sends is read first.
void close_gently(evhttp_connection& connection, bool may_be_sending) {
    if (!may_be_sending || (connection.peer_ended && input_of(connection).length == 0)) {
        // A stream that is no socket hears of the end so; its other end may be the program's.
        const CallGuard guard(connection);
        bufferevent_flush(connection.bev, EV_WRITE, BEV_FINISHED);
        if (!connection.life.gone)
            dispose(connection);
        return;
    }
    const bool longer = (connection.flags & EVHTTP_CON_LINGERING_CLOSE) != 0;
    const int64_t body = connection.limits->body;
    connection.left =
        longer ? (body < 0 || body > kMostCollected ? kMostCollected : static_cast<size_t>(body)) +
                     kLingerBytes
               : kLingerBytes;
    connection.reading = Reading::discarding;
    end_output(connection.bev);
    arm(connection, longer ? connection.read_ms : kLingerMs);
    work(connection);
}

bool body_was_read(const evhttp_connection& connection) {
    return connection.reading == Reading::nothing;
}

// The output is empty, or what is in it need not be waited for.
void finish_exchange(evhttp_connection& connection) {
    Request& request = *current(connection);
    const bool body_read = body_was_read(connection) && !connection.ending;
    const bool close = request.wants_close || !body_read;
    // Only who has said that nothing follows is known not to be sending.
    const bool is_last = body_read && says_close(request.input_fields, true);
    if (request.shown.on_complete_cb) {
        const CallGuard guard(request);
        request.shown.on_complete_cb(&request.shown, request.shown.on_complete_cb_arg);
        if (connection.life.gone || current(connection) != &request)
            return;
    }
    release_current(connection);
    ++connection.served;
    if (close)
        close_gently(connection, !is_last || input_of(connection).length);
    else
        wait_for_request(connection);
}

// Whether the exchange can be finished before the output is empty.
bool can_go_on(const evhttp_connection& connection, const Request& request) {
    return !request.wants_close && !request.shown.on_complete_cb && body_was_read(connection) &&
           !connection.ending && !connection.on_sent;
}

// After a callback that may have replied.
Step after_callback(evhttp_connection& connection, const Request& request) {
    if (connection.life.gone || current(connection) != &request)
        return Step::wait;
    if (request.reply_ended && can_go_on(connection, request)) {
        finish_exchange(connection);
        return Step::again;
    }
    return Step::wait;
}

// The body, if there is one, may still be on its way: a close without reading it could take the
// reply with it.
Step refuse_with(evhttp_connection& connection, Request& request, int status) {
    connection.ending = true;
    refuse(request, status, nullptr);
    return after_callback(connection, request);
}

// ---- Callbacks ----

const PathCallback* find_callback(const evhttp& server, const Request& request) {
    for (const PathCallback* entry = server.callbacks; entry; entry = entry->next) {
        if (entry->call && path_is(request, entry->path))
            return entry;
    }
    return nullptr;
}

Step deliver(evhttp_connection& connection, Request& request) {
    const evhttp& host = host_of(connection, request);
    const PathCallback* const entry = find_callback(host, request);
    const auto call = entry ? entry->call : host.general;
    if (!call)
        return refuse_with(connection, request, HTTP_NOTFOUND);
    void* const argument = entry ? entry->argument : host.general_argument;
    disarm(connection);
    request.delivered = true;
    {
        const CallGuard guard(request);
        call(&request.shown, argument);
    }
    return after_callback(connection, request);
}

// Asks the program before the body is read. Below 0: it wants the connection closed.
int call_before_body(evhttp_connection& connection, Request& request) {
    evhttp& server = *connection.server;
    evhttp_request* const shown = &request.shown;
    int answer = 0;
    if (server.on_request)
        answer = server.on_request(shown, server.on_request_argument);
    if (answer < 0 || connection.life.gone)
        return answer;
    if (server.call_head)
        answer = server.call_head(host_of(connection, request), request);
    if (answer < 0 || connection.life.gone || request.reply_begun)
        return answer;
    return shown->header_cb ? shown->header_cb(shown, shown->cb_arg) : 0;
}

bool send_continue(evhttp_connection& connection) {
    constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";
    return bufferevent_write(connection.bev, kContinue, sizeof kContinue - 1) == 0;
}

Step begin_body(evhttp_connection& connection, Request& request, const MessageLength& body) {
    if (!expect_body(connection, request, body.framing == Framing::chunked, false, body.length))
        return refuse_with(connection, request, HTTP_ENTITYTOOLARGE);
    // Not if the body is on its way already (RFC 9110 section 10.1.1).
    if (request.expects_continue && input_of(connection).length == 0 &&
        !send_continue(connection)) {
        give_up(connection, EVREQ_HTTP_BUFFER_ERROR);
        return Step::wait;
    }
    return Step::again;
}

// What the head itself says against the request: a status, or 0.
int find_fault(const evhttp_connection& connection, const Request& request,
               const MessageLength& body) {
    if (body.framing == Framing::bad)
        return HTTP_BADREQUEST;
    if (body.framing == Framing::unknown_coding)
        return HTTP_NOTIMPLEMENTED;
    const auto type = static_cast<ev_uint32_t>(request.shown.type);
    return connection.server->allowed_methods & type ? 0 : HTTP_BADMETHOD;
}

Step begin_request(evhttp_connection& connection, Request& request) {
    const MessageLength body =
        message_length(request.input_fields, Kind::request, request.at_least_11);
    const int fault = find_fault(connection, request, body);
    if (fault)
        return refuse_with(connection, request, fault);
    const unsigned most = connection.server->most_requests;
    if (connection.server->refusing || (most && connection.served + 1 >= most))
        request.wants_close = true;
    const bool has_body = body.framing != Framing::none;
    // What replies before the body was read ends the connection: see body_was_read().
    connection.reading = has_body ? Reading::body : Reading::nothing;
    request.shown.ntoread = 0;
    request.shown.cb_arg = connection.server;
    int answer;
    {
        const CallGuard guard(request);
        answer = call_before_body(connection, request);
    }
    if (connection.life.gone || current(connection) != &request)
        return Step::wait;
    if (request.reply_begun) {
        connection.ending = has_body;
        connection.reading = Reading::nothing;
        return after_callback(connection, request);
    }
    if (answer < 0) {
        give_up(connection, EVREQ_HTTP_EOF);
        return Step::wait;
    }
    return has_body ? begin_body(connection, request, body) : deliver(connection, request);
}

Step on_head(evhttp_connection& connection, size_t size) {
    evbuffer& input = input_of(connection);
    const size_t start = connection.scan.start;
    const auto* const text =
        reinterpret_cast<const char*>(evbuffer_pullup(&input, static_cast<ev_ssize_t>(size)));
    const Text head(text + start, size - start);
    const Text peer(connection.peer_address);
    Request* const request =
        text ? make_received_request(head, connection.scan.lines, peer) : nullptr;
    if (!request) {
        dispose(connection);
        return Step::wait;
    }
    const size_t target_limit = connection.limits->head.first_line - kBesideTarget;
    const int status =
        fill_request(*request, head, peer, target_limit, connection.server->more_methods,
                     connection.server->may_lack_host);
    drain_input(connection.bev, size);
    request->held = true;
    request->shown.evcon = &connection;
    request->shown.remote_port = connection.peer_port;
    connection.requests.push_back(&request->shown);
    connection.reading = Reading::nothing;
    return status ? refuse_with(connection, *request, status) : begin_request(connection, *request);
}

Step on_body_end(evhttp_connection& connection) {
    Request& request = *current(connection);
    // A reply that came before the end of the body has been closing since.
    if (request.reply_begun)
        return after_callback(connection, request);
    return deliver(connection, request);
}

// ---- Failures ----

// What cannot be read at all is refused all the same, which takes a request to carry the reply.
void on_failure(evhttp_connection& connection, const Failure& failure) {
    Request* request = current(connection);
    connection.reading = Reading::nothing;
    connection.ending = true;
    if (request && request->reply_begun)
        return;  // it closes when that has left
    if (!request) {
        request = make_received_request({"", 0}, 0, {"", 0});
        if (!request) {
            dispose(connection);
            return;
        }
        request->held = true;
        request->shown.evcon = &connection;
        connection.requests.push_back(&request->shown);
    }
    tell_abort(*request, failure.error);
    if (!connection.life.gone && current(connection) == request && !request->reply_begun)
        refuse(*request, failure.status, nullptr);
}

void on_end(evhttp_connection& connection) {
    Request* const request = current(connection);
    // Half closed: replies are still wanted.
    if (output_of(connection).length || (request && request->delivered))
        return;
    give_up(connection, EVREQ_HTTP_EOF);
}

void on_error(evhttp_connection& connection, short what) {
    give_up(connection, what & BEV_EVENT_TIMEOUT ? EVREQ_HTTP_TIMEOUT : EVREQ_HTTP_BUFFER_ERROR);
}

void on_timeout(evhttp_connection& connection) {
    Request* const request = current(connection);
    // A reply has the time for writing, and that of the program.
    if (output_of(connection).length || (request && request->delivered)) {
        arm(connection, connection.read_ms);
        return;
    }
    const bool in_body = request && connection.reading != Reading::nothing;
    if (in_body && body_progressed(connection, connection.server->least_progress))
        return;
    give_up(connection, EVREQ_HTTP_TIMEOUT);
}

// ---- The end of a reply ----

void on_drained(evhttp_connection& connection) {
    const auto sent = connection.on_sent;
    if (sent) {
        connection.on_sent = nullptr;
        sent(&connection, connection.on_sent_argument);
        if (connection.life.gone)
            return;
    }
    const Request* const request = current(connection);
    if (request && request->reply_ended && !output_of(connection).length && !connection.working)
        finish_exchange(connection);
    if (!connection.life.gone)
        work(connection);
    // A reply that was on its way when the shutdown began has left, and nothing came behind it.
    if (!connection.life.gone && connection.server->refusing && !current(connection) &&
        connection.reading == Reading::head && !input_of(connection).length &&
        !output_of(connection).length)
        dispose(connection);
}

void destroy_served(evhttp_connection& connection) {
    evhttp* const server = connection.server;
    tell_end(connection);
    while (Request* const request = current(connection)) {
        connection.requests.remove(&request->shown);
        // Who has it may reply yet, which frees it.
        if (request->delivered && !request->reply_ended && !connection.freed_by_program) {
            request->held = false;
            request->shown.evcon = nullptr;
        } else {
            let_go(*request);
        }
    }
    if (connection.limits != &server->limits)
        mem::release(const_cast<Limits*>(connection.limits));
    *connection.prev = connection.next;
    if (connection.next)
        connection.next->prev = connection.prev;
    count_out(*server);
    // The server's memory stays as long as its connections do.
    if (--server->life.guards == 0 && server->life.gone)
        destroy(*server);
}

}  // namespace

evhttp& host_of(evhttp_connection& connection, Request& request) {
    evhttp& server = *connection.server;
    const char* const name = request.shown.host_cache;
    evhttp* const host = server.find_host && name ? server.find_host(server, name) : nullptr;
    return host ? *host : server;
}

const Role server_role = {on_head,    on_body_end, on_failure, on_end,        on_error,
                          on_drained, on_timeout,  on_drained, destroy_served};

void tell_abort(Request& request, evhttp_request_error why) {
    if (request.delivered)
        return;
    const CallGuard guard(request);
    if (request.on_abort)
        request.on_abort(&request.shown, why, request.stream_argument);
    else if (request.shown.error_cb)
        request.shown.error_cb(why, request.shown.cb_arg);
}

void give_up(evhttp_connection& connection, evhttp_request_error why) {
    const CallGuard guard(connection);
    connection.reading = Reading::nothing;
    disarm(connection);
    if (Request* const request = current(connection))
        tell_abort(*request, why);
    if (!connection.life.gone)
        dispose(connection);
}

void reply_ended(evhttp_connection& connection) {
    // Inside of the callback after_callback() sees to it, if it can. Otherwise the request waits
    // for the output to leave; if it has left already nothing else would tell.
    if (output_of(connection).length == 0)
        bufferevent_trigger(connection.bev, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
}

void refuse_connection(evhttp_connection& connection) {
    const CallGuard guard(connection);
    on_failure(connection, {EVREQ_HTTP_BUFFER_ERROR, HTTP_SERVUNAVAIL});
}

}  // namespace evlet::http
