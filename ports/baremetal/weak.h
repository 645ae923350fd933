/* SPDX-License-Identifier: BSD-3-Clause */
/* The mark of a default that the firmware may replace, however the objects are linked. */
#ifndef EVLET_BAREMETAL_WEAK_H
#define EVLET_BAREMETAL_WEAK_H

#define EVLET_WEAK __attribute__((weak))

#endif
