// SPDX-License-Identifier: BSD-3-Clause
// The pairs of a query, as HTML forms write them. Called by the shells in api_query.cpp.
#pragma once

#include "base/status.h"
#include "base/text.h"
#include "event2/keyvalq_struct.h"

namespace evlet::http {

// Adds the pairs of a query to a list, values decoded, names as they are. `lenient` is
// EVHTTP_URI_QUERY_NONCONFORMANT. On failure some may have been added.
Status parse_query(evkeyvalq& pairs, Text query, bool lenient);

// Of pairs whose names differ in case at most the last stays. The time grows little faster than the
// number of pairs, which is the sender's choice.
void keep_last_values(evkeyvalq& pairs);

}  // namespace evlet::http
