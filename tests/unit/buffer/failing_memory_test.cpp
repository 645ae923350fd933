// SPDX-License-Identifier: BSD-3-Clause
// Every call that allocates, with its first, second, third ... allocation failing until none does:
// it says so, changes no byte of any buffer, tells no callback, and leaks nothing.
#include <event2/buffer_compat.h>
#include <event2/thread.h>
#include <stdlib.h>

#include "buffer_support.h"
#include "support/test_event.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS

namespace {

// The buffers of a try: one in pieces of all kinds, with a callback, and another one.
struct Pair {
    Pair() : referred(pattern(50, 3)) {
        REQUIRE(add(main, pattern(200, 1)) == 0);
        REQUIRE(evbuffer_drain(main, 20) == 0);
        REQUIRE(referred.add_to(main) == 0);
        REQUIRE(add(main, "line\r\n") == 0);
        add_piece(main, pattern(700, 2));
        REQUIRE(add(other, pattern(300, 4)) == 0);
        add_piece(other, pattern(10, 5));
        main_text = content(main);
        other_text = content(other);
    }
    ~Pair() {
        main.free();
        other.free();
        CHECK(referred.releases == 1);
    }
    Referred referred;
    Buffer main, other;
    std::string main_text, other_text;
};

// Answers whether the call succeeded.
using Call = std::function<bool(Pair&)>;

// One try with the n-th allocation failing. False: there were fewer.
bool try_once(FailingMemory& memory, const Call& call, int n, bool and_all_after) {
    CAPTURE(n);
    CAPTURE(and_all_after);
    const long before = memory.outstanding();
    bool met;
    {
        Pair pair;
        Observer main_observer(pair.main), other_observer(pair.other);
        errno = 0;
        memory.fail_at(n, and_all_after);
        const bool succeeded = call(pair);
        met = memory.failed();
        const int error = errno;
        memory.stop_failing();
        if (met && !succeeded) {
            CHECK(error == ENOMEM);
            CHECK(holds(pair.main, pair.main_text));
            CHECK(holds(pair.other, pair.other_text));
            CHECK(main_observer.saw_nothing());
            CHECK(other_observer.saw_nothing());
        } else {
            // It may do without, if it does all it should.
            CHECK(succeeded);
        }
        // Usable as before.
        const std::string text = content(pair.main);
        CHECK(add(pair.main, "!") == 0);
        CHECK(prepend(pair.main, "?") == 0);
        CHECK(holds(pair.main, "?" + text + "!"));
    }
    CHECK(memory.outstanding() == before);
    return met;
}

// Returns how many allocations the call makes.
int fail_each(const Call& call) {
    FailingMemory memory;
    for (int n = 1; n < 50; ++n) {
        const bool met = try_once(memory, call, n, false);
        if (try_once(memory, call, n, true) || met)
            continue;
        return n - 1;
    }
    FAIL("it never stops allocating");
    return 0;
}

}  // namespace

TEST_CASE("a_new_buffer_without_memory_is_null") {
    FailingMemory memory;
    const long before = memory.outstanding();
    memory.fail_at(1, true);
    CHECK(evbuffer_new() == nullptr);
    memory.stop_failing();
    CHECK(memory.outstanding() == before);
}

TEST_CASE("adding_without_memory_changes_nothing") {
    CHECK(fail_each([](Pair& p) { return add(p.main, pattern(5000)) == 0; }) >= 1);
    fail_each([](Pair& p) { return add(p.other, pattern(400)) == 0; });
    fail_each([](Pair& p) { return evbuffer_add(p.main, "x", 1) == 0; });
}

TEST_CASE("printf_without_memory_changes_nothing") {
    const std::string text = pattern(5000);
    CHECK(fail_each([&](Pair& p) {
              return evbuffer_add_printf(p.main, "%s", text.c_str()) == 5000;
          }) >= 1);
    fail_each([](Pair& p) { return evbuffer_add_printf(p.main, "%d", 42) == 2; });
}

TEST_CASE("prepending_without_memory_changes_nothing") {
    CHECK(fail_each([](Pair& p) { return prepend(p.main, pattern(5000)) == 0; }) >= 1);
    // Partly in the room before the first byte.
    fail_each([](Pair& p) { return prepend(p.main, pattern(25)) == 0; });
}

TEST_CASE("iovec_without_memory_adds_nothing_or_all_it_says") {
    std::string first = pattern(100, 8), second = pattern(5000, 9);
    FailingMemory memory;
    for (int n = 1; n < 6; ++n) {
        CAPTURE(n);
        Pair pair;
        evbuffer_iovec extents[] = {{first.data(), 100}, {second.data(), 5000}};
        memory.fail_at(n, true);
        const size_t added = evbuffer_add_iovec(pair.main, extents, 2);
        memory.stop_failing();
        REQUIRE(added <= 5100);
        CHECK(holds(pair.main, pair.main_text + (first + second).substr(0, added)));
    }
}

TEST_CASE("expanding_and_reserving_without_memory_changes_nothing") {
    CHECK(fail_each([](Pair& p) { return evbuffer_expand(p.main, 5000) == 0; }) >= 1);
    for (const int most : {1, 2, 4}) {
        CAPTURE(most);
        CHECK(fail_each([&](Pair& p) {
                  evbuffer_iovec pieces[4];
                  return evbuffer_reserve_space(p.main, 5000, pieces, most) >= 1;
              }) >= 1);
    }
}

TEST_CASE("adding_a_reference_without_memory_changes_nothing_and_releases_nothing") {
    CHECK(fail_each([](Pair& p) {
              Referred referred("reference");
              const bool succeeded = referred.add_to(p.main) == 0;
              CHECK(referred.releases == 0);
              // It is not to outlive this call.
              if (succeeded)
                  evbuffer_drain(p.main, p.main.length());
              CHECK(referred.releases == (succeeded ? 1 : 0));
              return succeeded;
          }) >= 1);
}

TEST_CASE("moving_all_of_a_buffer_needs_no_memory") {
    CHECK(fail_each([](Pair& p) { return evbuffer_add_buffer(p.main, p.other) == 0; }) == 0);
    CHECK(fail_each([](Pair& p) { return evbuffer_prepend_buffer(p.main, p.other) == 0; }) == 0);
}

TEST_CASE("moving_a_part_of_a_buffer_without_memory_changes_nothing") {
    for (const int size : {1, 100, 250, 305, 310}) {
        CAPTURE(size);
        fail_each([&](Pair& p) {
            return evbuffer_remove_buffer(p.other, p.main, static_cast<size_t>(size)) == size;
        });
    }
    for (const int size : {1, 185, 240, 900}) {
        CAPTURE(size);
        fail_each([&](Pair& p) {
            return evbuffer_remove_buffer(p.main, p.other, static_cast<size_t>(size)) == size;
        });
    }
}

TEST_CASE("a_multicast_without_memory_changes_nothing") {
    CHECK(fail_each([](Pair& p) { return evbuffer_add_buffer_reference(p.main, p.other) == 0; }) >=
          2);
    CHECK(fail_each([](Pair& p) { return evbuffer_add_buffer_reference(p.other, p.main) == 0; }) >=
          2);
}

TEST_CASE("pulling_up_without_memory_keeps_the_content") {
    CHECK(fail_each([](Pair& p) { return evbuffer_pullup(p.main, -1) != nullptr; }) >= 1);
    // Within the room of the first piece it may do without.
    for (const ev_ssize_t size : {200, 240}) {
        CAPTURE(size);
        fail_each([&](Pair& p) { return evbuffer_pullup(p.main, size) != nullptr; });
    }
    fail_each([](Pair& p) {
        const auto* what = reinterpret_cast<const unsigned char*>("line");
        return evbuffer_find(p.main, what, 4) != nullptr;
    });
}

TEST_CASE("taking_a_line_without_memory_takes_nothing") {
    FailingMemory memory;
    Pair pair;
    Observer observer(pair.main);
    memory.fail_at(1, true);
    size_t length = 77;
    CHECK(evbuffer_readln(pair.main, &length, EVBUFFER_EOL_CRLF) == nullptr);
    memory.stop_failing();
    CHECK(length == 0);
    CHECK(observer.saw_nothing());
    CHECK(holds(pair.main, pair.main_text));
}

TEST_CASE("draining_and_removing_need_no_memory") {
    CHECK(fail_each([](Pair& p) { return evbuffer_drain(p.main, 190) == 0; }) == 0);
    CHECK(fail_each([](Pair& p) {
              char bytes[300];
              return evbuffer_remove(p.main, bytes, 300) == 300;
          }) == 0);
    CHECK(fail_each([](Pair& p) {
              return evbuffer_search(p.main, "line", 4, nullptr).pos == 230 &&
                     evbuffer_peek(p.main, -1, nullptr, nullptr, 0) >= 4;
          }) == 0);
}

TEST_CASE("reading_without_memory_leaves_the_bytes_in_the_socket") {
    CHECK(fail_each([](Pair& p) {
              SocketPair sockets;
              sockets.write(1, "data");
              REQUIRE(arrives(sockets[0], 4));
              // No room left that would do without.
              evbuffer_drain(p.main, 0);
              const int got = evbuffer_read(p.main, sockets[0], 4);
              const int error = errno;
              char bytes[8];
              CHECK(read(sockets[0], bytes, 8) == (got == 4 ? -1 : 4));
              errno = error;
              return got == 4;
          }) >= 1);
}

TEST_CASE("a_file_without_memory_changes_nothing_and_stays_open") {
    NEEDS(files);
    File file(pattern(3000));
    for (const unsigned way : {0u, unsigned(EVBUF_FS_DISABLE_MMAP | EVBUF_FS_DISABLE_SENDFILE)}) {
        CAPTURE(way);
        CHECK(fail_each([&](Pair& p) {
                  evbuffer_file_segment* segment = evbuffer_file_segment_new(file.fd(), 0, -1, way);
                  if (!segment)
                      return false;
                  const bool succeeded = evbuffer_add_file_segment(p.main, segment, 0, -1) == 0;
                  const int error = errno;
                  evbuffer_file_segment_free(segment);
                  errno = error;
                  return succeeded;
              }) >= 2);
    }
    CHECK(fail_each([&](Pair& p) {
              const int fd = file.give_away();
              const bool succeeded = evbuffer_add_file(p.main, fd, 0, -1) == 0;
              if (!succeeded) {
                  CHECK(is_open(fd));
                  const int error = errno;
                  close(fd);
                  errno = error;
              }
              return succeeded;
          }) >= 2);
}

TEST_CASE("callbacks_limits_and_locks_without_memory_change_nothing") {
    CHECK(fail_each([](Pair& p) {
              return evbuffer_add_cb(
                         p.main, [](evbuffer*, const evbuffer_cb_info*, void*) {}, nullptr) !=
                     nullptr;
          }) >= 1);
    fail_each([](Pair& p) { return evbuffer_set_max_read(p.main, 100) == 0; });
#if EVLET_THREADS
    REQUIRE(evthread_use_pthreads() == 0);
    fail_each([](Pair& p) { return evbuffer_enable_locking(p.main, nullptr) == 0; });
#endif
}

TEST_CASE("deferring_without_memory_calls_callbacks_as_before") {
    FailingMemory memory;
    Base base;
    Buffer buffer;
    memory.fail_at(1, true);
    const int result = evbuffer_defer_callbacks(buffer, base);
    memory.stop_failing();
    Observer observer(buffer);
    REQUIRE(add(buffer, "abc") == 0);
    CHECK(observer.calls() == (result == 0 ? 0 : 1));
    pass(base);
    CHECK(observer.saw(0, 3, 0));
    buffer.free();
}

#endif
