// SPDX-License-Identifier: BSD-3-Clause
// Servers without memory: every call that fails changes nothing, and every exchange ends in some
// way and leaks nothing.
#include <event2/listener.h>

#include "server_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS
namespace {

// Has the first allocation of a call fail, then the second, and so on until it works. `call` says
// whether it did.
void check_call(FailingMemory& memory, const std::function<bool()>& call) {
    for (int nth = 1;; ++nth) {
        REQUIRE(nth < 50);
        CAPTURE(nth);
        const long held = memory.outstanding();
        memory.fail_at(nth);
        const bool worked = call();
        const bool met = memory.failed();
        memory.stop_failing();
        CHECK((worked || met));
        if (worked)
            return;
        CHECK(memory.outstanding() == held);
    }
}

int ignore_head(evhttp_request*, void*) {
    return 0;
}

// A request of each kind with what answers it.
struct Exchange {
    std::string name;
    std::string request;
    std::function<void(evhttp_request*)> reply;
};

void reply_in_pieces(evhttp_request* request) {
    evhttp_add_header(evhttp_request_get_output_headers(request), "X-Field", "value");
    evhttp_send_reply_start(request, 200, "a reason of its own");
    if (evbuffer* const piece = evbuffer_new()) {
        evbuffer_add(piece, "piece", 5);
        evhttp_send_reply_chunk(request, piece);
        evbuffer_free(piece);
    }
    evhttp_send_reply_end(request);
}

std::vector<Exchange> exchanges() {
    const auto ok = [](evhttp_request* request) { HttpServer::reply(request, 200, "ok"); };
    return {
        {"pieces", kGetAndClose, reply_in_pieces},
        {"pieces to 1.0", "GET / HTTP/1.0\r\n\r\n", reply_in_pieces},
        {"error", kGetAndClose,
         [](evhttp_request* request) { evhttp_send_error(request, 404, "not here"); }},
        {"malformed", "what is this\r\n\r\n", ok},
        {"not allowed", request_for("/", "", "", "TRACE"), ok},
        {"long head", request_for("/", "X: " + std::string(70000, 'x') + "\r\n"), ok},
        {"many fields", request_for("/?a=b", "A: 1\r\nB: 2\r\nC: 3\r\nConnection: close\r\n"), ok},
        {"body", post_of(std::string(30000, 'x'), "Connection: close\r\n"), ok},
        {"streamed", post_of("abc", "Connection: close\r\n"), ok},
        {"completion", kGetAndClose,
         [](evhttp_request* request) {
             evhttp_request_set_on_complete_cb(
                 request, [](evhttp_request*, void*) {}, nullptr);
             HttpServer::reply(request, 200, std::string(100000, 'x'));
         }},
        {"taken over", kGet,
         [](evhttp_request* request) {
             if (bufferevent* const taken = evlet_http_request_detach(request))
                 bufferevent_free(taken);
         }},
    };
}

// One exchange while the n-th allocation fails. Whether that was met.
bool run(event_base* base, FailingMemory& memory, HttpServer& server, const Exchange& exchange,
         int nth, bool and_all_after) {
    server.on_request = exchange.reply;
    HttpPeer peer(base, server.port());
    memory.fail_at(nth, and_all_after);
    send_some(peer.fd(), exchange.request);
    for (int i = 0; i < 20; ++i)
        pass(base);
    const bool met = memory.failed();
    memory.stop_failing();
    server.on_request = nullptr;
    // Whatever was lost, the peer does not wait for ever.
    shutdown(peer.fd(), SHUT_WR);
    CHECK(run_until(base, [&] {
        peer.text += receive_all(peer.fd());
        return evhttp_get_connection_count(server) == 0;
    }));
    CHECK(count_of(peer.text, "HTTP/1.1 ") <= 1);
    return met;
}

}  // namespace

TEST_CASE("a_call_without_memory_fails_and_changes_nothing") {
    FailingMemory memory;
    Base base;
    evhttp* server = nullptr;
    check_call(memory, [&] { return (server = evhttp_new(base)) != nullptr; });
    evhttp* host = nullptr;
    check_call(memory, [&] { return (host = evhttp_new(base)) != nullptr; });
    check_call(memory, [&] { return evhttp_bind_socket(server, "127.0.0.1", 0) == 0; });
    Fd fd = bound_socket(AF_INET);
    REQUIRE(listen(fd, 8) == 0);
    check_call(memory, [&] {
        const bool accepted = evhttp_accept_socket(server, fd) == 0;
        CHECK(is_open(fd));
        return accepted;
    });
    fd.release();
    evconnlistener* const listener = evconnlistener_new(
        base, nullptr, nullptr, LEV_OPT_CLOSE_ON_FREE, 8, bound_socket(AF_INET).release());
    REQUIRE(listener);
    check_call(memory, [&] { return evhttp_bind_listener(server, listener) != nullptr; });
    check_call(memory, [&] { return evhttp_set_cb(server, "/", reply_with_text, nullptr) != -2; });
    CHECK(evhttp_set_cb(server, "/", reply_with_text, nullptr) == -1);
    check_call(memory,
               [&] { return evlet_http_set_head_cb(server, "/", ignore_head, nullptr) == 0; });
    check_call(memory, [&] { return evhttp_add_virtual_host(server, "*.test", host) == 0; });
    CHECK(evhttp_add_virtual_host(server, "*.test", host) == -1);
    check_call(memory, [&] { return evhttp_add_server_alias(server, "alias") == 0; });
    CHECK(evhttp_remove_server_alias(server, "alias") == 0);
    CHECK(evhttp_remove_server_alias(server, "alias") == -1);
    const timeval grace = {100, 0};
    check_call(memory, [&] { return evlet_http_shutdown(server, &grace, nullptr, nullptr) == 0; });
    settle(base);
    evhttp_free(server);
}

TEST_CASE("whatever_allocation_fails_an_exchange_ends_and_the_server_goes_on") {
    for (const Exchange& exchange : exchanges()) {
        for (const bool and_all_after : {false, true}) {
            CAPTURE(exchange.name);
            CAPTURE(and_all_after);
            CapturedLog log;
            FailingMemory memory;
            Base base;
            HttpServer server(base);
            if (exchange.name == "streamed")
                CHECK(evlet_http_set_head_cb(
                          server, nullptr,
                          [](evhttp_request* request, void*) {
                              return evlet_http_request_stream_body(
                                  request,
                                  [](evhttp_request*, evbuffer* data, void*) {
                                      evbuffer_drain(data, evbuffer_get_length(data));
                                  },
                                  nullptr, nullptr);
                          },
                          nullptr) == 0);
            // What is kept for the next time is made before it is counted.
            for (int i = 0; i < 2; ++i)
                CHECK(!run(base, memory, server, exchange, 100000, false));
            const long held = memory.outstanding();
            bool met = true;
            for (int nth = 1; met; ++nth) {
                REQUIRE(nth < 200);
                CAPTURE(nth);
                met = run(base, memory, server, exchange, nth, and_all_after);
                CHECK(memory.outstanding() <= held);
            }
            CHECK(body_of(get(base, server.port())) == "ok");
        }
    }
}

TEST_CASE("a_connection_without_memory_is_closed_and_the_next_is_served") {
    for (const bool and_all_after : {false, true}) {
        CapturedLog log;
        FailingMemory memory;
        Base base;
        HttpServer server(base);
        evhttp_set_max_connections(server, 1);
        bool met = true;
        for (int nth = 1; met; ++nth) {
            REQUIRE(nth < 50);
            CAPTURE(nth);
            const int before = lowest_free();
            {
                memory.fail_at(nth, and_all_after);
                HttpPeer first(base, server.port());
                for (int i = 0; i < 5; ++i)
                    pass(base);
                HttpPeer above(base, server.port());
                for (int i = 0; i < 5; ++i)
                    pass(base);
                met = memory.failed();
                memory.stop_failing();
            }
            CHECK(has_connections(base, server, 0));
            CHECK(lowest_free() == before);
            CHECK(body_of(get(base, server.port())) == "ok");
            CHECK(has_connections(base, server, 0));
        }
    }
}
#endif
