// SPDX-License-Identifier: BSD-3-Clause
// Memory that runs out at any moment: every request ends once or is never made, a server answers or
// does not, nothing is leaked, and what comes next goes well.
#include "addrinfo_support.h"
#include "server_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS

namespace {

// Some passes without anything that allocates by the library for the test.
void some_passes(event_base* base) {
    for (int i = 0; i < 12; ++i)
        pass(base);
}

// Runs `body` with a failure at the first, second, third ... allocation, until none is met any
// more.
void at_each_allocation(const std::function<void(FailingMemory&, int)>& body) {
    FailingMemory memory;
    CapturedLog log;
    bool met = true;
    for (int n = 1; met; ++n) {
        REQUIRE(n < 300);
        CAPTURE(n);
        const long before = memory.outstanding();
        body(memory, n);
        met = memory.failed();
        CHECK(memory.outstanding() == before);
    }
}

void serve(FakeNameserver& server, unsigned count) {
    server.on_question = [&server, count](const Question& question) {
        Sections sections;
        sections.answers.push_back(alias("b.example"));
        for (unsigned i = 0; i < count; ++i)
            sections.answers.push_back(address(
                question.type == kTypeA ? "192.0.2.1" : "2001:db8::1", 60, wire("b.example")));
        const std::string packet = answer(question, sections);
        server.send(question, packet.size() > 512 && !question.over_tcp()
                                  ? answer(question, "", kCutOff)
                                  : packet);
    };
}

}  // namespace

TEST_CASE("a_resolver_without_memory_is_none_or_whole") {
    at_each_allocation([](FailingMemory& memory, int n) {
        Base base;
        FakeNameserver server(base);
        serve(server, 1);
        const Address& at = server.address();
        memory.fail_at(n);
        evdns_base* const dns = evdns_base_new(base, 0);
        const int added = dns ? evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) : -1;
        memory.stop_failing();
        if (!dns)
            return;
        CHECK(evdns_base_count_nameservers(dns) == (added == 0));
        if (added != 0)
            CHECK(evdns_base_nameserver_sockaddr_add(dns, at.get(), at.size, 0) == 0);
        CHECK(resolve(base, dns, "a.example").all() == "192.0.2.1");
        evdns_base_free(dns, 0);
    });
}

TEST_CASE("requests_without_memory_end_once_or_are_not_made") {
    for (const int flags : {DNS_CNAME_CALLBACK, DNS_QUERY_USEVC}) {
        at_each_allocation([flags](FailingMemory& memory, int n) {
            Base base;
            FakeNameserver server(base);
            serve(server, 60);  // so that a connection is needed
            Resolver dns(base, server);
            dns.set("timeout", "0.02");
            Result first, second;
            memory.fail_at(n);
            const bool made =
                evdns_base_resolve_ipv4(dns, "a.example", flags, Result::told, &first);
            const bool made_too =
                evdns_base_resolve_ipv6(dns, "a.example", flags, Result::told, &second);
            some_passes(base);
            memory.stop_failing();
            if (made)
                REQUIRE(ends(base, first));
            if (made_too)
                REQUIRE(ends(base, second));
            CHECK((first.calls == 0) == !made);
            CHECK((second.calls == 0) == !made_too);
            for (const Result* const result : {&first, &second}) {
                if (result->error == DNS_ERR_NONE)
                    CHECK(result->data.size() == 60);
                else if (result->calls)
                    CHECK(result->count == 0);
            }
            dns.set("timeout", "60");
            Result next;
            ask(dns, "a.example", next);
            REQUIRE(ends(base, next));
            CHECK(next.data.size() == 60);
        });
    }
}

TEST_CASE("a_question_over_tcp_that_memory_runs_out_for_is_asked_again_at_once") {
    at_each_allocation([](FailingMemory& memory, int n) {
        Base base;
        FakeNameserver server(base);
        serve(server, 60);
        Resolver dns(base, server);
        dns.set("timeout", "3600");
        Result result;
        memory.fail_at(n);
        const bool made =
            evdns_base_resolve_ipv4(dns, "a.example", DNS_QUERY_USEVC, Result::told, &result);
        pass(base);  // in which it is sent; in the next the server takes memory
        memory.stop_failing();
        CHECK((made || memory.failed()));
        if (made)
            REQUIRE(ends(base, result));
        CHECK((result.error == DNS_ERR_NONE || memory.failed()));
    });
}

TEST_CASE("settings_without_memory_are_as_before") {
    at_each_allocation([](FailingMemory& memory, int n) {
        Base base;
        FakeNameserver server(base);
        serve(server, 1);
        Resolver dns(base, server);
        memory.fail_at(n);
        evdns_base_search_add(dns, "a.test");
        evdns_base_search_add(dns, "b.test");
        (void)evdns_base_set_option(dns, "ndots", "3");
        (void)evdns_base_set_option(dns, "max-inflight", "1000");
        (void)evdns_base_set_option(dns, "edns-udp-size", "4096");
        (void)evdns_base_load_hosts(dns, nullptr);
        evdns_base_search_clear(dns);
        memory.stop_failing();
        CHECK(resolve(base, dns, "a.example").all() == "192.0.2.1");
    });
}

TEST_CASE("lookups_without_memory_end_once") {
    at_each_allocation([](FailingMemory& memory, int n) {
        Base base;
        FakeNameserver server(base);
        serve(server, 3);
        Resolver dns(base, server);
        dns.set("timeout", "0.2");
        Found found;
        memory.fail_at(n);
        const bool later = found.ask(dns, "a.example", "80", AF_UNSPEC, SOCK_STREAM,
                                     EVUTIL_AI_CANONNAME) != nullptr;
        CHECK((found.calls == 0) == later);
        some_passes(base);
        memory.stop_failing();
        REQUIRE(found.wait(base));
        settle(base);
        CHECK(found.calls == 1);
        CHECK((found.count() == 0) == (found.error != 0));
        dns.set("timeout", "60");
        CHECK(found.get(base, dns, "other.example", "80", AF_INET, SOCK_STREAM) == 0);
        CHECK(found.count() == 3);
    });
}

TEST_CASE("what_the_cache_has_is_told_whole_or_not_at_all") {
    at_each_allocation([](FailingMemory& memory, int n) {
        Base base;
        FakeNameserver server(base);
        serve(server, 3);
        Resolver dns(base, server);
        Found found;
        REQUIRE(found.get(base, dns, "a.example", "80", AF_UNSPEC, SOCK_STREAM,
                          EVUTIL_AI_CANONNAME) == 0);
        const size_t asked = server.asked();
        memory.fail_at(n);
        CHECK(found.ask(dns, "a.example", "80", AF_INET6, SOCK_STREAM,
                        EVUTIL_AI_CANONNAME | EVUTIL_AI_V4MAPPED | EVUTIL_AI_ALL) == nullptr);
        memory.stop_failing();
        CHECK(found.calls == 1);
        CHECK(found.error == (memory.failed() ? EVUTIL_EAI_MEMORY : 0));
        CHECK(server.asked() == asked);
    });
}

TEST_CASE("resolvers_without_memory_are_freed_whole") {
    at_each_allocation([](FailingMemory& memory, int n) {
        Base base;
        FakeNameserver server(base);
        Resolver dns(base, server);
        Result first;
        Found found;
        memory.fail_at(n);
        const bool made = evdns_base_resolve_ipv4(dns, "a.example", 0, Result::told, &first);
        const bool later = found.ask(dns, "a.example", "80") != nullptr;
        some_passes(base);
        dns.free(true);
        some_passes(base);
        memory.stop_failing();
        settle(base);
        CHECK(first.calls == int{made});
        CHECK((found.calls == 1 || !later));
    });
}

TEST_CASE("a_server_without_memory_refuses_a_record_or_sends_nothing_and_goes_on") {
    for (const auto kind : {TestServer::udp, TestServer::tcp}) {
        at_each_allocation([kind](FailingMemory& memory, int n) {
            Base base;
            TestServer server(
                base,
                [&](evdns_server_request* request) {
                    const std::string bytes(4 * 5, 'x');
                    const bool one =
                        evdns_server_request_add_a_reply(request, "a", 5, bytes.data(), 9) == 0;
                    const bool two =
                        evdns_server_request_add_cname_reply(request, "a", "b", 9) == 0;
                    if (one && two)
                        (void)evdns_server_request_respond(request, 0);
                    else
                        (void)evdns_server_request_respond(request, DNS_ERR_SERVERFAILED);
                },
                kind);
            const std::string first = query("a", 1, 1);
            const std::string framed = u16(static_cast<unsigned>(first.size())) + first;
            if (kind == TestServer::udp) {
                const UdpClient client(base, server.address());
                memory.fail_at(n);
                client.send(first);
                some_passes(base);
                memory.stop_failing();
                if (client.has_answer()) {
                    const ReplyPacket reply = client.receive();
                    CHECK((reply.code() == 0 ? reply.records.size() == 6
                                             : reply.records.size() % 5 <= 1));
                }
                CHECK(client.ask(query("a", 1, 2)).records.size() == 6);
            } else {
                TcpClient client(base, server.address());
                memory.fail_at(n);
                (void)send_some(client.fd(), framed);
                some_passes(base);
                memory.stop_failing();
                TcpClient next(base, server.address());
                next.send(query("a", 1, 2));
                CHECK(next.receive().records.size() == 6);
            }
        });
    }
}

TEST_CASE("a_port_without_memory_is_none") {
    for (const bool over_tcp : {false, true}) {
        at_each_allocation([over_tcp](FailingMemory& memory, int n) {
            Base base;
            const auto callback = [](evdns_server_request* request, void*) {
                evdns_server_request_drop(request);
            };
            const Address any(AF_INET);
            const Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            evconnlistener* const listener = evconnlistener_new_bind(
                base, nullptr, nullptr, LEV_OPT_CLOSE_ON_FREE, 16, any.get(), any.length());
            REQUIRE(listener);
            memory.fail_at(n);
            evdns_server_port* const port =
                over_tcp ? evdns_add_server_port_with_listener(base, listener, 0, callback, nullptr)
                         : evdns_add_server_port_with_base(base, fd, 0, callback, nullptr);
            memory.stop_failing();
            CHECK((port || memory.failed()));
            if (port)
                evdns_close_server_port(port);
            if (!port || !over_tcp)
                evconnlistener_free(listener);
        });
    }
}

#endif
