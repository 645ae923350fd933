// SPDX-License-Identifier: BSD-3-Clause
// Bodies of a client's requests that are made piece by piece, as the system takes them.
#include "event2/buffer.h"
#include "http/chunk_writer.h"
#include "http/client.h"
#include "log/log.h"
#include "mem/mem.h"

namespace evlet::http {
namespace {

// Sends what the program has added. False if that is more than was announced, or for want of
// memory.
bool send_made(Client& client, Request& request) {
    const size_t size = request.output.length;
    if (size == 0)
        return true;
    if (request.sending == Sending::length) {
        if (static_cast<int64_t>(size) > request.send_left)
            return false;
        request.send_left -= static_cast<int64_t>(size);
    }
    return send_body(client.connection.bev, request.shown.output_buffer,
                     request.sending == Sending::chunked);
}

bool end_body(Client& client, Request& request) {
    request.producer->ended = true;
    if (request.sending == Sending::chunked)
        return bufferevent_write(client.connection.bev, kLastChunk, sizeof kLastChunk - 1) == 0;
    return request.send_left == 0;
}

// One piece, and more only when it has left: the memory it takes is the program's choice.
bool produce(Client& client, Request& request) {
    evhttp_connection& connection = client.connection;
    Producer& producer = *request.producer;
    const CallGuard guard(request);
    const evlet_http_produced produced =
        producer.make(&request.shown, request.shown.output_buffer, producer.argument);
    // The program may have given the request up.
    if (connection.life.gone || current(connection) != &request)
        return true;
    if (produced == EVLET_HTTP_ABORT || !send_made(client, request))
        return false;
    if (produced == EVLET_HTTP_END)
        return end_body(client, request);
    producer.waiting = produced == EVLET_HTTP_WAIT;
    // Asked for more without having given any: once in a turn of the loop.
    if (!producer.waiting && output_of(connection).length == 0)
        bufferevent_trigger(connection.bev, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
    return true;
}

}  // namespace
}  // namespace evlet::http

using namespace evlet;
using namespace evlet::http;

extern "C" {

void evlet_http_request_set_producer(struct evhttp_request* req, ev_int64_t length,
                                     evlet_http_produce_cb produce_cb, void* arg) {
    Request& request = as_request(*req);
    if (!request.producer)
        request.producer = mem::make<Producer>();
    if (!request.producer) {
        log::warn("evhttp: the request has no body");
        return;
    }
    *request.producer = {produce_cb, arg, produce, false, false};
    request.sending = length < 0 ? Sending::chunked : Sending::length;
    request.send_left = length < 0 ? 0 : length;
}

void evlet_http_request_resume_producer(struct evhttp_request* req) {
    const Request& request = as_request(*req);
    if (!request.producer || !request.producer->waiting)
        return;
    request.producer->waiting = false;
    if (req->evcon && req->evcon->bev)
        bufferevent_trigger(req->evcon->bev, EV_WRITE,
                            BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
}

}  // extern "C"
