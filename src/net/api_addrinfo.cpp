// SPDX-License-Identifier: BSD-3-Clause
// Name resolution that blocks: shells over addrinfo.h and gai_error.h.
#include "event2/util.h"
#include "net/addrinfo.h"
#include "net/gai_error.h"

using namespace evlet;

extern "C" {

int evutil_getaddrinfo(const char* nodename, const char* servname,
                       const struct evutil_addrinfo* hints_in, struct evutil_addrinfo** res) {
    return resolve_blocking(nodename, servname, hints_in, res);
}

void evutil_freeaddrinfo(struct evutil_addrinfo* ai) {
    free_addrinfo(ai);
}

const char* evutil_gai_strerror(int err) {
    return gai_error_text(err);
}

}  // extern "C"
