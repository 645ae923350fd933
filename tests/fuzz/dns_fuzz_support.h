// SPDX-License-Identifier: BSD-3-Clause
// What the fuzz targets of DNS share.
#pragma once

#include <stdlib.h>

#include <string>
#include <vector>

#include "dns/wire.h"

namespace evlet_test {

inline void demand(bool condition) {
    if (!condition)
        abort();
}

// A name as it is on the wire, in lower case.
inline std::string plain(const evlet::dns::Name& name) {
    std::string bytes(reinterpret_cast<const char*>(name.bytes), name.size);
    for (char& c : bytes)
        c = evlet::to_lower(c);
    return bytes;
}

struct WireRecord {
    std::string owner;
    evlet::dns::Record head;
    std::string data;
};

// The next `count` records; false if they are not all there.
inline bool read_records(evlet::dns::Reader& reader, unsigned count,
                         std::vector<WireRecord>* ret_records) {
    for (; count && reader.ok(); --count) {
        WireRecord record;
        evlet::dns::Name owner;
        reader.read_name(&owner);
        record.owner = plain(owner);
        record.head = reader.read_record();
        if (!reader.ok())
            return false;
        record.data.assign(reinterpret_cast<const char*>(reader.here()), record.head.size);
        reader.skip(record.head.size);
        ret_records->push_back(record);
    }
    return reader.ok();
}

}  // namespace evlet_test
