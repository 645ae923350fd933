// SPDX-License-Identifier: BSD-3-Clause
#include "with_mbedtls.h"

namespace evlet_test {

const std::vector<Pairing>& pairings() {
    static const std::vector<Pairing> all = {{"mbedtls", mbedtls_for_tests, mbedtls_for_tests}};
    return all;
}

}  // namespace evlet_test
