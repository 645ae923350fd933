/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legacy umbrella: the HTTP layer as one header offered it before the API was split up under
 * event2/. New programs include <event2/http.h> and what else they use.
 */
#ifndef EVENT1_EVHTTP_H_INCLUDED_
#define EVENT1_EVHTTP_H_INCLUDED_

#include <event.h>

#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/http_compat.h>

#endif
