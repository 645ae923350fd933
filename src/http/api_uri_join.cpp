// SPDX-License-Identifier: BSD-3-Clause
// A URI as text: a shell over uri_join.cpp.
#include "http/uri.h"

extern "C" char* evhttp_uri_join(struct evhttp_uri* uri, char* buf, size_t limit) {
    return evlet::http::join_uri(*uri, buf, limit) ? buf : nullptr;
}
