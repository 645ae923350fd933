/* SPDX-License-Identifier: BSD-3-Clause */
/* Legacy name of <event2/util.h>, for programs written before event2/ existed. */
#ifndef EVENT1_EVUTIL_H_INCLUDED_
#define EVENT1_EVUTIL_H_INCLUDED_

#include <event2/util.h>

#endif
