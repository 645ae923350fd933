/* SPDX-License-Identifier: BSD-3-Clause */
/* A message that no generator made, and all that generated ones ask of it. It travels as text. */
#ifndef EVLET_TEST_POINT_H
#define EVLET_TEST_POINT_H

#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;

struct point {
    int x, y;
    int has_both;
};

/* How many there are. */
extern int points_alive;

struct point *point_new(void);
void point_free(struct point *msg);
int point_complete(struct point *msg);
void evtag_marshal_point(struct evbuffer *evbuf, ev_uint32_t tag, const struct point *msg);
int evtag_unmarshal_point(struct evbuffer *evbuf, ev_uint32_t tag, struct point *msg);

#ifdef __cplusplus
}
#endif

#endif
