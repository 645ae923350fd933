// SPDX-License-Identifier: BSD-3-Clause
// Bytes in one piece (pullup) and pieces as they are (peek).
#include "buffer_support.h"

using namespace evlet_test;

namespace {

const std::string kAll = "abcdefghij";

// kAll in pieces of all kinds.
void fill(evbuffer* buffer) {
    REQUIRE(add(buffer, "a") == 0);
    add_piece(buffer, "bcd");
    add_piece(buffer, "e");
    REQUIRE(add(buffer, "fg") == 0);
    add_piece(buffer, "hij");
}

}  // namespace

TEST_CASE("pullup_puts_that_many_bytes_in_one_piece_and_keeps_the_content") {
    for (int count = 1; count <= 10; ++count) {
        CAPTURE(count);
        Buffer buffer;
        fill(buffer);
        const unsigned char* piece = evbuffer_pullup(buffer, count);
        REQUIRE(piece);
        CHECK(std::string(piece, piece + count) == kAll.substr(0, static_cast<size_t>(count)));
        CHECK(extents(buffer)[0].iov_base == piece);
        CHECK(extents(buffer)[0].iov_len >= static_cast<size_t>(count));
        CHECK(content(buffer) == kAll);
        CHECK(add(buffer, "!") == 0);
        CHECK(prepend(buffer, "?") == 0);
        CHECK(content(buffer) == "?" + kAll + "!");
    }
}

TEST_CASE("pullup_of_minus_one_puts_all_in_one_piece") {
    Buffer buffer;
    fill(buffer);
    const unsigned char* piece = evbuffer_pullup(buffer, -1);
    REQUIRE(piece);
    CHECK(std::string(piece, piece + 10) == kAll);
    CHECK(extents(buffer).size() == 1);
}

TEST_CASE("pullup_of_more_than_there_is_gives_nothing") {
    Buffer buffer;
    fill(buffer);
    CHECK(evbuffer_pullup(buffer, 11) == nullptr);
    CHECK(evbuffer_pullup(buffer, EV_SSIZE_MAX) == nullptr);
    CHECK(content(buffer) == kAll);
}

TEST_CASE("pullup_of_nothing_gives_nothing") {
    Buffer empty, buffer{"abc"};
    CHECK(evbuffer_pullup(empty, 0) == nullptr);
    CHECK(evbuffer_pullup(empty, -1) == nullptr);
    CHECK(evbuffer_pullup(empty, 1) == nullptr);
    CHECK(evbuffer_pullup(buffer, 0) == nullptr);
    CHECK(content(buffer) == "abc");
}

TEST_CASE("pullup_within_the_first_piece_moves_nothing") {
    Referred referred("0123456789");
    Buffer buffer;
    REQUIRE(referred.add_to(buffer) == 0);
    REQUIRE(add(buffer, "abc") == 0);
    CHECK(evbuffer_pullup(buffer, 10) == reinterpret_cast<const unsigned char*>(referred.data()));
    CHECK(evbuffer_pullup(buffer, 1) == reinterpret_cast<const unsigned char*>(referred.data()));
}

TEST_CASE("pullup_twice_gives_the_same_place") {
    Buffer buffer;
    fill(buffer);
    const unsigned char* piece = evbuffer_pullup(buffer, 8);
    CHECK(evbuffer_pullup(buffer, 8) == piece);
    CHECK(evbuffer_pullup(buffer, 2) == piece);
}

TEST_CASE("pullup_of_large_pieces_keeps_every_byte") {
    Buffer buffer;
    std::string expected;
    for (unsigned i = 0; i < 20; ++i) {
        const std::string part = pattern(i * 997, i);
        i % 2 ? add_piece(buffer, part) : static_cast<void>(add(buffer, part));
        expected += part;
    }
    for (const ev_ssize_t count : {10000, 50000, 100000, -1}) {
        CAPTURE(count);
        REQUIRE(evbuffer_pullup(buffer, count));
        CHECK(holds(buffer, expected));
    }
}

TEST_CASE("peek_counts_the_pieces_that_all_bytes_need") {
    Buffer buffer{"abc", "d", "ef"};
    CHECK(evbuffer_peek(buffer, -1, nullptr, nullptr, 0) == 3);
}

TEST_CASE("peek_counts_the_pieces_that_a_number_of_bytes_needs") {
    Buffer buffer{"abc", "d", "ef"};
    CHECK(evbuffer_peek(buffer, 0, nullptr, nullptr, 0) == 0);
    CHECK(evbuffer_peek(buffer, 1, nullptr, nullptr, 0) == 1);
    CHECK(evbuffer_peek(buffer, 3, nullptr, nullptr, 0) == 1);
    CHECK(evbuffer_peek(buffer, 4, nullptr, nullptr, 0) == 2);
    CHECK(evbuffer_peek(buffer, 5, nullptr, nullptr, 0) == 3);
    CHECK(evbuffer_peek(buffer, 6, nullptr, nullptr, 0) == 3);
    CHECK(evbuffer_peek(buffer, 100, nullptr, nullptr, 0) == 3);
}

TEST_CASE("peek_of_a_number_of_bytes_says_how_many_pieces_they_need_even_if_fewer_fit") {
    Buffer buffer{"abc", "d", "ef"};
    evbuffer_iovec pieces[3] = {};
    CHECK(evbuffer_peek(buffer, 6, nullptr, pieces, 1) == 3);
    CHECK(text_of(pieces[0]) == "abc");
    CHECK(pieces[1].iov_base == nullptr);
}

TEST_CASE("peek_without_a_number_fills_what_it_was_given") {
    Buffer buffer{"abc", "d", "ef"};
    evbuffer_iovec pieces[4] = {};
    CHECK(evbuffer_peek(buffer, -1, nullptr, pieces, 2) == 2);
    CHECK(text_of(pieces[0]) == "abc");
    CHECK(text_of(pieces[1]) == "d");
    CHECK(pieces[2].iov_base == nullptr);
    CHECK(evbuffer_peek(buffer, -1, nullptr, pieces, 4) == 3);
    CHECK(text_of(pieces[2]) == "ef");
    CHECK(pieces[3].iov_base == nullptr);
}

TEST_CASE("peek_from_every_place_shows_the_rest") {
    const std::string all = "abcdef";
    Buffer buffer{"abc", "d", "ef"};
    for (size_t at = 0; at <= all.size(); ++at) {
        CAPTURE(at);
        evbuffer_ptr from = position(buffer, at);
        evbuffer_iovec pieces[4];
        const int count = evbuffer_peek(buffer, -1, &from, pieces, 4);
        REQUIRE(count >= 0);
        REQUIRE(count <= 3);
        std::string seen;
        for (int i = 0; i < count; ++i) {
            CHECK(pieces[i].iov_len > 0);
            seen += text_of(pieces[i]);
        }
        CHECK(seen == all.substr(at));
        CHECK(evbuffer_peek(buffer, -1, &from, nullptr, 0) == count);
    }
}

TEST_CASE("peek_from_a_place_counts_the_pieces_a_number_of_bytes_needs_from_there") {
    Buffer buffer{"abc", "d", "ef"};
    evbuffer_ptr from = position(buffer, 2);
    CHECK(evbuffer_peek(buffer, 1, &from, nullptr, 0) == 1);
    CHECK(evbuffer_peek(buffer, 2, &from, nullptr, 0) == 2);
    CHECK(evbuffer_peek(buffer, 3, &from, nullptr, 0) == 3);
    CHECK(evbuffer_peek(buffer, 99, &from, nullptr, 0) == 3);
}

TEST_CASE("peek_of_an_empty_buffer_shows_nothing") {
    Buffer buffer;
    evbuffer_iovec piece = {};
    CHECK(evbuffer_peek(buffer, -1, nullptr, &piece, 1) == 0);
    CHECK(evbuffer_peek(buffer, 5, nullptr, &piece, 1) == 0);
    CHECK(piece.iov_base == nullptr);
    REQUIRE(evbuffer_expand(buffer, 100) == 0);
    CHECK(evbuffer_peek(buffer, -1, nullptr, &piece, 1) == 0);
}

TEST_CASE("peek_from_a_place_that_is_not_in_the_buffer_shows_nothing") {
    Buffer buffer{"abc"};
    evbuffer_ptr nowhere;
    REQUIRE(evbuffer_ptr_set(buffer, &nowhere, 4, EVBUFFER_PTR_SET) == -1);
    evbuffer_iovec piece = {};
    CHECK(evbuffer_peek(buffer, -1, &nowhere, &piece, 1) <= 0);
    CHECK(piece.iov_base == nullptr);
}

TEST_CASE("a_buffer_can_be_walked_through_piece_by_piece") {
    Buffer buffer{"abc", "d", "ef", "ghij"};
    evbuffer_ptr at = position(buffer, 0);
    std::string seen;
    evbuffer_iovec piece;
    while (evbuffer_peek(buffer, -1, &at, &piece, 1) > 0) {
        seen += text_of(piece);
        if (evbuffer_ptr_set(buffer, &at, piece.iov_len, EVBUFFER_PTR_ADD) < 0)
            break;
    }
    CHECK(seen == kAll);
}
