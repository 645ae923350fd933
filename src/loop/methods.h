// SPDX-License-Identifier: BSD-3-Clause
// Which backend a new base gets. choose.cpp walks the table of backends and asks the
// configuration and the environment; choose_select.cpp is the build with select alone.
#pragma once

#include "event2/event.h"
#include "loop/backend.h"

namespace evlet {

// EVENT_BASE_FLAG_* of the configuration (null: none), plus what the environment asks for.
[[nodiscard]] unsigned effective_flags(const event_config* config);
// Opens the best backend that the configuration allows. base.config_flags is set already.
Status open_backend(event_base& base, const event_config* config);

}  // namespace evlet
