// SPDX-License-Identifier: BSD-3-Clause
// Status line and fields of replies, and replies in one piece. What frames the message (RFC 9112
// section 6) is decided here, whatever the program's fields say.
#include <string.h>

#include "base/time.h"
#include "event2/buffer.h"
#include "event2/event.h"
#include "http/fields.h"
#include "http/head_writer.h"
#include "http/message_length.h"
#include "http/reply.h"
#include "http/status_text.h"
#include "log/log.h"
#include "net/date.h"

namespace evlet::http {
namespace {

// Replies that never have a body (RFC 9110 section 6.4.1), but for those to HEAD.
bool is_bodyless(int code) {
    return code < HTTP_OK || code == HTTP_NOCONTENT || code == HTTP_NOTMODIFIED;
}

// What the program's fields say about what is decided here.
struct Given {
    const char* length = nullptr;
    bool date = false;
    bool type = false;
};

// Writes those that are the program's to decide.
Given put_fields(HeadWriter& writer, Request& request) {
    Given given;
    for (const evkeyval* field = request.output_fields.tqh_first; field;
         field = field->next.tqe_next) {
        const char* const name = field->key;
        if (same_name(name, "Content-Length")) {
            given.length = field->value;
            continue;
        }
        if (same_name(name, "Transfer-Encoding"))
            continue;
        if (same_name(name, "Connection")) {
            if (list_has(field->value, "close"))
                request.wants_close = true;
            if (request.wants_close || list_has(field->value, "keep-alive"))
                continue;
        }
        given.date |= same_name(name, "Date");
        given.type |= same_name(name, "Content-Type");
        writer.put_field(field->key, field->value);
    }
    return given;
}

void put_length(HeadWriter& writer, int64_t length) {
    writer.put("Content-Length: ");
    writer.put_number(length);
    writer.put("\r\n");
}

// Decides how the body goes out, and says so.
void put_framing(HeadWriter& writer, Request& request, int code, int64_t length,
                 const Given& given) {
    const int64_t given_length = given.length ? parse_content_length(given.length) : -1;
    request.sending = Sending::none;
    if (is_bodyless(code) || request.is_head) {
        // The length of what GET would have brought.
        if (length > 0 && !is_bodyless(code))
            put_length(writer, length);
        else if (given_length >= 0 && (request.is_head || code == HTTP_NOTMODIFIED))
            put_length(writer, given_length);
    } else if (length >= 0 || given_length >= 0) {
        request.sending = Sending::length;
        request.send_left = length >= 0 ? length : given_length;
        put_length(writer, request.send_left);
    } else if (request.at_least_11) {
        request.sending = Sending::chunked;
        writer.put("Transfer-Encoding: chunked\r\n");
    } else {
        request.sending = Sending::raw;
        request.wants_close = true;
    }
}

void note_reason(Request& request, const char* reason, const char* usual) {
    if (reason == usual) {
        request.shown.response_code_line = const_cast<char*>(usual);
        request.owns_reason = false;
    } else {
        set_reason(request, reason);
    }
}

}  // namespace

const char* date_of(evhttp& server) {
    timeval now;
    event_base_gettimeofday_cached(server.base, &now);
    if (now.tv_sec != server.date_second) {
        server.date_second = now.tv_sec;
        (void)write_date(to_utc(from_timeval(now)), server.date);
    }
    return server.date;
}

bool write_reply_head(evhttp_connection& connection, Request& request, int code, const char* reason,
                      int64_t length, evbuffer* body) {
    evhttp& server = *connection.server;
    if (code < HTTP_OK || code > 999)
        code = HTTP_INTERNAL;
    const char* const usual = reason_of(code);
    // A reason with the end of a line in it would begin another field.
    if (!reason || !is_field_value(Text(reason)) || strcmp(reason, usual) == 0)
        reason = usual;
    note_reason(request, reason, usual);
    request.shown.response_code = code;
    request.reply_begun = true;
    // Also before its callback is called: who has begun is to end.
    request.delivered = true;
    // What is left of the body would be taken for the next request.
    if (connection.reading != Reading::nothing)
        request.wants_close = true;

    HeadWriter writer(connection.bev);
    writer.put("HTTP/1.1 ");
    writer.put_number(code);
    writer.put(" ");
    writer.put(reason);
    writer.put("\r\n");
    const Given given = put_fields(writer, request);
    if (!given.date) {
        writer.put("Date: ");
        writer.put({date_of(server), kDateLength});
        writer.put("\r\n");
    }
    put_framing(writer, request, code, length, given);
    if (!given.type && length != 0 && !is_bodyless(code) && server.content_type)
        writer.put_field("Content-Type", server.content_type);
    if (request.wants_close)
        writer.put_field("Connection", "close");
    else if (!request.at_least_11)
        writer.put_field("Connection", "keep-alive");
    return writer.finish(request.sending == Sending::length ? body : nullptr);
}

evhttp_connection* begin_reply(Request& request) {
    evhttp_connection* const connection = request.shown.evcon;
    if (!connection) {
        // Its connection has gone: nobody waits for it.
        if (request.delivered)
            let_go(request);
        return nullptr;
    }
    if (!connection->server || request.reply_begun) {
        log::warnx("evhttp: a request takes one reply");
        return nullptr;
    }
    return connection;
}

void end_reply(evhttp_connection& connection, Request& request, bool written) {
    request.reply_ended = true;
    request.shown.userdone = 1;
    if (written)
        reply_ended(connection);
    else
        give_up(connection, EVREQ_HTTP_BUFFER_ERROR);
}

void send_reply(Request& request, int code, const char* reason, evbuffer* body) {
    const CallGuard guard(request);  // whose own buffer the body may be
    evhttp_connection* const connection = begin_reply(request);
    // What the program has put into the request's own buffer goes first.
    evbuffer* const own = request.shown.output_buffer;
    bool whole = true;
    if (connection && own->length) {
        whole = !body || body == own || evbuffer_add_buffer(own, body) == 0;
        body = own;
    }
    const size_t size = body ? body->length : 0;
    if (connection) {
        const bool written = whole && write_reply_head(*connection, request, code, reason,
                                                       static_cast<int64_t>(size), body);
        end_reply(*connection, request, written);
    }
    if (body)
        evbuffer_drain(body, evbuffer_get_length(body));
}

}  // namespace evlet::http

using namespace evlet::http;

extern "C" {

void evhttp_send_reply(struct evhttp_request* req, int code, const char* reason,
                       struct evbuffer* databuf) {
    send_reply(as_request(*req), code, reason, databuf);
}

}  // extern "C"
