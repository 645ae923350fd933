// SPDX-License-Identifier: BSD-3-Clause
// The mark of what the rooms of event_extra use of those of event_core. Both may be shared libraries,
// and everything that is not marked stays inside of its own. Not part of any API.
#pragma once

#if defined(__GNUC__)
#define EVLET_SHARED __attribute__((visibility("default")))
#else
#define EVLET_SHARED
#endif
