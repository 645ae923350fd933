// SPDX-License-Identifier: BSD-3-Clause
// Words for the results of getaddrinfo. Called by api_addrinfo.cpp.
#pragma once

namespace evlet {

// Never nullptr; constant text.
[[nodiscard]] const char* gai_error_text(int error);

}  // namespace evlet
