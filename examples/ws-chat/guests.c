/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guests: each is a WebSocket, and what one says goes to all, itself among them, after its
 * name.
 *
 * Guests are not to be trusted. A message has a limit, above which it is refused before it is read;
 * a guest that does not read what it is sent is dropped before much waits for it; one that is
 * silent is pinged and then given up. Text comes as UTF-8, which the library has checked, and pages
 * show it as text and never as HTML.
 *
 * A page of any site may open a WebSocket to here in the browser of somebody who can reach it
 * (cross- site WebSocket hijacking), and no rule of browsers keeps it from reading what comes. They
 * do tell the page's site in Origin: only our own, and the one that was named with -o, is let in.
 * What has no Origin is no page.
 *
 * Invariants: all guests are in the list from `first`, each exactly as long as its session is open.
 * While something walks along the list a guest that has to go is only marked (`leaving`), and
 * what calls in from the library ends with remove_leaving().
 */
#include "ws-chat.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/ws.h>
#include <evlet/ws.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_MESSAGE 1024
#define MAX_NAME 16
#define SUBPROTOCOL "chat"

/* Close codes (RFC 6455 section 7.4.1). */
#define GOING_AWAY 1001
#define UNACCEPTABLE 1003
#define ABNORMAL 1006

struct guest {
    struct chat *chat;
    struct guest *next;
    struct evws_connection *socket; /* NULL: closed */
    const char *leaving;            /* why it has to go, or NULL */
    char name[MAX_NAME + 1];
};

static void send_to(struct guest *guest, const char *text, size_t length) {
    struct bufferevent *stream = evws_connection_get_bufferevent(guest->socket);
    size_t unsent = evbuffer_get_length(bufferevent_get_output(stream));

    if (unsent + length > (size_t)guest->chat->most_unsent)
        guest->leaving = "does not read";
    else
        /* Refused while the session is closing, which is as well. */
        (void)evlet_ws_send(guest->socket, WS_TEXT_FRAME, text, length);
}

/* Sends to `only`, or else to all. */
static void say(struct chat *chat, struct guest *only, const char *format, ...) {
    char text[MAX_MESSAGE + 64];
    struct guest *guest;
    va_list values;
    int length;

    va_start(values, format);
    length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    for (guest = only != NULL ? only : chat->first; guest != NULL; guest = guest->next) {
        if (guest->socket != NULL && guest->leaving == NULL)
            send_to(guest, text, (size_t)length);
        if (only != NULL)
            break;
    }
}

/* Frees those that are marked, and tells the others; which may show that more have to go. */
static void remove_leaving(struct chat *chat) {
    struct guest **link = &chat->first;
    while (*link != NULL) {
        struct guest *guest = *link;
        if (guest->leaving == NULL) {
            link = &guest->next;
            continue;
        }
        *link = guest->next;
        chat->count--;
        printf("%s left: %s\n", guest->name, guest->leaving);
        fflush(stdout);
        if (guest->socket != NULL) {
            evws_connection_set_closecb(guest->socket, NULL, NULL);
            evws_connection_free(guest->socket);
        }
        say(chat, NULL, "* %s left", guest->name);
        free(guest);
        link = &chat->first;
    }
    if (chat->ending && chat->first == NULL)
        event_base_loopbreak(chat->base);
}

static bool name_is_free(const struct chat *chat, const char *name) {
    const struct guest *guest = chat->first;
    while (guest != NULL && strcmp(guest->name, name) != 0)
        guest = guest->next;
    return guest == NULL;
}

static void rename_guest(struct guest *guest, const char *name) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    struct chat *chat = guest->chat;
    size_t length = strlen(name);

    if (length == 0 || length > MAX_NAME || strspn(name, letters) != length) {
        say(chat, guest, "* a name is 1 to %d letters, digits, _ or -", MAX_NAME);
    } else if (!name_is_free(chat, name)) {
        say(chat, guest, "* %s is taken", name);
    } else {
        say(chat, NULL, "* %s is now %s", guest->name, name);
        memcpy(guest->name, name, length + 1);
    }
}

static void handle_text(struct guest *guest, const char *text) {
    const struct guest *other;

    if (text[0] != '/') {
        say(guest->chat, NULL, "%s: %s", guest->name, text);
    } else if (strncmp(text, "/nick ", 6) == 0) {
        rename_guest(guest, text + 6);
    } else if (strcmp(text, "/who") == 0) {
        for (other = guest->chat->first; other != NULL; other = other->next)
            say(guest->chat, guest, "* %s", other->name);
    } else {
        say(guest->chat, guest, "* there is /nick NAME and /who");
    }
}

static void on_message(struct evws_connection *socket, int type, const unsigned char *data,
                       size_t length, void *arg) {
    struct guest *guest = arg;
    char text[MAX_MESSAGE + 1];
    size_t i;

    if (type != WS_TEXT_FRAME) {
        (void)evlet_ws_close(socket, UNACCEPTABLE, "text only");
        return;
    }
    /* A message is one line, and has no NUL in it. */
    for (i = 0; i < length; i++)
        text[i] = data[i] < 0x20 || data[i] == 0x7f ? ' ' : (char)data[i];
    text[length] = '\0';
    if (length > 0)
        handle_text(guest, text);
    remove_leaving(guest->chat);
}

static void on_close(struct evws_connection *socket, void *arg) {
    struct guest *guest = arg;
    if (evlet_ws_get_close_code(socket) != ABNORMAL)
        guest->leaving = "bye";
    else if (evlet_ws_get_sent_close_code(socket) != 0)
        guest->leaving = "breaks the rules"; /* or is slow to go */
    else
        guest->leaving = "connection lost";
    guest->socket = NULL; /* freed when this returns */
    remove_leaving(guest->chat);
}

static bool may_come_in(const struct chat *chat, struct evhttp_request *request) {
    const struct evkeyvalq *fields = evhttp_request_get_input_headers(request);
    const char *origin = evhttp_find_header(fields, "Origin");
    const char *host = evhttp_find_header(fields, "Host");

    if (origin == NULL || (chat->origin != NULL && strcasecmp(origin, chat->origin) == 0))
        return true;
    origin = strstr(origin, "://"); /* whatever stands before: TLS may end in front of us */
    return origin != NULL && host != NULL && strcasecmp(origin + 3, host) == 0;
}

static bool open_session(struct guest *guest, struct evhttp_request *request) {
    struct timeval silence = {guest->chat->silence, 0};

    guest->socket = evlet_ws_accept(request, SUBPROTOCOL, on_message, guest, 0);
    if (guest->socket == NULL) /* which has answered */
        return false;
    evlet_ws_set_max_message(guest->socket, MAX_MESSAGE);
    if (evlet_ws_set_keep_alive(guest->socket, &silence) == 0)
        return true;
    evws_connection_free(guest->socket);
    return false;
}

void on_guest(struct evhttp_request *request, void *arg) {
    struct chat *chat = arg;
    struct guest *guest = NULL;

    if (!may_come_in(chat, request)) {
        evhttp_send_error(request, HTTP_FORBIDDEN, NULL);
        return;
    }
    if (chat->count < chat->most && !chat->ending)
        guest = calloc(1, sizeof *guest);
    if (guest == NULL) {
        evhttp_send_error(request, HTTP_SERVUNAVAIL, "Full House");
        return;
    }
    guest->chat = chat;
    if (!open_session(guest, request)) {
        free(guest);
        return;
    }
    do {
        snprintf(guest->name, sizeof guest->name, "guest%u", ++chat->last_name);
    } while (!name_is_free(chat, guest->name));
    evws_connection_set_closecb(guest->socket, on_close, guest);
    say(chat, NULL, "* %s joined", guest->name);
    guest->next = chat->first;
    chat->first = guest;
    chat->count++;
    printf("%s joined\n", guest->name);
    fflush(stdout);
    say(chat, guest, "* you are %s; there is /nick NAME and /who", guest->name);
    remove_leaving(chat);
}

void chat_end(struct chat *chat) {
    static const struct timeval patience = {1, 0};
    struct guest *guest;

    chat->ending = true;
    for (guest = chat->first; guest != NULL; guest = guest->next) {
        evlet_ws_set_close_timeout(guest->socket, &patience);
        if (evlet_ws_close(guest->socket, GOING_AWAY, "the server ends") != 0)
            guest->leaving = "bye"; /* it is closing already, or there is no memory */
    }
    remove_leaving(chat);
}
