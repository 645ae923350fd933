// SPDX-License-Identifier: BSD-3-Clause
// Packets (RFC 1035 section 4): the one reader and the one writer of their bytes. Both remember
// that something did not fit and go on harmlessly, so that callers ask once, at the end.
#pragma once

#include "dns/name.h"

namespace evlet::dns {

constexpr size_t kHeaderSize = 12;
constexpr size_t kClassicSize = 512;  // of a packet over UDP without EDNS
constexpr size_t kMostPacket = 65535;

enum Type : uint16_t {
    kA = 1,
    kNs = 2,
    kCname = 5,
    kSoa = 6,
    kPtr = 12,
    kAaaa = 28,
    kOpt = 41,
};
constexpr uint16_t kInternet = 1;

// Of Header::flags (sections 4.1.1).
constexpr uint16_t kResponse = 0x8000;
constexpr uint16_t kOpcodes = 0x7800;
constexpr uint16_t kTruncated = 0x0200;
constexpr uint16_t kRecursionDesired = 0x0100;
constexpr uint16_t kRecursionAvailable = 0x0080;
constexpr uint16_t kRcodes = 0x000f;

enum Section : uint8_t { kQuestions, kAnswers, kAuthorities, kAdditionals, kSections };

struct Header {
    uint16_t id;
    uint16_t flags;
    uint16_t counts[kSections];
};

// A record without its data, which is at Reader::at() of `size` bytes.
struct Record {
    uint16_t type;
    uint16_t dns_class;
    uint32_t ttl;  // seconds; 0 for one with the top bit set (RFC 2181 section 8)
    uint16_t size;
};

class Reader {
public:
    Reader(const uint8_t* packet, size_t size) : packet_(packet), size_(size), at_(0), ok_(true) {}
    // Whether everything read so far was there.
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] size_t at() const { return at_; }
    [[nodiscard]] size_t left() const { return size_ - at_; }
    [[nodiscard]] const uint8_t* here() const { return packet_ + at_; }
    void seek(size_t at) { at_ = at <= size_ ? at : fail(); }

    uint16_t read_u16();
    uint32_t read_u32();
    void skip(size_t count);
    // A name, followed through its pointers, each of which has to lead to before the piece it ends,
    // so that no chain is endless; and not many of them, so that none costs much.
    void read_name(Name* ret_name);
    void skip_name();
    Header read_header();
    // Type, class, TTL and size, behind the name; the data is there as a whole.
    Record read_record();

private:
    size_t fail() {
        ok_ = false;
        return size_;
    }
    const uint8_t* packet_;
    size_t size_;
    size_t at_;
    bool ok_;
};

class Writer {
public:
    Writer(uint8_t* packet, size_t capacity)
        : packet_(packet), capacity_(capacity), size_(0), suffixes_(0), ok_(true) {}
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] size_t size() const { return size_; }

    void put_u16(uint16_t value);
    void put_u32(uint32_t value);
    void put_bytes(const void* bytes, size_t size);
    // With a pointer for what has been written before (section 4.1.4).
    void put_name(const Name& name);
    void put_header(const Header& header);
    void put_record(const Name& name, uint16_t type, uint16_t dns_class, uint32_t ttl);
    // Brackets of the data behind put_record(): writes its size when it is known.
    [[nodiscard]] size_t begin_data();
    void end_data(size_t begin);
    // Puts a count right, or anything else written before.
    void patch_u16(size_t at, uint16_t value);
    // Takes back what was written from here on, also what did not fit.
    void rewind(size_t size);

private:
    static constexpr size_t kMostSuffixes = 32;
    [[nodiscard]] size_t find_suffix(const uint8_t* suffix, size_t count) const;
    [[nodiscard]] bool is_at(size_t offset, const uint8_t* suffix) const;
    uint8_t* room(size_t size);

    uint8_t* packet_;
    size_t capacity_;
    size_t size_;
    size_t suffixes_;
    uint16_t offsets_[kMostSuffixes];  // where names begin that a pointer may lead to
    bool ok_;
};

}  // namespace evlet::dns
