// SPDX-License-Identifier: BSD-3-Clause
// Pairs: bytes from one end to the other, and what stops them.
#include "stream/stream_support.h"

using namespace evlet_test;

TEST_CASE("what_is_written_to_one_end_of_a_pair_is_read_from_the_other") {
    Base base;
    LinkedPair pair(base);
    pair.a.write("there");
    pair.b.write("and back");
    settle(base);
    CHECK(pair.b.take() == "there");
    CHECK(pair.a.take() == "and back");
    CHECK(pair.a.order == "rw");
    CHECK(pair.b.order == "rw");
}

TEST_CASE("callbacks_of_a_pair_come_from_the_loop_only") {
    Base base;
    LinkedPair pair(base);
    pair.a.write("x");
    bufferevent_flush(pair.a, EV_WRITE, BEV_FINISHED);
    CHECK(pair.a.calls() + pair.b.calls() == 0);
    settle(base);
    CHECK(pair.a.order == "w");
    CHECK(pair.b.order == "re");
}

TEST_CASE("an_end_that_does_not_read_leaves_bytes_in_the_output_of_the_other") {
    Base base;
    LinkedPair pair(base, 0, 0);
    CHECK(bufferevent_get_enabled(pair.a) == EV_WRITE);
    pair.a.write("wait");
    settle(base);
    CHECK(pair.a.output_length() == 4);
    CHECK(pair.a.calls() + pair.b.calls() == 0);
    pair.b.enable(EV_READ);
    settle(base);
    CHECK(pair.b.take() == "wait");
    bufferevent_disable(pair.b, EV_READ);
    pair.a.write("again");
    settle(base);
    CHECK(pair.b.input_length() == 0);
}

TEST_CASE("an_end_that_does_not_write_keeps_its_output") {
    Base base;
    LinkedPair pair(base);
    bufferevent_disable(pair.a, EV_WRITE);
    pair.a.write("kept");
    settle(base);
    CHECK(pair.b.input_length() == 0);
    pair.a.enable(EV_WRITE);
    settle(base);
    CHECK(pair.b.take() == "kept");
}

TEST_CASE("a_pair_moves_up_to_the_high_watermark_of_the_reader") {
    Base base;
    LinkedPair pair(base);
    bufferevent_setwatermark(pair.b, EV_READ, 0, 10);
    pair.a.write(std::string(25, 'x'));
    settle(base);
    CHECK(pair.b.input_length() == 10);
    CHECK(pair.a.output_length() == 15);
    CHECK(pair.b.reads == 1);
    CHECK(evbuffer_drain(pair.b.input(), 4) == 0);
    settle(base);
    CHECK(pair.b.input_length() == 10);
    CHECK(pair.b.reads == 2);
    bufferevent_setwatermark(pair.b, EV_READ, 0, 0);
    settle(base);
    CHECK(pair.b.input_length() == 21);
    CHECK(pair.a.output_length() == 0);
}

TEST_CASE("the_low_watermarks_of_a_pair_hold_callbacks_back") {
    Base base;
    LinkedPair pair(base);
    bufferevent_setwatermark(pair.b, EV_READ, 5, 8);
    bufferevent_setwatermark(pair.a, EV_WRITE, 3, 0);
    pair.a.write("1234");
    settle(base);
    CHECK(pair.b.reads == 0);
    CHECK(pair.a.writes == 1);
    pair.a.write(std::string(8, 'x'));
    settle(base);
    CHECK(pair.b.reads == 1);
    CHECK(pair.a.writes == 1);  // 4 are left
    pair.b.take();
    settle(base);
    CHECK(pair.a.writes == 2);
}

TEST_CASE("a_pair_moves_memory_instead_of_copying_it") {
    Base base;
    LinkedPair pair(base);
    static const char kText[] = "somebody else's memory";
    REQUIRE(evbuffer_add_reference(pair.a.output(), kText, sizeof kText, nullptr, nullptr) == 0);
    settle(base);
    evbuffer_iovec extent = {};
    REQUIRE(evbuffer_peek(pair.b.input(), -1, nullptr, &extent, 1) == 1);
    CHECK(extent.iov_base == static_cast<const void*>(kText));
}

TEST_CASE("the_ends_of_a_pair_know_each_other") {
    Base base;
    SocketPair sockets;
    LinkedPair pair(base);
    SocketStream other(base, sockets[0]);
    CHECK(bufferevent_pair_get_partner(pair.a) == pair.b.get());
    CHECK(bufferevent_pair_get_partner(pair.b) == pair.a.get());
    CHECK(bufferevent_pair_get_partner(other) == nullptr);
    CHECK(bufferevent_getfd(pair.a) == -1);
    CHECK(bufferevent_setfd(pair.a, sockets[1]) == -1);
    CHECK(bufferevent_get_underlying(pair.a) == nullptr);
}

TEST_CASE("bytes_for_a_partner_that_is_gone_stay_where_they_are") {
    Base base;
    LinkedPair pair(base);
    pair.b.free();
    CHECK(bufferevent_pair_get_partner(pair.a) == nullptr);
    pair.a.write("nobody");
    settle(base);
    CHECK(pair.a.output_length() == 6);
    CHECK(pair.a.calls() == 0);
    CHECK(bufferevent_flush(pair.a, kBoth, BEV_FINISHED) == -1);
}

TEST_CASE("an_end_that_is_finished_gives_the_other_one_end_of_file_behind_its_data") {
    Base base;
    LinkedPair pair(base);
    pair.b.on_read = [&] { CHECK(pair.b.take() == "last words"); };
    pair.a.write("last words");
    CHECK(bufferevent_flush(pair.a, EV_WRITE, BEV_FINISHED) == 0);  // they have left before
    settle(base);
    CHECK(pair.b.order == "re");
    CHECK(pair.b.events == std::vector<short>{BEV_EVENT_EOF | BEV_EVENT_READING});
    CHECK(bufferevent_get_enabled(pair.b) == EV_WRITE);
    CHECK(pair.a.events.empty());
}

TEST_CASE("the_end_of_file_waits_until_the_other_end_of_a_pair_reads") {
    Base base;
    LinkedPair pair(base, 0, 0);
    pair.a.write("last words");
    CHECK(bufferevent_flush(pair.a, EV_WRITE, BEV_FINISHED) == 0);
    settle(base);
    CHECK(pair.b.calls() == 0);
    pair.b.enable(EV_READ);
    settle(base);
    CHECK(pair.b.order == "re");
    CHECK(pair.b.take() == "last words");
}

TEST_CASE("an_end_of_a_pair_that_has_nothing_to_say_may_finish_at_once") {
    Base base;
    LinkedPair pair(base, 0, 0);
    bufferevent_flush(pair.a, EV_WRITE, BEV_FINISHED);
    settle(base);
    CHECK(pair.b.order == "e");
    CHECK(pair.a.order.empty());
}

TEST_CASE("a_flush_moves_beyond_the_high_watermark_of_a_pair") {
    Base base;
    LinkedPair pair(base);
    bufferevent_setwatermark(pair.b, EV_READ, 0, 4);
    pair.a.write("0123456789");
    CHECK(pair.b.input_length() == 4);
    CHECK(bufferevent_flush(pair.a, EV_WRITE, BEV_NORMAL) == 0);
    CHECK(pair.b.input_length() == 4);
    CHECK(bufferevent_flush(pair.a, EV_WRITE, BEV_FLUSH) == 1);
    CHECK(pair.b.take() == "0123456789");
}

TEST_CASE("a_flush_for_reading_fetches_from_the_other_end_of_a_pair") {
    Base base;
    LinkedPair pair(base);
    bufferevent_setwatermark(pair.a, EV_READ, 0, 1);
    pair.b.write("much");
    CHECK(bufferevent_flush(pair.a, EV_READ, BEV_FINISHED) == 1);
    CHECK(pair.a.take() == "much");
    settle(base);
    CHECK(pair.b.events == std::vector<short>{BEV_EVENT_EOF | BEV_EVENT_WRITING});
}

TEST_CASE("a_reader_of_a_pair_that_hears_nothing_times_out_once") {
    Base base;
    LinkedPair pair(base);
    const timeval limit = milliseconds(10);
    bufferevent_set_timeouts(pair.b, &limit, &limit);
    REQUIRE(run_until(base, [&] { return pair.b.calls() > 0; }));
    CHECK(pair.b.events == std::vector<short>{BEV_EVENT_TIMEOUT | BEV_EVENT_READING});
    CHECK(bufferevent_get_enabled(pair.b) == EV_WRITE);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    pair.b.enable(EV_READ);
    REQUIRE(run_until(base, [&] { return pair.b.events.size() == 2; }));
}

TEST_CASE("a_writer_of_a_pair_whose_partner_does_not_read_times_out") {
    Base base;
    LinkedPair pair(base, 0, 0);
    const timeval limit = milliseconds(10);
    bufferevent_set_timeouts(pair.a, &limit, &limit);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    pair.a.write("x");
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    REQUIRE(run_until(base, [&] { return pair.a.calls() > 0; }));
    CHECK(pair.a.events == std::vector<short>{BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING});
    CHECK(bufferevent_get_enabled(pair.a) == 0);
}

TEST_CASE("the_timers_of_a_pair_are_there_only_while_there_is_something_to_wait_for") {
    Base base;
    LinkedPair pair(base);
    const timeval limit = {1000, 0};
    bufferevent_set_timeouts(pair.b, &limit, nullptr);
    bufferevent_set_timeouts(pair.a, nullptr, &limit);
    const auto timers = [&] { return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED); };
    settle(base);
    CHECK(timers() == 1);
    bufferevent_setwatermark(pair.b, EV_READ, 0, 3);
    pair.a.write("123456");
    settle(base);
    CHECK(timers() == 1);  // the writer's; the reader has enough
    pair.b.take();
    settle(base);
    pair.b.take();
    settle(base);
    CHECK(timers() == 1);  // the reader's
    bufferevent_set_timeouts(pair.b, nullptr, nullptr);
    CHECK(timers() == 0);
}
