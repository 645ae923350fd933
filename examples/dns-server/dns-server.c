/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A nameserver with authority over what small zone files say, over UDP and TCP on the same port.
 * Prints "listening on ADDR:PORT" once it can be asked; ends on SIGINT or SIGTERM.
 *
 * Shows the server half of evdns: records of each type from names and from bytes, answers that say
 * that there is nothing (RFC 2308), aliases, what is left to the library (truncation, EDNS, limits
 * of TCP clients), and a strict parser for files.
 *
 * This file opens the sockets; zone_file.c reads zones, answer.c answers from them.
 */
#include "zone.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BACKLOG 16
/* The system chooses a port for UDP, and somebody may have it for TCP. */
#define TRIES 16

struct arguments {
    const char *address;
    long port, clients, idle;
    char **zones;
};

struct server {
    struct event_base *base;
    struct event *signals[2];
    evutil_socket_t udp_socket;
    struct evdns_server_port *udp, *tcp;
    struct zone *zones;
    struct sockaddr_storage address;
    int address_size;
};

static int report(const char *what) {
    fprintf(stderr, "dns-server: %s: %s\n", what,
            evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    return -1;
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

static int watch_signals(struct server *server) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    int i;
    for (i = 0; i < 2; i++) {
        server->signals[i] = evsignal_new(server->base, numbers[i], on_signal, server->base);
        if (server->signals[i] == NULL || event_add(server->signals[i], NULL) != 0)
            return report("signals");
    }
    return 0;
}

static in_port_t *port_of(struct sockaddr_storage *address) {
    return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                          : &((struct sockaddr_in *)address)->sin_port;
}

/* Listens over UDP, and over TCP at the same port. `address` has the port then. */
static int listen_once(struct server *server, struct sockaddr_storage *address) {
    struct sockaddr *any = (struct sockaddr *)address;
    socklen_t size = (socklen_t)server->address_size;
    struct evconnlistener *listener;

    server->udp_socket = socket(address->ss_family, SOCK_DGRAM, 0);
    if (server->udp_socket < 0 || evutil_make_socket_nonblocking(server->udp_socket) != 0 ||
        evutil_make_socket_closeonexec(server->udp_socket) != 0 ||
        bind(server->udp_socket, any, size) != 0 ||
        getsockname(server->udp_socket, any, &size) != 0)
        return -1;
    listener = evconnlistener_new_bind(
        server->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
        BACKLOG, any, (int)size);
    if (listener == NULL)
        return -1;
    server->tcp =
        evdns_add_server_port_with_listener(server->base, listener, 0, answer, server->zones);
    if (server->tcp == NULL)
        evconnlistener_free(listener);
    return server->tcp != NULL ? 0 : -1;
}

static int listen_on(struct server *server) {
    struct sockaddr_storage address = server->address;
    int tries = *port_of(&address) == 0 ? TRIES : 1;

    while (listen_once(server, &address) != 0) {
        if (--tries == 0)
            return report("bind");
        if (server->udp_socket >= 0)
            evutil_closesocket(server->udp_socket);
        address = server->address;
    }
    server->address = address;
    server->udp =
        evdns_add_server_port_with_base(server->base, server->udp_socket, 0, answer, server->zones);
    return server->udp != NULL ? 0 : report("start");
}

static void print_address(const struct server *server) {
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&server->address;
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&server->address;
    char host[INET6_ADDRSTRLEN] = "";

    if (server->address.ss_family == AF_INET6) {
        evutil_inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
        printf("listening on [%s]:%u\n", host, ntohs(ipv6->sin6_port));
    } else {
        evutil_inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
        printf("listening on %s:%u\n", host, ntohs(ipv4->sin_port));
    }
    fflush(stdout);
}

static int read_zones(struct server *server, char **paths) {
    struct zone **end = &server->zones;
    for (; *paths != NULL; paths++) {
        struct zone *zone = zone_read(*paths), *other = server->zones;
        if (zone == NULL)
            return -1;
        while (other != NULL && !name_is(&other->soa->owner, &zone->soa->owner))
            other = other->next;
        *end = zone;
        end = &zone->next;
        if (other != NULL) {
            fprintf(stderr, "dns-server: %s: another file is of the same zone\n", *paths);
            return -1;
        }
    }
    return 0;
}

/* Returns 0, or -1 after saying what failed. server_stop() has to follow in either case. */
static int server_start(struct server *server, const struct arguments *arguments) {
    struct sockaddr *any = (struct sockaddr *)&server->address;

    server->address_size = sizeof server->address;
    if (strchr(arguments->address, '[') != NULL ||
        evutil_parse_sockaddr_port(arguments->address, any, &server->address_size) != 0 ||
        *port_of(&server->address) != 0) {
        fprintf(stderr, "dns-server: %s: not an address\n", arguments->address);
        return -1;
    }
    *port_of(&server->address) = htons((uint16_t)arguments->port);
    if (read_zones(server, arguments->zones) != 0)
        return -1;
    server->base = event_base_new();
    if (server->base == NULL)
        return report("start");
    if (watch_signals(server) != 0 || listen_on(server) != 0)
        return -1;
    evdns_server_port_set_option(server->tcp, EVDNS_SOPT_TCP_MAX_CLIENTS,
                                 (size_t)arguments->clients);
    evdns_server_port_set_option(server->tcp, EVDNS_SOPT_TCP_IDLE_TIMEOUT, (size_t)arguments->idle);
    print_address(server);
    return 0;
}

static void server_stop(struct server *server) {
    int i;
    if (server->udp != NULL)
        evdns_close_server_port(server->udp);
    if (server->tcp != NULL)
        evdns_close_server_port(server->tcp);
    if (server->udp_socket >= 0)
        evutil_closesocket(server->udp_socket);
    for (i = 0; i < 2; i++) {
        if (server->signals[i] != NULL)
            event_free(server->signals[i]);
    }
    if (server->base != NULL)
        event_base_free(server->base);
    while (server->zones != NULL) {
        struct zone *next = server->zones->next;
        zone_free(server->zones);
        server->zones = next;
    }
}

/* Stores a number of `low` to `high` in `*value`. */
static bool read_number(const char *text, long low, long high, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments) {
    int i;
    for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (strcmp(argv[i], "-b") == 0)
            arguments->address = argv[i + 1];
        else if (strcmp(argv[i], "-p") == 0 && read_number(argv[i + 1], 0, 65535, &arguments->port))
            continue;
        else if (strcmp(argv[i], "-n") == 0 &&
                 read_number(argv[i + 1], 0, 10000, &arguments->clients))
            continue;
        else if (strcmp(argv[i], "-i") == 0 && read_number(argv[i + 1], 1, 3600, &arguments->idle))
            continue;
        else
            return false;
    }
    arguments->zones = argv + i;
    return i < argc && argv[i][0] != '-';
}

int main(int argc, char **argv) {
    struct arguments arguments = {.address = "127.0.0.1", .port = 5353, .clients = 64, .idle = 10};
    struct server server = {.udp_socket = -1};
    int result = -1;

    if (!read_arguments(argc, argv, &arguments)) {
        fputs("usage: dns-server [OPTION]... ZONE_FILE...\n"
              "  -b ADDR     IPv4 or IPv6 address to listen on, default 127.0.0.1\n"
              "  -p PORT     port, default 5353; 0 for one of the system's choice\n"
              "  -n CLIENTS  TCP connections at once, default 64; others are closed\n"
              "  -i SECONDS  after which a silent TCP connection is closed, default 10\n"
              "Each file is one zone: SOA first, then NS, A, AAAA, CNAME, MX, PTR, TXT; $ORIGIN, "
              "$TTL.\n",
              stderr);
        return 2;
    }
    if (server_start(&server, &arguments) == 0)
        result = event_base_dispatch(server.base);
    server_stop(&server);
    return result < 0 ? 1 : 0;
}
