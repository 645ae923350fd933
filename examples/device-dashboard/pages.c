/* SPDX-License-Identifier: BSD-3-Clause */
/* The files in the image. They are sent from where they lie, without a copy. */
#include "assets.h"
#include "dashboard.h"

#include <event2/buffer.h>
#include <event2/http.h>

#include <string.h>

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
                             "img-src 'self'; connect-src 'self'; base-uri 'none'; "
                             "form-action 'none'; frame-ancestors 'none'";

static const struct asset *find_asset(const char *path) {
    size_t i;
    for (i = 0; path != NULL && i < asset_count; i++) {
        if (strcmp(assets[i].path, path) == 0)
            return &assets[i];
    }
    return NULL;
}

/* Browsers keep the file, and ask each time whether it is still the same. */
static bool add_fields(struct evkeyvalq *fields, const struct asset *asset) {
    return evhttp_add_header(fields, "ETag", asset->tag) == 0 &&
           evhttp_add_header(fields, "Cache-Control", "no-cache") == 0 &&
           evhttp_add_header(fields, "Content-Type", asset->type) == 0 &&
           evhttp_add_header(fields, "Content-Security-Policy", policy) == 0 &&
           evhttp_add_header(fields, "X-Content-Type-Options", "nosniff") == 0 &&
           evhttp_add_header(fields, "Referrer-Policy", "no-referrer") == 0;
}

static void send_asset(struct evhttp_request *request, const struct asset *asset) {
    const char *known =
        evhttp_find_header(evhttp_request_get_input_headers(request), "If-None-Match");
    struct evbuffer *body = evbuffer_new();

    if (body == NULL || !add_fields(evhttp_request_get_output_headers(request), asset) ||
        evbuffer_add_reference(body, asset->bytes, asset->size, NULL, NULL) != 0)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else if (known != NULL && strstr(known, asset->tag) != NULL)
        evhttp_send_reply(request, HTTP_NOTMODIFIED, NULL, NULL);
    else
        evhttp_send_reply(request, HTTP_OK, NULL, body);
    if (body != NULL)
        evbuffer_free(body);
}

void on_page(struct evhttp_request *request, void *arg) {
    struct dashboard *dashboard = arg;
    enum evhttp_cmd_type method = evhttp_request_get_command(request);
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const struct asset *asset;

    if (!guard_request(dashboard, request))
        return;
    asset = find_asset(uri != NULL ? evhttp_uri_get_path(uri) : NULL);
    if (asset == NULL)
        evhttp_send_error(request, HTTP_NOTFOUND, NULL);
    else if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD)
        refuse_method(request, "GET, HEAD");
    else
        send_asset(request, asset);
}
