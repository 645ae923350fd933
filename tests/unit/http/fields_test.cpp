// SPDX-License-Identifier: BSD-3-Clause
// Lists of header fields through the API, among them fields that a program made itself, and fields
// that lie in memory of somebody else's.
#include "http/fields.h"

#include "text_support.h"

using namespace evlet;
using namespace evlet::http;
using namespace evlet_test;

namespace {

char* copy(const char* text) {
    char* const block = mem::duplicate(text);
    REQUIRE(block);
    return block;
}

// As a program does it that knows the layout: three blocks, and TAILQ_INSERT_TAIL.
evkeyval* add_by_hand(evkeyvalq& list, const char* key, const char* value) {
    auto* const pair = mem::make<evkeyval>();
    REQUIRE(pair);
    pair->key = copy(key);
    pair->value = copy(value);
    pair->next.tqe_prev = list.tqh_last;
    *list.tqh_last = pair;
    list.tqh_last = &pair->next.tqe_next;
    return pair;
}

// Room for fields, filled with what is not a field.
struct Room {
    Room() { memset(bytes, 0xa5, sizeof bytes); }
    alignas(evkeyval) char bytes[512];
};

}  // namespace

TEST_CASE("fields_stay_in_order_and_may_come_again") {
    Pairs fields;
    CHECK(evhttp_add_header(fields, "Host", "a") == 0);
    CHECK(evhttp_add_header(fields, "Set-Cookie", "one") == 0);
    CHECK(evhttp_add_header(fields, "set-cookie", "two") == 0);
    CHECK(evhttp_add_header(fields, "X-Empty", "") == 0);
    CHECK(shown(fields.list) == "Host=a Set-Cookie=one set-cookie=two X-Empty= ");
}

TEST_CASE("a_field_is_found_whatever_the_case_and_the_first_one_counts") {
    Pairs fields;
    CHECK(evhttp_find_header(fields, "Cookie") == nullptr);
    REQUIRE(evhttp_add_header(fields, "Cookie", "one") == 0);
    REQUIRE(evhttp_add_header(fields, "cookie", "two") == 0);
    CHECK(shown(evhttp_find_header(fields, "COOKIE")) == "'one'");
    CHECK(evhttp_find_header(fields, "Cookie2") == nullptr);
    CHECK(evhttp_find_header(fields, "Cooki") == nullptr);
    CHECK(evhttp_find_header(fields, "") == nullptr);
}

TEST_CASE("case_is_that_of_ascii_alone") {
    CHECK(same_name(Text("aZ"), Text("Az")));
    CHECK_FALSE(same_name(Text("@"), Text("`")));
    CHECK_FALSE(same_name(Text("["), Text("{")));
    CHECK_FALSE(same_name(Text("\xc4"), Text("\xe4")));
    CHECK_FALSE(same_name(Text("a\0b", 3), Text("a\0c", 3)));
    CHECK_FALSE(same_name(Text("a"), Text("a\0", 2)));
    CHECK(same_name(Text("", 0), Text("", 0)));
    CHECK(same_name("aZ", "Az"));
    CHECK(same_name("", ""));
    for (const char* other : {"", "a", "az ", "a{", "az\xff"})
        CHECK_FALSE_MESSAGE((same_name("aZ", other) || same_name(other, "aZ")), other);
    CHECK_FALSE(same_name("@[\xc4", "`{\xe4"));
}

TEST_CASE("removing_takes_out_the_first_of_a_name_wherever_it_is") {
    Pairs fields;
    for (const char* key : {"A", "B", "C", "B", "D"})
        REQUIRE(evhttp_add_header(fields, key, "1") == 0);
    CHECK(evhttp_remove_header(fields, "b") == 0);
    CHECK(shown(fields.list) == "A=1 C=1 B=1 D=1 ");
    CHECK(evhttp_remove_header(fields, "D") == 0);
    CHECK(shown(fields.list) == "A=1 C=1 B=1 ");
    CHECK(evhttp_remove_header(fields, "A") == 0);
    CHECK(shown(fields.list) == "C=1 B=1 ");
    CHECK(evhttp_remove_header(fields, "A") == -1);
    CHECK(evhttp_add_header(fields, "A", "2") == 0);
    CHECK(shown(fields.list) == "C=1 B=1 A=2 ");
}

TEST_CASE("a_cleared_list_is_empty_and_may_be_filled_and_cleared_again") {
    Pairs fields;
    evhttp_clear_headers(fields);
    CHECK(shown(fields.list).empty());
    REQUIRE(evhttp_add_header(fields, "A", "1") == 0);
    REQUIRE(evhttp_add_header(fields, "B", "1") == 0);
    evhttp_clear_headers(fields);
    CHECK(shown(fields.list).empty());
    evhttp_clear_headers(fields);
    REQUIRE(evhttp_add_header(fields, "C", "1") == 0);
    CHECK(shown(fields.list) == "C=1 ");
}

TEST_CASE("the_strings_of_a_field_are_copies") {
    Pairs fields;
    char key[] = "Key", value[] = "value";
    REQUIRE(evhttp_add_header(fields, key, value) == 0);
    memset(key, '-', sizeof key - 1);
    memset(value, '-', sizeof value - 1);
    CHECK(shown(fields.list) == "Key=value ");
}

TEST_CASE("a_name_that_is_no_token_is_refused") {
    Pairs fields;
    for (const char* key :
         {"",    " ",     "A ",    " A",       "A B",   "A:",  ":",   "A\t", "A\r\nB",
          "A\n", "A\x7f", "A\x01", "\xc3\xa4", "A\xff", "(A)", "A,B", "A/B", "A;",
          "A<",  "A>",    "A=",    "A?",       "A@",    "[A]", "A\\", "{A}", "\"A\""}) {
        CAPTURE(key);
        errno = 0;
        CHECK(evhttp_add_header(fields, key, "value") == -1);
        CHECK(errno == EINVAL);
    }
    CHECK(shown(fields.list).empty());
}

TEST_CASE("every_byte_is_in_a_token_exactly_if_the_grammar_says_so") {
    const std::string marks = "!#$%&'*+-.^_`|~";
    for (int code = 0; code < 256; ++code) {
        CAPTURE(code);
        const char c = static_cast<char>(code);
        const bool letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
        const bool expected =
            letter || (code >= '0' && code <= '9') || (c && marks.find(c) != std::string::npos);
        CHECK(is_token_char(c) == expected);
        const char name[] = {'x', c, 'y'};
        CHECK(is_token(Text(name, sizeof name)) == expected);
    }
    CHECK_FALSE(is_token(Text("", 0)));
}

TEST_CASE("a_value_that_would_end_the_line_is_refused") {
    Pairs fields;
    for (const char* value : {"a\r\nSet-Cookie: b", "a\r", "a\n", "\r\n", "a\r\n folded", "a\n\tb",
                              "\x01", "a\x7f", "a\x1b[0m", "a\x0b", "a\x0c"}) {
        CAPTURE(value);
        errno = 0;
        CHECK(evhttp_add_header(fields, "Name", value) == -1);
        CHECK(errno == EINVAL);
    }
    CHECK(shown(fields.list).empty());
}

TEST_CASE("every_byte_is_in_a_value_exactly_if_it_is_no_control_but_tab") {
    for (int code = 0; code < 256; ++code) {
        CAPTURE(code);
        const char value[] = {'x', static_cast<char>(code), 'y'};
        const bool expected = code == '\t' || (code >= 0x20 && code != 0x7f);
        CHECK(is_field_value(Text(value, sizeof value)) == expected);
    }
    CHECK(is_field_value(Text("", 0)));
}

TEST_CASE("a_value_is_kept_as_it_is_blanks_and_all") {
    Pairs fields;
    for (const char* value : {"", " ", "\t", " a ", "a\tb", "\xc3\xa4\xff\x80", "a, b; c=\"d\""}) {
        REQUIRE(evhttp_add_header(fields, "Name", value) == 0);
        CHECK(shown(evhttp_find_header(fields, "Name")) == shown(value));
        evhttp_clear_headers(fields);
    }
}

TEST_CASE("very_long_names_and_values_are_kept_whole") {
    const std::string key(100000, 'k'), value(300000, 'v');
    Pairs fields;
    REQUIRE(evhttp_add_header(fields, key.c_str(), value.c_str()) == 0);
    CHECK(evhttp_find_header(fields, key.c_str()) == value);
}

TEST_CASE("sizes_that_do_not_add_up_are_out_of_memory") {
    Pairs fields;
    const char c = 'x';
    CHECK(add_field(fields.list, Text(&c, SIZE_MAX), Text(&c, 1)) == Status::no_memory);
    CHECK(add_field(fields.list, Text(&c, SIZE_MAX / 2), Text(&c, SIZE_MAX / 2)) ==
          Status::no_memory);
    CHECK(add_field(fields.list, Text(&c, 0), Text(&c, SIZE_MAX - 8)) == Status::no_memory);
    CHECK(shown(fields.list).empty());
}

TEST_CASE("a_pair_that_the_program_put_in_is_found_removed_and_cleared_like_the_others") {
    Pairs fields;
    REQUIRE(evhttp_add_header(fields, "A", "1") == 0);
    add_by_hand(fields.list, "Mine", "2");
    add_by_hand(fields.list, "Also-Mine", "3");
    REQUIRE(evhttp_add_header(fields, "D", "4") == 0);
    CHECK(shown(evhttp_find_header(fields, "mine")) == "'2'");
    CHECK(evhttp_remove_header(fields, "mine") == 0);
    CHECK(shown(fields.list) == "A=1 Also-Mine=3 D=4 ");
    evhttp_clear_headers(fields);
    CHECK(shown(fields.list).empty());
}

TEST_CASE("a_value_that_the_program_replaced_is_freed_with_its_field") {
    Pairs fields;
    Room room;
    REQUIRE(evhttp_add_header(fields, "Own", "old") == 0);
    evkeyval& placed = place_field(fields.list, room.bytes, Text("Placed"), Text("old"));
    fields.list.tqh_first->value = copy("a new and longer value");
    placed.value = copy("");
    CHECK(shown(fields.list) == "Own=a new and longer value Placed= ");
    CHECK(evhttp_remove_header(fields, "Placed") == 0);
    CHECK(evhttp_remove_header(fields, "Own") == 0);
    CHECK(shown(fields.list).empty());
}

TEST_CASE("placed_fields_take_the_size_they_say_and_stay_aligned") {
    Room room;
    Pairs fields;
    char* at = room.bytes;
    for (const char* value : {"", "1", "12", "123", "1234", "12345", "123456", "1234567"}) {
        const size_t size = placed_field_size(1, strlen(value));
        CHECK(size % alignof(evkeyval) == 0);
        CHECK(&place_field(fields.list, at, Text("K"), Text(value)) ==
              reinterpret_cast<evkeyval*>(at));
        at += size;
        CHECK(*at == '\xa5');
    }
    CHECK(shown(fields.list) == "K= K=1 K=12 K=123 K=1234 K=12345 K=123456 K=1234567 ");
}

TEST_CASE("placed_fields_come_and_go_among_others_and_their_memory_is_left_alone") {
    Room room;
    Pairs fields;
    evkeyval& first = place_field(fields.list, room.bytes, Text("First", 5), Text("1"));
    REQUIRE(evhttp_add_header(fields, "Second", "2") == 0);
    place_field(fields.list, room.bytes + 256, Text("Third"), Text("3"));
    CHECK(shown(fields.list) == "First=1 Second=2 Third=3 ");
    remove_field(fields.list, first);
    CHECK(shown(fields.list) == "Second=2 Third=3 ");
    CHECK(shown(first.value) == "'1'");
    CHECK(evhttp_remove_header(fields, "third") == 0);
    clear_fields(fields.list);
    CHECK(shown(fields.list).empty());
}

TEST_CASE("searching_goes_on_behind_a_field_that_was_found") {
    Pairs fields;
    for (const char* value : {"1", "2", "3"}) {
        REQUIRE(evhttp_add_header(fields, "Via", value) == 0);
        REQUIRE(evhttp_add_header(fields, "Other", value) == 0);
    }
    std::string found;
    for (evkeyval* field = fields.list.tqh_first; (field = find_field(field, "VIA"));
         field = field->next.tqe_next)
        found += field->value;
    CHECK(found == "123");
    CHECK(find_field(nullptr, "Via") == nullptr);
}

TEST_CASE("an_element_of_a_list_is_found_whole_or_not_at_all") {
    const Text close("close");
    for (const char* list :
         {"close", "Close", " close ", "\tclose", "a,close", "close,a", "a , close , b", ",close",
          ",, close,,", "\"a,b\", close", "\"a\\\"b\", close"})
        CHECK_MESSAGE((list_has(Text(list), close) && list_has(list, "CLOSE")), list);
    for (const char* list :
         {"", " ", ",", ",,", "closed", "xclose", "clo se", "close;q=1", "a close", "\"close\"",
          "\"a, close\"", "\"a\\\", close\"", "\"a, close", "a=\"b, close ,c\"", "close\rx"})
        CHECK_FALSE_MESSAGE((list_has(Text(list), close) || list_has(list, "CLOSE")), list);
    CHECK_FALSE(list_has(Text("close, chunked", 4), close));
}
