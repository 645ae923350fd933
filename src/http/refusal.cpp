// SPDX-License-Identifier: BSD-3-Clause
// Replies that refuse a request: an error page, or what the program makes of it, and the end of
// the connection.
#include <string.h>

#include "event2/buffer.h"
#include "http/fields.h"
#include "http/methods.h"
#include "http/reply.h"
#include "http/status_text.h"

namespace evlet::http {
namespace {

// What stands in HTML, of characters that mean something there.
const char* entity_of(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return nullptr;
    }
}

void add_text(evbuffer* page, const char* text) {
    (void)evbuffer_add(page, text, strlen(text));
}

void add_title(evbuffer* page, int code, const char* reason) {
    const char digits[] = {static_cast<char>('0' + code / 100 % 10),
                           static_cast<char>('0' + code / 10 % 10),
                           static_cast<char>('0' + code % 10), ' '};
    (void)evbuffer_add(page, digits, sizeof digits);
    for (; *reason; ++reason) {
        if (const char* entity = entity_of(*reason))
            add_text(page, entity);
        else
            (void)evbuffer_add(page, reason, 1);
    }
}

// Without memory the page is shorter, which nobody minds.
void make_page(evbuffer* page, int code, const char* reason) {
    add_text(page, "<!DOCTYPE html><title>");
    add_title(page, code, reason);
    add_text(page, "</title><h1>");
    add_title(page, code, reason);
    add_text(page, "</h1>\n");
}

// RFC 9110 section 15.5.6: what is allowed instead.
void add_allowed(Request& request, ev_uint32_t methods) {
    char names[160];
    size_t size = 0;
    for (ev_uint32_t bit = 1; bit <= EVHTTP_REQ_MAX; bit <<= 1) {
        const Text name = find_method(methods & bit, nullptr).name;
        if (name.empty())
            continue;
        if (size) {
            memcpy(names + size, ", ", 2);
            size += 2;
        }
        memcpy(names + size, name.data, name.size);
        size += name.size;
    }
    (void)add_field(request.output_fields, Text("Allow"), {names, size});
}

}  // namespace

void refuse(Request& request, int code, const char* reason) {
    evhttp_connection* const connection = request.shown.evcon;
    if (!connection || !connection->server || request.reply_begun) {
        send_reply(request, code, reason, nullptr);  // which knows what that means
        return;
    }
    evhttp& server = *connection->server;
    evbuffer* const page = request.shown.output_buffer;
    evbuffer_drain(page, evbuffer_get_length(page));  // it was for another reply
    clear_fields(request.output_fields);
    request.wants_close = true;
    if (!reason)
        reason = reason_of(code);
    if (code == HTTP_BADMETHOD)
        add_allowed(request, server.allowed_methods);
    // The callback may free them all.
    const CallGuard guard(*connection);
    const int made = server.on_error ? server.on_error(&request.shown, page, code, reason,
                                                       server.on_error_argument)
                                     : -1;
    if (connection->life.gone)
        return;
    if (made < 0) {
        evbuffer_drain(page, evbuffer_get_length(page));
        make_page(page, code, reason);
        (void)add_field(request.output_fields, Text("Content-Type"), Text("text/html"));
    }
    send_reply(request, code, reason, page);
}

}  // namespace evlet::http

using namespace evlet::http;

extern "C" {

void evhttp_send_error(struct evhttp_request* req, int error, const char* reason) {
    refuse(as_request(*req), error, reason);
}

}  // extern "C"
