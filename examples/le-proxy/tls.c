/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams of which those to clients (-c, -k), those to the target (-s), or both are TLS. */
#include "le-proxy.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <evlet/tls.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

const char program_name[] = "le-proxy-tls";
const char streams_usage[] = " [-c CHAIN -k KEY] [-s NAME [-a CA]]";
const char streams_usage_lines[] =
    "  -c  PEM file: speak TLS with clients, and show them this certificate\n"
    "  -k  PEM file: its private key\n"
    "  -s  speak TLS with the target, which has to prove that it is of this name\n"
    "  -a  PEM file: whom to trust for that, in place of the system's choice\n";

static const char *chain, *key, *name, *ca;
static struct evlet_tls_context *for_clients, *for_target;

bool streams_option(const char *option, const char *value) {
    if (strcmp(option, "-c") == 0)
        chain = value;
    else if (strcmp(option, "-k") == 0)
        key = value;
    else if (strcmp(option, "-s") == 0)
        name = value;
    else if (strcmp(option, "-a") == 0)
        ca = value;
    else
        return false;
    return true;
}

bool streams_complete(void) {
    return (chain == NULL) == (key == NULL) && (ca == NULL || name != NULL) &&
           (chain != NULL || name != NULL);
}

static bool report(const struct evlet_tls_context *context) {
    fprintf(stderr, "%s: TLS: %s\n", program_name,
            context != NULL ? evlet_tls_context_get_error(context) : "out of memory");
    return false;
}

bool streams_start(void) {
    signal(SIGPIPE, SIG_IGN);
    if (chain != NULL) {
        for_clients = evlet_tls_openssl_server_new();
        if (for_clients == NULL ||
            evlet_tls_context_set_certificate_files(for_clients, chain, key, NULL) != 0)
            return report(for_clients);
    }
    if (name != NULL) {
        for_target = evlet_tls_openssl_client_new();
        if (for_target == NULL || (ca != NULL ? evlet_tls_context_add_ca_file(for_target, ca)
                                              : evlet_tls_context_add_system_ca(for_target)) != 0)
            return report(for_target);
    }
    return true;
}

void streams_stop(void) {
    evlet_tls_context_free(for_clients);
    evlet_tls_context_free(for_target);
}

struct bufferevent *streams_new(struct event_base *base, int fd, bool is_target,
                                bool *ret_connected) {
    struct evlet_tls_context *context = is_target ? for_target : for_clients;

    /* A handshake ends with an event, of a client's stream too. */
    *ret_connected = !is_target && context == NULL;
    if (context == NULL)
        return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    return evlet_tls_socket_new(base, fd, context, name, BEV_OPT_CLOSE_ON_FREE);
}

void streams_end(struct bufferevent *stream) {
    /* TLS tells it by itself (close_notify); that the socket ends would tell nothing. */
    if (evlet_tls_get_version(stream) != NULL)
        bufferevent_flush(stream, EV_WRITE, BEV_FINISHED);
    else
        shutdown(bufferevent_getfd(stream), SHUT_WR);
}

bool streams_explain(struct bufferevent *stream, char *ret_text, size_t size) {
    return evlet_tls_get_error(stream, ret_text, size)[0] != '\0';
}
