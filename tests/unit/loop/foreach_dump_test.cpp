// SPDX-License-Identifier: BSD-3-Clause
// Looking at all events of a base: event_base_foreach_event() and event_base_dump_events().
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};

struct Visits {
    std::map<const event*, int> seen;
    const event_base* base = nullptr;
    int stop_after = 0;
    int total = 0;
};

int visit(const event_base* base, const event* ev, void* argument) {
    auto& visits = *static_cast<Visits*>(argument);
    visits.base = base;
    ++visits.seen[ev];
    ++visits.total;
    return visits.total == visits.stop_after ? 42 : 0;
}

std::string dump(event_base* base) {
    FILE* file = tmpfile();
    REQUIRE(file);
    event_base_dump_events(base, file);
    std::string text(static_cast<size_t>(ftell(file)), '\0');
    rewind(file);
    CHECK(fread(text.data(), 1, text.size(), file) == text.size());
    fclose(file);
    return text;
}

}  // namespace

TEST_CASE("every_event_in_whatever_state_is_visited_once") {
    Base base;
    SocketPair pair;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    std::vector<std::unique_ptr<TestEvent>> events;
    const auto make = [&](int fd, int what) {
        events.push_back(std::make_unique<TestEvent>(base, fd, static_cast<short>(what)));
        return events.back()->get();
    };
    REQUIRE(event_add(make(-1, 0), &kHour) == 0);
    REQUIRE(event_add(make(-1, EV_PERSIST), &kHour) == 0);
    REQUIRE(event_add(make(-1, 0), event_base_init_common_timeout(base, &kHour)) == 0);
    REQUIRE(event_add(make(pair[0], EV_READ), nullptr) == 0);
    REQUIRE(event_add(make(pair[0], EV_READ | EV_WRITE), &kHour) == 0);
    REQUIRE(event_add(make(pair[1], EV_READ), event_base_init_common_timeout(base, &kHour)) == 0);
    event_active(make(-1, 0), EV_READ, 1);
    event* all_at_once = make(pair[1], EV_READ | EV_PERSIST);
    REQUIRE(event_add(all_at_once, &kHour) == 0);
    REQUIRE(event_priority_set(all_at_once, 2) == 0);
    event_active(all_at_once, EV_WRITE, 1);
#if EVLET_SIGNALS
    REQUIRE(event_add(make(SIGUSR1, EV_SIGNAL | EV_PERSIST), nullptr) == 0);
    REQUIRE(event_add(make(SIGUSR1, EV_SIGNAL), &kHour) == 0);
#endif
    const TestEvent never_added(base, -1, 0);
    Visits visits;
    CHECK(event_base_foreach_event(base, visit, &visits) == 0);
    CHECK(visits.base == base.get());
    for (const auto& ev : events)
        CHECK(visits.seen[ev->get()] == 1);
    CHECK(visits.seen.count(never_added.get()) == 0);
    for (const auto& [ev, times] : visits.seen)
        CHECK(times == 1);  // the base's own events too
}

TEST_CASE("visiting_stops_at_the_first_answer_that_is_not_0") {
    Base base;
    TestEvent a(base, -1, 0);
    TestEvent b(base, -1, 0);
    TestEvent c(base, -1, 0);
    REQUIRE(a.add(kHour) == 0);
    REQUIRE(b.add(kHour) == 0);
    event_active(c, 0, 0);
    for (const int stop : {1, 2, 3}) {
        Visits visits;
        visits.stop_after = stop;
        CHECK(event_base_foreach_event(base, visit, &visits) == 42);
        CHECK(visits.total == stop);
    }
}

TEST_CASE("visiting_an_empty_base_or_none_calls_nobody") {
    Base base;
    Visits visits;
    CHECK(event_base_foreach_event(base, visit, &visits) == 0);
    CHECK(visits.total == 0);
    CHECK(event_base_foreach_event(nullptr, visit, &visits) == -1);
    CHECK(event_base_foreach_event(base, nullptr, &visits) == -1);
}

TEST_CASE("events_can_be_visited_and_dumped_in_a_callback") {
    NEEDS(files);
    Base base;
    TestEvent waiting(base, -1, 0);
    TestEvent ready(base, -1, 0);
    REQUIRE(waiting.add(kHour) == 0);
    int seen = 0;
    TestEvent ev(base, -1, 0, [&](short) {
        Visits visits;
        CHECK(event_base_foreach_event(base, visit, &visits) == 0);
        CHECK(visits.seen.count(waiting.get()) == 1);
        CHECK(visits.seen.count(ready.get()) == 1);
        seen = visits.total;
        CHECK(dump(base) != "");
    });
    event_active(ev, 0, 0);
    event_active(ready, 0, 0);
    pass(base);
    CHECK(seen == 2);  // the running event is none of them
}

TEST_CASE("event_waiting_for_its_finalizer_is_visited_without_harm") {
    NEEDS(files);
    Base base;
    event* ev = event_new(
        base, -1, 0, [](evutil_socket_t, short, void*) {}, nullptr);
    REQUIRE(event_free_finalize(0, ev, nullptr) == 0);
    Visits visits;
    CHECK(event_base_foreach_event(base, visit, &visits) == 0);
    CHECK(visits.total == 1);
    CHECK(dump(base) != "");
    CHECK(event_base_dispatch(base) == 1);
}

#if EVLET_DEBUG
TEST_CASE("dump_lists_what_waits_and_what_is_active") {
    NEEDS(files);
    Base base;
    SocketPair pair;
    TestEvent timer(base, -1, EV_PERSIST);
    TestEvent reader(base, pair[0], EV_READ | EV_WRITE | EV_PERSIST);
    TestEvent active(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    REQUIRE(reader.add() == 0);
    event_active(active, EV_CLOSED, 1);
    const std::string text = dump(base);
    CHECK(text.find("Inserted events:") != std::string::npos);
    CHECK(text.find("Active events:") != std::string::npos);
    CHECK(text.find("[fd " + std::to_string(pair[0]) + "] Read Write") != std::string::npos);
    const bool tells_time = text.find("Timeout in 3599.") != std::string::npos ||
                            text.find("Timeout in 3600.") != std::string::npos;
    CHECK(tells_time);
    CHECK(text.find(" Closed active") != std::string::npos);
    char name[32];
    snprintf(name, sizeof name, "%p", static_cast<void*>(active.get()));
    CHECK(text.find(name) > text.find("Active events:"));
}

TEST_CASE("dump_of_nothing_is_harmless") {
    NEEDS(files);
    Base base;
    const std::string text = dump(base);
    CHECK(text.find("Inserted events:") == 0);
    event_base_dump_events(nullptr, stderr);
    event_base_dump_events(base, nullptr);
}
#endif
