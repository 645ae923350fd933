// SPDX-License-Identifier: BSD-3-Clause
#include "with_openssl.h"

namespace evlet_test {

const std::vector<Pairing>& pairings() {
    static const std::vector<Pairing> all = {{"openssl", openssl_for_tests, openssl_for_tests}};
    return all;
}

}  // namespace evlet_test
