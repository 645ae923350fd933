// SPDX-License-Identifier: BSD-3-Clause
// Hooks of servers and clients: their order, what they decide, pauses, meta data, and what they
// free.
#include <stddef.h>
#include <stdint.h>

#include "rpc_support.h"

using namespace evlet_test;

namespace {

// A hook that calls a function.
struct Hook {
    Hook(void* owner, EVRPC_HOOK_TYPE type,
         std::function<int(void*, evhttp_request*, evbuffer*)> function)
        : body(std::move(function)), handle(evrpc_add_hook(owner, type, told, this)) {
        REQUIRE(handle);
    }
    static int told(void* context, evhttp_request* request, evbuffer* message, void* argument) {
        auto& self = *static_cast<Hook*>(argument);
        ++self.calls;
        self.context = context;
        return self.body(context, request, message);
    }
    std::function<int(void*, evhttp_request*, evbuffer*)> body;
    void* handle;
    void* context = nullptr;
    int calls = 0;
};

int answer_with(EVRPC_HOOK_RESULT result) {
    return result;
}

}  // namespace

TEST_CASE("hooks_are_called_in_their_order_on_both_sides") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    std::string order;
    const auto noting = [&](const char* name) {
        return [&order, name](void* context, evhttp_request* request, evbuffer* message) {
            order += name;
            CHECK(request);
            CHECK(evbuffer_get_length(message) > 0);
            CHECK(evrpc_hook_get_connection(context) != nullptr);
            return answer_with(EVRPC_CONTINUE);
        };
    };
    const Hook in(server.rpc, EVRPC_INPUT, noting("b")), in2(server.rpc, EVRPC_INPUT, noting("c"));
    const Hook out(server.rpc, EVRPC_OUTPUT, noting("d"));
    const Hook sent(client.pool, EVRPC_OUTPUT, noting("a")),
        got(client.pool, EVRPC_INPUT, noting("e"));
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{"42"});
    CHECK(order == "abcde");
}

TEST_CASE("removed_hooks_are_not_called") {
    Base base;
    SumServer server(base);
    Hook hook(server.rpc, EVRPC_INPUT, [](auto...) { return answer_with(EVRPC_TERMINATE); });
    CHECK(evrpc_remove_hook(server.rpc, EVRPC_OUTPUT, hook.handle) == 0);
    CHECK(evrpc_remove_hook(server.rpc, EVRPC_INPUT, hook.handle) == 1);
    CHECK(evrpc_remove_hook(server.rpc, EVRPC_INPUT, hook.handle) == 0);
    CHECK(status_of(talk(base, server.http.port(), sum_request())) == 200);
}

TEST_CASE("a_hook_may_remove_itself_and_others") {
    Base base;
    SumServer server(base);
    Hook first(server.rpc, EVRPC_INPUT, [](auto...) { return answer_with(EVRPC_CONTINUE); });
    Hook second(server.rpc, EVRPC_INPUT, [](auto...) { return answer_with(EVRPC_CONTINUE); });
    Hook third(server.rpc, EVRPC_INPUT, [](auto...) { return answer_with(EVRPC_CONTINUE); });
    first.body = [&](auto...) {
        evrpc_remove_hook(server.rpc, EVRPC_INPUT, first.handle);
        evrpc_remove_hook(server.rpc, EVRPC_INPUT, second.handle);
        return answer_with(EVRPC_CONTINUE);
    };
    CHECK(status_of(talk(base, server.http.port(), sum_request())) == 200);
    CHECK(first.calls == 1);
    CHECK(second.calls == 0);
    CHECK(third.calls == 1);
}

TEST_CASE("a_hook_may_change_a_message") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    const Hook hook(client.pool, EVRPC_OUTPUT, [](void*, evhttp_request*, evbuffer* message) {
        evtag_marshal_int(message, NUMBERS_VALUES, 100);
        return answer_with(EVRPC_CONTINUE);
    });
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{"142"});
}

TEST_CASE("hooks_of_a_server_refuse_calls_and_replies") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        Base base;
        SumServer server(base);
        SumClient client(base, server.http.port());
        const Hook hook(server.rpc, type, [](auto...) { return answer_with(EVRPC_TERMINATE); });
        CHECK(status_of(talk(base, server.http.port(), sum_request())) == 503);
        client.call();
        CHECK(client.has(1));
        CHECK(client.results == Results{kBadPayload});
        CHECK(server.calls.size() == (type == EVRPC_INPUT ? 0 : 2));
    }
}

TEST_CASE("hooks_of_a_client_refuse_calls_and_replies") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        Base base;
        SumServer server(base);
        SumClient client(base, server.http.port());
        const Hook hook(client.pool, type, [](auto...) { return answer_with(EVRPC_TERMINATE); });
        client.call();
        client.call();
        CHECK(client.has(2));
        const char* const error = type == EVRPC_INPUT ? kHookAborted : kUnstarted;
        CHECK(client.results == Results{error, error});
        CHECK(server.calls.size() == (type == EVRPC_INPUT ? 2 : 0));
    }
}

TEST_CASE("meta_data_is_kept_with_a_call") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    const Hook out(client.pool, EVRPC_OUTPUT, [](void* context, evhttp_request*, evbuffer*) {
        evrpc_hook_add_meta(context, "key", "value", 5);
        evrpc_hook_add_meta(context, "empty", nullptr, 0);
        evrpc_hook_add_meta(context, "key", "newer", 5);
        return answer_with(EVRPC_CONTINUE);
    });
    const Hook in(client.pool, EVRPC_INPUT, [](void* context, evhttp_request*, evbuffer*) {
        void* data = nullptr;
        size_t size = 77;
        CHECK(evrpc_hook_find_meta(context, "key", &data, &size) == 0);
        CHECK(std::string(static_cast<char*>(data), size) == "newer");
        CHECK(evrpc_hook_find_meta(context, "empty", &data, &size) == 0);
        CHECK(size == 0);
        CHECK(evrpc_hook_find_meta(context, "other", &data, &size) == -1);
        return answer_with(EVRPC_CONTINUE);
    });
    client.call();
    CHECK(client.has(1));
    CHECK(in.calls == 1);
}

TEST_CASE("meta_data_are_aligned_for_any_type") {
    Base base;
    SumServer server(base);
    const Hook in(server.rpc, EVRPC_INPUT, [](void* context, evhttp_request*, evbuffer*) {
        // Keys and sizes that leave what follows at odd places, if it can be.
        for (size_t size = 0; size < 40; ++size) {
            const std::string key = std::to_string(size) + std::string(size % 7, 'k');
            const std::string value(size, static_cast<char>(size));
            evrpc_hook_add_meta(context, key.c_str(), value.data(), size);
            void* data = nullptr;
            size_t found = 77;
            REQUIRE(evrpc_hook_find_meta(context, key.c_str(), &data, &found) == 0);
            CHECK(reinterpret_cast<uintptr_t>(data) % alignof(max_align_t) == 0);
            CHECK(std::string(static_cast<char*>(data), found) == value);
        }
        return answer_with(EVRPC_CONTINUE);
    });
    CHECK(status_of(talk(base, server.http.port(), sum_request())) == 200);
    CHECK(in.calls == 1);
}

// ---- Pauses ----

namespace {

// A call that a hook pauses; then another hook comes. `owner` and `type` are of either side.
void pause_and_go_on(Base& base, SumClient& client, void* owner, EVRPC_HOOK_TYPE type,
                     EVRPC_HOOK_RESULT result, const char* expected) {
    const Hook hook(owner, type, [](auto...) { return answer_with(EVRPC_PAUSE); });
    const Hook second(owner, type, [](auto...) { return answer_with(EVRPC_CONTINUE); });
    client.call();
    REQUIRE(run_until(base, [&] { return hook.calls == 1; }));
    settle(base);
    CHECK(client.results.empty());
    CHECK(evrpc_resume_request(owner, &base, EVRPC_CONTINUE) == -1);
    CHECK(evrpc_resume_request(owner, hook.context, EVRPC_PAUSE) == 0);
    CHECK(second.calls == 0);
    CHECK(evrpc_resume_request(owner, hook.context, result) == 0);
    CHECK(client.has(1));
    CHECK(client.results == Results{expected});
    CHECK(second.calls == (result == EVRPC_CONTINUE ? 1 : 0));
    evrpc_remove_hook(owner, type, hook.handle);
    evrpc_remove_hook(owner, type, second.handle);
}

}  // namespace

TEST_CASE("calls_go_on_after_a_pause") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        Base base;
        SumServer server(base);
        SumClient client(base, server.http.port());
        pause_and_go_on(base, client, client.pool, type, EVRPC_CONTINUE, "42");
        client.results.clear();
        pause_and_go_on(base, client, server.rpc, type, EVRPC_CONTINUE, "42");
    }
}

TEST_CASE("calls_end_after_a_pause") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        Base base;
        SumServer server(base);
        SumClient client(base, server.http.port());
        pause_and_go_on(base, client, client.pool, type, EVRPC_TERMINATE,
                        type == EVRPC_INPUT ? kHookAborted : kUnstarted);
        client.results.clear();
        pause_and_go_on(base, client, server.rpc, type, EVRPC_TERMINATE, kBadPayload);
    }
}

TEST_CASE("a_paused_reply_leaves_its_connection_to_other_calls") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    Hook hook(client.pool, EVRPC_INPUT, [](auto...) { return answer_with(EVRPC_CONTINUE); });
    hook.body = [&](auto...) {
        return answer_with(hook.calls == 1 ? EVRPC_PAUSE : EVRPC_CONTINUE);
    };
    client.call();
    REQUIRE(run_until(base, [&] { return hook.calls == 1; }));
    void* const paused = hook.context;
    client.call(3);
    CHECK(client.has(1));
    CHECK(client.results == Results{"43"});
    CHECK(evrpc_hook_get_connection(paused) == nullptr);
    CHECK(evrpc_resume_request(client.pool, paused, EVRPC_CONTINUE) == 0);
    CHECK(client.results == Results{"43", "42"});
}

TEST_CASE("what_is_paused_goes_with_its_pool") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        Base base;
        SumServer server(base);
        SumClient client(base, server.http.port());
        const Hook hook(client.pool, type, [](auto...) { return answer_with(EVRPC_PAUSE); });
        client.call();
        REQUIRE(run_until(base, [&] { return hook.calls == 1; }));
        settle(base);
        client.free();
        settle(base);
        CHECK(client.results.empty());
    }
}

TEST_CASE("what_a_server_has_paused_is_refused_when_its_base_goes") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        Base base;
        SumServer server(base);
        const Hook hook(server.rpc, type, [](auto...) { return answer_with(EVRPC_PAUSE); });
        HttpPeer peer(base, server.http.port());
        peer.send(sum_request());
        REQUIRE(run_until(base, [&] { return hook.calls == 1; }));
        server.free();
        CHECK(peer.ends());
        CHECK(status_of(peer.text) == 503);
    }
}

// ---- Hooks that free ----

TEST_CASE("a_hook_may_free_its_pool") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        for (const auto result : {EVRPC_TERMINATE, EVRPC_CONTINUE, EVRPC_PAUSE}) {
            Base base;
            SumServer server(base);
            SumClient client(base, server.http.port());
            const Hook hook(client.pool, type, [&](auto...) {
                client.free();
                return answer_with(result);
            });
            client.call();
            if (client.pool)
                client.call();
            CHECK(run_until(base, [&] { return client.pool == nullptr; }));
            settle(base);
            CHECK(client.results.empty());
        }
    }
}

TEST_CASE("a_hook_may_free_its_pool_after_a_pause") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    const Hook hook(client.pool, EVRPC_INPUT, [](auto...) { return answer_with(EVRPC_PAUSE); });
    const Hook second(client.pool, EVRPC_INPUT, [&](auto...) {
        client.free();
        return answer_with(EVRPC_CONTINUE);
    });
    client.call();
    REQUIRE(run_until(base, [&] { return hook.calls == 1; }));
    settle(base);
    CHECK(evrpc_resume_request(client.pool, hook.context, EVRPC_CONTINUE) == 0);
    CHECK(client.pool == nullptr);
    CHECK(client.results.empty());
}

TEST_CASE("a_hook_may_free_its_base_and_the_server") {
    for (const auto type : {EVRPC_INPUT, EVRPC_OUTPUT}) {
        for (const auto result : {EVRPC_TERMINATE, EVRPC_CONTINUE, EVRPC_PAUSE}) {
            Base base;
            SumServer server(base);
            const Hook hook(server.rpc, type, [&](auto...) {
                server.free();
                server.http.free();
                return answer_with(result);
            });
            HttpPeer peer(base, server.http.port());
            peer.send(sum_request());
            CHECK(peer.ends());
            CHECK(hook.calls == 1);
        }
    }
}
