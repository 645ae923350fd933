// SPDX-License-Identifier: BSD-3-Clause
// Replies whose body follows in pieces.
#include "event2/buffer.h"
#include "http/chunk_writer.h"
#include "http/reply.h"
#include "log/log.h"

namespace evlet::http {
namespace {

// The connection of a reply that has begun and not ended.
evhttp_connection* reply_in_progress(const Request& request) {
    evhttp_connection* const connection = request.shown.evcon;
    if (connection && (!request.reply_begun || request.reply_ended)) {
        log::warnx("evhttp: there is no reply that was started");
        return nullptr;
    }
    return connection;
}

// What a Content-Length of the program has promised must not be exceeded: the rest would be taken
// for another reply.
bool keep_promise(Request& request, size_t size) {
    if (request.sending != Sending::length)
        return true;
    if (static_cast<int64_t>(size) > request.send_left)
        return false;
    request.send_left -= static_cast<int64_t>(size);
    return true;
}

void send_piece(Request& request, evbuffer* piece, void (*on_sent)(evhttp_connection*, void*),
                void* argument) {
    const CallGuard guard(request);  // whose own buffer the piece may be
    evhttp_connection* const connection = reply_in_progress(request);
    const size_t size = evbuffer_get_length(piece);
    if (connection) {
        connection->on_sent = on_sent;
        connection->on_sent_argument = argument;
        bool sent = true;
        if (size && request.sending != Sending::none)
            sent = keep_promise(request, size) &&
                   send_body(connection->bev, piece, request.sending == Sending::chunked);
        if (!sent) {
            // The program does not know, and will end it.
            log::warnx("evhttp: a reply came to no good end");
            give_up(*connection, EVREQ_HTTP_BUFFER_ERROR);
        } else if (on_sent && output_of(*connection).length == 0) {
            bufferevent_trigger(connection->bev, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
        }
    }
    evbuffer_drain(piece, evbuffer_get_length(piece));
}

void end(Request& request) {
    evhttp_connection* const connection = request.shown.evcon;
    if (!connection) {
        if (request.delivered)
            let_go(request);
        return;
    }
    if (!reply_in_progress(request))
        return;
    connection->on_sent = nullptr;
    bool written = true;
    if (request.sending == Sending::chunked)
        written = bufferevent_write(connection->bev, kLastChunk, sizeof kLastChunk - 1) == 0;
    else if (request.sending == Sending::length && request.send_left)
        written = false;  // less than promised: only the end of the connection can say so
    end_reply(*connection, request, written);
}

}  // namespace
}  // namespace evlet::http

using namespace evlet::http;

extern "C" {

void evhttp_send_reply_start(struct evhttp_request* req, int code, const char* reason) {
    Request& request = as_request(*req);
    // Of one whose connection has gone the end is still to come, which frees it.
    evhttp_connection* const connection = req->evcon ? begin_reply(request) : nullptr;
    if (!connection)
        return;
    if (!write_reply_head(*connection, request, code, reason, kUnknownLength, nullptr))
        give_up(*connection, EVREQ_HTTP_BUFFER_ERROR);
    else
        req->chunked = request.sending == Sending::chunked;
}

void evhttp_send_reply_chunk_with_cb(struct evhttp_request* req, struct evbuffer* databuf,
                                     void (*cb)(struct evhttp_connection*, void*), void* arg) {
    send_piece(as_request(*req), databuf, cb, arg);
}

void evhttp_send_reply_chunk(struct evhttp_request* req, struct evbuffer* databuf) {
    send_piece(as_request(*req), databuf, nullptr, nullptr);
}

void evhttp_send_reply_end(struct evhttp_request* req) {
    end(as_request(*req));
}

}  // extern "C"
