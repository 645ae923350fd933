/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of the installed lwIP, but for what it can wait with: as of a firmware that has select
 * alone. What it offers is lwip_select.c. */
#include_next <lwipopts.h>

#undef LWIP_SOCKET_SELECT
#define LWIP_SOCKET_SELECT 1
#undef LWIP_SOCKET_POLL
#define LWIP_SOCKET_POLL 0
