// SPDX-License-Identifier: BSD-3-Clause
// Records read from hostile bytes, beside a decoder that goes digit by digit and shares no code
// with it. The first byte says how the bytes are cut into chains; the second which function reads
// each record. Beyond not crashing: both have to see the same records, and a failure takes nothing.
#include <event2/buffer.h>
#include <event2/tag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <string>

namespace {

void demand(bool condition) {
    if (!condition)
        abort();
}

// ---- The plain decoder ----

struct Plain {
    const std::string& bytes;
    size_t at;
    size_t end;

    [[nodiscard]] unsigned byte(size_t index) const {
        return static_cast<unsigned char>(bytes[index]);
    }
    bool tag(unsigned long long* value) {
        *value = 0;
        unsigned long long unit = 1;
        for (int i = 0; i < 5; ++i, unit *= 128) {
            if (at == end)
                return false;
            const unsigned group = byte(at++);
            *value += group % 128 * unit;
            if (group < 128)
                return *value <= UINT32_MAX;
        }
        return false;
    }
    bool number(int most, unsigned long long* value) {
        if (at == end)
            return false;
        const int digits = static_cast<int>(byte(at) / 16) + 1;
        if (digits > most)
            return false;
        *value = 0;
        unsigned long long unit = 1;
        for (int i = 0; i < digits; ++i, unit *= 16) {
            const size_t index = at + static_cast<size_t>(i + 1) / 2;
            if (index >= end)
                return false;
            *value += (i % 2 == 0 ? byte(index) % 16 : byte(index) / 16) * unit;
        }
        at += static_cast<size_t>(digits) / 2 + 1;
        return true;
    }
};

struct Record {
    bool header;  // tag and length are there
    bool whole;   // the payload too, and no longer than INT_MAX
    unsigned long long tag, length;
    size_t tag_size, payload;  // where it begins
};

Record read_plainly(const std::string& bytes) {
    Plain plain = {bytes, 0, bytes.size()};
    Record record = {};
    if (!plain.tag(&record.tag))
        return record;
    record.tag_size = plain.at;
    record.header = plain.number(8, &record.length);
    record.payload = plain.at;
    record.whole =
        record.header && record.length <= 0x7fffffff && record.length <= bytes.size() - plain.at;
    return record;
}

// ---- Against the library ----

std::string content(evbuffer* buffer) {
    std::string bytes(evbuffer_get_length(buffer), '?');
    evbuffer_copyout(buffer, &bytes[0], bytes.size());
    return bytes;
}

void peek(evbuffer* buffer, const Record& record) {
    ev_uint32_t tag = 7, whole = 7, length = 7;
    const int size = evtag_peek(buffer, &tag);
    demand(size == (record.tag_size ? static_cast<int>(record.tag_size) : -1));
    demand(tag == (record.tag_size ? record.tag : 7));
    const bool fits = record.header && record.length + record.payload <= UINT32_MAX;
    demand(evtag_peek_length(buffer, &whole) == (fits ? 0 : -1));
    demand(whole == (fits ? record.length + record.payload : 7));
    demand(evtag_payload_length(buffer, &length) == (record.header ? 0 : -1));
    demand(length == (record.header ? record.length : 7));
}

// Whether the record was taken.
bool take_number(evbuffer* buffer, const std::string& bytes, const Record& record, bool wide) {
    Plain plain = {bytes, record.payload,
                   record.payload + (record.whole ? static_cast<size_t>(record.length) : 0)};
    unsigned long long expected = 0;
    const bool good = record.whole && plain.number(wide ? 16 : 8, &expected);
    ev_uint32_t small = 7;
    ev_uint64_t large = 7;
    const auto tag = static_cast<ev_uint32_t>(record.tag);
    demand(evtag_unmarshal_int(buffer, tag + 1, &small) == -1);
    const int size = wide ? evtag_unmarshal_int64(buffer, tag, &large)
                          : evtag_unmarshal_int(buffer, tag, &small);
    demand(size == (good ? static_cast<int>(plain.at - record.payload) : -1));
    demand((wide ? large : small) == (good ? expected : 7));
    return good;
}

bool take_time(evbuffer* buffer, const std::string& bytes, const Record& record) {
    Plain plain = {bytes, record.payload,
                   record.payload + (record.whole ? static_cast<size_t>(record.length) : 0)};
    unsigned long long seconds = 0, micros = 0;
    bool good = record.whole && plain.number(16, &seconds) && plain.number(8, &micros);
    timeval time = {7, 7};
    good = good && seconds <= (sizeof time.tv_sec == 8 ? INT64_MAX : INT32_MAX);
    const int result = evtag_unmarshal_timeval(buffer, static_cast<ev_uint32_t>(record.tag), &time);
    demand(result == (good ? 0 : -1));
    if (good)
        demand(static_cast<unsigned long long>(time.tv_sec) == seconds);
    else
        demand(time.tv_sec == 7 && time.tv_usec == 7);
    return good;
}

bool take_payload(evbuffer* buffer, const std::string& bytes, const Record& record, unsigned how) {
    const auto tag = static_cast<ev_uint32_t>(record.tag);
    const std::string payload =
        record.whole ? bytes.substr(record.payload, static_cast<size_t>(record.length)) : "";
    std::string got = payload;
    int result;
    if (how == 0) {
        char* text = nullptr;
        result = evtag_unmarshal_string(buffer, tag, &text);
        if (result == 0)
            got.assign(text, payload.size());
        demand((text != nullptr) == (result == 0));
        free(text);
    } else if (how == 1) {
        got.assign(payload.size(), '?');
        demand(evtag_unmarshal_fixed(buffer, tag, &got[0], got.size() + 1) == -1);
        result = evtag_unmarshal_fixed(buffer, tag, &got[0], got.size());
    } else if (how == 2) {
        evbuffer* const other = evbuffer_new();
        ev_uint32_t found = 7;
        result = evtag_unmarshal(buffer, &found, other) == -1 ? -1 : 0;
        got = content(other);
        demand(found == (record.whole ? tag : 7));
        evbuffer_free(other);
    } else {
        result = evtag_consume(buffer);
    }
    demand(result == (record.whole ? 0 : -1));
    demand(got == payload || !record.whole);
    return record.whole;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    const size_t piece = data[0] % 8 ? data[0] % 8 : SIZE_MAX;
    unsigned how = data[1];
    std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    evbuffer* const buffer = evbuffer_new();
    demand(buffer);
    const std::string all = bytes;
    for (size_t at = 0; at < all.size();) {
        const size_t count = piece < all.size() - at ? piece : all.size() - at;
        demand(evbuffer_add_reference(buffer, all.data() + at, count, nullptr, nullptr) == 0);
        at += count;
    }
    for (bool taken = true; taken; ++how) {
        const Record record = read_plainly(bytes);
        peek(buffer, record);
        const unsigned choice = how % 7;
        if (choice < 2)
            taken = take_number(buffer, bytes, record, choice == 1);
        else if (choice == 2)
            taken = take_time(buffer, bytes, record);
        else
            taken = take_payload(buffer, bytes, record, choice - 3);
        if (taken)
            bytes.erase(0, record.payload + static_cast<size_t>(record.length));
        demand(content(buffer) == bytes);
    }
    evbuffer_free(buffer);
    return 0;
}
