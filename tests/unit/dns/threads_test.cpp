// SPDX-License-Identifier: BSD-3-Clause
// Requests that several threads make and cancel while the loop runs in one of its own.
#include <atomic>

#include "addrinfo_support.h"
#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

// Ends that are counted, of one thread's requests.
struct Ends {
    std::atomic<int> count{0};
    std::atomic<int> good{0};
    std::atomic<int> cancelled{0};

    static void told(int error, char, int, int, void*, void* argument) {
        auto& self = *static_cast<Ends*>(argument);
        self.good += error == DNS_ERR_NONE;
        self.cancelled += error == DNS_ERR_CANCEL;
        ++self.count;
    }
    static void told_list(int error, evutil_addrinfo* list, void* argument) {
        auto& self = *static_cast<Ends*>(argument);
        if (list)
            evutil_freeaddrinfo(list);
        self.good += error == 0;
        self.cancelled += error == EVUTIL_EAI_CANCEL;
        ++self.count;
    }
};

struct Addresses {
    Addresses() {
        evutil_addrinfo hints = {};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = EVUTIL_AI_NUMERICHOST;
        (void)evutil_getaddrinfo("192.0.2.9", "1", &hints, &list);
    }
    ~Addresses() { evutil_freeaddrinfo(list); }
    Addresses(const Addresses&) = delete;
    Addresses& operator=(const Addresses&) = delete;
    evutil_addrinfo* list = nullptr;
};

// A nameserver in the loop, which answers names that begin with "a" and no others.
void serve(FakeNameserver& server) {
    server.on_question = [&server](const Question& question) {
        if (question.text[0] == 'a')
            server.send(question,
                        answer(question, question.type == kTypeA ? address("192.0.2.1", 0)
                                                                 : address("2001:db8::1", 0)));
    };
}

}  // namespace

TEST_CASE("threads_may_make_requests_each_of_which_ends_once") {
    use_threads();
    Base base;
    FakeNameserver server(base);
    serve(server);
    Resolver dns(base, server);
    LoopThread loop(base);
    constexpr int kRounds = 150;
    Ends ends[3];
    std::vector<std::thread> threads;
    for (Ends& mine : ends) {
        threads.emplace_back([&dns, &mine] {
            for (int i = 0; i < kRounds; ++i) {
                // Not more than the system's buffers hold.
                while (3 * i - mine.count > 30)
                    std::this_thread::yield();
                (void)evdns_base_resolve_ipv4(dns, "a.example", 0, Ends::told, &mine);
                (void)evdns_base_resolve_ipv6(dns, "a.example", i % 2 ? DNS_QUERY_USEVC : 0,
                                              Ends::told, &mine);
                (void)evdns_getaddrinfo(dns, "a.example", "80", nullptr, Ends::told_list, &mine);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (Ends& mine : ends) {
        CHECK(comes_true([&] { return mine.count == 3 * kRounds; }));
        CHECK(mine.good == 3 * kRounds);
    }
    CHECK(loop.stop() == 0);
}

TEST_CASE("threads_may_cancel_requests_in_any_state") {
    use_threads();
    for (const int flags : {0, EVDNS_BASE_DISABLE_WHEN_INACTIVE}) {
        Base base;
        FakeNameserver server(base);
        serve(server);
        Resolver dns(base, server, flags);
        dns.set("max-inflight", "8");
        LoopThread loop(base);
        constexpr int kRounds = 200;
        Ends ends[3];
        std::vector<std::thread> threads;
        for (Ends& mine : ends) {
            threads.emplace_back([&dns, &mine] {
                for (int i = 0; i < kRounds; ++i) {
                    // Nobody answers it, so that it is there until it is cancelled.
                    evdns_request* const request = evdns_base_resolve_ipv4(
                        dns, "none.example", i % 3 ? 0 : DNS_QUERY_USEVC, Ends::told, &mine);
                    evdns_getaddrinfo_request* const lookup = evdns_getaddrinfo(
                        dns, "none.example", "80", nullptr, Ends::told_list, &mine);
                    if (i % 2)
                        std::this_thread::yield();
                    evdns_cancel_request(dns, request);
                    evdns_getaddrinfo_cancel(lookup);
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        for (Ends& mine : ends) {
            CHECK(comes_true([&] { return mine.count == 2 * kRounds; }));
            CHECK(mine.cancelled == 2 * kRounds);
        }
        CHECK(loop.stop() == 0);
    }
}

TEST_CASE("threads_may_change_settings_while_others_ask") {
    use_threads();
    Base base;
    FakeNameserver server(base);
    serve(server);
    Resolver dns(base, server);
    LoopThread loop(base);
    constexpr int kRounds = 100;
    Ends ends;
    std::thread asking([&] {
        for (int i = 0; i < kRounds; ++i) {
            while (2 * i - ends.count > 30)
                std::this_thread::yield();
            (void)evdns_base_resolve_ipv4(dns, "a.example.", 0, Ends::told, &ends);
            (void)evdns_getaddrinfo(dns, "a.example.", "80", nullptr, Ends::told_list, &ends);
        }
    });
    std::thread setting([&] {
        const Addresses addresses;
        char name[] = "other.example";
        for (int i = 0; i < kRounds; ++i) {
            (void)evdns_base_set_option(dns, "max-inflight", i % 2 ? "20" : "200");
            (void)evdns_base_set_option(dns, "edns-udp-size", i % 2 ? "1232" : "512");
            evdns_base_search_add(dns, "test");
            if (i % 10 == 0)
                evdns_base_search_clear(dns);
            evdns_base_search_ndots_set(dns, i % 3);
            (void)evdns_cache_write(dns, name, addresses.list, 60);
            (void)evdns_base_load_hosts(dns, nullptr);
            evdns_base_clear_host_addresses(dns);
            (void)evdns_base_count_nameservers(dns);
        }
    });
    asking.join();
    setting.join();
    CHECK(comes_true([&] { return ends.count == 2 * kRounds; }));
    CHECK(ends.good == 2 * kRounds);
    CHECK(loop.stop() == 0);
}

TEST_CASE("what_is_logged_of_a_setting_is_told_without_a_lock") {
    use_threads();
    Base base;
    Resolver dns(base);
    static evdns_base* asked;
    static int lines;
    asked = dns;
    lines = 0;
    evdns_set_log_fn([](int, const char*) {
        ++lines;
        CHECK(evdns_base_count_nameservers(asked) == 0);
    });
    evdns_base_search_add(dns, "no..name");
    evdns_set_log_fn(nullptr);
    CHECK(lines == 1);
}
