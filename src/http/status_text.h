// SPDX-License-Identifier: BSD-3-Clause
// The usual reason phrases (RFC 9110 section 15). Called by who writes a status line.
#pragma once

namespace evlet::http {

constexpr int kUriTooLong = 414;
constexpr int kUpgradeRequired = 426;
constexpr int kFieldsTooLarge = 431;
constexpr int kVersionNotSupported = 505;
constexpr int kRequestTimeout = 408;

// Never null: a code that has none gets that of its class.
[[nodiscard]] const char* reason_of(int code);

}  // namespace evlet::http
