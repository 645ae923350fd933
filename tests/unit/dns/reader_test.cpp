// SPDX-License-Identifier: BSD-3-Clause
// Packets that are read, with names of any hostile form.
#include <doctest.h>

#include "packets.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

// The name at `at`, and where the reader stands behind it; "-" if there is none.
std::string read(const Packet& packet, size_t at, size_t* ret_behind = nullptr) {
    Reader reader = packet.reader();
    reader.seek(at);
    Name name;
    reader.read_name(&name);
    if (ret_behind)
        *ret_behind = reader.at();
    if (reader.ok())
        return shown(name);
    // What failed is at the end, with a name that may be used.
    CHECK(reader.left() == 0);
    CHECK(shown(name) == ".");
    return "-";
}

bool skips(const Packet& packet, size_t at, size_t behind) {
    Reader reader = packet.reader();
    reader.seek(at);
    reader.skip_name();
    return reader.ok() && reader.at() == behind;
}

}  // namespace

TEST_CASE("numbers_are_read_in_network_order_and_never_behind_the_end") {
    Packet packet;
    packet.u16(0x0102).u32(0xfedcba98).u8(7);
    Reader reader = packet.reader();
    CHECK(reader.read_u16() == 0x0102);
    CHECK(reader.read_u32() == 0xfedcba98);
    CHECK(reader.left() == 1);
    CHECK(reader.ok());
    CHECK(reader.read_u16() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.left() == 0);
    CHECK(reader.read_u32() == 0);
    CHECK_FALSE(reader.ok());
}

TEST_CASE("half_of_a_number_is_none") {
    Packet packet;
    packet.u16(1).u8(2);
    Reader reader = packet.reader();
    (void)reader.read_u32();
    CHECK_FALSE(reader.ok());
    CHECK(reader.left() == 0);
}

TEST_CASE("skipping_and_seeking_stay_within_the_packet") {
    Packet packet;
    packet.u32(0);
    Reader reader = packet.reader();
    reader.skip(4);
    CHECK(reader.ok());
    reader.skip(0);
    CHECK(reader.ok());
    reader.skip(1);
    CHECK_FALSE(reader.ok());
    reader = packet.reader();
    reader.skip(SIZE_MAX);
    CHECK_FALSE(reader.ok());
    reader = packet.reader();
    reader.seek(4);
    CHECK(reader.ok());
    reader.seek(5);
    CHECK_FALSE(reader.ok());
    CHECK(reader.left() == 0);
}

TEST_CASE("an_empty_packet_has_nothing") {
    Reader reader(nullptr, 0);
    CHECK(reader.ok());
    Name name;
    reader.read_name(&name);
    CHECK_FALSE(reader.ok());
    Reader other(nullptr, 0);
    (void)other.read_header();
    CHECK_FALSE(other.ok());
    Reader third(nullptr, 0);
    third.skip_name();
    CHECK_FALSE(third.ok());
}

TEST_CASE("a_header_is_twelve_bytes") {
    Packet packet(0x8180, {1, 2, 3, 4});
    Reader reader = packet.reader();
    const Header header = reader.read_header();
    CHECK(reader.ok());
    CHECK(reader.left() == 0);
    CHECK(header.id == 0x1234);
    CHECK(header.flags == 0x8180);
    for (unsigned i = 0; i < kSections; ++i)
        CHECK(header.counts[i] == i + 1);
    packet.bytes.pop_back();
    Reader shorter = packet.reader();
    (void)shorter.read_header();
    CHECK_FALSE(shorter.ok());
}

TEST_CASE("a_name_is_read_up_to_its_root") {
    Packet packet;
    packet.u8(0).name("Host.example").u8(99);
    size_t behind = 0;
    CHECK(read(packet, 1, &behind) == "Host.example");
    CHECK(behind == packet.size() - 1);
    CHECK(skips(packet, 1, behind));
    CHECK(read(packet, 0, &behind) == ".");
    CHECK(behind == 1);
    CHECK(skips(packet, 0, 1));
}

TEST_CASE("a_pointer_leads_to_what_was_before") {
    Packet packet;
    packet.name("host.example").label("www").pointer(5).u8(99);
    size_t behind = 0;
    CHECK(read(packet, 14, &behind) == "www.example");
    CHECK(behind == 20);
    CHECK(skips(packet, 14, 20));
    // To a pointer, as well.
    packet.pointer(18);
    CHECK(read(packet, 21, &behind) == "example");
    CHECK(behind == 23);
}

TEST_CASE("a_pointer_to_itself_is_broken") {
    Packet packet;
    packet.u32(0).pointer(4).u8(0);
    CHECK(read(packet, 4) == "-");
    Packet behind_label;
    behind_label.label("a").pointer(0).u8(0);
    CHECK(read(behind_label, 0) == "-");
    Packet to_own_pointer;
    to_own_pointer.label("a").pointer(2).u8(0);
    CHECK(read(to_own_pointer, 0) == "-");
}

TEST_CASE("a_pointer_to_later_data_is_broken") {
    Packet packet;
    packet.pointer(2).name("host.example");
    CHECK(read(packet, 0) == "-");
    Packet further;
    further.pointer(0x3fff).name("host.example");
    CHECK(read(further, 0) == "-");
}

TEST_CASE("pointers_to_each_other_are_broken") {
    Packet packet;
    packet.pointer(2).pointer(0);
    CHECK(read(packet, 0) == "-");
    CHECK(read(packet, 2) == "-");
    Packet with_labels;
    with_labels.label("a").pointer(4).label("b").pointer(0);
    CHECK(read(with_labels, 0) == "-");
    CHECK(read(with_labels, 4) == "-");
}

TEST_CASE("a_chain_of_pointers_has_a_bound") {
    Packet packet;
    packet.u8(0).u8(0);
    for (size_t i = 0; i < 200; ++i)
        packet.pointer(2 * i);
    CHECK(read(packet, 2 * 127) == ".");
    CHECK(read(packet, 2 * 128) == "-");
    CHECK(read(packet, 2 * 200) == "-");
    CHECK(skips(packet, 2 * 200, 2 * 201));
}

TEST_CASE("a_name_of_the_most_labels_may_have_a_pointer_behind_each") {
    Packet packet;
    packet.u8(0);
    size_t before = 0;
    std::string text;
    for (int i = 0; i < 127; ++i) {
        const size_t at = packet.size();
        packet.label("a").pointer(before);
        before = at;
        text += i ? ".a" : "a";
    }
    CHECK(read(packet, before) == text);
    // One more is a byte too many for a name.
    const size_t at = packet.size();
    packet.label("a").pointer(before);
    CHECK(read(packet, at) == "-");
}

TEST_CASE("a_pointer_into_the_header_reads_its_bytes_like_any_others") {
    Packet packet(0x8180, {1, 1, 0, 0});
    packet.label("a").pointer(11).label("b").pointer(0);
    CHECK(read(packet, 12) == "a");  // the last byte of the header is 0
    // The first byte of the id is 0x12: a label that ends with the pointer's own first byte.
    CHECK(read(packet, 16) ==
          "b.4\\129\\128\\000\\001\\000\\001\\000\\000\\000\\000\\001a\\192\\011"
          "\\001b\\192");
}

TEST_CASE("half_a_pointer_is_none") {
    Packet packet;
    packet.u8(0).u8(0xc0);
    CHECK(read(packet, 1) == "-");
    CHECK_FALSE(skips(packet, 1, 2));
}

TEST_CASE("a_label_past_the_packet_is_broken") {
    for (unsigned length = 1; length <= 63; ++length) {
        Packet packet;
        packet.u8(length).raw(std::string(length - 1, 'x'));
        CHECK(read(packet, 0) == "-");
        CHECK_FALSE(skips(packet, 0, packet.size()));
        // Whole, but without an end.
        packet.u8('x');
        CHECK(read(packet, 0) == "-");
        CHECK_FALSE(skips(packet, 0, packet.size()));
        packet.u8(0);
        CHECK(read(packet, 0) == std::string(length, 'x'));
        CHECK(skips(packet, 0, packet.size()));
    }
}

TEST_CASE("a_name_that_begins_at_the_end_is_broken") {
    Packet packet;
    packet.u8(0);
    CHECK(read(packet, 1) == "-");
    CHECK(read(packet, 2) == "-");
}

TEST_CASE("labels_of_the_reserved_kinds_are_broken") {
    for (unsigned length = 64; length < 192; ++length) {
        Packet packet;
        packet.u8(length).raw(std::string(200, '\0'));
        CHECK(read(packet, 0) == "-");
        CHECK_FALSE(skips(packet, 0, 1));
    }
}

TEST_CASE("a_name_of_255_bytes_is_read_and_one_of_256_is_broken") {
    Packet packet;
    packet.name(longest_name());
    REQUIRE(packet.size() == 255);
    CHECK(read(packet, 0) == longest_name());
    Packet longer;
    const std::string label(63, 'x');
    longer.label(label).label(label).label(label).label(std::string(62, 'x')).u8(0);
    REQUIRE(longer.size() == 256);
    CHECK(read(longer, 0) == "-");
    Packet by_a_pointer;
    by_a_pointer.label(label).label(label).label(label).u8(0);
    const size_t at = by_a_pointer.size();
    by_a_pointer.label(std::string(61, 'y')).pointer(0);
    CHECK(read(by_a_pointer, at).size() == 253);
    const size_t next = by_a_pointer.size();
    by_a_pointer.label(std::string(62, 'y')).pointer(0);
    CHECK(read(by_a_pointer, next) == "-");
}

TEST_CASE("a_name_of_64_KiB_is_broken") {
    Packet packet;
    while (packet.size() + 64 < kMostPacket)
        packet.label(std::string(63, 'x'));
    packet.u8(0);
    CHECK(read(packet, 0) == "-");
    // Skipping does not look at what it means.
    CHECK(skips(packet, 0, packet.size()));
}

TEST_CASE("a_label_may_have_any_byte_NUL_among_them") {
    Packet packet;
    packet.label(std::string("a\0b", 3)).label(".\\ \xff").u8(0);
    CHECK(read(packet, 0) == "a\\000b.\\.\\\\\\032\\255");
}

TEST_CASE("a_record_is_read_with_its_data_or_not_at_all") {
    Packet packet;
    packet.record(kA, 300, "1234").u8(9);
    Reader reader = packet.reader();
    const Record record = reader.read_record();
    CHECK(reader.ok());
    CHECK(record.type == kA);
    CHECK(record.dns_class == kInternet);
    CHECK(record.ttl == 300);
    CHECK(record.size == 4);
    CHECK(memcmp(reader.here(), "1234", 4) == 0);
    CHECK(reader.left() == 5);
    packet.bytes.resize(13);
    Reader shorter = packet.reader();
    (void)shorter.read_record();
    CHECK_FALSE(shorter.ok());
    CHECK(shorter.left() == 0);
}

TEST_CASE("a_ttl_with_its_top_bit_set_is_0") {
    for (const uint32_t ttl : {0x80000000u, 0xffffffffu}) {
        Packet packet;
        packet.record(kA, ttl, "");
        Reader reader = packet.reader();
        CHECK(reader.read_record().ttl == 0);
        CHECK(reader.ok());
    }
    Packet packet;
    packet.record(kA, 0x7fffffff, "");
    CHECK(packet.reader().read_record().ttl == 0x7fffffff);
}
