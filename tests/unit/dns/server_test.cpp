// SPDX-License-Identifier: BSD-3-Clause
// Servers over UDP: what reaches the program, what is answered without it, and how ports end.
#include "server_support.h"

using namespace evlet_test;

TEST_CASE("a_request_shows_its_question_flags_and_who_asks") {
    Base base;
    std::string seen;
    TestServer server(base, [&](evdns_server_request* request) {
        REQUIRE(request->nquestions == 1);
        seen = request->questions[0]->name;
        CHECK(request->questions[0]->type == EVDNS_TYPE_A);
        CHECK(request->questions[0]->dns_question_class == EVDNS_CLASS_INET);
        CHECK((request->flags & EVDNS_FLAGS_RD) == 0);
        sockaddr_in from = {};
        auto* const address = reinterpret_cast<sockaddr*>(&from);
        CHECK(evdns_server_request_get_requesting_addr(request, address, 2) == -1);
        CHECK(evdns_server_request_get_requesting_addr(request, address, -1) == -1);
        CHECK(evdns_server_request_get_requesting_addr(request, address, sizeof from) ==
              sizeof from);
        CHECK(ntohl(from.sin_addr.s_addr) == INADDR_LOOPBACK);
        respond(request);
    });
    const UdpClient client(base, server.address());
    const ReplyPacket reply = client.ask(query("Host.eXample"));
    CHECK(seen == "Host.eXample");
    CHECK(reply.id() == 0x1234);
    CHECK(reply.flags() == kAnswerBit);
    REQUIRE(reply.questions.size() == 1);
    CHECK(reply.questions[0] == "Host.eXample");
    CHECK(reply.records.empty());
    CHECK(reply.packet.substr(12) == question("Host.eXample"));
}

TEST_CASE("several_questions_are_shown_and_come_back") {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) {
        REQUIRE(request->nquestions == 3);
        CHECK(std::string(request->questions[0]->name) == "a.example");
        CHECK(std::string(request->questions[1]->name) == "b.example");
        CHECK(std::string(request->questions[2]->name) == ".");
        CHECK(request->questions[1]->type == EVDNS_TYPE_AAAA);
        CHECK(request->questions[2]->dns_question_class == 3);
        respond(request);
    });
    const UdpClient client(base, server.address());
    const ReplyPacket reply = client.ask(header(7, 0, 3, 0) + question("a.example") +
                                         question("b.example", kTypeAaaa) + question("", 255, 3));
    CHECK(reply.questions == std::vector<std::string>{"a.example", "b.example", ""});
    CHECK(server.requests == 1);
}

TEST_CASE("flags_of_the_answer_are_those_asked_for_and_set") {
    Base base;
    int flags = 0;
    TestServer server(base, [&](evdns_server_request* request) {
        evdns_server_request_set_flags(request, flags);
        respond(request, DNS_ERR_NOTEXIST);
    });
    const UdpClient client(base, server.address());
    CHECK(client.ask(query("a", 1, 1, 0x0100)).flags() == (kAnswerBit | 0x0100 | kNxDomain));
    CHECK(client.ask(query("a", 1, 1, 0x0010)).flags() == (kAnswerBit | 0x0010 | kNxDomain));
    flags = EVDNS_FLAGS_AA;
    CHECK(client.ask(query("a")).flags() == (kAnswerBit | 0x0400 | kNxDomain));
    flags = ~EVDNS_FLAGS_AA;
    CHECK(client.ask(query("a")).flags() == (kAnswerBit | kNxDomain));
}

TEST_CASE("each_code_is_sent") {
    Base base;
    int code = 0;
    TestServer server(base, [&](evdns_server_request* request) { respond(request, code); });
    const UdpClient client(base, server.address());
    for (code = 0; code < 16; ++code)
        CHECK(client.ask(query("a")).flags() == (kAnswerBit | static_cast<unsigned>(code)));
}

TEST_CASE("a_request_may_be_dropped_or_answered_later") {
    Base base;
    std::vector<evdns_server_request*> kept;
    TestServer server(base, [&](evdns_server_request* request) {
        if (std::string(request->questions[0]->name) == "drop")
            CHECK(evdns_server_request_drop(request) == 0);
        else
            kept.push_back(request);
    });
    const UdpClient client(base, server.address());
    client.send(query("drop", 1, 1));
    client.send(query("first", 1, 2));
    client.send(query("second", 1, 3));
    REQUIRE(run_until(base, [&] { return kept.size() == 2; }));
    CHECK_FALSE(client.has_answer());
    respond(kept[1]);
    CHECK(client.receive().id() == 3);
    respond(kept[0]);
    CHECK(client.receive().id() == 2);
    settle(base);
    CHECK_FALSE(client.has_answer());
}

TEST_CASE("malformed_queries_are_answered_so_without_the_program") {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) { respond(request); });
    const UdpClient client(base, server.address());
    const std::string whole = query("host.example");
    std::vector<std::string> packets = {
        header(9, 0, 0, 0),                  // no question
        header(9, 0, 2, 0) + question("a"),  // fewer than it says
        header(9, 0, 65535, 65535, 65535, 65535) + question("a"),
        header(9, 0, 1, 0) + u8(64) + "a",  // no name
        header(9, 0, 1, 0) + u8(63) + "short" + u8(0),
        header(9, 0, 1, 0) + u16(0xc00c) + u16(1) + u16(1),  // itself
        header(9, 0, 1, 0) + u16(0xc0ff) + u16(1) + u16(1),  // ahead
        header(9, 0, 1, 0, 0, 1) + question("a"),            // no such record
        header(9, 0, 1, 0, 0, 2) + question("a") + opt_record(512) + opt_record(512),
        header(9, 0, 1, 0, 0, 1) + question("a") + u8(0) + u16(kTypeOpt) + u16(512) + u32(0) +
            u16(9),
        header(9, 0, 17, 0) +
            [] {
                std::string many;
                for (int i = 0; i < 17; ++i)
                    many += question("a");
                return many;
            }(),
    };
    for (size_t size = 12; size < whole.size(); ++size)
        packets.push_back(whole.substr(0, size));
    for (const std::string& packet : packets) {
        const ReplyPacket reply = client.ask(packet);
        CHECK(reply.code() == kFormErr);
        CHECK(reply.id() == u16_at(packet, 0));
    }
    CHECK(server.requests == 0);
    CHECK(client.ask(whole).code() == 0);
}

TEST_CASE("answers_and_less_than_a_header_are_never_answered") {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) { respond(request); });
    const UdpClient client(base, server.address());
    client.send(query("a", 1, 1, kAnswerBit));
    client.send(query("a", 1, 1, kAnswerBit | 0x2800));
    client.send(header(1, kAnswerBit, 0, 0));
    for (size_t size = 0; size < 12; ++size)
        client.send(std::string(size, '\0'));
    // What comes behind is the first that is answered.
    CHECK(client.ask(query("a", 1, 77)).id() == 77);
    settle(base);
    CHECK_FALSE(client.has_answer());
    CHECK(server.requests == 1);
}

TEST_CASE("other_kinds_of_requests_are_not_implemented") {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) { respond(request); });
    const UdpClient client(base, server.address());
    for (unsigned opcode = 1; opcode < 16; ++opcode) {
        const ReplyPacket reply = client.ask(query("a", 1, 5, opcode << 11));
        CHECK(reply.flags() == (kAnswerBit | opcode << 11 | kNotImp));
    }
    CHECK(server.requests == 0);
}

TEST_CASE("another_version_of_edns_is_refused_with_our_own") {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) { respond(request); });
    const UdpClient client(base, server.address());
    const ReplyPacket reply = client.ask(edns_query("a", 1232, 1));
    CHECK(reply.code() == 16);
    REQUIRE(reply.opt.size() == 1);
    CHECK((reply.opt[0].ttl >> 16 & 255) == 0);
    CHECK(server.requests == 0);
}

TEST_CASE("who_uses_edns_is_answered_with_it_and_nobody_else") {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) {
        CHECK(evdns_server_request_add_a_reply(request, "a", 1, "\1\2\3\4", 9) == 0);
        respond(request);
    });
    const UdpClient client(base, server.address());
    const ReplyPacket with = client.ask(edns_query("a", 1232));
    REQUIRE(with.opt.size() == 1);
    CHECK(with.opt[0].owner.empty());
    CHECK(with.opt[0].dns_class >= 512);
    CHECK(with.records.size() == 1);
    CHECK(client.ask(query("a")).opt.empty());
}

TEST_CASE("a_port_may_be_closed_in_its_callback") {
    Base base;
    for (const bool answer_first : {true, false}) {
        TestServer server(base, nullptr);
        server.on_request = [&](evdns_server_request* request) {
            if (answer_first)
                respond(request);
            server.close();
            if (!answer_first)
                CHECK(evdns_server_request_respond(request, 0) == -1);
        };
        const UdpClient client(base, server.address());
        client.send(query("a"));
        client.send(query("b"));
        REQUIRE(run_until(base, [&] { return server.requests > 0; }));
        settle(base);
        CHECK(server.requests == 1);
        CHECK(client.has_answer() == answer_first);
        // The socket is the program's still.
        CHECK(is_open(server.fd()));
    }
}

TEST_CASE("a_port_may_be_closed_with_requests_unanswered") {
    Base base;
    std::vector<evdns_server_request*> kept;
    TestServer server(base, [&](evdns_server_request* request) { kept.push_back(request); });
    const UdpClient client(base, server.address());
    for (int i = 0; i < 3; ++i)
        client.send(query("a"));
    REQUIRE(run_until(base, [&] { return kept.size() == 3; }));
    server.close();
    CHECK(evdns_server_request_add_a_reply(kept[0], "a", 1, "\1\2\3\4", 9) == 0);
    CHECK(evdns_server_request_respond(kept[0], 0) == -1);
    CHECK(evdns_server_request_drop(kept[1]) == 0);
    base.free();
    CHECK(evdns_server_request_respond(kept[2], 0) == -1);
}

TEST_CASE("what_is_no_port_is_refused") {
    Base base;
    const Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto callback = [](evdns_server_request* request, void*) {
        evdns_server_request_drop(request);
    };
    CHECK(evdns_add_server_port_with_base(nullptr, fd, 0, callback, nullptr) == nullptr);
    CHECK(evdns_add_server_port_with_base(base, -1, 0, callback, nullptr) == nullptr);
    CHECK(evdns_add_server_port_with_base(base, fd, 1, callback, nullptr) == nullptr);
    CHECK(evdns_add_server_port_with_base(base, fd, 0, nullptr, nullptr) == nullptr);
    CHECK(evdns_add_server_port_with_listener(base, nullptr, 0, callback, nullptr) == nullptr);
    TestServer server(base, [](evdns_server_request* request) { respond(request); });
    CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_MAX_CLIENTS, 5) == -1);
    CHECK(evdns_server_port_set_option(server, EVDNS_SOPT_TCP_IDLE_TIMEOUT, 5) == -1);
}

TEST_CASE("resolver_and_server_of_the_library_understand_each_other") {
    Base base;
    TestServer server(base, [&](evdns_server_request* request) {
        const evdns_server_question& asked = *request->questions[0];
        if (asked.type == EVDNS_TYPE_A) {
            std::string bytes;
            for (unsigned i = 0; i < 20; ++i)
                bytes += u32(0x0a000000 + i);
            CHECK(evdns_server_request_add_cname_reply(request, asked.name, "b.example", 9) == 0);
            CHECK(evdns_server_request_add_a_reply(request, "b.example", 20, bytes.data(), 9) == 0);
        } else {
            CHECK(evdns_server_request_add_ptr_reply(request, nullptr, asked.name, "host.example",
                                                     9) == 0);
        }
        respond(request);
    });
    Resolver dns(base);
    const Address& at = server.address();
    REQUIRE(evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) == 0);
    const Result result = resolve(base, dns, "a.example");
    CHECK(result.count == 20);
    CHECK(result.data[19] == "10.0.0.19");
    in_addr in = {};
    Result reverse;
    REQUIRE(evdns_base_resolve_reverse(dns, &in, 0, Result::told, &reverse));
    REQUIRE(ends(base, reverse));
    CHECK(reverse.all() == "host.example");
}
