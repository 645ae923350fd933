// SPDX-License-Identifier: BSD-3-Clause
#include "loop/spin.h"

#include "evlet/port_os.h"

namespace evlet {

void look_out_for_work(event_base& base) {
    if (base.spin_credit == 0 || base.ready_count != 0 || !base.mutex.real())
        return;
    bool found = false;
    {
        UnlockGuard unlocked(base.mutex);
        // Reading the clock is all the pause that is needed between two looks.
        const Nanos end = evlet_port_monotonic_ns() + kSpinTime;
        do {
            found = __atomic_load_n(&base.ready_count, __ATOMIC_RELAXED) != 0;
        } while (!found && evlet_port_monotonic_ns() < end);
    }
    if (!found)
        --base.spin_credit;
    else if (base.spin_credit < kMostSpinCredit)
        ++base.spin_credit;
}

void note_wake(event_base& base) {
    if (base.spin_credit != 0 || ++base.wakes_without_spin < kWakesBetweenTrials)
        return;
    base.wakes_without_spin = 0;
    base.spin_credit = 1;
}

}  // namespace evlet
