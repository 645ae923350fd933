// SPDX-License-Identifier: BSD-3-Clause
#include "net/gai_error.h"

#include <stddef.h>

#include "event2/util.h"

namespace evlet {

namespace {

// The number of an entry without a system's code is -901 minus its place here. A program that
// hides the system's code from itself (util.h says when) has that number for EVUTIL_EAI_*.
constexpr int kFirstOwnCode = -901;
struct Entry {
    int code;
    const char* text;
};
const Entry kEntries[] = {
    {EVUTIL_EAI_ADDRFAMILY, "the host has no address of the wanted family"},
    {EVUTIL_EAI_AGAIN, "name resolution failed for now"},
    {EVUTIL_EAI_BADFLAGS, "bad flags"},
    {EVUTIL_EAI_FAIL, "name resolution failed"},
    {EVUTIL_EAI_FAMILY, "address family not supported"},
    {EVUTIL_EAI_MEMORY, "out of memory"},
    {EVUTIL_EAI_NODATA, "the host has no address"},
    {EVUTIL_EAI_NONAME, "host or service not known"},
    {EVUTIL_EAI_SERVICE, "service not known for this socket type"},
    {EVUTIL_EAI_SOCKTYPE, "socket type not supported"},
    {EVUTIL_EAI_SYSTEM, "system error"},
};

}  // namespace

const char* gai_error_text(int error) {
    if (error == 0)
        return "success";
    if (error == EVUTIL_EAI_CANCEL)
        return "request cancelled";
    int own_code = kFirstOwnCode;
    for (const Entry& entry : kEntries) {
        if (error == entry.code || error == own_code--)
            return entry.text;
    }
    return "unknown name resolution error";
}

}  // namespace evlet
