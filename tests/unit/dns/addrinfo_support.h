// SPDX-License-Identifier: BSD-3-Clause
// What the tests of evdns_getaddrinfo share: a nameserver with names, and what a lookup came to.
#pragma once

#include "dns_support.h"

namespace evlet_test {

// Answers with the record that is there for a name; for other names with the code of the type.
// While it holds, the test answers.
struct Zone {
    explicit Zone(event_base* base, int flags = 0)
        : server(base, [this](const Question& question) { reply(question); }),
          dns(base, server, flags) {}
    std::map<std::string, std::string> v4, v6;
    std::map<unsigned, unsigned> codes;
    std::string authority;  // a record for answers without data
    bool hold = false;
    FakeNameserver server;
    Resolver dns;

    // The types of all questions, the least first.
    [[nodiscard]] std::string asked_types() const {
        std::vector<unsigned> types;
        for (const Question& question : server.questions)
            types.push_back(question.type);
        std::sort(types.begin(), types.end());
        std::string text;
        for (const unsigned type : types)
            text += (text.empty() ? "" : " ") + std::to_string(type);
        return text;
    }
    // To the last question of the type.
    void reply_to(unsigned type, const std::string& record) {
        const auto& all = server.questions;
        for (auto question = all.rbegin(); question != all.rend(); ++question) {
            if (question->type == type)
                return server.send(*question, answer(*question, record));
        }
        FAIL("no such question");
    }

private:
    void reply(const Question& question) {
        if (hold)
            return;
        const auto& names = question.type == kTypeA ? v4 : v6;
        const auto found = names.find(question.text);
        if (found != names.end() && !found->second.empty())
            return server.send(question, answer(question, found->second));
        Sections sections;
        if (!authority.empty())
            sections.authority.push_back(authority);
        server.send(question,
                    answer(question, sections, found == names.end() ? codes[question.type] : 0));
    }
};

struct Found {
    int calls = 0;
    int error = -77;
    std::vector<std::string> addresses;
    std::vector<int> types;  // of sockets
    std::string canonical;
    bool at_once = false;
    std::function<void()> body;

    evdns_getaddrinfo_request* ask(evdns_base* dns, const char* name, const char* service = nullptr,
                                   int family = AF_UNSPEC, int type = 0, int flags = 0) {
        evutil_addrinfo hints = {};
        hints.ai_family = family;
        hints.ai_socktype = type;
        hints.ai_flags = flags;
        calls = 0;
        return evdns_getaddrinfo(dns, name, service, &hints, told, this);
    }
    // From the beginning to the end; the error.
    int get(event_base* base, evdns_base* dns, const char* name, const char* service = nullptr,
            int family = AF_UNSPEC, int type = 0, int flags = 0) {
        const bool later = ask(dns, name, service, family, type, flags) != nullptr;
        at_once = calls == 1;
        CHECK(at_once != later);
        REQUIRE(wait(base));
        CHECK(calls == 1);
        return error;
    }
    bool wait(event_base* base) {
        return run_until(base, [&] { return calls > 0; });
    }
    void take(const evutil_addrinfo* list) {
        addresses.clear();
        types.clear();
        canonical = list && list->ai_canonname ? list->ai_canonname : "";
        for (; list; list = list->ai_next) {
            addresses.push_back(text_of(*list));
            types.push_back(list->ai_socktype);
        }
    }
    [[nodiscard]] size_t count() const { return addresses.size(); }
    [[nodiscard]] bool has(const std::string& address) const {
        return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
    }
    [[nodiscard]] std::string text() const {
        std::string text;
        for (const std::string& address : addresses)
            text += (text.empty() ? "" : " ") + address;
        return text;
    }

private:
    static std::string text_of(const evutil_addrinfo& entry) {
        if (entry.ai_family == AF_INET) {
            const auto& in = *reinterpret_cast<const sockaddr_in*>(entry.ai_addr);
            CHECK(entry.ai_addrlen == sizeof in);
            return address_text(&in.sin_addr, AF_INET) + ":" + std::to_string(ntohs(in.sin_port));
        }
        REQUIRE(entry.ai_family == AF_INET6);
        const auto& in6 = *reinterpret_cast<const sockaddr_in6*>(entry.ai_addr);
        CHECK(entry.ai_addrlen == sizeof in6);
        return "[" + address_text(&in6.sin6_addr, AF_INET6) +
               "]:" + std::to_string(ntohs(in6.sin6_port));
    }
    static void told(int error, evutil_addrinfo* list, void* argument) {
        auto& self = *static_cast<Found*>(argument);
        CHECK((list != nullptr) == (error == 0));
        ++self.calls;
        self.error = error;
        self.take(list);
        if (list)
            evutil_freeaddrinfo(list);
        const auto body = self.body;
        if (body)
            body();
    }
};

}  // namespace evlet_test
