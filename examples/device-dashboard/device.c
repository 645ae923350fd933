/* SPDX-License-Identifier: BSD-3-Clause */
/* The device: what it measures, and the one thing that can be set. On another system heap_in_use()
 * is what to replace; an RTOS knows the free bytes of its heap, for instance. */
#include "dashboard.h"

#include <event2/http.h>
#include <event2/util.h>

#include <string.h>
#include <sys/time.h>

/* The build finds out: 2 mallinfo2(), 1 mallinfo(), 0 neither. */
#ifndef DASHBOARD_MALLINFO
#define DASHBOARD_MALLINFO 0
#endif

#if DASHBOARD_MALLINFO
#include <malloc.h>
#endif

/* Bytes, of the whole program, or -1 where the system does not tell. */
static long long heap_in_use(void) {
#if DASHBOARD_MALLINFO == 2
    struct mallinfo2 info = mallinfo2();
    return (long long)(info.uordblks + info.hblkhd);
#elif DASHBOARD_MALLINFO
    struct mallinfo info = mallinfo();
    return (long long)(unsigned)info.uordblks + (unsigned)info.hblkhd;
#else
    return -1;
#endif
}

static long long now_ms(const struct dashboard *dashboard) {
    struct timeval now = {0, 0};
    evutil_gettime_monotonic(dashboard->clock, &now);
    return now.tv_sec * 1000LL + now.tv_usec / 1000;
}

bool device_start(struct dashboard *dashboard) {
    dashboard->clock = evutil_monotonic_timer_new();
    if (dashboard->clock == NULL || evutil_configure_monotonic_time(dashboard->clock, 0) != 0)
        return false;
    dashboard->start_ms = now_ms(dashboard);
    return true;
}

void device_status(struct dashboard *dashboard, char text[STATUS_SIZE]) {
    long long heap = heap_in_use(), uptime = now_ms(dashboard) - dashboard->start_ms;
    char bytes[24] = "null";

    if (heap >= 0)
        evutil_snprintf(bytes, sizeof bytes, "%lld", heap);
    evutil_snprintf(text, STATUS_SIZE,
                    "{\"uptime\":%lld.%03lld,\"heap\":%s,\"connections\":%d,\"viewers\":%u,"
                    "\"requests\":%lu,\"value\":%u}\n",
                    uptime / 1000, uptime % 1000, bytes,
                    evhttp_get_connection_count(dashboard->http), dashboard->viewer_count,
                    dashboard->requests, dashboard->value);
}

void device_set(struct dashboard *dashboard, unsigned value) {
    dashboard->value = value;
    live_change(dashboard);
}
