// SPDX-License-Identifier: BSD-3-Clause
// Adding a signal event when memory or descriptors are short.
#include "signals/signal_support.h"

using namespace evlet_test;

namespace {

void own_handler(int) {}

}  // namespace

#if EVLET_MEM_HOOKS
TEST_CASE("signal_event_that_memory_does_not_suffice_for_changes_nothing") {
    FailingMemory memory;
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition own(SIGUSR1, own_handler);
        bool went_through = false;
        for (long nth = 1; nth < 50 && !went_through; ++nth) {
            CAPTURE(nth);
            const long before = memory.outstanding();
            {
                Base base(flags);
                Calls calls;
                event* ev = evsignal_new(base, SIGUSR1, note_call, &calls);
                REQUIRE(ev);
                CapturedLog log;
                memory.fail_at(nth);
                const int added = event_add(ev, nullptr);
                memory.stop_failing();
                went_through = !memory.failed();
                CHECK(added == (went_through ? 0 : -1));
                if (!went_through) {
                    CHECK(event_pending(ev, EV_SIGNAL, nullptr) == 0);
                    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
                    CHECK((disposition(SIGUSR1).sa_handler == own_handler));
                    CHECK_FALSE(is_blocked(SIGUSR1));
                    REQUIRE(event_add(ev, nullptr) == 0);
                }
                raise(SIGUSR1);
                run(base);
                CHECK(calls.count == 1);
                event_free(ev);
                CHECK((disposition(SIGUSR1).sa_handler == own_handler));
            }
            CHECK(memory.outstanding() == before);
        }
        CHECK(went_through);
    }
}
#endif

TEST_CASE("signal_event_that_descriptors_do_not_suffice_for_changes_nothing") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition own(SIGUSR1, own_handler);
        bool went_through = false;
        for (int spare = 0; spare < 8 && !went_through; ++spare) {
            CAPTURE(spare);
            Base base(flags);
            Calls calls;
            event* ev = evsignal_new(base, SIGUSR1, note_call, &calls);
            REQUIRE(ev);
            CapturedLog log;
            int added;
            {
                FewDescriptors few(spare);
                added = event_add(ev, nullptr);
            }
            went_through = added == 0;
            if (!went_through) {
                CHECK(event_pending(ev, EV_SIGNAL, nullptr) == 0);
                CHECK((disposition(SIGUSR1).sa_handler == own_handler));
                CHECK_FALSE(is_blocked(SIGUSR1));
                REQUIRE(event_add(ev, nullptr) == 0);
            }
            raise(SIGUSR1);
            run(base);
            CHECK(calls.count == 1);
            event_free(ev);
        }
        CHECK(went_through);
    }
}
