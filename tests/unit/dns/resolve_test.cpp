// SPDX-License-Identifier: BSD-3-Clause
// Requests and their answers.
#include <doctest.h>
#include <event2/dns.h>

#include "support/test_base.h"

using namespace evlet_test;

TEST_CASE("without_a_nameserver_a_request_fails") {
    Base base;
    evdns_base* const dns = evdns_base_new(base, 0);
    REQUIRE(dns);
    int result = -1;
    CHECK(evdns_base_resolve_ipv4(
        dns, "host.example", 0,
        [](int error, char, int, int, void*, void* out) { *static_cast<int*>(out) = error; },
        &result));
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(result == DNS_ERR_SERVERFAILED);
    evdns_base_free(dns, 0);
}
