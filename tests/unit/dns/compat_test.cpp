// SPDX-License-Identifier: BSD-3-Clause
// The resolver of the whole process (event2/dns_compat.h), and that there is none without entropy.
#include <event2/dns_compat.h>
#include <event2/event_compat.h>

#include "addrinfo_support.h"
#include "server_support.h"

using namespace evlet_test;

namespace {

// event_init() and the resolver of the process for the length of a scope.
struct Process {
    Process() : base(event_init()) { REQUIRE(base); }
    ~Process() {
        evdns_shutdown(0);
        event_base_free(base);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    event_base* base;
};

std::string text_of(const FakeNameserver& server) {
    return "127.0.0.1:" + std::to_string(server.address().port());
}

char g_missing_device[] = "/nonexistent/urandom";

void without_entropy() {
    event_set_log_callback([](int, const char*) {});
    event_base* const base = event_base_new();
    if (!base || evutil_secure_rng_set_urandom_device_file(g_missing_device) != 0)
        _exit(1);
    if (evdns_base_new(base, 0) || evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS))
        _exit(2);
    _exit(0);
}

}  // namespace

TEST_CASE("without_entropy_there_is_no_resolver") {
    NEEDS(files);
    CHECK(run_in_child(without_entropy) == 0);
}

TEST_CASE("without_event_init_there_is_no_resolver_of_the_process") {
    int calls = 0;
    const auto told = [](int, char, int, int, void*, void* argument) {
        ++*static_cast<int*>(argument);
    };
    CHECK(evdns_init() == -1);
    CHECK(evdns_get_global_base() == nullptr);
    CHECK(evdns_nameserver_ip_add("127.0.0.1") == -1);
    CHECK(evdns_nameserver_add(htonl(0x7f000001)) == -1);
    CHECK(evdns_count_nameservers() == 0);
    CHECK(evdns_clear_nameservers_and_suspend() == -1);
    CHECK(evdns_resume() == -1);
    CHECK(evdns_resolve_ipv4("a.example", 0, told, &calls) == -1);
    CHECK(evdns_resolve_ipv6("a.example", 0, told, &calls) == -1);
    CHECK(evdns_set_option("timeout", "1", DNS_OPTIONS_ALL) == -1);
    CHECK(evdns_resolv_conf_parse(DNS_OPTIONS_ALL, "/nonexistent/resolv.conf") == -1);
    evdns_search_clear();
    evdns_search_add("test");
    evdns_search_ndots_set(2);
    evdns_shutdown(1);
    CHECK(calls == 0);
}

TEST_CASE("the_resolver_of_the_process_is_made_by_who_needs_it_first") {
    Process process;
    FakeNameserver server(process.base);
    server.on_question = [&](const Question& question) {
        const std::string data = question.type == kTypeA ? address("192.0.2.1")
                                 : question.type == kTypePtr
                                     ? record(kAsked, kTypePtr, 1, wire("host.example"))
                                     : address("2001:db8::1");
        server.send(question, answer(question, data));
    };
    CHECK(evdns_get_global_base() == nullptr);
    CHECK(evdns_nameserver_ip_add("nonsense") == -1);
    REQUIRE(evdns_nameserver_ip_add(text_of(server).c_str()) == 0);
    REQUIRE(evdns_get_global_base());
    CHECK(evdns_count_nameservers() == 1);
    CHECK(evdns_init() == 0);
    CHECK(evdns_count_nameservers() == 1);
    CHECK(evdns_set_option("timeout:", "60", DNS_OPTION_MISC) == 0);
    CHECK(evdns_set_option("timeout", "-1", DNS_OPTION_MISC) == -1);
    // Of a kind that is not to be set.
    CHECK(evdns_set_option("timeout", "-1", DNS_OPTION_SEARCH) == 0);
    Result v4, v6, reverse, reverse6;
    CHECK(evdns_resolve_ipv4("a.example", 0, Result::told, &v4) == 0);
    CHECK(evdns_resolve_ipv6("a.example", 0, Result::told, &v6) == 0);
    const in_addr in = {};
    const in6_addr in6 = {};
    CHECK(evdns_resolve_reverse(&in, 0, Result::told, &reverse) == 0);
    CHECK(evdns_resolve_reverse_ipv6(&in6, 0, Result::told, &reverse6) == 0);
    CHECK(evdns_resolve_ipv4("..", 0, Result::told, &v4) == -1);
    for (const Result* const result : {&v4, &v6, &reverse, &reverse6})
        REQUIRE(ends(process.base, *result));
    CHECK(v4.all() == "192.0.2.1");
    CHECK(v6.all() == "2001:db8::1");
    CHECK(reverse.all() == "host.example");
    CHECK(reverse6.all() == "host.example");
    Found found;
    CHECK(found.get(process.base, nullptr, "list.example", "80", AF_INET, SOCK_STREAM) == 0);
    CHECK(found.text() == "192.0.2.1:80");
}

TEST_CASE("the_resolver_of_the_process_searches_suspends_and_shuts_down") {
    Process process;
    FakeNameserver server(process.base);
    evdns_search_add("test");
    REQUIRE(evdns_get_global_base());
    CHECK(evdns_set_option("timeout", "60", DNS_OPTIONS_ALL) == 0);
    CHECK(evdns_clear_nameservers_and_suspend() == 0);
    Result result, next;
    CHECK(evdns_resolve_ipv4("host", 0, Result::told, &result) == 0);
    settle(process.base);
    CHECK(result.calls == 0);
    CHECK(evdns_nameserver_ip_add(text_of(server).c_str()) == 0);
    CHECK(evdns_resume() == 0);
    REQUIRE(sees(process.base, server));
    CHECK(server.last().text == "host.test");
    evdns_search_ndots_set(0);
    CHECK(evdns_resolve_ipv4("host", 0, Result::told, &next) == 0);
    REQUIRE(sees(process.base, server, 2));
    CHECK(server.last().text == "host");
    evdns_search_clear();
    evdns_shutdown(1);
    CHECK(evdns_get_global_base() == nullptr);
    REQUIRE(ends(process.base, next));
    CHECK(result.error == DNS_ERR_SHUTDOWN);
    CHECK(next.error == DNS_ERR_SHUTDOWN);
    CHECK(evdns_resolv_conf_parse(DNS_OPTION_NAMESERVERS, "/nonexistent/resolv.conf") ==
          EVDNS_ERROR_FAILED_TO_OPEN_FILE);
    CHECK(evdns_count_nameservers() == 1);
    evdns_shutdown(0);
    evdns_shutdown(0);
    CHECK(evdns_init() == 0);
    CHECK(evdns_get_global_base());
}

TEST_CASE("a_server_of_the_process_is_in_the_loop_of_event_init") {
    Process process;
    const Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const Address any(AF_INET);
    REQUIRE(bind(fd, any.get(), any.size) == 0);
    evdns_server_port* const port = evdns_add_server_port(
        fd, 0, [](evdns_server_request* request, void*) { respond(request, DNS_ERR_REFUSED); },
        nullptr);
    REQUIRE(port);
    const UdpClient client(process.base, local_address(fd));
    CHECK(client.ask(query("a")).code() == kRefused);
    evdns_close_server_port(port);
}
