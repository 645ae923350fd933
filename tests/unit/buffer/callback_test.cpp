// SPDX-License-Identifier: BSD-3-Clause
// Callbacks of a buffer: what they are told, when they are silent, and all they may do meanwhile.
#include <memory>

#include "buffer_support.h"

using namespace evlet_test;

TEST_CASE("a_callback_is_told_the_old_length_and_what_was_added_and_removed") {
    Buffer buffer;
    Observer observer(buffer);
    REQUIRE(add(buffer, "hello") == 0);
    CHECK(observer.saw(0, 5, 0));
    REQUIRE(evbuffer_add_printf(buffer, "%d", 42) == 2);
    CHECK(observer.saw(5, 2, 0));
    REQUIRE(prepend(buffer, ">") == 0);
    CHECK(observer.saw(7, 1, 0));
    REQUIRE(evbuffer_drain(buffer, 3) == 0);
    CHECK(observer.saw(8, 0, 3));
    char bytes[2];
    REQUIRE(evbuffer_remove(buffer, bytes, 2) == 2);
    CHECK(observer.saw(5, 0, 2));
    add_piece(buffer, "reference");
    CHECK(observer.saw(3, 9, 0));
    REQUIRE(evbuffer_drain(buffer, EV_SIZE_MAX) == 0);
    CHECK(observer.saw(12, 0, 12));
}

TEST_CASE("a_callback_is_told_once_of_an_iovec_of_a_line_and_of_committed_space") {
    Buffer buffer;
    Observer observer(buffer);
    char one[] = "one\n", two[] = "two";
    evbuffer_iovec extents[] = {{one, 4}, {two, 3}};
    REQUIRE(evbuffer_add_iovec(buffer, extents, 2) == 7);
    size_t added = 0;
    for (const evbuffer_cb_info& info : observer.told)
        added += info.n_added;
    CHECK(added == 7);
    observer.told.clear();
    free(evbuffer_readln(buffer, nullptr, EVBUFFER_EOL_LF));
    CHECK(observer.saw(7, 0, 4));
    evbuffer_iovec pieces[2];
    const int count = evbuffer_reserve_space(buffer, 5000, pieces, 2);
    REQUIRE(count >= 1);
    CHECK(observer.saw_nothing());
    size_t room = 0;
    for (int i = 0; i < count; ++i)
        room += pieces[i].iov_len;
    REQUIRE(evbuffer_commit_space(buffer, pieces, count) == 0);
    CHECK(observer.saw(3, room, 0));
}

TEST_CASE("both_ends_of_a_move_are_told") {
    Buffer from(std::string("abcdef")), to(std::string("x"));
    Observer source(from), target(to);
    REQUIRE(evbuffer_remove_buffer(from, to, 2) == 2);
    CHECK(source.saw(6, 0, 2));
    CHECK(target.saw(1, 2, 0));
    REQUIRE(evbuffer_prepend_buffer(to, from) == 0);
    CHECK(source.saw(4, 0, 4));
    CHECK(target.saw(3, 4, 0));
    REQUIRE(evbuffer_add_buffer(from, to) == 0);
    CHECK(source.saw(0, 7, 0));
    CHECK(target.saw(7, 0, 7));
    REQUIRE(evbuffer_add_buffer_reference(to, from) == 0);
    CHECK(source.saw_nothing());
    CHECK(target.saw(0, 7, 0));
}

TEST_CASE("a_callback_is_not_told_of_what_changes_no_length") {
    Buffer buffer{"abc", "def"}, empty;
    Observer observer(buffer);
    CHECK(evbuffer_add(buffer, "", 0) == 0);
    CHECK(evbuffer_prepend(buffer, "", 0) == 0);
    CHECK(evbuffer_drain(buffer, 0) == 0);
    CHECK(evbuffer_add_buffer(buffer, empty) == 0);
    CHECK(evbuffer_prepend_buffer(buffer, empty) == 0);
    CHECK(evbuffer_remove_buffer(buffer, empty, 0) == 0);
    CHECK(evbuffer_expand(buffer, 1000) == 0);
    CHECK(evbuffer_pullup(buffer, -1) != nullptr);
    CHECK(content(buffer) == "abcdef");
    CHECK(evbuffer_readln(buffer, nullptr, EVBUFFER_EOL_LF) == nullptr);
    CHECK(evbuffer_add_printf(buffer, "%s", "") == 0);
    CHECK(observer.saw_nothing());
}

TEST_CASE("a_callback_is_not_told_of_failures_nor_of_the_end") {
    Buffer buffer(std::string("abc"));
    Observer observer(buffer);
    CHECK(evbuffer_add(buffer, "", EV_SIZE_MAX) == -1);
    CHECK(evbuffer_expand(buffer, EV_SIZE_MAX) == -1);
    buffer.free();
    CHECK(observer.saw_nothing());
}

TEST_CASE("a_disabled_callback_is_silent_until_it_is_enabled") {
    Buffer buffer;
    Observer observer(buffer), other(buffer);
    CHECK(evbuffer_cb_clear_flags(buffer, observer.entry, EVBUFFER_CB_ENABLED) == 0);
    REQUIRE(add(buffer, "ab") == 0);
    CHECK(observer.saw_nothing());
    CHECK(other.saw(0, 2, 0));
    CHECK(evbuffer_cb_set_flags(buffer, observer.entry, EVBUFFER_CB_ENABLED) == 0);
    CHECK(observer.saw_nothing());
    REQUIRE(add(buffer, "cde") == 0);
    CHECK(observer.saw(2, 3, 0));
    CHECK(other.saw(2, 3, 0));
}

TEST_CASE("flags_of_a_callback_that_do_not_exist_are_refused") {
    Buffer buffer;
    Observer observer(buffer);
    CHECK(evbuffer_cb_set_flags(buffer, observer.entry, 0x40000000) == -1);
    CHECK(evbuffer_cb_clear_flags(buffer, observer.entry, 0x40000000) == -1);
    REQUIRE(add(buffer, "ab") == 0);
    CHECK(observer.saw(0, 2, 0));
}

TEST_CASE("a_removed_callback_is_silent") {
    Buffer buffer;
    Observer by_entry(buffer), by_function(buffer), stays(buffer);
    CHECK(evbuffer_remove_cb_entry(buffer, by_entry.entry) == 0);
    CHECK(evbuffer_remove_cb(buffer, Observer::on_change, &by_function) == 0);
    REQUIRE(add(buffer, "ab") == 0);
    CHECK(by_entry.saw_nothing());
    CHECK(by_function.saw_nothing());
    CHECK(stays.saw(0, 2, 0));
}

TEST_CASE("removing_a_callback_that_is_not_there_fails") {
    Buffer buffer;
    CHECK(evbuffer_remove_cb(buffer, Observer::on_change, nullptr) == -1);
    Observer observer(buffer);
    CHECK(evbuffer_remove_cb(buffer, Observer::on_change, nullptr) == -1);
    CHECK(evbuffer_remove_cb(buffer, Observer::on_change, &observer) == 0);
    CHECK(evbuffer_remove_cb(buffer, Observer::on_change, &observer) == -1);
}

TEST_CASE("a_callback_added_twice_is_called_twice_and_removed_one_by_one") {
    Buffer buffer;
    Observer observer(buffer);
    REQUIRE(evbuffer_add_cb(buffer, Observer::on_change, &observer));
    REQUIRE(add(buffer, "a") == 0);
    CHECK(observer.calls() == 2);
    CHECK(evbuffer_remove_cb(buffer, Observer::on_change, &observer) == 0);
    REQUIRE(add(buffer, "b") == 0);
    CHECK(observer.calls() == 3);
    CHECK(evbuffer_remove_cb(buffer, Observer::on_change, &observer) == 0);
    REQUIRE(add(buffer, "c") == 0);
    CHECK(observer.calls() == 3);
}

TEST_CASE("a_callback_may_remove_itself") {
    Buffer buffer;
    Observer before(buffer);
    evbuffer_cb_entry* own = nullptr;
    Observer observer(buffer, [&](evbuffer* b, const evbuffer_cb_info&) {
        CHECK(evbuffer_remove_cb_entry(b, own) == 0);
    });
    own = observer.entry;
    Observer after(buffer);
    REQUIRE(add(buffer, "a") == 0);
    REQUIRE(add(buffer, "b") == 0);
    CHECK(observer.calls() == 1);
    CHECK(before.calls() == 2);
    CHECK(after.calls() == 2);
}

TEST_CASE("a_callback_may_remove_all_others") {
    Buffer buffer;
    std::vector<std::unique_ptr<Observer>> observers;
    int calls = 0;
    for (int i = 0; i < 5; ++i)
        observers.push_back(
            std::make_unique<Observer>(buffer, [&, i](evbuffer* b, const evbuffer_cb_info&) {
                ++calls;
                for (int other = 0; other < 5; ++other) {
                    if (other != i)
                        CHECK(evbuffer_remove_cb_entry(b, observers[other]->entry) == 0);
                }
            }));
    REQUIRE(add(buffer, "a") == 0);
    CHECK(calls == 1);
    // Whichever came first is alone now; its next call would remove what is gone.
    for (auto& observer : observers) {
        if (observer->calls() == 1)
            CHECK(evbuffer_remove_cb_entry(buffer, observer->entry) == 0);
    }
    REQUIRE(add(buffer, "b") == 0);
    CHECK(calls == 1);
}

TEST_CASE("a_callback_may_add_another_one") {
    Buffer buffer;
    std::unique_ptr<Observer> added;
    Observer observer(buffer, [&](evbuffer* b, const evbuffer_cb_info&) {
        if (!added)
            added = std::make_unique<Observer>(b);
    });
    REQUIRE(add(buffer, "a") == 0);
    REQUIRE(added);
    added->told.clear();
    REQUIRE(add(buffer, "b") == 0);
    CHECK(added->saw(1, 1, 0));
    CHECK(observer.calls() == 2);
}

TEST_CASE("a_callback_may_drain_the_buffer_and_is_told_of_that_too") {
    Buffer buffer;
    Observer observer(buffer, [](evbuffer* b, const evbuffer_cb_info& info) {
        if (info.n_added > 0)
            CHECK(evbuffer_drain(b, evbuffer_get_length(b)) == 0);
    });
    REQUIRE(add(buffer, "abc") == 0);
    CHECK(buffer.length() == 0);
    REQUIRE(observer.calls() == 2);
    CHECK(observer.told[0].n_added == 3);
    CHECK(observer.told[1].n_deleted == 3);
    CHECK(observer.told[1].orig_size == 3);
}

TEST_CASE("all_callbacks_together_see_every_byte_when_one_changes_the_buffer") {
    Buffer buffer;
    Observer first(buffer);
    Observer changer(buffer, [](evbuffer* b, const evbuffer_cb_info& info) {
        if (info.orig_size == 0)
            REQUIRE(evbuffer_add(b, "more", 4) == 0);
    });
    Observer last(buffer);
    REQUIRE(add(buffer, "abc") == 0);
    CHECK(content(buffer) == "abcmore");
    for (Observer* observer : {&first, &changer, &last}) {
        size_t added = 0;
        for (const evbuffer_cb_info& info : observer->told) {
            added += info.n_added;
            CHECK(info.n_deleted == 0);
        }
        CHECK(added == 7);
    }
}
