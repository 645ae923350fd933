/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FreeRTOS with lwIP's sockets. The waker is lwIP's, which interrupts may not signal; what they
 * raise goes through a task (ports/freertos/raise_deferred.c). Included by evlet/port_os.h and
 * evlet/port_net.h.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include "../freertos/freertos_os_types.h"
#include "../lwip/lwip_types.h"

#endif
