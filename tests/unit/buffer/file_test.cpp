// SPDX-License-Identifier: BSD-3-Clause
// Files in buffers: whole, cut short, empty, and what is no file.
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "file_support.h"

using namespace evlet_test;

TEST_CASE("add_file_shows_the_range_of_the_file_and_closes_it_in_the_end") {
    NEEDS(files);
    File file("0123456789");
    const int fd = file.give_away();
    Buffer buffer(std::string("<"));
    CHECK(evbuffer_add_file(buffer, fd, 2, 5) == 0);
    REQUIRE(add(buffer, ">") == 0);
    CHECK(content(buffer) == "<23456>");
    buffer.free();
    CHECK_FALSE(is_open(fd));
}

TEST_CASE("add_file_of_length_minus_one_goes_to_the_end_of_the_file") {
    NEEDS(files);
    File file("0123456789");
    Buffer buffer;
    CHECK(evbuffer_add_file(buffer, file.give_away(), 0, -1) == 0);
    CHECK(content(buffer) == "0123456789");
    CHECK(evbuffer_add_file(buffer, file.give_away(), 7, -1) == 0);
    CHECK(content(buffer) == "0123456789789");
}

TEST_CASE("add_file_that_fails_leaves_buffer_and_descriptor_alone") {
    NEEDS(files);
    File file("0123456789");
    const int fd = file.give_away();
    Buffer buffer(std::string("keep"));
    CHECK(evbuffer_add_file(buffer, fd, -1, 5) == -1);
    CHECK(evbuffer_add_file(buffer, fd, INT64_MAX, 5) == -1);
    CHECK(evbuffer_add_file(buffer, fd, 5, INT64_MAX) == -1);
    CHECK(evbuffer_add_file(buffer, fd, INT64_MAX, INT64_MAX) == -1);
    CHECK(evbuffer_add_file(buffer, -1, 0, 5) == -1);
    CHECK(content(buffer) == "keep");
    CHECK(is_open(fd));
    close(fd);
}

TEST_CASE("a_large_file_is_whole_in_every_way_it_can_be_added") {
    NEEDS(files);
    const std::string text = pattern(100000);
    for (const unsigned way : kWays) {
        CAPTURE(way);
        File file(text);
        Segment segment(file.fd(), 0, -1, way);
        Buffer buffer(std::string("<"));
        REQUIRE(evbuffer_add_file_segment(buffer, segment, 0, -1) == 0);
        CHECK(holds(buffer, "<" + text));
        REQUIRE(evbuffer_drain(buffer, 5001) == 0);
        CHECK(holds(buffer, text.substr(5000)));
        REQUIRE(evbuffer_pullup(buffer, -1));
        CHECK(holds(buffer, text.substr(5000)));
    }
}

TEST_CASE("bytes_of_a_file_that_drain_to_a_descriptor_can_be_looked_at_all_the_same") {
    NEEDS(files);
    const std::string text = pattern(20000);
    File file(text);
    Segment segment(file.fd(), 0, -1, 0);
    Buffer buffer(std::string("<"));
    REQUIRE(evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD) == 0);
    REQUIRE(evbuffer_add_file_segment(buffer, segment, 0, -1) == 0);
    char bytes[10];
    CHECK(evbuffer_copyout(buffer, bytes, 10) == 10);
    CHECK(std::string(bytes, 10) == "<" + text.substr(0, 9));
    CHECK(evbuffer_search(buffer, text.data() + 10000, 20, nullptr).pos == 10001);
    CHECK(evbuffer_remove(buffer, bytes, 10) == 10);
    const unsigned char* piece = evbuffer_pullup(buffer, 100);
    REQUIRE(piece);
    CHECK(std::string(piece, piece + 100) == text.substr(9, 100));
    CHECK(holds(buffer, text.substr(9)));
}

TEST_CASE("an_empty_file_adds_nothing_or_is_refused_without_damage") {
    NEEDS(files);
    for (const unsigned way : kWays) {
        CAPTURE(way);
        File file("");
        Buffer buffer(std::string("keep"));
        evbuffer_file_segment* segment = evbuffer_file_segment_new(file.fd(), 0, -1, way);
        if (segment) {
            evbuffer_add_file_segment(buffer, segment, 0, -1);
            evbuffer_file_segment_free(segment);
        }
        CHECK(content(buffer) == "keep");
        REQUIRE(add(buffer, "!") == 0);
        CHECK(content(buffer) == "keep!");
    }
}

TEST_CASE("a_file_shorter_than_its_segment_is_an_error_and_no_signal") {
    NEEDS(files);
    static unsigned way;
    static int drains_to_fd;
    for (drains_to_fd = 0; drains_to_fd <= 1; ++drains_to_fd) {
        for (const unsigned one : kWays) {
            way = one;
            CAPTURE(way);
            CAPTURE(drains_to_fd);
            const int status = run_in_child([] {
                File file("0123456789");
                Buffer buffer;
                if (drains_to_fd)
                    evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
                // Pages behind the end of the file do not exist.
                evbuffer_file_segment* segment =
                    evbuffer_file_segment_new(file.fd(), 0, 100000, way);
                if (!segment || evbuffer_add_file_segment(buffer, segment, 0, -1) != 0)
                    _exit(0);
                SocketPair pair;
                for (int i = 0; i < 10; ++i) {
                    const int size = evbuffer_write(buffer, pair[0]);
                    if (size <= 0)
                        _exit(size == -1 && errno != EAGAIN ? 0 : 3);
                    if (size > 10)
                        _exit(4);
                }
                _exit(5);
            });
            CHECK(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 0);
        }
    }
}

TEST_CASE("a_file_cut_after_it_was_added_without_mmap_is_an_error_of_who_meets_it") {
    NEEDS(files);
    for (const int drains_to_fd : {0, 1}) {
        CAPTURE(drains_to_fd);
        File file(pattern(20000));
        Segment segment(file.fd(), 0, -1, EVBUF_FS_DISABLE_MMAP);
        Buffer buffer;
        if (drains_to_fd)
            REQUIRE(evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD) == 0);
        REQUIRE(evbuffer_add_file_segment(buffer, segment, 0, -1) == 0);
        REQUIRE(ftruncate(file.fd(), 100) == 0);
        SocketPair pair;
        size_t sent = 0;
        int size;
        while ((size = evbuffer_write(buffer, pair[0])) > 0)
            sent += static_cast<size_t>(size);
        // Without a flag it was read before the cut.
        CHECK((sent == 100 || sent == 20000));
        CHECK(buffer.length() == 20000 - sent);
        if (sent == 100) {
            CHECK(size == -1);
            CHECK(errno != EAGAIN);
            // It does not go away by itself, and the buffer can still be freed and drained.
            CHECK(evbuffer_write(buffer, pair[0]) == -1);
            CHECK(evbuffer_pullup(buffer, -1) == nullptr);
            CHECK(evbuffer_drain(buffer, 5) == 0);
        }
    }
}

TEST_CASE("a_pipe_is_refused_or_read_and_never_waited_for") {
    NEEDS(files);
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    REQUIRE(write(fds[1], "abc", 3) == 3);
    for (const ev_off_t length : {-1, 3}) {
        CAPTURE(length);
        Buffer buffer(std::string("<"));
        const int fd = dup(fds[0]);
        if (evbuffer_add_file(buffer, fd, 0, length) == 0) {
            const std::string found = content(buffer);
            CHECK((found == "<abc" || found == "<"));
        } else {
            CHECK(content(buffer) == "<");
            CHECK(is_open(fd));
            close(fd);
        }
    }
    close(fds[0]);
    close(fds[1]);
}

TEST_CASE("a_part_of_a_file_moves_between_buffers") {
    NEEDS(files);
    const std::string text = pattern(9000);
    for (const unsigned way : kWays) {
        for (const int drains_to_fd : {0, 1}) {
            CAPTURE(way);
            CAPTURE(drains_to_fd);
            File file(text);
            Segment segment(file.fd(), 0, -1, way);
            Buffer from, to;
            if (drains_to_fd)
                REQUIRE(evbuffer_set_flags(from, EVBUFFER_FLAG_DRAINS_TO_FD) == 0);
            REQUIRE(evbuffer_add_file_segment(from, segment, 0, -1) == 0);
            CHECK(evbuffer_remove_buffer(from, to, 4000) == 4000);
            CHECK(prepend(from, "<") == 0);
            CHECK(add(to, ">") == 0);
            CHECK(evbuffer_add_buffer(to, from) == 0);
            CHECK(holds(to, text.substr(0, 4000) + "><" + text.substr(4000)));
        }
    }
}

// A peer that closes while a part has been taken: the system reports the part, and raises the
// signal all the same.
TEST_CASE("a_file_to_a_peer_that_closes_is_an_error_and_no_signal") {
    NEEDS(files);
    const int status = run_in_child([] {
        constexpr off_t kSize = 8 << 20;
        signal(SIGPIPE, SIG_DFL);
        FILE* const file = tmpfile();
        sockaddr_in address = {};
        socklen_t length = sizeof address;
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        const int listener = socket(AF_INET, SOCK_STREAM, 0);
        const int from = socket(AF_INET, SOCK_STREAM, 0);
        if (!file || ftruncate(fileno(file), kSize) != 0 || listener < 0 || from < 0 ||
            bind(listener, generic, length) != 0 || listen(listener, 1) != 0 ||
            getsockname(listener, generic, &length) != 0 || connect(from, generic, length) != 0)
            _exit(2);
        close(accept(listener, nullptr, nullptr));
        evbuffer* const buffer = evbuffer_new();
        evbuffer_set_flags(buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
        if (evbuffer_add_file(buffer, dup(fileno(file)), 0, kSize) != 0)
            _exit(3);
        int sent = 1;
        for (int i = 0; i < 1000 && sent > 0; ++i)
            sent = evbuffer_write(buffer, from);
        _exit(sent < 0 && (errno == EPIPE || errno == ECONNRESET) ? 0 : 4);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
