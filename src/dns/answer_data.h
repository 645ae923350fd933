// SPDX-License-Identifier: BSD-3-Clause
// The records of an answer. Called by answer.cpp.
#pragma once

#include "dns/base.h"

namespace evlet::dns {

enum class Found : uint8_t {
    data,     // in the outcome
    nothing,  // no record of this type; the outcome's ttl is the least of the SOA record's (0
              // without one) and those of the aliases
    broken,   // the packet is not what it says; the outcome has not been touched
    no_memory,
};

// Behind the question. Follows aliases (CNAME) from `name`; what belongs to no name on the way is
// not looked at (RFC 2181 section 5.4.1). The outcome's alias is filled in if it is wanted.
[[nodiscard]] Found read_answer(Reader reader, const Header& header, const Name& name,
                                uint16_t type, bool want_alias, Outcome* ret_outcome);

}  // namespace evlet::dns
