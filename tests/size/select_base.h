/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop that a firmware has, whatever else the library could. */
#ifndef EVLET_SIZE_SELECT_BASE_H
#define EVLET_SIZE_SELECT_BASE_H

#include <stddef.h>

#include <event2/event.h>

/* A base that uses select, whatever else the library has. */
static struct event_base *select_base(void) {
    struct event_base *base;
    struct event_config *config = event_config_new();
    if (config == NULL)
        return NULL;
    if (event_config_avoid_method(config, "epoll") != 0 ||
        event_config_avoid_method(config, "poll") != 0) {
        event_config_free(config);
        return NULL;
    }
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

#endif
