// SPDX-License-Identifier: BSD-3-Clause
// Bufferevents that change what passes through another one. Used by api_filter.cpp.
#pragma once

#include "stream/stream.h"

namespace evlet {

// What a filter does with the bytes, as bufferevent_filter_new() takes it.
struct FilterCalls {
    bufferevent_filter_cb input;          // null: bytes pass unchanged
    bufferevent_filter_cb output;         // likewise
    void (*free_context)(void* context);  // or null
    void* context;
};

// nullptr with errno on failure; `underlying` is as it was then, and the context not freed. The
// caller holds the lock of `underlying`.
[[nodiscard]] Stream* make_filter(Stream& underlying, const FilterCalls& calls, int options);

}  // namespace evlet
