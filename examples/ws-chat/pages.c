/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The page of the chat. It comes from the same port as the WebSocket, and so is of the same origin.
 * What others say becomes text of the page (textContent), never HTML, and the policy that the page
 * comes with lets nothing run but its own script.
 */
#include "ws-chat.h"

#include <event2/buffer.h>
#include <event2/http.h>

#include <string.h>

static const char page[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\"><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>ws-chat</title>\n"
    "<h1>ws-chat</h1>\n"
    "<p id=\"state\" role=\"status\">connecting</p>\n"
    "<ol id=\"said\" aria-live=\"polite\"></ol>\n"
    "<form id=\"form\"><input id=\"text\" aria-label=\"message\" maxlength=\"250\" autofocus>\n"
    "<button>say</button></form>\n"
    "<script src=\"/chat.js\"></script></html>\n";

static const char script[] =
    "'use strict';\n"
    "const find = id => document.getElementById(id);\n"
    "const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';\n"
    "const socket = new WebSocket(scheme + location.host + '/ws', 'chat');\n"
    "socket.onopen = () => { find('state').textContent = 'connected'; };\n"
    "socket.onclose = event => {\n"
    "    find('state').textContent = 'closed: ' + event.code + ' ' + event.reason;\n"
    "};\n"
    "socket.onmessage = event => {\n"
    "    const item = document.createElement('li');\n"
    "    item.textContent = event.data;\n"
    "    find('said').append(item);\n"
    "    item.scrollIntoView();\n"
    "};\n"
    "find('form').onsubmit = event => {\n"
    "    event.preventDefault();\n"
    "    socket.send(find('text').value);\n"
    "    find('text').value = '';\n"
    "};\n";

static void reply(struct evhttp_request *request, const char *type, const char *text) {
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    struct evbuffer *body = evbuffer_new();

    if (body == NULL || evhttp_add_header(fields, "Content-Type", type) != 0 ||
        evhttp_add_header(fields, "Content-Security-Policy",
                          "default-src 'none'; script-src 'self'; connect-src 'self' ws: wss:; "
                          "base-uri 'none'; form-action 'self'; frame-ancestors 'none'") != 0 ||
        evhttp_add_header(fields, "X-Content-Type-Options", "nosniff") != 0 ||
        evbuffer_add_reference(body, text, strlen(text), NULL, NULL) != 0)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else
        evhttp_send_reply(request, HTTP_OK, NULL, body);
    if (body != NULL)
        evbuffer_free(body);
}

void on_page(struct evhttp_request *request, void *arg) {
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    (void)arg;

    if (path != NULL && strcmp(path, "/") == 0)
        reply(request, "text/html; charset=utf-8", page);
    else if (path != NULL && strcmp(path, "/chat.js") == 0)
        reply(request, "text/javascript; charset=utf-8", script);
    else
        evhttp_send_error(request, HTTP_NOTFOUND, NULL);
}
