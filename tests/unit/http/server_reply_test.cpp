// SPDX-License-Identifier: BSD-3-Clause
// Replies: how their bodies are framed, and which fields they have.
#include "server_support.h"

using namespace evlet_test;

namespace {

constexpr char kHead[] = "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

void reply_in_pieces(evhttp_request* request, int code, const std::vector<std::string>& pieces) {
    evhttp_send_reply_start(request, code, nullptr);
    for (const std::string& piece : pieces)
        send_piece(request, piece);
    evhttp_send_reply_end(request);
}

}  // namespace

// ---- Bodies ----

TEST_CASE("a_reply_in_one_piece_says_its_length") {
    const std::string text =
        reply_of([](evhttp_request* request) { HttpServer::reply(request, 201, "four"); });
    CHECK(status_line_of(text) == "HTTP/1.1 201 Created");
    CHECK(field_of(text, "Content-Length") == "4");
    CHECK(field_of(text, "Transfer-Encoding") == "none");
    CHECK(body_of(text) == "four");
    const std::string empty =
        reply_of([](evhttp_request* request) { evhttp_send_reply(request, 200, "Fine", nullptr); });
    CHECK(status_line_of(empty) == "HTTP/1.1 200 Fine");
    CHECK(field_of(empty, "Content-Length") == "0");
    CHECK(body_of(empty).empty());
}

TEST_CASE("the_body_of_a_reply_is_drained_and_stays_the_programs") {
    evbuffer* const body = evbuffer_new();
    REQUIRE(body);
    const std::string bytes = bytes_of_size(300000);
    REQUIRE(evbuffer_add(body, bytes.data(), bytes.size()) == 0);
    const std::string text =
        reply_of([&](evhttp_request* request) { evhttp_send_reply(request, 200, nullptr, body); });
    CHECK(body_of(text) == bytes);
    CHECK(evbuffer_get_length(body) == 0);
    evbuffer_free(body);
}

TEST_CASE("a_reply_may_be_the_requests_own_output_buffer") {
    const std::string text = reply_of([](evhttp_request* request) {
        evbuffer* const output = evhttp_request_get_output_buffer(request);
        evbuffer_add(output, "own", 3);
        evhttp_send_reply(request, 200, nullptr, output);
    });
    CHECK(body_of(text) == "own");
}

TEST_CASE("what_is_in_the_output_buffer_goes_before_the_bytes_of_the_reply") {
    for (const bool with_more : {false, true}) {
        CAPTURE(with_more);
        const std::string reply = reply_of([&](evhttp_request* request) {
            evbuffer* const more = evbuffer_new();
            REQUIRE(evbuffer_add(more, "more", 4) == 0);
            evbuffer_add_printf(evhttp_request_get_output_buffer(request), "first ");
            evhttp_send_reply(request, 200, nullptr, with_more ? more : nullptr);
            CHECK(evbuffer_get_length(more) == (with_more ? 0 : 4));
            evbuffer_free(more);
        });
        CHECK(body_of(reply) == (with_more ? "first more" : "first "));
        CHECK(field_of(reply, "Content-Length") == (with_more ? "10" : "6"));
    }
}

TEST_CASE("an_error_page_is_not_mixed_with_a_reply_that_was_begun") {
    const std::string reply = reply_of([](evhttp_request* request) {
        evbuffer_add_printf(evhttp_request_get_output_buffer(request), "half a ");
        evhttp_send_error(request, 404, nullptr);
    });
    CHECK(status_of(reply) == 404);
    CHECK(reply.find("half a ") == std::string::npos);
}

TEST_CASE("a_reply_to_head_has_the_length_and_not_the_body") {
    const std::string whole = reply_to(
        kHead, [](evhttp_request* request) { HttpServer::reply(request, 200, "twelve bytes"); });
    CHECK(field_of(whole, "Content-Length") == "12");
    CHECK(field_of(whole, "Content-Type") == "text/html; charset=ISO-8859-1");
    CHECK(body_of(whole).empty());
    const std::string promised = reply_to(kHead, [](evhttp_request* request) {
        add_reply_field(request, "Content-Length", "77");
        evhttp_send_reply(request, 200, nullptr, nullptr);
    });
    CHECK(field_of(promised, "Content-Length") == "77");
    CHECK(body_of(promised).empty());
    const std::string pieces = reply_to(kHead, [](evhttp_request* request) {
        reply_in_pieces(request, 200, {"a", "b"});
    });
    CHECK(body_of(pieces).empty());
    const std::string error =
        reply_to(kHead, [](evhttp_request* request) { evhttp_send_error(request, 404, nullptr); });
    CHECK(status_of(error) == 404);
    CHECK(field_of(error, "Content-Length") != "0");
    CHECK(body_of(error).empty());
}

TEST_CASE("a_connection_goes_on_after_a_reply_to_head_of_any_kind") {
    Base base;
    HttpServer server(base);
    for (const bool in_pieces : {false, true}) {
        server.on_request = [&](evhttp_request* request) {
            if (in_pieces)
                reply_in_pieces(request, 200, {"body"});
            else
                HttpServer::reply(request, 200, "body");
        };
        HttpPeer peer(base, server.port());
        peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kHead));
        CHECK(peer.ends());
        CHECK(statuses_of(peer.text) == Statuses{200, 200});
        CHECK(count_of(peer.text, "body") == 0);
    }
}

TEST_CASE("replies_that_never_have_a_body_have_none_whatever_is_given") {
    for (const int code : {204, 304}) {
        for (const bool in_pieces : {false, true}) {
            CAPTURE(code);
            CAPTURE(in_pieces);
            const std::string text = reply_of([&](evhttp_request* request) {
                if (in_pieces)
                    reply_in_pieces(request, code, {"body"});
                else
                    HttpServer::reply(request, code, "body");
            });
            CHECK(status_of(text) == code);
            CHECK(body_of(text).empty());
            CHECK(field_of(text, "Content-Length") == "none");
            CHECK(field_of(text, "Transfer-Encoding") == "none");
            CHECK(field_of(text, "Content-Type") == "none");
        }
    }
    // What GET would have brought (RFC 9110 section 8.6).
    const std::string unmodified = reply_of([](evhttp_request* request) {
        add_reply_field(request, "Content-Length", "5");
        evhttp_send_reply(request, 304, nullptr, nullptr);
    });
    CHECK(field_of(unmodified, "Content-Length") == "5");
}

TEST_CASE("a_reply_in_pieces_is_chunked_and_empty_pieces_do_not_end_it") {
    const std::string text = reply_of([](evhttp_request* request) {
        reply_in_pieces(request, 200, {"first", "", std::string(16, 'x'), ""});
    });
    CHECK(field_of(text, "Transfer-Encoding") == "chunked");
    CHECK(field_of(text, "Content-Length") == "none");
    CHECK(body_of(text) == "5\r\nfirst\r\n10\r\nxxxxxxxxxxxxxxxx\r\n0\r\n\r\n");
    const std::string empty =
        reply_of([](evhttp_request* request) { reply_in_pieces(request, 200, {}); });
    CHECK(body_of(empty) == "0\r\n\r\n");
}

TEST_CASE("a_client_of_http_1_0_gets_pieces_up_to_the_end_of_the_connection") {
    for (const char* fields : {"", "Connection: keep-alive\r\n"}) {
        const std::string text = reply_to("GET / HTTP/1.0\r\n" + std::string(fields) + "\r\n",
                                          [](evhttp_request* request) {
                                              reply_in_pieces(request, 200, {"a", "bc"});
                                          });
        CHECK(status_line_of(text) == "HTTP/1.1 200 OK");
        CHECK(field_of(text, "Transfer-Encoding") == "none");
        CHECK(field_of(text, "Content-Length") == "none");
        CHECK(field_of(text, "Connection") == "close");
        CHECK(body_of(text) == "abc");
    }
}

TEST_CASE("pieces_of_a_promised_length_are_not_chunked_and_the_connection_goes_on") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        add_reply_field(request, "Content-Length", "5");
        reply_in_pieces(request, 200, {"ab", "", "cde"});
    };
    for (const char* version : {"1.0", "1.1"}) {
        HttpPeer peer(base, server.port());
        const std::string request =
            "GET / HTTP/" + std::string(version) + "\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
        peer.send(request);
        REQUIRE(peer.gets("abcde"));
        CHECK(field_of(peer.text, "Content-Length") == "5");
        CHECK(field_of(peer.text, "Transfer-Encoding") == "none");
        peer.text.clear();
        peer.send(request);
        CHECK(peer.gets("abcde"));
    }
}

TEST_CASE("a_promised_length_that_is_broken_ends_the_connection") {
    for (const bool too_much : {false, true}) {
        CAPTURE(too_much);
        CapturedLog log;
        Base base;
        HttpServer server(base);
        int completes = 0;
        server.on_request = [&](evhttp_request* request) {
            evhttp_request_set_on_complete_cb(
                request, [](evhttp_request*, void* counter) { ++*static_cast<int*>(counter); },
                &completes);
            add_reply_field(request, "Content-Length", "5");
            reply_in_pieces(request, 200,
                            too_much ? std::vector<std::string>{"1234", "56"}
                                     : std::vector<std::string>{"1234"});
        };
        HttpPeer peer(base, server.port());
        peer.send(std::string(kGet) + kGet);
        CHECK(run_until(
            base, [&] { return evhttp_get_connection_count(server) == 0 && server.requests; }));
        peer.text += receive_all(peer.fd());
        CHECK(server.requests == 1);
        CHECK(completes == 0);
        // Of what was promised less has come, so that nobody takes it for whole.
        CHECK(count_of(peer.text, "56") == 0);
        CHECK(count_of(peer.text, "HTTP/1.1") <= 1);
        CHECK(log.contains("no good end") == too_much);
    }
}

TEST_CASE("a_length_of_the_programs_that_is_none_is_not_sent") {
    for (const char* length : {"x", "-1", "+5", "5 5", "99999999999999999999", "0x5", ""}) {
        CAPTURE(std::string(length));
        const std::string text = reply_of([&](evhttp_request* request) {
            add_reply_field(request, "Content-Length", length);
            reply_in_pieces(request, 200, {"abc"});
        });
        CHECK(field_of(text, "Content-Length") == "none");
        CHECK(body_of(text) == "3\r\nabc\r\n0\r\n\r\n");
    }
}

TEST_CASE("a_length_of_the_programs_does_not_change_that_of_a_whole_reply") {
    const std::string text = reply_of([](evhttp_request* request) {
        add_reply_field(request, "content-length", "3");
        add_reply_field(request, "Transfer-Encoding", "chunked");
        HttpServer::reply(request, 200, "12345");
    });
    CHECK(field_of(text, "Content-Length") == "5");
    CHECK(field_of(text, "content-length") == "none");
    CHECK(field_of(text, "Transfer-Encoding") == "none");
    CHECK(body_of(text) == "12345");
}

// ---- One reply a request ----

TEST_CASE("a_reply_that_was_started_is_not_started_again") {
    using Reply = void (*)(evhttp_request*);
    for (const Reply again : {
             Reply([](evhttp_request* request) { evhttp_send_reply_start(request, 404, nullptr); }),
             Reply([](evhttp_request* request) { HttpServer::reply(request, 404, "again"); }),
             Reply([](evhttp_request* request) { evhttp_send_error(request, 404, "again"); }),
         }) {
        CapturedLog log;
        const std::string text = reply_of([&](evhttp_request* request) {
            evhttp_send_reply_start(request, 200, nullptr);
            send_piece(request, "one");
            again(request);
            send_piece(request, "two");
            evhttp_send_reply_end(request);
            CHECK(evhttp_request_get_response_code(request) == 200);
        });
        CHECK(statuses_of(text) == Statuses{200});
        CHECK(body_of(text) == "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
        REQUIRE(log.lines().size() == 1);
        CHECK(log.lines()[0].severity == EVENT_LOG_WARN);
        CHECK(log.contains("one reply"));
    }
}

TEST_CASE("pieces_without_a_start_and_after_the_end_are_refused_with_a_warning") {
    CapturedLog log;
    const std::string text = reply_of([&](evhttp_request* request) {
        send_piece(request, "before");
        evhttp_send_reply_end(request);
        CHECK(log.lines().size() == 2);
        reply_in_pieces(request, 200, {"x"});
        send_piece(request, "after");
        evhttp_send_reply_end(request);
        CHECK(log.lines().size() == 4);
    });
    CHECK(body_of(text) == "1\r\nx\r\n0\r\n\r\n");
}

TEST_CASE("a_piece_tells_when_it_has_left_and_a_later_one_may_replace_that") {
    struct Told {
        int first = 0, second = 0;
        evhttp_request* request = nullptr;
    } told;
    Base base;
    HttpServer server(base);
    evbuffer* const piece = evbuffer_new();
    server.on_request = [&](evhttp_request* request) {
        told.request = request;
        evhttp_send_reply_start(request, 200, nullptr);
        evbuffer_add(piece, "one", 3);
        evhttp_send_reply_chunk_with_cb(
            request, piece,
            [](evhttp_connection*, void* argument) { ++static_cast<Told*>(argument)->first; },
            &told);
        evbuffer_add(piece, "two", 3);
        evhttp_send_reply_chunk_with_cb(
            request, piece,
            [](evhttp_connection* connection, void* argument) {
                auto& self = *static_cast<Told*>(argument);
                ++self.second;
                CHECK(connection == evhttp_request_get_connection(self.request));
                evhttp_send_reply_end(self.request);
            },
            &told);
    };
    CHECK(body_of(talk(base, server.port(), kGetAndClose)) == "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    CHECK(told.first == 0);
    CHECK(told.second == 1);
    evbuffer_free(piece);
}

TEST_CASE("an_empty_piece_tells_as_well") {
    Base base;
    HttpServer server(base);
    evbuffer* const nothing = evbuffer_new();
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) {
        waiting = request;
        evhttp_send_reply_start(request, 200, nullptr);
        evhttp_send_reply_chunk_with_cb(
            request, nothing,
            [](evhttp_connection*, void* argument) {
                evhttp_send_reply_end(*static_cast<evhttp_request**>(argument));
            },
            &waiting);
    };
    CHECK(body_of(talk(base, server.port(), kGetAndClose)) == "0\r\n\r\n");
    evbuffer_free(nothing);
}

// ---- Status lines and fields ----

TEST_CASE("status_codes_that_are_none_become_500") {
    for (const int code : {100, 101, 199, 0, -1, 99, 1000, 99999}) {
        CAPTURE(code);
        const std::string text =
            reply_of([&](evhttp_request* request) { HttpServer::reply(request, code, "body"); });
        CHECK(status_line_of(text) == "HTTP/1.1 500 Internal Server Error");
        CHECK(body_of(text) == "body");
    }
    for (const int code : {200, 299, 404, 599, 999}) {
        CAPTURE(code);
        CHECK(status_of(reply_of(
                  [&](evhttp_request* request) { HttpServer::reply(request, code, ""); })) == code);
    }
}

TEST_CASE("a_reason_is_the_programs_or_the_usual_one") {
    struct {
        const char* given;
        std::string sent;
    } const cases[] = {
        {nullptr, "Not Found"},        {"Not Found", "Not Found"},
        {"Gone away", "Gone away"},    {"tab\there", "tab\there"},
        {"two\r\nlines", "Not Found"}, {"bell\a", "Not Found"},
        {"bare\nline", "Not Found"},   {"", ""},
    };
    for (const auto& each : cases) {
        CAPTURE(each.sent);
        const std::string text = reply_of([&](evhttp_request* request) {
            evhttp_send_reply(request, 404, each.given, nullptr);
            CHECK(evhttp_request_get_response_code(request) == 404);
            REQUIRE(evhttp_request_get_response_code_line(request));
            CHECK(evhttp_request_get_response_code_line(request) == each.sent);
        });
        CHECK(status_line_of(text) == "HTTP/1.1 404 " + each.sent);
    }
}

TEST_CASE("a_reply_has_the_programs_fields_in_their_order") {
    const std::string text = reply_of([](evhttp_request* request) {
        add_reply_field(request, "Set-Cookie", "a=1");
        add_reply_field(request, "X-Empty", "");
        add_reply_field(request, "Set-Cookie", "b=2");
        HttpServer::reply(request, 200, "x");
    });
    CHECK(text.find("Set-Cookie: a=1\r\nX-Empty: \r\nSet-Cookie: b=2\r\n") != std::string::npos);
}

TEST_CASE("a_date_is_added_unless_the_program_has_one") {
    const std::string text =
        reply_of([](evhttp_request* request) { HttpServer::reply(request, 200, "x"); });
    const std::string date = field_of(text, "Date");
    REQUIRE(date.size() == 29);
    CHECK(date.substr(25) == " GMT");
    CHECK(date[3] == ',');
    const std::string own = reply_of([](evhttp_request* request) {
        add_reply_field(request, "date", "Thu, 01 Jan 1970 00:00:00 GMT");
        HttpServer::reply(request, 200, "x");
    });
    CHECK(count_of(own, " GMT\r\n") == 1);
    CHECK(field_of(own, "date") == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("the_default_type_is_that_of_bodies_that_name_none") {
    Base base;
    HttpServer server(base);
    CHECK(field_of(get(base, server.port()), "Content-Type") == "text/html; charset=ISO-8859-1");
    const char type[] = "text/plain";
    evhttp_set_default_content_type(server, type);
    CHECK(field_of(get(base, server.port()), "Content-Type") == "text/plain");
    server.on_request = [](evhttp_request* request) { reply_in_pieces(request, 200, {"x"}); };
    CHECK(field_of(get(base, server.port()), "Content-Type") == "text/plain");
    server.on_request = [](evhttp_request* request) { HttpServer::reply(request, 200, ""); };
    CHECK(field_of(get(base, server.port()), "Content-Type") == "none");
    server.on_request = [](evhttp_request* request) {
        add_reply_field(request, "content-type", "image/png");
        HttpServer::reply(request, 200, "x");
    };
    CHECK(count_of(get(base, server.port()), "ontent-") == 1 + 1);  // and the length
    server.on_request = nullptr;
    evhttp_set_default_content_type(server, nullptr);
    CHECK(field_of(get(base, server.port()), "Content-Type") == "none");
}

TEST_CASE("a_default_type_that_is_no_value_of_a_field_is_not_sent") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) { HttpServer::reply(request, 200, "x"); };
    evhttp_set_default_content_type(server, "text/html\r\nX: y");
    const std::string reply = get(base, server.port());
    CHECK(field_of(reply, "Content-Type") == "none");
    CHECK(field_of(reply, "X") == "none");
}
