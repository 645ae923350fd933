/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legacy umbrella: everything that one header offered before the API was split
 * up under event2/. Old programs include it and find both the calls that name
 * their event_base and those that share one base per process.
 *
 * New programs include <event2/event.h> and what else they use from event2/.
 */
#ifndef EVENT1_EVENT_H_INCLUDED_
#define EVENT1_EVENT_H_INCLUDED_

#include <evutil.h>

#include <event2/event_struct.h>
#include <event2/event.h>
#include <event2/event_compat.h>
#include <event2/buffer.h>
#include <event2/buffer_compat.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_struct.h>
#include <event2/bufferevent_compat.h>

#endif
