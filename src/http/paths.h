// SPDX-License-Identifier: BSD-3-Clause
// What a server does for which path. Called by the shells, serving.cpp and head_callbacks.cpp.
#pragma once

#include "http/server.h"

namespace evlet::http {

// The entry of a path that has a request callback, or one that has a head callback; or nullptr.
[[nodiscard]] PathCallback** find_path(evhttp& server, const char* path, bool head);
// An entry in front of the others; nullptr without memory.
[[nodiscard]] PathCallback* add_path(evhttp& server, const char* path);
void free_paths(evhttp& server);

}  // namespace evlet::http
