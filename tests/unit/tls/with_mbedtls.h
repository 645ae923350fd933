// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tls_support.h"

namespace evlet_test {

extern const TestEngine mbedtls_for_tests;

}  // namespace evlet_test
