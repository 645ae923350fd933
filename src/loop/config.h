// SPDX-License-Identifier: BSD-3-Clause
// struct event_config: what event_base_new_with_config() is asked for. Used by api_config.cpp,
// which fills it in, and base.cpp, which reads it.
#pragma once

#include "base/time.h"
#include "event2/event.h"

namespace evlet {

struct AvoidedMethod {
    AvoidedMethod* next;
    // The name follows, with its NUL.
    [[nodiscard]] char* name() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* name() const { return reinterpret_cast<const char*>(this + 1); }
};

}  // namespace evlet

struct event_config {
    evlet::AvoidedMethod* avoided;
    evlet::Nanos dispatch_interval;
    int dispatch_callbacks;
    int dispatch_priority;
    int cpus_hint;  // kept for backends that use several processors
    unsigned flags;
    unsigned features;
};
