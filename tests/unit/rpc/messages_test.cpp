// SPDX-License-Identifier: BSD-3-Clause
// Generated messages: members of each kind, written and read back; and memory that runs out.
#include <string.h>

#include <functional>

#include "failing_messages.h"
#include "messages_support.h"
#include "support/test_base.h"

using namespace evlet_test;

namespace {

// The bytes of a message with all members.
std::string bytes_of_every() {
    const Every msg;
    const Tree leaf("leaf");
    REQUIRE(fill(msg, leaf));
    const Buffer buffer;
    every_marshal(buffer, msg);
    return buffer.hex();
}

}  // namespace

TEST_CASE("members_come_back_as_they_were_set") {
    const Buffer buffer(bytes_of_every());
    const Every msg;
    REQUIRE(every_unmarshal(msg, buffer) == 0);
    CHECK(buffer.length() == 0);
    ev_uint8_t* bytes = nullptr;
    ev_uint32_t length = 0, small = 0;
    ev_uint64_t large = 0;
    char* text = nullptr;
    tree* one = nullptr;
    CHECK(EVTAG_GET(msg, id, &bytes) == 0);
    CHECK(memcmp(bytes, "\1\2\3\4", 4) == 0);
    CHECK(EVTAG_GET_WITH_LEN(msg, image, &bytes, &length) == 0);
    CHECK(std::string(reinterpret_cast<char*>(bytes), length) == std::string("\11\0\10", 3));
    CHECK(EVTAG_GET(msg, small, &small) == 0);
    CHECK(small == 0xdeadbeef);
    CHECK(EVTAG_GET(msg, large, &large) == 0);
    CHECK(large == UINT64_C(0x123456789abcdef0));
    CHECK(EVTAG_GET(msg, text, &text) == 0);
    CHECK(std::string(text) == "some text");
    CHECK(EVTAG_GET(msg, one, &one) == 0);
    CHECK(std::string(one->name_data) == "leaf");
    CHECK(EVTAG_HAS(msg, maybe) == 0);
    CHECK(EVTAG_GET(msg, maybe, &small) == -1);
}

TEST_CASE("arrays_come_back_in_their_order") {
    const Buffer buffer(bytes_of_every());
    const Every msg;
    REQUIRE(every_unmarshal(msg, buffer) == 0);
    ev_uint32_t small = 0;
    ev_uint64_t large = 0;
    char* text = nullptr;
    tree* child = nullptr;
    CHECK(EVTAG_ARRAY_LEN(msg, smalls) == 2);
    CHECK(EVTAG_ARRAY_GET(msg, smalls, 1, &small) == 0);
    CHECK(small == 6);
    CHECK(EVTAG_ARRAY_GET(msg, larges, 0, &large) == 0);
    CHECK(large == UINT64_MAX);
    CHECK(EVTAG_ARRAY_GET(msg, texts, 0, &text) == 0);
    CHECK(std::string(text) == "one");
    CHECK(EVTAG_ARRAY_GET(msg, many, 0, &child) == 0);
    CHECK(std::string(child->name_data) == "child");
}

TEST_CASE("there_is_no_element_outside_of_an_array") {
    const Every msg;
    const Tree leaf("leaf");
    REQUIRE(fill(msg, leaf));
    for (const int at : {-1, 2, 2147483647}) {
        ev_uint32_t small = 77;
        CHECK(EVTAG_ARRAY_GET(msg, smalls, at, &small) == -1);
        CHECK(every_smalls_assign(msg, at, 5) == -1);
        CHECK(small == 77);
    }
    CHECK(every_smalls_assign(msg, 1, 9) == 0);
    CHECK(every_texts_assign(msg, 0, "changed") == 0);
    CHECK(every_many_assign(msg, 0, leaf) == 0);
    CHECK(msg->smalls_data[1] == 9);
    CHECK(std::string(msg->texts_data[0]) == "changed");
    CHECK(std::string(msg->many_data[0]->name_data) == "leaf");
}

TEST_CASE("a_member_can_be_set_again") {
    const Every msg;
    const Tree leaf("leaf"), other("other");
    REQUIRE(fill(msg, leaf));
    CHECK(EVTAG_ASSIGN(msg, text, "other text") == 0);
    CHECK(EVTAG_ASSIGN(msg, one, other) == 0);
    CHECK(EVTAG_ASSIGN_WITH_LEN(msg, image, nullptr, 0) == 0);
    CHECK(std::string(msg->text_data) == "other text");
    CHECK(std::string(msg->one_data->name_data) == "other");
    CHECK(msg->image_length == 0);
}

TEST_CASE("an_element_of_an_array_has_all_it_contains") {
    const Tree root("root");
    for (int i = 0; i < 100; ++i) {
        tree* const child = EVTAG_ARRAY_ADD(root, children);
        REQUIRE(child);
        REQUIRE(EVTAG_ASSIGN(child, name, std::to_string(i).c_str()) == 0);
    }
    const Buffer buffer;
    evtag_marshal_tree(buffer, 7, root);
    const Tree back;
    CHECK(evtag_unmarshal_tree(buffer, 8, back) == -1);
    REQUIRE(evtag_unmarshal_tree(buffer, 7, back) == 0);
    CHECK(buffer.length() == 0);
    REQUIRE(back->children_length == 100);
    CHECK(std::string(back->children_data[99]->name_data) == "99");
}

TEST_CASE("a_message_is_complete_with_all_that_is_not_optional") {
    const Total msg;
    CHECK(total_complete(msg) == -1);
    CHECK(EVTAG_ASSIGN(msg, sum, 5) == 0);
    CHECK(total_complete(msg) == 0);
    const Every every;
    tree* one = nullptr;
    const Tree leaf("leaf");
    REQUIRE(fill(every, leaf));
    CHECK(every_complete(every) == 0);
    REQUIRE(EVTAG_ARRAY_ADD(every, many));
    CHECK(every_complete(every) == -1);
    const Every empty;
    CHECK(EVTAG_GET(empty, one, &one) == 0);
    CHECK(EVTAG_HAS(empty, one));
    CHECK(tree_complete(one) == -1);
}

TEST_CASE("clearing_takes_all_members_away") {
    const Every msg;
    const Tree leaf("leaf");
    REQUIRE(fill(msg, leaf));
    every_clear(msg);
    const Buffer buffer;
    every_marshal(buffer, msg);
    CHECK(buffer.length() == 0);
    CHECK(EVTAG_ARRAY_LEN(msg, texts) == 0);
    REQUIRE(fill(msg, leaf));
    every_marshal(buffer, msg);
    CHECK(buffer.hex() == bytes_of_every());
}

TEST_CASE("a_message_without_members_is_no_bytes") {
    nothing* const msg = nothing_new();
    const Buffer buffer;
    nothing_marshal(buffer, msg);
    CHECK(buffer.length() == 0);
    CHECK(nothing_unmarshal(msg, buffer) == 0);
    nothing_free(msg);
    nothing_free(nullptr);
}

// ---- Memory ----

TEST_CASE("setting_members_without_memory_leaves_a_message_that_can_be_used") {
    const long before = messages_outstanding;
    bool met = true;
    for (long nth = 1; met; ++nth) {
        REQUIRE(nth < 100);
        CAPTURE(nth);
        const Every msg;
        const Tree leaf("leaf");
        messages_until_failure = nth;
        const bool filled = fill(msg, leaf);
        met = messages_until_failure == 0;
        messages_until_failure = 0;
        CHECK(filled != met);
        every_clear(msg);
        CHECK(fill(msg, leaf));
    }
    CHECK(messages_outstanding == before);
}

TEST_CASE("reading_without_memory_fails_and_leaks_nothing") {
    const std::string bytes = bytes_of_every();
    const long before = messages_outstanding;
    bool met = true;
    for (long nth = 1; met; ++nth) {
        REQUIRE(nth < 100);
        CAPTURE(nth);
        const Buffer buffer(bytes);
        const Every msg;
        messages_until_failure = nth;
        const int read = every_unmarshal(msg, buffer);
        met = messages_until_failure == 0;
        messages_until_failure = 0;
        CHECK((read == -1) == met);
    }
    CHECK(messages_outstanding == before);
}

#if EVLET_MEM_HOOKS
TEST_CASE("a_message_without_memory_is_written_whole_or_not_at_all") {
    const std::string bytes = bytes_of_every();
    FailingMemory memory;
    const Every msg;
    const Tree leaf("leaf");
    REQUIRE(fill(msg, leaf));
    bool met = true;
    for (long nth = 1; met; ++nth) {
        REQUIRE(nth < 200);
        CAPTURE(nth);
        const Buffer buffer;
        memory.fail_at(nth);
        every_marshal(buffer, msg);
        met = memory.failed();
        memory.stop_failing();
        CHECK(buffer.hex() == (met ? "" : bytes));
    }
}

TEST_CASE("buffers_without_memory_make_reading_fail") {
    const std::string bytes = bytes_of_every();
    FailingMemory memory;
    bool met = true;
    for (long nth = 1; met; ++nth) {
        REQUIRE(nth < 200);
        const Buffer buffer(bytes);
        const Every msg;
        memory.fail_at(nth);
        const int read = every_unmarshal(msg, buffer);
        met = memory.failed();
        memory.stop_failing();
        CHECK((read == -1) == met);
    }
}
#endif
