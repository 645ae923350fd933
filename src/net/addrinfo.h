// SPDX-License-Identifier: BSD-3-Clause
// getaddrinfo in two halves. What needs no nameserver (hints, services, numeric hosts, no host) is
// for the blocking function of this room and for the resolver's alike; who asks a nameserver
// differs. Called by resolve.cpp, system_names_port.cpp, api_addrinfo.cpp and the resolver.
#pragma once

#include <limits.h>

#include "base/shared.h"
#include "event2/util.h"
#include "net/address_types.h"

namespace evlet {

// What an entry of the result is for: one is made for every address and use.
struct AddrinfoUse {
    int socktype;
    int protocol;
    uint16_t port;
};

// The hints, checked and completed.
struct AddrinfoRequest {
    int family;  // AF_UNSPEC, AF_INET or AF_INET6
    int flags;   // EVUTIL_AI_*
    AddrinfoUse uses[2];
    int use_count;
};

// Takes the arguments of getaddrinfo apart. 0, or an EVUTIL_EAI_* code.
[[nodiscard]] EVLET_SHARED int prepare_request(const char* node, const char* service,
                                               const evutil_addrinfo* hints,
                                               AddrinfoRequest* ret_request);

// Fills in the uses, with the service's port in each, of which at least one remains.
[[nodiscard]] int resolve_service(const char* service, int socktype, int protocol,
                                  AddrinfoRequest& request);

// A list under construction, freed with this object unless it was released. It is never mixed
// with the system's: one function frees them all.
class AddrinfoList {
public:
    AddrinfoList() = default;
    EVLET_SHARED ~AddrinfoList();
    AddrinfoList(const AddrinfoList&) = delete;
    AddrinfoList& operator=(const AddrinfoList&) = delete;

    [[nodiscard]] bool empty() const { return first_ == nullptr; }
    // Adds an entry for each use of the request. `address` is a sockaddr_in or sockaddr_in6 of
    // `size` bytes, whose port does not matter. False: out of memory; some may have been added.
    [[nodiscard]] EVLET_SHARED bool add(const void* address, size_t size,
                                        const AddrinfoRequest& request);
    // Becomes the first entry's ai_canonname, at release.
    [[nodiscard]] EVLET_SHARED bool set_canonical_name(const char* name);
    // The caller owns the list, which is not empty, from now on.
    [[nodiscard]] EVLET_SHARED evutil_addrinfo* release();

private:
    evutil_addrinfo* first_ = nullptr;
    evutil_addrinfo* last_ = nullptr;
    char* canonical_name_ = nullptr;
};

EVLET_SHARED void free_addrinfo(evutil_addrinfo* list);

// From resolve_locally(): only a nameserver can tell. Outside every system's EAI_ numbers.
constexpr int kNeedsLookup = INT_MAX;

// Answers what can be answered without asking anybody: no host, or a numeric one. 0 with a list
// that is complete, an EVUTIL_EAI_* code, or kNeedsLookup.
[[nodiscard]] EVLET_SHARED int resolve_locally(const char* node, const AddrinfoRequest& request,
                                               AddrinfoList& list);

// Drops the family this machine has no address of, when AF_UNSPEC leaves a choice
// (EVUTIL_AI_ADDRCONFIG). Never makes a request fail.
EVLET_SHARED void narrow_to_configured(AddrinfoRequest& request);

// The whole, waiting for the system's resolver. Outputs are untouched on failure.
[[nodiscard]] int resolve_blocking(const char* node, const char* service,
                                   const evutil_addrinfo* hints, evutil_addrinfo** ret_list);

}  // namespace evlet
