// SPDX-License-Identifier: BSD-3-Clause
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "doctest.h"
#include "support/fatal.h"
#include "support/system_calls.h"

using namespace evlet_test;

// No header declares these two; generated code does it as here.
extern "C" {
void event_warn(const char* format, ...);
void event_warnx(const char* format, ...);
}

namespace {

int g_pipe[2];

// What the child wrote to standard error.
std::string stderr_of(void (*body)()) {
    static void (*run)();
    run = body;
    REQUIRE(pipe(g_pipe) == 0);
    const int status = run_in_child([] {
        dup2(g_pipe[1], STDERR_FILENO);
        run();
    });
    REQUIRE(ended_well(status));
    close(g_pipe[1]);
    std::string text;
    char piece[512];
    for (ssize_t size; (size = read(g_pipe[0], piece, sizeof piece)) > 0;)
        text.append(piece, static_cast<size_t>(size));
    close(g_pipe[0]);
    return text;
}

void do_nothing(evutil_socket_t, short, void*) {}

}  // namespace

TEST_CASE("lines_reach_the_callback_with_their_severity") {
    CapturedLog log;
    evlet::log::warnx("a warning, %d of %s", 1, "many");
    evlet::log::message("a message");
    REQUIRE(log.lines().size() == 2);
    CHECK(log.lines()[0].severity == EVENT_LOG_WARN);
    CHECK(log.lines()[0].text == "a warning, 1 of many");
    CHECK(log.lines()[1].severity == EVENT_LOG_MSG);
    CHECK(log.lines()[1].text == "a message");
}

TEST_CASE("library_functions_report_misuse_as_warnings") {
    CapturedLog log;
    CHECK(event_add(nullptr, nullptr) == -1);
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].severity == EVENT_LOG_WARN);
    CHECK(log.contains("event_add"));
}

TEST_CASE("event_warn_appends_the_text_of_errno_and_keeps_it") {
    CapturedLog log;
    errno = ENOENT;
    event_warn("cannot open %s", "it");
    CHECK(errno == ENOENT);
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].severity == EVENT_LOG_WARN);
    CHECK(log.lines()[0].text.rfind("cannot open it: ", 0) == 0);
    CHECK(log.contains(strerror(ENOENT)));
}

TEST_CASE("event_warnx_says_nothing_but_its_text") {
    CapturedLog log;
    errno = ENOENT;
    event_warnx("plain %d", 7);
    CHECK(errno == ENOENT);
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].severity == EVENT_LOG_WARN);
    CHECK(log.lines()[0].text == "plain 7");
}

TEST_CASE("without_a_callback_lines_go_to_standard_error_with_their_severity") {
    CHECK(stderr_of([] { event_warnx("first"); }) == "[warn] first\n");
    CHECK(stderr_of([] { evlet::log::message("second"); }) == "[msg] second\n");
    CHECK(stderr_of([] {
              event_set_log_callback([](int, const char*) { _exit(1); });
              event_set_log_callback(nullptr);
              event_warnx("third");
          }) == "[warn] third\n");
}

TEST_CASE("callback_keeps_lines_from_standard_error") {
    CHECK(stderr_of([] {
              event_set_log_callback([](int, const char*) {});
              event_warnx("hidden");
          }).empty());
}

TEST_CASE("closed_standard_error_does_no_harm") {
    const int status = run_in_child([] {
        close(STDERR_FILENO);
        errno = ERANGE;
        event_warnx("nobody hears this");
        if (errno != ERANGE)
            _exit(1);
    });
    CHECK(ended_well(status));
}

TEST_CASE("long_lines_are_cut_whatever_their_length") {
    const std::string text(5000, 'x');
    size_t longest = 0;
    for (size_t length : {0, 1, 120, 140, 150, 155, 158, 159, 160, 161, 170, 900, 1000, 1010, 1020,
                          1022, 1023, 1024, 1025, 1030, 5000}) {
        const std::string part = text.substr(0, length);
        CapturedLog log;
        errno = EACCES;
        event_warn("%s", part.c_str());
        event_warnx("%s", part.c_str());
        REQUIRE(log.lines().size() == 2);
        const std::string full = part + ": " + strerror(EACCES);
        CHECK(full.rfind(log.lines()[0].text, 0) == 0);
        CHECK(log.lines()[0].text.size() >= log.lines()[1].text.size());
        CHECK(part.rfind(log.lines()[1].text, 0) == 0);
        if (length <= 120)
            CHECK(log.lines()[1].text == part);
        longest = std::max(longest, log.lines()[1].text.size());
    }
    CHECK(longest < 5000);
    CHECK(longest >= 120);
}

TEST_CASE("debug_logging_off_or_compiled_out_says_nothing") {
    event_enable_debug_logging(EVENT_DBG_NONE);
    CapturedLog log;
    event_base* base = event_base_new();
    REQUIRE(base);
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    event_base_free(base);
    CHECK(log.lines().empty());
}

#if EVLET_DEBUG
TEST_CASE("debug_logging_tells_what_the_loop_does_until_it_is_switched_off") {
    CapturedLog log;
    event_base* base = event_base_new();
    REQUIRE(base);
    event_enable_debug_logging(EVENT_DBG_ALL);
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    event_enable_debug_logging(EVENT_DBG_NONE);
    REQUIRE_FALSE(log.lines().empty());
    for (const CapturedLog::Line& line : log.lines())
        CHECK(line.severity == EVENT_LOG_DEBUG);
    CHECK(log.contains("timeout"));
    const size_t before = log.lines().size();
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(log.lines().size() == before);
    event_base_free(base);
}

TEST_CASE("debug_lines_go_to_standard_error_when_there_is_no_callback") {
    CHECK(stderr_of([] {
              event_enable_debug_logging(EVENT_DBG_ALL);
              EVLET_LOG_DEBUG("number %d", 5);
          }) == "[debug] number 5\n");
}
#else
TEST_CASE("debug_logging_can_be_asked_for_in_a_build_without_it") {
    event_enable_debug_logging(EVENT_DBG_ALL);
    CapturedLog log;
    event_base* base = event_base_new();
    REQUIRE(base);
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    event_base_free(base);
    CHECK(log.lines().empty());
}
#endif
