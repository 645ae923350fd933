// SPDX-License-Identifier: BSD-3-Clause
// Files that change or fail while they are read.

// The files under test once more, under names of their own, with a port that is this file's.
#define read_file read_file_of_this_port
#define read_resolv_conf read_resolv_conf_of_this_port
#define take_resolv_conf take_resolv_conf_of_this_port
#define evlet_port_file_open open_of_this_port
#define evlet_port_file_size size_of_this_port
#define evlet_port_file_read read_of_this_port
#define evlet_port_close close_of_this_port
#include "dns/resolv_conf.cpp"
#include "dns/system_files.cpp"

#include "text_support.h"

using namespace evlet;
using namespace evlet::dns;
using namespace evlet_test;

namespace {

struct Port {
    std::string content;
    int64_t size;             // what it says
    size_t piece = SIZE_MAX;  // of one read
    int64_t fails_at = -1;    // reading there fails
    int open = 0;
} g_port;

constexpr evlet_fd kFd = 7;

}  // namespace

extern "C" {

evlet_fd evlet_port_file_open(const char* path) {
    if (*path == 0)
        return -1;
    ++g_port.open;
    return kFd;
}

int64_t evlet_port_file_size(evlet_fd fd) {
    CHECK(fd == kFd);
    return g_port.size;
}

ssize_t evlet_port_file_read(evlet_fd fd, void* buffer, size_t size, int64_t offset) {
    CHECK(fd == kFd);
    if (offset == g_port.fails_at)
        return -1;
    const auto at = static_cast<size_t>(offset);
    const size_t left = at < g_port.content.size() ? g_port.content.size() - at : 0;
    const size_t got = std::min(std::min(left, size), g_port.piece);
    memcpy(buffer, g_port.content.data() + at, got);
    return static_cast<ssize_t>(got);
}

int evlet_port_close(evlet_fd fd) {
    CHECK(fd == kFd);
    --g_port.open;
    return 0;
}

}  // extern "C"

namespace {

Port port_with(const std::string& content) {
    Port port;
    port.content = content;
    port.size = static_cast<int64_t>(content.size());
    return port;
}

// The result, and what nameservers there are then.
std::string parse(const Port& port) {
    g_port = port;
    const Resolver dns;
    const int error = read_resolv_conf(*dns, "file", DNS_OPTION_NAMESERVERS);
    CHECK(g_port.open == 0);
    return std::to_string(error) + " " + servers(*dns);
}

}  // namespace

TEST_CASE("a_file_is_read_in_as_many_pieces_as_it_comes") {
    for (const size_t piece : {SIZE_MAX, size_t(1), size_t(7)}) {
        Port port = port_with("nameserver 127.0.0.3\n");
        port.piece = piece;
        CHECK(parse(port) == "0 127.0.0.3:53");
    }
}

TEST_CASE("a_file_that_became_shorter_is_a_short_read") {
    Port port = port_with("nameserver 127.0.0.3\n");
    port.size += 1;
    CHECK(parse(port) == std::to_string(EVDNS_ERROR_SHORT_READ_FROM_FILE) + " 127.0.0.1:53");
}

TEST_CASE("a_file_that_became_longer_is_read_as_far_as_it_was") {
    Port port = port_with("nameserver 127.0.0.3\nnameserver 127.0.0.4\n");
    port.size = 21;
    CHECK(parse(port) == "0 127.0.0.3:53");
}

TEST_CASE("a_read_that_fails_is_a_short_read") {
    for (const int64_t at : {0, 3}) {
        Port port = port_with("nameserver 127.0.0.3\n");
        port.piece = 3;
        port.fails_at = at;
        CHECK(parse(port) == std::to_string(EVDNS_ERROR_SHORT_READ_FROM_FILE) + " 127.0.0.1:53");
    }
}

TEST_CASE("a_file_without_a_size_cannot_be_read") {
    Port port = port_with("nameserver 127.0.0.3\n");
    port.size = -1;
    CHECK(parse(port) == std::to_string(EVDNS_ERROR_FAILED_TO_STAT_FILE) + " 127.0.0.1:53");
}

TEST_CASE("a_file_of_any_size_above_the_limit_is_too_large") {
    for (const int64_t size : {int64_t{65537}, int64_t{0x100000000}, INT64_MAX}) {
        Port port = port_with("nameserver 127.0.0.3\n");
        port.size = size;
        CHECK(parse(port) == std::to_string(EVDNS_ERROR_FILE_TOO_LARGE) + " 127.0.0.1:53");
    }
}

TEST_CASE("a_file_that_was_not_read_changes_no_output") {
    char* text = nullptr;
    size_t size = 77;
    g_port = port_with("x");
    CHECK(read_file("", 10, &text, &size) == FileOutcome::cannot_open);
    g_port.size = 11;
    CHECK(read_file("file", 10, &text, &size) == FileOutcome::too_large);
    g_port.size = 10;
    CHECK(read_file("file", 10, &text, &size) == FileOutcome::short_read);
    CHECK(text == nullptr);
    CHECK(size == 77);
    g_port.size = 1;
    CHECK(read_file("file", 10, &text, &size) == FileOutcome::ok);
    CHECK(std::string(text) == "x");
    CHECK(size == 1);
    mem::release(text);
    CHECK(g_port.open == 0);
}

TEST_CASE("an_empty_file_is_empty_text") {
    char* text = nullptr;
    size_t size = 77;
    g_port = port_with("");
    CHECK(read_file("file", 10, &text, &size) == FileOutcome::ok);
    CHECK(size == 0);
    CHECK(*text == 0);
    mem::release(text);
}
