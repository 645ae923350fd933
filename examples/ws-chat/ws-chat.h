/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of ws-chat offer each other. */
#ifndef WS_CHAT_H_INCLUDED_
#define WS_CHAT_H_INCLUDED_

#include <stdbool.h>
#include <stddef.h>

struct evhttp_request;

/*
 * ---- guests.c ----
 */

struct guest;

struct chat {
    struct event_base *base;
    struct guest *first;
    long count, most;   /* guests */
    long most_unsent;   /* bytes that may wait for one of them */
    long silence;       /* seconds after which a guest is asked whether it is still there */
    const char *origin; /* of another site whose pages may come in, or NULL */
    unsigned last_name; /* number of the last guest */
    bool ending;        /* the loop ends with the last guest */
};

/** The callback of /ws: a WebSocket, which makes its peer a guest. `arg` is the chat. */
void on_guest(struct evhttp_request *request, void *arg);

/** Says good-bye to everybody; the loop ends when they have gone, which takes a moment. */
void chat_end(struct chat *chat);

/*
 * ---- pages.c ----
 */

/** The callback of everything else: a page for browsers, and its script. */
void on_page(struct evhttp_request *request, void *arg);

#endif
