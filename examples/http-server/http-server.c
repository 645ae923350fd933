/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Serves the files below a directory: listings, content types, conditional requests, ranges.
 * Prints "listening on ADDR:PORT" once clients can connect. SIGINT or SIGTERM ends it when the
 * downloads that are under way have ended, but after some seconds at the latest (-g); a second one
 * at once.
 *
 * Shows: evhttp with one callback for all paths, files that are sent without being read
 * (evbuffer_add_file()), limits for clients one does not trust, a graceful end. How a path is kept
 * below the root is told in path.c.
 */
#include "http-server.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <evlet/http.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 64
#define MAX_HEADERS 16384
#define IDLE_SECONDS 30

struct server {
    struct event_base *base;
    struct evhttp *http;
    struct evconnlistener *listener;
    struct event *signals[2];
    struct timeval grace;
    int root;
    bool listings, verbose, ending;
};

struct arguments {
    const char *address;
    long port, connections, grace;
    bool no_listings, verbose;
    const char *root;
};

static int report(const char *what, const char *why) {
    fprintf(stderr, "http-server: %s: %s\n", what, why);
    return -1;
}

static int report_socket(const char *what) {
    return report(what, evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
}

/* To the same path with a slash behind it, else the links of the page would lead elsewhere. */
static void add_slash(struct evhttp_request *request, const char *path, const char *query) {
    size_t room = strlen(path) + (query != NULL ? strlen(query) : 0) + 3;
    char *location = malloc(room);

    if (location != NULL) {
        evutil_snprintf(location, room, "%s/%s%s", path, query != NULL ? "?" : "",
                        query != NULL ? query : "");
        reply_moved(request, location);
        free(location);
    } else {
        reply_status(request, HTTP_SERVUNAVAIL);
    }
}

/* Sends index.html if there is one, else the listing. */
static void reply_directory(struct server *server, struct evhttp_request *request, const char *path,
                            int fd) {
    struct stat about;
    int index, status;

    status = path_open_entry(fd, "index.html", &index, &about);
    if (status == 0 && S_ISREG(about.st_mode)) {
        close(fd);
        reply_file(request, "index.html", index, &about);
        return;
    }
    if (status == 0)
        close(index);
    if (server->listings && (status == 0 || status == HTTP_NOTFOUND)) {
        reply_listing(request, path, fd);
        return;
    }
    close(fd);
    reply_status(request, status == 0 || status == HTTP_NOTFOUND ? HTTP_FORBIDDEN : status);
}

static void on_complete(struct evhttp_request *request, void *arg) {
    (void)arg;
    printf("%d %s\n", evhttp_request_get_response_code(request), evhttp_request_get_uri(request));
    fflush(stdout);
}

static void on_request(struct evhttp_request *request, void *arg) {
    struct server *server = arg;
    enum evhttp_cmd_type method = evhttp_request_get_command(request);
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
    struct stat about;
    int fd, status;

    if (server->verbose)
        evhttp_request_set_on_complete_cb(request, on_complete, NULL);
    if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
        reply_methods(request);
        return;
    }
    if (path == NULL || *path == '\0')
        path = "/";
    status = path_open(server->root, path, &fd, &about);
    if (status != 0) {
        reply_status(request, status);
    } else if (!S_ISDIR(about.st_mode)) {
        reply_file(request, path, fd, &about);
    } else if (path[strlen(path) - 1] != '/') {
        close(fd);
        add_slash(request, path, evhttp_uri_get_query(uri));
    } else {
        reply_directory(server, request, path, fd);
    }
}

/* The listener tries again by itself after a while, so this is only to be told. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
    (void)listener;
    (void)arg;
    report_socket("accept, pausing");
}

/* Returns 0, or -1 after saying what failed. */
static int listen_on(struct server *server, const char *text, long port) {
    struct sockaddr_storage address;
    struct sockaddr *any = (struct sockaddr *)&address;
    in_port_t *where = NULL;
    int length = sizeof address;

    if (evutil_parse_sockaddr_port(text, any, &length) == 0)
        where = any->sa_family == AF_INET6 ? &((struct sockaddr_in6 *)&address)->sin6_port
                                           : &((struct sockaddr_in *)&address)->sin_port;
    if (where == NULL || *where != 0)
        return report(text, "not an address without a port");
    *where = htons((in_port_t)port);
    server->listener = evconnlistener_new_bind(
        server->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
        BACKLOG, any, length);
    if (server->listener == NULL)
        return report_socket("bind");
    if (evhttp_bind_listener(server->http, server->listener) == NULL) {
        evconnlistener_free(server->listener);
        return report("listener", "out of memory");
    }
    evconnlistener_set_error_cb(server->listener, on_accept_error);
    return 0;
}

static int print_address(struct evconnlistener *listener) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) != 0)
        return report_socket("getsockname");
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

static void on_ended(struct evhttp *http, void *arg) {
    (void)http;
    event_base_loopbreak(arg);
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    struct server *server = arg;
    (void)fd;
    (void)events;
    if (server->ending ||
        evlet_http_shutdown(server->http, &server->grace, on_ended, server->base) != 0)
        event_base_loopbreak(server->base);
    server->ending = true;
}

/* Returns 0, or -1 after saying what failed. server_stop() has to follow in either case. */
static int server_start(struct server *server, const struct arguments *arguments) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    int i;

    server->listings = !arguments->no_listings;
    server->verbose = arguments->verbose;
    server->grace.tv_sec = arguments->grace;
    server->root = open(arguments->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (server->root < 0)
        return report(arguments->root, strerror(errno));
    server->base = event_base_new();
    server->http = server->base != NULL ? evhttp_new(server->base) : NULL;
    if (server->http == NULL)
        return report("start", "out of memory");
    for (i = 0; i < 2; i++) {
        server->signals[i] = evsignal_new(server->base, numbers[i], on_signal, server);
        if (server->signals[i] == NULL || event_add(server->signals[i], NULL) != 0)
            return report_socket("signals");
    }
    evhttp_set_gencb(server->http, on_request, server);
    /* All of them, so that the answer can say which are allowed. None has use for a body. */
    evhttp_set_allowed_methods(server->http, EVHTTP_REQ_MAX * 2u - 1);
    evhttp_set_max_body_size(server->http, 0);
    evhttp_set_max_headers_size(server->http, MAX_HEADERS);
    evhttp_set_max_connections(server->http, (int)arguments->connections);
    evhttp_set_timeout(server->http, IDLE_SECONDS);
    if (listen_on(server, arguments->address, arguments->port) != 0)
        return -1;
    return print_address(server->listener);
}

static void server_stop(struct server *server) {
    int i;
    for (i = 0; i < 2; i++) {
        if (server->signals[i] != NULL)
            event_free(server->signals[i]);
    }
    if (server->http != NULL)
        evhttp_free(server->http);
    if (server->base != NULL)
        event_base_free(server->base);
    if (server->root >= 0)
        close(server->root);
}

/* Stores a number of `low` to `high` in `*value`. */
static bool read_number(const char *text, long low, long high, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

static bool read_option(const char *option, const char *value, struct arguments *arguments) {
    if (strcmp(option, "-b") == 0) {
        arguments->address = value;
        return true;
    }
    if (strcmp(option, "-p") == 0)
        return read_number(value, 0, 65535, &arguments->port);
    if (strcmp(option, "-n") == 0)
        return read_number(value, 1, 400, &arguments->connections);
    if (strcmp(option, "-g") == 0)
        return read_number(value, 1, 3600, &arguments->grace);
    return false;
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments) {
    int i;
    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-N") == 0)
            arguments->no_listings = true;
        else if (strcmp(argv[i], "-v") == 0)
            arguments->verbose = true;
        else if (i + 1 < argc && read_option(argv[i], argv[i + 1], arguments))
            i++;
        else
            return false;
    }
    if (i + 1 != argc)
        return false;
    arguments->root = argv[i];
    return true;
}

int main(int argc, char **argv) {
    struct arguments arguments = {
        .address = "127.0.0.1", .port = 8080, .connections = 64, .grace = 3};
    struct server server = {.root = -1};
    int result = -1;

    if (!read_arguments(argc, argv, &arguments)) {
        fputs(
            "usage: http-server [OPTION]... DIRECTORY\n"
            "  -b ADDR         IPv4 or IPv6 address to listen on, default 127.0.0.1\n"
            "  -p PORT         port, default 8080; 0 for one of the system's choice\n"
            "  -n CONNECTIONS  connections at once, 1 to 400, default 64; others are turned away\n"
            "  -g SECONDS      seconds that downloads have to end in after a signal, default 3\n"
            "  -N              no listings of directories\n"
            "  -v              print what was asked for, with the status of the answer\n"
            "Symbolic links and names that begin with a dot are not served.\n",
            stderr);
        return 2;
    }
    if (server_start(&server, &arguments) == 0)
        result = event_base_dispatch(server.base);
    server_stop(&server);
    return result < 0 ? 1 : 0;
}
