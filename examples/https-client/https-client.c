/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks for an https URL, once or several times, and writes what comes to standard output. Who
 * answers has to prove to be the host of the URL, to an authority that the system or -a trusts.
 *
 * Shows a TLS context (evlet/tls.h) behind evhttp's client, what a refused certificate looks like,
 * connecting again, and resuming a session. The same source is https-client, with OpenSSL, and
 * https-client-mbedtls: one call differs.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <evlet/tls.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#if EXAMPLE_MBEDTLS
#define NAME "https-client-mbedtls"
#define client_context evlet_tls_mbedtls_client_new
#else
#define NAME "https-client"
#define client_context evlet_tls_openssl_client_new
#endif

struct client {
    const char *url, *ca, *chain, *key, *data;
    bool insecure, verbose, fresh;
    long count; /* requests still to make */

    struct event_base *base;
    struct evlet_tls_context *tls;
    struct evhttp_connection *connection;
    struct bufferevent *stream;
    struct evhttp_uri *uri;
    struct event *again;
    char host[256], field[300], target[1024];
    bool failed;
};

static void report(const char *what, const char *why) {
    fprintf(stderr, NAME ": %s: %s\n", what, why);
}

static void finish(struct client *client, const char *why) {
    if (why != NULL) {
        report(client->url, why);
        client->failed = true;
    }
    event_base_loopbreak(client->base);
}

/* So that the next connection costs less. */
static void resume_later(struct client *client) {
    struct evlet_tls_session *session = evlet_tls_session_keep(client->stream);
    if (session != NULL)
        evlet_tls_session_use(client->stream, session);
    evlet_tls_session_free(session);
}

static void tell_connection(struct client *client) {
    const char *version = evlet_tls_get_version(client->stream);
    const char *protocol = evlet_tls_get_alpn(client->stream);
    fprintf(stderr, "%s, ALPN %s, %s\n", version != NULL ? version : "?",
            protocol != NULL ? protocol : "none",
            evlet_tls_was_resumed(client->stream) == 1 ? "resumed" : "new session");
}

static void on_reply(struct evhttp_request *request, void *arg) {
    struct client *client = arg;
    int code = request != NULL ? evhttp_request_get_response_code(request) : 0;
    struct evbuffer *body;
    char why[160];

    if (code == 0) {
        evlet_tls_get_error(client->stream, why, sizeof why);
        finish(client, why[0] != '\0' ? why : "no connection, or it broke");
        return;
    }
    if (client->verbose)
        tell_connection(client);
    body = evhttp_request_get_input_buffer(request);
    while (evbuffer_get_length(body) > 0) {
        if (evbuffer_write(body, fileno(stdout)) < 0) {
            finish(client, "output can not be written");
            return;
        }
    }
    resume_later(client);
    if (code >= 400)
        finish(client, "the server answers with an error");
    else if (--client->count > 0)
        event_active(client->again, EV_TIMEOUT, 1);
    else
        finish(client, NULL);
}

static void make_request(struct client *client) {
    struct evhttp_request *request = evhttp_request_new(on_reply, client);
    struct evkeyvalq *fields;

    if (request == NULL) {
        finish(client, "out of memory");
        return;
    }
    fields = evhttp_request_get_output_headers(request);
    if (evhttp_add_header(fields, "Host", client->field) != 0 ||
        (client->fresh && evhttp_add_header(fields, "Connection", "close") != 0) ||
        (client->data != NULL && evbuffer_add(evhttp_request_get_output_buffer(request),
                                              client->data, strlen(client->data)) != 0)) {
        evhttp_request_free(request);
        finish(client, "out of memory");
    } else if (evhttp_make_request(client->connection, request,
                                   client->data != NULL ? EVHTTP_REQ_POST : EVHTTP_REQ_GET,
                                   client->target) != 0) {
        finish(client, "the request can not be made");
    }
}

static void on_again(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    make_request(arg);
}

/* Takes the URL apart. */
static bool read_url(struct client *client) {
    const char *host, *scheme, *path, *query;
    size_t length;
    int port, size;

    client->uri = evhttp_uri_parse(client->url);
    if (client->uri == NULL)
        return false;
    scheme = evhttp_uri_get_scheme(client->uri);
    host = evhttp_uri_get_host(client->uri);
    if (scheme == NULL || strcasecmp(scheme, "https") != 0 || host == NULL || *host == '\0' ||
        evhttp_uri_get_userinfo(client->uri) != NULL)
        return false;
    length = strlen(host);
    if (length >= sizeof client->host)
        return false;
    /* An IPv6 address without its brackets. */
    if (host[0] == '[')
        snprintf(client->host, sizeof client->host, "%.*s", (int)length - 2, host + 1);
    else
        snprintf(client->host, sizeof client->host, "%s", host);
    port = evhttp_uri_get_port(client->uri);
    if (port < 0)
        snprintf(client->field, sizeof client->field, "%s", host);
    else
        snprintf(client->field, sizeof client->field, "%s:%d", host, port);
    path = evhttp_uri_get_path(client->uri);
    query = evhttp_uri_get_query(client->uri);
    size = snprintf(client->target, sizeof client->target, "%s%s%s",
                    path != NULL && *path != '\0' ? path : "/", query != NULL ? "?" : "",
                    query != NULL ? query : "");
    return size > 0 && (size_t)size < sizeof client->target;
}

static bool make_context(struct client *client) {
    client->tls = client_context();
    if (client->tls == NULL) {
        report("TLS", "out of memory");
        return false;
    }
    if ((client->insecure ? evlet_tls_context_dangerously_accept_any_peer(client->tls)
         : client->ca != NULL ? evlet_tls_context_add_ca_file(client->tls, client->ca)
                              : evlet_tls_context_add_system_ca(client->tls)) != 0 ||
        evlet_tls_context_set_alpn(client->tls, "http/1.1") != 0 ||
        (client->chain != NULL && evlet_tls_context_set_certificate_files(
                                      client->tls, client->chain, client->key, NULL) != 0)) {
        report("TLS", evlet_tls_context_get_error(client->tls));
        return false;
    }
    return true;
}

static bool open_connection(struct client *client) {
    int port = evhttp_uri_get_port(client->uri);

    client->stream = evlet_tls_socket_new(client->base, -1, client->tls, client->host,
                                          BEV_OPT_CLOSE_ON_FREE);
    if (client->stream == NULL) {
        report("TLS", evlet_tls_context_get_error(client->tls));
        return false;
    }
    client->connection = evhttp_connection_base_bufferevent_new(
        client->base, NULL, client->stream, client->host, (ev_uint16_t)(port < 0 ? 443 : port));
    if (client->connection == NULL) {
        bufferevent_free(client->stream);
        report("connection", "out of memory");
    }
    return client->connection != NULL;
}

static bool run(struct client *client) {
    if (!read_url(client)) {
        report(client->url, "not an https URL");
        return false;
    }
    client->base = event_base_new();
    client->again = client->base != NULL ? event_new(client->base, -1, 0, on_again, client) : NULL;
    if (client->again == NULL) {
        report("start", "out of memory");
        return false;
    }
    if (!make_context(client) || !open_connection(client))
        return false;
    make_request(client);
    return !client->failed && event_base_dispatch(client->base) >= 0 && !client->failed;
}

static void release(struct client *client) {
    if (client->connection != NULL)
        evhttp_connection_free(client->connection);
    evlet_tls_context_free(client->tls);
    if (client->again != NULL)
        event_free(client->again);
    if (client->base != NULL)
        event_base_free(client->base);
    if (client->uri != NULL)
        evhttp_uri_free(client->uri);
}

static int usage(void) {
    fputs("usage: " NAME " [OPTION]... URL\n"
          "  URL                 https://HOST[:PORT]/PATH\n"
          "  -a CA               PEM file: whom to trust, in place of the system's choice\n"
          "  -c CHAIN -k KEY     PEM files: a certificate of one's own\n"
          "  -d DATA             send DATA, by POST\n"
          "  -n COUNT            ask so many times, on one connection if the server likes\n"
          "  -f                  a fresh connection for each request\n"
          "  --accept-anybody    believe whoever answers, without any proof\n"
          "  -v                  tell on standard error what the connections are like\n",
          stderr);
    return 2;
}

static bool read_option(struct client *client, const char *option, const char *value) {
    char *end = "";
    if (strcmp(option, "-a") == 0)
        client->ca = value;
    else if (strcmp(option, "-c") == 0)
        client->chain = value;
    else if (strcmp(option, "-k") == 0)
        client->key = value;
    else if (strcmp(option, "-d") == 0)
        client->data = value;
    else if (strcmp(option, "-n") == 0)
        client->count = strtol(value, &end, 10);
    else
        return false;
    return *end == '\0' && client->count >= 1 && client->count <= 100000;
}

static bool read_arguments(int argc, char **argv, struct client *client) {
    int i;
    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-f") == 0)
            client->fresh = true;
        else if (strcmp(argv[i], "-v") == 0)
            client->verbose = true;
        else if (strcmp(argv[i], "--accept-anybody") == 0)
            client->insecure = true;
        else if (i + 1 >= argc || !read_option(client, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    client->url = i + 1 == argc ? argv[i] : NULL;
    return client->url != NULL && (client->chain == NULL) == (client->key == NULL);
}

int main(int argc, char **argv) {
    struct client client = {.count = 1};
    bool good;

    if (!read_arguments(argc, argv, &client))
        return usage();
    signal(SIGPIPE, SIG_IGN); /* a reader of standard output that has gone is an error */
    good = run(&client);
    release(&client);
    return good ? 0 : 1;
}
