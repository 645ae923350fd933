// SPDX-License-Identifier: BSD-3-Clause
#include "tls/tls_vectors.h"
#include "tls_support.h"

namespace evlet_test {

std::string vector_path(const char* name) {
    return std::string(TLS_VECTORS) + "/" + name;
}

}  // namespace evlet_test
