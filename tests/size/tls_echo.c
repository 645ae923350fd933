/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The least firmware that echoes over TLS with an engine's own API: what it links of the library of
 * the engine is what a budget is about. With TLS_CONTEXT over a context of evlet/tls.h instead,
 * for which there is no budget. Serves port 7 on every IPv4 address, with what a program of a
 * device would have for a certificate.
 */
#include <netinet/in.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <evlet/tls.h>

#include <mbedtls/ssl.h>

enum { PORT = 7 };

#ifdef TLS_CONTEXT
static struct evlet_tls_context *context;
static const char pem[] = "";

static int prepare(void) {
    context = evlet_tls_mbedtls_server_new();
    return context && evlet_tls_context_set_certificate(context, pem, sizeof pem - 1, pem,
                                                        sizeof pem - 1, NULL) == 0;
}

static struct bufferevent *accept_tls(struct event_base *base, evutil_socket_t fd) {
    return evlet_tls_socket_new(base, fd, context, NULL, BEV_OPT_CLOSE_ON_FREE);
}
#else
static mbedtls_ssl_config config;

static int prepare(void) {
    mbedtls_ssl_config_init(&config);
    return mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                       MBEDTLS_SSL_PRESET_DEFAULT) == 0;
}

static struct bufferevent *accept_tls(struct event_base *base, evutil_socket_t fd) {
    return bufferevent_mbedtls_socket_new(base, fd, bufferevent_mbedtls_dyncontext_new(&config),
                                          BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}
#endif

static void on_read(struct bufferevent *stream, void *argument) {
    (void)argument;
    evbuffer_add_buffer(bufferevent_get_output(stream), bufferevent_get_input(stream));
}

static void on_event(struct bufferevent *stream, short what, void *argument) {
    (void)argument;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        bufferevent_free(stream);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *base) {
    struct bufferevent *stream = accept_tls(base, fd);
    (void)listener;
    (void)address;
    (void)length;
    if (stream == NULL) {
        evutil_closesocket(fd);
        return;
    }
    bufferevent_setcb(stream, on_read, NULL, on_event, NULL);
    if (bufferevent_enable(stream, EV_READ) != 0)
        bufferevent_free(stream);
}

int main(void) {
    struct sockaddr_in address;
    struct event_base *base = event_base_new();

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(PORT);
    if (base == NULL || !prepare() ||
        evconnlistener_new_bind(base, on_connection, base, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE,
                                -1, (struct sockaddr *)&address, sizeof address) == NULL)
        return 1;
    return event_base_dispatch(base) < 0;
}
