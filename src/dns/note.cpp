// SPDX-License-Identifier: BSD-3-Clause
#include "dns/note.h"

#include <string.h>

#include "event2/dns.h"
#include "log/log.h"

namespace evlet::dns {
namespace {

evdns_debug_log_fn_type g_log;

}  // namespace

void warn(const char* what, const char* about) {
    if (!g_log)
        return log::warnx("evdns: %s%s", what, about);
    char line[256];
    const size_t first = strlen(what);
    const size_t room = sizeof line - 1 - first;
    const size_t second = strlen(about) < room ? strlen(about) : room;
    memcpy(line, what, first);
    memcpy(line + first, about, second);
    line[first + second] = 0;
    g_log(1, line);
}

}  // namespace evlet::dns

extern "C" void evdns_set_log_fn(evdns_debug_log_fn_type fn) {
    evlet::dns::g_log = fn;
}
