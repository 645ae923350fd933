// SPDX-License-Identifier: BSD-3-Clause
// Numbers that interrupts raise.
#include <errno.h>
#include <evlet/port_os.h>
#include <evlet_baremetal.h>

#include <vector>

#include "doctest.h"

namespace {

std::vector<int> g_first;
std::vector<int> g_second;

void first(int source) {
    g_first.push_back(source);
}

void second(int source) {
    g_second.push_back(source);
}

}  // namespace

TEST_CASE("a_raise_reaches_who_caught_the_number_last_and_nobody_else") {
    g_first.clear();
    g_second.clear();
    evlet_signal_saved before;
    evlet_signal_saved between;
    evlet_baremetal_raise(3);
    REQUIRE(evlet_port_signal_catch(3, first, &before) == 0);
    evlet_baremetal_raise(3);
    evlet_baremetal_raise(4);
    REQUIRE(evlet_port_signal_catch(3, second, &between) == 0);
    evlet_baremetal_raise(3);
    REQUIRE(evlet_port_signal_restore(3, &between) == 0);
    evlet_baremetal_raise(3);
    REQUIRE(evlet_port_signal_restore(3, &before) == 0);
    evlet_baremetal_raise(3);
    CHECK(g_first == std::vector<int>{3, 3});
    CHECK(g_second == std::vector<int>{3});
}

TEST_CASE("a_number_out_of_range_is_refused_and_raising_it_does_nothing") {
    evlet_signal_saved saved = {};
    for (const int number : {-1, 0, evlet_port_signal_count()}) {
        errno = 0;
        CHECK(evlet_port_signal_catch(number, first, &saved) == -1);
        CHECK(errno == EINVAL);
        CHECK(evlet_port_signal_restore(number, &saved) == -1);
        evlet_baremetal_raise(number);
    }
    CHECK(!saved.handler);
}

TEST_CASE("entropy_is_refused_where_the_firmware_has_none") {
    char byte = 'x';
    errno = 0;
    CHECK(evlet_port_entropy(&byte, 1) == -1);
    CHECK(errno == ENOSYS);
    CHECK(evlet_port_entropy(&byte, 0) == 0);
    CHECK(evlet_port_entropy_set_device("/dev/random") == -1);
}
