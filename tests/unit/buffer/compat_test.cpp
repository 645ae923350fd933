// SPDX-License-Identifier: BSD-3-Clause
// The names of older programs.
#include <event2/buffer_compat.h>
#include <stdlib.h>

#include "buffer_support.h"

using namespace evlet_test;

namespace {

struct OldCall {
    size_t old_length, new_length;
    bool operator==(const OldCall& other) const {
        return old_length == other.old_length && new_length == other.new_length;
    }
};

void remember(evbuffer*, size_t old_length, size_t new_length, void* calls) {
    static_cast<std::vector<OldCall>*>(calls)->push_back({old_length, new_length});
}

}  // namespace

TEST_CASE("evbuffer_length_and_data_show_all_bytes_in_one_piece") {
    Buffer buffer{"abc", "def"};
    CHECK(EVBUFFER_LENGTH(buffer) == 6);
    CHECK(std::string(reinterpret_cast<char*>(EVBUFFER_DATA(buffer)), 6) == "abcdef");
    CHECK(extents(buffer).size() == 1);
    Buffer empty;
    CHECK(EVBUFFER_LENGTH(empty) == 0);
    CHECK(EVBUFFER_DATA(empty) == nullptr);
}

TEST_CASE("readline_ends_at_any_row_of_cr_and_lf") {
    Buffer buffer{"ab\r", "\n\ncd\n", "ef"};
    for (const char* expected : {"ab", "cd"}) {
        char* line = evbuffer_readline(buffer);
        REQUIRE(line);
        CHECK(std::string(line) == expected);
        free(line);
    }
    CHECK(evbuffer_readline(buffer) == nullptr);
    CHECK(content(buffer) == "ef");
}

TEST_CASE("find_shows_what_it_found_in_one_piece") {
    Buffer buffer{"abc", "d", "efgh"};
    const auto* what = reinterpret_cast<const unsigned char*>("cdef");
    unsigned char* found = evbuffer_find(buffer, what, 4);
    REQUIRE(found);
    CHECK(std::string(found, found + 4) == "cdef");
    CHECK(found == evbuffer_pullup(buffer, 1) + 2);
    CHECK(content(buffer) == "abcdefgh");
}

TEST_CASE("find_of_what_is_not_there_gives_nothing") {
    Buffer buffer{"abc", "def"}, empty;
    const auto* what = reinterpret_cast<const unsigned char*>("cdx");
    CHECK(evbuffer_find(buffer, what, 3) == nullptr);
    CHECK(evbuffer_find(buffer, what, 100) == nullptr);
    CHECK(evbuffer_find(empty, what, 3) == nullptr);
    CHECK(content(buffer) == "abcdef");
}

TEST_CASE("setcb_is_told_the_old_and_the_new_length") {
    Buffer buffer(std::string("x"));
    std::vector<OldCall> calls;
    evbuffer_setcb(buffer, remember, &calls);
    REQUIRE(add(buffer, "abc") == 0);
    REQUIRE(evbuffer_drain(buffer, 3) == 0);
    CHECK(calls == std::vector<OldCall>{{1, 4}, {4, 1}});
}

TEST_CASE("setcb_replaces_all_other_callbacks") {
    Buffer buffer;
    std::vector<OldCall> first, second;
    Observer observer(buffer);
    evbuffer_setcb(buffer, remember, &first);
    evbuffer_setcb(buffer, remember, &second);
    REQUIRE(add(buffer, "abc") == 0);
    CHECK(observer.saw_nothing());
    CHECK(first.empty());
    CHECK(second == std::vector<OldCall>{{0, 3}});
}

TEST_CASE("setcb_of_null_leaves_no_callback") {
    Buffer buffer;
    std::vector<OldCall> calls;
    evbuffer_setcb(buffer, nullptr, nullptr);
    evbuffer_setcb(buffer, remember, &calls);
    Observer observer(buffer);
    evbuffer_setcb(buffer, nullptr, nullptr);
    REQUIRE(add(buffer, "abc") == 0);
    CHECK(calls.empty());
    CHECK(observer.saw_nothing());
}

TEST_CASE("a_callback_of_setcb_may_replace_itself_and_free_the_buffer") {
    Buffer buffer;
    evbuffer_setcb(
        buffer, [](evbuffer* b, size_t, size_t, void*) { evbuffer_setcb(b, nullptr, nullptr); },
        nullptr);
    REQUIRE(add(buffer, "abc") == 0);
    evbuffer_setcb(
        buffer, [](evbuffer* b, size_t, size_t, void*) { evbuffer_free(b); }, nullptr);
    evbuffer_drain(buffer, 1);
    buffer.forget();
}
