// SPDX-License-Identifier: BSD-3-Clause
// Mbed TLS (2.28 and 3) as an engine. Used by api_mbedtls.cpp and context_mbedtls.cpp.
#pragma once

#include "tls/engine.h"

namespace evlet {

extern const TlsEngine mbedtls_engine;

}  // namespace evlet
