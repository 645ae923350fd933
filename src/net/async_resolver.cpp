// SPDX-License-Identifier: BSD-3-Clause
#include "net/async_resolver.h"

namespace evlet {

const AsyncResolver* g_async_resolver;

void set_async_resolver(const AsyncResolver* resolver) {
    g_async_resolver = resolver;
}

}  // namespace evlet
