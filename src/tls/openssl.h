// SPDX-License-Identifier: BSD-3-Clause
// OpenSSL (1.1.1 and 3) as an engine. Used by api_openssl.cpp and context_openssl.cpp.
#pragma once

#include "tls/engine.h"

struct ssl_st;

namespace evlet {

extern const TlsEngine openssl_engine;

// The descriptor that the session has of its own, or -1.
[[nodiscard]] evutil_socket_t descriptor_of(ssl_st* ssl);

}  // namespace evlet
