// SPDX-License-Identifier: BSD-3-Clause
// Bodies of requests that are handed on as they come, and connections that are taken over.
#include "http_support.h"

using namespace evlet_test;

namespace {

struct Upload {
    std::string got;
    int pieces = 0;
    int aborts = 0;
    bool pause = false;
    evhttp_request* request = nullptr;
    static int on_head(evhttp_request* request, void* argument) {
        static_cast<Upload*>(argument)->request = request;
        return evlet_http_request_stream_body(request, on_data, on_abort, argument);
    }
    static void on_data(evhttp_request* request, evbuffer* data, void* argument) {
        auto& self = *static_cast<Upload*>(argument);
        ++self.pieces;
        if (self.pause) {
            evlet_http_request_pause_body(request);
            return;
        }
        self.got += text_of(data);
        evbuffer_drain(data, evbuffer_get_length(data));
    }
    static void on_abort(evhttp_request*, evhttp_request_error, void* argument) {
        ++static_cast<Upload*>(argument)->aborts;
    }
};

}  // namespace

TEST_CASE("a_body_goes_to_its_receiver_piece_by_piece_and_then_to_the_callback") {
    for (const bool chunked : {false, true}) {
        Base base;
        HttpServer server(base);
        Upload upload;
        CHECK(evlet_http_set_head_cb(server, "/up", Upload::on_head, &upload) == 0);
        HttpPeer peer(base, server.port());
        peer.send(chunked ? "POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "5\r\nfirst\r\n"
                          : "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nfirst");
        CHECK(run_until(base, [&] { return upload.got == "first"; }));
        CHECK(server.requests == 0);
        peer.send(chunked ? "6\r\nsecond\r\n0\r\n\r\n" : "second");
        CHECK(peer.gets("\r\n\r\nok"));
        CHECK(upload.got == "firstsecond");
        CHECK(upload.aborts == 0);
    }
}

TEST_CASE("a_receiver_that_pauses_gets_what_it_left_and_the_end_waits_for_it") {
    Base base;
    HttpServer server(base);
    Upload upload;
    upload.pause = true;
    CHECK(evlet_http_set_head_cb(server, nullptr, Upload::on_head, &upload) == 0);
    HttpPeer peer(base, server.port());
    peer.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nwhole");
    CHECK(run_until(base, [&] { return upload.pieces == 1; }));
    settle(base);
    CHECK(server.requests == 0);
    upload.pause = false;
    evlet_http_request_resume_body(upload.request);
    CHECK(peer.gets("\r\n\r\nok"));
    CHECK(upload.got == "whole");
}

TEST_CASE("a_body_that_breaks_off_is_told") {
    Base base;
    HttpServer server(base);
    Upload upload;
    CHECK(evlet_http_set_head_cb(server, nullptr, Upload::on_head, &upload) == 0);
    HttpPeer peer(base, server.port());
    peer.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\npart");
    CHECK(run_until(base, [&] { return upload.pieces == 1; }));
    peer.close();
    CHECK(run_until(base, [&] { return upload.aborts == 1; }));
    CHECK(server.requests == 0);
}

TEST_CASE("a_head_callback_may_refuse_before_the_body_is_asked_for") {
    Base base;
    HttpServer server(base);
    const auto refuse = [](evhttp_request* request, void*) {
        evhttp_send_error(request, 403, nullptr);
        return 0;
    };
    CHECK(evlet_http_set_head_cb(server, nullptr, refuse, nullptr) == 0);
    HttpPeer peer(base, server.port());
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    CHECK(peer.ends());
    CHECK(peer.text.rfind("HTTP/1.1 403 ", 0) == 0);
    CHECK(server.requests == 0);
}

TEST_CASE("a_connection_that_is_taken_over_is_the_programs") {
    Base base;
    HttpServer server(base);
    bufferevent* taken = nullptr;
    server.on_request = [&](evhttp_request* request) {
        taken = evlet_http_request_detach(request);
    };
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + "own protocol");
    REQUIRE(run_until(base, [&] { return taken != nullptr; }));
    CHECK(text_of(bufferevent_get_input(taken)) == "own protocol");
    CHECK(evhttp_get_connection_count(server) == 0);
    CHECK(bufferevent_write(taken, "own answer", 10) == 0);
    CHECK(peer.gets("own answer"));
    bufferevent_free(taken);
    CHECK(peer.ends());
}
