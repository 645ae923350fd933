/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A chat server for line-based clients such as nc: each line goes to everybody else, after the
 * sender's name. "/nick NAME" takes a name, "/who" lists them, "/quit" leaves. Prints
 * "listening on ADDR:PORT" once clients can connect, then who joins and who leaves and why; ends
 * on SIGINT or SIGTERM.
 *
 * Shows: evbuffer_readln() on input that comes in any pieces, one message that many outputs share
 * (evbuffer_add_buffer_reference()) instead of a copy for each, and limits against clients that
 * send endless lines, control sequences for the terminals of others, or never read.
 *
 * Invariants: all clients are in the list from `first`, and the listener is enabled exactly while
 * they are fewer than `most`. While something walks along the list a client that has to go is only
 * marked (`leaving`); every callback ends with remove_leaving().
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_LINE 1024
#define MAX_NAME 16
#define BACKLOG 64

struct client {
    struct chat *chat;
    struct client *next;
    struct bufferevent *stream;
    const char *leaving; /* why it has to go, or NULL */
    char name[MAX_NAME + 1];
};

struct chat {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *signals[2];
    struct client *first;
    long count, most;   /* clients */
    long most_unsent;   /* bytes that may wait for one reader */
    unsigned last_name; /* number of the last guest */
    bool failed;
};

static int report(const char *what) {
    fprintf(stderr, "chat: %s: %s\n", what, evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    return -1;
}

/* The bytes of the message stay shared with whoever else it is sent to. */
static void send_to(struct client *client, struct evbuffer *message) {
    struct evbuffer *output = bufferevent_get_output(client->stream);
    size_t unsent = evbuffer_get_length(output) + evbuffer_get_length(message);

    if (client->leaving != NULL)
        return;
    if (unsent > (size_t)client->chat->most_unsent)
        client->leaving = "does not read";
    else if (evbuffer_add_buffer_reference(output, message) != 0)
        client->leaving = "out of memory";
}

/* Sends to `only`, or else to all but `except`. */
static void send_text(struct chat *chat, struct client *only, const struct client *except,
                      const char *format, ...) {
    struct evbuffer *message = evbuffer_new();
    struct client *client;
    va_list values;
    int length = -1;

    va_start(values, format);
    if (message != NULL)
        length = evbuffer_add_vprintf(message, format, values);
    va_end(values);
    if (length < 0)
        report("message lost");
    else if (only != NULL)
        send_to(only, message);
    for (client = chat->first; length >= 0 && only == NULL && client != NULL;
         client = client->next) {
        if (client != except)
            send_to(client, message);
    }
    if (message != NULL)
        evbuffer_free(message);
}

/* Frees those that are marked, and tells the others; which may show that more have to go. */
static void remove_leaving(struct chat *chat) {
    struct client **link = &chat->first;
    while (*link != NULL) {
        struct client *client = *link;
        if (client->leaving == NULL) {
            link = &client->next;
            continue;
        }
        *link = client->next;
        printf("%s left: %s\n", client->name, client->leaving);
        fflush(stdout);
        send_text(chat, NULL, NULL, "* %s left\n", client->name);
        bufferevent_free(client->stream);
        free(client);
        link = &chat->first;
        if (chat->count-- == chat->most && evconnlistener_enable(chat->listener) != 0) {
            report("listener");
            chat->failed = true;
            event_base_loopbreak(chat->base);
        }
    }
}

static bool name_is_free(const struct chat *chat, const char *name) {
    const struct client *client = chat->first;
    while (client != NULL && strcmp(client->name, name) != 0)
        client = client->next;
    return client == NULL;
}

static void rename_client(struct client *client, const char *name) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    struct chat *chat = client->chat;
    size_t length = strlen(name);

    if (length == 0 || length > MAX_NAME || strspn(name, letters) != length) {
        send_text(chat, client, NULL, "* a name is 1 to %d letters, digits, _ or -\n", MAX_NAME);
    } else if (!name_is_free(chat, name)) {
        send_text(chat, client, NULL, "* %s is taken\n", name);
    } else {
        send_text(chat, NULL, NULL, "* %s is now %s\n", client->name, name);
        memcpy(client->name, name, length + 1);
    }
}

static void list_clients(struct client *client) {
    const struct client *other = client->chat->first;
    for (; other != NULL; other = other->next)
        send_text(client->chat, client, NULL, "* %s\n", other->name);
}

static void handle_line(struct client *client, const char *line) {
    if (line[0] == '\0')
        return;
    if (line[0] != '/')
        send_text(client->chat, NULL, client, "%s: %s\n", client->name, line);
    else if (strncmp(line, "/nick ", 6) == 0)
        rename_client(client, line + 6);
    else if (strcmp(line, "/who") == 0)
        list_clients(client);
    else if (strcmp(line, "/quit") == 0)
        client->leaving = "bye";
    else
        send_text(client->chat, client, NULL, "* there is /nick NAME, /who and /quit\n");
}

/* What a terminal would take for a command is none of what one user may send to another. */
static void remove_controls(char *line, size_t length) {
    size_t i;
    for (i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)line[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            line[i] = '?';
    }
}

static void on_input(struct bufferevent *stream, void *arg) {
    struct client *client = arg;
    struct evbuffer *input = bufferevent_get_input(stream);
    size_t length;

    while (client->leaving == NULL) {
        char *line = evbuffer_readln(input, &length, EVBUFFER_EOL_CRLF);
        if (line == NULL)
            length = evbuffer_get_length(input); /* of a line that has no end yet */
        if (length > MAX_LINE)
            client->leaving = "line too long";
        if (line == NULL)
            break;
        if (client->leaving == NULL) {
            remove_controls(line, length);
            handle_line(client, line);
        }
        free(line);
    }
    remove_leaving(client->chat);
}

static void on_event(struct bufferevent *stream, short what, void *arg) {
    struct client *client = arg;
    (void)stream;
    client->leaving = what & BEV_EVENT_EOF ? "bye" : "connection lost";
    remove_leaving(client->chat);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *arg) {
    struct chat *chat = arg;
    struct client *client = calloc(1, sizeof *client);
    (void)address;
    (void)length;

    if (client != NULL)
        client->stream = bufferevent_socket_new(chat->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (client == NULL || client->stream == NULL) {
        report("new connection");
        evutil_closesocket(fd);
        free(client);
        return;
    }
    do {
        evutil_snprintf(client->name, sizeof client->name, "guest%u", ++chat->last_name);
    } while (!name_is_free(chat, client->name));
    client->chat = chat;
    client->next = chat->first;
    chat->first = client;
    if (++chat->count == chat->most)
        evconnlistener_disable(listener);
    printf("%s joined\n", client->name);
    fflush(stdout);
    bufferevent_setcb(client->stream, on_input, NULL, on_event, client);
    /* Room for some lines at once; one that does not fit is too long anyway. */
    bufferevent_setwatermark(client->stream, EV_READ, 0, 4 * MAX_LINE);
    if (bufferevent_enable(client->stream, EV_READ) != 0)
        client->leaving = "out of memory";
    send_text(chat, client, NULL, "* you are %s; there is /nick NAME, /who and /quit\n",
              client->name);
    send_text(chat, NULL, client, "* %s joined\n", client->name);
    remove_leaving(chat);
}

/* The listener tries again by itself after a while, so this is only to be told. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
    (void)listener;
    (void)arg;
    report("accept, pausing");
}

static int print_address(struct evconnlistener *listener) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) != 0)
        return report("getsockname");
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

/* Returns 0, or -1 after saying what failed. */
static int listen_on(struct chat *chat, const char *text) {
    struct sockaddr_storage address = {0};
    int length = sizeof address;

    if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&address, &length) != 0) {
        fprintf(stderr, "chat: %s: not an address\n", text);
        return -1;
    }
    chat->listener =
        evconnlistener_new_bind(chat->base, on_connection, chat,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                BACKLOG, (struct sockaddr *)&address, length);
    if (chat->listener == NULL)
        return report("bind");
    evconnlistener_set_error_cb(chat->listener, on_accept_error);
    return 0;
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

/* Returns 0, or -1 after saying what failed. chat_stop() has to follow in either case. */
static int chat_start(struct chat *chat, const char *address) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    int i;

    chat->base = event_base_new();
    if (chat->base == NULL)
        return report("start");
    for (i = 0; i < 2; i++) {
        chat->signals[i] = evsignal_new(chat->base, numbers[i], on_signal, chat->base);
        if (chat->signals[i] == NULL || event_add(chat->signals[i], NULL) != 0)
            return report("signals");
    }
    if (listen_on(chat, address) != 0)
        return -1;
    return print_address(chat->listener);
}

static void chat_stop(struct chat *chat) {
    int i;
    while (chat->first != NULL) {
        struct client *client = chat->first;
        chat->first = client->next;
        bufferevent_free(client->stream);
        free(client);
    }
    if (chat->listener != NULL)
        evconnlistener_free(chat->listener);
    for (i = 0; i < 2; i++) {
        if (chat->signals[i] != NULL)
            event_free(chat->signals[i]);
    }
    if (chat->base != NULL)
        event_base_free(chat->base);
}

static int usage(void) {
    fputs("usage: chat [-l ADDR[:PORT]] [-n CLIENTS] [-m BYTES]\n"
          "  -l  IPv4 or [IPv6] address to listen on, default 127.0.0.1:7778; without a port, the\n"
          "      system chooses one\n"
          "  -n  clients at once, default 100; others wait\n"
          "  -m  a client for which more than so much waits unread is dropped, default 65536\n",
          stderr);
    return 2;
}

/* Stores a number of `low` to `high` in `*value`. */
static bool read_number(const char *text, long low, long high, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

int main(int argc, char **argv) {
    struct chat chat = {.most = 100, .most_unsent = 65536};
    const char *address = "127.0.0.1:7778";
    int result = -1, i;

    for (i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "-l") == 0)
            address = argv[i + 1];
        else if (strcmp(argv[i], "-n") == 0 && read_number(argv[i + 1], 1, 100000, &chat.most))
            continue;
        else if (strcmp(argv[i], "-m") == 0 &&
                 read_number(argv[i + 1], 4096, 1 << 30, &chat.most_unsent))
            continue;
        else
            return usage();
    }
    if (i != argc)
        return usage();
    if (chat_start(&chat, address) == 0)
        result = event_base_dispatch(chat.base);
    chat_stop(&chat);
    return result < 0 || chat.failed ? 1 : 0;
}
