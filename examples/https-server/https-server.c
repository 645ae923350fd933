/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A small HTTPS server. `/` is a page, `/connection` tells as JSON what the TLS connection is like,
 * `/echo` sends a POST's body back. Prints "listening on ADDR:PORT"; ends on SIGINT or SIGTERM.
 *
 * Shows a TLS context (evlet/tls.h) behind evhttp, client certificates if they are asked for, and
 * ALPN. The same source is https-server, with OpenSSL, and https-server-mbedtls: one call differs.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <evlet/tls.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#if EXAMPLE_MBEDTLS
#define NAME "https-server-mbedtls"
#define server_context evlet_tls_mbedtls_server_new
#else
#define NAME "https-server"
#define server_context evlet_tls_openssl_server_new
#endif

#define LARGEST_BODY (1024 * 1024)

struct options {
    const char *address, *chain, *key, *client_ca;
    bool only_1_3, ktls;
};

static int report(const char *what, const char *why) {
    fprintf(stderr, NAME ": %s: %s\n", what, why);
    return -1;
}

static void reply(struct evhttp_request *request, const char *type, bool good) {
    if (good &&
        evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", type) == 0)
        evhttp_send_reply(request, HTTP_OK, NULL, NULL);
    else
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
}

static void on_page(struct evhttp_request *request, void *arg) {
    static const char page[] =
        "<!DOCTYPE html><html lang=\"en\"><title>https-server</title>"
        "<p>Nobody on the way has read or changed this.</p></html>\n";
    (void)arg;

    reply(request, "text/html; charset=utf-8",
          evbuffer_add_reference(evhttp_request_get_output_buffer(request), page, sizeof page - 1,
                                 NULL, NULL) == 0);
}

static void on_connection_page(struct evhttp_request *request, void *arg) {
    struct bufferevent *bev =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    const char *version = evlet_tls_get_version(bev), *protocol = evlet_tls_get_alpn(bev);
    int resumed = evlet_tls_was_resumed(bev);
    (void)arg;

    reply(request, "application/json",
          evbuffer_add_printf(evhttp_request_get_output_buffer(request),
                              "{\"version\": \"%s\", \"alpn\": \"%s\", \"resumed\": %s, "
                              "\"ktls\": %s}\n",
                              version != NULL ? version : "", protocol != NULL ? protocol : "",
                              resumed < 0 ? "null" : resumed ? "true" : "false",
                              evlet_tls_uses_ktls(bev) ? "true" : "false") > 0);
}

static void on_echo(struct evhttp_request *request, void *arg) {
    (void)arg;
    reply(request, "application/octet-stream",
          evbuffer_add_buffer(evhttp_request_get_output_buffer(request),
                              evhttp_request_get_input_buffer(request)) == 0);
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

/* NULL after saying what is wrong. */
static struct evlet_tls_context *make_context(const struct options *options) {
    struct evlet_tls_context *tls = server_context();

    if (tls == NULL) {
        report("TLS", "out of memory");
        return NULL;
    }
    if (evlet_tls_context_set_certificate_files(tls, options->chain, options->key, NULL) == 0 &&
        evlet_tls_context_set_alpn(tls, "http/1.1") == 0 &&
        (!options->only_1_3 || evlet_tls_context_set_min_version(tls, EVLET_TLS_1_3) == 0) &&
        (!options->ktls || evlet_tls_context_set_ktls(tls, 1) == 0) &&
        (options->client_ca == NULL ||
         (evlet_tls_context_add_ca_file(tls, options->client_ca) == 0 &&
          evlet_tls_context_set_client_certificates(tls, EVLET_TLS_CLIENT_REQUIRED) == 0)))
        return tls;
    report("TLS", evlet_tls_context_get_error(tls));
    evlet_tls_context_free(tls);
    return NULL;
}

static int print_address(struct evconnlistener *listener) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) != 0)
        return report("getsockname", "failed");
    if (address.ss_family == AF_INET6) {
        evutil_inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
        printf("listening on [%s]:%u\n", host, ntohs(ipv6->sin6_port));
    } else {
        evutil_inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
        printf("listening on %s:%u\n", host, ntohs(ipv4->sin_port));
    }
    fflush(stdout);
    return 0;
}

static int prepare(struct event_base *base, struct evhttp *http, struct evlet_tls_context *tls,
                   const char *address_text) {
    struct sockaddr_storage address = {0};
    int length = sizeof address;
    struct evconnlistener *listener;

    if (evutil_parse_sockaddr_port(address_text, (struct sockaddr *)&address, &length) != 0)
        return report(address_text, "not an address");
    listener = evconnlistener_new_bind(base, NULL, NULL, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE,
                                       -1, (struct sockaddr *)&address, length);
    if (listener == NULL)
        return report(address_text, evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    if (evhttp_bind_listener(http, listener) == NULL) {
        evconnlistener_free(listener);
        return report("start", "out of memory");
    }
    if (evhttp_set_cb(http, "/", on_page, NULL) != 0 ||
        evhttp_set_cb(http, "/connection", on_connection_page, NULL) != 0 ||
        evhttp_set_cb(http, "/echo", on_echo, NULL) != 0)
        return report("start", "out of memory");
    evhttp_set_bevcb(http, evlet_tls_bevcb, tls);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
    evhttp_set_max_body_size(http, LARGEST_BODY);
    return print_address(listener);
}

static int serve(const struct options *options, struct evlet_tls_context *tls) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    struct event_base *base = event_base_new();
    struct evhttp *http = base != NULL ? evhttp_new(base) : NULL;
    struct event *signals[2] = {NULL, NULL};
    int i, result = http != NULL ? prepare(base, http, tls, options->address)
                                 : report("start", "out of memory");

    for (i = 0; i < 2 && result == 0; i++) {
        signals[i] = evsignal_new(base, numbers[i], on_signal, base);
        if (signals[i] == NULL || event_add(signals[i], NULL) != 0)
            result = report("signals", "out of memory");
    }
    if (result == 0)
        result = event_base_dispatch(base);
    for (i = 0; i < 2; i++) {
        if (signals[i] != NULL)
            event_free(signals[i]);
    }
    if (http != NULL)
        evhttp_free(http);
    if (base != NULL)
        event_base_free(base);
    return result;
}

static int usage(void) {
    fputs("usage: " NAME " -l ADDR[:PORT] -c CHAIN -k KEY [-a CLIENT_CA] [-3] [-K]\n"
          "  -l  IPv4 or [IPv6] address to listen on; without a port, the system chooses one\n"
          "  -c  PEM file: the certificate, and those between it and the root\n"
          "  -k  PEM file: its private key\n"
          "  -a  PEM file: only clients with a certificate of these authorities are served\n"
          "  -3  TLS 1.3 alone\n"
          "  -K  let the kernel encrypt where it can\n",
          stderr);
    return 2;
}

static bool read_arguments(int argc, char **argv, struct options *options) {
    int i;
    for (i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "-3") == 0) {
            options->only_1_3 = true;
            continue;
        }
        if (strcmp(argv[i], "-K") == 0) {
            options->ktls = true;
            continue;
        }
        if (value == NULL)
            return false;
        if (strcmp(argv[i], "-l") == 0)
            options->address = value;
        else if (strcmp(argv[i], "-c") == 0)
            options->chain = value;
        else if (strcmp(argv[i], "-k") == 0)
            options->key = value;
        else if (strcmp(argv[i], "-a") == 0)
            options->client_ca = value;
        else
            return false;
        i++;
    }
    return options->address != NULL && options->chain != NULL && options->key != NULL;
}

int main(int argc, char **argv) {
    struct options options = {0};
    struct evlet_tls_context *tls;
    int result;

    if (!read_arguments(argc, argv, &options))
        return usage();
    signal(SIGPIPE, SIG_IGN); /* with -K the engine writes to the socket by itself */
    tls = make_context(&options);
    if (tls == NULL)
        return 1;
    result = serve(&options, tls);
    evlet_tls_context_free(tls);
    return result < 0 ? 1 : 0;
}
