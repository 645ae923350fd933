/* SPDX-License-Identifier: BSD-3-Clause */
/* What both sides of rpc-status share: the calls, and their two main functions. */
#ifndef RPC_STATUS_H
#define RPC_STATUS_H

#include "status.gen.h"

EVRPC_HEADER(Status, status_query, status_report)
EVRPC_HEADER(Rename, rename_query, rename_result)

struct event_base;

/* Answers calls on loopback until a signal ends it. The exit status. */
int serve(struct event_base *base, unsigned short port);

/* Asks for the status, after a renaming if there is a name, and prints it. The exit status. */
int ask(struct event_base *base, const char *address, unsigned short port, const char *sensor,
        const char *name);

#endif
