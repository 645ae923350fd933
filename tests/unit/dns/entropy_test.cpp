// SPDX-License-Identifier: BSD-3-Clause
// A system without random bytes. What names a device for the rest of the process runs in a child.
#include <event2/dns.h>
#include <event2/util.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctest.h"
#include "support/test_base.h"

using namespace evlet_test;

namespace {

constexpr int kAsExpected = 42;

void drop_line(int, const char*) {}

void make_resolver_without_entropy() {
    char device[] = "/nonexistent/urandom";
    event_set_log_callback(drop_line);
    if (evutil_secure_rng_set_urandom_device_file(device) != 0)
        _exit(1);
    event_base* const base = event_base_new();
    for (const int flags : {0, EVDNS_BASE_NO_CACHE, EVDNS_BASE_DISABLE_WHEN_INACTIVE}) {
        if (!base || evdns_base_new(base, flags))
            _exit(2);
    }
    event_base_free(base);
    _exit(kAsExpected);
}

void ask_when_entropy_has_gone() {
    char device[] = "/nonexistent/urandom";
    event_set_log_callback(drop_line);
    event_set_fatal_callback([](int) { _exit(kAsExpected); });
    event_base* const base = event_base_new();
    evdns_base* const dns = base ? evdns_base_new(base, 0) : nullptr;
    if (!dns || evutil_secure_rng_set_urandom_device_file(device) != 0)
        _exit(1);
    // The letters of each are mixed; what random bytes are left over do not last for so many.
    for (int i = 0; i < 1000; ++i) {
        (void)evdns_base_resolve_ipv4(
            dns, "host.example", 0, [](int, char, int, int, void*, void*) {}, nullptr);
    }
    _exit(2);
}

int exit_status_of(void (*body)()) {
    const int status = run_in_child(body);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("without_random_bytes_there_is_no_resolver") {
    NEEDS(files);
    CHECK(exit_status_of(make_resolver_without_entropy) == kAsExpected);
}

TEST_CASE("when_random_bytes_come_to_an_end_nothing_is_sent_and_the_program_ends") {
    NEEDS(files);
    CHECK(exit_status_of(ask_when_entropy_has_gone) == kAsExpected);
}
