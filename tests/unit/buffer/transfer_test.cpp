// SPDX-License-Identifier: BSD-3-Clause
// Reading from and writing to sockets and pipes.
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "buffer_support.h"

using namespace evlet_test;

namespace {

// A pipe that does not block; closed with its scope.
class Pipe {
public:
    Pipe() {
        REQUIRE(pipe(fds_) == 0);
        for (const int fd : fds_)
            REQUIRE(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    int out() const { return fds_[0]; }
    int in() const { return fds_[1]; }
    void close_end(int end) {
        if (fds_[end] >= 0)
            ::close(fds_[end]);
        fds_[end] = -1;
    }

private:
    int fds_[2];
};

// All that is there to read.
std::string received(int fd) {
    std::string result;
    char block[4096];
    for (ssize_t size; (size = read(fd, block, sizeof block)) > 0;)
        result.append(block, static_cast<size_t>(size));
    return result;
}

void write_all(int fd, const std::string& text) {
    REQUIRE(write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE("write_sends_all_pieces_and_drains_them") {
    SocketPair pair;
    Buffer buffer{"abc", "d", "ef"};
    REQUIRE(add(buffer, "gh") == 0);
    CHECK(evbuffer_write(buffer, pair[0]) == 8);
    CHECK(buffer.length() == 0);
    CHECK(received(pair[1]) == "abcdefgh");
}

TEST_CASE("write_goes_to_a_pipe_too") {
    Pipe pipe;
    Buffer buffer{"abc", "def"};
    CHECK(evbuffer_write(buffer, pipe.in()) == 6);
    CHECK(received(pipe.out()) == "abcdef");
}

TEST_CASE("write_atmost_sends_no_more_than_that") {
    for (int most = 1; most <= 8; ++most) {
        CAPTURE(most);
        SocketPair pair;
        Buffer buffer{"abc", "d", "ef"};
        const size_t sent = static_cast<size_t>(most < 6 ? most : 6);
        CHECK(evbuffer_write_atmost(buffer, pair[0], most) == static_cast<int>(sent));
        CHECK(content(buffer) == std::string("abcdef").substr(sent));
        CHECK(received(pair[1]) == std::string("abcdef").substr(0, sent));
    }
}

TEST_CASE("write_atmost_with_a_negative_bound_has_none") {
    SocketPair pair;
    Buffer buffer{"abc", "def"};
    CHECK(evbuffer_write_atmost(buffer, pair[0], -1) == 6);
    REQUIRE(add(buffer, "gh") == 0);
    CHECK(evbuffer_write_atmost(buffer, pair[0], EV_SSIZE_MIN) == 2);
    REQUIRE(add(buffer, "ij") == 0);
    CHECK(evbuffer_write_atmost(buffer, pair[0], EV_SSIZE_MAX) == 2);
    CHECK(received(pair[1]) == "abcdefghij");
}

TEST_CASE("write_atmost_of_nothing_and_write_of_an_empty_buffer_send_nothing") {
    SocketPair pair;
    Buffer buffer(std::string("abc")), empty;
    CHECK(evbuffer_write_atmost(buffer, pair[0], 0) <= 0);
    CHECK(content(buffer) == "abc");
    CHECK(evbuffer_write(empty, pair[0]) == -1);
    CHECK(received(pair[1]).empty());
}

TEST_CASE("write_sends_part_of_what_does_not_fit_and_then_has_to_wait") {
    SocketPair pair;
    const std::string all = pattern(1 << 20);
    Buffer buffer(all);
    std::string got;
    size_t sent = 0;
    bool waited = false;
    for (int i = 0; i < 100000 && buffer.length() > 0; ++i) {
        const int size = evbuffer_write(buffer, pair[0]);
        if (size > 0) {
            sent += static_cast<size_t>(size);
            REQUIRE(buffer.length() == all.size() - sent);
            continue;
        }
        REQUIRE(size == -1);
        REQUIRE((errno == EAGAIN || errno == EWOULDBLOCK));
        REQUIRE(buffer.length() == all.size() - sent);
        waited = true;
        got += received(pair[1]);
    }
    got += received(pair[1]);
    CHECK(waited);
    const bool same = got == all;
    CHECK(same);
}

TEST_CASE("many_more_pieces_than_one_system_call_takes_are_all_sent") {
    SocketPair pair;
    Buffer buffer;
    std::string all;
    for (unsigned i = 0; i < 3000; ++i) {
        const std::string part = pattern(1 + i % 3, i);
        add_piece(buffer, part);
        all += part;
    }
    std::string got;
    for (int i = 0; i < 3000 && buffer.length() > 0; ++i) {
        REQUIRE(evbuffer_write(buffer, pair[0]) > 0);
        got += received(pair[1]);
    }
    const bool same = got == all;
    CHECK(same);
}

TEST_CASE("write_to_a_socket_that_the_peer_has_closed_is_epipe_and_no_signal") {
    NEEDS(fork_with_sockets);
    NEEDS(unix_sockets);
    const int status = run_in_child([] {
        int fds[2];
        signal(SIGPIPE, SIG_DFL);
        evbuffer* buffer = evbuffer_new();
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 || evbuffer_add(buffer, "abc", 3) != 0)
            _exit(2);
        close(fds[1]);
        if (evbuffer_write(buffer, fds[0]) != -1 || errno != EPIPE)
            _exit(3);
        _exit(evbuffer_get_length(buffer) == 3 ? 0 : 4);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("write_to_a_bad_descriptor_fails_and_keeps_the_bytes") {
    Buffer buffer{"abc"};
    errno = 0;
    CHECK(evbuffer_write(buffer, -1) == -1);
    CHECK(errno == EBADF);
    CHECK(content(buffer) == "abc");
}

TEST_CASE("read_adds_what_is_there") {
    SocketPair pair;
    Buffer buffer(std::string("<"));
    pair.write(1, "hello");
    REQUIRE(arrives(pair[0], 5));
    CHECK(evbuffer_read(buffer, pair[0], -1) == 5);
    CHECK(content(buffer) == "<hello");
}

TEST_CASE("read_takes_from_a_pipe_too") {
    Pipe pipe;
    Buffer buffer;
    write_all(pipe.in(), "hello");
    REQUIRE(arrives(pipe.out(), 5));
    CHECK(evbuffer_read(buffer, pipe.out(), 3) == 3);
    CHECK(evbuffer_read(buffer, pipe.out(), 3) == 2);
    CHECK(content(buffer) == "hello");
}

TEST_CASE("read_takes_no_more_than_it_was_told") {
    SocketPair pair;
    Buffer buffer;
    pair.write(1, "hello");
    REQUIRE(arrives(pair[0], 5));
    CHECK(evbuffer_read(buffer, pair[0], 2) == 2);
    CHECK(content(buffer) == "he");
    CHECK(evbuffer_read(buffer, pair[0], INT_MAX) == 3);
    CHECK(content(buffer) == "hello");
}

TEST_CASE("read_of_nothing_changes_nothing") {
    SocketPair pair;
    Buffer buffer(std::string("x"));
    pair.write(1, "hello");
    REQUIRE(arrives(pair[0], 5));
    CHECK(evbuffer_read(buffer, pair[0], 0) <= 0);
    CHECK(content(buffer) == "x");
    CHECK(received(pair[0]) == "hello");
}

TEST_CASE("read_with_nothing_there_says_again_and_changes_nothing") {
    SocketPair pair;
    Buffer buffer(std::string("x"));
    CHECK(evbuffer_read(buffer, pair[0], -1) == -1);
    CHECK((errno == EAGAIN || errno == EWOULDBLOCK));
    CHECK(content(buffer) == "x");
    CHECK(add(buffer, "y") == 0);
    CHECK(content(buffer) == "xy");
}

TEST_CASE("read_from_a_closed_peer_is_0_after_its_last_bytes") {
    SocketPair pair;
    Buffer buffer;
    pair.write(1, "last");
    pair.close(1);
    REQUIRE(arrives(pair[0], 4));
    CHECK(evbuffer_read(buffer, pair[0], -1) == 4);
    REQUIRE(arrives(pair[0]));
    CHECK(evbuffer_read(buffer, pair[0], -1) == 0);
    CHECK(content(buffer) == "last");
    Pipe pipe;
    pipe.close_end(1);
    REQUIRE(arrives(pipe.out()));
    CHECK(evbuffer_read(buffer, pipe.out(), -1) == 0);
    CHECK(content(buffer) == "last");
}

TEST_CASE("read_from_a_bad_descriptor_fails") {
    Buffer buffer(std::string("x"));
    errno = 0;
    CHECK(evbuffer_read(buffer, -1, -1) == -1);
    CHECK(errno == EBADF);
    CHECK(content(buffer) == "x");
}

TEST_CASE("reads_and_writes_of_all_sizes_keep_every_byte_in_order") {
    SocketPair pair;
    Buffer from, to;
    std::string expected;
    for (unsigned i = 1; i < 200; ++i) {
        const std::string part = pattern(i * 97 % 5000, i);
        REQUIRE(add(from, part) == 0);
        expected += part;
        evbuffer_write_atmost(from, pair[0], static_cast<ev_ssize_t>(i * 31 % 4000));
        evbuffer_read(to, pair[1], static_cast<int>(1 + i * 53 % 6000));
    }
    for (int i = 0; i < 10000 && to.length() < expected.size(); ++i) {
        evbuffer_write(from, pair[0]);
        REQUIRE(arrives(pair[1]));
        evbuffer_read(to, pair[1], -1);
    }
    CHECK(from.length() == 0);
    CHECK(holds(to, expected));
}

TEST_CASE("one_read_takes_no_more_than_max_read") {
    SocketPair pair;
    Buffer buffer;
    write_all(pair[1], pattern(20000));
    REQUIRE(arrives(pair[0], 20000));
    CHECK(evbuffer_get_max_read(buffer) == 4096);
    CHECK(evbuffer_read(buffer, pair[0], -1) == 4096);
    REQUIRE(evbuffer_set_max_read(buffer, 100) == 0);
    CHECK(evbuffer_get_max_read(buffer) == 100);
    CHECK(evbuffer_read(buffer, pair[0], -1) == 100);
    CHECK(evbuffer_read(buffer, pair[0], 5000) == 100);
    CHECK(evbuffer_read(buffer, pair[0], 50) == 50);
    REQUIRE(evbuffer_set_max_read(buffer, 10000) == 0);
    CHECK(evbuffer_read(buffer, pair[0], -1) == 10000);
    CHECK(holds(buffer, pattern(20000).substr(0, 14346)));
}

TEST_CASE("a_max_read_out_of_range_is_refused_and_changes_nothing") {
    Buffer buffer;
    REQUIRE(evbuffer_set_max_read(buffer, 77) == 0);
    CHECK(evbuffer_set_max_read(buffer, size_t(INT_MAX) + 1) == -1);
    CHECK(evbuffer_set_max_read(buffer, SIZE_MAX) == -1);
    CHECK(evbuffer_get_max_read(buffer) == 77);
    CHECK(evbuffer_set_max_read(buffer, INT_MAX) == 0);
    CHECK(evbuffer_get_max_read(buffer) == INT_MAX);
}

TEST_CASE("a_max_read_of_0_is_the_default_again") {
    Buffer buffer;
    REQUIRE(evbuffer_set_max_read(buffer, 77) == 0);
    CHECK(evbuffer_set_max_read(buffer, 0) == 0);
    CHECK(evbuffer_get_max_read(buffer) == 4096);
}

TEST_CASE("a_callback_is_told_what_was_read_and_written") {
    SocketPair pair;
    Buffer buffer{"abc", "def"};
    Observer observer(buffer);
    REQUIRE(evbuffer_write_atmost(buffer, pair[0], 4) == 4);
    CHECK(observer.saw(6, 0, 4));
    REQUIRE(arrives(pair[1], 4));
    REQUIRE(evbuffer_read(buffer, pair[1], -1) == 4);
    CHECK(observer.saw(2, 4, 0));
    CHECK(evbuffer_read(buffer, pair[1], -1) == -1);
    CHECK(observer.saw_nothing());
}

TEST_CASE("flags_that_do_not_exist_are_refused") {
    Buffer buffer;
    CHECK(evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD) == 0);
    CHECK(evbuffer_clear_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD) == 0);
    CHECK(evbuffer_set_flags(buffer, ev_uint64_t(1) << 40) == -1);
}
