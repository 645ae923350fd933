// SPDX-License-Identifier: BSD-3-Clause
// Packets that are written: compression, and what does not fit.
#include <doctest.h>

#include "packets.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

// A writer into a block of exactly that size.
struct Room {
    explicit Room(size_t size) : bytes(size, 0xa5), writer(bytes.data(), size) {}
    // The name at `at` of what has been written.
    std::string name_at(size_t at) const {
        Reader reader(bytes.data(), writer.size());
        reader.seek(at);
        Name name;
        reader.read_name(&name);
        return reader.ok() ? shown(name) : "-";
    }
    // Writes the name, and says where.
    size_t put(const std::string& text) {
        const size_t at = writer.size();
        writer.put_name(name_of(text));
        return at;
    }

    std::vector<uint8_t> bytes;
    Writer writer;
};

}  // namespace

TEST_CASE("what_was_written_is_read_again") {
    Room room(100);
    room.writer.put_header({7, 0x8400, {1, 2, 3, 4}});
    room.writer.put_record(name_of("a.b"), kAaaa, kInternet, 0x12345678);
    const size_t begin = room.writer.begin_data();
    room.writer.put_bytes("12345", 5);
    room.writer.end_data(begin);
    REQUIRE(room.writer.ok());
    Reader reader(room.bytes.data(), room.writer.size());
    const Header header = reader.read_header();
    CHECK(header.id == 7);
    CHECK(header.flags == 0x8400);
    CHECK(header.counts[kAdditionals] == 4);
    Name name;
    reader.read_name(&name);
    CHECK(shown(name) == "a.b");
    const Record record = reader.read_record();
    CHECK(record.type == kAaaa);
    CHECK(record.ttl == 0x12345678);
    CHECK(record.size == 5);
    CHECK(reader.ok());
    CHECK(reader.left() == 5);
}

TEST_CASE("names_are_shortened_by_what_they_share") {
    Room room(200);
    room.writer.put_bytes("123456789012", kHeaderSize);
    const size_t first = room.put("host.sub.example");
    CHECK(room.writer.size() == first + 18);
    const size_t second = room.put("other.sub.example");
    CHECK(room.writer.size() == second + 8);
    const size_t whole = room.put("host.sub.example");
    CHECK(room.writer.size() == whole + 2);
    const size_t suffix = room.put("example");
    CHECK(room.writer.size() == suffix + 2);
    const size_t new_name = room.put("example.org");
    CHECK(room.writer.size() == new_name + 13);
    const size_t root = room.put(".");
    CHECK(room.writer.size() == root + 1);
    CHECK(room.name_at(first) == "host.sub.example");
    CHECK(room.name_at(second) == "other.sub.example");
    CHECK(room.name_at(whole) == "host.sub.example");
    CHECK(room.name_at(suffix) == "example");
    CHECK(room.name_at(new_name) == "example.org");
    CHECK(room.name_at(root) == ".");
}

TEST_CASE("a_name_is_shortened_by_one_in_other_case") {
    Room room(100);
    room.writer.put_u16(0);
    room.put("Host.EXAMPLE");
    const size_t at = room.put("hOst.example");
    CHECK(room.writer.size() == at + 2);
    CHECK(room.name_at(at) == "Host.EXAMPLE");
}

TEST_CASE("a_name_that_repeats_its_labels_is_not_shortened_by_itself") {
    Room room(100);
    room.writer.put_u16(0);
    const size_t at = room.put("a.a.a.a");
    CHECK(room.writer.size() == at + 9);
    const size_t longer = room.put("a.a.a.a.a");
    CHECK(room.writer.size() == longer + 4);
    CHECK(room.name_at(longer) == "a.a.a.a.a");
}

TEST_CASE("more_than_32_suffixes_are_written_whole") {
    Room room(2000);
    room.writer.put_u16(0);
    std::vector<size_t> places;
    for (int i = 0; i < 40; ++i)
        places.push_back(room.put("host" + std::to_string(i)));
    REQUIRE(room.writer.ok());
    for (int i = 0; i < 40; ++i)
        CHECK(room.name_at(places[i]) == "host" + std::to_string(i));
    const size_t known = room.put("host31");
    CHECK(room.writer.size() == known + 2);
    const size_t unknown = room.put("host32");
    CHECK(room.writer.size() == unknown + 8);
    // One name alone may have more of them.
    std::string many = "a";
    for (int i = 0; i < 126; ++i)
        many += ".a";
    Room other(600);
    other.writer.put_u16(0);
    const size_t first = other.put(many);
    const size_t second = other.put(many);
    CHECK(other.writer.size() == second + 2);
    CHECK(other.name_at(first) == many);
    CHECK(other.name_at(second) == many);
}

TEST_CASE("no_pointer_leads_farther_than_14_bits") {
    Room room(0x4200);
    const std::vector<uint8_t> filler(0x3fff - 2, 0);
    room.writer.put_bytes(filler.data(), filler.size());
    const size_t last = room.put("a.b");  // "a" is at 0x3ffd, "b" at 0x3fff
    const size_t beyond = room.put("c");
    const size_t again = room.put("c");
    CHECK(room.writer.size() == again + 3);
    const size_t known = room.put("b");
    CHECK(room.writer.size() == known + 2);
    CHECK(room.name_at(last) == "a.b");
    CHECK(room.name_at(beyond) == "c");
    CHECK(room.name_at(again) == "c");
    CHECK(room.name_at(known) == "b");
}

TEST_CASE("what_does_not_fit_is_not_written_and_not_forgotten") {
    for (size_t size = 0; size < 20; ++size) {
        Room room(size);
        room.writer.put_u32(0x01020304);
        room.writer.put_name(name_of("host.example"));
        room.writer.put_bytes("xy", 2);
        CHECK_FALSE(room.writer.ok());
        CHECK(room.writer.size() <= size);
        // Nor what would fit by itself.
        const size_t before = room.writer.size();
        room.writer.put_bytes("", 1);
        CHECK(room.writer.size() == before);
    }
    Room room(20);
    room.writer.put_u32(0x01020304);
    room.writer.put_name(name_of("host.example"));
    room.writer.put_bytes("xy", 2);
    CHECK(room.writer.ok());
    CHECK(room.writer.size() == 20);
}

TEST_CASE("a_rewound_writer_goes_on_from_there") {
    Room room(30);
    room.writer.put_u16(0);
    const size_t first = room.put("a.example");
    const size_t before = room.writer.size();
    room.writer.put_name(name_of("much.too.long.a.name.to.fit.in"));
    CHECK_FALSE(room.writer.ok());
    room.writer.rewind(before);
    CHECK(room.writer.ok());
    CHECK(room.writer.size() == before);
    // Labels of what was taken back are not there to be pointed at.
    const size_t next = room.put("long.a.name");
    CHECK(room.writer.ok());
    CHECK(room.writer.size() == next + 13);
    const size_t last = room.put("example");
    CHECK(room.writer.size() == last + 2);
    CHECK(room.name_at(first) == "a.example");
    CHECK(room.name_at(next) == "long.a.name");
    CHECK(room.name_at(last) == "example");
}

TEST_CASE("a_rewind_forgets_every_name_behind") {
    Room room(40);
    room.writer.put_u16(0);
    const size_t before = room.writer.size();
    room.put("host.example");
    room.writer.rewind(before);
    const size_t at = room.put("x.example");
    CHECK(room.writer.size() == at + 11);
    CHECK(room.name_at(at) == "x.example");
}

TEST_CASE("only_what_was_written_is_patched") {
    Room room(8);
    room.writer.put_u32(0);
    room.writer.patch_u16(2, 0x0102);
    room.writer.patch_u16(3, 0xffff);
    room.writer.patch_u16(6, 0xffff);
    CHECK(room.bytes == std::vector<uint8_t>{0, 0, 1, 2, 0xa5, 0xa5, 0xa5, 0xa5});
}

TEST_CASE("the_size_of_data_that_did_not_fit_is_not_patched") {
    Room room(4);
    const size_t begin = room.writer.begin_data();
    room.writer.put_u32(1);
    room.writer.end_data(begin);
    CHECK_FALSE(room.writer.ok());
    CHECK(room.bytes[0] == 0);
    CHECK(room.bytes[1] == 0);
}

TEST_CASE("the_longest_name_goes_both_ways") {
    Room room(300);
    const size_t at = room.put(longest_name());
    CHECK(room.writer.size() == 255);
    CHECK(room.name_at(at) == longest_name());
    room.put("y." + longest_name().substr(64));
    CHECK(room.writer.size() == 259);
    CHECK(room.name_at(255) == "y." + longest_name().substr(64));
}
