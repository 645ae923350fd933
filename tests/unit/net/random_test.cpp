// SPDX-License-Identifier: BSD-3-Clause
// evutil_secure_rng_*. What ends the program, or names a device for the rest of the process, runs
// in a child.
#include <event2/event.h>
#include <event2/util.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctest.h"
#include "support/test_base.h"
#include "support/system_calls.h"

using namespace evlet_test;

namespace {

char g_missing_device[] = "/nonexistent/urandom";
char g_plain_file[] = "/dev/null";
char g_real_device[] = "/dev/urandom";

constexpr int kEndedByCallback = 42;

void end_child(int) {
    _exit(kEndedByCallback);
}

void drop_line(int, const char*) {}

void ask_without_entropy(char* device) {
    event_set_log_callback(drop_line);
    event_set_fatal_callback(end_child);
    if (evutil_secure_rng_set_urandom_device_file(device) != 0)
        _exit(1);
    if (evutil_secure_rng_init() != -1)
        _exit(2);
    char byte = 0;
    evutil_secure_rng_get_bytes(&byte, 0);  // asks for nothing, gets nothing
    evutil_secure_rng_get_bytes(&byte, 1);
    _exit(3);
}

void with_missing_device() {
    ask_without_entropy(g_missing_device);
}

void with_plain_file() {
    ask_without_entropy(g_plain_file);
}

void with_real_device() {
    if (evutil_secure_rng_set_urandom_device_file(g_real_device) != 0 ||
        evutil_secure_rng_init() != 0)
        _exit(1);
    unsigned char bytes[64] = {};
    evutil_secure_rng_get_bytes(bytes, sizeof bytes);
    for (unsigned char byte : bytes) {
        if (byte != 0)
            _exit(0);
    }
    _exit(2);
}

int exit_status_of(void (*body)()) {
    const int status = run_in_child(body);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("random_bytes_can_be_had") {
    CHECK(evutil_secure_rng_init() == 0);
    CHECK(evutil_secure_rng_init() == 0);
}

TEST_CASE("random_bytes_fill_the_buffer_and_no_more") {
    unsigned char seen[300] = {};
    for (int round = 0; round < 64; ++round) {
        unsigned char bytes[302];
        bytes[0] = bytes[301] = 0xa5;
        memset(bytes + 1, 0, 300);
        evutil_secure_rng_get_bytes(bytes + 1, 300);
        CHECK(bytes[0] == 0xa5);
        CHECK(bytes[301] == 0xa5);
        for (size_t i = 0; i < sizeof seen; ++i)
            seen[i] = static_cast<unsigned char>(seen[i] | bytes[i + 1]);
    }
    // A place that stayed 0 in 64 rounds (2^-512) was never written.
    for (unsigned char bits : seen)
        CHECK(bits != 0);
}

TEST_CASE("two_requests_differ") {
    unsigned char first[32], second[32];
    evutil_secure_rng_get_bytes(first, sizeof first);
    evutil_secure_rng_add_bytes("salt", 4);
    evutil_secure_rng_get_bytes(second, sizeof second);
    CHECK(memcmp(first, second, sizeof first) != 0);
}

TEST_CASE("parent_and_child_get_different_bytes_after_fork") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    unsigned char mine[32], theirs[32];
    evutil_secure_rng_get_bytes(mine, sizeof mine);
    if (child == 0)
        _exit(write(ends[1], mine, sizeof mine) == static_cast<ssize_t>(sizeof mine) ? 0 : 1);
    CHECK(read(ends[0], theirs, sizeof theirs) == static_cast<ssize_t>(sizeof theirs));
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    close(ends[0]);
    close(ends[1]);
    CHECK(memcmp(mine, theirs, sizeof mine) != 0);
}

TEST_CASE("asking_for_no_bytes_touches_nothing") {
    evutil_secure_rng_get_bytes(nullptr, 0);
    evutil_secure_rng_add_bytes(nullptr, 0);
    CHECK(evutil_secure_rng_set_urandom_device_file(nullptr) == -1);
}

TEST_CASE("without_entropy_the_program_ends_through_the_fatal_callback") {
    NEEDS(files);
    CHECK(exit_status_of(with_missing_device) == kEndedByCallback);
}

TEST_CASE("a_file_in_the_place_of_the_device_is_no_entropy") {
    NEEDS(files);
    CHECK(exit_status_of(with_plain_file) == kEndedByCallback);
}

TEST_CASE("a_named_device_is_read") {
    NEEDS(files);
    CHECK(exit_status_of(with_real_device) == 0);
}
