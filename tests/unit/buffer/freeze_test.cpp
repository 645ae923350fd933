// SPDX-License-Identifier: BSD-3-Clause
// A frozen end refuses every call that would change it, and nothing changes; the other end works
// on.
#include <functional>

#include "buffer_support.h"

using namespace evlet_test;

namespace {

constexpr int kFront = 1, kBack = 0;

// One call on a buffer that holds "hello\nworld".
struct Refusal {
    const char* name;
    std::function<bool(evbuffer*)> refused;
};

void check_refusals(int end, const std::vector<Refusal>& calls) {
    for (const Refusal& call : calls) {
        CAPTURE(call.name);
        Buffer buffer{"hello", "\nwor"};
        REQUIRE(add(buffer, "ld") == 0);
        Observer observer(buffer);
        REQUIRE(evbuffer_freeze(buffer, end) == 0);
        CHECK(call.refused(buffer));
        CHECK(buffer.length() == 11);
        CHECK(observer.saw_nothing());
        REQUIRE(evbuffer_unfreeze(buffer, end) == 0);
        CHECK(content(buffer) == "hello\nworld");
    }
}

// A call that needs a second buffer, which has to keep what it had.
bool refuses_with(const std::function<int(evbuffer*)>& call) {
    Buffer other(std::string("other"));
    const bool refused = call(other) == -1;
    CHECK(content(other) == "other");
    return refused;
}

}  // namespace

TEST_CASE("a_frozen_back_refuses_everything_that_adds") {
    NEEDS(files);
    check_refusals(
        kBack, {{"add", [](evbuffer* b) { return evbuffer_add(b, "x", 1) == -1; }},
                {"add_printf", [](evbuffer* b) { return evbuffer_add_printf(b, "%d", 1) == -1; }},
                {"add_iovec",
                 [](evbuffer* b) {
                     char byte = 'x';
                     evbuffer_iovec extent = {&byte, 1};
                     return evbuffer_add_iovec(b, &extent, 1) == 0;
                 }},
                {"reserve_space",
                 [](evbuffer* b) {
                     evbuffer_iovec pieces[2];
                     return evbuffer_reserve_space(b, 10, pieces, 1) == -1 &&
                            evbuffer_reserve_space(b, 10, pieces, 2) == -1;
                 }},
                {"add_reference",
                 [](evbuffer* b) {
                     Referred referred("x");
                     return referred.add_to(b) == -1 && referred.releases == 0;
                 }},
                {"add_file", [](evbuffer* b) {
                     if (!files.met)
                         return true;
                     File file("x");
                     const int fd = file.give_away();
                     const bool refused = evbuffer_add_file(b, fd, 0, 1) == -1;
                     if (is_open(fd))
                         close(fd);
                     return refused;
                 }}});
}

TEST_CASE("a_frozen_back_refuses_to_receive_other_buffers") {
    check_refusals(
        kBack,
        {{"add_buffer",
          [](evbuffer* b) {
              return refuses_with([b](evbuffer* o) { return evbuffer_add_buffer(b, o); });
          }},
         {"add_buffer_reference",
          [](evbuffer* b) {
              return refuses_with([b](evbuffer* o) { return evbuffer_add_buffer_reference(b, o); });
          }},
         {"remove_buffer into it", [](evbuffer* b) {
              return refuses_with([b](evbuffer* o) { return evbuffer_remove_buffer(o, b, 2); });
          }}});
}

TEST_CASE("a_frozen_back_refuses_to_read_and_leaves_the_bytes_in_the_socket") {
    check_refusals(kBack, {{"read", [](evbuffer* b) {
                                SocketPair pair;
                                pair.write(1, "data");
                                REQUIRE(arrives(pair[0], 4));
                                const bool refused = evbuffer_read(b, pair[0], -1) == -1;
                                char bytes[8];
                                return refused && read(pair[0], bytes, 8) == 4;
                            }}});
}

TEST_CASE("a_frozen_back_refuses_to_commit_what_was_reserved_before") {
    Buffer buffer(std::string("ab"));
    evbuffer_iovec extent;
    REQUIRE(evbuffer_reserve_space(buffer, 10, &extent, 1) == 1);
    memset(extent.iov_base, '*', 10);
    extent.iov_len = 10;
    REQUIRE(evbuffer_freeze(buffer, kBack) == 0);
    CHECK(evbuffer_commit_space(buffer, &extent, 1) == -1);
    CHECK(buffer.length() == 2);
}

TEST_CASE("a_frozen_front_refuses_everything_that_takes") {
    check_refusals(
        kFront,
        {{"drain", [](evbuffer* b) { return evbuffer_drain(b, 1) == -1; }},
         {"drain all", [](evbuffer* b) { return evbuffer_drain(b, EV_SIZE_MAX) == -1; }},
         {"remove",
          [](evbuffer* b) {
              char byte = '*';
              return evbuffer_remove(b, &byte, 1) == -1;
          }},
         {"readln", [](evbuffer* b) { return !evbuffer_readln(b, nullptr, EVBUFFER_EOL_LF); }},
         {"write", [](evbuffer* b) {
              SocketPair pair;
              char byte;
              return evbuffer_write(b, pair[0]) == -1 &&
                     evbuffer_write_atmost(b, pair[0], 2) == -1 && read(pair[1], &byte, 1) == -1 &&
                     errno == EAGAIN;
          }}});
}

TEST_CASE("a_frozen_front_refuses_to_prepend_and_to_give_to_other_buffers") {
    check_refusals(
        kFront,
        {{"prepend", [](evbuffer* b) { return evbuffer_prepend(b, "x", 1) == -1; }},
         {"prepend_buffer",
          [](evbuffer* b) {
              return refuses_with([b](evbuffer* o) { return evbuffer_prepend_buffer(b, o); });
          }},
         {"prepend_buffer to another",
          [](evbuffer* b) {
              return refuses_with([b](evbuffer* o) { return evbuffer_prepend_buffer(o, b); });
          }},
         {"add_buffer to another",
          [](evbuffer* b) {
              return refuses_with([b](evbuffer* o) { return evbuffer_add_buffer(o, b); });
          }},
         {"remove_buffer", [](evbuffer* b) {
              return refuses_with([b](evbuffer* o) { return evbuffer_remove_buffer(b, o, 2); });
          }}});
}

TEST_CASE("with_one_end_frozen_the_other_works_on") {
    Buffer buffer{"abc", "def"};
    REQUIRE(evbuffer_freeze(buffer, kBack) == 0);
    CHECK(evbuffer_drain(buffer, 1) == 0);
    CHECK(prepend(buffer, "<") == 0);
    REQUIRE(evbuffer_unfreeze(buffer, kBack) == 0);
    REQUIRE(evbuffer_freeze(buffer, kFront) == 0);
    CHECK(add(buffer, ">") == 0);
    REQUIRE(evbuffer_unfreeze(buffer, kFront) == 0);
    CHECK(content(buffer) == "<bcdef>");
}

TEST_CASE("a_thawed_end_works_again") {
    Buffer buffer(std::string("ab"));
    for (const int end : {kFront, kBack}) {
        REQUIRE(evbuffer_freeze(buffer, end) == 0);
        REQUIRE(evbuffer_freeze(buffer, end) == 0);
        REQUIRE(evbuffer_unfreeze(buffer, end) == 0);
    }
    CHECK(add(buffer, "c") == 0);
    CHECK(evbuffer_drain(buffer, 1) == 0);
    CHECK(content(buffer) == "bc");
    CHECK(evbuffer_unfreeze(buffer, kFront) == 0);
}

TEST_CASE("a_frozen_buffer_can_be_looked_at") {
    Buffer buffer{"ab", "cd"};
    REQUIRE(evbuffer_freeze(buffer, kBack) == 0);
    CHECK(content(buffer) == "abcd");
    CHECK(evbuffer_search(buffer, "bc", 2, nullptr).pos == 1);
    REQUIRE(evbuffer_freeze(buffer, kFront) == 0);
    CHECK(evbuffer_search(buffer, "bc", 2, nullptr).pos == 1);
    CHECK(evbuffer_peek(buffer, -1, nullptr, nullptr, 0) == 2);
    CHECK(buffer.length() == 4);
}

TEST_CASE("a_frozen_buffer_can_be_freed") {
    Referred referred("abc");
    Buffer buffer;
    REQUIRE(referred.add_to(buffer) == 0);
    REQUIRE(evbuffer_freeze(buffer, kBack) == 0);
    REQUIRE(evbuffer_freeze(buffer, kFront) == 0);
    buffer.free();
    CHECK(referred.releases == 1);
}
