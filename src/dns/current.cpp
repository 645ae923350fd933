// SPDX-License-Identifier: BSD-3-Clause
#include "dns/async.h"

namespace evlet::dns {

evdns_base* g_current_base;

}  // namespace evlet::dns
