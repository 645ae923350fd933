// SPDX-License-Identifier: BSD-3-Clause
// Text encoded for URIs and HTML. Called by the shells in api_escape.cpp. The results are blocks
// that the caller releases; nullptr is out of memory, with errno set.
#pragma once

#include "base/text.h"

namespace evlet::http {

// Every byte but the unreserved ones of RFC 3986 section 2.3; spaces become "+" if `plus`.
[[nodiscard]] char* percent_encode(Text text, bool plus);
// The five characters that mean something in HTML, in quotes or out of them.
[[nodiscard]] char* escape_html(Text text);

}  // namespace evlet::http
