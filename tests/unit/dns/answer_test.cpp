// SPDX-License-Identifier: BSD-3-Clause
// The records of an answer: which belong to the question, and what they come to.
#include "dns/answer_data.h"

#include <doctest.h>

#include "answer_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

TEST_CASE("the_addresses_of_the_name_are_taken_in_their_order") {
    Packet packet = asked("host.example", kA, 2);
    packet.pointer(12).record(kA, 60, "1111");
    packet.pointer(12).record(kA, 30, "2222");
    const Result result = answer(packet, "host.example", kA);
    CHECK(result.found == Found::data);
    CHECK(result.data == "11112222");
    CHECK(result.count == 2);
    CHECK(result.ttl == 30);
    CHECK(result.alias == "-");
}

TEST_CASE("ipv6_addresses_are_taken") {
    Packet packet = asked("host.example", kAaaa, 1);
    packet.name("HOST.example").record(kAaaa, 0x7fffffff, "0123456789abcdef");
    const Result result = answer(packet, "host.example", kAaaa);
    CHECK(result.found == Found::data);
    CHECK(result.data == "0123456789abcdef");
    CHECK(result.ttl == 0x7fffffff);
}

TEST_CASE("aliases_in_order_are_followed") {
    Packet packet = asked("host.example", kA, 3);
    packet.pointer(12).record(kCname, 50, wire("a.example"));
    packet.name("a.example").record(kCname, 40, wire("b.example"));
    packet.name("b.example").record(kA, 60, "1234");
    const Result result = answer(packet, "host.example", kA, true);
    CHECK(result.found == Found::data);
    CHECK(result.data == "1234");
    CHECK(result.alias == "b.example");
    CHECK(result.ttl == 40);
    CHECK(answer(packet, "host.example", kA, false).alias == "-");
}

TEST_CASE("aliases_out_of_order_are_followed") {
    Packet packet = asked("host.example", kA, 4);
    packet.name("c.example").record(kA, 60, "1234");
    packet.name("b.example").record(kCname, 60, wire("c.example"));
    packet.name("a.example").record(kCname, 60, wire("b.example"));
    packet.pointer(12).record(kCname, 60, wire("a.example"));
    const Result result = answer(packet, "host.example", kA, true);
    CHECK(result.found == Found::data);
    CHECK(result.data == "1234");
    CHECK(result.alias == "c.example");
}

TEST_CASE("addresses_before_and_behind_their_alias_are_all_taken") {
    Packet packet = asked("host.example", kA, 6);
    for (const char* const address : {"1111", "2222", "3333"})
        packet.name("a.example").record(kA, 20, address);
    packet.pointer(12).record(kCname, 60, wire("a.example"));
    packet.name("a.example").record(kA, 30, "4444");
    packet.name("a.example").record(kA, 40, "5555");
    const Result result = answer(packet, "host.example", kA);
    CHECK(result.found == Found::data);
    CHECK(result.data == "11112222333344445555");
    CHECK(result.ttl == 20);
}

TEST_CASE("aliases_in_a_loop_are_broken") {
    Packet to_itself = asked("host.example", kA, 1);
    to_itself.pointer(12).record(kCname, 60, pointer_to(12));
    CHECK(answer(to_itself, "host.example", kA).found == Found::broken);
    Packet to_each_other = asked("host.example", kA, 2);
    to_each_other.pointer(12).record(kCname, 60, wire("a.example"));
    to_each_other.name("a.example").record(kCname, 60, pointer_to(12));
    CHECK(answer(to_each_other, "host.example", kA).found == Found::broken);
    // An address on the way does not help.
    to_each_other.pointer(12).record(kA, 60, "1234");
    to_each_other.bytes[7] = 3;
    CHECK(answer(to_each_other, "host.example", kA).found == Found::broken);
}

TEST_CASE("more_aliases_in_the_wrong_order_than_anybody_has_are_broken") {
    for (const int aliases : {10, 20}) {
        Packet packet = asked("n0.example", kA, static_cast<unsigned>(aliases) + 1);
        packet.name("n" + std::to_string(aliases) + ".example").record(kA, 60, "1234");
        for (int i = aliases; i-- > 0;)
            packet.name("n" + std::to_string(i) + ".example")
                .record(kCname, 60, wire("n" + std::to_string(i + 1) + ".example"));
        CHECK(answer(packet, "n0.example", kA).found ==
              (aliases == 10 ? Found::data : Found::broken));
    }
}

TEST_CASE("many_aliases_in_order_are_followed") {
    Packet packet = asked("n0.example", kA, 41);
    for (int i = 0; i < 40; ++i)
        packet.name("n" + std::to_string(i) + ".example")
            .record(kCname, 60, wire("n" + std::to_string(i + 1) + ".example"));
    packet.name("n40.example").record(kA, 60, "1234");
    CHECK(answer(packet, "n0.example", kA, true).alias == "n40.example");
}

TEST_CASE("an_alias_that_leads_nowhere_is_nothing") {
    Packet packet = asked("host.example", kA, 2);
    packet.pointer(12).record(kA, 60, "1234");
    packet.pointer(12).record(kCname, 60, wire("a.example"));
    CHECK(answer(packet, "host.example", kA).found == Found::nothing);
}

TEST_CASE("60_records_are_taken") {
    Packet packet = asked("host.example", kA, 60);
    std::string all;
    for (int i = 0; i < 60; ++i) {
        const std::string address = {10, 0, 0, static_cast<char>(i)};
        packet.pointer(12).record(kA, 60, address);
        all += address;
    }
    const Result result = answer(packet, "host.example", kA);
    CHECK(result.count == 60);
    CHECK(result.data == all);
}

TEST_CASE("records_of_other_names_are_not_looked_at") {
    Packet packet = asked("host.example", kA, 4);
    packet.name("evil.example").record(kA, 1, "6666");
    packet.name("evil.example").record(kCname, 1, wire("host.example"));
    packet.pointer(12).record(kA, 60, "1234");
    packet.name("ost.example").record(kA, 1, "6666");
    const Result result = answer(packet, "host.example", kA, true);
    CHECK(result.data == "1234");
    CHECK(result.ttl == 60);
    CHECK(result.alias == "-");
    Packet others = asked("host.example", kA, 1);
    others.name("evil.example").record(kA, 1, "6666");
    CHECK(answer(others, "host.example", kA).found == Found::nothing);
}

TEST_CASE("records_of_other_types_are_not_looked_at") {
    Packet packet = asked("host.example", kA, 3);
    packet.pointer(12).record(kAaaa, 1, "0123456789abcdef");
    packet.pointer(12).record(16, 1, "text");
    packet.pointer(12).record(kA, 60, "1234");
    const Result result = answer(packet, "host.example", kA);
    CHECK(result.data == "1234");
    CHECK(result.ttl == 60);
}

TEST_CASE("records_of_another_class_are_not_looked_at") {
    constexpr unsigned kChaos = 3;
    Packet packet = asked("host.example", kA, 3);
    packet.pointer(12).record(kA, 1, "6666", kChaos);
    packet.pointer(12).record(kCname, 1, wire("evil.example"), kChaos);
    packet.pointer(12).record(kA, 60, "1234");
    const Result result = answer(packet, "host.example", kA, true);
    CHECK(result.data == "1234");
    CHECK(result.alias == "-");
    Packet pointers = asked("4.3.2.1.in-addr.arpa", kPtr, 1);
    pointers.pointer(12).record(kPtr, 1, wire("evil.example"), kChaos);
    CHECK(answer(pointers, "4.3.2.1.in-addr.arpa", kPtr).found == Found::nothing);
}

TEST_CASE("addresses_of_a_wrong_size_are_passed_over") {
    for (const char* const wrong : {"", "123", "12345", "0123456789abcdef"}) {
        Packet packet = asked("host.example", kA, 2);
        packet.pointer(12).record(kA, 60, wrong);
        packet.pointer(12).record(kA, 60, "1234");
        const Result result = answer(packet, "host.example", kA);
        CHECK(result.data == "1234");
        CHECK(result.count == 1);
        Packet alone = asked("host.example", kA, 1);
        alone.pointer(12).record(kA, 60, wrong);
        CHECK(answer(alone, "host.example", kA).found == Found::nothing);
        Packet six = asked("host.example", kAaaa, 2);
        six.pointer(12).record(kAaaa, 60, std::string(15, 'x'));
        six.pointer(12).record(kAaaa, 60, std::string(17, 'x'));
        CHECK(answer(six, "host.example", kAaaa).found == Found::nothing);
    }
}

TEST_CASE("a_name_in_a_record_has_to_be_all_of_its_data") {
    for (const int change : {-1, 0, 1}) {
        const std::string name = wire("a.example");
        Packet packet = asked("host.example", kA, 2);
        packet.pointer(12).u16(kCname).u16(kInternet).u32(60);
        packet.u16(static_cast<unsigned>(static_cast<int>(name.size()) + change)).raw(name);
        packet.name("a.example").record(kA, 60, "1234");
        CHECK((answer(packet, "host.example", kA).found == Found::data) == (change == 0));
        Packet pointer = asked("1.in-addr.arpa", kPtr, 1);
        pointer.pointer(12).u16(kPtr).u16(kInternet).u32(60);
        pointer.u16(static_cast<unsigned>(static_cast<int>(name.size()) + change)).raw(name);
        pointer.u8(0);
        CHECK((answer(pointer, "1.in-addr.arpa", kPtr).found == Found::data) == (change == 0));
    }
}

TEST_CASE("a_broken_name_anywhere_among_the_records_breaks_the_answer") {
    Packet packet = asked("host.example", kA, 2);
    packet.pointer(12).record(kA, 60, "1234");
    packet.pointer(packet.size()).record(kA, 60, "1234");
    CHECK(answer(packet, "host.example", kA).found == Found::broken);
}

TEST_CASE("the_least_ttl_of_aliases_and_addresses_counts") {
    for (const uint32_t of_alias : {10u, 60u}) {
        Packet packet = asked("host.example", kA, 2);
        packet.pointer(12).record(kCname, of_alias, wire("a.example"));
        packet.name("a.example").record(kA, 70 - of_alias, "1234");
        CHECK(answer(packet, "host.example", kA).ttl == 10);
    }
}

TEST_CASE("a_ttl_with_its_top_bit_set_may_not_be_kept") {
    Packet packet = asked("host.example", kA, 2);
    packet.pointer(12).record(kA, 60, "1234");
    packet.pointer(12).record(kA, 0x80000001, "5678");
    const Result result = answer(packet, "host.example", kA);
    CHECK(result.count == 2);
    CHECK(result.ttl == 0);
}

TEST_CASE("the_name_of_an_address_is_taken_as_text") {
    Packet packet = asked("4.3.2.1.in-addr.arpa", kPtr, 2);
    packet.pointer(12).record(kPtr, 60, wire("Host\\.x.example"));
    packet.pointer(12).record(kPtr, 60, wire("other.example"));
    const Result result = answer(packet, "4.3.2.1.in-addr.arpa", kPtr);
    CHECK(result.found == Found::data);
    CHECK(result.text == "Host\\.x.example");
    CHECK(result.count == 1);
}

TEST_CASE("the_name_of_an_address_may_be_behind_an_alias") {
    // RFC 2317.
    Packet packet = asked("4.3.2.1.in-addr.arpa", kPtr, 2);
    packet.pointer(12).record(kCname, 60, wire("4.0-7.3.2.1.in-addr.arpa"));
    packet.name("4.0-7.3.2.1.in-addr.arpa").record(kPtr, 60, wire("host.example"));
    CHECK(answer(packet, "4.3.2.1.in-addr.arpa", kPtr).text == "host.example");
}

TEST_CASE("a_name_of_an_address_that_has_a_NUL_is_escaped") {
    Packet packet = asked("4.3.2.1.in-addr.arpa", kPtr, 1);
    packet.pointer(12).record(kPtr, 60, std::string("\x0agood\0.evil\0", 12));
    CHECK(answer(packet, "4.3.2.1.in-addr.arpa", kPtr).text == "good\\000\\.evil");
}

TEST_CASE("an_answer_without_records_is_nothing") {
    CHECK(answer(asked("host.example", kA, 0), "host.example", kA).found == Found::nothing);
    CHECK(answer(asked("host.example", kA, 0), "host.example", kA).ttl == 0);
}

TEST_CASE("counts_are_not_believed") {
    for (const unsigned count : {2u, 4096u, 4097u, 65535u}) {
        Packet packet = asked("host.example", kA, count);
        packet.pointer(12).record(kA, 60, "1234");
        CHECK(answer(packet, "host.example", kA).found == Found::broken);
    }
    Packet none = asked("host.example", kA, 65535);
    CHECK(answer(none, "host.example", kA).found == Found::broken);
    // What is not counted is not there.
    Packet fewer = asked("host.example", kA, 1);
    fewer.pointer(12).record(kA, 60, "1234");
    fewer.pointer(12).record(kA, 60, "5678");
    CHECK(answer(fewer, "host.example", kA).data == "1234");
}

TEST_CASE("more_records_than_anybody_has_are_broken") {
    for (const unsigned count : {4000u, 4097u}) {
        Packet packet = asked("host.example", kA, count);
        for (unsigned i = 0; i < count; ++i)
            packet.pointer(12).record(kA, 60, "1234");
        const Result result = answer(packet, "host.example", kA);
        CHECK(result.found == (count == 4000 ? Found::data : Found::broken));
        CHECK(result.count == (count == 4000 ? 4000 : 0));
    }
}

TEST_CASE("how_long_there_is_nothing_is_the_less_of_the_ttl_and_the_minimum_of_the_soa_record") {
    for (const uint32_t ttl : {30u, 90u}) {
        Packet packet = asked("host.example", kA, 0, 1);
        packet.name("example").record(kSoa, ttl, soa(60));
        const Result result = answer(packet, "host.example", kA);
        CHECK(result.found == Found::nothing);
        CHECK(result.ttl == (ttl < 60 ? ttl : 60));
    }
}

TEST_CASE("the_soa_record_is_found_behind_aliases_and_other_records") {
    Packet packet = asked("host.example", kA, 1, 2);
    packet.pointer(12).record(kCname, 300, wire("a.example"));
    packet.name("example").record(kNs, 60, wire("ns.example"));
    packet.name("example").record(kSoa, 90, soa(80));
    const Result result = answer(packet, "host.example", kA);
    CHECK(result.found == Found::nothing);
    CHECK(result.ttl == 80);
}

TEST_CASE("that_an_alias_leads_to_nothing_is_believed_no_longer_than_the_alias") {
    for (const uint32_t ttl : {0u, 30u, 90u}) {
        Packet packet = asked("host.example", kA, 1, 1);
        packet.pointer(12).record(kCname, ttl, wire("a.example"));
        packet.name("example").record(kSoa, 60, soa(60));
        const Result result = answer(packet, "host.example", kA);
        CHECK(result.found == Found::nothing);
        CHECK(result.ttl == (ttl < 60 ? ttl : 60));
    }
}

TEST_CASE("without_a_soa_record_nothing_may_be_kept") {
    Packet packet = asked("host.example", kA, 0, 1);
    packet.name("example").record(kNs, 60, wire("ns.example"));
    CHECK(answer(packet, "host.example", kA).ttl == 0);
}

TEST_CASE("a_soa_record_of_another_class_or_of_a_wrong_size_is_none") {
    Packet packet = asked("host.example", kA, 0, 1);
    packet.name("example").record(kSoa, 90, soa(60), 3);
    CHECK(answer(packet, "host.example", kA).ttl == 0);
    Packet longer = asked("host.example", kA, 0, 1);
    longer.name("example").record(kSoa, 90, soa(60) + "x");
    CHECK(answer(longer, "host.example", kA).ttl == 0);
    Packet shorter = asked("host.example", kA, 0, 1);
    shorter.name("example").record(kSoa, 90, soa(60).substr(1));
    CHECK(answer(shorter, "host.example", kA).found == Found::nothing);
    CHECK(answer(shorter, "host.example", kA).ttl == 0);
}

TEST_CASE("an_authority_section_that_lies_about_its_count_ends_where_it_ends") {
    Packet packet = asked("host.example", kA, 0, 65535);
    packet.name("example").record(kNs, 60, wire("ns.example"));
    const Result result = answer(packet, "host.example", kA);
    CHECK(result.found == Found::nothing);
    CHECK(result.ttl == 0);
}

TEST_CASE("an_answer_cut_off_at_any_byte_is_broken_and_touches_nothing") {
    Packet packet = asked("www.host.example", kA, 4);
    packet.pointer(12).record(kCname, 300, wire("cdn.example"));
    const size_t owner = packet.size();
    packet.name("cdn.example")
        .record(kCname, 300,
                "\x04"
                "edge" +
                    pointer_to(owner));
    packet.label("edge").pointer(owner).record(kA, 20, "1234");
    packet.label("edge").pointer(owner).record(kA, 20, "5678");
    REQUIRE(answer(packet, "www.host.example", kA, true).data == "12345678");
    REQUIRE(answer(packet, "www.host.example", kA, true).alias == "edge.cdn.example");
    const size_t records = kHeaderSize + 18 + 4;
    for (size_t size = packet.size() - 1; size >= records; --size) {
        CAPTURE(size);
        Packet part = packet;
        part.bytes.resize(size);
        part.bytes.shrink_to_fit();
        const Result result = answer(part, "www.host.example", kA, true);
        CHECK(result.found == Found::broken);
        CHECK(result.ttl == kUntouched);
    }
}

TEST_CASE("a_negative_answer_cut_off_at_any_byte_may_not_be_kept") {
    Packet packet = asked("host.example", kA, 1, 1);
    packet.pointer(12).record(kCname, 300, wire("a.example"));
    const size_t authority = packet.size();
    packet.name("example").record(kSoa, 90, soa(60));
    REQUIRE(answer(packet, "host.example", kA).ttl == 60);
    for (size_t size = packet.size() - 1; size >= authority; --size) {
        CAPTURE(size);
        Packet part = packet;
        part.bytes.resize(size);
        part.bytes.shrink_to_fit();
        const Result result = answer(part, "host.example", kA);
        CHECK(result.found == Found::nothing);
        CHECK(result.ttl == 0);
    }
}

TEST_CASE("any_byte_of_an_answer_may_have_any_value") {
    Packet packet = asked("host.example", kA, 3, 1);
    packet.pointer(12).record(kCname, 300, wire("a.example"));
    packet.name("a.example").record(kA, 20, "1234");
    packet.label("b").pointer(12).record(kA, 20, "5678");
    packet.name("example").record(kSoa, 90, soa(60));
    int taken = 0;
    for (size_t at = 0; at < packet.size(); ++at) {
        for (unsigned value = 0; value < 256; ++value) {
            Packet changed = packet;
            changed.bytes[at] = static_cast<uint8_t>(value);
            const Result result = answer(changed, "host.example", kA, true);
            if (result.found == Found::data) {
                ++taken;
                CHECK(result.data.size() == 4 * result.count);
            }
        }
    }
    CHECK(taken > 0);
}
