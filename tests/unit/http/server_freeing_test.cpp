// SPDX-License-Identifier: BSD-3-Clause
// Every callback of a server may free the request, the connection or the server.
#include "server_support.h"

using namespace evlet_test;

namespace {

// The callbacks of a server, in the order in which an exchange meets them.
enum Place {
    kMaker,
    kNew,
    kHead,
    kHeader,
    kChunk,
    kData,
    kPath,
    kSent,
    kComplete,
    kClosed,
    kErrorPage,
    kAbort,
    kRequestError,
    kDone,
    kPlaces
};

// What is done there.
enum Action { kFreeRequest, kFreeConnection, kFreeServer, kActions };

class Stage {
public:
    Stage(Place place, Action action, bool replies)
        : server_(base_), place_(place), action_(action), replies_(replies) {
        g_stage = this;
        evhttp_set_bevcb(server_, make, this);
        evhttp_set_newreqcb(server_, on_new, this);
        evhttp_set_errorcb(server_, on_error_page, this);
        server_.on_request = [this](evhttp_request* request) { on_path(request); };
        REQUIRE(evlet_http_set_head_cb(server_, "/data", on_head, this) == 0);
    }
    ~Stage() {
        server_.free();
        g_stage = nullptr;
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // An exchange that comes by the place. Whether it did.
    bool run() {
        {
            const std::string target =
                place_ == kData || place_ == kHead || place_ == kAbort ? "/data" : "/";
            HttpPeer peer(base_, server_.port());
            send_request(peer, target);
            if (place_ == kClosed || place_ == kDone)
                REQUIRE(peer.gets("ok"));
            if (place_ == kClosed)
                reset(peer);
            if (place_ == kDone)
                end_gently();
            if (!run_until(base_, [&] { return met_; }))
                return false;
            settle(base_);
        }
        settle(base_);
        return true;
    }

private:
    void send_request(HttpPeer& peer, const std::string& target) const {
        std::string text =
            request_for(target, "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n", "POST");
        if (place_ == kAbort || place_ == kRequestError)
            text += "malformed\r\n";
        else
            text += "0\r\n\r\n" + std::string(kGet);
        // As far as it is taken: the connection may end at any byte.
        send_some(peer.fd(), text);
    }
    void end_gently() {
        (void)evlet_http_shutdown(
            server_, nullptr,
            [](evhttp*, void* self) { static_cast<Stage*>(self)->act_at(kDone, nullptr); }, this);
    }
    // Does what the test is about, if this is the place. Whether it was.
    bool act_at(Place place, evhttp_request* request) {
        if (place != place_ || met_)
            return false;
        met_ = true;
        if (action_ == kFreeServer)
            server_.free();
        else if (action_ == kFreeConnection && connection_)
            evhttp_connection_free(connection_);
        else if (action_ == kFreeRequest && request)
            evhttp_request_free(request);
        return true;
    }

    static bufferevent* make(event_base*, void* argument) {
        static_cast<Stage*>(argument)->act_at(kMaker, nullptr);
        return nullptr;
    }
    static int on_new(evhttp_request* request, void* argument) {
        auto& self = *static_cast<Stage*>(argument);
        self.connection_ = evhttp_request_get_connection(request);
        evhttp_connection_set_closecb(
            self.connection_,
            [](evhttp_connection*, void* stage) {
                auto& told = *static_cast<Stage*>(stage);
                told.act_at(kClosed, nullptr);
                told.connection_ = nullptr;
            },
            argument);
        evhttp_request_set_header_cb(request, on_header);
        if (self.place_ != kData && self.place_ != kAbort)
            evhttp_request_set_chunked_cb(request, on_chunk);
        evhttp_request_set_error_cb(
            request, [](evhttp_request_error, void*) { g_stage->act_at(kRequestError, nullptr); });
        self.act_at(kNew, request);
        return 0;
    }
    static int on_head(evhttp_request* request, void* argument) {
        auto& self = *static_cast<Stage*>(argument);
        if (self.place_ != kHead)
            CHECK(evlet_http_request_stream_body(request, on_data, on_abort, argument) == 0);
        self.act_at(kHead, request);
        return 0;
    }
    static int on_header(evhttp_request* request, void*) {
        g_stage->act_at(kHeader, request);
        return 0;
    }
    static void on_chunk(evhttp_request* request, void*) { g_stage->act_at(kChunk, request); }
    static void on_data(evhttp_request* request, evbuffer* data, void* argument) {
        evbuffer_drain(data, 1);
        static_cast<Stage*>(argument)->act_at(kData, request);
    }
    static void on_abort(evhttp_request* request, evhttp_request_error, void* argument) {
        static_cast<Stage*>(argument)->act_at(kAbort, request);
    }
    static int on_error_page(evhttp_request* request, evbuffer*, int, const char*, void* argument) {
        static_cast<Stage*>(argument)->act_at(kErrorPage, request);
        return 0;
    }
    void on_path(evhttp_request* request) {
        if (place_ == kErrorPage) {
            evhttp_send_error(request, 500, nullptr);
            return;
        }
        if (place_ == kPath && !replies_ && act_at(kPath, request))
            return;
        evhttp_request_set_on_complete_cb(
            request,
            [](evhttp_request* completed, void* self) {
                static_cast<Stage*>(self)->act_at(kComplete, completed);
            },
            this);
        if (place_ != kSent) {
            HttpServer::reply(request, 200, "ok");
            act_at(kPath, request);
            return;
        }
        sent_for_ = request;
        evhttp_send_reply_start(request, 200, nullptr);
        evbuffer* const piece = evbuffer_new();
        REQUIRE(piece);
        evbuffer_add(piece, "x", 1);
        evhttp_send_reply_chunk_with_cb(request, piece, on_sent, this);
        evbuffer_free(piece);
    }
    static void on_sent(evhttp_connection*, void* argument) {
        auto& self = *static_cast<Stage*>(argument);
        if (self.replies_)
            evhttp_send_reply_end(self.sent_for_);
        self.act_at(kSent, self.sent_for_);
    }

    static Stage* g_stage;
    Base base_;
    HttpServer server_;
    Place place_;
    Action action_;
    bool replies_;
    bool met_ = false;
    evhttp_connection* connection_ = nullptr;
    evhttp_request* sent_for_ = nullptr;
};
Stage* Stage::g_stage;

}  // namespace

TEST_CASE("every_callback_may_free_its_request_its_connection_and_its_server") {
    for (int place = 0; place < kPlaces; ++place) {
        for (int action = 0; action < kActions; ++action) {
            for (const bool replies : {false, true}) {
                CAPTURE(place);
                CAPTURE(action);
                CAPTURE(replies);
                Stage stage(static_cast<Place>(place), static_cast<Action>(action), replies);
                CHECK(stage.run());
            }
        }
    }
}

TEST_CASE("an_error_page_made_outside_of_callbacks_may_free_the_connection_or_the_server") {
    for (const bool all : {false, true}) {
        Base base;
        HttpServer server(base);
        evhttp_request* waiting = nullptr;
        server.on_request = [&](evhttp_request* request) { waiting = request; };
        struct {
            HttpServer* server;
            bool all;
        } told = {&server, all};
        evhttp_set_errorcb(
            server,
            [](evhttp_request* request, evbuffer*, int, const char*, void* argument) {
                const auto& self = *static_cast<decltype(told)*>(argument);
                if (self.all)
                    self.server->free();
                else
                    evhttp_connection_free(evhttp_request_get_connection(request));
                return -1;
            },
            &told);
        HttpPeer peer(base, server.port());
        peer.send(kGet);
        REQUIRE(run_until(base, [&] { return waiting; }));
        evhttp_send_error(waiting, 500, nullptr);
        CHECK(peer.ends());
        CHECK(peer.text.empty());
    }
}

// ---- Owned requests ----

TEST_CASE("an_owned_request_outlives_its_reply_its_connection_and_its_server") {
    for (const bool free_server : {false, true}) {
        Base base;
        HttpServer server(base);
        evhttp_request* owned = nullptr;
        server.on_request = [&](evhttp_request* request) {
            owned = request;
            evhttp_request_own(request);
            CHECK(evhttp_request_is_owned(request) == 1);
            HttpServer::reply(request, 200, "ok");
        };
        HttpPeer peer(base, server.port());
        peer.send(post_of("kept"));
        REQUIRE(peer.gets("ok"));
        if (free_server) {
            server.free();
        } else {
            peer.close();
            CHECK(has_connections(base, server, 0));
        }
        CHECK(!evhttp_request_get_connection(owned));
        CHECK(text_of(evhttp_request_get_input_buffer(owned)) == "kept");
        CHECK(std::string(evhttp_request_get_uri(owned)) == "/");
        CHECK(std::string(evhttp_request_get_host(owned)) == "a");
        CHECK(evhttp_request_get_response_code(owned) == 200);
        evhttp_request_free(owned);
    }
}

TEST_CASE("an_owned_request_whose_connection_has_gone_stays_after_the_reply_to_nobody") {
    for (const bool freed : {false, true}) {
        Base base;
        HttpServer server(base);
        evhttp_request* owned = nullptr;
        server.on_request = [&](evhttp_request* request) {
            owned = request;
            evhttp_request_own(request);
        };
        HttpPeer peer(base, server.port());
        peer.send(kGet);
        REQUIRE(run_until(base, [&] { return owned; }));
        if (freed)
            evhttp_connection_free(evhttp_request_get_connection(owned));
        else
            reset(peer);
        CHECK(has_connections(base, server, 0));
        HttpServer::reply(owned, 200, "nobody");
        CHECK(evhttp_request_is_owned(owned) == 1);
        CHECK(!evhttp_request_get_connection(owned));
        evhttp_request_free(owned);
    }
}

TEST_CASE("a_waiting_request_that_is_freed_takes_its_connection_with_it") {
    for (const bool own : {false, true}) {
        Base base;
        HttpServer server(base);
        evhttp_request* waiting = nullptr;
        server.on_request = [&](evhttp_request* request) {
            waiting = request;
            if (own)
                evhttp_request_own(request);
        };
        HttpPeer peer(base, server.port());
        peer.send(kGet);
        REQUIRE(run_until(base, [&] { return waiting; }));
        evhttp_request_free(waiting);
        CHECK(peer.ends());
        CHECK(peer.text.empty());
        CHECK(evhttp_get_connection_count(server) == 0);
    }
}

TEST_CASE("freeing_the_server_closes_what_rests_reads_waits_and_writes") {
    Base base;
    HttpServer server(base);
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) {
        if (!waiting)
            waiting = request;
        else
            HttpServer::reply(request, 200, std::string(20000000, 'x'));
    };
    HttpPeer waits(base, server.port());
    waits.send(kGet);
    REQUIRE(run_until(base, [&] { return waiting; }));
    HttpPeer writes(base, server.port());
    writes.send(kGet);
    REQUIRE(run_until(base, [&] { return server.requests == 2; }));
    HttpPeer reads(base, server.port());
    reads.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    HttpPeer rests(base, server.port());
    REQUIRE(has_connections(base, server, 4));
    server.free();
    CHECK(waits.ends());
    CHECK(rests.ends());
    for (const HttpPeer* const peer : {&reads, &writes}) {  // reset if bytes were left
        CHECK(run_until(base, [&] {
            return receive_all(peer->fd()).empty() && is_over(peer->fd());
        }));
    }
}

TEST_CASE("a_request_that_is_freed_in_the_middle_of_its_reply_takes_its_connection_with_it") {
    Base base;
    HttpServer server(base);
    evhttp_request* begun = nullptr;
    server.on_request = [&](evhttp_request* request) {
        begun = request;
        evhttp_send_reply_start(request, 200, nullptr);
        send_piece(request, "part");
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(peer.gets("part"));
    evhttp_request_free(begun);
    CHECK(evhttp_get_connection_count(server) == 0);
    CHECK(peer.ends());
    CHECK(count_of(peer.text, "0\r\n\r\n") == 0);
}

// ---- Detaching ----

TEST_CASE("a_connection_is_taken_over_only_while_a_reply_is_due") {
    Base base;
    HttpServer server(base);
    evhttp_set_newreqcb(
        server,
        [](evhttp_request* request, void*) {
            CHECK(!evlet_http_request_detach(request));
            return 0;
        },
        nullptr);
    server.on_request = [](evhttp_request* request) {
        evhttp_send_reply_start(request, 200, nullptr);
        CHECK(!evlet_http_request_detach(request));
        evhttp_send_reply_end(request);
        CHECK(!evlet_http_request_detach(request));
    };
    CHECK(status_of(get(base, server.port())) == 200);
}

TEST_CASE("an_owned_request_stays_when_its_connection_is_taken_over") {
    Base base;
    HttpServer server(base);
    bufferevent* taken = nullptr;
    evhttp_request* owned = nullptr;
    int closes = 0;
    server.on_request = [&](evhttp_request* request) {
        owned = request;
        evhttp_request_own(request);
        evhttp_connection_set_closecb(
            evhttp_request_get_connection(request),
            [](evhttp_connection*, void* counter) { ++*static_cast<int*>(counter); }, &closes);
        taken = evlet_http_request_detach(request);
        CHECK(!evhttp_request_get_connection(request));
        CHECK(!evlet_http_request_detach(request));
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(run_until(base, [&] { return taken; }));
    server.free();
    CHECK(closes == 0);
    CHECK(std::string(evhttp_request_get_uri(owned)) == "/");
    evhttp_request_free(owned);
    CHECK(bufferevent_write(taken, "mine", 4) == 0);
    CHECK(peer.gets("mine"));
    bufferevent_free(taken);
}
