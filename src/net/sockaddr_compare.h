// SPDX-License-Identifier: BSD-3-Clause
// The order of socket addresses. Called by api_address.cpp, and by the resolver to tell whether
// an answer came from whom it asked.
#pragma once

#include "base/shared.h"
#include "net/address_types.h"

namespace evlet {

// Less than 0, 0 or more than 0. Addresses of a family that cannot be looked into are never equal.
[[nodiscard]] EVLET_SHARED int compare_addresses(const sockaddr* a, const sockaddr* b,
                                                 bool with_port);

}  // namespace evlet
