// SPDX-License-Identifier: BSD-3-Clause
// Error pages: the library's and the program's.
#include "server_support.h"

using namespace evlet_test;

namespace {

// Makes error pages and remembers what it was told.
struct ErrorPage {
    std::string page = "page";
    int answer = 0;
    std::vector<int> codes;
    std::string reason;
    static int make(evhttp_request* request, evbuffer* buffer, int code, const char* reason,
                    void* argument) {
        auto& self = *static_cast<ErrorPage*>(argument);
        self.codes.push_back(code);
        self.reason = reason;
        evbuffer_add(buffer, self.page.data(), self.page.size());
        add_reply_field(request, "X-Page", "mine");
        return self.answer;
    }
};

}  // namespace

TEST_CASE("an_error_page_names_the_error_and_closes_the_connection") {
    const std::string text = reply_to(kGet, [](evhttp_request* request) {
        add_reply_field(request, "X-Dropped", "yes");
        evbuffer_add(evhttp_request_get_output_buffer(request), "dropped", 7);
        evhttp_send_error(request, 404, nullptr);
    });
    CHECK(status_line_of(text) == "HTTP/1.1 404 Not Found");
    CHECK(field_of(text, "Connection") == "close");
    CHECK(field_of(text, "Content-Type") == "text/html");
    CHECK(field_of(text, "X-Dropped") == "none");
    CHECK(count_of(body_of(text), "404 Not Found") == 2);
    CHECK(count_of(text, "dropped") == 0);
}

TEST_CASE("an_error_page_escapes_what_stands_for_something_in_html") {
    const std::string text = reply_of([](evhttp_request* request) {
        evhttp_send_error(request, 400, "<script>alert('&')</script>");
    });
    CHECK(status_line_of(text) == "HTTP/1.1 400 <script>alert('&')</script>");
    CHECK(count_of(body_of(text), "<script>") == 0);
    CHECK(count_of(body_of(text), "&lt;script&gt;alert('&amp;')&lt;/script&gt;") == 2);
}

TEST_CASE("the_program_makes_error_pages_of_its_own") {
    Base base;
    HttpServer server(base);
    ErrorPage page;
    evhttp_set_errorcb(server, ErrorPage::make, &page);
    server.on_request = [](evhttp_request* request) { evhttp_send_error(request, 410, "Left"); };
    std::string text = get(base, server.port());
    CHECK(status_line_of(text) == "HTTP/1.1 410 Left");
    CHECK(body_of(text) == "page");
    CHECK(field_of(text, "X-Page") == "mine");
    CHECK(page.reason == "Left");
    // Those of the library's too, with the usual reason.
    text = talk(base, server.port(), "what\r\n\r\n");
    CHECK(status_of(text) == 400);
    CHECK(body_of(text) == "page");
    CHECK(page.reason == "Bad Request");
    CHECK(page.codes == std::vector<int>{410, 400});
    evhttp_set_errorcb(server, nullptr, nullptr);
    CHECK(count_of(get(base, server.port()), "page") == 0);
    CHECK(page.codes.size() == 2);
}

TEST_CASE("a_program_that_makes_no_page_leaves_it_to_the_library") {
    Base base;
    HttpServer server(base);
    ErrorPage page;
    page.page = "half a page";
    page.answer = -1;
    evhttp_set_errorcb(server, ErrorPage::make, &page);
    server.on_request = [](evhttp_request* request) { evhttp_send_error(request, 404, nullptr); };
    const std::string text = get(base, server.port());
    CHECK(page.codes.size() == 1);
    CHECK(count_of(text, "half a page") == 0);
    CHECK(count_of(text, "404 Not Found") == 3);
}

TEST_CASE("a_reply_in_the_error_callback_is_the_reply") {
    CapturedLog log;
    Base base;
    HttpServer server(base);
    evhttp_set_errorcb(
        server,
        [](evhttp_request* request, evbuffer*, int, const char*, void*) {
            HttpServer::reply(request, 302, "elsewhere");
            return 0;
        },
        nullptr);
    server.on_request = [](evhttp_request* request) { evhttp_send_error(request, 404, nullptr); };
    const std::string text = get(base, server.port());
    CHECK(statuses_of(text) == Statuses{302});
    CHECK(body_of(text) == "elsewhere");
    CHECK(log.contains("one reply"));
}
