/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legacy umbrella: the RPC layer as one header offered it before the API was split up under
 * event2/. New programs include <event2/rpc.h>, and <event2/tag.h> for tagged data.
 */
#ifndef EVENT1_EVRPC_H_INCLUDED_
#define EVENT1_EVRPC_H_INCLUDED_

#include <event.h>

#include <event2/rpc.h>
#include <event2/rpc_struct.h>
#include <event2/rpc_compat.h>

#endif
