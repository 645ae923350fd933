// SPDX-License-Identifier: BSD-3-Clause
// What the tests of calls share: a server that adds numbers, and clients whose calls are
// remembered.
#pragma once

#include <event2/http_struct.h>
#include <event2/rpc.h>
#include <event2/rpc_struct.h>

#include <memory>

#include "http/server_support.h"
#include "messages_support.h"

extern "C" {
EVRPC_HEADER(Sum, numbers, total)
}

namespace evlet_test {

using SumCall = EVRPC_STRUCT(Sum);

// Sets the reply to the sum of what was asked for; false without memory.
inline bool add_up(SumCall* call) {
    ev_uint64_t sum = 0;
    for (int i = 0; i < EVTAG_ARRAY_LEN(call->request, values); ++i)
        sum += call->request->values_data[i];
    return EVTAG_ASSIGN(call->reply, sum, sum) == 0;
}

class SumServer {
public:
    explicit SumServer(event_base* base) : http(base), rpc(evrpc_init(http)) {
        REQUIRE(rpc);
        REQUIRE(EVRPC_REGISTER(rpc, Sum, numbers, total, told, this) == 0);
    }
    ~SumServer() { free(); }
    SumServer(const SumServer&) = delete;
    SumServer& operator=(const SumServer&) = delete;
    // The RPCs alone.
    void free() {
        if (rpc)
            evrpc_free(std::exchange(rpc, nullptr));
    }
    HttpServer http;
    evrpc_base* rpc;
    std::vector<SumCall*> calls;  // all that have come
    // Instead of answering at once.
    std::function<void(SumCall*)> on_call;

private:
    static void told(SumCall* call, void* argument) {
        auto& self = *static_cast<SumServer*>(argument);
        self.calls.push_back(call);
        if (const auto body = self.on_call) {
            body(call);
            return;
        }
        add_up(call);
        EVRPC_REQUEST_DONE(call);
    }
};

// A pool with one connection to a port, or none for 0, and what became of its calls.
class SumClient {
public:
    SumClient(event_base* base, int port) : pool(evrpc_pool_new(base)), base_(base) {
        REQUIRE(pool);
        if (port)
            connect(port);
    }
    ~SumClient() { free(); }
    SumClient(const SumClient&) = delete;
    SumClient& operator=(const SumClient&) = delete;
    void free() {
        if (pool)
            evrpc_pool_free(std::exchange(pool, nullptr));
    }
    evhttp_connection* connect(int port) {
        evhttp_connection* const made =
            evhttp_connection_base_new(base_, nullptr, "127.0.0.1", static_cast<ev_uint16_t>(port));
        REQUIRE(made);
        evrpc_pool_add_connection(pool, made);
        return made;
    }
    // Asks for the sum of 40 and `more`.
    int call(unsigned more = 2) {
        asked.push_back(std::make_unique<Asked>());
        numbers* const question = asked.back()->question;
        REQUIRE(EVTAG_ARRAY_ADD_VALUE(question, values, 40));
        REQUIRE(EVTAG_ARRAY_ADD_VALUE(question, values, more));
        return EVRPC_MAKE_REQUEST(Sum, pool, question, asked.back()->answer, told, this);
    }
    // Whether so many results are there, by now or soon.
    bool has(size_t count) {
        return run_until(base_, [&] { return results.size() >= count; }) && results.size() == count;
    }
    struct Asked {
        Numbers question;
        Total answer;
    };
    evrpc_pool* pool;
    std::vector<std::unique_ptr<Asked>> asked;
    std::vector<std::string> results;  // "42", or "error 1"
    std::function<void(evrpc_status*)> on_result;

    static void told(evrpc_status* status, numbers*, total* answer, void* argument) {
        auto& self = *static_cast<SumClient*>(argument);
        self.results.push_back(status->error ? "error " + std::to_string(status->error)
                                             : std::to_string(answer->sum_data));
        if (status->error)
            CHECK(!EVTAG_HAS(answer, sum));
        if (const auto body = self.on_result)
            body(status);
    }

private:
    event_base* base_;
};

constexpr char kTimeout[] = "error 1";
constexpr char kBadPayload[] = "error 2";
constexpr char kUnstarted[] = "error 3";
constexpr char kHookAborted[] = "error 4";
using Results = std::vector<std::string>;

// A POST of a message of two numbers, as libevent's clients send it: without Host.
inline std::string sum_request(const std::string& target = "/.rpc.Sum",
                               const std::string& method = "POST") {
    return method + " " + target +
           " HTTP/1.1\r\nConnection: close\r\nContent-Length: 6\r\n\r\n\1\1\5\1\1\6";
}

}  // namespace evlet_test
