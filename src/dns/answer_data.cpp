// SPDX-License-Identifier: BSD-3-Clause
// Aliases usually come in order, so one pass over the answer is enough to follow them; the pass is
// repeated as long as it gets any further, and the last one, in which the name stays the same,
// counts all of its records, also those before its alias. Counts in the header are not believed:
// records are read until one is not there.
#include "dns/answer_data.h"

#include <string.h>

#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr int kMostPasses = 16;  // more aliases in the wrong order than that lead nowhere, or round
constexpr unsigned kMostRecords = 4096;

// Names that are compared often: mostly a pointer to one place, which is remembered.
class OwnerTest {
public:
    explicit OwnerTest(const Name& name) : name_(name), known_(0) {}
    void renew() { known_ = 0; }
    // Reads a name. Whether it is that one.
    bool operator()(Reader& reader) {
        const uint8_t* const bytes = reader.here();
        const bool is_pointer = reader.left() >= 2 && (bytes[0] & 0xc0) == 0xc0;
        const unsigned pointer = is_pointer ? unsigned(bytes[0]) << 8 | bytes[1] : 0;
        if (pointer && pointer == known_) {
            reader.skip(2);
            return true;
        }
        Name owner;
        reader.read_name(&owner);
        if (!reader.ok() || !same_name(owner, name_))
            return false;
        known_ = pointer;
        return true;
    }

private:
    const Name& name_;
    unsigned known_;  // a pointer to it, or 0
};

struct Answer {
    Name name;       // at the end of the aliases
    uint32_t ttl;    // the least on the way
    unsigned count;  // of records
    bool aliased;
};

// One pass over the records: the next aliases of `answer.name`, and how many records it has. False:
// the packet is broken.
bool pass(Reader reader, unsigned records, uint16_t type, Answer& answer, bool* ret_moved) {
    OwnerTest is_ours(answer.name);
    uint32_t ttl = UINT32_MAX;
    answer.count = 0;
    for (; records; --records) {
        const bool ours = is_ours(reader);
        const Record record = reader.read_record();
        if (!reader.ok())
            return false;
        const size_t behind = reader.at() + record.size;
        if (ours && record.dns_class == kInternet && record.type == kCname) {
            Name target;
            reader.read_name(&target);
            if (!reader.ok() || reader.at() != behind)
                return false;
            answer.name = target;
            answer.ttl = record.ttl < answer.ttl ? record.ttl : answer.ttl;
            answer.aliased = *ret_moved = true;
            answer.count = 0;
            ttl = UINT32_MAX;
            is_ours.renew();
        } else if (ours && record.dns_class == kInternet && record.type == type) {
            ++answer.count;
            ttl = record.ttl < ttl ? record.ttl : ttl;
        }
        reader.seek(behind);
    }
    // Those of a name on the way do not count.
    if (!*ret_moved && ttl < answer.ttl)
        answer.ttl = ttl;
    return true;
}

// The addresses of `answer.name`. Records of another size are passed over.
Found take_addresses(Reader reader, unsigned records, uint16_t type, const Answer& answer,
                     Outcome* ret_outcome) {
    const size_t size = type == kA ? kIpv4Size : kIpv6Size;
    auto* const data = static_cast<uint8_t*>(mem::allocate(answer.count * size));
    if (!data)
        return Found::no_memory;
    OwnerTest is_ours(answer.name);
    unsigned count = 0;
    for (; records; --records) {
        const bool ours = is_ours(reader);
        const Record record = reader.read_record();
        if (ours && record.type == type && record.dns_class == kInternet && record.size == size)
            memcpy(data + size * count++, reader.here(), size);
        reader.skip(record.size);
    }
    if (count == 0) {
        mem::release(data);
        return Found::nothing;
    }
    ret_outcome->data = data;
    ret_outcome->count = count;
    return Found::data;
}

char* copy_text(const Name& name) {
    char text[kNameTextSize];
    const size_t size = write_name(name, text) + 1;
    auto* const copy = static_cast<char*>(mem::allocate(size));
    return copy ? static_cast<char*>(memcpy(copy, text, size)) : nullptr;
}

// The first name that `answer.name` stands for (PTR).
Found take_name(Reader reader, unsigned records, uint16_t type, const Answer& answer,
                Outcome* ret_outcome) {
    OwnerTest is_ours(answer.name);
    for (; records; --records) {
        const bool ours = is_ours(reader);
        const Record record = reader.read_record();
        const size_t behind = reader.at() + record.size;
        if (ours && record.type == type && record.dns_class == kInternet) {
            Name name;
            reader.read_name(&name);
            if (!reader.ok() || reader.at() != behind)
                return Found::broken;
            ret_outcome->data = copy_text(name);
            ret_outcome->count = 1;
            return ret_outcome->data ? Found::data : Found::no_memory;
        }
        reader.skip(record.size);
    }
    return Found::nothing;
}

// How long it may be believed that there is nothing: RFC 2308 section 5. 0 without a SOA record.
uint32_t negative_ttl(Reader reader, const Header& header) {
    for (unsigned records = header.counts[kAnswers]; records; --records) {
        reader.skip_name();
        reader.skip(reader.read_record().size);
    }
    for (unsigned records = header.counts[kAuthorities]; records && reader.ok(); --records) {
        reader.skip_name();
        const Record record = reader.read_record();
        const size_t behind = reader.at() + record.size;
        if (record.type == kSoa && record.dns_class == kInternet) {
            reader.skip_name();
            reader.skip_name();
            reader.skip(16);
            const uint32_t minimum = reader.read_u32();
            if (!reader.ok() || reader.at() != behind)
                return 0;
            return minimum < record.ttl ? minimum : record.ttl;
        }
        reader.seek(behind);
    }
    return 0;
}

// Those that are there as a whole.
unsigned count_whole(Reader reader, unsigned records) {
    for (unsigned count = 0; count < records; ++count) {
        reader.skip_name();
        reader.skip(reader.read_record().size);
        if (!reader.ok())
            return count;
    }
    return records;
}

}  // namespace

Found read_answer(Reader reader, const Header& header, const Name& name, uint16_t type,
                  bool want_alias, Outcome* ret_outcome) {
    unsigned records = header.counts[kAnswers];
    // Some cut at their limit, be it within a record.
    if (header.flags & kTruncated)
        records = count_whole(reader, records);
    Answer answer;
    answer.name = name;
    answer.ttl = UINT32_MAX;
    answer.count = 0;
    answer.aliased = false;
    bool moved = true;
    for (int passes = 0; moved; ++passes) {
        moved = false;
        if (passes == kMostPasses || records > kMostRecords ||
            !pass(reader, records, type, answer, &moved))
            return Found::broken;
    }
    Found found = Found::nothing;
    if (answer.count && (type == kA || type == kAaaa))
        found = take_addresses(reader, records, type, answer, ret_outcome);
    else if (answer.count)
        found = take_name(reader, records, type, answer, ret_outcome);
    if (found == Found::nothing) {
        const uint32_t ttl = negative_ttl(reader, header);
        ret_outcome->ttl = ttl < answer.ttl ? ttl : answer.ttl;
    }
    if (found != Found::data)
        return found;
    ret_outcome->ttl = answer.ttl;
    if (want_alias && answer.aliased) {
        ret_outcome->alias = copy_text(answer.name);
        if (!ret_outcome->alias)
            return Found::no_memory;
    }
    return Found::data;
}

}  // namespace evlet::dns
