// SPDX-License-Identifier: BSD-3-Clause
#include "with_mbedtls.h"
#include "with_openssl.h"

namespace evlet_test {

const std::vector<Pairing>& pairings() {
    static const std::vector<Pairing> all = {
        {"openssl to mbedtls", openssl_for_tests, mbedtls_for_tests},
        {"mbedtls to openssl", mbedtls_for_tests, openssl_for_tests}};
    return all;
}

}  // namespace evlet_test
