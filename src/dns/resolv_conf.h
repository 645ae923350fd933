// SPDX-License-Identifier: BSD-3-Clause
// resolv.conf(5).
#pragma once

#include "dns/base.h"

namespace evlet::dns {

constexpr char kResolvConf[] = "/etc/resolv.conf";
constexpr char kHostsFile[] = "/etc/hosts";

// `flags`: DNS_OPTION_*. EVDNS_ERROR_*. Takes the mutex.
int read_resolv_conf(evdns_base& base, const char* path, int flags);
// Takes what the lines say, with the mutex; what makes no sense is passed over. EVDNS_ERROR_NONE,
// _NO_NAMESERVERS_CONFIGURED, or _OUT_OF_MEMORY, and then something was left out.
int take_resolv_conf(evdns_base& base, Text text, int flags);

}  // namespace evlet::dns
