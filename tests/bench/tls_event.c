/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS with OpenSSL's sessions through Evlet or, the same source, libevent. Both ends are in one
 * process and one loop, over loopback, so that the CPU time is that of both. Variants:
 *
 *   bulk       an operation is 1 MiB from the client to the server, in pieces of 64 KiB, the next
 * one when the last has left the output echo       an operation is a message of 64 bytes there and
 * back handshake  an operation is a connection: connect, shake hands (TLS 1.3, P-256), close idle
 * an operation is a pair of connections that stay; prints "heap N", the bytes of the library's own
 * heap for one connection of the two, without the engine's
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heap.h"

enum { BULK, ECHO, HANDSHAKE, IDLE, PIECE = 64 * 1024, MESSAGE = 64, MEBIBYTE = 1 << 20 };

static const char *const variant_names[] = {"bulk", "echo", "handshake", "idle", NULL};
static int variant;
static uint64_t operations, done;
static uint64_t left;     /* bulk: bytes that are still to be sent */
static uint64_t received; /* bulk: by the server */
static char piece[PIECE];
static struct event_base *base;
static SSL_CTX *context;
static int connected; /* ends of the present pair */
static struct bufferevent *client, *server;

/* ---- A certificate, signed by itself ---- */

static void make_context(void) {
    EVP_PKEY *const key = EVP_EC_gen("P-256");
    X509 *const certificate = X509_new();
    X509_NAME *name;

    context = SSL_CTX_new(TLS_method());
    if (key == NULL || certificate == NULL || context == NULL)
        bench_fail("certificate");
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"bench", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    if (X509_sign(certificate, key, EVP_sha256()) == 0 ||
        SSL_CTX_use_certificate(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(context, key) != 1)
        bench_fail("certificate");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* ---- Connections ---- */

static void socket_pair(int *ret_ends) {
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ret_ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        connect(ret_ends[0], (struct sockaddr *)&address, sizeof address) != 0)
        bench_fail("connect");
    ret_ends[1] = accept(listener, NULL, NULL);
    close(listener);
    if (ret_ends[1] < 0 || evutil_make_socket_nonblocking(ret_ends[0]) != 0 ||
        evutil_make_socket_nonblocking(ret_ends[1]) != 0)
        bench_fail("accept");
}

static void begin_pair(void);

static void send_piece(struct bufferevent *bev, void *unused) {
    const size_t size = left < PIECE ? (size_t)left : PIECE;
    (void)unused;
    if (variant == BULK && size > 0) {
        left -= size;
        if (bufferevent_write(bev, piece, size) != 0)
            bench_fail("bufferevent_write");
    }
}

static void on_server_read(struct bufferevent *bev, void *unused) {
    struct evbuffer *const input = bufferevent_get_input(bev);
    (void)unused;
    if (variant == ECHO) {
        bufferevent_write_buffer(bev, input);
        return;
    }
    received += evbuffer_get_length(input);
    evbuffer_drain(input, evbuffer_get_length(input));
    if (received >= operations * MEBIBYTE)
        event_base_loopbreak(base);
}

static void on_client_read(struct bufferevent *bev, void *unused) {
    struct evbuffer *const input = bufferevent_get_input(bev);
    (void)unused;
    if (evbuffer_get_length(input) < MESSAGE)
        return;
    evbuffer_drain(input, MESSAGE);
    if (++done == operations)
        event_base_loopbreak(base);
    else
        bufferevent_write(bev, piece, MESSAGE);
}

static void on_event(struct bufferevent *bev, short what, void *unused) {
    (void)bev;
    (void)unused;
    if (!(what & BEV_EVENT_CONNECTED)) {
        fprintf(stderr, "tls: event %x\n", (unsigned)what);
        exit(1);
    }
    if (++connected < 2)
        return;
    if (variant == BULK)
        send_piece(client, NULL);
    else if (variant == ECHO)
        bufferevent_write(client, piece, MESSAGE);
    else
        event_base_loopbreak(base);
}

static struct bufferevent *end_on(int fd, enum bufferevent_ssl_state state) {
    struct bufferevent *const bev =
        bufferevent_openssl_socket_new(base, fd, SSL_new(context), state, BEV_OPT_CLOSE_ON_FREE);
    if (bev == NULL)
        bench_fail("bufferevent_openssl_socket_new");
    return bev;
}

static void begin_pair(void) {
    int ends[2];
    socket_pair(ends);
    connected = 0;
    client = end_on(ends[0], BUFFEREVENT_SSL_CONNECTING);
    server = end_on(ends[1], BUFFEREVENT_SSL_ACCEPTING);
    bufferevent_setcb(client, on_client_read, send_piece, on_event, NULL);
    bufferevent_setcb(server, on_server_read, NULL, on_event, NULL);
    bufferevent_enable(client, EV_READ);
    bufferevent_enable(server, EV_READ);
}

static void end_pair(void) {
    bufferevent_setcb(client, NULL, NULL, NULL, NULL);
    bufferevent_setcb(server, NULL, NULL, NULL, NULL);
    bufferevent_free(client);
    bufferevent_free(server);
}

int main(int count, char **arguments) {
    static struct heap_figures heap;
    struct bench_moment start;
    size_t before;
    uint64_t i;

    operations = bench_arguments(count, arguments, variant_names, &variant);
    signal(SIGPIPE, SIG_IGN);
    if (variant == IDLE)
        heap_count(&heap);
    base = event_base_new();
    make_context();
    if (base == NULL)
        bench_fail("event_base_new");
    if (variant == BULK || variant == ECHO) {
        left = operations * MEBIBYTE;
        begin_pair();
        start = bench_now();
        event_base_dispatch(base);
        bench_report(operations, start);
        end_pair();
        return 0;
    }
    begin_pair(); /* what is made once is made */
    event_base_dispatch(base);
    end_pair();
    before = heap.live_bytes;
    start = bench_now();
    for (i = 0; i < operations; ++i) {
        begin_pair();
        event_base_dispatch(base);
        if (variant == HANDSHAKE)
            end_pair();
    }
    event_base_loop(base, EVLOOP_NONBLOCK);
    bench_report(operations, start);
    if (variant == IDLE)
        printf("heap %zu\n", (heap.live_bytes - before) / (size_t)operations / 2);
    return 0;
}
