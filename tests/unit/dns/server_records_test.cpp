// SPDX-License-Identifier: BSD-3-Clause
// Records of answers: of each kind, in each section, how they are refused, and what does not fit.
#include "server_support.h"

using namespace evlet_test;

namespace {

// The answer to one query, which `add` puts together.
ReplyPacket answered(const TestServer::Body& add, const std::string& packet = query("a.example")) {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) {
        add(request);
        respond(request);
    });
    const UdpClient client(base, server.address());
    return client.ask(packet);
}

const std::string kLongLabel(64, 'x');

}  // namespace

TEST_CASE("addresses_are_one_record_each") {
    const ReplyPacket reply = answered([](evdns_server_request* request) {
        const std::string v6 = address_bytes("2001:db8::1");
        CHECK(evdns_server_request_add_a_reply(request, "a.example", 2, "\1\2\3\4\5\6\7\10", 77) ==
              0);
        CHECK(evdns_server_request_add_aaaa_reply(request, "A.example", 1, v6.data(), 78) == 0);
        CHECK(evdns_server_request_add_a_reply(request, "a.example", 0, nullptr, 77) == 0);
    });
    REQUIRE(reply.records.size() == 3);
    CHECK(reply.count(1) == 3);
    for (const ReplyRecord& record : reply.records) {
        CHECK(record.section == EVDNS_ANSWER_SECTION);
        CHECK(record.dns_class == 1);
    }
    CHECK(reply.records[0].type == kTypeA);
    CHECK(reply.records[0].owner == "a.example");
    CHECK(reply.records[0].ttl == 77);
    CHECK(reply.records[0].data == "\1\2\3\4");
    CHECK(reply.records[1].data == "\5\6\7\10");
    CHECK(reply.records[2].type == kTypeAaaa);
    CHECK(reply.records[2].ttl == 78);
    CHECK(reply.records[2].data == address_bytes("2001:db8::1"));
}

TEST_CASE("names_of_addresses_and_aliases_are_written_as_names") {
    const ReplyPacket reply = answered([](evdns_server_request* request) {
        in_addr in;
        in.s_addr = htonl(0xc0000207);
        CHECK(evdns_server_request_add_ptr_reply(request, &in, nullptr, "host.example", 5) == 0);
        CHECK(evdns_server_request_add_ptr_reply(request, nullptr, "x.ip6.arpa", "six.example",
                                                 5) == 0);
        CHECK(evdns_server_request_add_cname_reply(request, "a.example", "b.example.", 5) == 0);
        CHECK(evdns_server_request_add_ptr_reply(request, &in, "both", "host.example", 5) == -1);
        CHECK(evdns_server_request_add_ptr_reply(request, nullptr, nullptr, "none.example", 5) ==
              -1);
    });
    REQUIRE(reply.records.size() == 3);
    CHECK(reply.records[0].owner == "7.2.0.192.in-addr.arpa");
    CHECK(reply.records[0].type == kTypePtr);
    CHECK(reply.records[0].name == "host.example");
    CHECK(reply.records[1].owner == "x.ip6.arpa");
    CHECK(reply.records[1].name == "six.example");
    CHECK(reply.records[2].type == kTypeCname);
    CHECK(reply.records[2].name == "b.example");
}

TEST_CASE("raw_records_go_to_each_section_in_the_order_they_were_added") {
    const ReplyPacket reply = answered([](evdns_server_request* request) {
        const auto add = [&](int section, const char* name, int type, int size, bool is_name,
                             const char* data) {
            return evdns_server_request_add_reply(request, section, name, type, 3, 11, size,
                                                  is_name, data);
        };
        CHECK(add(EVDNS_ADDITIONAL_SECTION, "extra", EVDNS_TYPE_TXT, 4, false, "\3abc") == 0);
        CHECK(add(EVDNS_AUTHORITY_SECTION, "zone", EVDNS_TYPE_NS, -7, true, "ns.zone") == 0);
        CHECK(add(EVDNS_ANSWER_SECTION, "a.example", EVDNS_TYPE_MX, 3, false, "\0\1\0") == 0);
        CHECK(add(EVDNS_ANSWER_SECTION, "b.example", 65280, 9, false, nullptr) == 0);
        CHECK(add(EVDNS_ANSWER_SECTION, ".", EVDNS_TYPE_TXT, 0, false, "") == 0);
        CHECK(add(EVDNS_AUTHORITY_SECTION, "zone", EVDNS_TYPE_NS, 0, true, ".") == 0);
    });
    REQUIRE(reply.records.size() == 6);
    CHECK(reply.count(1) == 3);
    CHECK(reply.count(2) == 2);
    CHECK(reply.count(3) == 1);
    CHECK(reply.records[0].data == std::string("\0\1\0", 3));
    CHECK(reply.records[0].dns_class == 3);
    CHECK(reply.records[0].ttl == 11);
    CHECK(reply.records[1].type == 65280);
    CHECK(reply.records[1].data.empty());
    CHECK(reply.records[2].owner.empty());
    CHECK(reply.records[3].name == "ns.zone");
    CHECK(reply.records[4].name.empty());
    CHECK(reply.records[5].data == "\3abc");
    CHECK(reply.records[5].owner == "extra");
}

TEST_CASE("what_is_no_record_is_refused_and_nothing_is_added") {
    const ReplyPacket reply = answered([](evdns_server_request* request) {
        const std::string big(65536, 'x');
        const auto add = [&](int section, const char* name, int size, bool is_name,
                             const char* data) {
            return evdns_server_request_add_reply(request, section, name, EVDNS_TYPE_TXT, 1, 1,
                                                  size, is_name, data);
        };
        for (const char* const name : {"", "a..b", kLongLabel.c_str(), "a\\"}) {
            CHECK(add(EVDNS_ANSWER_SECTION, name, 1, false, "x") == -1);
            CHECK(add(EVDNS_ANSWER_SECTION, "a", 0, true, name) == -1);
            CHECK(evdns_server_request_add_a_reply(request, name, 1, "\1\2\3\4", 1) == -1);
            CHECK(evdns_server_request_add_aaaa_reply(request, name, 1, big.data(), 1) == -1);
            CHECK(evdns_server_request_add_cname_reply(request, name, "a", 1) == -1);
            CHECK(evdns_server_request_add_cname_reply(request, "a", name, 1) == -1);
            CHECK(evdns_server_request_add_ptr_reply(request, nullptr, name, "a", 1) == -1);
            CHECK(evdns_server_request_add_ptr_reply(request, nullptr, "a", name, 1) == -1);
        }
        CHECK(add(EVDNS_ANSWER_SECTION, "a", 65536, false, big.data()) == -1);
        CHECK(add(EVDNS_ANSWER_SECTION, "a", -1, false, "x") == -1);
        CHECK(add(3, "a", 1, false, "x") == -1);
        CHECK(add(-1, "a", 1, false, "x") == -1);
    });
    CHECK(reply.records.empty());
}

TEST_CASE("names_that_repeat_are_written_once") {
    const ReplyPacket reply = answered([](evdns_server_request* request) {
        for (int i = 0; i < 10; ++i)
            CHECK(evdns_server_request_add_a_reply(request, "a.example", 1, "\1\2\3\4", 1) == 0);
        CHECK(evdns_server_request_add_cname_reply(request, "b.example", "c.a.example", 1) == 0);
    });
    REQUIRE(reply.records.size() == 11);
    CHECK(reply.packet.size() ==
          12 + question("a.example").size() + 10 * 16 + (2 + 2 + 10 + 2 + 2));
    CHECK(reply.records[10].name == "c.a.example");
}

TEST_CASE("an_answer_over_udp_is_cut_off_at_512_bytes_or_what_the_client_takes") {
    const auto many = [](evdns_server_request* request) {
        for (int i = 0; i < 200; ++i)
            CHECK(evdns_server_request_add_a_reply(request, "a.example", 1, "\1\2\3\4", 1) == 0);
    };
    const ReplyPacket small = answered(many);
    CHECK(small.cut_off());
    CHECK(small.packet.size() <= 512);
    CHECK(small.packet.size() > 512 - 16);
    CHECK(small.records.size() == small.count(1));
    for (const unsigned size : {0u, 100u, 512u, 600u, 1232u, 4096u, 65535u}) {
        CAPTURE(size);
        const unsigned taken = std::max(size, 512u);
        const ReplyPacket reply = answered(many, edns_query("a.example", size));
        CHECK(reply.cut_off());
        CHECK(reply.packet.size() <= taken);
        // And none in pieces, which get lost.
        CHECK(reply.packet.size() <= 1452);
        CHECK(reply.packet.size() > std::min(taken, 1200u) - 16);
        CHECK(reply.opt.size() == 1);
    }
}

TEST_CASE("an_answer_that_just_fits_is_not_cut_off") {
    // The record's head is 12 bytes, since its name is a pointer.
    const size_t most = 512 - 12 - question("a.example").size() - 12;
    for (const size_t more : {0u, 1u}) {
        const ReplyPacket reply = answered([=](evdns_server_request* request) {
            const std::string data(most + more, 'x');
            CHECK(evdns_server_request_add_reply(
                      request, EVDNS_ANSWER_SECTION, "a.example", EVDNS_TYPE_TXT, 1, 1,
                      static_cast<int>(data.size()), 0, data.data()) == 0);
        });
        CHECK(reply.cut_off() == (more == 1));
        CHECK(reply.records.size() == 1 - more);
        CHECK((more == 1 || reply.packet.size() == 512));
    }
}

TEST_CASE("additional_records_that_do_not_fit_are_left_out_in_silence") {
    for (const int section : {EVDNS_AUTHORITY_SECTION, EVDNS_ADDITIONAL_SECTION}) {
        const ReplyPacket reply = answered([=](evdns_server_request* request) {
            const std::string data(300, 'x');
            for (int i = 0; i < 2; ++i)
                CHECK(evdns_server_request_add_reply(request, section, "b.example", EVDNS_TYPE_TXT,
                                                     1, 1, 300, 0, data.data()) == 0);
            CHECK(evdns_server_request_add_a_reply(request, "a.example", 1, "\1\2\3\4", 1) == 0);
        });
        CHECK(reply.records.size() == 2);
        CHECK(reply.cut_off() == (section == EVDNS_AUTHORITY_SECTION));
    }
}

TEST_CASE("over_tcp_64_kib_are_sent_and_more_is_cut_off") {
    Base base;
    int count = 0;
    TestServer server(
        base,
        [&](evdns_server_request* request) {
            const std::string data(1000, 'x');
            for (int i = 0; i < count; ++i)
                CHECK(evdns_server_request_add_reply(request, EVDNS_ANSWER_SECTION, "a.example",
                                                     EVDNS_TYPE_TXT, 1, 1, 1000, 0,
                                                     data.data()) == 0);
            respond(request);
        },
        TestServer::tcp);
    TcpClient client(base, server.address());
    for (const int records : {1, 60, 64, 65, 100}) {
        count = records;
        client.send(query("a.example"));
        const ReplyPacket reply = client.receive();
        CHECK(reply.records.size() == std::min(records, 64));
        CHECK(reply.cut_off() == (records > 64));
    }
}

TEST_CASE("times_to_live_below_zero_are_none") {
    const ReplyPacket reply = answered([](evdns_server_request* request) {
        CHECK(evdns_server_request_add_a_reply(request, "a", 1, "\1\2\3\4", -1) == 0);
        CHECK(evdns_server_request_add_a_reply(request, "a", 1, "\1\2\3\4", 0x7fffffff) == 0);
    });
    REQUIRE(reply.records.size() == 2);
    CHECK(reply.records[0].ttl == 0);
    CHECK(reply.records[1].ttl == 0x7fffffff);
}

TEST_CASE("questions_of_any_bytes_come_back_as_they_were") {
    const std::string name = std::string("\3a.b\2\0\\\1\377\0", 10);
    std::string text;
    const ReplyPacket reply =
        answered([&](evdns_server_request* request) { text = request->questions[0]->name; },
                 header(1, 0, 1, 0) + name + u16(1) + u16(1));
    CHECK(text == "a\\.b.\\000\\\\.\\255");
    CHECK(reply.packet.substr(12, name.size()) == name);
}
