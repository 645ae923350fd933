// SPDX-License-Identifier: BSD-3-Clause
// Bytes that are no message.
#include "failing_messages.h"
#include "messages_support.h"

using namespace evlet_test;

namespace {

int read_total(const std::string& hex) {
    const Buffer buffer(hex);
    const Total msg;
    return total_unmarshal(msg, buffer);
}

// A tree whose root has a child, which has a child, and so on.
std::string nested(int depth) {
    const Buffer buffer;
    evtag_marshal_string(buffer, TREE_NAME, "a");
    for (int i = 0; i < depth; ++i) {
        const Buffer part;
        REQUIRE(evbuffer_add_buffer(part, buffer) == 0);
        evtag_marshal_string(buffer, TREE_NAME, "a");
        evtag_marshal_buffer(buffer, TREE_CHILDREN, part);
    }
    return buffer.hex();
}

int read_tree(const std::string& hex) {
    const Buffer buffer(hex);
    const Tree msg;
    return tree_unmarshal(msg, buffer);
}

}  // namespace

TEST_CASE("the_message_that_the_others_are_spoilt_from_is_one") {
    CHECK(read_total("01 01 05") == 0);
    CHECK(read_total("01 01 05 02 03 01 01 07") == 0);
}

TEST_CASE("a_member_that_comes_twice_is_an_error") {
    CHECK(read_total("01 01 05 01 01 05") == -1);
    CHECK(read_total("01 01 05 02 00 02 00") == -1);
}

TEST_CASE("an_unknown_tag_is_an_error") {
    CHECK(read_total("01 01 05 03 01 05") == -1);
    CHECK(read_total("81 80 80 80 10 01 05") == -1);
}

TEST_CASE("a_message_that_lacks_a_member_is_an_error") {
    CHECK(read_total("") == -1);
    CHECK(read_total("02 00") == -1);
}

TEST_CASE("a_record_that_is_cut_off_is_an_error") {
    CHECK(read_total("01") == -1);
    CHECK(read_total("01 01") == -1);
    CHECK(read_total("01 7f ff ff ff 70 05") == -1);
    CHECK(read_total("01 01 05 02 03 01 01") == -1);
}

TEST_CASE("a_member_that_is_longer_than_its_message_is_an_error") {
    // The inner record says 5 bytes of the 3 that its parent has; more follow the parent.
    CHECK(read_total("02 03 02 05 61 62 63 64 65 01 01 05") == -1);
    CHECK(read_total("01 01 05 02 03 01 09 07") == -1);
}

TEST_CASE("bytes_of_a_fixed_number_have_to_be_as_many") {
    for (const char* bytes : {"01 03 01 02 03", "01 05 01 02 03 04 05"}) {
        const Buffer buffer(bytes);
        const Every msg;
        CHECK(every_unmarshal(msg, buffer) == -1);
        CHECK(!EVTAG_HAS(msg, id));
    }
}

TEST_CASE("messages_are_not_nested_without_end") {
    CHECK(read_tree(nested(64)) == 0);
    CHECK(read_tree(nested(65)) == -1);
    const long before = messages_outstanding;
    CHECK(read_tree(nested(1000)) == -1);
    CHECK(messages_outstanding == before);
}

TEST_CASE("an_array_has_no_more_elements_than_the_limit") {
    const Buffer buffer;
    for (int i = 0; i < 65536; ++i)
        evtag_marshal_int(buffer, NUMBERS_VALUES, 1);
    const Numbers msg;
    CHECK(numbers_unmarshal(msg, buffer) == 0);
    CHECK(EVTAG_ARRAY_LEN(msg, values) == 65536);
    evtag_marshal_int(buffer, NUMBERS_VALUES, 1);
    CHECK(numbers_unmarshal(msg, buffer) == -1);
}

TEST_CASE("a_message_that_could_not_be_read_can_be_cleared_and_used") {
    const long before = messages_outstanding;
    {
        const Tree msg("name");
        const Buffer bad("02 03 01 01 61 02 05 01 01 61 02 00");
        CHECK(tree_unmarshal(msg, bad) == -1);
        tree_clear(msg);
        const Buffer good("01 01 61");
        CHECK(tree_unmarshal(msg, good) == 0);
    }
    CHECK(messages_outstanding == before);
}
